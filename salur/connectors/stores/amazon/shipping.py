"""Confirming a shipment: the request, and what an order shows of it (contract sheet, "mark shipped")."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace

from salur.connectors.base.carriers import Carrier, Parcel, same_number
from salur.connectors.base.errors import Rejected
from salur.connectors.base.reading import JsonObject, needed_text, text
from salur.connectors.base.types import ConfirmResult, ShippedLine

from .mapping import left_to_send, living_packages, part
from .statuses import SHIPPING

OTHER = "Other"
LARGEST_REFERENCE = 999_999_999

# Amazon's carrier codes. A carrier that is not here goes as Other with its name.
CODES: Mapping[Carrier, str] = {
    Carrier.AUSTRALIA_POST: "Australia Post",
    Carrier.CANADA_POST: "Canada Post",
    Carrier.DHL: "DHL",
    Carrier.DHL_ECOMMERCE: "DHL eCommerce",
    Carrier.DPD: "DPD",
    Carrier.EVRI: "Hermes UK",
    Carrier.FEDEX: "FedEx",
    Carrier.GLS: "GLS",
    Carrier.JAPAN_POST: "Japan Post",
    Carrier.LASERSHIP: "LaserShip",
    Carrier.ONTRAC: "OnTrac",
    Carrier.ROYAL_MAIL: "Royal Mail",
    Carrier.SF_EXPRESS: "SF Express",
    Carrier.UPS: "UPS",
    Carrier.USPS: "USPS",
    Carrier.YUN_EXPRESS: "Yun Express",
}


def package_reference(order: str, number: str) -> str:
    """A parcel's number in its order: positive, and the same whenever the same parcel is told again, which edits it."""
    digest = hashlib.sha256(f"{order} {number}".encode()).digest()
    return str(int.from_bytes(digest[:8], "big") % LARGEST_REFERENCE + 1)


def carrier_fields(parcel: Parcel) -> dict[str, str]:
    """``carrierCode``, and the name where the code is Other."""
    code = CODES.get(parcel.carrier) if parcel.carrier else None
    if code is not None:
        return {"carrierCode": code}
    return {"carrierCode": OTHER, "carrierName": parcel.name or OTHER}


def is_about_carrier(refusal: Rejected, body: JsonObject) -> bool:
    """Whether Amazon refused the carrier's code, which then may go by its name."""
    listed = text(part(body, "packageDetail"), "carrierCode") != OTHER
    return listed and "carriercode" in refusal.message.lower().replace(" ", "")


def unlisted(parcel: Parcel) -> Parcel:
    """The same parcel with a carrier that has no code, only a name."""
    name = parcel.name or (CODES[parcel.carrier] if parcel.carrier else "")
    return replace(parcel, name=name, carrier=None)


def pieces_of(order: JsonObject, lines: Sequence[ShippedLine]) -> dict[str, int]:
    """What the parcel holds, by item: the given lines as far as they are still to be sent, else all that is left."""
    left = left_to_send(order)
    if not lines:
        return left
    held: dict[str, int] = {}
    for line in lines:
        pieces = min(line.quantity, left.get(line.key, 0) - held.get(line.key, 0))
        if pieces > 0:
            held[line.key] = held.get(line.key, 0) + pieces
    return held


def confirmation(order: JsonObject, parcel: Parcel, pieces: Mapping[str, int], market_id: str, at: str) -> JsonObject:
    """The body of confirmShipment."""
    if not pieces:
        raise Rejected("nothing_left", "Amazon counts all pieces as shipped already", field="orderItems")
    return {
        "marketplaceId": text(part(order, "salesChannel"), "marketplaceId") or market_id,
        "packageDetail": {
            "packageReferenceId": package_reference(needed_text(order, "orderId"), parcel.number),
            **carrier_fields(parcel),
            "trackingNumber": parcel.number,
            "shipDate": at,
            "orderItems": [{"orderItemId": key, "quantity": quantity} for key, quantity in pieces.items()],
        },
    }


def shown(order: JsonObject, parcel: Parcel) -> ConfirmResult:
    """Whether the order shows the parcel. That Amazon took the confirmation is not yet that it shows it."""
    raw = text(part(order, "fulfillment"), "fulfillmentStatus")
    numbers = [text(package, "trackingNumber") for package in living_packages(order)]
    ours = next((number for number in numbers if same_number(number, parcel.number)), "")
    if ours and raw in SHIPPING:
        return ConfirmResult(True, raw, ours)
    return ConfirmResult(False, raw, ours or next((n for n in numbers if n), ""), "Amazon does not show the parcel yet")
