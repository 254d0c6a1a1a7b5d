"""A file as a table: the header's names and then rows of exactly that many cells, each with its line number."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import StringIO

from .results import FileRefused, evidence
from .text import LineSource

SEPARATORS = ",;\t"
COLUMN_LIMIT = 1_000
_SEP_LINE = re.compile(r"sep=(.?)[\r\n]*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that is not a row of this table. ``cells``: what of it could be made out, to find its order."""

    code: str
    detail: dict[str, str]
    cells: list[str]
    column: int = -1


Row = tuple[int, "list[str] | BadRow"]


@dataclass(frozen=True, slots=True)
class Table:
    """Header names as written (blanks around them removed) and the rows below, lazily."""

    names: list[str]
    rows: Iterator[Row]


def plain_name(name: str) -> str:
    """A column name as it is compared: case and surplus blanks do not matter."""
    return " ".join(name.split()).casefold()


def sniff(text: str, score: Callable[[list[str]], int]) -> tuple[str, list[str]]:
    """Separator and header of a file that begins with ``text``: the separator under which most names are known."""
    declared = _declared(text.split("\n", 1)[0])
    body = text.split("\n", 1)[1] if declared and "\n" in text else "" if declared else text
    best: tuple[int, int, str, list[str]] = (-1, 0, ",", [])
    for separator in declared or SEPARATORS:
        names = _first_row(body, separator)
        found = (score(names), len(names), separator, names)
        if found[:2] > best[:2]:
            best = found
    names = best[3]
    if not any(names):
        raise FileRefused("empty_file")
    if len(names) > COLUMN_LIMIT:
        raise FileRefused("too_many_columns", {"limit": str(COLUMN_LIMIT), "found": str(len(names))})
    if any("\0" in name for name in names):
        raise FileRefused("not_text")
    return best[2], names


def _declared(line: str) -> str:
    match = _SEP_LINE.match(line)
    if match is None:
        return ""
    if not match[1] or match[1] not in SEPARATORS:
        raise FileRefused("separator", {"found": evidence(match[1])})
    return match[1]


def _first_row(text: str, separator: str) -> list[str]:
    try:
        for row in csv.reader(StringIO(text, newline=""), delimiter=separator):
            if any(cell.strip() for cell in row):
                return [" ".join(cell.split()) for cell in row]
    except csv.Error:
        # Not readable with this separator; another may do, and with none of them no column is known.
        return [evidence(text.lstrip())]
    return []


def delimited(lines: Iterator[str], separator: str) -> Table:
    """The table in text ``lines`` (whose first line may declare the separator)."""
    source = LineSource(lines)
    rows = _records(source, separator)
    number, names = next(((number, row) for number, row in rows if isinstance(row, list)), (0, []))
    names = [" ".join(name.split()) for name in names]
    return Table(names, _fitted(rows, source, separator, len(names), number))


def without_declaration(lines: Iterator[str]) -> Iterator[str]:
    """``lines`` without a leading ``sep=`` line, which spreadsheets read and do not show (so it has no number)."""
    for first in lines:
        if not _SEP_LINE.match(first):
            yield first
        break
    yield from lines


def _records(source: LineSource, separator: str) -> Iterator[Row]:
    """Rows that are not blank, numbered as a spreadsheet numbers them."""
    reader = csv.reader(source, delimiter=separator, strict=True)
    number = 0
    while True:
        try:
            for row in reader:
                number += 1
                if source.overlong:
                    source.overlong = False
                    yield (
                        number,
                        _unreadable(source, separator, "quote_not_closed" if source.ended else "cell_too_large"),
                    )
                elif row:
                    yield number, row
                source.size = source.lines = 0
            return
        except csv.Error:
            # The reader starts afresh with the next text line.
            number += 1
            yield number, _unreadable(source, separator, "bad_quotes")
            source.size = source.lines = 0
            source.overlong = False


def _unreadable(source: LineSource, separator: str, code: str) -> BadRow:
    if source.ended:
        code = "quote_not_closed"
    detail = {"lines": str(source.lines), "value": evidence(source.first)}
    try:
        cells = next(csv.reader([source.first[:4096]], delimiter=separator), [])
    except csv.Error:
        cells = []
    return BadRow(code, detail, cells[:-1])  # its last cell may be cut off


def _fitted(rows: Iterator[Row], source: LineSource, separator: str, width: int, header: int) -> Iterator[Row]:
    for number, row in rows:
        if isinstance(row, BadRow):
            yield number, row
            continue
        if len(row) != width:
            fitted = fit(row, width)
            if fitted is None:
                continue
            if isinstance(fitted, BadRow):
                yield number, fitted
                continue
            row = fitted
        if source.lines > 1 and _swallowed(row, separator, width):
            detail = {"lines": str(source.lines), "value": evidence(source.first)}
            yield number, BadRow("bad_quotes", detail, row)
            continue
        yield number, row


def fit(row: list[str], width: int) -> list[str] | BadRow | None:
    """``row`` with blank surplus cells removed; None for a row of blanks; a BadRow if it does not fit the header."""
    if len(row) > width and not any(cell.strip() for cell in row[width:]):
        return row[:width]
    if not any(cell.strip() for cell in row):
        return None
    detail = {"expected": str(width), "found": str(len(row))}
    return BadRow("too_many_cells" if len(row) > width else "too_few_cells", detail, row)


def _swallowed(row: list[str], separator: str, width: int) -> bool:
    """Whether a cell holds whole other rows: a stray quotation mark opened it and another one closed it by chance."""
    return any("\n" in cell and cell.count(separator) >= width - 1 for cell in row)
