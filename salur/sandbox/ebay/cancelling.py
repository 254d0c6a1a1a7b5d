"""Post-Order: may an order be cancelled, cancel it, answer a buyer who asks."""

from salur.sandbox.ebay.call import Call, wrong
from salur.sandbox.ebay.filters import read_time
from salur.sandbox.ebay.seller import Cancellation, Found, cancellations, hidden
from salur.sandbox.engine.exchange import Refusal
from salur.sandbox.storefront.answer import Answer
from salur.sandbox.storefront.model import Order

REASONS = ("OUT_OF_STOCK_OR_CANNOT_FULFILL", "BUYER_ASKED_CANCEL", "ADDRESS_ISSUES")
_DOMAIN = "returnErrorDomain"


def _wrong(number: int, message: str, long: str = "", status: int = 400) -> Refusal:
    return wrong(number, message, long, status=status, domain=_DOMAIN)


def _order(call: Call) -> Order:
    order = call.shop.orders.get(str(call.body.get("legacyOrderId", "")))
    if order is None or hidden(order):
        raise _wrong(1604, "The order is not known.", status=404)
    return order


def _why_not(call: Call, order: Order) -> str:
    """Empty where it may be cancelled."""
    if order.shipments or order.step in ("shipped", "delivered", "completed"):
        return "ALREADY_SHIPPED"
    if order.step == "cancelled":
        return "ALREADY_CANCELED"
    if any(one.state in ("REQUESTED", "ACCEPTED") for one in cancellations(order)):
        return "EXISTING_CANCEL_REQUEST"
    return ""


def check_eligibility(call: Call) -> Answer:
    """POST cancellation/check_eligibility."""
    order = _order(call)
    why = _why_not(call, order)
    if why:
        return Answer({"eligible": False, "failureReason": [why], "legacyOrderId": order.number})
    return Answer({"eligible": True, "eligibleCancelReason": list(REASONS), "legacyOrderId": order.number})


def cancel(call: Call) -> Answer:
    """POST cancellation: the seller cancels the whole order."""
    order, reason = _order(call), call.body.get("cancelReason")
    if reason not in REASONS:
        raise _wrong(1614, "The reason is not valid.", f"cancelReason must be one of {', '.join(REASONS)}.")
    why = _why_not(call, order)
    if why:
        told = {"ALREADY_SHIPPED": "already shipped", "ALREADY_CANCELED": "already cancelled"}.get(why, "asked already")
        words = "The order is not eligible for cancellation"
        raise _wrong(1616, f"{words}.", f"{words}: {told}.")
    made = call.ebay.cancel_by_seller(call.shop, order, reason)
    return Answer({"cancelId": made.id}, 201)


def _asked(call: Call) -> Found:
    found = call.ebay.find_cancellation(call.shop, call.path["cancel_id"])
    if found is None:
        raise _wrong(1600, "The cancellation is not known.", status=404)
    if found.cancellation.state != "REQUESTED" or found.cancellation.initiator != "BUYER":
        raise _wrong(1610, "The cancellation is closed.", "The cancellation request is closed already.")
    return found


def approve(call: Call) -> Answer:
    """POST cancellation/{cancelId}/approve."""
    call.ebay.decide(_asked(call), accept=True)
    return Answer(None)


def reject(call: Call) -> Answer:
    """POST cancellation/{cancelId}/reject: with the date of the shipment that is the reason."""
    found, date = _asked(call), call.body.get("shipmentDate")
    try:
        read_time(str(date.get("value", "")) if isinstance(date, dict) else "")
    except ValueError as problem:
        raise _wrong(1618, "The shipment date is missing.", "shipmentDate.value must be a UTC time.") from problem
    call.ebay.decide(found, accept=False)
    return Answer(None)


def get_cancellation(call: Call) -> Answer:
    """GET cancellation/{cancelId}."""
    found = call.ebay.find_cancellation(call.shop, call.path["cancel_id"])
    if found is None:
        raise _wrong(1600, "The cancellation is not known.", status=404)
    return Answer({"cancelDetail": _detail(found.order, found.cancellation)})


def _detail(order: Order, one: Cancellation) -> dict[str, str]:
    return {
        "cancelId": one.id,
        "legacyOrderId": order.number,
        "cancelReason": one.reason,
        "requestorType": one.initiator,
        "cancelState": "CLOSED" if one.state in ("COMPLETED", "REJECTED") else "APPROVAL_PENDING",
    }
