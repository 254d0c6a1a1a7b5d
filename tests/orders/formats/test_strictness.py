"""What is wrong is named by row, column and code, and spoils its own order only."""

from __future__ import annotations

import pytest

from salur.orders.formats import RowProblem
from salur.orders.formats.messages import text_of

from .files import own, problems, read, table, taken

BAD_CELLS = [
    ("recipient_name", "", "missing_value"),
    ("address1", "  ", "missing_value"),
    ("country", "", "missing_value"),
    ("sku", "", "missing_value"),
    ("quantity", "", "missing_value"),
    ("quantity", "0", "bad_quantity"),
    ("quantity", "-1", "bad_quantity"),
    ("quantity", "1.5", "bad_quantity"),
    ("quantity", "two", "bad_quantity"),
    ("quantity", "1000000", "bad_quantity"),
    ("quantity", "๒", "bad_quantity"),
    ("total", "THB 5", "bad_money"),
    ("total", "-5", "bad_money"),
    ("total", "150.000", "bad_money"),
    ("total", "1,500", "bad_money"),
    ("total", "1,500.00", "bad_money"),
    ("total", "1e5", "bad_money"),
    ("unit_price", "NaN", "bad_money"),
    ("unit_price", "1.23456", "bad_money"),
    ("ordered_at", "01/05/2026", "bad_time"),
    ("ordered_at", "2026-02-30", "bad_time"),
    ("ordered_at", "1900-01-01", "bad_time"),
    ("ordered_at", "2026-05-01T25:00:00Z", "bad_time"),
    ("paid_at", "yesterday", "bad_time"),
    ("ordered_at", "2026-09-01T12:11:00Z", "time_in_future"),
    ("paid_at", "9999-12-31T23:59:59-12:00", "bad_time"),
    ("country", "XX", "bad_country"),
    ("country", "ß", "bad_country"),
    ("currency", "B4T", "bad_currency"),
    ("currency", "BAHT", "too_long"),
    ("status", "unknown", "unknown_status"),
    ("status", "to be sent", "unknown_status"),
    ("cash_on_delivery", "maybe", "bad_yes_no"),
    ("recipient_name", "x" * 201, "too_long"),
    ("note", "x" * 5_001, "too_long"),
    ("sku", "x" * 101, "too_long"),
    ("order_id", "x" * 102, "too_long"),
    ("item_name", '=HYPERLINK("http://example.com")', "formula_cell"),
    ("sku", "=A2", "formula_cell"),
    ("note", "@SUM(1+1)*cmd|' /C calc'!A0", "formula_cell"),
    ("buyer", "+cmd|' /C calc'!A0", "formula_cell"),
    ("note", "\t=1+1", "formula_cell"),
    ("city", "-SUM(A1)", "formula_cell"),
    ("recipient_name", "Som\x00chai", "bad_character"),
    ("city", "Bang\x07kok", "bad_character"),
    ("sku", "MUG\nBLUE", "bad_character"),
]


@pytest.mark.parametrize(("column", "cell", "code"), BAD_CELLS)
def test_a_bad_cell_is_named_and_its_neighbours_are_read(column: str, cell: str, code: str) -> None:
    rows = [own(order_id="A1"), own(**{"order_id": "A2", column: cell}), own(order_id="A3")]
    found = problems(table(rows))
    assert [(line, place, found_code) for line, place, found_code, _ in found][:1] == [(3, column, code)]
    assert taken(table(rows)) == ["A1", "A3"]


def test_a_bad_row_spoils_every_row_of_its_order() -> None:
    rows = [own(line_id="1"), own(line_id="2", quantity="none"), own(line_id="3"), own(order_id="B1")]
    assert problems(table(rows)) == [(3, "quantity", "bad_quantity", "A1")]
    assert taken(table(rows)) == ["B1"]


def test_all_that_is_wrong_with_an_order_is_reported_at_once() -> None:
    rows = [own(country="XX", total="?", quantity="0"), own(line_id="2", country="", total="", sku="", unit_price="x")]
    assert sorted(problems(table(rows))) == [
        (2, "country", "bad_country", "A1"),
        (2, "quantity", "bad_quantity", "A1"),
        (2, "total", "bad_money", "A1"),
        (3, "sku", "missing_value", "A1"),
        (3, "unit_price", "bad_money", "A1"),
    ]


def test_a_row_without_an_order_number_is_reported_and_nothing_else_suffers() -> None:
    rows = [own(), own(order_id=""), own(line_id="2"), own(order_id="B1")]
    assert problems(table(rows)) == [(3, "order_id", "missing_value", "")]
    assert taken(table(rows)) == ["A1", "B1"]


def test_rows_of_one_order_that_disagree_are_named_by_column_with_both_values() -> None:
    content = table([own(), own(line_id="2", city="Chiang Mai", recipient_name="Somsri")])
    results = [result for result in read(content) if isinstance(result, RowProblem)]
    assert [(result.line, result.column, result.code) for result in results] == [
        (3, "recipient_name", "order_rows_differ"),
        (3, "city", "order_rows_differ"),
    ]
    assert results[1].detail == {"first": "Bangkok", "other": "Chiang Mai", "first_line": "2"}


def test_a_line_number_given_twice_is_refused() -> None:
    assert problems(table([own(line_id="7"), own(line_id="7")])) == [(3, "line_id", "duplicate_line_id", "A1")]


def test_the_evidence_is_short_printable_and_in_the_message() -> None:
    (problem,) = (p for p in read(table([own(note="ring\x00" + "y" * 300)])) if isinstance(p, RowProblem))
    assert len(problem.detail["value"]) <= 60
    assert problem.detail["value"].isprintable()
    assert problem.detail["value"] in text_of(problem)
