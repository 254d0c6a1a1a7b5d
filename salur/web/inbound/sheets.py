"""Spreadsheets of inbound lines: the template to fill in, and an uploaded file as text of one line each."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from salur.inbound.editing import MOST_LINES
from salur.orders.formats import FileRefused
from salur.orders.formats.table import BadRow, Table, delimited, plain_name, sniff, without_declaration
from salur.orders.formats.text import chunks_of, decode, encoding_of, lines_of
from salur.orders.formats.workbook import OLD_SIGNATURE, SIGNATURE, open_workbook

from .typed import COLUMNS, HEADER_WORDS, text_line

LARGEST = 8 * 1024 * 1024  # bytes of a file
MOST_BLANK = 100  # blank rows that are kept, so that lines are numbered as in the spreadsheet
HEADER = tuple(HEADER_WORDS.split(", "))
EXAMPLES = (("TEA-250", "120", "18.50", "L2401", "2027-03-31"), ("CUP-WHITE", "48", "32.00", "", ""))
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class TooManyRows(Exception):
    """The file holds more lines than a list may."""


def template(kind: str, extra: Sequence[str] = ()) -> bytes:
    """An empty list with two examples, as ``csv`` or ``xlsx``; ``extra`` columns come first."""
    rows = [(*extra, *HEADER), *((*("" for _ in extra), *row) for row in EXAMPLES)]
    if kind == "xlsx":
        return _workbook(rows)
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode("utf-8-sig")  # the mark lets spreadsheets read it as UTF-8


def _workbook(rows: Sequence[Sequence[str]]) -> bytes:
    import openpyxl  # here, because it is slow to import and few pages need it

    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("inbound")
    for row in rows:
        sheet.append(list(row))
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def text_of_file(content: bytes, *, most: int = MOST_LINES) -> str:
    """A CSV file or the first sheet of a workbook, one line of text for each row, its header first.

    Raises :class:`FileRefused` where it cannot be read as a whole, and :class:`TooManyRows`.
    """
    table = _table(content)
    if _score(table.names) < 2:
        raise FileRefused("unknown_header", {"found": ", ".join(table.names)[:200]})
    lines = [text_line(table.names)]
    for rows, (number, row) in enumerate(table.rows, start=1):
        if rows > most:
            raise TooManyRows
        lines += [""] * min(max(0, number - len(lines) - 1), MOST_BLANK)
        lines.append(text_line(_plain(row.cells if isinstance(row, BadRow) else row)))
    return "\n".join(lines)


def _score(names: Sequence[str]) -> int:
    """How many of the names are known."""
    return sum(plain_name(name.replace("_", " ")) in COLUMNS for name in names)


def _plain(cells: Sequence[str]) -> list[str]:
    """A workbook's dates come with the time of day, which means nothing here."""
    return [cell.removesuffix("T00:00:00") for cell in cells]


def _table(content: bytes) -> Table:
    if len(content) > LARGEST:
        raise FileRefused("workbook_too_large", {"limit": f"{LARGEST >> 20} MiB"})
    if content.startswith(OLD_SIGNATURE):
        raise FileRefused("old_workbook")
    if content.startswith(SIGNATURE):
        return open_workbook(io.BytesIO(content))
    text = "".join(decode(chunks_of(io.BytesIO(content)), encoding_of(content), strict=True))
    begins = sniff(text, _score)
    return delimited(without_declaration(lines_of(iter([text]))), begins.separator, above=begins.above)
