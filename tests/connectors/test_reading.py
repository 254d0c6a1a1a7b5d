"""Reading a partner's JSON: what is understood, and what is refused by name."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from salur.connectors.base.errors import ContractBroken
from salur.connectors.base.reading import (
    amount,
    as_objects,
    flag,
    iso_moment,
    millisecond_moment,
    moment,
    needed_text,
    parse_json,
    text,
    whole,
)


def read(raw: str) -> Any:
    return parse_json(raw, "test")


@pytest.mark.parametrize("raw", ["", "{", "NaN", "Infinity", "[" * 100_000, "1e999999999999999999999", '{"a":01}'])
def test_what_is_no_json_is_refused(raw: str) -> None:
    with pytest.raises(ContractBroken):
        read(raw)


@pytest.mark.parametrize(
    ("raw", "number"),
    [("3", 3), ('"3"', 3), ("3.0", 3), ('" 3.00 "', 3), ("null", 0), ('""', 0), ("-2", -2), ("1e3", 1000)],
)
def test_whole_numbers_come_as_number_or_text(raw: str, number: int) -> None:
    assert whole(read(f'{{"n":{raw}}}'), "n") == number


@pytest.mark.parametrize(
    "raw", ['"x"', "true", "[]", "{}", "1.5", '"NaN"', '"Infinity"', "1e400", "1e-400", '"1e999999"', "9" * 30]
)
def test_what_is_no_whole_number_names_its_field(raw: str) -> None:
    with pytest.raises(ContractBroken) as refused:
        whole(read(f'{{"n":{raw}}}'), "n")
    assert refused.value.field == "n"


def test_amounts_are_exact() -> None:
    assert amount(read('{"n":0.1}'), "n") == Decimal("0.1")
    assert amount(read('{"n":"12345678901234.56"}'), "n") == Decimal("12345678901234.56")
    assert amount(read("{}"), "n", Decimal(7)) == 7


@pytest.mark.parametrize(
    ("raw", "value"), [("true", True), ('"true"', True), ("1", True), ('"1"', True), ("false", False), ("0", False)]
)
def test_truth_comes_in_several_forms(raw: str, value: bool) -> None:
    assert flag(read(f'{{"n":{raw}}}'), "n", default=not value) is value


def test_an_unclear_truth_is_refused() -> None:
    with pytest.raises(ContractBroken):
        flag(read('{"n":"perhaps"}'), "n")


def test_times_are_seconds_in_utc_and_nought_is_none() -> None:
    assert moment(read('{"n":1700000000}'), "n") == datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)
    assert moment(read('{"n":0}'), "n") is None
    for bad in ("-1", "999999999999"):
        with pytest.raises(ContractBroken):
            moment(read(f'{{"n":{bad}}}'), "n")


def test_text_is_also_taken_from_a_number_but_not_from_a_list() -> None:
    assert text(read('{"n":22600001023}'), "n") == "22600001023"
    assert text(read('{"n":1.50}'), "n") == "1.50"
    with pytest.raises(ContractBroken):
        text(read('{"n":[]}'), "n")
    with pytest.raises(ContractBroken):
        needed_text(read('{"n":""}'), "n")


def test_a_lone_object_is_a_list_of_one_and_nothing_is_an_empty_list() -> None:
    assert as_objects(read('{"a":1}'), "x") == [{"a": 1}]
    assert as_objects(None, "x") == []
    with pytest.raises(ContractBroken, match=r"x\[1\]"):
        as_objects(read('[{"a":1},2]'), "x")


@pytest.mark.parametrize(
    "written", ["2023-11-14T22:13:20Z", "2023-11-15T05:13:20+07:00", "2023-11-14T22:13:20.000+00:00"]
)
def test_times_with_an_offset_are_read_in_utc(written: str) -> None:
    assert iso_moment({"t": written}, "t") == datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)


@pytest.mark.parametrize(
    "written", ["2023-11-14T22:13:20", "yesterday", "2023-13-01T00:00:00Z", "0001-01-01T00:00:00+23:00"]
)
def test_a_time_without_an_offset_is_refused(written: str) -> None:
    with pytest.raises(ContractBroken) as refused:
        iso_moment({"t": written}, "t")
    assert refused.value.field == "t"


def test_milliseconds_are_kept() -> None:
    assert millisecond_moment({"t": 1_700_000_000_123}, "t") == datetime(2023, 11, 14, 22, 13, 20, 123_000, tzinfo=UTC)
    assert millisecond_moment({"t": None}, "t") is None
    assert iso_moment({"t": ""}, "t") is None
    with pytest.raises(ContractBroken):
        millisecond_moment({"t": 10**17}, "t")
