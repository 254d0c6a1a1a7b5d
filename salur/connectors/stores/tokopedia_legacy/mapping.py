"""Tokopedia's JSON to our values and back: pure functions, no calls. Fields as in contracts/tokopedia_legacy."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from salur.connectors.base.errors import ContractBroken
from salur.connectors.base.listing import StockTarget, StoreListing
from salur.connectors.base.reading import (
    JsonObject,
    amount,
    as_object,
    as_objects,
    flag,
    iso_moment,
    needed_moment,
    needed_text,
    text,
    whole,
)
from salur.connectors.base.types import Address, OrderStatus, PartnerIdentity, StoreOrder, StoreOrderLine

from .statuses import STAGES, UNLISTED_STAGE, order_status

COUNTRY, CURRENCY = "ID", "IDR"
OUT_OF_STOCK, BUYER_ASKED, WRONG_PRICE, COURIER = "1", "8", "3", "7"

# What the buyer reads; the codes are assumed.
REASONS: dict[str, str] = {
    OUT_OF_STOCK: "Stok kosong",
    BUYER_ASKED: "Permintaan pembeli",
    WRONG_PRICE: "Harga atau berat tidak sesuai",
    COURIER: "Kurir bermasalah",
}
GRAMS: dict[int, int] = {1: 1, 2: 1000}  # weight.unit: gram, kilogram (assumed)


def objects(data: object, where: str) -> Sequence[JsonObject]:
    """The rows of ``data``; null means none."""
    return as_objects(data, where)


def identity(data: object, shop_id: str) -> PartnerIdentity | None:
    """The shop among those of the application; None when it is not one of them."""
    for row in objects(data, "data"):
        if text(row, "shop_id") == shop_id:
            return PartnerIdentity(
                key=shop_id,
                name=text(row, "shop_name"),
                country=COUNTRY,
                currency=CURRENCY,
                details={"domain": text(row, "domain"), "status": text(row, "status")},
            )
    return None


def version(created: datetime, raw: str, awb: str, cancel_asked: bool) -> datetime:
    """What orders two sights of one order: its time of ordering, and in the microseconds how far along it is.

    The list shows no time of change, so list and detail must agree on something that both show.
    """
    steps = STAGES.get(raw, UNLISTED_STAGE) * 10 + (5 if cancel_asked else 0) + (1 if awb else 0)
    return created.replace(microsecond=0) + timedelta(microseconds=steps)


def currency_of(products: Sequence[JsonObject]) -> str:
    """The list writes rupiah as "Rp"; any other word is kept, so that no amount is taken for what it is not."""
    words = {text(product, "currency").strip().upper() for product in products} - {"", "RP", CURRENCY}
    return min(words)[:3] if words else CURRENCY


def listed_order(row: JsonObject) -> StoreOrder:
    """An order as the list shows it: in full but for the times of payment and deadline."""
    raw = needed_text(row, "order_status")
    created = needed_moment(row, "create_time")
    person = as_object(row.get("recipient") or {}, "recipient")
    awb = text(as_object(row.get("custom_fields") or {}, "custom_fields"), "awb").strip()
    logistics = as_object(row.get("logistics") or {}, "logistics")
    buyer = as_object(row.get("buyer") or {}, "buyer")
    return StoreOrder(
        external_id=needed_text(row, "order_id"),
        status=order_status(raw),
        raw_status=raw,
        version=version(created, raw, awb, False),
        ordered_at=created,
        currency=currency_of(as_objects(row.get("products"), "products")),
        total=amount(as_object(row.get("amt") or {}, "amt"), "ttl_amount"),
        address=_listed_address(person),
        lines=_lines(as_objects(row.get("products"), "products"), "id", "price"),
        courier=courier(text(logistics, "shipping_agency"), text(logistics, "service_type")),
        buyer=_name(buyer),
        awb=awb,
    )


def detailed_order(row: JsonObject) -> StoreOrder:
    """An order as the detail shows it, with a buyer's wish to cancel."""
    raw = needed_text(row, "order_status")
    created = iso_moment(row, "create_time")
    if created is None:
        raise ContractBroken("missing", "create_time is missing", field="create_time")
    info = as_object(row.get("order_info") or {}, "order_info")
    shipping = as_object(info.get("shipping_info") or {}, "shipping_info")
    deadlines = as_object(row.get("shipment_fulfillment") or {}, "shipment_fulfillment")
    asked = cancel_asked(row)
    status = OrderStatus.CANCEL_REQUESTED if asked else order_status(raw)
    return StoreOrder(
        external_id=needed_text(row, "order_id"),
        status=status,
        raw_status=f"{raw} cancel requested" if asked else raw,
        version=version(created, raw, awb_of(row), asked),
        ordered_at=created.replace(microsecond=0),
        currency=CURRENCY,
        total=amount(row, "open_amt"),
        address=_detailed_address(as_object(info.get("destination") or {}, "destination")),
        lines=_lines(as_objects(info.get("order_detail"), "order_detail"), "product_id", "product_price"),
        paid_at=iso_moment(row, "payment_date"),
        ship_by=iso_moment(deadlines, "confirm_shipping_deadline"),
        courier=courier(text(shipping, "logistic_name"), text(shipping, "logistic_service")),
        buyer=text(as_object(row.get("buyer_info") or {}, "buyer_info"), "buyer_fullname"),
        note=text(row, "comment"),
        awb=awb_of(row),
        cancel_reason=_wish(row) if asked else "",
    )


