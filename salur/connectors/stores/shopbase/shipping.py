"""Telling ShopBase that a parcel is under way, or its number alone (R143); fields assumed, after Shopify's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import quote

from salur.connectors.base.errors import Rejected, TooLate
from salur.connectors.base.reading import JsonObject, as_object, as_objects, flag, needed_text, text, whole
from salur.connectors.base.transport import Effect
from salur.connectors.base.types import ConfirmResult, ShippedLine

from . import mapping
from .errors import NotFound
from .statuses import FULFILLMENT, Goods
from .wire import Wire


def find(wire: Wire, external_id: str) -> JsonObject | None:
    """The order as it stands; None where the store does not know it."""
    try:
        document = wire.get("order", f"/orders/{quote(external_id, safe='')}.json", subject=external_id)
    except NotFound:
        return None
    return as_object(document.get("order"), "order")


def confirm(
    wire: Wire, external_id: str, tracking: str, courier: str, lines: Sequence[ShippedLine] = ()
) -> ConfirmResult:
    """Send what is in the parcel (without ``lines`` all that is left) with number and carrier, and read back.

    The order is read first: making a fulfilment twice would tell the buyer twice, so after a lost answer the next
    try finds the number there, or nothing left of the parcel.
    """
    row = find(wire, external_id)
    if row is None:
        return ConfirmResult(False, "", detail="the store does not know the order")
    left = left_of(row, lines)
    if (not tracking or tracking not in mapping.tracking_numbers(row)) and left:
        if text(row, "cancelled_at"):
            return ConfirmResult(False, "cancelled", detail="the order is cancelled at the store")
        fulfilment: dict[str, object] = {"notify_customer": wire.credentials.get("notify_buyer", "yes") != "no"}
        if tracking:
            fulfilment |= {"tracking_number": tracking, "tracking_company": courier}
        if lines and all(key.isdigit() for key in left):
            fulfilment["line_items"] = [{"id": int(key), "quantity": pieces} for key, pieces in left.items()]
        path = f"/orders/{quote(external_id, safe='')}/fulfillments.json"
        wire.call("POST", "order.fulfillments", path, {"fulfillment": fulfilment}, Effect.CREATE, external_id)
        row = find(wire, external_id) or row
    raw, numbers = mapping.goods_word(row), mapping.tracking_numbers(row)
    known = tracking in numbers if tracking else not left_of(row, lines)
    return _told(raw, numbers, tracking, confirmed=known and FULFILLMENT.get(raw) in (Goods.SHIPPED, Goods.PARTLY))


def track(wire: Wire, external_id: str, tracking: str, courier: str) -> ConfirmResult:
    """Only the number: at the newest fulfilment without one, which somebody else has to make."""
    row = find(wire, external_id)
    if row is None:
        return ConfirmResult(False, "", detail="the store does not know the order")
    if text(row, "cancelled_at"):
        raise TooLate("cancelled", "the order is cancelled at the store")
    if not tracking:
        raise Rejected("no_number", "there is no tracking number to write", field="tracking_number")
    if tracking not in mapping.tracking_numbers(row):
        made = [
            one for one in as_objects(row.get("fulfillments"), "fulfillments") if text(one, "status") != "cancelled"
        ]
        bare = [one for one in made if not text(one, "tracking_number")]
        if not bare:
            other = "the fulfilments have other numbers" if made else "mark the order as fulfilled there"
            told = f"ShopBase shows a tracking number only with a fulfilment: {other}"
            return ConfirmResult(False, mapping.goods_word(row), "", told)
        path = f"/orders/{quote(external_id, safe='')}/fulfillments/{needed_text(bare[-1], 'id')}.json"
        body = {"fulfillment": {"tracking_number": tracking, "tracking_company": courier}}
        wire.call("PUT", "order.fulfillments.update", path, body, Effect.REPEATABLE, external_id)
        row = find(wire, external_id) or row
    numbers = mapping.tracking_numbers(row)
    return _told(mapping.goods_word(row), numbers, tracking, confirmed=tracking in numbers)


def left_of(row: JsonObject, lines: Sequence[ShippedLine]) -> Mapping[str, int]:
    """Pieces of the parcel that are still to be sent, by line; without ``lines`` those of the whole order.

    So, too, where ShopBase knows none of the lines: an order from a file has line numbers of its own.
    """
    if FULFILLMENT.get(mapping.goods_word(row)) not in (Goods.OPEN, Goods.PARTLY):
        return {}
    items = [
        one for one in as_objects(row.get("line_items"), "line_items") if flag(one, "requires_shipping", default=True)
    ]
    open_now = {needed_text(one, "id"): whole(one, "fulfillable_quantity", whole(one, "quantity")) for one in items}
    if any(line.key in open_now for line in lines):
        wanted: dict[str, int] = {}
        for line in lines:
            wanted[line.key] = wanted.get(line.key, 0) + line.quantity
        open_now = {key: min(pieces, wanted.get(key, 0)) for key, pieces in open_now.items()}
    return {key: pieces for key, pieces in open_now.items() if pieces > 0}


def _told(raw: str, numbers: Sequence[str], tracking: str, *, confirmed: bool) -> ConfirmResult:
    shown = tracking if tracking and tracking in numbers else next(iter(numbers), "")
    return ConfirmResult(
        confirmed, raw, shown, "" if confirmed else f"ShopBase shows {raw} and number {shown or 'none'}"
    )
