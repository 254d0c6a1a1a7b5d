"""Confirming a shipment: Etsy's carrier names, and what a receipt shows (contract sheet, "mark shipped")."""

from __future__ import annotations

from collections.abc import Mapping

from salur.connectors.base.carriers import Carrier, Parcel, same_number
from salur.connectors.base.reading import JsonObject, as_objects, flag, text
from salur.connectors.base.types import ConfirmResult

OTHER = "other"

# Etsy's own names. With a name in no list Etsy marks the receipt as shipped and shows no number, so a carrier that is
# not here goes as ``other``.
NAMES: Mapping[Carrier, str] = {
    Carrier.AUSTRALIA_POST: "australia-post",
    Carrier.CANADA_POST: "canada-post",
    Carrier.DHL: "dhl",
    Carrier.DHL_ECOMMERCE: "dhl-global-mail",
    Carrier.DPD: "dpd",
    Carrier.EVRI: "hermes",
    Carrier.FEDEX: "fedex",
    Carrier.GLS: "gls",
    Carrier.JAPAN_POST: "japan-post",
    Carrier.LASERSHIP: "lasership",
    Carrier.ONTRAC: "ontrac",
    Carrier.ROYAL_MAIL: "royal-mail",
    Carrier.SF_EXPRESS: "sf-express",
    Carrier.UPS: "ups",
    Carrier.USPS: "usps",
    Carrier.YUN_EXPRESS: "yunexpress",
}


def tracking_form(parcel: Parcel) -> dict[str, str]:
    """The form of createReceiptShipment; the seller gets no copy of the buyer's message."""
    name = NAMES.get(parcel.carrier, OTHER) if parcel.carrier else OTHER
    return {"tracking_code": parcel.number, "carrier_name": name, "send_bcc": "false"}


def shown(receipt: JsonObject, parcel: Parcel) -> ConfirmResult:
    """Whether the receipt shows the parcel."""
    raw = text(receipt, "status")
    numbers = [text(row, "tracking_code") for row in as_objects(receipt.get("shipments"), "shipments")]
    ours = next((number for number in numbers if same_number(number, parcel.number)), "")
    if ours and flag(receipt, "is_shipped"):
        return ConfirmResult(True, raw, ours)
    others = next((number for number in numbers if number), "")
    return ConfirmResult(False, raw, ours or others, "Etsy does not show the parcel yet")


def may_be_told(receipt: JsonObject) -> bool:
    """Whether a further shipment may be told.

    Each one sends the buyer a message, so a receipt that counts as shipped and shows no number is left alone: ours may
    be the one that is not shown.
    """
    if not flag(receipt, "is_shipped"):
        return True
    rows = as_objects(receipt.get("shipments"), "shipments")
    return bool(rows) and all(text(row, "tracking_code") for row in rows)
