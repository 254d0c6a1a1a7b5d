"""Any other file of orders, after a person has said which column is what. What it yields is the template's.

The columns are remembered by the set of the file's headers, so that the next file like it is read without asking.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from .cells import Cells, Column
from .loose import LooseCells
from .options import AS_IT_IS, ENCODINGS, ReadOptions, restored
from .results import FileRefused, FormatInfo
from .table import Row, Table, plain_name
from .template import STATUSES, Template
from .words import status_words

NAME = "mapped"
# What may be put together from several columns, and what stands between them.
JOINS: Mapping[str, str] = {
    "recipient_name": " ",
    "address1": " ",
    "address2": ", ",
    "item_name": " ",
    "note": " / ",
    "buyer": " ",
    "courier": " ",
}
TARGETS = tuple(column.name for column in (*Template.head, *Template.line))
NEEDED = tuple(column.name for column in (*Template.head, *Template.line) if column.required)
_COUNTRY = Column("country", 80, required=True)


@dataclass(frozen=True, slots=True)
class ColumnMap:
    """What a person said of files with these ``headers``: ``columns`` is header (as distinct) -> template column."""

    headers: tuple[str, ...]
    columns: Mapping[str, str]
    options: ReadOptions = AS_IT_IS
    title: str = ""

    def stored(self) -> dict[str, Any]:
        """As JSON keeps it."""
        return {
            "headers": list(self.headers),
            "columns": dict(self.columns),
            "options": self.options.stored(),
            "title": self.title,
        }


def restored_map(kept: Mapping[str, Any]) -> ColumnMap:
    """What :meth:`ColumnMap.stored` made."""
    return ColumnMap(
        tuple(kept["headers"]), dict(kept["columns"]), restored(kept.get("options")), str(kept.get("title", ""))
    )


def distinct(names: Sequence[str]) -> list[str]:
    """Headers told apart: a blank one is called by its place, a repeated one is numbered."""
    seen: dict[str, int] = {}
    told = []
    for place, name in enumerate(names, 1):
        shown = name or f"#{place}"
        seen[plain_name(shown)] = count = seen.get(plain_name(shown), 0) + 1
        told.append(shown if count == 1 else f"{shown} ({count})")
    return told


def headers_key(names: Iterable[str]) -> str:
    """The set of a file's headers as one value: neither order nor capitals matter."""
    plain = sorted({plain_name(name) for name in names})
    return hashlib.sha256("\n".join(plain).encode()).hexdigest()


def wrong_columns(columns: Mapping[str, str], options: ReadOptions) -> dict[str, str]:
    """What cannot be in a mapping: template column -> ``missing``, ``twice`` or ``unknown``."""
    counts: dict[str, int] = {}
    for target in columns.values():
        counts[target] = counts.get(target, 0) + 1
    wrong = {target: "unknown" for target in counts if target not in TARGETS}
    wrong |= {target: "twice" for target, n in counts.items() if n > 1 and target in TARGETS and target not in JOINS}
    needed = (target for target in NEEDED if not (target == "country" and options.country))
    return wrong | {target: "missing" for target in needed if target not in counts}


class Mapped(Template):
    """See the module."""

    def __init__(self, said: ColumnMap) -> None:
        self.said = said
        self.info = FormatInfo(NAME, said.title)
        country = replace(_COUNTRY, required=not said.options.country)
        self.head = tuple(country if column.name == "country" else column for column in Template.head)
        self.statuses = {**status_words(), **STATUSES, **said.options.statuses}
        self._width = 0
        self._ours = {plain_name(header): target for header, target in said.columns.items()}

    def cells(self, zone: ZoneInfo, now: datetime, options: ReadOptions) -> Cells:
        """Loosely, as the person said."""
        return LooseCells(zone, now, options, ENCODINGS.get(options.encoding, "UTF-8"))

    def widened(self, table: Table) -> Table:
        """The table with a column more for each thing that stands in several."""
        names = distinct(table.names)
        self._width = len(names)
        joined = self._joined(names)
        if not joined:
            return Table(names, table.rows)
        made = [" + ".join(names[place] for place in places) for _, places in joined]
        return Table([*names, *made], _with_joined(table.rows, [(JOINS[target], at) for target, at in joined]))

    def _joined(self, names: Sequence[str]) -> list[tuple[str, list[int]]]:
        places: dict[str, list[int]] = {}
        for place, name in enumerate(names):
            if target := self._ours.get(plain_name(name)):
                places.setdefault(target, []).append(place)
        return [(target, at) for target, at in places.items() if len(at) > 1 and target in JOINS]

    def positions(self, header: list[str]) -> dict[str, int]:
        """Template column -> its place; refuses a file that lacks what the mapping names."""
        joined = dict(self._joined(header[: self._width]))
        made = {target: self._width + number for number, target in enumerate(joined)}
        found = {
            target: place
            for place, name in enumerate(header)
            if (target := self._ours.get(plain_name(name))) and target not in made
        }
        there = {plain_name(name) for name in header}
        missing = [name for name in self.said.columns if plain_name(name) not in there]
        if missing:
            raise FileRefused("missing_columns", {"format": self.info.title, "missing": ", ".join(missing)})
        return found | made


def _with_joined(rows: Iterator[Row], joined: list[tuple[str, list[int]]]) -> Iterator[Row]:
    for number, row in rows:
        if isinstance(row, list):
            row.extend([between.join(filter(None, (row[at].strip() for at in places))) for between, places in joined])
        yield number, row
