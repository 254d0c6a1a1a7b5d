"""Order operations (shopee.md, Operations and Order fields)."""

from bisect import bisect_left, bisect_right
from typing import Any
from zlib import crc32

from salur.sandbox.engine.exchange import Refusal
from salur.sandbox.shopee import params
from salur.sandbox.shopee.call import Call
from salur.sandbox.shopee.model import Line, Order, Shop

WINDOW_SECONDS = 15 * 86400
#: RETRY_SHIP, TO_CONFIRM_RECEIVE and TO_RETURN are not offered as filters.
FILTERS = (
    "UNPAID", "PENDING", "READY_TO_SHIP", "PROCESSED", "SHIPPED", "COMPLETED", "IN_CANCEL", "CANCELLED",
    "INVOICE_PENDING",
)  # fmt: skip
CANCEL_REASONS = ("OUT_OF_STOCK", "CUSTOMER_REQUEST", "UNDELIVERABLE_AREA", "COD_NOT_SUPPORTED")
BEFORE_SHIPPED = ("UNPAID", "PENDING", "READY_TO_SHIP", "PROCESSED", "RETRY_SHIP", "INVOICE_PENDING")


def get_order_list(call: Call) -> dict[str, Any]:
    """Orders changed or created in a window, oldest first; the cursor is a position, not an offset.

    A position keeps paging complete: an order that changes meanwhile moves to its new time and is met there.
    """
    query, shop = call.query, call.shop
    field = params.choice(query, "time_range_field", ("create_time", "update_time"))
    start = params.integer(query, "time_from", 0, 2**32)
    end = params.integer(query, "time_to", 0, 2**32)
    if end < start or end - start > WINDOW_SECONDS:
        raise Refusal("order.order_list_invalid_time", "The time range must be positive and at most 15 days.")
    size = params.integer(query, "page_size", 1, 100)
    wanted = query.get("order_status") or ""
    if wanted and wanted not in FILTERS:
        raise params.wrong(f"order_status must be one of {', '.join(FILTERS)}")
    with_pending = query.get("request_order_status_pending") == "true"
    index = shop.by_update if field == "update_time" else shop.by_create
    position = max(_after(query.get("cursor") or "", index), bisect_left(index, (start, "")))
    stop = bisect_right(index, (end, "\uffff"))
    found: list[Order] = []
    last = position
    for last in range(position, stop):
        order = shop.orders[index[last][1]]
        if _listed(order, wanted, with_pending):
            if len(found) == size:
                return _page(call, found, f"{index[last - 1][0]}:{index[last - 1][1]}")
            found.append(order)
    return _page(call, found, "")


def _listed(order: Order, wanted: str, with_pending: bool) -> bool:
    if order.status == "PENDING" and not with_pending:
        return False
    return not wanted or order.status == wanted


def _after(cursor: str, index: list[tuple[int, str]]) -> int:
    if not cursor:
        return 0
    when, _, order_sn = cursor.partition(":")
    if not when.isdigit() or not order_sn:
        raise params.wrong("cursor is invalid")
    return bisect_right(index, (int(when), order_sn))


def _page(call: Call, found: list[Order], cursor: str) -> dict[str, Any]:
    wanted = (call.query.get("response_optional_fields") or "").split(",")
    rows = []
    for order in found:
        row = {"order_sn": order.order_sn, "booking_sn": ""}
        if "order_status" in wanted:
            row["order_status"] = order.status
        rows.append(row)
    return {"more": bool(cursor), "next_cursor": cursor, "order_list": rows}


def get_order_detail(call: Call) -> dict[str, Any]:
    """Up to 50 orders with the fields asked for."""
    numbers = params.listed(call.query, "order_sn_list", 1, 50)
    wanted = set((call.query.get("response_optional_fields") or "").split(","))
    with_pending = call.query.get("request_order_status_pending") == "true"
    known = [call.shop.orders[number] for number in numbers if number in call.shop.orders]
    orders = [order for order in known if not order.hidden]
    if not orders:
        raise Refusal("error_not_found", "Wrong parameters, detail: the order is not found.")
    return {"order_list": [_detail(order, wanted, with_pending) for order in orders]}


