"""Rows to orders: the rows of one order are collected, its head taken from them, and a bad row spoils only its order.

Rows of one order usually stand together, but a file sorted by something else is read too: an order is closed only when
``WINDOW`` others have begun after it. A row of an order that is already closed is refused (``order_split``), because
the order was handed on without it. Memory: the rows of ``WINDOW`` orders, and the id of every order (about 100 bytes).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from operator import itemgetter
from zoneinfo import ZoneInfo

from salur.connectors.base.types import StoreOrder

from .cells import Cells, Column
from .options import ENCODINGS, ReadOptions
from .results import FileRefused, FormatInfo, ParsedOrder, RowProblem, evidence
from .table import BadRow, Table, is_footer, plain_name

WINDOW = 5_000
LINES_LIMIT = 1_000


@dataclass(slots=True)
class Group:
    """The rows of one order so far. ``lines``: row number and its line cells, as they stand in the file."""

    key: str
    line: int
    head: tuple[str, ...]
    lines: list[tuple[int, tuple[str, ...]]] = field(default_factory=list)
    differing: list[tuple[int, int, str, str]] = field(default_factory=list)
    spoiled: bool = False

    def add(self, line: int, head: tuple[str, ...], cells: tuple[str, ...]) -> None:
        """One more row; a head cell may be blank or must say what the others say."""
        if head != self.head:
            self._merge(line, head)
        self.lines.append((line, cells))

    def _merge(self, line: int, head: tuple[str, ...]) -> None:
        merged = list(self.head)
        for index, (first, other) in enumerate(zip(self.head, head, strict=True)):
            if first == other or not other.strip():
                continue
            if not first.strip():
                merged[index] = other
            elif first.strip() != other.strip():
                self.differing.append((line, index, first, other))
        self.head = tuple(merged)


class Format(ABC):
    """One kind of order file: its columns, and how the collected cells of an order become a StoreOrder."""

    info: FormatInfo
    key: Column
    head: tuple[Column, ...]  # order level; the key is its first
    line: tuple[Column, ...]  # line level
    needed: frozenset[str]  # columns without which the file is refused
    aliases: Mapping[str, str] = {}  # other spelling (plain) -> our column's name
    quoted_tabs = True  # false: in a file separated by tabs, quotation marks mean nothing
    present: frozenset[str] = frozenset()  # our names of the columns that the file at hand has

    @abstractmethod
    def build(self, group: Group, head: list[str], cells: Cells) -> StoreOrder | None:
        """The order; what is wrong goes to ``cells.faults``. None only with a fault."""

    def cells(self, zone: ZoneInfo, now: datetime, options: ReadOptions) -> Cells:
        """What reads the cells: strictly, unless the format says otherwise."""
        return Cells(zone, now, ENCODINGS.get(options.encoding, "UTF-8"))

    def names(self) -> dict[str, str]:
        """Plain name of every column that this format reads -> our name for it."""
        own = {plain_name(column.name): column.name for column in (*self.head, *self.line)}
        return {**self.aliases, **own}

    def widened(self, table: Table) -> Table:
        """The table with what the format makes out of several columns; usually as it is."""
        return table

    def positions(self, header: list[str]) -> dict[str, int]:
        """Our column name -> its place in the header; refuses a column that stands there twice."""
        ours = self.names()
        places: dict[str, int] = {}
        for index, written in enumerate(header):
            name = ours.get(plain_name(written))
            if name is None:
                continue
            if name in places:
                raise FileRefused("duplicate_column", {"column": name})
            places[name] = index
        return places


class Reader:
    """Reads one table in one format."""

    def __init__(self, layout: Format, table: Table, cells: Cells) -> None:
        self._layout = layout
        self._table = table = layout.widened(table)
        self._cells = cells
        self._limits = [column.limit for column in layout.head]
        places = layout.positions(table.names)
        layout.present = frozenset(places)
        self._written = {name: table.names[place] for name, place in places.items()}  # as people find it in their file
        blank = len(table.names)  # every row gets a blank cell at its end, which stands for absent columns
        self._key = places[layout.key.name]
        self._head = itemgetter(*(places.get(column.name, blank) for column in layout.head))
        self._line = itemgetter(*(places.get(column.name, blank) for column in layout.line))
        self._open: OrderedDict[str, Group] = OrderedDict()
        self._closed: set[str] = set()

    def __iter__(self) -> Iterator[ParsedOrder | RowProblem]:
        current = Group("", 0, ())
        at, head_of, cells_of = self._key, self._head, self._line
        for line, row in self._table.rows:
            if isinstance(row, BadRow):
                if row.code != "too_few_cells" or not is_footer(row.cells, len(self._table.names)):
                    yield self._bad(line, row)
                continue
            key = row[at].strip()
            if not key:
                if any(cell.strip() for cell in row) and not is_footer(row, len(row)):
                    yield self._problem(line, self._layout.key.name, "missing_value", {}, "")
                continue
            row.append("")
            if key != current.key:
                group = self._open.get(key)
                if group is None:
                    if is_footer(row, len(row)):
                        continue
                    if problem := self._refused(line, key):
                        yield problem
                        continue
                    group = Group(key, line, head_of(row))
                    self._open[key] = group
                    if len(self._open) > WINDOW:
                        yield from self._close()
                current = group
            if current.spoiled:
                continue
            if len(current.lines) >= LINES_LIMIT:
                yield self._overfull(current, line)
                continue
            current.add(line, head_of(row), cells_of(row))
        while self._open:
            yield from self._close()

    def _refused(self, line: int, key: str) -> RowProblem | None:
        """Why a row with this key cannot begin an order."""
        column = self._layout.key
        if len(key) > column.limit + 1:  # one more: a spreadsheet's apostrophe
            detail = {"limit": str(column.limit), "found": str(len(key)), "value": evidence(key)}
            return self._problem(line, column.name, "too_long", detail, key)
        if key in self._closed:
            return self._problem(line, column.name, "order_split", {"window": str(WINDOW)}, key)
        return None

    def _bad(self, line: int, row: BadRow) -> RowProblem:
        """The problem of an unreadable row; it spoils its order where the row still tells which one that is."""
        key = row.cells[self._key].strip() if self._key < len(row.cells) else ""
        name = self._table.names[row.column] if 0 <= row.column < len(self._table.names) else ""
        if key and self._refused(line, key) is None:
            group = self._open.get(key)
            if group is None:
                # Its other rows may still follow; they must not pass for the whole order.
                group = self._open[key] = Group(key, line, ("",) * len(self._layout.head))
            group.spoiled = True
            group.lines.clear()
        return RowProblem(line, name, row.code, row.detail, self._shown(key))

    def _overfull(self, group: Group, line: int) -> RowProblem:
        group.spoiled = True
        group.lines.clear()
        return self._problem(line, "", "too_many_lines", {"limit": str(LINES_LIMIT)}, group.key)

    def _shown(self, key: str) -> str:
        return evidence(key, self._layout.key.limit)

    def _problem(self, line: int, column: str, code: str, detail: dict[str, str], key: str) -> RowProblem:
        return RowProblem(line, self._written.get(column, column), code, detail, self._shown(key))

    def _close(self) -> Iterator[ParsedOrder | RowProblem]:
        """Hand on the order that began first."""
        key, group = self._open.popitem(last=False)
        self._closed.add(key)
        if group.spoiled:
            return
        cells, layout = self._cells, self._layout
        cells.faults = []
        for line, index, first, other in group.differing:
            detail = {"first": evidence(first), "other": evidence(other), "first_line": str(group.line)}
            cells.fault(line, layout.head[index].name, "order_rows_differ", **detail)
        head = cells.tidy(group.head, layout.head, self._limits, group.line)
        cells.required(head, layout.head, group.line)
        order = layout.build(group, head, cells)
        if order is not None and not cells.faults:
            yield ParsedOrder(order, group.line)
            return
        shown = order.external_id if order is not None else key
        for fault in cells.faults:
            yield self._problem(fault.line, fault.column, fault.code, fault.detail, shown)
