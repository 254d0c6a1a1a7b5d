"""Mutations on orders: fulfilments, their tracking numbers, cancelling."""

from typing import Any

from salur.sandbox.shopify.graph import Context, Info, Root
from salur.sandbox.shopify.model import FulfillmentOrder, gid, ungid
from salur.sandbox.shopify.orders import fulfillment_node
from salur.sandbox.shopify.reads import order_of
from salur.sandbox.storefront.model import Order, Shop


class Wrong(Exception):
    """A userError."""

    def __init__(self, message: str, *field: str) -> None:
        super().__init__(message)
        self.message, self.field = message, list(field)

    def as_json(self) -> dict[str, Any]:
        """For userErrors."""
        return {"field": self.field or None, "message": self.message}


def fulfill(call: Context, given: dict[str, Any], _info: Info) -> Any:
    """fulfillmentCreate."""
    wanted = given["fulfillment"]
    try:
        order, pieces = _to_ship(call, wanted["lineItemsByFulfillmentOrder"])
    except Wrong as wrong:
        return {"fulfillment": None, "userErrors": [wrong.as_json()]}
    tracking = wanted.get("trackingInfo") or {}
    numbers = _several(tracking, "number")
    shipment = call.store.confirm(
        call.shop, order, numbers[0] if numbers else "", str(tracking.get("company") or ""), pieces
    )
    shipment.extra |= {"numbers": numbers, "urls": _several(tracking, "url"), "notified": wanted["notifyCustomer"]}
    return {"fulfillment": fulfillment_node(shipment), "userErrors": []}


def _several(tracking: dict[str, Any], name: str) -> list[str]:
    return [str(one) for one in tracking.get(f"{name}s") or [tracking.get(name)] if one]


def _to_ship(call: Context, parts: list[dict[str, Any]]) -> tuple[Order, dict[int, int]]:
    """The order and the pieces by order line; raises Wrong."""
    if not parts:
        raise Wrong("Line items by fulfillment order can't be blank", "fulfillment")
    found = [_group(call, part["fulfillmentOrderId"]) for part in parts]
    order = found[0][0]
    if any(one is not order for one, _ in found):
        raise Wrong("All fulfillment orders must belong to the same order.", "fulfillment")
    if len({group.location.id for _, group in found}) > 1:
        raise Wrong("All fulfillment orders must have the same assigned location.", "fulfillment")
    pieces: dict[int, int] = {}
    left = call.store.unshipped(order)
    for part, (_, group) in zip(parts, found, strict=True):
        for line_id, count in _pieces(part, group, left):
            pieces[line_id] = pieces.get(line_id, 0) + count
    if any(count > left.get(line_id, 0) for line_id, count in pieces.items()):
        raise Wrong("Invalid fulfillment order line item quantity requested.", "fulfillment")
    return order, pieces


def _group(call: Context, text: str) -> tuple[Order, FulfillmentOrder]:
    kind, number = ungid(text)
    found = call.store.fulfillment_orders.get(int(number)) if kind == "FulfillmentOrder" and number.isdigit() else None
    if found is None or found[0] is not call.shop:
        raise Wrong("Fulfillment order does not exist.", "fulfillment")
    _, order, group = found
    status = call.store.group_status(order, group)
    if status not in ("OPEN", "IN_PROGRESS"):
        words = f"Fulfillment order {group.id} has an unfulfillable status= {status.lower()}."
        raise Wrong(words, "fulfillment")
    return order, group


def _pieces(part: dict[str, Any], group: FulfillmentOrder, left: dict[int, int]) -> list[tuple[int, int]]:
    chosen = part.get("fulfillmentOrderLineItems")
    if not chosen:
        return [(line.id, left[line.id]) for line in group.lines.values() if line.id in left]
    found = []
    for one in chosen:
        kind, number = ungid(one["id"])
        line = group.lines.get(int(number)) if kind == "FulfillmentOrderLineItem" and number.isdigit() else None
        if line is None:
            raise Wrong("Fulfillment order line item does not exist.", "fulfillment")
        if one["quantity"] < 1:
            raise Wrong("Invalid fulfillment order line item quantity requested.", "fulfillment")
        found.append((line.id, int(one["quantity"])))
    return found


def change_tracking(call: Context, given: dict[str, Any], _info: Info) -> Any:
    """fulfillmentTrackingInfoUpdate."""
    kind, number = ungid(given["fulfillmentId"])
    found = call.store.fulfillments.get(int(number)) if kind == "Fulfillment" and number.isdigit() else None
    if found is None or found[0] is not call.shop:
        wrong = Wrong("Fulfillment does not exist.", "fulfillmentId")
        return {"fulfillment": None, "userErrors": [wrong.as_json()]}
    shop, order, shipment = found
    tracking = given["trackingInfoInput"]
    numbers = _several(tracking, "number")
    shipment.tracking = order.tracking = numbers[0] if numbers else ""
    shipment.courier = str(tracking.get("company") or shipment.courier)
    shipment.extra |= {"numbers": numbers, "urls": _several(tracking, "url")}
    call.store.touch(shop, order)
    call.store.news(shop, order, "tracking")
    return {"fulfillment": fulfillment_node(shipment), "userErrors": []}


def cancel(call: Context, given: dict[str, Any], _info: Info) -> Any:
    """orderCancel: a job that may end later."""
    kind, number = ungid(given["orderId"])
    order = order_of(call, int(number)) if kind == "Order" and number.isdigit() else None
    if order is None:
        return _not_cancelled("NOT_FOUND", "Order does not exist")
    if order.step == "cancelled" or order.extra.get("cancelling"):
        return _not_cancelled("INVALID", "Order has already been cancelled")
    if order.shipments:
        return _not_cancelled("INVALID", "Cannot cancel an order with fulfillments")
    store, shop = call.store, call.shop
    job = gid("Job", f"{next(store.ids):08x}")
    store.jobs[job] = False
    order.extra["cancelling"] = True
    refund = bool((given.get("refundMethod") or {}).get("originalPaymentMethodsRefund"))

    def done() -> None:
        store.jobs[job] = True
        order.extra["refund"] = refund
        _cancelled(call, shop, order, given["reason"], bool(given["restock"]))

    store.later(store.settings.cancel_seconds, done)
    return {"job": {"id": job, "done": store.jobs[job]}, "orderCancelUserErrors": [], "userErrors": []}


def _cancelled(call: Context, shop: Shop, order: Order, reason: str, restock: bool) -> None:
    call.store.cancel(shop, order, "seller", reason)
    if not restock:
        for line in order.lines:
            line.variant.stock -= line.quantity


def _not_cancelled(code: str, message: str) -> dict[str, Any]:
    wrong = Wrong(message, "orderId").as_json()
    return {"job": None, "orderCancelUserErrors": [{"code": code, **wrong}], "userErrors": [wrong]}


ROOTS: dict[str, Root] = {
    "fulfillmentCreate": fulfill,
    "fulfillmentTrackingInfoUpdate": change_tracking,
    "orderCancel": cancel,
}
