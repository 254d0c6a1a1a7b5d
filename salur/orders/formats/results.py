"""What reading an order file yields: orders, problems of single rows, or the refusal of the whole file (R145)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from salur.connectors.base.types import StoreOrder

# How much of a cell is repeated as evidence: enough to find it again, too little to flood a report.
EVIDENCE = 60


@dataclass(frozen=True, slots=True)
class RowProblem:
    """Why one row (and with it its whole order) was not taken.

    ``line`` counts as a spreadsheet counts: the header is 1, blank rows count, a cell of several text lines is one
    row. ``column`` is the name in the header, empty where no single column is to blame. ``code`` is a key of
    :data:`salur.orders.formats.messages.MESSAGES`, ``detail`` fills that text. ``external_id`` is the order, empty
    where the row does not tell.
    """

    line: int
    column: str
    code: str
    detail: dict[str, str]
    external_id: str = ""


@dataclass(frozen=True, slots=True)
class ParsedOrder:
    """One whole order; ``line`` is the row it begins in."""

    order: StoreOrder
    line: int


@dataclass(eq=False)
class FileRefused(Exception):
    """The file as a whole cannot be read. ``code`` and ``detail`` as in :class:`RowProblem`."""

    code: str
    detail: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.code} {dict(self.detail)}"


@dataclass(frozen=True, slots=True)
class FormatInfo:
    """A kind of order file. ``channel`` is the store channel it comes from, empty where it may be any."""

    name: str
    title: str
    channel: str = ""


def evidence(text: str, limit: int = EVIDENCE) -> str:
    """``text`` short enough for a report, on one line and without characters that a database refuses."""
    plain = "".join(letter if letter.isprintable() else " " for letter in text[: limit + 1])
    return plain if len(plain) <= limit else plain[: limit - 1] + "…"
