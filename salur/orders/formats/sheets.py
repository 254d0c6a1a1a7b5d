"""Spreadsheets that people download, fill in and upload again: written as CSV or workbook, read as a table."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence

from .results import FileRefused
from .table import Row, Score, Table, delimited, sniff, without_declaration
from .text import chunks_of, decode, encoding_of, lines_of
from .workbook import OLD_SIGNATURE, SIGNATURE, open_workbook

LARGEST = 8 * 1024 * 1024  # bytes of a file
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def written(kind: str, rows: Sequence[Sequence[str]], title: str) -> bytes:
    """The rows as ``csv`` or ``xlsx``; ``title`` names the workbook's sheet."""
    if kind == "xlsx":
        return _workbook(rows, title)
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode("utf-8-sig")  # the mark lets spreadsheets read it as UTF-8


def _workbook(rows: Sequence[Sequence[str]], title: str) -> bytes:
    import openpyxl  # here, because it is slow to import and few pages need it

    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet(title)
    for row in rows:
        sheet.append(list(row))
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def read_table(content: bytes, score: Score) -> Table:
    """A CSV file or the first sheet of a workbook; ``score`` tells how many names of a header are known.

    Raises :class:`FileRefused` where it cannot be read as a whole.
    """
    if len(content) > LARGEST:
        raise FileRefused("workbook_too_large", {"limit": f"{LARGEST >> 20} MiB"})
    if content.startswith(OLD_SIGNATURE):
        raise FileRefused("old_workbook")
    if content.startswith(SIGNATURE):
        return open_workbook(io.BytesIO(content))
    text = "".join(decode(chunks_of(io.BytesIO(content)), encoding_of(content), strict=True))
    begins = sniff(text, score)
    return delimited(without_declaration(lines_of(iter([text]))), begins.separator, above=begins.above)


def rows_at_most(table: Table, most: int) -> Iterator[Row]:
    """The table's rows; raises :class:`FileRefused` where there are more than ``most``."""
    for count, row in enumerate(table.rows, start=1):
        if count > most:
            raise FileRefused("too_many_rows", {"limit": str(most)})
        yield row


FORMULA = ("=", "+", "-", "@", "\t", "\r")


def safe_cell(cell: str) -> str:
    """A cell that a spreadsheet does not take for a formula."""
    return f"'{cell}" if cell[:1] in FORMULA else cell


def as_typed(cell: str) -> str:
    """Without the mark that :func:`safe_cell` put before it."""
    inner = cell.removeprefix("'")
    return inner if safe_cell(inner) == cell else cell
