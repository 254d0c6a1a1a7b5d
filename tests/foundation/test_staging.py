"""Values that are handed to PostgreSQL as text arrive as they were (design 13)."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection, transaction

from salur.foundation.staging import int_array, stage, text_array

pytestmark = pytest.mark.usefixtures("db")

AWKWARD = ["", "NULL", "a,b", '"', "\\", '\\"', "{x}", "tab\there", "line\nbreak", " edges ", "ถนนสุขุมวิท", "'; --"]


def answered(query: str, *values: Any) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return cursor.fetchone()[0]


def test_texts_of_any_kind_come_through_an_array() -> None:
    assert answered("SELECT %s::text[]", text_array(AWKWARD)) == AWKWARD
    assert answered("SELECT %s::text[]", text_array([])) == []


def test_numbers_and_their_absence_come_through_an_array() -> None:
    numbers = [0, -1, 2**62, None]
    assert answered("SELECT %s::bigint[]", int_array(numbers)) == numbers
    assert answered("SELECT %s::bigint[]", int_array([])) == []


def test_staged_arrays_come_through_copy() -> None:
    with transaction.atomic():
        stage("staged_texts", (("texts", "text[]"),), [(text_array(AWKWARD),)])
        assert answered("SELECT texts FROM staged_texts") == AWKWARD


def test_a_second_use_in_the_same_transaction_sees_its_own_rows_only() -> None:
    with transaction.atomic():
        stage("staged_numbers", (("n", "int"),), [(1,), (2,)])
        stage("staged_numbers", (("n", "int"),), [(3,)])
        assert answered("SELECT array_agg(n) FROM staged_numbers") == [3]
