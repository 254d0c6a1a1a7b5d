"""getOrders, getOrder and shipping fulfillments."""

import re
from typing import Any
from urllib.parse import quote

from salur.sandbox.ebay import filters
from salur.sandbox.ebay.call import Call, wrong
from salur.sandbox.ebay.rows import fulfillment, order_row, parcel_address, parcel_row
from salur.sandbox.ebay.seller import cancellations, hidden
from salur.sandbox.storefront.answer import Answer
from salur.sandbox.storefront.model import Order

_DAY = 86400
_BY_DEFAULT, _KEPT = 90 * _DAY, 2 * 366 * _DAY
_IDS = 50
#: A few of the carrier codes; any other text is taken as Other.
CARRIERS = ("USPS", "UPS", "FedEx", "DHL", "DHL_GLOBAL_MAIL", "ONTRAC", "ROYAL_MAIL", "HERMES", "YODEL", "SINGPOST")


def list_orders(call: Call) -> Answer:
    """GET order: by ids, by a filter, or of the last 90 days."""
    limit, offset = call.whole("limit", 50, 1, 200), call.whole("offset", 0, 0, 10**8)
    found = _named(call) if call.query.get("orderIds") else _filtered(call)
    page = found[offset : offset + limit]
    told: dict[str, Any] = {"href": _address(call, limit, offset), "total": len(found)}
    if offset + limit < len(found):
        told["next"] = _address(call, limit, offset + limit)
    rows = [order_row(call.ebay, call.shop, one, call.base, whole=False) for one in page]
    return Answer({**told, "limit": limit, "offset": offset, "orders": rows})


def _address(call: Call, limit: int, offset: int) -> str:
    kept = [f"{name}={quote(call.query[name], safe=':')}" for name in ("filter", "orderIds") if name in call.query]
    query = "&".join([*kept, f"limit={limit}", f"offset={offset}"])
    return f"{call.base}/sell/fulfillment/v1/order?{query}"


def _named(call: Call) -> list[Order]:
    ids = call.query["orderIds"].split(",")
    if len(ids) > _IDS:
        raise wrong(30820, "Invalid order IDs.", f"At most {_IDS} order IDs can be asked for.")
    held = [call.shop.orders.get(number) for number in ids]
    return [order for order in held if order is not None and not hidden(order)]


def _filtered(call: Call) -> list[Order]:
    now = call.ebay.core.clock.now()
    asked = filters.read(call.query.get("filter", ""), call.said, now - _KEPT)
    if asked.created is None and asked.modified is None:
        asked.created = (now - _BY_DEFAULT, None)
    if asked.modified is not None:
        since, until = asked.modified
        near = call.ebay.changed_between(call.shop, since, now if until is None else until)
    else:
        near = [one for one in call.shop.orders.values() if _within(one.created, asked.created)]
    return [
        one
        for one in near
        if not hidden(one) and (asked.statuses is None or fulfillment(call.ebay, one) in asked.statuses)
    ]


def _within(unix: int, span: tuple[float, float | None] | None) -> bool:
    return span is None or (unix >= span[0] and (span[1] is None or unix <= span[1]))


def _find(call: Call) -> Order:
    number = call.path["order_id"]
    order = call.shop.orders.get(number)
    if order is None or hidden(order):
        raise wrong(32100, "Invalid order ID.", f"Invalid order ID: {number}", status=404)
    return order


def get_order(call: Call) -> Answer:
    """GET order/{orderId}: with its requests to cancel."""
    return Answer(order_row(call.ebay, call.shop, _find(call), call.base, whole=True))


def list_parcels(call: Call) -> Answer:
    """GET order/{orderId}/shipping_fulfillment."""
    rows = [parcel_row(one) for one in _find(call).shipments]
    return Answer({"fulfillments": rows, "total": len(rows), "warnings": []})


def get_parcel(call: Call) -> Answer:
    """GET order/{orderId}/shipping_fulfillment/{fulfillmentId}."""
    number = call.path["fulfillment_id"]
    for one in _find(call).shipments:
        if one.extra["id"] == number:
            return Answer(parcel_row(one))
    raise wrong(32110, "Invalid fulfillment ID.", f"Invalid fulfillment ID: {number}", status=404)


def add_parcel(call: Call) -> Answer:
    """POST order/{orderId}/shipping_fulfillment: 201, no body."""
    order, body = _find(call), call.body
    carrier, tracking = (str(body.get(name) or "") for name in ("shippingCarrierCode", "trackingNumber"))
    if order.step == "cancelled" or any(one.state == "ACCEPTED" for one in cancellations(order)):
        raise wrong(32250, "The order is cancelled.", status=409)
    if bool(carrier) != bool(tracking):
        long = "A carrier needs a tracking number, and a tracking number a carrier."
        raise wrong(32220, "Missing carrier." if tracking else "Missing tracking number.", long)
    if tracking and not re.fullmatch(r"[A-Za-z0-9]+", tracking):
        raise wrong(32210, "Invalid tracking number.", "The tracking number may hold letters and digits only.")
    shipped = str(body.get("shippedDate") or filters.iso(call.ebay.core.clock.now()))
    try:
        filters.read_time(shipped)
    except ValueError as problem:
        raise wrong(32260, "Invalid shipped date.", "The shipped date is not a UTC time.") from problem
    pieces = _pieces(body.get("lineItems"), call.ebay.unshipped(order), order)
    code = carrier if carrier in CARRIERS or not carrier else "Other"
    parcel = call.ebay.send_parcel(call.shop, order, tracking, code, pieces, shipped)
    return Answer(None, 201, {"Location": parcel_address(call.base, order, parcel)})


def _pieces(rows: Any, left: dict[int, int], order: Order) -> dict[int, int]:
    """Pieces by line id; raises Refusal."""
    if not isinstance(rows, list) or not rows:
        raise wrong(32230, "Invalid line item ID.", "lineItems must hold at least one line item.")
    known, found = {str(line.id): line.id for line in order.lines}, dict[int, int]()
    for row in rows:
        item = known.get(str(row.get("lineItemId"))) if isinstance(row, dict) else None
        if item is None:
            raise wrong(32230, "Invalid line item ID.")
        quantity = row.get("quantity")
        if not isinstance(quantity, int) or isinstance(quantity, bool) or quantity < 1:
            raise wrong(32240, "Invalid quantity.", "The quantity must be 1 or more.")
        found[item] = found.get(item, 0) + quantity
    if any(count > left.get(item, 0) for item, count in found.items()):
        raise wrong(32240, "Invalid quantity.", "The quantity is more than is left to ship.")
    return found
