"""Etsy's JSON to our values: pure functions, no calls."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from salur.connectors.base.errors import ContractBroken
from salur.connectors.base.listing import StoreListing
from salur.connectors.base.reading import (
    JsonObject,
    amount,
    as_object,
    as_objects,
    flag,
    moment,
    needed_text,
    text,
    whole,
)
from salur.connectors.base.types import (
    Address,
    OrderStatus,
    PartnerIdentity,
    StoreOrder,
    StoreOrderLine,
)

from .statuses import order_status

GRAMS: dict[str, Decimal] = {
    "g": Decimal(1),
    "kg": Decimal(1000),
    "oz": Decimal("28.349523"),
    "lb": Decimal("453.59237"),
}
MILLIMETRES: dict[str, Decimal] = {
    "mm": Decimal(1),
    "cm": Decimal(10),
    "m": Decimal(1000),
    "in": Decimal("25.4"),
    "inches": Decimal("25.4"),
    "ft": Decimal("304.8"),
    "yd": Decimal("914.4"),
}


def identity(shop: JsonObject) -> PartnerIdentity:
    """The shop; its id is what one merchant may claim (R12)."""
    return PartnerIdentity(
        key=needed_text(shop, "shop_id"),
        name=text(shop, "shop_name"),
        country=text(shop, "shop_location_country_iso").upper(),
        currency=text(shop, "currency_code").upper(),
    )


def money(source: JsonObject, key: str) -> tuple[Decimal, str]:
    """An amount and its currency; Etsy gives ``{amount, divisor, currency_code}``. Missing: nothing, no currency."""
    value = as_object(source.get(key) or {}, key)
    divisor = amount(value, "divisor", Decimal(1))
    if divisor <= 0:
        raise ContractBroken("bad_number", f"{key}: divisor is {divisor}", field=key)
    return amount(value, "amount") / divisor, text(value, "currency_code").upper()


def updated(receipt: JsonObject) -> datetime:
    """When the receipt last changed."""
    return _needed(receipt, "updated_timestamp", "update_timestamp")


def _needed(source: JsonObject, *keys: str) -> datetime:
    """The first of these times that is there: Etsy has two names for each."""
    found = next((value for key in keys if (value := moment(source, key)) is not None), None)
    if found is None:
        raise ContractBroken("missing", f"{keys[0]} is missing", field=keys[0])
    return found


def store_order(receipt: JsonObject) -> StoreOrder:
    """A receipt in full. Its version is Etsy's time of the last update."""
    raw = needed_text(receipt, "status")
    total, currency = money(receipt, "grandtotal")
    sold = as_objects(receipt.get("transactions"), "transactions")
    goods = [row for row in sold if not flag(row, "is_digital")]
    status = order_status(raw, flag(receipt, "is_paid"), flag(receipt, "is_shipped"))
    if sold and not goods and status in (OrderStatus.PAID, OrderStatus.SHIPPED):
        status = OrderStatus.COMPLETED  # files only: Etsy itself hands them over
    parcels = [row for row in as_objects(receipt.get("shipments"), "shipments") if text(row, "tracking_code")]
    lone: JsonObject = parcels[0] if len(parcels) == 1 else {}
    return StoreOrder(
        external_id=needed_text(receipt, "receipt_id"),
        status=status,
        raw_status=raw,
        version=updated(receipt),
        ordered_at=_needed(receipt, "created_timestamp", "create_timestamp"),
        currency=currency,
        total=total,
        address=address(receipt),
        lines=tuple(order_line(row) for row in goods if whole(row, "quantity") > 0),
        paid_at=_earliest(goods or sold, "paid_timestamp"),
        ship_by=_earliest(goods, "expected_ship_date"),
        courier=text(lone, "carrier_name"),
        buyer=text(receipt, "name"),
        note=text(receipt, "message_from_buyer"),
        awb=text(lone, "tracking_code"),
    )


def _earliest(rows: Sequence[JsonObject], key: str) -> datetime | None:
    return min((at for row in rows if (at := moment(row, key)) is not None), default=None)


def address(receipt: JsonObject) -> Address:
    """Where the parcel goes; Etsy withholds it from some apps, then it is empty."""
    street = [text(receipt, key).strip() for key in ("first_line", "second_line")]
    return Address(
        name=text(receipt, "name"),
        email=text(receipt, "buyer_email"),
        lines=tuple(line for line in street if line),
        city=text(receipt, "city"),
        province=text(receipt, "state"),
        postal_code=text(receipt, "zip"),
        country=text(receipt, "country_iso").upper(),
    )


def order_line(row: JsonObject) -> StoreOrderLine:
    """One transaction of a receipt."""
    chosen = [text(one, "formatted_value") for one in as_objects(row.get("variations"), "variations")]
    title = text(row, "title")
    return StoreOrderLine(
        key=needed_text(row, "transaction_id"),
        sku=text(row, "sku").strip(),
        name=" - ".join(word for word in (title, ", ".join(value for value in chosen if value)) if word),
        quantity=whole(row, "quantity"),
        unit_price=money(row, "price")[0],
        item_id=text(row, "listing_id"),
        model_id=text(row, "product_id"),
    )


def listings(document: JsonObject) -> list[StoreListing]:
    """A page of listings with their inventory: one entry for each product that can be chosen."""
    found: list[StoreListing] = []
    for row in as_objects(document.get("results"), "results"):
        inventory = as_object(row.get("inventory") or {}, "inventory")
        products = as_objects(inventory.get("products"), "products")
        found += [_listing(row, product) for product in products if not flag(product, "is_deleted")]
    return found


def _listing(row: JsonObject, product: JsonObject) -> StoreListing:
    weight_unit, size_unit = text(row, "item_weight_unit"), text(row, "item_dimensions_unit")
    return StoreListing(
        item_id=needed_text(row, "listing_id"),
        model_id=needed_text(product, "product_id"),
        sku=text(product, "sku").strip(),
        name=text(row, "title"),
        variation=", ".join(_values(product)),
        stock=0 if text(row, "state") == "inactive" else _for_sale(product),
        weight_g=_scaled(row, "item_weight", GRAMS.get(weight_unit)),
        length_mm=_scaled(row, "item_length", MILLIMETRES.get(size_unit)),
        width_mm=_scaled(row, "item_width", MILLIMETRES.get(size_unit)),
        height_mm=_scaled(row, "item_height", MILLIMETRES.get(size_unit)),
    )


def _for_sale(product: JsonObject) -> int:
    """Pieces that a buyer could take."""
    offers = as_objects(product.get("offerings"), "offerings")
    return sum(
        whole(one, "quantity") for one in offers if flag(one, "is_enabled", True) and not flag(one, "is_deleted")
    )


def _values(product: JsonObject) -> list[str]:
    found: list[str] = []
    for chosen in as_objects(product.get("property_values"), "property_values"):
        values = chosen.get("values")
        found += [value for value in values if isinstance(value, str)] if isinstance(values, list) else []
    return found


def _scaled(row: JsonObject, key: str, unit: Decimal | None) -> int:
    """A figure in our unit; what is no sensible figure counts as not said."""
    figure = amount(row, key) * unit if unit is not None else Decimal(0)
    return int(figure) if 0 < figure < 10_000_000 else 0
