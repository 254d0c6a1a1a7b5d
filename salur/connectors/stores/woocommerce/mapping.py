"""WooCommerce's JSON to our values: pure functions, no calls."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from salur.connectors.base.errors import ContractBroken
from salur.connectors.base.listing import StoreListing
from salur.connectors.base.reading import (
    JsonObject,
    amount,
    as_object,
    as_objects,
    local_moment,
    needed_text,
    text,
    whole,
)
from salur.connectors.base.types import Address, StoreOrder, StoreOrderLine, TimeWindow

from .statuses import SHIPPED, order_status

TRACKING, COURIER = "_tracking_number", "_tracking_provider"  # assumed keys: WooCommerce itself has no such field
CANCEL_REASON = "_salur_cancel_reason"
AT_THE_DOOR = "cod"

GRAMS: Mapping[str, Decimal] = {
    "g": Decimal(1),
    "kg": Decimal(1000),
    "lbs": Decimal("453.59237"),
    "oz": Decimal("28.349523125"),
}
MILLIMETRES: Mapping[str, Decimal] = {
    "mm": Decimal(1),
    "cm": Decimal(10),
    "m": Decimal(1000),
    "in": Decimal("25.4"),
    "yd": Decimal("914.4"),
}


def as_list(document: object, where: str) -> Sequence[JsonObject]:
    """A list answer; a lone object is an error here."""
    if not isinstance(document, list):
        raise ContractBroken("not_a_list", f"{where} is {type(document).__name__}", field=where)
    return as_objects(document, where)


def changed_in(window: TimeWindow) -> tuple[tuple[str, str], ...]:
    """The window as parameters. Both ends are exclusive and in whole seconds at WooCommerce."""
    since = window.since.astimezone(UTC).replace(microsecond=0) - timedelta(seconds=1)
    until = window.until.astimezone(UTC)
    if until.microsecond:
        until = until.replace(microsecond=0) + timedelta(seconds=1)
    return (
        ("modified_after", _stamp(since)),
        ("modified_before", _stamp(until)),
        ("dates_are_gmt", "true"),
    )


def _stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S")


def store_order(order: JsonObject, shipped_word: str = SHIPPED) -> StoreOrder:
    """An order in full. Its version is the time it was last modified.

    Where a plugin numbers orders anew, people know the order by that number: it is the first line of the note then.
    """
    raw, number = needed_text(order, "status"), needed_text(order, "id")
    was_completed = local_moment(order, "date_completed_gmt", UTC) is not None
    shown, note = text(order, "number"), text(order, "customer_note")
    created = local_moment(order, "date_created_gmt", UTC)
    version = local_moment(order, "date_modified_gmt", UTC) or created
    if created is None or version is None:
        raise ContractBroken("missing", "date_created_gmt is missing", field="date_created_gmt")
    rows = as_objects(order.get("shipping_lines"), "shipping_lines")
    billing = as_object(order.get("billing") or {}, "billing")
    return StoreOrder(
        external_id=number,
        status=order_status(raw, was_completed=was_completed, shipped_word=shipped_word),
        raw_status=raw,
        version=version,
        ordered_at=created,
        currency=needed_text(order, "currency"),
        total=amount(order, "total"),
        address=address(order),
        lines=order_lines(order),
        paid_at=local_moment(order, "date_paid_gmt", UTC),
        courier=text(rows[0], "method_title") if rows else "",
        buyer=text(billing, "email") or _name(billing),
        note=f"#{shown}\n{note}".strip() if shown not in ("", number) else note,
        number=f"#{shown}" if shown not in ("", number) else "",
        cash_on_delivery=text(order, "payment_method") == AT_THE_DOOR,
        cancel_reason=meta_of(order, CANCEL_REASON),
    )


def order_lines(order: JsonObject) -> tuple[StoreOrderLine, ...]:
    """The goods; fees and delivery stand apart. Refunds are told by amount only, so the pieces stay as bought."""
    lines = [
        StoreOrderLine(
            key=needed_text(row, "id"),
            sku=text(row, "sku").strip(),
            name=text(row, "name"),
            quantity=whole(row, "quantity"),
            unit_price=amount(row, "price"),
            item_id=text(row, "product_id"),
            model_id=_number(row, "variation_id"),
        )
        for row in as_objects(order.get("line_items"), "line_items")
    ]
    if any(line.quantity < 0 for line in lines):
        raise ContractBroken("bad_number", "a line has less than no pieces", field="quantity")
    return tuple(line for line in lines if line.quantity > 0)


def _number(row: JsonObject, key: str) -> str:
    """An id; WooCommerce writes 0 for none."""
    value = text(row, key)
    return "" if value == "0" else value


def address(order: JsonObject) -> Address:
    """Where the parcel goes. An empty delivery address means that of the bill, which also holds phone and e-mail."""
    billing = as_object(order.get("billing") or {}, "billing")
    shipping = as_object(order.get("shipping") or {}, "shipping")
    where = shipping if text(shipping, "address_1") or text(shipping, "country") else billing
    lines = (text(where, "address_1"), text(where, "address_2"), text(where, "company"))
    return Address(
        name=_name(where) or text(where, "company"),
        phone=text(where, "phone") or text(billing, "phone"),
        email=text(billing, "email"),
        lines=tuple(line for line in lines if line),
        city=text(where, "city"),
        province=text(where, "state"),
        postal_code=text(where, "postcode"),
        country=text(where, "country").upper(),
    )


def _name(person: JsonObject) -> str:
    return f"{text(person, 'first_name')} {text(person, 'last_name')}".strip()


def meta_rows(order: JsonObject, key: str) -> list[JsonObject]:
    """The order's custom fields of that name."""
    return [row for row in as_objects(order.get("meta_data"), "meta_data") if row.get("key") == key]


