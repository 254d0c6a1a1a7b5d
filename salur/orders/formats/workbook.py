"""The first sheet of an Excel workbook (.xlsx) as the same kind of table."""

from __future__ import annotations

import math
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import date, datetime
from itertools import chain
from typing import Any, BinaryIO, cast

from .results import FileRefused, evidence
from .table import PREAMBLE, BadRow, Row, Score, Table, fit, header_at, header_name
from .text import ROW_LIMIT, chunks_of

SIGNATURE = b"PK\x03\x04"
OLD_SIGNATURE = b"\xd0\xcf\x11\xe0"  # the binary .xls of before 2007
_MIB = 1 << 20
FILE_LIMIT = 64 * _MIB
# What the parts may inflate to. Sheets are streamed; texts are held in memory; the small parts become whole trees.
SHEET_LIMIT = 256 * _MIB
TEXTS_LIMIT = 48 * _MIB
SMALL_PART_LIMIT = 8 * _MIB
# A sheet's row number is the writer's word: one that leaps would make the reader count blank rows for hours.
BLANK_ROWS_LIMIT = 1_048_576


def open_workbook(stream: BinaryIO, head: bytes = b"", score: Score | None = None) -> Table:
    """The first sheet's header and rows; FileRefused if it cannot be read or would inflate beyond all measure.

    ``head`` is what was already taken from a stream that cannot be set back. ``score`` finds the header below rows of
    a preamble; without it the first row that is not blank is the header.
    """
    with ExitStack() as until_refused:
        book = _seekable(stream, head, until_refused)
        with _telling():
            _check_parts(book)
            cells = _first_sheet(book)
        closing = until_refused.pop_all()
        rows = _rows(cells, closing)
        first = _first_rows(rows, PREAMBLE if score else 1)
    places = [place for place, (_, row) in enumerate(first) if isinstance(row, list)]
    if not places:
        raise FileRefused("empty_file")
    texts = [[header_name(cell) for cell in row] for _, row in first if isinstance(row, list)]
    above = header_at(texts, score) if score else 0
    names = texts[above]
    while names and not names[-1]:
        names.pop()
    return Table(names, _fitted(chain(first[places[above] + 1 :], rows), len(names)))


def _first_rows(rows: Iterator[Row], most: int) -> list[Row]:
    """Rows until ``most`` readable ones have come, with the unreadable ones between them."""
    taken: list[Row] = []
    readable = 0
    for row in rows:
        taken.append(row)
        readable += isinstance(row[1], list)
        if readable >= most:
            break
    return taken


@contextmanager
def _telling() -> Iterator[None]:
    """openpyxl answers a damaged file with errors of every class; here they become the one that callers know."""
    try:
        yield
    except FileRefused:
        raise
    except Exception as wrong:
        reason = evidence(f"{type(wrong).__name__}: {wrong}")
        raise FileRefused("unreadable_workbook", {"reason": reason}) from wrong


def _first_sheet(book: BinaryIO) -> Iterable[Iterable[Any]]:
    import openpyxl  # here, because it is slow to import and most files are text

    sheets = openpyxl.load_workbook(book, read_only=True, data_only=False, keep_links=False).worksheets
    if not sheets:
        raise FileRefused("empty_file")
    sheet = cast("Any", sheets[0])
    sheet.reset_dimensions()  # its own statement of its size is often wrong
    return cast("Iterable[Iterable[Any]]", sheet.iter_rows())


def _seekable(stream: BinaryIO, head: bytes, closing: ExitStack) -> BinaryIO:
    """A workbook is read from its end, so one that only flows is put into a temporary file first."""
    if stream.seekable():
        return stream
    temporary = tempfile.SpooledTemporaryFile(max_size=4 * _MIB)  # noqa: SIM115 - the stack closes it
    spool = cast("BinaryIO", closing.enter_context(temporary))
    size = 0
    for chunk in chunks_of(stream, head):
        size += len(chunk)
        if size > FILE_LIMIT:
            raise FileRefused("workbook_too_large", {"limit": f"{FILE_LIMIT // _MIB} MiB"})
        spool.write(chunk)
    spool.seek(0)
    return spool


def _check_parts(book: BinaryIO) -> None:
    with zipfile.ZipFile(book) as archive:
        for part in archive.infolist():
            if part.filename.startswith("xl/worksheets/"):
                limit = SHEET_LIMIT
            elif part.filename == "xl/sharedStrings.xml":
                limit = TEXTS_LIMIT
            elif part.filename.endswith((".xml", ".rels")):
                limit = SMALL_PART_LIMIT
            else:
                continue  # pictures and the like are never opened
            if part.file_size > limit:
                raise FileRefused("workbook_too_large", {"limit": f"{limit // _MIB} MiB"})
    book.seek(0)


def _rows(sheet_rows: Iterable[Iterable[Any]], closing: ExitStack) -> Iterator[Row]:
    blank = 0
    with closing, _telling():
        for number, cells in enumerate(sheet_rows, 1):
            row, fault = _texts(cells)
            if not any(row):
                blank += 1
                if blank > BLANK_ROWS_LIMIT:
                    raise FileRefused("unreadable_workbook", {"reason": f"row {number}"})
                continue
            blank = 0
            if sum(map(len, row)) > ROW_LIMIT:
                fault = BadRow("cell_too_large", {"lines": "1", "value": evidence("".join(row)[:100])}, row)
            yield number, fault or row


def _texts(cells: Iterable[Any]) -> tuple[list[str], BadRow | None]:
    row: list[str] = []
    fault: tuple[str, int] | None = None
    for index, cell in enumerate(cells):
        value = cell.value
        if cell.data_type in ("f", "e") and value is not None:
            fault = fault or ("formula_cell" if cell.data_type == "f" else "cell_error", index)
        row.append(value.strip() if isinstance(value, str) else _text(value))
    if fault is None:
        return row, None
    return row, BadRow(fault[0], {"value": evidence(row[fault[1]])}, row, fault[1])


def _text(value: object) -> str:
    """A cell's value as a person would type it into the template."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        # Every number in a workbook is a double of 15 digits; the rest is noise of the binary form.
        whole = math.isfinite(value) and value.is_integer() and abs(value) < 1e15
        return str(int(value)) if whole else f"{value:.15g}"
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    return str(value)


def _fitted(rows: Iterator[Row], width: int) -> Iterator[Row]:
    """A sheet does not store the blank cells at a row's end, so a short row is a whole one."""
    for number, row in rows:
        if isinstance(row, BadRow):
            yield number, row
            continue
        row += [""] * (width - len(row))
        fitted = fit(row, width) if len(row) > width else row
        if fitted is not None:
            yield number, fitted
