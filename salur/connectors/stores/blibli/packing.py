"""Packing and fulfilling: combine, make the package, hand it in (contracts/blibli, "Packing" and "Fulfil").

Each step may be met half done, by an earlier try or by a person at Blibli, so the order is read before and after.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from salur.connectors.base.errors import AlreadyExists, ContractBroken, Rejected
from salur.connectors.base.types import OrderStatus, ShippingOption

from . import mapping
from .mapping import Item
from .statuses import NEW
from .wire import OLDER, Wire

PICKUP, OWN_AWB = "pickup", "own_awb"
Reader = Callable[[str], list[Item]]

BY_HAND = "big products and orders that the buyer collects are completed by hand in Blibli Seller Center"
SPLIT = "Blibli sends this order in several packages: pack it in Blibli Seller Center and give the AWB number by hand"


def open_items(own: Sequence[Item]) -> list[Item]:
    """The items to pack. AlreadyExists when all are handed in, Rejected when this cannot be done by call."""
    if not own:
        raise Rejected("ERR-NF404001", "Blibli does not know this order")
    live = [item for item in own if item.status is not OrderStatus.CANCELLED]
    if not live:
        raise Rejected("cancelled", "the order is cancelled")
    waiting = [item for item in live if item.raw == NEW]
    if not waiting:
        raise AlreadyExists(live[0].raw, "the shipment is arranged", ref=live[0].package)
    if any(item.kind != mapping.REGULAR for item in waiting):
        raise Rejected("by_hand", BY_HAND)
    if len(waiting) < len(live) or len({item.package for item in waiting}) > 1:
        raise Rejected("split_order", SPLIT)
    return waiting


def options(own: Sequence[Item]) -> Sequence[ShippingOption]:
    """Blibli's courier comes, or the seller brings the AWB number."""
    if open_items(own)[0].dropship:
        return [ShippingOption(OWN_AWB, {"tracking_number": ""})]
    return [ShippingOption(PICKUP)]


def hand_in(wire: Wire, external_id: str, read: Reader, awb: str) -> None:
    """Pack what is not packed and hand it in; AlreadyExists when somebody has done so."""
    waiting = open_items(read(external_id))
    if waiting[0].dropship and not awb:
        raise Rejected("awb_missing", "the seller brings the AWB number", field="awbNo")
    package = waiting[0].package or _pack(wire, external_id, waiting, read)
    path = f"/seller/v1/orders/regular/{package}/fulfill"
    try:
        wire.change("POST", "order.fulfil", path, {"awbNo": awb}, external_id)
    except Rejected as refusal:
        open_items(read(external_id))  # handed in meanwhile: says so
        raise refusal


def _pack(wire: Wire, external_id: str, waiting: Sequence[Item], read: Reader) -> str:
    """The number of a package with all items of this order, and of no other: each order has its own list here."""
    first = waiting[0].number
    document = wire.get("order.combine", f"{OLDER}getCombineShipping", external_id, [("orderItemNo", first)])
    fits = mapping.combinable(document) | {first}
    if any(item.number not in fits for item in waiting):
        raise Rejected("split_order", SPLIT)
    body = {"orderItemIds": [item.number for item in waiting]}
    try:
        made = wire.change("POST", "order.package", f"{OLDER}createPackage", body, external_id)
        return mapping.made_package(made)
    except (Rejected, ContractBroken) as refusal:
        package = open_items(read(external_id))[0].package
        if not package:
            raise refusal
        return package  # packed all the same, or since it was read
