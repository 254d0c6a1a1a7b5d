"""Paging through receipts that change meanwhile (contract sheet, "list").

Receipts are asked for by update time, oldest first. One that changes under way moves to the end or out of the range,
and whatever stood behind it moves forward: counting places alone would skip a neighbour. So the next page begins at the
last time seen, not at a place. Only where more receipts changed within one second than a page holds, places are
counted: within that second alone, so that whatever changes leaves it (:mod:`salur.connectors.base.places`).
"""

from __future__ import annotations

from dataclasses import dataclass

from salur.connectors.base.errors import ContractBroken
from salur.connectors.base.places import Stretch
from salur.connectors.base.types import TimeWindow

EARLIEST = 946_684_800  # Etsy takes no earlier time


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page begins: an update time in seconds.

    ``alone``: of this second only, ``skip`` of its receipts were seen, when it had ``matched`` (0: not known yet).
    """

    since: int
    alone: bool = False
    skip: int = 0
    matched: int = 0

    def __str__(self) -> str:
        return f"{self.since}:{self.skip}:{self.matched}" if self.alone else f"{self.since}"


def first(window: TimeWindow) -> Place:
    """The beginning of a window."""
    return Place(max(int(window.since.timestamp()), EARLIEST))


def last_second(window: TimeWindow) -> int:
    """The last whole second of a window, whose end does not belong to it."""
    ends = window.until.timestamp()
    return max(int(ends) - (1 if ends == int(ends) else 0), EARLIEST)


def read(cursor: str) -> Place:
    """A cursor of ours as it was kept; anything else is ContractBroken."""
    parts = cursor.split(":")
    if len(parts) in (1, 3) and all(part.isascii() and part.isdigit() for part in parts):
        numbers = [int(part) for part in parts]
        return Place(numbers[0], len(numbers) == 3, *numbers[1:])
    raise ContractBroken("bad_cursor", cursor[:80], field="cursor")


def after_time(place: Place, size: int, shown: int, newest: int) -> Place | None:
    """Where the page begins that follows one read by time: ``shown`` of ``size`` receipts, the last changed at
    ``newest``. None after the last page.
    """
    if shown < size:
        return None
    return Place(newest) if newest > place.since else Place(place.since, True)


def after_second(place: Place, stretch: Stretch) -> Place:
    """Where the page begins that follows one of a single second: further in it, else the next second."""
    if stretch.last:
        return Place(place.since + 1)
    return Place(place.since, True, stretch.ends, stretch.total)
