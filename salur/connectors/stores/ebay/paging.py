"""Paging by place through orders that change meanwhile (contract sheet, "list").

eBay names no order of its list. An order that changes leaves the range (its end lies in the past), and what stood
behind it moves forward: the next page would skip a neighbour. The total tells how many have left, so the next page
begins that many places earlier. An order seen twice is one order.
"""

from __future__ import annotations

from dataclasses import dataclass

from salur.connectors.base.errors import ContractBroken


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page begins, and how many orders matched when the one before was read."""

    offset: int = 0
    total: int = 0

    def __str__(self) -> str:
        return f"{self.offset}:{self.total}"


def read(cursor: str | None) -> Place:
    """A cursor of ours as it was kept; anything else is ContractBroken."""
    if not cursor:
        return Place()
    parts = cursor.split(":")
    if len(parts) == 2 and all(part.isascii() and part.isdigit() for part in parts):
        return Place(int(parts[0]), int(parts[1]))
    raise ContractBroken("bad_cursor", cursor[:80], field="cursor")


def following(place: Place, shown: int, total: int) -> Place | None:
    """Where the next page begins after one of ``shown`` orders; None after the last."""
    left = place.total - total
    if place.offset and left > 0:
        return Place(max(0, place.offset - left), total)
    ends = place.offset + shown
    return Place(ends, total) if shown and ends < total else None
