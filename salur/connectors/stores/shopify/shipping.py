"""Telling Shopify that the parcel is under way: fulfilment orders, one fulfilment for each location (R143).

Shopify makes the fulfilment orders with the order, one group for each location; they cannot be made by hand. Shipping
is telling it which of them have left. What is closed already is not told again, so a repeated call does no harm.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from salur.connectors.base.errors import Rejected, TooLate
from salur.connectors.base.reading import JsonObject, as_object, as_objects, needed_text, text
from salur.connectors.base.transport import Effect
from salur.connectors.base.types import ConfirmResult

from . import queries
from .errors import refuse_user_errors
from .statuses import FULFILLMENT, FULFILLMENT_ORDER, Goods, Part
from .wire import Wire, gid

SHIPPABLE = "CREATE_FULFILLMENT"
LIVE = frozenset({"SUCCESS", "OPEN", "PENDING"})  # a fulfilment that was not taken back


@dataclass(frozen=True, slots=True)
class Shown:
    """What Shopify shows of an order's shipping."""

    raw_status: str
    fulfilled: bool
    cancelled: bool
    parts: Sequence[JsonObject]
    fulfillments: Sequence[JsonObject]

    def numbers(self) -> list[str]:
        """The tracking numbers of all fulfilments that hold."""
        return [number for one in self.fulfillments for number, _ in tracking_of(one)]

    def by_location(self) -> dict[str, list[str]]:
        """The fulfilment orders that may be shipped now, by location: one fulfilment takes those of one only."""
        found: dict[str, list[str]] = {}
        for part in self.parts:
            actions = as_objects(part.get("supportedActions"), "supportedActions")
            open_now = FULFILLMENT_ORDER.get(text(part, "status")) is Part.OPEN
            if open_now and SHIPPABLE in {text(action, "action") for action in actions}:
                assigned = as_object(part.get("assignedLocation") or {}, "assignedLocation")
                where = text(as_object(assigned.get("location") or {}, "location"), "id")
                found.setdefault(where, []).append(needed_text(part, "id"))
        return found

    def hindrance(self) -> str:
        """Why nothing can be shipped, in Shopify's words."""
        words = {
            text(part, "status") for part in self.parts if FULFILLMENT_ORDER.get(text(part, "status")) != Part.DONE
        }
        return f"fulfillment orders: {', '.join(sorted(words)) or 'none'}"


def confirm(wire: Wire, external_id: str, tracking: str, courier: str) -> ConfirmResult:
    """Ship what is open, add the number where Shopify has the parcel without it, and read back.

    Raises TooLate for a cancelled order, Rejected where Shopify refuses.
    """
    shown = look(wire, external_id)
    if shown is None:
        return ConfirmResult(False, "", detail="the store does not know the order")
    if shown.cancelled:
        raise TooLate("cancelled", "the order was cancelled at Shopify")
    groups = shown.by_location()
    if groups:
        for parts in groups.values():
            _ship(wire, external_id, parts, tracking, courier)
    elif tracking and shown.fulfilled and tracking not in shown.numbers():
        _add_number(wire, external_id, shown, tracking, courier)
    elif not shown.fulfilled:
        return ConfirmResult(False, shown.raw_status, ", ".join(shown.numbers()), shown.hindrance())
    return read_back(look(wire, external_id) or shown, tracking)


def look(wire: Wire, external_id: str) -> Shown | None:
    """How far the order is at Shopify; None where it is not known."""
    data = wire.ask(
        "order.fulfillment", queries.FULFILLMENT, {"id": gid("Order", external_id)}, Effect.READ, external_id
    )
    if data.get("order") is None:
        return None
    order = as_object(data["order"], "order")
    goods = text(order, "displayFulfillmentStatus")
    held = as_objects(order.get("fulfillments"), "fulfillments")
    parts = as_object(order.get("fulfillmentOrders") or {}, "fulfillmentOrders")
    return Shown(
        raw_status=f"{text(order, 'displayFinancialStatus') or '-'}/{goods}",
        fulfilled=FULFILLMENT.get(goods) is Goods.SHIPPED,
        cancelled=bool(text(order, "cancelledAt")),
        parts=as_objects(parts.get("nodes"), "fulfillmentOrders"),
        fulfillments=[one for one in held if text(one, "status") in LIVE],
    )


def read_back(shown: Shown, tracking: str) -> ConfirmResult:
    """Confirmed is what Shopify shows: all shipped, and our number among its numbers."""
    numbers = shown.numbers()
    known = not tracking or tracking in numbers
    return ConfirmResult(
        confirmed=shown.fulfilled and known,
        raw_status=shown.raw_status,
        tracking=tracking if tracking in numbers else ", ".join(numbers),
        detail="" if shown.fulfilled else shown.hindrance(),
    )


def tracking_of(fulfillment: JsonObject) -> list[tuple[str, str]]:
    """Numbers and couriers of a fulfilment."""
    rows = as_objects(fulfillment.get("trackingInfo"), "trackingInfo")
    return [(text(row, "number"), text(row, "company")) for row in rows if text(row, "number")]


def _notifies(wire: Wire) -> bool:
    return wire.credentials.get("notify_customer", "yes") == "yes"


def _ship(wire: Wire, external_id: str, parts: Sequence[str], tracking: str, courier: str) -> None:
    """Lines that are not named mean all that remains. A second time Shopify refuses, as nothing remains."""
    wanted: dict[str, object] = {
        "lineItemsByFulfillmentOrder": [{"fulfillmentOrderId": part} for part in parts],
        "notifyCustomer": _notifies(wire),
    }
    if tracking:
        wanted["trackingInfo"] = {"number": tracking, **({"company": courier} if courier else {})}
    data = wire.ask("fulfillmentCreate", queries.FULFILL, {"fulfillment": wanted}, Effect.REPEATABLE, external_id)
    refuse_user_errors(as_object(data.get("fulfillmentCreate"), "fulfillmentCreate"), "userErrors")


def _add_number(wire: Wire, external_id: str, shown: Shown, tracking: str, courier: str) -> None:
    """Shipped before without our number: by hand, or as another parcel of the same order. The others stay."""
    if not shown.fulfillments:
        raise Rejected("no_fulfillment", "Shopify shows the order as shipped but no fulfilment that it is shipped with")
    newest = shown.fulfillments[-1]
    before = tracking_of(newest)
    company = courier or next((name for _, name in before if name), "")
    wanted: dict[str, object] = {"numbers": [*(number for number, _ in before), tracking]}
    if company:
        wanted["company"] = company
    data = wire.ask(
        "fulfillmentTrackingInfoUpdate",
        queries.ADD_TRACKING,
        {"id": needed_text(newest, "id"), "tracking": wanted, "notify": _notifies(wire)},
        Effect.REPEATABLE,
        external_id,
    )
    refuse_user_errors(as_object(data.get("fulfillmentTrackingInfoUpdate"), "payload"), "userErrors")
