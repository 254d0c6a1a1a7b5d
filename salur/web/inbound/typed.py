"""Lines of an inbound list as people type, paste or upload them (R62): rows of a form, and text of one line each.

A line of text is "MSKU, quantity, cost, batch, expiry", parted by tabs, semicolons or commas. A line that names columns
(as the first of a spreadsheet does) sets their order for the lines below it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.http import QueryDict

from salur.inbound.checking import LineProblem, LineResult, WantedLine
from salur.web.pasted import Columns, clean, read_pasted, text_line
from salur.web.words import sentences

FIELDS = ("sku", "quantity", "unit_cost", "batch", "expires_on")
COLUMNS: Mapping[str, str] = {
    "msku": "sku",
    "sku": "sku",
    "master sku": "sku",
    "quantity": "quantity",
    "qty": "quantity",
    "pieces": "quantity",
    "cost": "unit_cost",
    "unit cost": "unit_cost",
    "batch": "batch",
    "batch number": "batch",
    "lot": "batch",
    "expiry": "expires_on",
    "expiry date": "expires_on",
    "expires on": "expires_on",
    "warehouse": "warehouse",
    "warehouse code": "warehouse",
    "line": "line",
    "problem": "problem",
}
"""What a column may be called, and the field that it fills. The last two stand in a file of lines left out."""
HEADER_WORDS = "msku, quantity, cost, batch, expiry"  # in files these stay English in every language
LINES = Columns(COLUMNS, FIELDS, frozenset({"sku", "quantity"}))
MOST_ROWS = 150  # of the form; more are kept as text, because a browser sends no form of thousands of fields


@dataclass(slots=True)
class Row:
    """A line of the form as it was typed, with what is wrong by field."""

    sku: str = ""
    quantity: str = ""
    unit_cost: str = ""
    batch: str = ""
    expires_on: str = ""
    name: str = ""
    focus: str = ""
    errors: dict[str, list[str]] = field(default_factory=dict)

    def wanted(self, number: int) -> WantedLine:
        """The line as the domain takes it."""
        return WantedLine(self.sku, self.quantity, self.unit_cost, self.batch, self.expires_on, number)

    @property
    def blank(self) -> bool:
        """Nothing was typed."""
        return not any(getattr(self, name) for name in FIELDS)


@dataclass(frozen=True, slots=True)
class TextLine:
    """A line of text: its number, counted from 1 with blank lines, and its cells by field; or why it cannot be read."""

    number: int
    cells: Mapping[str, str]
    wrong: str = ""

    def row(self) -> Row:
        """The line as one of the form."""
        cells = self.cells
        return Row(
            cells.get("sku", ""),
            cells.get("quantity", ""),
            cells.get("unit_cost", ""),
            cells.get("batch", ""),
            cells.get("expires_on", ""),
        )

    def wanted(self, after: int = 0) -> WantedLine:
        """The line as the domain takes it, numbered after as many lines of the form."""
        return self.row().wanted(self.number + after)


def rows_of(query: QueryDict) -> list[Row]:
    """The form's lines, blank ones left out."""
    columns = [[clean(value) for value in query.getlist(name)] for name in FIELDS]
    rows = [Row(*cells) for cells in zip(*columns, strict=False)][:MOST_ROWS]
    return [row for row in rows if not row.blank]


def read_lines(text: str) -> list[TextLine]:
    """The lines of a text that are not blank; those that name columns are understood and left out."""
    return [TextLine(one.number, one.cells, one.wrong) for one in read_pasted(text, LINES)]


def text_of_rows(rows: Iterable[Row]) -> str:
    """Lines of the form as text."""
    return "\n".join(text_line([getattr(row, name) for name in FIELDS]) for row in rows)


def words_of(problem: LineProblem) -> str:
    """What is wrong and what to do, in two sentences."""
    told = problem.text()
    return sentences(told.cause, told.cure)


def words_by_field(result: LineResult) -> dict[str, list[str]]:
    """What is wrong with a line, by field."""
    found: dict[str, list[str]] = {}
    for problem in result.problems:
        found.setdefault(problem.field, []).append(words_of(problem))
    return found
