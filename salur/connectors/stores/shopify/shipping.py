"""Telling Shopify that the parcel is under way: fulfilment orders, one fulfilment for each location (R143).

Shopify makes the fulfilment orders with the order, one group for each location; they cannot be made by hand. Shipping
is telling it which of them have left. What is closed already is not told again, so a repeated call does no harm.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from salur.connectors.base.errors import Rejected, TooLate
from salur.connectors.base.reading import JsonObject, as_object, as_objects, flag, needed_text, text, whole
from salur.connectors.base.transport import Effect
from salur.connectors.base.types import ConfirmResult, ShippedLine

from . import queries
from .errors import refuse_user_errors
from .mapping import following_page
from .statuses import FULFILLMENT, FULFILLMENT_ORDER, Goods, Part
from .wire import Wire, gid, number_of

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

    def by_location(self) -> dict[str, list[JsonObject]]:
        """The fulfilment orders that may be shipped now, by location: one fulfilment takes those of one only."""
        found: dict[str, list[JsonObject]] = {}
        for part in self.parts:
            actions = as_objects(part.get("supportedActions"), "supportedActions")
            open_now = FULFILLMENT_ORDER.get(text(part, "status")) is Part.OPEN
            if open_now and SHIPPABLE in {text(action, "action") for action in actions}:
                assigned = as_object(part.get("assignedLocation") or {}, "assignedLocation")
                where = text(as_object(assigned.get("location") or {}, "location"), "id")
                found.setdefault(where, []).append(part)
        return found

    def knows(self, lines: Sequence[ShippedLine]) -> bool:
        """Whether any of these lines is of this order, as far as the first lines of its parts tell."""
        known = {_line_of(row) for part in self.parts for row in _rows(part)}
        return not known or not known.isdisjoint(line.key for line in lines)

    def hindrance(self) -> str:
        """Why nothing can be shipped, in Shopify's words."""
        words = {
            text(part, "status") for part in self.parts if FULFILLMENT_ORDER.get(text(part, "status")) != Part.DONE
        }
        return f"fulfillment orders: {', '.join(sorted(words)) or 'none'}"


def confirm(
    wire: Wire, external_id: str, tracking: str, courier: str, lines: Sequence[ShippedLine] = ()
) -> ConfirmResult:
    """Ship what is in the parcel (without ``lines`` all that is open), add the number where Shopify has the parcel
    without it, and read back. A number that Shopify shows is not told again.

    Raises TooLate for a cancelled order, Rejected where Shopify refuses.
    """
    shown = look(wire, external_id)
    if shown is None:
        return ConfirmResult(False, "", detail="the store does not know the order")
    if shown.cancelled:
        raise TooLate("cancelled", "the order was cancelled at Shopify")
    told = bool(tracking) and tracking in shown.numbers()
    groups = shown.by_location()
    if lines and not shown.knows(lines):
        lines = ()  # an order from a file has line numbers of its own
    if lines:
        groups = {at: _with_lines(wire, parts, external_id) for at, parts in groups.items()}
    wanted = to_ship(groups, lines, told_before=told)
    if wanted:
        for parts in wanted:
            _ship(wire, external_id, parts, tracking, courier)
    elif tracking and not told and (shown.fulfilled or lines) and shown.fulfillments:
        _add_number(wire, external_id, shown, tracking, courier)
    elif not shown.fulfilled and not told:
        return ConfirmResult(False, shown.raw_status, ", ".join(shown.numbers()), shown.hindrance())
    elif tracking and not told:
        raise Rejected("no_fulfillment", "Shopify shows the order as shipped but no fulfilment that it is shipped with")
    else:
        return read_back(shown, tracking, whole_order=not lines)
    return read_back(look(wire, external_id) or shown, tracking, whole_order=not lines)


def track(wire: Wire, external_id: str, tracking: str, courier: str) -> ConfirmResult:
    """Only the number: Shopify shows it with a fulfilment, which somebody else has to make. The newest one gets it."""
    shown = look(wire, external_id)
    if shown is None:
        return ConfirmResult(False, "", detail="the store does not know the order")
    if shown.cancelled:
        raise TooLate("cancelled", "the order was cancelled at Shopify")
    if not tracking:
        raise Rejected("no_number", "there is no tracking number to write", field="tracking")
    if tracking not in shown.numbers():
        if not shown.fulfillments:
            told = "Shopify shows a tracking number only with a fulfilment: mark the order as fulfilled there"
            return ConfirmResult(False, shown.raw_status, "", told)
        _add_number(wire, external_id, shown, tracking, courier)
        shown = look(wire, external_id) or shown
    numbers = shown.numbers()
    known = tracking in numbers
    detail = "" if known else "Shopify does not show the number yet"
    return ConfirmResult(known, shown.raw_status, tracking if known else ", ".join(numbers), detail)


