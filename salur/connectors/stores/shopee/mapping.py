"""Shopee's JSON to our values and back: pure functions, no calls."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TypedDict

from salur.connectors.base.errors import ContractBroken
from salur.connectors.base.listing import StoreListing
from salur.connectors.base.reading import (
    JsonObject,
    amount,
    as_object,
    as_objects,
    flag,
    moment,
    needed_moment,
    needed_text,
    text,
    whole,
)
from salur.connectors.base.types import (
    Address,
    OrderHead,
    OrderStatus,
    PartnerIdentity,
    StoreOrder,
    StoreOrderLine,
)

from .statuses import ARRANGED_ORDERS, ARRANGED_PACKAGES, PACKAGE, order_status

DETAIL_FIELDS = (
    "buyer_username,recipient_address,item_list,pay_time,buyer_cancel_reason,cancel_by,cancel_reason,"
    "package_list,shipping_carrier,checkout_shipping_carrier,total_amount,fulfillment_flag,note"
)

CURRENCIES: Mapping[str, str] = {
    "BR": "BRL",
    "ID": "IDR",
    "MX": "MXN",
    "MY": "MYR",
    "PH": "PHP",
    "SG": "SGD",
    "TH": "THB",
    "TW": "TWD",
    "VN": "VND",
}


def response(document: JsonObject) -> JsonObject:
    """The ``response`` object of an answer."""
    return as_object(document.get("response"), "response")


def identity(document: JsonObject, shop_id: str) -> PartnerIdentity:
    """The shop; its id is what one merchant may claim (R12). get_shop_info has no ``response`` around its fields."""
    inner = document.get("response")
    shop = as_object(inner, "response") if inner else document
    region = text(shop, "region").upper()
    return PartnerIdentity(
        key=shop_id,
        name=text(shop, "shop_name"),
        country=region,
        currency=CURRENCIES.get(region, ""),
        details={"status": text(shop, "status"), "authorised_until": text(shop, "expire_time")},
    )


def order_heads(document: JsonObject) -> tuple[list[OrderHead], str | None]:
    """A page of the order list and the cursor of the next, None on the last."""
    page = response(document)
    heads = [
        OrderHead(needed_text(row, "order_sn"), raw_status=text(row, "order_status"))
        for row in as_objects(page.get("order_list"), "order_list")
    ]
    if not flag(page, "more"):
        return heads, None
    return heads, needed_text(page, "next_cursor")


def order_rows(document: JsonObject) -> Sequence[JsonObject]:
    """The orders of a detail answer."""
    return as_objects(response(document).get("order_list"), "order_list")


def address(order: JsonObject) -> Address:
    """Where the parcel goes. Masked parts ("****") are kept as Shopee gives them."""
    where = as_object(order.get("recipient_address") or {}, "recipient_address")
    full = text(where, "full_address")
    return Address(
        name=text(where, "name"),
        phone=text(where, "phone"),
        lines=(full,) if full else (),
        district=text(where, "district") or text(where, "town"),
        city=text(where, "city"),
        province=text(where, "state"),
        postal_code=text(where, "zipcode"),
        country=(text(where, "region") or text(order, "region")).upper(),
    )


def line_keys(rows: Sequence[JsonObject]) -> list[str]:
    """A key for each line, unique within the order and the same whenever the order is seen again.

    The order item id alone may repeat (bundles, add-on deals, several variations of one item), so the key is
    item and model id; lines that still agree are told apart by their promotion group, then by their place.
    """
    plain = []
    for row in rows:
        item, model = text(row, "order_item_id") or needed_text(row, "item_id"), text(row, "model_id", "0")
        plain.append(item if model in ("", "0") else f"{item}:{model}")
    keys: list[str] = []
    taken: set[str] = set()
    for row, base in zip(rows, plain, strict=True):
        key = base if plain.count(base) == 1 else f"{base}:g{text(row, 'promotion_group_id', '0')}"
        unique, place = key, 1
        while unique in taken:
            place += 1
            unique = f"{key}#{place}"
        taken.add(unique)
        keys.append(unique)
    return keys


def order_line(row: JsonObject, key: str, keep_cancelled: bool) -> StoreOrderLine:
    """One line; pieces the buyer has cancelled out of it are not to be picked."""
    quantity = whole(row, "model_quantity_purchased")
    if not keep_cancelled:
        quantity -= whole(row, "cancelled_qty")
    price = amount(row, "model_discounted_price", amount(row, "model_original_price"))
    if price == 0 and text(row, "promotion_type") == "bundle_deal":
        price = amount(row, "model_original_price")  # Shopee gives 0 for bundles by design
    variation = text(row, "model_name")
    return StoreOrderLine(
        key=key,
        sku=(text(row, "model_sku") or text(row, "item_sku")).strip(),
        name=f"{text(row, 'item_name')} - {variation}" if variation else text(row, "item_name"),
        quantity=quantity,
        unit_price=price,
        item_id=text(row, "item_id"),
        model_id=text(row, "model_id"),
    )


def order_lines(order: JsonObject, status: OrderStatus) -> tuple[StoreOrderLine, ...]:
    """All lines with something to pick; of a cancelled order all as they were bought."""
    rows = as_objects(order.get("item_list"), "item_list")
    gone = status is OrderStatus.CANCELLED
    lines = [order_line(row, key, gone) for row, key in zip(rows, line_keys(rows), strict=True)]
    if any(line.quantity < 0 for line in lines):
        raise ContractBroken("bad_number", "a line has less than no pieces", field="model_quantity_purchased")
    return tuple(line for line in lines if line.quantity > 0)


def store_order(order: JsonObject) -> StoreOrder:
    """An order in full. Its version is Shopee's update time."""
    raw = needed_text(order, "order_status")
    status = order_status(raw)
    packages = as_objects(order.get("package_list"), "package_list")
    package: JsonObject = packages[0] if packages else {}
    return StoreOrder(
        external_id=needed_text(order, "order_sn"),
        status=status,
        raw_status=raw,
        version=needed_moment(order, "update_time"),
        ordered_at=needed_moment(order, "create_time"),
        currency=needed_text(order, "currency"),
        total=amount(order, "total_amount", Decimal(0)),
        address=address(order),
        lines=order_lines(order, status),
        paid_at=moment(order, "pay_time"),
        ship_by=moment(order, "ship_by_date"),
        courier=courier(order, package),
        buyer=text(order, "buyer_username"),
        note=text(order, "message_to_seller"),
        cash_on_delivery=flag(order, "cod"),
        awb=text(package, "tracking_number") if len(packages) == 1 else "",
        package=text(package, "package_number") if len(packages) == 1 else "",
        cancel_reason=text(order, "cancel_reason") or text(order, "buyer_cancel_reason"),
    )


