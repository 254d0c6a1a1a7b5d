"""Reading orders: the list by update time, page after page, and single orders in full."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime

from salur.connectors.base.errors import ContractBroken, Rejected
from salur.connectors.base.reading import JsonObject, as_object, needed_text
from salur.connectors.base.types import OrderHead, Page, StoreOrder, TimeWindow

from . import mapping
from .errors import NOT_FOUND
from .wire import Wire

PAGE = 100
ITEMS_OF = 50  # orders in one question for items
OVERLAP = 20  # within one second: so many orders may leave it between two pages and none is missed
LONGEST_ID = 18


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page begins: at orders changed at ``since`` (UTC) or later, of which ``seen`` were read before.

    Lazada has no cursor. Its offset counts from the beginning of the list, and an order that changes meanwhile leaves
    its place, so that all behind it move up and one is missed. Therefore each page begins at the time of the last
    order read; ``offset`` serves only where a whole page of orders changed in one second, and goes back a little.
    """

    since: str
    offset: int = 0
    seen: tuple[str, ...] = ()

    def written(self) -> str:
        """As cursor."""
        return "|".join((self.since, str(self.offset), ",".join(self.seen)))

    @classmethod
    def of(cls, cursor: str) -> Place:
        """Back from :meth:`written`; ContractBroken for anything else."""
        since, _, rest = cursor.partition("|")
        offset, _, seen = rest.partition("|")
        try:
            return cls(stamp(datetime.fromisoformat(since)), int(offset), tuple(filter(None, seen.split(","))))
        except ValueError as error:
            raise ContractBroken("bad_cursor", cursor[:60], field="cursor") from error


def stamp(moment: datetime) -> str:
    """A time as Lazada takes it, to the second."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S+00:00")


def page(wire: Wire, window: TimeWindow, cursor: str | None) -> Page[OrderHead]:
    """Orders by update time, each in full; one whose items are not answered comes without, to be asked for alone."""
    place = Place.of(cursor) if cursor else Place(stamp(window.since))
    asked = {
        "update_after": place.since,
        "update_before": stamp(window.until),
        "sort_by": "updated_at",
        "sort_direction": "ASC",
        "offset": str(place.offset),
        "limit": str(PAGE),
    }
    rows = mapping.listed_orders(wire.get("/orders/get", asked))
    fresh = {number: row for row in rows if (number := needed_text(row, "order_id")) not in place.seen}
    items = items_of(wire, list(fresh))
    heads = [head for number, row in fresh.items() if (head := _head(wire, number, row, items.get(number)))]
    return Page(heads, _following(place, rows, wire.venture))


def _head(wire: Wire, number: str, row: JsonObject, items: Sequence[JsonObject] | None) -> OrderHead | None:
    if items is None:
        return OrderHead(number)
    if is_sent_by_lazada(items):
        return None
    order = _readable(wire, row, items)
    return OrderHead(number) if order is None else OrderHead(number, order.version, order.raw_status, order)


def is_sent_by_lazada(items: Sequence[JsonObject]) -> bool:
    """Whether all of an order lies in Lazada's own warehouse, which sends it."""
    return bool(items) and not mapping.ours(items)


def _readable(wire: Wire, row: JsonObject, items: Sequence[JsonObject]) -> StoreOrder | None:
    """The order; None where it is not as documented, so that one bad order does not hold up all others."""
    with suppress(ContractBroken):
        return mapping.store_order(row, mapping.ours(items), wire.venture)
    return None


def _following(place: Place, rows: Sequence[JsonObject], venture: str) -> str | None:
    """Where the next page begins; None after the last."""
    if len(rows) < PAGE:
        return None
    zone = mapping.zone_of(venture)
    times = [stamp(mapping.needed_instant(row, "updated_at", zone)) for row in rows]
    last = times[-1]
    if last <= place.since:
        return Place(place.since, place.offset + len(rows) - OVERLAP).written()
    seen = [needed_text(row, "order_id") for row, time in zip(rows, times, strict=True) if time == last]
    return Place(last, seen=tuple(seen)).written()


def items_of(wire: Wire, numbers: Sequence[str]) -> dict[str, list[JsonObject]]:
    """The items of these orders; orders that Lazada does not know are left out."""
    found: dict[str, list[JsonObject]] = {}
    for begin in range(0, len(numbers), ITEMS_OF):
        found |= _items_of(wire, numbers[begin : begin + ITEMS_OF])
    return found


def _items_of(wire: Wire, numbers: Sequence[str]) -> dict[str, list[JsonObject]]:
    subject = numbers[0] if len(numbers) == 1 else ""
    try:
        document = wire.get("/orders/items/get", {"order_ids": f"[{','.join(numbers)}]"}, subject=subject)
        return mapping.items_by_order(document)
    except Rejected as refusal:
        if refusal.code not in NOT_FOUND:
            raise
    if len(numbers) == 1:
        return {}
    half = len(numbers) // 2  # one unknown order spoils the answer for all: search it by halves
    return _items_of(wire, numbers[:half]) | _items_of(wire, numbers[half:])


def is_number(written: str) -> bool:
    """Whether Lazada could have given this order number."""
    return written.isascii() and written.isdigit() and len(written) <= LONGEST_ID


def items(wire: Wire, number: str) -> list[JsonObject]:
    """The items of one order that the seller sends; none where Lazada does not know it."""
    return mapping.ours(items_of(wire, [number]).get(number, [])) if is_number(number) else []


def details(wire: Wire, numbers: Sequence[str]) -> list[StoreOrder]:
    """Orders in full: one question for each, and one for the items of all. What cannot be read is left out."""
    rows = {number: row for number in numbers if is_number(number) and (row := _order(wire, number)) is not None}
    found = items_of(wire, list(rows))
    known = [number for number in rows if number in found and not is_sent_by_lazada(found[number])]
    return [order for number in known if (order := _readable(wire, rows[number], found[number]))]


def _order(wire: Wire, number: str) -> JsonObject | None:
    try:
        document = wire.get("/order/get", {"order_id": number}, subject=number)
        return as_object(document.get("data"), "data")
    except Rejected as refusal:
        if refusal.code in NOT_FOUND:
            return None
        raise