def to_ship(
    groups: Mapping[str, Sequence[JsonObject]], lines: Sequence[ShippedLine], *, told_before: bool = False
) -> list[list[JsonObject]]:
    """What to tell, one entry for each fulfilment: fulfilment orders whole, or the parcel's pieces that are left.

    ``told_before``: the number is there already, perhaps of another location, so that only lines of which nothing was
    told yet are told.
    """
    if not lines:
        return [[{"fulfillmentOrderId": needed_text(part, "id")} for part in parts] for parts in groups.values()]
    wanted: dict[str, int] = {}
    for line in lines:
        wanted[line.key] = wanted.get(line.key, 0) + line.quantity
    told = []
    for parts in groups.values():
        named = [one for part in parts if (one := _part_of(part, wanted, untouched=told_before))]
        if named:
            told.append(named)
    return told


def _with_lines(wire: Wire, parts: Sequence[JsonObject], external_id: str) -> list[JsonObject]:
    """The same fulfilment orders with all their lines, where the first page did not hold them."""
    whole_parts: list[JsonObject] = []
    for part in parts:
        held = as_object(part.get("lineItems") or {}, "lineItems")
        rows = list(as_objects(held.get("nodes"), "lineItems"))
        info = as_object(held.get("pageInfo") or {}, "pageInfo")
        cursor = text(info, "endCursor") if flag(info, "hasNextPage") else None
        while cursor:
            variables = {"id": needed_text(part, "id"), "first": queries.MORE_PART_LINES_PAGE, "after": cursor}
            data = wire.ask("fulfillmentOrder.lineItems", queries.MORE_PART_LINES, variables, Effect.READ, external_id)
            more, cursor = following_page(as_object(data.get("node"), "node"), "lineItems", cursor)
            rows.extend(more)
        whole_parts.append({**part, "lineItems": {"nodes": rows}})
    return whole_parts


def _rows(part: JsonObject) -> Sequence[JsonObject]:
    return as_objects(as_object(part.get("lineItems") or {}, "lineItems").get("nodes"), "lineItems")


def _line_of(row: JsonObject) -> str:
    return number_of(needed_text(as_object(row.get("lineItem"), "lineItem"), "id"))


def _part_of(part: JsonObject, wanted: dict[str, int], *, untouched: bool) -> JsonObject | None:
    """The pieces of one fulfilment order that are in the parcel; what is taken is no longer wanted."""
    taken: list[JsonObject] = []
    for row in _rows(part):
        key, left = _line_of(row), whole(row, "remainingQuantity")
        pieces = min(wanted.get(key, 0), left)
        if pieces > 0 and (not untouched or pieces == whole(row, "totalQuantity", left)):
            wanted[key] -= pieces
            taken.append({"id": needed_text(row, "id"), "quantity": pieces})
    return {"fulfillmentOrderId": needed_text(part, "id"), "fulfillmentOrderLineItems": taken} if taken else None


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


def read_back(shown: Shown, tracking: str, *, whole_order: bool = True) -> ConfirmResult:
    """Confirmed is what Shopify shows: our number among its numbers, and all shipped where all was to be."""
    numbers = shown.numbers()
    known = tracking in numbers if tracking else bool(shown.fulfillments)
    shipped = shown.fulfilled or not whole_order
    return ConfirmResult(
        confirmed=shipped and known,
        raw_status=shown.raw_status,
        tracking=tracking if tracking in numbers else ", ".join(numbers),
        detail="" if shipped and known else shown.hindrance(),
    )


def tracking_of(fulfillment: JsonObject) -> list[tuple[str, str]]:
    """Numbers and couriers of a fulfilment."""
    rows = as_objects(fulfillment.get("trackingInfo"), "trackingInfo")
    return [(text(row, "number"), text(row, "company")) for row in rows if text(row, "number")]


def _notifies(wire: Wire) -> bool:
    return wire.credentials.get("notify_customer", "yes") == "yes"


def _ship(wire: Wire, external_id: str, parts: Sequence[JsonObject], tracking: str, courier: str) -> None:
    """Lines that are not named mean all that remains. More than remains Shopify refuses."""
    wanted: dict[str, object] = {
        "lineItemsByFulfillmentOrder": list(parts),
        "notifyCustomer": _notifies(wire),
    }
    if tracking:
        wanted["trackingInfo"] = {"number": tracking, **({"company": courier} if courier else {})}
    data = wire.ask("fulfillmentCreate", queries.FULFILL, {"fulfillment": wanted}, Effect.REPEATABLE, external_id)
    refuse_user_errors(as_object(data.get("fulfillmentCreate"), "fulfillmentCreate"), "userErrors")


def _add_number(wire: Wire, external_id: str, shown: Shown, tracking: str, courier: str) -> None:
    """Shipped before without our number: by hand, or as another parcel of the same order. The others stay."""
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
