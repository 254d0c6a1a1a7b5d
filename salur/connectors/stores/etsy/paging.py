"""Paging through receipts that change meanwhile (contract sheet, "list").

Receipts are asked for by update time, oldest first. One that changes under way moves to the end or out of the range,
and whatever stood behind it moves forward: counting places alone would skip a neighbour. So the next page begins at the
last time seen, not at a place. Only where more receipts changed within one second than a page holds, places are
counted: within that second alone, so that whatever changes leaves it (:mod:`salur.connectors.base.places`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from salur.connectors.base.errors import ContractBroken
from salur.connectors.base.places import Stretch
from salur.connectors.base.types import StoreOrder, TimeWindow

EARLIEST = 946_684_800  # Etsy takes no earlier time


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page begins: an update time in seconds.

    ``alone``: of this second only, ``skip`` of its receipts were seen, when it had ``matched`` (0: not known yet).
    ``seen``: receipts of this second that the page before has shown, so that they are not told twice.
    """

    since: int
    alone: bool = False
    skip: int = 0
    matched: int = 0
    seen: frozenset[str] = frozenset()

    def __str__(self) -> str:
        if self.alone:
            return f"{self.since}:{self.skip}:{self.matched}"
        return f"{self.since}={','.join(sorted(self.seen))}" if self.seen else f"{self.since}"


def first(window: TimeWindow) -> Place:
    """The beginning of a window."""
    return Place(max(int(window.since.timestamp()), EARLIEST))


def last_second(window: TimeWindow) -> int:
    """The last whole second of a window, whose end does not belong to it."""
    ends = window.until.timestamp()
    return max(int(ends) - (1 if ends == int(ends) else 0), EARLIEST)


def read(cursor: str) -> Place:
    """A cursor of ours as it was kept; anything else is ContractBroken."""
    written, _, seen = cursor.partition("=")
    parts = written.split(":")
    if len(parts) in (1, 3) and all(part.isascii() and part.isdigit() for part in parts):
        since, *places = [int(part) for part in parts]
        if places:
            return Place(since, True, places[0], places[1])
        return Place(since, seen=frozenset(seen.split(",") if seen else ()))
    raise ContractBroken("bad_cursor", cursor[:80], field="cursor")


def after_time(place: Place, size: int, orders: Sequence[StoreOrder]) -> Place | None:
    """Where the page begins that follows one read by time; None after the last page, which is not full."""
    if len(orders) < size:
        return None
    times = {order.external_id: int(order.version.timestamp()) for order in orders}
    newest = max(times.values())
    if newest <= place.since:
        return Place(place.since, True)
    return Place(newest, seen=frozenset(number for number, at in times.items() if at == newest))


def told_before(place: Place, order: StoreOrder) -> bool:
    """Whether the page before has shown it as it is: neither its number nor its time has changed."""
    return order.external_id in place.seen and int(order.version.timestamp()) == place.since


def after_second(place: Place, stretch: Stretch) -> Place:
    """Where the page begins that follows one of a single second: further in it, else the next second."""
    if stretch.last:
        return Place(place.since + 1)
    return Place(place.since, True, stretch.ends, stretch.total)
