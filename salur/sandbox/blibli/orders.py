"""Operations on items and packages."""

import base64
from typing import Any

from salur.sandbox.blibli.call import Call, bad, refused
from salur.sandbox.blibli.market import Package, dropship
from salur.sandbox.blibli.rows import detailed, kind_of, listed, ready_at
from salur.sandbox.storefront.model import Line, Order

HALF_HOUR, DAY = 1800.0, 86400.0
YEAR = 366 * 86400 * 1000
#: One filter answers so many records, however many pages are asked.
RECORDS = 100
REASONS = ("Out of stock", "Wrong price", "Wrong shipping type", "Wrong weight/shipping")
LONGEST_REASON = 490


def list_items(call: Call) -> dict[str, Any]:
    """POST orders/packages/filter: items by the time at which they could be fulfilled, grouped by package."""
    call.quota("list", "", 100, HALF_HOUR)
    found = _sorted(call, _wanted(call))[:RECORDS]
    rows, paging = call.page(found)
    groups: dict[Any, list[dict[str, Any]]] = {}
    for order, line in rows:
        package = call.market.packed.get(line.id)
        place = (package.id, "") if package else (None, order.number)
        groups.setdefault(place, []).append(listed(call.market, call.shop, order, line))
    content = [{"packageId": package, "orderItems": items} for (package, _), items in groups.items()]
    return {"content": content, "paging": paging}


def _wanted(call: Call) -> list[tuple[Order, Line]]:
    given = call.body.get("filter") or {}
    paid = [order for order in call.shop.orders.values() if order.step != "unpaid" and order.paid]
    if given.get("orderOrOrderItemIds"):
        numbers = {str(one) for one in given["orderOrOrderItemIds"]}
        if len(numbers) > 50:
            raise bad("orderOrOrderItemIds holds at most 50 numbers")
        pairs = [(order, line) for order in paid for line in order.lines]
        return [(order, line) for order, line in pairs if {order.number, str(line.id)} & numbers]
    since, until = _range(call, given.get("statusFPDateRange"))
    return [(order, line) for order in paid if since <= ready_at(order) <= until for line in order.lines]


def _range(call: Call, given: Any) -> tuple[int, int]:
    now = int(call.market.core.clock.now() * 1000)
    if given is None:
        return now - YEAR, now
    since, until = given.get("start"), given.get("end")
    if not isinstance(since, int) or not isinstance(until, int) or since > until:
        raise bad("statusFPDateRange needs start and end in milliseconds")
    if since < now - YEAR:
        raise bad("orders can be listed a year back")
    return since, until


def _sorted(call: Call, found: list[tuple[Order, Line]]) -> list[tuple[Order, Line]]:
    given = call.body.get("sorting") or {"by": "statusFPUpdatedTimestamp", "direction": "DESC"}
    if given.get("by") not in ("statusFPUpdatedTimestamp", "createdDate") or given.get("direction") not in (
        "ASC",
        "DESC",
    ):
        raise bad("sorting is invalid")
    by_paid = given["by"] == "statusFPUpdatedTimestamp"
    return sorted(
        found,
        key=lambda one: (ready_at(one[0]) if by_paid else one[0].created, one[0].number, one[1].id),
        reverse=given["direction"] == "DESC",
    )


def get_item(call: Call) -> dict[str, Any]:
    """GET orders/items/{item}."""
    order, line = call.item(call.path["item"])
    call.quota("detail", call.path["item"], 5, HALF_HOUR)
    return {"content": detailed(call.market, call.shop, order, line)}


def combine(call: Call) -> dict[str, Any]:
    """GET getCombineShipping: what may be packed with an item, also of other orders of the same buyer."""
    number = call.query.get("orderItemNo", "")
    order, _ = call.item(number)
    call.quota("combine", number, 5, DAY)
    others = [
        one
        for one in call.shop.orders.values()
        if one is order or (one.person == order.person and one.courier == order.courier)
    ]
    rows = [
        {"orderNo": one.number, "orderItemNo": str(line.id)}
        for one in others
        for line in one.lines
        if _packable(call, one, line) and kind_of(one) == kind_of(order)
    ]
    return {"value": {"combineShipping": rows}}


