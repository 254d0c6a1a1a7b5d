"""Excel workbooks are read as the same table: the first sheet, typed cells, no formulas."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Mapping
from datetime import datetime
from io import BytesIO

import openpyxl
import pytest

from salur.orders.formats import RowProblem, read_orders, recognise, workbook

from .files import NOW, own, problems, read, refusal, shopify, table, taken
from .test_grouping import Flow


def sheet(rows: Iterable[Mapping[str, object]], columns: Iterable[str] | None = None) -> bytes:
    """A workbook of ``rows`` with a second sheet that must not matter."""
    rows = list(rows)
    names = list(columns or rows[0])
    book = openpyxl.Workbook()
    first = book.worksheets[0]
    first.append(names)
    for row in rows:
        first.append([row.get(name) for name in names])
    book.create_sheet("Notes").append(["order_id", "nothing"])
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def blank_to_none(row: Mapping[str, str]) -> dict[str, object]:
    return {name: value or None for name, value in row.items()}


def test_a_workbook_of_texts_reads_as_the_text_file_does() -> None:
    rows = [own(), own(line_id="2"), own(order_id="A2", note=""), own(order_id="A3", quantity="0")]
    assert read(sheet(map(blank_to_none, rows), rows[0])) == read(table(rows))
    export = [shopify(), shopify({"Name": "#2", "Id": "2"})]
    assert read(sheet(map(blank_to_none, export), export[0])) == read(table(export))


def test_typed_cells_read_as_a_person_would_write_them() -> None:
    typed = {
        **own(),
        "order_id": 1001,
        "ordered_at": datetime(2026, 5, 1, 9, 59),  # noqa: DTZ001 - a workbook's times know no zone
        "total": 480.5,
        "postal_code": 10110,
        "cash_on_delivery": True,
        "quantity": 2.0,
        "unit_price": 0.1 + 0.2,
        "line_id": None,
        "recipient_phone": 66812345678,
    }
    written = own(
        order_id="1001",
        ordered_at="2026-05-01T09:59:00",
        total="480.5",
        postal_code="10110",
        cash_on_delivery="yes",
        quantity="2",
        unit_price="0.3",
        line_id="",
        recipient_phone="66812345678",
    )
    assert read(sheet([typed])) == read(table([written]))


def test_formulas_and_error_values_are_refused_by_cell() -> None:
    rows = [own(), own(order_id="A2", city="=A1"), own(order_id="A3", buyer="#REF!"), own(order_id="A4")]
    content = sheet(rows)
    assert problems(content) == [(3, "city", "formula_cell", "A2"), (4, "buyer", "cell_error", "A3")]
    assert taken(content) == ["A1", "A4"]


def test_blank_rows_are_counted_and_surplus_cells_refused() -> None:
    rows = [{}, own(), {}, {**own(order_id="A2"), "": "surplus"}]
    assert problems(sheet(rows, [*own(), ""])) == [(5, "", "too_many_cells", "A2")]


def test_a_workbook_that_only_flows_is_read() -> None:
    content = sheet([own(order_id=f"A{n}") for n in range(300)])
    pieces = (content[at : at + 1_000] for at in range(0, len(content), 1_000))
    results = list(read_orders(Flow(pieces), zone="UTC", now=NOW))  # type: ignore[arg-type]  # it can but read
    assert len(results) == 300
    assert not any(isinstance(result, RowProblem) for result in results)


def test_a_whole_workbook_is_recognised_and_the_head_of_one_at_least_as_a_workbook() -> None:
    content = sheet([own()])
    assert recognise(content).name == "salur"
    assert recognise(content[:2_000]).name == "workbook"
    assert recognise(sheet([shopify()])).name == "shopify"


def test_a_workbook_without_the_needed_columns_is_refused() -> None:
    assert refusal(sheet([{"colour": "red"}])).code == "unknown_header"
    assert refusal(sheet([{}], [])).code == "empty_file"


@pytest.mark.parametrize("part", ["xl/worksheets/sheet1.xml", "xl/workbook.xml", "[Content_Types].xml"])
@pytest.mark.parametrize("damage", ["gone", "cut", "garbage"])
def test_a_damaged_workbook_is_refused(part: str, damage: str) -> None:
    content = BytesIO()
    with zipfile.ZipFile(BytesIO(sheet([own()] * 50))) as whole, zipfile.ZipFile(content, "w") as broken:
        for name in whole.namelist():
            data = whole.read(name)
            if name == part and damage == "gone":
                continue
            if name == part:
                data = data[: len(data) // 2] if damage == "cut" else b"\x00\xff" * 100
            broken.writestr(name, data)
    # Without its first sheet a workbook is still one: then the next sheet is the first.
    without_sheet = (part, damage) == ("xl/worksheets/sheet1.xml", "gone")
    assert refusal(content.getvalue()).code == ("unknown_header" if without_sheet else "unreadable_workbook")


def test_another_zip_archive_is_refused() -> None:
    content = BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("orders.csv", table([own()]))
    assert refusal(content.getvalue()).code == "unreadable_workbook"


def test_a_part_that_would_inflate_beyond_measure_is_not_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "SHEET_LIMIT", 10_000)
    assert refusal(sheet([own(order_id=f"A{n}") for n in range(200)])).code == "workbook_too_large"


def test_a_sheet_whose_rows_leap_is_refused_before_the_gap_is_counted_through(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "BLANK_ROWS_LIMIT", 1_000)
    content = BytesIO()
    with zipfile.ZipFile(BytesIO(sheet([own(), own()]))) as whole, zipfile.ZipFile(content, "w") as leaping:
        for name in whole.namelist():
            data = whole.read(name)
            if name == "xl/worksheets/sheet1.xml":
                assert b'<row r="3"' in data
                data = data.replace(b'<row r="3"', b'<row r="999999999999"')
            leaping.writestr(name, data)
    assert refusal(content.getvalue()).code == "unreadable_workbook"