def cancel_asked(row: JsonObject) -> bool:
    """Does the buyer wait for an answer? Only before the goods are on their way."""
    wish = row.get("cancel_request_info")
    if not isinstance(wish, dict) or STAGES.get(text(row, "order_status"), 0) >= STAGES["500"]:
        return False
    return whole(wish, "status") == 0


def _wish(row: JsonObject) -> str:
    return text(as_object(row.get("cancel_request_info"), "cancel_request_info"), "reason")


def stage(row: JsonObject) -> int:
    """How far along its life the order is (see ``STAGES``)."""
    return STAGES.get(text(row, "order_status"), UNLISTED_STAGE)


def shipping_info(row: JsonObject) -> JsonObject:
    """What the detail says of the shipment."""
    info = as_object(row.get("order_info") or {}, "order_info")
    return as_object(info.get("shipping_info") or {}, "shipping_info")


def awb_of(row: JsonObject) -> str:
    """The AWB number in a detail: typed in, or given by the marketplace's courier."""
    shipping = shipping_info(row)
    return (text(shipping, "awb") or text(shipping, "autoresi_awb")).strip()


def has_pickup(row: JsonObject) -> bool:
    """Does the marketplace's courier fetch the parcel? (Else the seller brings the AWB number.)"""
    return flag(shipping_info(row), "isCashless", default=True)


def courier(agency: str, service: str) -> str:
    """The carrier as Tokopedia writes it: agency and service, both free text."""
    return " ".join(part for part in (agency.strip(), service.strip()) if part)


def _name(source: JsonObject) -> str:
    return text(source, "Name") or text(source, "name")


def _listed_address(person: JsonObject) -> Address:
    where = as_object(person.get("address") or {}, "address")
    full = text(where, "address_full")
    return Address(
        name=_name(person),
        phone=text(person, "phone"),
        lines=(full,) if full else (),
        district=text(where, "district"),
        city=text(where, "city"),
        province=text(where, "province"),
        postal_code=text(where, "postal_code"),
        country=COUNTRY,
    )


def _detailed_address(where: JsonObject) -> Address:
    street = text(where, "address_street")
    return Address(
        name=text(where, "receiver_name"),
        phone=text(where, "receiver_phone"),
        lines=(street,) if street else (),
        district=text(where, "address_district"),
        city=text(where, "address_city"),
        province=text(where, "address_province"),
        postal_code=text(where, "address_postal"),
        country=COUNTRY,
    )


def _lines(rows: Sequence[JsonObject], id_field: str, price_field: str) -> tuple[StoreOrderLine, ...]:
    """The lines, keyed by product id, which list and detail both show; a product met again gets its place."""
    lines: list[StoreOrderLine] = []
    met: dict[str, int] = {}
    for row in rows:
        product = needed_text(row, id_field)
        met[product] = met.get(product, 0) + 1
        quantity = whole(row, "quantity")
        if quantity < 0:
            raise ContractBroken("bad_number", "a line has less than no pieces", field="quantity")
        if quantity == 0:
            continue
        lines.append(
            StoreOrderLine(
                key=product if met[product] == 1 else f"{product}#{met[product]}",
                sku=text(row, "sku").strip(),
                name=text(row, "product_name") or _name(row),
                quantity=quantity,
                unit_price=amount(row, price_field),
                item_id=product,
            )
        )
    return tuple(lines)


def rejection(code: str, order: JsonObject) -> dict[str, object]:
    """The body of nack; "out of stock" must name the products."""
    body: dict[str, object] = {"reason_code": int(code), "reason": REASONS[code]}
    if code == OUT_OF_STOCK:
        info = as_object(order.get("order_info") or {}, "order_info")
        rows = as_objects(info.get("order_detail"), "order_detail")
        body["empty_products"] = [whole(row, "product_id") for row in rows]
    return body


def listing(row: JsonObject) -> StoreListing | None:
    """A sellable product; None for the parent of variants, which are rows of their own."""
    basic = as_object(row.get("basic"), "basic")
    variant = as_object(row.get("variant") or {}, "variant")
    if flag(variant, "isParent"):
        return None
    weight = as_object(row.get("weight") or {}, "weight")
    stock = as_object(row.get("stock") or {}, "stock")
    grams = amount(weight, "value", Decimal(0)) * GRAMS.get(whole(weight, "unit", 1), 0)
    parent = text(variant, "parentID") if flag(variant, "isVariant") else ""
    own = needed_text(basic, "productID")
    return StoreListing(
        item_id=parent or own,
        model_id=own if parent else "",
        sku=text(as_object(row.get("other") or {}, "other"), "sku").strip(),
        name=text(basic, "name"),
        stock=whole(stock, "value") if stock.get("value") is not None else None,
        weight_g=int(grams) if 0 < grams < 10_000_000 else 0,
    )


def stock_rows(batch: Sequence[StockTarget]) -> list[dict[str, int]]:
    """The body of the stock call: a variant is a product of its own."""
    return [{"product_id": product_number(target), "new_stock": target.quantity} for target in batch]


def product_number(target: StockTarget) -> int:
    """The number that the stock call names a listing by; 0 where it is no number, which Tokopedia refuses."""
    named = target.model_id or target.item_id
    return int(named) if named.isascii() and named.isdigit() and len(named) <= 18 else 0


def refused_rows(data: object) -> dict[str, str]:
    """The products of a stock call that were refused, with the words."""
    answer = as_object(data, "data")
    rows = as_objects(answer.get("failed_rows_data"), "failed_rows_data")
    return {text(row, "product_id"): text(row, "message") or "refused" for row in rows}


def seconds(at: datetime) -> str:
    """A time as the list wants it."""
    return str(int(at.timestamp()))