def _packable(call: Call, order: Order, line: Line) -> bool:
    return call.market.status_of(order, line) == "FP" and line.id not in call.market.packed


def create_package(call: Call) -> dict[str, Any]:
    """POST createPackage: only items in FP that are in no package yet."""
    given = call.body.get("orderItemIds")
    if not isinstance(given, list) or not given or not all(isinstance(one, str) for one in given):
        raise bad("orderItemIds must name order items")
    found = [call.item(number) for number in dict.fromkeys(given)]
    if not all(_packable(call, order, line) for order, line in found):
        raise refused(400, "ERR-PK400001", "Order item status is not eligible to create package")
    order = found[0][0]
    if any(other is not order for other, _ in found):
        raise refused(400, "ERR-PK400002", "Order items can not be packed together")
    return {"value": {"packageId": call.market.pack(call.shop, order, [line for _, line in found]).id}}


def fulfil(call: Call) -> dict[str, Any]:
    """POST orders/regular/{package}/fulfill: FP gives PU."""
    package = call.package()
    call.quota("fulfil", str(package.id), 5, DAY)
    number = str(call.body.get("awbNo") or "").strip()
    own = dropship(package.order)
    if package.fulfilled or kind_of(package.order) != 1 or _statuses(call, package) != {"FP"}:
        raise refused(400, "ERR-FF400001", "Package status is not eligible to fulfill")
    if own and not number:
        raise refused(400, "ERR-FF400002", "awbNo must not be blank")
    call.market.fulfil(package, number if own else "")
    return {}


def _statuses(call: Call, package: Package) -> set[str]:
    return {call.market.status_of(package.order, line) for line in package.lines}


def change_awb(call: Call) -> dict[str, Any]:
    """PUT orders/dropship/{package}: another number."""
    package = call.package()
    number = str(call.body.get("awbNo") or "").strip()
    if not number:
        raise refused(400, "ERR-FF400002", "awbNo must not be blank")
    if not dropship(package.order) or not package.fulfilled or not _statuses(call, package) <= {"PU", "CX"}:
        raise refused(400, "ERR-FF400003", "AWB number can not be changed")
    call.market.set_awb(package, number)
    return {}


def label(call: Call) -> dict[str, Any]:
    """GET orders/{package}/shippingLabel: a PDF in base64; the first may be empty (a knob)."""
    package = call.package()
    call.quota("label", str(package.id), 5, DAY)
    allowed = {"FP", "PU", "CX"} if dropship(package.order) else {"FP", "PU"}
    market, order = call.market, package.order
    made = market.label(package.shop, order) if _statuses(call, package) <= allowed else None
    if not _statuses(call, package) <= allowed or market.core.clock.now() < (order.label_ready or 0):
        raise refused(400, "ERR-SL400001", "Shipping label is not available for this package")
    return {"content": {"packageId": package.id, "document": base64.b64encode(made or b"").decode()}}


def cancel(call: Call) -> dict[str, Any]:
    """POST orders/items/{item}/cancellations: only paid, unpacked items."""
    order, line = call.item(call.path["item"])
    reason, pieces = str(call.body.get("reason") or ""), call.body.get("cancellationQuantity")
    if not reason or len(reason) >= LONGEST_REASON:
        raise bad(f"reason is needed and has fewer than {LONGEST_REASON} characters")
    if not _packable(call, order, line):
        raise refused(400, "ERR-CN400001", "Order item can not be cancelled")
    if reason in REASONS:
        call.market.cancel_item(call.shop, order, line, line.quantity, reason)
        call.market.set_stock(line.listing, line.variant, 0)
        return {}
    if not isinstance(pieces, int) or not 1 <= pieces <= line.quantity:
        raise refused(400, "ERR-CN400002", "cancellationQuantity is needed for this reason")
    call.market.cancel_item(call.shop, order, line, pieces, reason)
    return {}


def reasons(_call: Call) -> dict[str, Any]:
    """GET orders/items/cancellations/reasons."""
    return {"content": list(REASONS)}
