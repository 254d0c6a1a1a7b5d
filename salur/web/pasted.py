"""Lines that people paste or upload: one row each, cells parted by tabs, semicolons or commas.

A line that names columns (as the first of a spreadsheet does) sets their order for the lines below it.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext

from salur.orders.formats import FileRefused
from salur.orders.formats.table import BadRow, plain_name

from .spreadsheets import as_typed, read_table

SEPARATORS = "\t;,"
MOST_BLANK = 100  # blank rows that are kept, so that lines are numbered as in the spreadsheet


@dataclass(frozen=True)
class Columns:
    """``names``: what a column may be called, and the field it fills. ``order``: the fields where none are named.

    ``needed``: a line is a header only if it names these.
    """

    names: Mapping[str, str]
    order: tuple[str, ...]
    needed: frozenset[str]

    def header(self, cells: Sequence[str]) -> list[str] | None:
        """Fields by column if the cells are names of columns: all that are needed, and nothing unknown."""
        names = [" ".join(cell.replace("_", " ").split()).casefold() for cell in cells]
        fields = [self.names.get(name, "") for name in names]
        unknown = any(name and not found for name, found in zip(names, fields, strict=True))
        return None if unknown or not self.needed <= set(fields) else fields

    def score(self, names: Sequence[str]) -> int:
        """How many of the names are known."""
        return sum(plain_name(name.replace("_", " ")) in self.names for name in names)


@dataclass(frozen=True, slots=True)
class PastedLine:
    """A line: its number, counted from 1 with blank lines, and its cells by field; or why it cannot be read."""

    number: int
    cells: Mapping[str, str]
    wrong: str = ""
    text: str = ""


class TooManyRows(Exception):
    """The file holds more lines than are taken."""


def clean(text: str) -> str:
    """Without blanks around it, and without NUL, which no database keeps."""
    return text.replace("\x00", "").strip()


def read_pasted(text: str, columns: Columns) -> list[PastedLine]:
    """The lines of a text that are not blank; those that name columns are understood and left out."""
    order: Sequence[str] = columns.order
    found = []
    for number, line in enumerate(text.replace("\r\n", "\n").split("\n"), start=1):
        if not line.strip():
            continue
        cells = _cells(line)
        if cells is None:
            wrong = gettext("A quotation mark in this line is never closed.")
            found.append(PastedLine(number, {}, wrong, line))
        elif (named := columns.header(cells)) is not None:
            order = named
        else:
            found.append(_line(number, cells, order, line))
    return found


def _cells(line: str) -> list[str] | None:
    separator = next((mark for mark in SEPARATORS if mark in line), ",")
    try:
        (cells,) = csv.reader([line], delimiter=separator, skipinitialspace=True, strict=True)
    except (csv.Error, ValueError):
        return None
    return [clean(cell) for cell in cells]


def _line(number: int, cells: Sequence[str], order: Sequence[str], text: str) -> PastedLine:
    if any(cells[len(order) :]):
        told = gettext("There are %(found)s values in this line, but only %(most)s columns. A comma too many?")
        return PastedLine(number, {}, told % {"found": len(cells), "most": len(order)}, text)
    return PastedLine(number, {name: cell for name, cell in zip(order, cells, strict=False) if name}, text=text)


def text_line(cells: Sequence[str]) -> str:
    """One line of text; a cell that holds a separator stands in quotation marks."""
    tidy = [" ".join(cell.split()) for cell in cells]
    while tidy and not tidy[-1]:
        tidy.pop()
    quoted = ['"' + cell.replace('"', '""') + '"' if set(cell) & set(SEPARATORS + '"') else cell for cell in tidy]
    return ", ".join(quoted)


def text_of_file(content: bytes, columns: Columns, *, most: int) -> str:
    """A CSV file or the first sheet of a workbook, one line of text for each row, its header first.

    Raises :class:`FileRefused` where it cannot be read as a whole, and :class:`TooManyRows`.
    """
    table = read_table(content, columns.score)
    if columns.score(table.names) < len(columns.needed):
        raise FileRefused("unknown_header", {"found": ", ".join(table.names)[:200]})
    lines = [text_line(table.names)]
    for rows, (number, row) in enumerate(table.rows, start=1):
        if rows > most:
            raise TooManyRows
        lines += [""] * min(max(0, number - len(lines) - 1), MOST_BLANK)
        lines.append(text_line(_plain(row.cells if isinstance(row, BadRow) else row)))
    return "\n".join(lines)


def _plain(cells: Sequence[str]) -> list[str]:
    """A workbook's dates come with the time of day, which means nothing here; our own files with formulas disarmed."""
    return [as_typed(cell.removesuffix("T00:00:00")) for cell in cells]
