"""Reading orders: the list by update time, and single orders."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from salur.connectors.base.errors import ContractBroken, Rejected
from salur.connectors.base.reading import JsonObject, needed_text, text
from salur.connectors.base.transport import Effect
from salur.connectors.base.types import OrderHead, Page, StoreOrder, TimeWindow

from . import mapping
from .profile import Profile
from .wire import Wire

PAGE = 100
DETAILS = 50
LIST, DETAIL = "/order/202309/orders/search", "/order/202507/orders"
LONGEST_ID = 25


def page(wire: Wire, profile: Profile, window: TimeWindow, cursor: str | None) -> Page[OrderHead]:
    """Orders by update time; the list shows them in full, so that no detail call is needed.

    An order that changes meanwhile moves to the end of the list and is met again there; the token, not a place in
    the list, marks where a page begins.
    """
    asked = {"page_size": str(PAGE), "sort_field": "update_time", "sort_order": "ASC"}
    body = {"update_time_ge": int(window.since.timestamp()), "update_time_lt": int(window.until.timestamp())}
    data = wire.post(LIST, body, Effect.READ, {**asked, **({"page_token": cursor} if cursor else {})})
    return Page([_head(row) for row in kept(profile, mapping.order_rows(data))], text(data, "next_page_token") or None)


def _head(row: JsonObject) -> OrderHead:
    order = _readable(row)
    if order is None:
        return OrderHead(needed_text(row, "id"))
    return OrderHead(order.external_id, order.version, order.raw_status, order)


def _readable(row: JsonObject) -> StoreOrder | None:
    """The order; None where it is not as documented, so that one bad order does not hold up all others."""
    with suppress(ContractBroken):
        return mapping.store_order(row)
    return None


def kept(profile: Profile, rows: Sequence[JsonObject]) -> list[JsonObject]:
    """Those of this channel that the seller sends."""
    return [row for row in rows if profile.keeps(mapping.platform(row)) and mapping.is_ours(row)]


def rows(wire: Wire, profile: Profile, numbers: Sequence[str]) -> list[JsonObject]:
    """Orders as TikTok Shop tells them; unknown ones, and those of the other channel, are left out."""
    asked = [number for number in numbers if number.isascii() and number.isdigit() and len(number) <= LONGEST_ID]
    if not asked:
        return []
    subject = asked[0] if len(asked) == 1 else ""
    found = mapping.order_rows(wire.get(DETAIL, {"ids": ",".join(asked)}, subject))
    return [row for row in kept(profile, found) if text(row, "id") in asked]


def details(wire: Wire, profile: Profile, numbers: Sequence[str]) -> list[StoreOrder]:
    """Orders in full; what cannot be read is left out."""
    return [order for row in rows(wire, profile, numbers) if (order := _readable(row))]


def row(wire: Wire, profile: Profile, number: str) -> JsonObject:
    """One order; raises Rejected where this channel has none of that number."""
    found = rows(wire, profile, [number])
    if not found:
        raise Rejected("order_not_found", "the store does not know the order, or its own warehouse sends it")
    return found[0]
