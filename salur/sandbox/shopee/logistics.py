"""Shipping operations: arrange, tracking number, couriers (shopee.md, Operations)."""

from typing import Any

from salur.sandbox.engine.exchange import Refusal
from salur.sandbox.shopee import params
from salur.sandbox.shopee.call import Call
from salur.sandbox.shopee.channels import CHANNELS
from salur.sandbox.shopee.model import Order, Shop

PICKUP_ADDRESS = 4021
BRANCH = 7301
SLOT_DAYS = 3
BLOCKS = ("pickup", "dropoff", "non_integrated")


def _order(shop: Shop, given: dict[str, Any]) -> Order:
    order = shop.orders.get(params.text(given, "order_sn"))
    if order is None:
        raise Refusal("error_not_found", "Wrong parameters, detail: the order is not found.")
    number = params.package_number(given)
    if number is not None and number != order.package_number:
        raise Refusal("logistics.package_not_exist", "The package is not exist.")
    return order


def _slots(now: int) -> list[dict[str, Any]]:
    first_day = now - now % 86400 + 86400 + 6 * 3600
    slots = []
    for day in range(SLOT_DAYS):
        date = first_day + day * 86400
        slot: dict[str, Any] = {"date": date, "time_text": "09:00 - 18:00", "pickup_time_id": f"{date}_1"}
        if day == 0:
            slot["flags"] = ["recommended"]
        slots.append(slot)
    return slots


def _address(shop: Shop) -> dict[str, Any]:
    places = {
        "TH": ("Bangkok", "Khlong Toei", "10110"),
        "ID": ("DKI Jakarta", "Jakarta Selatan", "12920"),
        "PH": ("Metro Manila", "Makati", "1209"),
    }
    state, city, zipcode = places[shop.region]
    return {
        "region": shop.region,
        "state": state,
        "city": city,
        "district": "",
        "town": "",
        "address": f"{shop.name}, 99 Warehouse Lane",
        "zipcode": zipcode,
    }


def get_shipping_parameter(call: Call) -> dict[str, Any]:
    """What ship_order will want for this order."""
    order = _order(call.shop, call.query)
    if order.status in ("CANCELLED", "IN_CANCEL"):
        raise Refusal("error_status", "The order has been cancelled.")
    if order.logistics not in ("LOGISTICS_READY", "LOGISTICS_PICKUP_RETRY"):
        raise Refusal("error_param", "Shipping parameters can only be obtained when package is ready to be shipped")
    modes = order.channel.modes
    pickup, dropoff = None, None
    if "pickup" in modes:
        slots = _slots(call.store.core.clock.seconds()) if "pickup_time_id" in modes["pickup"] else None
        pickup = {
            "address_list": [
                {
                    "address_id": PICKUP_ADDRESS,
                    **_address(call.shop),
                    "address_flag": ["default_address", "pickup_address", "return_address"],
                    "time_slot_list": slots,
                }
            ]
        }
    if modes.get("dropoff"):
        dropoff = {"branch_list": [{"branch_id": BRANCH, **_address(call.shop)}], "slug_list": []}
    return {
        "info_needed": {mode: list(fields) for mode, fields in modes.items()},
        "dropoff": dropoff,
        "pickup": pickup,
    }


def ship_order(call: Call) -> dict[str, Any]:
    """Arrange shipment with exactly one of the blocks that info_needed names."""
    order = _order(call.shop, call.body)
    if order.status not in ("READY_TO_SHIP", "RETRY_SHIP"):
        shipped = order.status in ("SHIPPED", "TO_CONFIRM_RECEIVE", "COMPLETED", "TO_RETURN")
        words = "Order has been shipped." if shipped else "The order status is not ready to ship."
        raise Refusal("logistics.error_param", words)
    blocks = [name for name in BLOCKS if call.body.get(name) is not None]
    offered = order.channel.modes
    if len(blocks) != 1 or blocks[0] not in offered or not isinstance(call.body[blocks[0]], dict):
        raise params.wrong(f"give exactly one of {', '.join(offered)}")
    given: dict[str, Any] = call.body[blocks[0]]
    _check_block(call, blocks[0], offered[blocks[0]], given)
    call.store.arrange(call.shop, order, {"mode": blocks[0], **given})
    return {}


def _check_block(call: Call, mode: str, fields: tuple[str, ...], given: dict[str, Any]) -> None:
    if "address_id" in fields:
        if not given.get("address_id"):
            raise Refusal("logistics.error_logistics_shop_require_pickup_address", "Pickup address is required.")
        if given["address_id"] != PICKUP_ADDRESS:
            raise Refusal("logistics.address_not_found", "Address is not found.")
    if "pickup_time_id" in fields:
        allowed = {slot["pickup_time_id"] for slot in _slots(call.store.core.clock.seconds())}
        if given.get("pickup_time_id") not in allowed:
            raise Refusal("logistics.error_pickup_time", "Pickup time is invalid. Please check the pick up time.")
    if "branch_id" in fields and given.get("branch_id") != BRANCH:
        raise Refusal("logistics.error_store_not_found", "Store is not found.")
    if "tracking_no" in fields and not given.get("tracking_number"):
        raise Refusal("logistics.error_traceno_required", "Trace number is required.")
    taken = given.get("tracking_number")
    if mode == "non_integrated" and taken in call.store.by_tracking:
        raise Refusal("logistics.error_duplicate_consignment", "Consignment number is duplicated.")


def get_tracking_number(call: Call) -> dict[str, Any]:
    """The AWB; empty with a hint until the courier has given one."""
    if params.text(call.query, "order_sn") not in call.shop.orders:
        raise Refusal("logistics.invalid_error", "The order is not exist.")
    order = _order(call.shop, call.query)
    if not order.tracking_number:
        waiting = order.tracking_due is not None
        hint = "The courier has not issued the number yet." if waiting else "Shipment has not been arranged."
        return {"tracking_number": "", "hint": hint}
    answer = {"tracking_number": order.tracking_number, "hint": ""}
    if order.region == "ID" and order.channel.service:
        answer["pickup_code"] = order.order_sn[-4:]
    return answer


def get_channel_list(call: Call) -> dict[str, Any]:
    """The couriers of the shop's market."""
    return {
        "logistics_channel_list": [
            {
                "logistics_channel_id": one.id,
                "logistics_channel_name": one.name,
                "enabled": True,
                "cod_enabled": one.cod,
                "mask_channel_id": one.mask,
                "service_type_identifier": one.service,
                "preprint": one.preprint,
                "force_enable": False,
            }
            for one in CHANNELS[call.shop.region]
        ]
    }
