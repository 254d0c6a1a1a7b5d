"""TikTok Shop's JSON to our values: pure functions, no calls."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

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
)
from salur.connectors.base.types import Address, OrderStatus, PartnerIdentity, StoreOrder, StoreOrderLine

from .statuses import order_status

EURO = ("DE", "ES", "FR", "IE", "IT")
CURRENCIES: Mapping[str, str] = {
    "BR": "BRL",
    "GB": "GBP",
    "ID": "IDR",
    "JP": "JPY",
    "MX": "MXN",
    "MY": "MYR",
    "PH": "PHP",
    "SG": "SGD",
    "TH": "THB",
    "US": "USD",
    "VN": "VND",
    **dict.fromkeys(EURO, "EUR"),
}
COUNTRIES = tuple(sorted(CURRENCIES))
BY_SELLER = "FULFILLMENT_BY_SELLER"
CANCELLED_LINE = "CANCELLED"
SENT_BY_SELLER = "SELLER"
WISHES = frozenset({OrderStatus.UNPAID, OrderStatus.PAID, OrderStatus.READY})
LEVELS = {"L1": "province", "L2": "city", "L3": "district"}


def identity(shop: JsonObject) -> PartnerIdentity:
    """The shop; its id is what one merchant may claim of a channel (R12)."""
    region = text(shop, "region").upper()
    return PartnerIdentity(
        key=needed_text(shop, "id"),
        name=text(shop, "name"),
        country=region,
        currency=CURRENCIES.get(region, ""),
        details={"code": text(shop, "code"), "seller_type": text(shop, "seller_type")},
    )


def order_rows(data: JsonObject) -> Sequence[JsonObject]:
    """The orders of an answer."""
    return as_objects(data.get("orders"), "orders")


def is_ours(order: JsonObject) -> bool:
    """Whether the seller sends it: what lies in the platform's own warehouse must not be sent twice."""
    return text(order, "fulfillment_type") in ("", BY_SELLER)


def platform(order: JsonObject) -> str:
    """Where it was sold; empty outside Indonesia."""
    return text(order, "commerce_platform")


def status_of(order: JsonObject) -> OrderStatus:
    """The canonical state; a buyer's open wish to cancel goes before it."""
    status = order_status(text(order, "status"))
    if flag(order, "is_buyer_request_cancel") and status in WISHES:
        return OrderStatus.CANCEL_REQUESTED
    return status


def address(order: JsonObject) -> Address:
    """Where the parcel goes; not told before the order may be shipped. Masked parts are kept."""
    where = as_object(order.get("recipient_address") or {}, "recipient_address")
    parts = {LEVELS.get(text(row, "address_level")): text(row, "address_name") for row in _districts(where)}
    lines = [text(where, f"address_line{number}").strip() for number in range(1, 5)]
    lines = [line for line in lines if line] or [one for one in (text(where, "address_detail"),) if one]
    full = text(where, "full_address")
    return Address(
        name=text(where, "name"),
        phone=text(where, "phone_number"),
        lines=tuple(lines) or ((full,) if full else ()),
        district=parts.get("district", ""),
        city=parts.get("city", "") or text(where, "post_town"),
        province=parts.get("province", ""),
        postal_code=text(where, "postal_code"),
        country=text(where, "region_code").upper(),
    )


def _districts(where: JsonObject) -> Sequence[JsonObject]:
    return as_objects(where.get("district_info"), "district_info")


def living(order: JsonObject) -> list[JsonObject]:
    """The line items to send, of a cancelled order all as they were bought."""
    rows = as_objects(order.get("line_items"), "line_items")
    if order_status(text(order, "status")) is OrderStatus.CANCELLED:
        return list(rows)
    return [row for row in rows if text(row, "display_status") != CANCELLED_LINE]


def package_ids(order: JsonObject) -> list[str]:
    """The packages that hold the living lines; before lines name theirs, those of the order."""
    named = [text(row, "package_id") for row in living(order)]
    if not any(named):
        named = [text(row, "id") for row in as_objects(order.get("packages"), "packages")]
    return list(dict.fromkeys(number for number in named if number))


def tracking(order: JsonObject) -> str:
    """The AWB number as the order shows it."""
    numbers = (text(row, "tracking_number").strip() for row in living(order))
    return next((one for one in numbers if one), "") or text(order, "tracking_number").strip()


def courier(order: JsonObject) -> str:
    """Who takes the parcel; before arranging the carrier or the service chosen at checkout."""
    names = (text(row, "shipping_provider_name") for row in living(order))
    return next((one for one in names if one), "") or (
        text(order, "shipping_provider") or text(order, "delivery_option_name")
    )


def order_line(row: JsonObject) -> StoreOrderLine:
    """One piece: each has a line item of its own (assumed)."""
    variation = text(row, "sku_name")
    return StoreOrderLine(
        key=needed_text(row, "id"),
        sku=text(row, "seller_sku").strip(),
        name=f"{text(row, 'product_name')} - {variation}" if variation else text(row, "product_name"),
        quantity=1,
        unit_price=amount(row, "sale_price"),
        item_id=text(row, "product_id"),
        model_id=text(row, "sku_id"),
    )


def store_order(order: JsonObject) -> StoreOrder:
    """An order in full. Its version is TikTok Shop's update time."""
    payment = as_object(order.get("payment") or {}, "payment")
    lines, packages = living(order), package_ids(order)
    reasons = (text(row, "cancel_reason") for row in lines)
    return StoreOrder(
        external_id=needed_text(order, "id"),
        status=status_of(order),
        raw_status=needed_text(order, "status"),
        version=needed_moment(order, "update_time"),
        ordered_at=needed_moment(order, "create_time"),
        currency=text(payment, "currency") or needed_text(lines[0] if lines else {}, "currency"),
        total=amount(payment, "total_amount"),
        address=address(order),
        lines=tuple(order_line(row) for row in lines),
        paid_at=moment(order, "paid_time"),
        ship_by=moment(order, "rts_sla_time"),
        courier=courier(order),
        buyer=text(order, "user_id"),
        note=text(order, "buyer_message"),
        cash_on_delivery=flag(order, "is_cod"),
        awb=tracking(order) if len(packages) == 1 else "",
        package=packages[0] if len(packages) == 1 else "",
        cancel_reason=text(order, "cancel_reason") or next((one for one in reasons if one), ""),
    )
