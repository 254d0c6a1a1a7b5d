"""eBay's JSON to our values: pure functions, no calls."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from salur.connectors.base.errors import ContractBroken
from salur.connectors.base.listing import StoreListing
from salur.connectors.base.reading import (
    JsonObject,
    amount,
    as_object,
    as_objects,
    iso_moment,
    needed_iso_moment,
    needed_text,
    text,
    whole,
)
from salur.connectors.base.types import Address, OrderHead, PartnerIdentity, StoreOrder, StoreOrderLine

from .statuses import order_status

GRAMS: dict[str, Decimal] = {
    "GRAM": Decimal(1),
    "KILOGRAM": Decimal(1000),
    "OUNCE": Decimal("28.349523"),
    "POUND": Decimal("453.59237"),
}
MILLIMETRES: dict[str, Decimal] = {
    "CENTIMETER": Decimal(10),
    "METER": Decimal(1000),
    "INCH": Decimal("25.4"),
    "FEET": Decimal("304.8"),
}
CENT = Decimal("0.01")


def part(source: JsonObject, key: str) -> JsonObject:
    """The object under ``key``; missing and null are an empty one."""
    return as_object(source.get(key) or {}, key)


def identity(user: JsonObject) -> PartnerIdentity:
    """The seller; the user id is what one merchant may claim (R12), because the name may change."""
    site = text(user, "registrationMarketplaceId")
    country = site.rpartition("_")[2].upper() if site.startswith("EBAY_") else ""
    return PartnerIdentity(
        key=needed_text(user, "userId"),
        name=text(user, "username") or needed_text(user, "userId"),
        country=country if len(country) == 2 else "",
    )


def order_rows(document: JsonObject) -> Sequence[JsonObject]:
    """The orders of an answer."""
    return as_objects(document.get("orders"), "orders")


def order_head(row: JsonObject) -> OrderHead:
    """An order of the list, which shows it whole."""
    order = store_order(row)
    return OrderHead(order.external_id, order.version, order.raw_status, order)


def words(order: JsonObject) -> tuple[str, str, str]:
    """The three words of an order: sent, paid, cancelled."""
    return (
        needed_text(order, "orderFulfillmentStatus"),
        needed_text(order, "orderPaymentStatus"),
        text(part(order, "cancelStatus"), "cancelState", "NONE_REQUESTED"),
    )


def raw_status(order: JsonObject) -> str:
    """eBay's words, one after the other; a cancellation that nobody asked for is left out."""
    sent, paid, cancel = words(order)
    return " ".join(word for word in (sent, paid, "" if cancel == "NONE_REQUESTED" else f"cancel {cancel}") if word)


def store_order(order: JsonObject) -> StoreOrder:
    """An order in full. Its version is eBay's time of the last change."""
    total = part(part(order, "pricingSummary"), "total")
    steps = as_objects(order.get("fulfillmentStartInstructions"), "fulfillmentStartInstructions")
    step = part(steps[0], "shippingStep") if steps else {}
    rows = as_objects(order.get("lineItems"), "lineItems")
    lines = [order_line(row) for row in rows]
    if any(line.quantity < 0 for line in lines):
        raise ContractBroken("bad_number", "a line has less than no pieces", field="quantity")
    requests = as_objects(part(order, "cancelStatus").get("cancelRequests"), "cancelRequests")
    return StoreOrder(
        external_id=needed_text(order, "orderId"),
        status=order_status(*words(order)),
        raw_status=raw_status(order),
        version=needed_iso_moment(order, "lastModifiedDate"),
        ordered_at=needed_iso_moment(order, "creationDate"),
        currency=text(total, "currency").upper(),
        total=amount(total, "value"),
        address=address(part(step, "shipTo")),
        lines=tuple(line for line in lines if line.quantity > 0),
        paid_at=_paid_at(order),
        ship_by=_ship_by(rows),
        courier=text(step, "shippingServiceCode"),
        buyer=text(part(order, "buyer"), "username"),
        note=text(order, "buyerCheckoutNotes"),
        cancel_reason=next((text(one, "cancelReason") for one in requests), ""),
    )


def _paid_at(order: JsonObject) -> datetime | None:
    payments = as_objects(part(order, "paymentSummary").get("payments"), "payments")
    return min((at for one in payments if (at := iso_moment(one, "paymentDate")) is not None), default=None)


def _ship_by(rows: Sequence[JsonObject]) -> datetime | None:
    told = [iso_moment(part(row, "lineItemFulfillmentInstructions"), "shipByDate") for row in rows]
    return min((at for at in told if at is not None), default=None)


def address(to: JsonObject) -> Address:
    """Where the parcel goes."""
    where = part(to, "contactAddress")
    street = [text(where, key).strip() for key in ("addressLine1", "addressLine2")]
    company = text(to, "companyName").strip()
    return Address(
        name=text(to, "fullName") or company,
        phone=text(part(to, "primaryPhone"), "phoneNumber"),
        email=text(to, "email"),
        lines=tuple(line for line in (*street, company if text(to, "fullName") else "") if line),
        district=text(where, "county"),
        city=text(where, "city"),
        province=text(where, "stateOrProvince"),
        postal_code=text(where, "postalCode"),
        country=text(where, "countryCode").upper(),
    )


def order_line(row: JsonObject) -> StoreOrderLine:
    """One line; eBay gives the price of all its pieces together."""
    quantity = whole(row, "quantity")
    cost = amount(part(row, "lineItemCost"), "value")
    chosen = [text(one, "value") for one in as_objects(row.get("variationAspects"), "variationAspects")]
    return StoreOrderLine(
        key=needed_text(row, "lineItemId"),
        sku=text(row, "sku").strip(),
        name=" - ".join(word for word in (text(row, "title"), ", ".join(one for one in chosen if one)) if word),
        quantity=quantity,
        unit_price=(cost / quantity).quantize(CENT) if quantity > 1 else cost,
        item_id=text(row, "legacyItemId"),
        model_id=text(row, "legacyVariationId"),
    )


def marketplace(order: JsonObject) -> str:
    """The marketplace that the order was made in, for calls that must name it."""
    rows = as_objects(order.get("lineItems"), "lineItems")
    named = (text(row, "purchaseMarketplaceId") or text(row, "listingMarketplaceId") for row in rows)
    return next((name for name in named if name), "EBAY_US")


def listing(row: JsonObject) -> StoreListing:
    """An inventory item; eBay knows it by its SKU alone."""
    sku = needed_text(row, "sku")
    stock = part(part(row, "availability"), "shipToLocationAvailability")
    package = part(row, "packageWeightAndSize")
    weight, size = part(package, "weight"), part(package, "dimensions")
    unit = MILLIMETRES.get(text(size, "unit"))
    return StoreListing(
        item_id=sku,
        model_id="",
        sku=sku,
        name=text(part(row, "product"), "title"),
        stock=whole(stock, "quantity") if stock.get("quantity") is not None else None,
        weight_g=_scaled(weight, "value", GRAMS.get(text(weight, "unit"))),
        length_mm=_scaled(size, "length", unit),
        width_mm=_scaled(size, "width", unit),
        height_mm=_scaled(size, "height", unit),
    )


def _scaled(source: Mapping[str, object], key: str, unit: Decimal | None) -> int:
    """A figure in our unit; what is no sensible figure counts as not said."""
    figure = amount(source, key) * unit if unit is not None else Decimal(0)
    return int(figure) if 0 < figure < 10_000_000 else 0