def meta_of(order: JsonObject, key: str) -> str:
    """A custom field as text; a plugin's structure is none."""
    for row in meta_rows(order, key):
        value = row.get("value")
        if isinstance(value, str) and value:
            return value
    return ""


def tracking_numbers(order: JsonObject) -> list[str]:
    """The tracking numbers in the order's custom field."""
    return [part.strip() for part in meta_of(order, TRACKING).split(",") if part.strip()]


def meta_change(order: JsonObject, key: str, value: str) -> dict[str, object]:
    """A custom field to write; one that is there keeps its number, else it would stand there twice."""
    rows = meta_rows(order, key)
    held = {"id": whole(rows[0], "id")} if rows and rows[0].get("id") is not None else {}
    return {**held, "key": key, "value": value}


def listing(product: JsonObject, units: tuple[str, str], variation: JsonObject | None = None) -> StoreListing:
    """A product, or one of its variations. ``units``: the shop's units of weight and length."""
    source = product if variation is None else variation
    weight, length = GRAMS.get(units[0], Decimal(0)), MILLIMETRES.get(units[1], Decimal(0))
    size, parent = _size(source), _size(product)
    return StoreListing(
        item_id=needed_text(product, "id"),
        model_id="" if variation is None else needed_text(variation, "id"),
        sku=(text(source, "sku") or text(product, "sku")).strip(),
        name=text(product, "name"),
        variation="" if variation is None else _options(variation),
        stock=_stock(source),
        weight_g=_scaled(_first(source, product, "weight"), weight),
        length_mm=_scaled(_first(size, parent, "length"), length),
        width_mm=_scaled(_first(size, parent, "width"), length),
        height_mm=_scaled(_first(size, parent, "height"), length),
    )


def _size(source: JsonObject) -> JsonObject:
    return as_object(source.get("dimensions") or {}, "dimensions")


def _first(source: JsonObject, parent: JsonObject, key: str) -> Decimal:
    return amount(source, key) or amount(parent, key)


def _scaled(value: Decimal, by: Decimal) -> int:
    """In our unit; what is no sensible figure counts as not said."""
    scaled = value * by
    return int(scaled) if 0 < scaled < 10_000_000 else 0


def _options(variation: JsonObject) -> str:
    rows = as_objects(variation.get("attributes"), "attributes")
    return ", ".join(text(row, "option") for row in rows if text(row, "option"))


def _stock(source: JsonObject) -> int | None:
    """What can be sold; None where WooCommerce does not count. Figures below nought are orders taken beyond it."""
    if source.get("manage_stock") is not True or source.get("stock_quantity") is None:
        return None
    return max(0, int(amount(source, "stock_quantity")))
