"""Operations on orders."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

from salur.sandbox.shopbase.call import Call, missing, refused
from salur.sandbox.shopbase.rows import order_row, shipment_row
from salur.sandbox.storefront.model import Order, Shipment

REASONS = ("customer", "inventory", "fraud", "declined", "other")
MOST, USUAL = 250, 50
FARTHEST = 100_000
Kind = TypeVar("Kind")


def paged(call: Call, rows: list[Kind], number: Callable[[Kind], int]) -> list[Kind]:
    """By ``limit`` and ``since_id`` or ``page``; ascending by number. Raises Refusal."""
    limit = _number(call, "limit", USUAL)
    if not 1 <= limit <= MOST:
        raise refused({"limit": [f"must be between 1 and {MOST}"]}, 400)
    ordered = sorted(rows, key=number)
    if "since_id" in call.query:
        since = _number(call, "since_id", 0)
        return [row for row in ordered if number(row) > since][:limit]
    page = max(1, _number(call, "page", 1))
    if page * limit > FARTHEST:
        raise refused("Exceeded the offset limit. Use since_id instead.", 429)
    return ordered[(page - 1) * limit : page * limit]


def _number(call: Call, name: str, usual: int) -> int:
    text = call.query.get(name, str(usual))
    if not text.isdigit():
        raise refused({name: ["must be a number"]}, 400)
    return int(text)


def _when(call: Call, name: str) -> float | None:
    text = call.query.get(name)
    if text is None:
        return None
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError as problem:
        raise refused({name: ["is no time"]}, 400) from problem
    if parsed.tzinfo is None:
        raise refused({name: ["has no offset"]}, 400)
    return parsed.timestamp()


def _wanted(call: Call) -> list[Order]:
    found = [one for one in call.shop.orders.values() if _fits_state(call, one)]
    for field in ("updated", "created"):
        since, until = _when(call, f"{field}_at_min"), _when(call, f"{field}_at_max")
        found = [one for one in found if since is None or getattr(one, field) >= since]
        found = [one for one in found if until is None or getattr(one, field) <= until]
    if "ids" in call.query:
        ids = set(call.query["ids"].split(","))
        found = [one for one in found if str(one.id) in ids]
    if call.query.get("financial_status", "any") != "any":
        found = [one for one in found if call.store.financial(one) == call.query["financial_status"]]
    return found


def _fits_state(call: Call, order: Order) -> bool:
    wanted = call.query.get("status", "open")
    if wanted not in ("open", "closed", "cancelled", "any"):
        raise refused({"status": ["is invalid"]}, 400)
    state = "cancelled" if order.step == "cancelled" else "closed" if order.extra.get("closed") else "open"
    return wanted in ("any", state)


def _shown(call: Call, order: Order) -> dict[str, Any]:
    return {"order": order_row(call.store, call.shop, order)}


def list_orders(call: Call) -> dict[str, Any]:
    """GET orders.json."""
    rows = paged(call, _wanted(call), lambda one: one.id)
    return {"orders": [order_row(call.store, call.shop, one) for one in rows]}


def count_orders(call: Call) -> dict[str, Any]:
    """GET orders/count.json."""
    return {"count": len(_wanted(call))}


def get_order(call: Call) -> dict[str, Any]:
    """GET orders/{id}.json."""
    return _shown(call, call.order())


def update_order(call: Call) -> dict[str, Any]:
    """PUT orders/{id}.json: the note."""
    order = call.order()
    order.note = str(call.part("order").get("note", order.note))
    call.store.touch(call.shop, order)
    call.store.news(call.shop, order, "order")
    return _shown(call, order)


def cancel_order(call: Call) -> dict[str, Any]:
    """POST orders/{id}/cancel.json."""
    order = call.order()
    reason = str(call.body.get("reason", "other"))
    if reason not in REASONS:
        raise refused({"reason": ["is invalid"]})
    if order.step == "cancelled":
        return _shown(call, order)
    if order.shipments:
        raise refused("Cannot cancel a fulfilled order")
    order.extra["reason"] = reason
    call.store.cancel(call.shop, order, "seller", reason)
    return _shown(call, order)


def close_order(call: Call) -> dict[str, Any]:
    """POST orders/{id}/close.json."""
    order = call.order()
    order.extra.setdefault("closed", call.store.core.clock.seconds())
    return _touched(call, order)


def open_order(call: Call) -> dict[str, Any]:
    """POST orders/{id}/open.json."""
    order = call.order()
    order.extra.pop("closed", None)
    return _touched(call, order)


def _touched(call: Call, order: Order) -> dict[str, Any]:
    call.store.touch(call.shop, order)
    call.store.news(call.shop, order, "order")
    return _shown(call, order)


def list_fulfillments(call: Call) -> dict[str, Any]:
    """GET orders/{id}/fulfillments.json."""
    order = call.order()
    return {"fulfillments": [shipment_row(order, one) for one in order.shipments]}


def add_fulfillment(call: Call) -> dict[str, Any]:
    """POST orders/{id}/fulfillments.json."""
    order, given = call.order(), call.part("fulfillment")
    if order.step == "cancelled":
        raise refused({"base": ["Cannot fulfill a cancelled order"]})
    left = call.store.unshipped(order)
    if not left:
        raise refused({"base": ["All line items are already fulfilled"]})
    pieces = _pieces(given["line_items"], left) if given.get("line_items") else left
    shipment = call.store.confirm(
        call.shop, order, str(given.get("tracking_number") or ""), str(given.get("tracking_company") or ""), pieces
    )
    shipment.extra["notified"] = bool(given.get("notify_customer"))
    return {"_status": 201, "fulfillment": shipment_row(order, shipment)}


def _pieces(lines: Any, left: dict[int, int]) -> dict[int, int]:
    if not isinstance(lines, list) or not all(isinstance(one, dict) for one in lines):
        raise refused({"line_items": ["is invalid"]}, 400)
    pieces = {}
    for one in lines:
        line_id = one.get("id")
        if line_id not in left:
            raise refused({"line_items": [f"{line_id} does not exist or is already fulfilled"]})
        quantity = one.get("quantity", left[line_id])
        if not isinstance(quantity, int) or not 1 <= quantity <= left[line_id]:
            raise refused({"line_items": [f"{line_id} has an invalid quantity"]})
        pieces[line_id] = quantity
    return pieces


def update_fulfillment(call: Call) -> dict[str, Any]:
    """PUT orders/{id}/fulfillments/{part}.json: another tracking number."""
    order, given = call.order(), call.part("fulfillment")
    shipment = _shipment(order, call.path["part"])
    shipment.tracking = order.tracking = str(given.get("tracking_number", shipment.tracking))
    shipment.courier = str(given.get("tracking_company", shipment.courier))
    call.store.touch(call.shop, order)
    call.store.news(call.shop, order, "tracking")
    return {"fulfillment": shipment_row(order, shipment)}


def _shipment(order: Order, number: str) -> Shipment:
    found = next((one for one in order.shipments if str(one.id) == number), None)
    if found is None:
        raise missing()
    return found
