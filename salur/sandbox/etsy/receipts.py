"""Receipts: list, detail, flags and tracking."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from salur.sandbox.etsy.access import own_shop
from salur.sandbox.etsy.call import Call, bad, missing
from salur.sandbox.etsy.rows import receipt_row
from salur.sandbox.storefront.answer import Answer
from salur.sandbox.storefront.model import Order

_OLDEST, _NEWEST = 946_684_800, 10**11
_SORTS: dict[str, Callable[[Order], Any]] = {
    "created": lambda one: (one.created, one.number),
    "updated": lambda one: (one.updated, one.number),
    "receipt_id": lambda one: int(one.number),
}
_ORDERS = {"asc": False, "ascending": False, "up": False, "desc": True, "descending": True, "down": True}


def list_receipts(call: Call) -> Answer:
    """GET receipts: ``count`` is of all that match."""
    own_shop(call.shop, call.number("shop_id"))
    limit, offset = call.page()
    sort_on, sort_order = call.query.get("sort_on", "created"), call.query.get("sort_order", "desc")
    if sort_on not in _SORTS or sort_order not in _ORDERS:
        raise bad("sort_on or sort_order holds a word that there is not")
    found = sorted(_matching(call), key=_SORTS[sort_on], reverse=_ORDERS[sort_order])
    page = found[offset : offset + limit]
    return Answer({"count": len(found), "results": [receipt_row(call.etsy, call.shop, one) for one in page]})


def _matching(call: Call) -> list[Order]:
    bounds = {
        name: call.whole(name, None, _OLDEST, _NEWEST)
        for name in ("min_created", "max_created", "min_last_modified", "max_last_modified")
    }
    flags = {name: call.flag(name) for name in ("was_paid", "was_shipped", "was_delivered", "was_canceled")}

    def fits(order: Order) -> bool:
        are = {
            "was_paid": bool(order.paid),
            "was_shipped": bool(order.shipped),
            "was_delivered": order.step in ("delivered", "completed"),
            "was_canceled": order.status == "canceled",
        }
        return (
            _within(order.created, bounds["min_created"], bounds["max_created"])
            and _within(order.updated, bounds["min_last_modified"], bounds["max_last_modified"])
            and all(wanted is None or wanted == are[name] for name, wanted in flags.items())
        )

    return [order for order in call.shop.orders.values() if fits(order)]


def _within(unix: int, least: int | None, most: int | None) -> bool:
    return (least is None or unix >= least) and (most is None or unix <= most)


def _find(call: Call) -> Order:
    own_shop(call.shop, call.number("shop_id"))
    order = call.shop.orders.get(str(call.number("receipt_id")))
    if order is None:
        raise missing()
    return order


def get_receipt(call: Call) -> Answer:
    """GET receipts/{receipt_id}."""
    return Answer(receipt_row(call.etsy, call.shop, _find(call)))


def update_receipt(call: Call) -> Answer:
    """PUT receipts/{receipt_id}: was_paid and was_shipped, which can only be set."""
    order = _find(call)
    paid, shipped = (str(call.body.get(name, "")).lower() == "true" for name in ("was_paid", "was_shipped"))
    if order.step == "cancelled":
        raise bad("The receipt is canceled")
    if paid and order.step == "unpaid":
        call.etsy.set_step(call.shop, order, "paid")
    if shipped and not order.shipped:
        call.etsy.set_step(call.shop, order, "shipped")
    return Answer(receipt_row(call.etsy, call.shop, order))


def add_tracking(call: Call) -> Answer:
    """POST receipts/{receipt_id}/tracking: each success makes a shipment and tells the buyer."""
    order = _find(call)
    code, carrier = (str(call.body.get(name) or "").strip() for name in ("tracking_code", "carrier_name"))
    if order.step == "cancelled":
        raise bad("Cannot add tracking to a canceled receipt")
    if not order.paid:
        raise bad("Cannot add tracking to an unpaid receipt")
    if (not code or not carrier) and _needs_number(order, call.shop.region):
        raise bad("A tracking number is required" if not code else "A carrier name is required")
    again = bool(order.shipped)
    call.etsy.confirm(call.shop, order, code, carrier, {} if again else None)
    return Answer(receipt_row(call.etsy, call.shop, order))


def _needs_number(order: Order, region: str) -> bool:
    """Within the United States above 10 dollars, and to India."""
    where = order.person.region
    return where == "IN" or (region == where == "US" and order.total > Decimal(10))
