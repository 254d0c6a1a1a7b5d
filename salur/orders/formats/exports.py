"""What exports of stores have in common: cells by the name of their column, lines that have left, one price a piece."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from salur.connectors.base.types import OrderStatus, StoreOrder

from .cells import Cells
from .grouping import Format, Group
from .loose import LooseCells, with_custom
from .options import ENCODINGS, ReadOptions

PLACES = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class ExportRow:
    """A row's line cells by our column names; ``at`` is its number in the file."""

    at: int
    cells: Mapping[str, str]

    def __getitem__(self, name: str) -> str:
        return self.cells[name]


class Export(Format):
    """A store's export. ``dates``: how the platform writes dates like 05/01/26; ``shipped_column`` marks gone lines."""

    dates = ""
    shipped_column = ""

    def cells(self, zone: ZoneInfo, now: datetime, options: ReadOptions) -> Cells:
        """Loosely, with the platform's custom for dates where nobody said otherwise."""
        custom = with_custom(options, dates=self.dates)
        return LooseCells(zone, now, custom, ENCODINGS.get(options.encoding, "UTF-8"))

    def build(self, group: Group, head: list[str], cells: Cells) -> StoreOrder | None:
        """See :meth:`Format.build`; hands the cells on by name."""
        names = [column.name for column in self.line]
        limits = [column.limit for column in self.line]
        rows = [
            ExportRow(at, dict(zip(names, cells.tidy(row, self.line, limits, at), strict=True)))
            for at, row in group.lines
        ]
        named = dict(zip([column.name for column in self.head], head, strict=True))
        return self.order(group.line, named, rows, cells)

    @abstractmethod
    def order(self, at: int, head: Mapping[str, str], rows: Sequence[ExportRow], cells: Cells) -> StoreOrder:
        """The order whose first row is ``at``; faults go to ``cells``."""

    def required_in(self, row: ExportRow, cells: Cells) -> None:
        """The row's required cells must hold something."""
        cells.required([row[column.name] for column in self.line], self.line, row.at)

    def to_ship(self, items: Sequence[ExportRow]) -> tuple[list[ExportRow], bool]:
        """The lines to import, and whether all have left. Of an order partly sent, what has left stays out."""
        open_lines = [row for row in items if not row[self.shipped_column]]
        if open_lines:
            return open_lines, False
        return list(items), bool(items)


def paid_status(*, shipped: bool, paid: bool) -> OrderStatus:
    """The status of an order whose export tells only these two."""
    if shipped:
        return OrderStatus.SHIPPED
    return OrderStatus.PAID if paid else OrderStatus.UNPAID


def times_of(cells: Cells, rows: Iterable[ExportRow], column: str) -> list[datetime | None]:
    """A column's times in every row."""
    return [cells.time(row[column], column, row.at) for row in rows if row[column]]


def each_of(total: Decimal, pieces: int) -> Decimal:
    """The price of one piece of a line that costs ``total``."""
    return (total / pieces).quantize(PLACES) if pieces else total


def named_with(name: str, variation: str) -> str:
    """An item's name with what the buyer chose of it."""
    return f"{name} ({variation})"[:500] if variation else name
