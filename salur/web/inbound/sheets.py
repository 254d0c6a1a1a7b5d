"""Spreadsheets of inbound lines: the template to fill in, and an uploaded file as text of one line each."""

from __future__ import annotations

from collections.abc import Sequence

from salur.inbound.editing import MOST_LINES
from salur.orders.formats import FileRefused
from salur.orders.formats.table import BadRow, plain_name
from salur.web.spreadsheets import read_table, written

from .typed import COLUMNS, HEADER_WORDS, text_line

MOST_BLANK = 100  # blank rows that are kept, so that lines are numbered as in the spreadsheet
HEADER = tuple(HEADER_WORDS.split(", "))
EXAMPLES = (("TEA-250", "120", "18.50", "L2401", "2027-03-31"), ("CUP-WHITE", "48", "32.00", "", ""))


class TooManyRows(Exception):
    """The file holds more lines than a list may."""


def template(kind: str, extra: Sequence[str] = ()) -> bytes:
    """An empty list with two examples, as ``csv`` or ``xlsx``; ``extra`` columns come first."""
    rows = [(*extra, *HEADER), *((*("" for _ in extra), *row) for row in EXAMPLES)]
    return written(kind, rows, "inbound")


def text_of_file(content: bytes, *, most: int = MOST_LINES) -> str:
    """A CSV file or the first sheet of a workbook, one line of text for each row, its header first.

    Raises :class:`FileRefused` where it cannot be read as a whole, and :class:`TooManyRows`.
    """
    table = read_table(content, _score)
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
