"""A file as a table: the header's names and then rows of exactly that many cells, each with its line number."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import StringIO
from itertools import islice

from .results import FileRefused, evidence
from .text import LineSource

SEPARATORS = ",;\t"
# Exports may begin with a few rows of their own before the header (contract sheet csv-orders, eBay).
PREAMBLE = 20
CERTAIN = 3  # known names that make a later row the header
COLUMN_LIMIT = 1_000
_ESCAPED = re.compile("[\ud800-\udfff]")
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


@dataclass(frozen=True, slots=True)
class Sniffed:
    """How a file begins: its separator, its header, and how many rows that are not blank stand above the header."""

    separator: str
    names: list[str]
    above: int = 0


Score = Callable[[list[str]], int]


def sniff(text: str, score: Score) -> Sniffed:
    """Separator and header of a file that begins with ``text``: the separator under which most names are known."""
    declared = _declared(text.split("\n", 1)[0])
    body = text.split("\n", 1)[1] if declared and "\n" in text else "" if declared else text
    best = (-1, 0)
    found = Sniffed(",", [])
    for separator in declared or SEPARATORS:
        rows = _first_rows(body, separator)
        above = header_at(rows, score)
        names = rows[above] if rows else []
        if (worth := (score(names), len(names))) > best:
            best, found = worth, Sniffed(separator, names, above)
    if not any(found.names):
        raise FileRefused("empty_file")
    if len(found.names) > COLUMN_LIMIT:
        raise FileRefused("too_many_columns", {"limit": str(COLUMN_LIMIT), "found": str(len(found.names))})
    if any("\0" in name for name in found.names):
        raise FileRefused("not_text")
    return found


def header_at(rows: list[list[str]], score: Score) -> int:
    """Which of a file's first rows is its header: the first one, unless a later one is known far better."""
    best, place = max(score(rows[0]), CERTAIN - 1) if rows else 0, 0
    for index, row in enumerate(rows[1:PREAMBLE], 1):
        if (worth := score(row)) > best:
            best, place = worth, index
    return place


def header_name(cell: str) -> str:
    """A cell of the header: blanks tidied, bytes of another encoding shown as such."""
    return " ".join(_ESCAPED.sub("\ufffd", cell).split())


def _declared(line: str) -> str:
    match = _SEP_LINE.match(line)
    if match is None:
        return ""
    if not match[1] or match[1] not in SEPARATORS:
        raise FileRefused("separator", {"found": evidence(match[1])})
    return match[1]


def _first_rows(text: str, separator: str) -> list[list[str]]:
    rows: list[list[str]] = []
    try:
        for row in csv.reader(StringIO(text, newline=""), delimiter=separator):
            if any(cell.strip() for cell in row):
                rows.append([header_name(cell) for cell in row])
                if len(rows) >= PREAMBLE:
                    break
    except csv.Error:
        # Not readable with this separator; another may do, and with none of them no column is known.
        return rows or [[evidence(text.lstrip())]]
    return rows


def delimited(lines: Iterator[str], separator: str, *, above: int = 0, quoted: bool = True) -> Table:
    """The table in text ``lines``, without the ``sep=`` line.

    ``above``: how many rows that are not blank stand above the header. ``quoted`` false: quotation marks mean nothing.
    """
    source = LineSource(lines, quoted=quoted)
    rows = _records(source, separator, quoted=quoted)
    filled = (row for _, row in rows if isinstance(row, list) and any(cell.strip() for cell in row))
    names = [header_name(name) for name in next(islice(filled, above, None), [])]
    fitted = _fitted(rows, source, separator, len(names))
    return Table(names, fitted if quoted else ((number, _unquoted(row)) for number, row in fitted))


def _unquoted(row: list[str] | BadRow) -> list[str] | BadRow:
    """Cells that a spreadsheet has put in quotation marks all the same."""
    if isinstance(row, list):
        for index, cell in enumerate(row):
            inner = cell[1:-1]
            if len(cell) > 1 and cell[0] == cell[-1] == '"' and inner.count('"') == 2 * inner.count('""'):
                row[index] = inner.replace('""', '"')
    return row


def without_declaration(lines: Iterator[str]) -> Iterator[str]:
    """``lines`` without a leading ``sep=`` line, which spreadsheets read and do not show (so it has no number)."""
    for first in lines:
        if not _SEP_LINE.match(first):
            yield first
        break
    yield from lines


def _records(source: LineSource, separator: str, *, quoted: bool = True) -> Iterator[Row]:
    """Rows that are not blank, numbered as a spreadsheet numbers them."""
    if quoted:
        reader = csv.reader(source, delimiter=separator, strict=True)
    else:
        reader = csv.reader(source, delimiter=separator, strict=True, quoting=csv.QUOTE_NONE)
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


def _fitted(rows: Iterator[Row], source: LineSource, separator: str, width: int) -> Iterator[Row]:
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


_FOOTER = re.compile(
    r"\d+ ?,? ?(record|order|row|transaction)s?(\(s\))? (downloaded|exported)\b|seller id ?:"
    r"|((grand|sub)[ -]?)?totals?:?$|sum:?$|(gesamt)?summe:?$|jumlah( keseluruhan)?:?$|total keseluruhan:?$"
    r"|tổng( cộng)?:?$|(合|总|小)计[::]?$|รวม(ทั้งหมด)?:?$",
    re.IGNORECASE,
)


def is_footer(cells: list[str], width: int) -> bool:
    """Whether a row is what an export puts below its orders: a count, the seller's name, a sum. Never a filled row."""
    if sum(map(bool, cells)) * 2 > width:  # nearly every row: told without looking closer
        return False
    filled = [cell.strip() for cell in cells if cell.strip()]
    if not filled:
        return False
    return bool(_FOOTER.match(filled[0]) or _FOOTER.match(" ".join(filled)))