def _detail(order: Order, wanted: set[str], with_pending: bool) -> dict[str, Any]:
    status = "READY_TO_SHIP" if order.status == "PENDING" and not with_pending else order.status
    row: dict[str, Any] = {
        "order_sn": order.order_sn,
        "region": order.region,
        "currency": order.currency,
        "cod": order.cod,
        "order_status": status,
        "message_to_seller": order.message,
        "create_time": order.create_time,
        "update_time": order.update_time,
        "days_to_ship": 2,
        "ship_by_date": order.ship_by_date,
        "booking_sn": "",
    }
    optional = _optional(order)
    row.update({name: optional[name] for name in optional if name in wanted})
    return row


def _optional(order: Order) -> dict[str, Any]:
    person = order.person
    return {
        "total_amount": order.total,
        "buyer_user_id": crc32(person.username.encode()),
        "buyer_username": person.username,
        "pay_time": order.pay_time or None,
        "note": order.note,
        "shipping_carrier": order.channel.name,
        "checkout_shipping_carrier": order.channel.name,
        "payment_method": "Cash on Delivery" if order.cod else "ShopeePay",
        "fulfillment_flag": "fulfilled_by_local_seller",
        "cancel_by": order.cancel_by,
        "cancel_reason": order.cancel_reason,
        "buyer_cancel_reason": order.buyer_cancel_reason,
        "dropshipper": "",
        "dropshipper_phone": "",
        "split_up": False,
        "pickup_done_time": order.pickup_done_time,
        "estimated_shipping_fee": 0,
        "recipient_address": {
            "name": person.name,
            "phone": person.phone,
            "town": "",
            "district": person.district,
            "city": person.city,
            "state": person.state,
            "region": person.region,
            "zipcode": person.zipcode,
            "full_address": person.full_address(),
        },
        "item_list": [_line(line) for line in order.lines],
        "package_list": [
            {
                "package_number": order.package_number,
                "logistics_status": order.logistics,
                "logistics_channel_id": order.channel.id,
                "shipping_carrier": order.channel.name,
                "parcel_chargeable_weight_gram": sum(line.model.grams * line.quantity for line in order.lines),
                "item_list": [package_line(line) for line in order.lines],
            }
        ],
    }


def _line(line: Line) -> dict[str, Any]:
    return {
        "item_id": line.item.item_id,
        "item_name": line.item.name,
        "item_sku": "" if line.item.has_model else line.model.sku,
        "model_id": line.model.model_id,
        "model_name": line.model.name,
        "model_sku": line.model.sku if line.item.has_model else "",
        "model_quantity_purchased": line.quantity,
        "model_original_price": line.model.price,
        "model_discounted_price": line.model.price,
        "weight": line.model.grams / 1000,
        "order_item_id": line.item.item_id,
        "promotion_group_id": 0,
        "active_qty": line.quantity,
        "cancel_requested_qty": 0,
        "cancelled_qty": 0,
    }


def package_line(line: Line) -> dict[str, Any]:
    """A line as package_list carries it."""
    return {
        "item_id": line.item.item_id,
        "model_id": line.model.model_id,
        "model_quantity": line.quantity,
        "order_item_id": line.item.item_id,
        "promotion_group_id": 0,
    }


def find(shop: Shop, given: dict[str, Any]) -> Order:
    """The order named by order_sn in a body."""
    order = shop.orders.get(params.text(given, "order_sn"))
    if order is None:
        raise Refusal("error_not_found", "Wrong parameters, detail: the order is not found.")
    return order


def cancel_order(call: Call) -> dict[str, Any]:
    """The seller cancels, before the parcel is shipped."""
    order = find(call.shop, call.body)
    reason = params.choice(call.body, "cancel_reason", CANCEL_REASONS)
    if reason == "OUT_OF_STOCK":
        known = {(line.item.item_id, line.model.model_id) for line in order.lines}
        for entry in params.objects(call.body, "item_list", 1, 100):
            if (entry.get("item_id"), entry.get("model_id", 0)) not in known:
                raise params.wrong("item_list names an item that is not in the order")
    if reason == "UNDELIVERABLE_AREA" and order.region not in ("TW", "MY"):
        raise params.wrong("cancel_reason UNDELIVERABLE_AREA is not available in this region")
    if reason == "COD_NOT_SUPPORTED" and not order.cod:
        raise params.wrong("the order is not cash on delivery")
    if order.status not in BEFORE_SHIPPED:
        raise Refusal("error_param", "The order can not be cancelled in its current status.")
    call.store.cancel(call.shop, order, "seller", reason)
    return {"update_time": order.update_time}


