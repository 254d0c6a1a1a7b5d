"""Paging by place (offset) through a listing that loses entries while it is read.

An entry that changes under way leaves the listing (its time is past the window's end), and whatever stood behind it
moves forward: the next page would skip a neighbour for each one that left. The total tells how many have left, so that
many places before the page are read as well. An entry that is met twice does no harm, one that is skipped does.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from .reading import JsonObject

MARGIN = 25  # places read once more, for entries that leave while that is done


@dataclass(frozen=True, slots=True)
class Slice:
    """What a partner answers from one place on: entries, and how many there are in all."""

    rows: Sequence[JsonObject]
    total: int


@dataclass(frozen=True, slots=True)
class Stretch:
    """The entries of a page, those that may have moved before it included. ``ends``: where the next page begins."""

    rows: list[JsonObject]
    ends: int
    total: int

    @property
    def last(self) -> bool:
        """Whether nothing stands behind it."""
        return self.ends >= self.total


def read_on(offset: int, total_before: int, fetch: Callable[[int], Slice]) -> Stretch:
    """The page at ``offset``, where ``total_before`` is what the listing held when the page before was read.

    ``fetch`` reads a page from a place on. When entries have left, they may all have stood before this page: then the
    places that its neighbours moved to are read as well, with a margin for what leaves meanwhile. Only where more left
    than a page can make good the next page begins there instead.
    """
    found = fetch(offset)
    left = max(0, total_before - found.total) if offset else 0
    if not left:
        return Stretch(list(found.rows), offset + len(found.rows), found.total)
    start = max(0, offset - left - MARGIN)
    again = fetch(start)
    rows = [*found.rows, *again.rows]
    later = max(0, found.total - again.total)
    if (later > MARGIN and start) or (again.rows and start + len(again.rows) < min(offset, again.total)):
        return Stretch(rows, start, again.total)
    return Stretch(rows, max(0, offset + len(found.rows) - later), again.total)
