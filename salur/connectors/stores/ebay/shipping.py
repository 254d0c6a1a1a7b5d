"""Confirming a shipment: the request, and what an order's parcels show (contract sheet, "mark shipped")."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from salur.connectors.base.carriers import Carrier, Parcel, same_number
from salur.connectors.base.errors import Rejected
from salur.connectors.base.reading import JsonObject, as_objects, needed_text, text, whole
from salur.connectors.base.types import ConfirmResult, OrderStatus, ShippedLine

from .mapping import raw_status
from .statuses import FULFILLMENT

OTHER = "Other"
ON_THE_WAY = frozenset({OrderStatus.READY, OrderStatus.SHIPPED})

# eBay's carrier codes (assumed: the list stands behind another API). A carrier that is not here goes as Other.
CODES: Mapping[Carrier, str] = {
    Carrier.AUSTRALIA_POST: "AustraliaPost",
    Carrier.CANADA_POST: "CanadaPost",
    Carrier.DHL: "DHL",
    Carrier.DHL_ECOMMERCE: "DHLGlobalMail",
    Carrier.DPD: "DPD",
    Carrier.EVRI: "Hermes",
    Carrier.FEDEX: "FedEx",
    Carrier.GLS: "GLS",
    Carrier.JAPAN_POST: "JapanPost",
    Carrier.LASERSHIP: "LaserShip",
    Carrier.ONTRAC: "OnTrac",
    Carrier.ROYAL_MAIL: "RoyalMail",
    Carrier.SF_EXPRESS: "SFExpress",
    Carrier.UPS: "UPS",
    Carrier.USPS: "USPS",
    Carrier.YUN_EXPRESS: "YunExpress",
}


def ebay_number(parcel: Parcel) -> str:
    """The number as eBay takes it: letters and digits only."""
    return parcel.number.replace("-", "")


def left_to_send(order: JsonObject, parcels: Sequence[JsonObject]) -> dict[str, int]:
    """Pieces that no parcel holds yet, by line."""
    rows = as_objects(order.get("lineItems"), "lineItems")
    left = {needed_text(row, "lineItemId"): whole(row, "quantity") for row in rows}
    for one in parcels:
        for held in as_objects(one.get("lineItems"), "lineItems"):
            key = text(held, "lineItemId")
            left[key] = left.get(key, 0) - whole(held, "quantity", left.get(key, 0))
    return {key: pieces for key, pieces in left.items() if pieces > 0}


def shipment(left: Mapping[str, int], parcel: Parcel, lines: Sequence[ShippedLine], at: str) -> dict[str, object]:
    """The body of createShippingFulfillment: the given lines as far as they are still to be sent, else all."""
    held = dict(left)
    if lines:
        wanted: dict[str, int] = {}
        for line in lines:
            wanted[line.key] = wanted.get(line.key, 0) + line.quantity
        held = {key: min(left[key], pieces) for key, pieces in wanted.items() if key in left}
    if not held:
        raise Rejected("nothing_left", "eBay counts all pieces as shipped already", field="lineItems")
    return {
        "lineItems": [{"lineItemId": key, "quantity": pieces} for key, pieces in held.items()],
        "shippedDate": at,
        "shippingCarrierCode": CODES.get(parcel.carrier, OTHER) if parcel.carrier else OTHER,
        "trackingNumber": ebay_number(parcel),
    }


def shown(order: JsonObject, parcels: Sequence[JsonObject], parcel: Parcel) -> ConfirmResult:
    """Whether the order shows the parcel."""
    numbers = [text(one, "shipmentTrackingNumber") for one in parcels]
    ours = next((number for number in numbers if same_number(number, parcel.number)), "")
    moving = FULFILLMENT.get(text(order, "orderFulfillmentStatus")) in ON_THE_WAY
    if ours and moving:
        return ConfirmResult(True, raw_status(order), ours)
    others = next((number for number in numbers if number), "")
    return ConfirmResult(False, raw_status(order), ours or others, "eBay does not show the parcel yet")