def handle_buyer_cancellation(call: Call) -> dict[str, Any]:
    """The seller answers a buyer's wish to cancel."""
    order = find(call.shop, call.body)
    operation = params.choice(call.body, "operation", ("ACCEPT", "REJECT"))
    if order.status != "IN_CANCEL":
        raise Refusal("error_param", "The order has no cancellation request to handle.")
    if operation == "ACCEPT":
        call.store.cancel(call.shop, order, "buyer", order.buyer_cancel_reason)
    else:
        call.store.set_status(call.shop, order, order.status_before_cancel, order.logistics)
    return {"update_time": order.update_time}


_PACKAGE_STATES = {
    0: None,
    1: ("LOGISTICS_NOT_START", "LOGISTICS_PENDING_ARRANGE"),
    2: ("LOGISTICS_READY", "LOGISTICS_PICKUP_RETRY"),
    3: ("LOGISTICS_REQUEST_CREATED",),
}


def search_package_list(call: Call) -> dict[str, Any]:
    """Packages that have not been shipped."""
    wanted = call.body.get("filter") or {}
    pagination = call.body.get("pagination")
    if not isinstance(pagination, dict) or not isinstance(wanted, dict):
        raise params.wrong("pagination is required")
    size = params.integer(pagination, "page_size", 1, 100)
    states = _PACKAGE_STATES[params.integer(wanted, "package_status", 0, 3, default=2)]
    channels = wanted.get("logistics_channel_ids") or []
    rows = sorted(
        (order.ship_by_date, order.package_number, order)
        for order in call.shop.orders.values()
        if order.status not in ("SHIPPED", "TO_CONFIRM_RECEIVE", "COMPLETED", "TO_RETURN", "CANCELLED", "IN_CANCEL")
        and (states is None or order.logistics in states)
        and (not channels or order.channel.id in channels)
    )
    when, _, number = str(pagination.get("cursor") or "").partition(",")
    after = (int(when), number) if when.isdigit() else (0, "")
    rest = [row for row in rows if (row[0], row[1]) > after]
    page = rest[:size]
    more = len(rest) > size
    return {
        "packages_list": [
            {
                "order_sn": order.order_sn,
                "package_number": order.package_number,
                "logistics_channel_id": order.channel.id,
                "product_location_id": "",
            }
            for _, _, order in page
        ],
        "pagination": {
            "total_count": len(rows),
            "next_cursor": f"{page[-1][0]},{page[-1][1]}" if more else "",
            "more": more,
        },
        "sort": {"sort_type": 1, "is_asc": True},
    }


def get_package_detail(call: Call) -> dict[str, Any]:
    """Packages by number."""
    numbers = set(params.listed(call.query, "package_number_list", 1, 50))
    orders = [order for order in call.shop.orders.values() if order.package_number in numbers]
    if not orders:
        raise Refusal("error_not_found", "Wrong parameters, detail: the package is not found.")
    return {"package_list": [_package(order) for order in orders]}


def _package(order: Order) -> dict[str, Any]:
    return {
        "order_sn": order.order_sn,
        "package_number": order.package_number,
        "fulfillment_status": order.logistics,
        "update_time": order.update_time,
        "logistics_channel_id": order.channel.id,
        "shipping_carrier": order.channel.name,
        "allow_self_design_awb": False,
        "days_to_ship": 2,
        "ship_by_date": order.ship_by_date,
        "pending_terms": [],
        "tracking_number": order.tracking_number,
        "pickup_done_time": order.pickup_done_time,
        "is_split_up": False,
        "item_list": [
            {
                **package_line(line),
                "item_sku": "" if line.item.has_model else line.model.sku,
                "model_sku": line.model.sku if line.item.has_model else "",
            }
            for line in order.lines
        ],
        "recipient_address": _optional(order)["recipient_address"],
        "parcel_chargeable_weight_gram": sum(line.model.grams * line.quantity for line in order.lines),
    }
