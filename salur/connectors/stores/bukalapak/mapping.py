"""Bukalapak's JSON to our values and back: pure functions, no calls. Fields as in contracts/bukalapak."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from salur.connectors.base.errors import ContractBroken
from salur.connectors.base.listing import StoreListing
from salur.connectors.base.reading import (
    JsonObject,
    amount,
    as_object,
    as_objects,
    iso_moment,
    needed_text,
    text,
    whole,
)
from salur.connectors.base.types import Address, PartnerIdentity, StoreOrder, StoreOrderLine

from .statuses import STAGES, UNLISTED_STAGE, order_status

COUNTRY, CURRENCY = "ID", "IDR"
BUILT_IN_COURIERS = frozenset({"JNE", "TIKI", "POS"})

OUT_OF_STOCK, WRONG_PRICE, BUSY, CANNOT_SERVE = "out_of_stock", "wrong_price", "busy", "cannot_serve"
# The only four reasons that Bukalapak takes, letter by letter.
REASONS: dict[str, str] = {
    CANNOT_SERVE: "Permintaan pembeli tidak dapat dilayani",
    OUT_OF_STOCK: "Stok Habis",
    WRONG_PRICE: "Harga barang/biaya kirim tidak sesuai",
    BUSY: "Ada kesibukan lain yang sifatnya mendadak",
}


def transactions(document: JsonObject) -> Sequence[JsonObject]:
    """The rows of a list; of a detail the only one (the key is plural there too)."""
    return as_objects(document.get("transactions"), "transactions")


def identity(user_id: str, rows: Sequence[JsonObject]) -> PartnerIdentity:
    """The seller: the number that logged in, with the name as one of the orders shows it."""
    names = [text(as_object(row.get("seller") or {}, "seller"), "name") for row in rows]
    return PartnerIdentity(key=user_id, name=next(filter(None, names), ""), country=COUNTRY, currency=CURRENCY)


def is_sellers(row: JsonObject, user_id: str) -> bool:
    """Is this a sale? The list holds what the account bought as well."""
    seller = text(as_object(row.get("seller") or {}, "seller"), "id")
    return not seller or seller == user_id


def ordered_at(row: JsonObject) -> datetime:
    """When the order was placed."""
    created = iso_moment(row, "created_at")
    if created is None:
        raise ContractBroken("missing", "created_at is missing", field="created_at")
    return created


def store_order(row: JsonObject) -> StoreOrder:
    """An order, in full in list and detail alike.

    Bukalapak tells no time of change: the version is the time of ordering and, in its microseconds, how far along the
    order is.
    """
    raw, created = needed_text(row, "state"), ordered_at(row).replace(microsecond=0)
    buyer = as_object(row.get("buyer") or {}, "buyer")
    return StoreOrder(
        external_id=needed_text(row, "id"),
        status=order_status(raw),
        raw_status=raw,
        version=created + timedelta(microseconds=STAGES.get(raw, UNLISTED_STAGE)),
        ordered_at=created,
        currency=CURRENCY,
        total=amount(row, "total_amount"),
        address=_address(as_object(row.get("consignee") or {}, "consignee")),
        lines=_lines(row),
        buyer=text(buyer, "username"),
    )


def _address(where: JsonObject) -> Address:
    street = text(where, "address")
    return Address(
        name=text(where, "name"),
        phone=text(where, "phone"),
        lines=(street,) if street else (),
        city=text(where, "city"),
        province=text(where, "province"),
        postal_code=text(where, "post_code"),
        country=COUNTRY,
    )


def _lines(row: JsonObject) -> tuple[StoreOrderLine, ...]:
    """The lines. Products carry no SKU, so their number is one; of one product the order's quantity counts."""
    products = as_objects(row.get("products"), "products")
    lines = []
    for product in products:
        number = needed_text(product, "id")
        quantity = whole(row if len(products) == 1 else product, "quantity")
        if quantity < 1:
            raise ContractBroken("bad_number", "a product without pieces", field="quantity")
        lines.append(
            StoreOrderLine(
                key=number,
                sku=number,
                name=text(product, "name"),
                quantity=quantity,
                unit_price=amount(product, "price"),
                item_id=number,
            )
        )
    if len({line.key for line in lines}) != len(lines):
        raise ContractBroken("repeated", "a product stands in an order twice", field="products")
    return tuple(lines)


def shipping_request(transaction_id: str, number: str, courier: str) -> dict[str, object]:
    """The body of confirm_shipping; the three built-in couriers are not named."""
    body = {"transaction_id": transaction_id, "shipping_code": number}
    name = courier.strip()
    if name and name.upper() not in BUILT_IN_COURIERS:
        body["new_courier"] = name
    return {"payment_shipping": body}


def listing(row: JsonObject) -> StoreListing:
    """A product: it has no variations, and no SKU but its number."""
    number = needed_text(row, "id")
    grams = amount(row, "weight")
    return StoreListing(
        item_id=number,
        model_id="",
        sku=number,
        name=text(row, "name"),
        stock=whole(row, "stock") if row.get("stock") is not None else None,
        weight_g=int(grams) if 0 < grams < 10_000_000 else 0,
    )
