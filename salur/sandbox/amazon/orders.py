"""searchOrders, getOrder and confirmShipment."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from salur.sandbox.amazon.access import plan_of
from salur.sandbox.amazon.call import Call, invalid, not_found
from salur.sandbox.amazon.rows import DATASETS, fulfilled_by, iso, order_row
from salur.sandbox.amazon.seller import MARKETPLACES, STEPS, Page
from salur.sandbox.engine.dice import token
from salur.sandbox.engine.exchange import json_bytes
from salur.sandbox.storefront.answer import Answer
from salur.sandbox.storefront.model import Order

#: Before-times lie at least this far in the past (seconds; D:2).
SETTLED = 120
#: A few of the codes that confirmShipment knows.
CARRIERS = frozenset(
    {"UPS", "USPS", "FedEx", "DHL", "DHL eCommerce", "OnTrac", "LaserShip", "Royal Mail", "DPD", "Yodel", "Other"}
)
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)")


def read_time(text: str, name: str) -> float:
    """ISO 8601 with its offset, as unix seconds; raises Refusal."""
    if not _TIME.fullmatch(text):
        raise invalid(f"{name} is not a date-time in ISO 8601")
    try:
        return datetime.fromisoformat(text).timestamp()
    except ValueError as problem:
        raise invalid(f"{name} is not a date-time in ISO 8601") from problem


def search_orders(call: Call) -> Answer:
    """GET /orders/2026-01-01/orders: whole orders by update time, oldest first."""
    by, since, until = _window(call)
    size = call.whole("maxResultsPerPage", 100, 1, 100)
    wanted, found = call.words("includedData", DATASETS), _matching(call, by, since, until)
    after = _after(call)
    rest = [order for order in found if after is None or _place(order) > after]
    page = rest[:size]
    told: dict[str, Any] = {"orders": [order_row(call.seller, call.shop, one, wanted) for one in page]}
    if len(rest) > size:
        told["pagination"] = {"nextToken": _keep(call, page[-1])}
    told["lastUpdatedBefore" if by == "lastUpdated" else "createdBefore"] = iso(until)
    return Answer(told, headers=_rate(call, "search_orders"))


def _window(call: Call) -> tuple[str, float, float]:
    """(which time, after, before); raises Refusal."""
    query, now = call.query, call.seller.core.clock.now()
    given = [name for name in ("created", "lastUpdated") if query.get(f"{name}After")]
    if len(given) != 1:
        raise invalid("exactly one of createdAfter and lastUpdatedAfter")
    by, other = given[0], "created" if given[0] == "lastUpdated" else "lastUpdated"
    if query.get(f"{other}Before"):
        raise invalid(f"{other}Before goes with {other}After")
    since = read_time(query[f"{by}After"], f"{by}After")
    until = now - SETTLED
    if query.get(f"{by}Before"):
        until = read_time(query[f"{by}Before"], f"{by}Before")
        if until > now - SETTLED:
            raise invalid(f"{by}Before must be at least two minutes before the request")
    if since > until:
        raise invalid(f"{by}After must be earlier than {by}Before")
    return by, since, until


def _matching(call: Call, by: str, since: float, until: float) -> list[Order]:
    marketplaces = call.words("marketplaceIds", ())
    statuses = call.words("fulfillmentStatuses", tuple(STEPS))
    fulfilled = call.words("fulfilledBy", ("MERCHANT", "AMAZON"))
    if len(marketplaces) > 50:
        raise invalid("marketplaceIds holds at most 50")
    if marketplaces and MARKETPLACES[call.shop.region].id not in marketplaces:
        return []
    if by == "lastUpdated":
        near = call.seller.changed_between(call.shop, since, until)
    else:
        near = [one for one in call.shop.orders.values() if since <= one.created <= until]
    fitting = [
        one
        for one in near
        if (not statuses or one.status in statuses) and (not fulfilled or fulfilled_by(one) in fulfilled)
    ]
    return sorted(fitting, key=_place)


def _place(order: Order) -> tuple[int, str]:
    return order.updated, order.number


def _asked(call: Call) -> str:
    kept = sorted((key, value) for key, value in call.query.multi_items() if key != "paginationToken")
    return json_bytes([call.shop.id, *kept]).decode()


def _after(call: Call) -> tuple[int, str] | None:
    given = call.query.get("paginationToken")
    if given is None:
        return None
    page = call.seller.pages.get(given)
    if page is None or page.asked != _asked(call) or page.expires_at <= call.seller.core.clock.now():
        raise invalid("paginationToken is invalid or expired")
    return page.after


def _keep(call: Call, last: Order) -> str:
    seller = call.seller
    text = token(seller.core.seed, "amazon", "page", next(seller.ids))
    expires_at = seller.core.clock.now() + seller.settings.page_token_seconds
    seller.pages[text] = Page(_asked(call), _place(last), expires_at)
    return text


def _rate(call: Call, name: str) -> dict[str, str]:
    return {"x-amzn-RateLimit-Limit": str(plan_of(call.seller, name).rate)}


def get_order(call: Call) -> Answer:
    """GET /orders/2026-01-01/orders/{orderId}."""
    wanted = call.words("includedData", DATASETS)
    row = order_row(call.seller, call.shop, _find(call), wanted)
    return Answer({"order": row}, headers=_rate(call, "get_order"))


def _find(call: Call) -> Order:
    order = call.shop.orders.get(call.path["order_id"])
    if order is None:
        raise not_found()
    return order


def confirm_shipment(call: Call) -> Answer:
    """POST /orders/v0/orders/{orderId}/shipmentConfirmation: 204, whenever it may show."""
    order, detail = _find(call), call.body.get("packageDetail")
    if call.body.get("marketplaceId") != MARKETPLACES[call.shop.region].id:
        raise invalid("marketplaceId is missing or not the order's")
    if call.body.get("codCollectionMethod") is not None:
        raise invalid("codCollectionMethod is for the JP marketplace only")
    if not isinstance(detail, dict):
        raise invalid("packageDetail is required")
    _may_ship(order)
    reference, carrier = _text(detail, "packageReferenceId"), _text(detail, "carrierCode")
    if not re.fullmatch(r"[1-9]\d*", reference):
        raise invalid("packageReferenceId must be a positive number")
    if carrier not in CARRIERS:
        raise invalid("carrierCode is not known")
    if carrier == "Other":
        if not detail.get("carrierName"):
            raise invalid("carrierName is required when carrierCode is Other")
        carrier = str(detail["carrierName"])
    ship_date = _text(detail, "shipDate")
    parcel = {
        "tracking": _text(detail, "trackingNumber"),
        "courier": carrier,
        "ship_time": iso(read_time(ship_date, "shipDate")),
        "service": str(detail.get("shippingMethod") or "Standard"),
        "pieces": _pieces(detail.get("orderItems"), call.seller.left_to_ship(order, reference)),
    }
    call.seller.take_parcel(call.shop, order, reference, parcel)
    return Answer(None, 204)


def _may_ship(order: Order) -> None:
    if order.step == "cancelled":
        raise invalid("The order is cancelled")
    if order.step == "unpaid" or order.status == "UNFULFILLABLE":
        raise invalid("The order is not ready to be shipped")
    if fulfilled_by(order) == "AMAZON":
        raise invalid("The order is fulfilled by Amazon")
    if order.extra.get("ship_plus"):
        raise invalid("Ship+ orders cannot be confirmed")


def _text(detail: dict[str, Any], name: str) -> str:
    value = detail.get(name)
    if not isinstance(value, str) or not value:
        raise invalid(f"{name} is required")
    return value


def _pieces(rows: Sequence[Any] | None, left: dict[int, int]) -> dict[int, int]:
    """Pieces by line id; raises Refusal."""
    if not isinstance(rows, list) or not rows:
        raise invalid("orderItems is required")
    found: dict[int, int] = {}
    for row in rows:
        item = str(row.get("orderItemId", "")) if isinstance(row, dict) else ""
        quantity = row.get("quantity") if isinstance(row, dict) else None
        if not item.isdigit() or int(item) not in left:
            raise invalid("orderItemId is not an item of the order")
        if not isinstance(quantity, int) or isinstance(quantity, bool) or quantity < 1:
            raise invalid("quantity must be a positive number")
        found[int(item)] = found.get(int(item), 0) + quantity
    if any(pieces > left[line_id] for line_id, pieces in found.items()):
        raise invalid("The quantity of an order item exceeds what is left to ship")
    return found
