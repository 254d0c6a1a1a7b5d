"""ShopBase's JSON to our values and back: pure functions, no calls. Fields as in contracts/shopbase, most assumed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal

from salur.connectors.base.errors import ContractBroken
from salur.connectors.base.listing import StoreListing
from salur.connectors.base.reading import (
    JsonObject,
    amount,
    as_object,
    as_objects,
    flag,
    iso_moment,
    needed_text,
    text,
    whole,
)
from salur.connectors.base.types import Address, OrderStatus, PartnerIdentity, StoreOrder, StoreOrderLine

from .statuses import FULFILLMENT, UNFULFILLED, Goods, order_status

# Gateways where the buyer pays at the door: such an order is "pending" until it is delivered (assumed).
AT_THE_DOOR = frozenset({"cod", "cash on delivery", "cash on delivery (cod)", "cash_on_delivery"})
ONLY_VARIANT = "Default Title"


def identity(document: JsonObject, address: str) -> PartnerIdentity:
    """The store; its address at ShopBase is what one merchant may claim (R12)."""
    shop = as_object(document.get("shop"), "shop")
    return PartnerIdentity(
        key=address,
        name=text(shop, "name"),
        country=text(shop, "country_code").upper(),
        currency=text(shop, "currency").upper(),
        details={"domain": text(shop, "domain"), "timezone": text(shop, "timezone")},
    )


def domain_of(document: JsonObject) -> str:
    """The store's own address at ShopBase, where it tells (assumed)."""
    return text(as_object(document.get("shop"), "shop"), "shopbase_domain").strip().lower()


def written(at: datetime) -> str:
    """A time as the filters want it."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def needed_time(row: JsonObject, key: str) -> datetime:
    """A time that must be there."""
    at = iso_moment(row, key)
    if at is None:
        raise ContractBroken("missing", f"{key} is missing", field=key)
    return at


def goods_word(row: JsonObject) -> str:
    """The fulfilment word; null is written out."""
    return text(row, "fulfillment_status") or UNFULFILLED


def status_of(row: JsonObject, trusts: bool) -> OrderStatus:
    """The canonical state of an order."""
    return order_status(
        text(row, "financial_status"),
        goods_word(row),
        cancelled=bool(text(row, "cancelled_at")),
        closed=bool(text(row, "closed_at")),
        pays_at_door=pays_at_door(row),
        trusts=trusts,
    )


def pays_at_door(row: JsonObject) -> bool:
    """Does the buyer pay on delivery?"""
    return text(row, "gateway").strip().lower() in AT_THE_DOOR


def store_order(row: JsonObject, trusts: bool) -> StoreOrder:
    """An order, in full in list and detail alike. Its version is ShopBase's update time."""
    status = status_of(row, trusts)
    words = [text(row, "financial_status"), goods_word(row)]
    if text(row, "cancelled_at"):
        words.append("cancelled")
    elif text(row, "closed_at"):
        words.append("closed")
    lines = _lines(row)
    if not lines and status in (OrderStatus.UNPAID, OrderStatus.PAID) and as_objects(row.get("line_items"), "items"):
        status = OrderStatus.COMPLETED  # nothing in it is to be shipped
    shipping = as_objects(row.get("shipping_lines"), "shipping_lines")
    currency = text(row, "currency").upper()
    return StoreOrder(
        external_id=needed_text(row, "id"),
        status=status,
        raw_status="/".join(words),
        version=needed_time(row, "updated_at"),
        ordered_at=needed_time(row, "created_at"),
        currency=currency,
        total=amount(row, "total_price"),
        address=_address(as_object(row.get("shipping_address") or {}, "shipping_address"), text(row, "email")),
        lines=lines,
        paid_at=iso_moment(row, "processed_at") if status is not OrderStatus.UNPAID else None,
        courier=text(shipping[0], "title") if shipping else "",
        buyer=text(row, "email"),
        note=text(row, "note"),
        cash_on_delivery=pays_at_door(row),
        cancel_reason=text(row, "cancel_reason"),
        number=text(row, "name"),
    )


def _lines(row: JsonObject) -> tuple[StoreOrderLine, ...]:
    """What is to be shipped: of an order sent in part what is left, else all that was bought."""
    partly = FULFILLMENT.get(goods_word(row)) is Goods.PARTLY
    lines = []
    for item in as_objects(row.get("line_items"), "line_items"):
        if not flag(item, "requires_shipping", default=True):
            continue
        quantity = whole(item, "fulfillable_quantity" if partly else "quantity", whole(item, "quantity"))
        if quantity < 0:
            raise ContractBroken("bad_number", "a line with less than no pieces", field="quantity")
        if quantity == 0:
            continue
        lines.append(
            StoreOrderLine(
                key=needed_text(item, "id"),
                sku=text(item, "sku").strip(),
                name=text(item, "name") or text(item, "title"),
                quantity=quantity,
                unit_price=amount(item, "price"),
                item_id=text(item, "product_id"),
                model_id=text(item, "variant_id"),
            )
        )
    return tuple(lines)


def _address(where: JsonObject, email: str) -> Address:
    name = text(where, "name") or f"{text(where, 'first_name')} {text(where, 'last_name')}".strip()
    streets = (text(where, "company"), text(where, "address1"), text(where, "address2"))
    return Address(
        name=name,
        phone=text(where, "phone"),
        email=email,
        lines=tuple(line for line in (*streets[1:], streets[0]) if line),
        city=text(where, "city"),
        province=text(where, "province_code") or text(where, "province"),
        postal_code=text(where, "zip"),
        country=text(where, "country_code").upper(),
    )


def tracking_numbers(row: JsonObject) -> list[str]:
    """The tracking numbers of an order's fulfilments that were not taken back."""
    rows = as_objects(row.get("fulfillments"), "fulfillments")
    return [number for one in rows if text(one, "status") != "cancelled" and (number := text(one, "tracking_number"))]


def listings(row: JsonObject) -> list[StoreListing]:
    """A product's variants."""
    product, title = needed_text(row, "id"), text(row, "title")
    found = []
    for variant in as_objects(row.get("variants"), "variants"):
        name = text(variant, "title")
        grams = amount(variant, "grams", Decimal(0))
        found.append(
            StoreListing(
                item_id=product,
                model_id=needed_text(variant, "id"),
                sku=text(variant, "sku").strip(),
                name=title,
                variation="" if name == ONLY_VARIANT else name,
                stock=whole(variant, "inventory_quantity") if variant.get("inventory_quantity") is not None else None,
                weight_g=int(grams) if 0 < grams < 10_000_000 else 0,
            )
        )
    return found


def highest_id(rows: Sequence[JsonObject], since: int) -> int:
    """Where the next page begins. Ids that do not rise would have us read the same page for ever."""
    highest = max(whole(row, "id") for row in rows)
    if highest <= since:
        raise ContractBroken("paging", "since_id is not followed: the ids do not rise", field="id")
    return highest