def courier(order: JsonObject, package: JsonObject) -> str:
    """The carrier that takes the parcel; before arranging it is the one chosen at checkout."""
    return (
        text(package, "shipping_carrier") or text(order, "shipping_carrier") or text(order, "checkout_shipping_carrier")
    )


def is_arranged(order: JsonObject) -> bool:
    """Was the shipment arranged before?"""
    if text(order, "order_status") in ARRANGED_ORDERS:
        return True
    packages = as_objects(order.get("package_list"), "package_list")
    return any(PACKAGE.get(text(package, "logistics_status")) in ARRANGED_PACKAGES for package in packages)


def stock_of(source: JsonObject) -> int | None:
    """What Shopee says can be sold, None when it says nothing."""
    info = as_object(source.get("stock_info_v2") or {}, "stock_info_v2")
    summary = as_object(info.get("summary_info") or {}, "summary_info")
    if summary.get("total_available_stock") is None:
        return None
    return whole(summary, "total_available_stock")


def item_listing(item: JsonObject) -> StoreListing:
    """An item without variations."""
    return StoreListing(
        item_id=needed_text(item, "item_id"),
        model_id="",
        sku=text(item, "item_sku"),
        name=text(item, "item_name"),
        stock=stock_of(item),
        **size_of(item),
    )


class Size(TypedDict):
    """Weight in grams, lengths in millimetres."""

    weight_g: int
    length_mm: int
    width_mm: int
    height_mm: int


def size_of(item: JsonObject) -> Size:
    """Weight (the sheet's ``weight`` in kg) and package size (cm) of an item, in grams and millimetres."""
    size = item.get("dimension")
    box: JsonObject = size if isinstance(size, dict) else {}
    return {
        "weight_g": _scaled(item.get("weight"), 1000),
        "length_mm": _scaled(box.get("package_length"), 10),
        "width_mm": _scaled(box.get("package_width"), 10),
        "height_mm": _scaled(box.get("package_height"), 10),
    }


def _scaled(value: object, by: int) -> int:
    """A figure that comes as number or text, in our unit; what is no sensible figure counts as not said."""
    try:
        amount = Decimal(str(value)) * by
    except ArithmeticError:
        return 0
    return int(amount) if amount.is_finite() and 0 < amount < 10_000_000 else 0


def model_listings(item: JsonObject, document: JsonObject) -> list[StoreListing]:
    """The variations of an item; a variation without SKU of its own carries the item's, as in orders."""
    answer = response(document)
    tiers = as_objects(answer.get("tier_variation"), "tier_variation")
    return [
        StoreListing(
            item_id=needed_text(item, "item_id"),
            model_id=needed_text(model, "model_id"),
            sku=text(model, "model_sku") or text(item, "item_sku"),
            name=text(item, "item_name"),
            variation=text(model, "model_name") or variation_name(model, tiers),
            stock=stock_of(model),
            **size_of(item),
        )
        for model in as_objects(answer.get("model"), "model")
    ]


def variation_name(model: JsonObject, tiers: Sequence[JsonObject]) -> str:
    """The chosen options, joined as Shopee shows them ("Red,XL")."""
    chosen = model.get("tier_index")
    if not isinstance(chosen, list):
        return ""
    names = []
    for tier, place in zip(tiers, chosen, strict=False):
        options = as_objects(tier.get("option_list"), "option_list")
        if isinstance(place, int) and 0 <= place < len(options):
            names.append(text(options[place], "option"))
    return ",".join(names)
