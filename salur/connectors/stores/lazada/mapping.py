"""Lazada's JSON to our values: pure functions, no calls."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from decimal import Decimal

from salur.connectors.base.errors import ContractBroken
from salur.connectors.base.reading import JsonObject, amount, as_object, as_objects, flag, needed_text, text
from salur.connectors.base.types import Address, OrderStatus, PartnerIdentity, StoreOrder, StoreOrderLine

from .statuses import CANCELLED, order_status

CURRENCIES: Mapping[str, str] = {"ID": "IDR", "MY": "MYR", "PH": "PHP", "SG": "SGD", "TH": "THB", "VN": "VND"}
COUNTRIES: Mapping[str, str] = {
    "indonesia": "ID",
    "malaysia": "MY",
    "philippines": "PH",
    "singapore": "SG",
    "thailand": "TH",
    "vietnam": "VN",
    "viet nam": "VN",
}
HOURS_AHEAD = {"ID": 7, "TH": 7, "VN": 7, "MY": 8, "PH": 8, "SG": 8}  # for times without offset (assumed)
CASH = "COD"
SPACED_OFFSET = re.compile(r"\s+([+-]\d{2}:?\d{2})$")
WISHES = frozenset({OrderStatus.UNPAID, OrderStatus.PAID, OrderStatus.READY})


def zone_of(venture: str) -> tzinfo:
    """The country's clock."""
    return timezone(timedelta(hours=HOURS_AHEAD.get(venture, 0)))


def instant(source: JsonObject, key: str, zone: tzinfo) -> datetime | None:
    """A time as Lazada writes it, in UTC: ISO 8601, or with a space before the offset, or in the country's clock."""
    written = text(source, key).strip()
    if not written or written == "null":
        return None
    try:
        found = datetime.fromisoformat(SPACED_OFFSET.sub(r"\1", written))
        return (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise ContractBroken("bad_time", f"{key}: {written[:40]}", field=key) from error


def needed_instant(source: JsonObject, key: str, zone: tzinfo) -> datetime:
    """As :func:`instant`, but it must be there."""
    found = instant(source, key, zone)
    if found is None:
        raise ContractBroken("missing", f"{key} is missing", field=key)
    return found


def identity(document: JsonObject, venture: str) -> PartnerIdentity:
    """The store: one seller in one country, which is what one merchant may claim (R12)."""
    seller = as_object(document.get("data"), "data")
    return PartnerIdentity(
        key=f"{venture}:{needed_text(seller, 'seller_id')}",
        name=text(seller, "name") or text(seller, "name_company"),
        country=venture,
        currency=CURRENCIES.get(venture, ""),
        details={"status": text(seller, "status"), "short_code": text(seller, "short_code")},
    )


def listed_orders(document: JsonObject) -> Sequence[JsonObject]:
    """The orders of a list answer."""
    return as_objects(as_object(document.get("data") or {}, "data").get("orders"), "orders")


def items_by_order(document: JsonObject) -> dict[str, list[JsonObject]]:
    """The items of each order of an answer."""
    rows = as_objects(document.get("data"), "data")
    return {needed_text(row, "order_id"): list(as_objects(row.get("order_items"), "order_items")) for row in rows}


def ours(items: Sequence[JsonObject]) -> list[JsonObject]:
    """Without the items that Lazada's own warehouse sends."""
    return [item for item in items if not flag(item, "is_fbl")]


def words_of(order: JsonObject) -> list[str]:
    """The states that the order itself lists: those of its items, each once."""
    listed = order.get("statuses")
    return [str(word) for word in listed] if isinstance(listed, list) else []


def is_cancelled(item: JsonObject) -> bool:
    """Whether nothing of this piece is to be sent."""
    return text(item, "status") == CANCELLED


def packages(items: Sequence[JsonObject]) -> list[str]:
    """Numbers of the packages that hold the living pieces."""
    numbers = [text(item, "package_id") for item in items if not is_cancelled(item)]
    return list(dict.fromkeys(number for number in numbers if number))


def address(order: JsonObject, venture: str) -> Address:
    """Where the parcel goes. Masked parts are kept as Lazada gives them."""
    where = as_object(order.get("address_shipping") or {}, "address_shipping")
    names = (text(where, "first_name"), text(where, "last_name"))
    lines = (text(where, "address1"), text(where, "address2"))
    return Address(
        name=" ".join(name for name in names if name),
        phone=text(where, "phone") or text(where, "phone2"),
        lines=tuple(line for line in lines if line),
        district=text(where, "address5") or text(where, "addressDsitrict"),
        city=text(where, "address4") or text(where, "city"),
        province=text(where, "address3"),
        postal_code=text(where, "post_code"),
        country=COUNTRIES.get(text(where, "country").strip().lower(), venture),
    )


def order_line(item: JsonObject) -> StoreOrderLine:
    """One piece: Lazada gives each a row of its own."""
    variation = text(item, "variation")
    return StoreOrderLine(
        key=needed_text(item, "order_item_id"),
        sku=text(item, "sku").strip(),
        name=f"{text(item, 'name')} - {variation}" if variation else text(item, "name"),
        quantity=1,
        unit_price=amount(item, "paid_price", amount(item, "item_price")),
        item_id=text(item, "product_id"),
        model_id=text(item, "sku_id"),
    )


def status_of(order: JsonObject, items: Sequence[JsonObject]) -> tuple[OrderStatus, str]:
    """The canonical state, and Lazada's words: those of the items, each once."""
    words = list(dict.fromkeys(needed_text(item, "status") for item in items)) or words_of(order)
    status = order_status(words)
    asked = any(flag(one, key) for one in (order, *items) for key in ("need_cancel_confirm", "is_cancel_pending"))
    if asked and status in WISHES:
        status = OrderStatus.CANCEL_REQUESTED
    return status, ",".join(sorted(words))


def store_order(order: JsonObject, items: Sequence[JsonObject], venture: str) -> StoreOrder:
    """An order in full. Its version is the latest change of the order or of one of its items."""
    zone = zone_of(venture)
    status, words = status_of(order, items)
    living = items if status is OrderStatus.CANCELLED else [item for item in items if not is_cancelled(item)]
    numbers = packages(living)
    parcel = next((item for item in living if text(item, "package_id")), {}) if len(numbers) == 1 else {}
    deadlines = [instant(item, "sla_time_stamp", zone) for item in living]
    changes = [needed_instant(order, "updated_at", zone), *(instant(item, "updated_at", zone) for item in items)]
    return StoreOrder(
        external_id=needed_text(order, "order_id"),
        status=status,
        raw_status=words,
        version=max(change for change in changes if change),
        ordered_at=needed_instant(order, "created_at", zone),
        currency=_currency(items, venture),
        total=_total(order),
        address=address(order, venture),
        lines=tuple(order_line(item) for item in living),
        ship_by=min((time for time in deadlines if time), default=None),
        courier=next((name for item in living if (name := text(item, "shipment_provider"))), ""),
        buyer=text(order, "customer_first_name"),
        note=text(order, "buyer_note") or text(order, "remarks"),
        cash_on_delivery=text(order, "payment_method").upper() == CASH,
        awb=text(parcel, "tracking_code"),
        package=text(parcel, "package_id"),
        cancel_reason=next((why for item in items if is_cancelled(item) and (why := text(item, "reason"))), ""),
    )


def _currency(items: Sequence[JsonObject], venture: str) -> str:
    named = (text(item, "currency").upper() for item in items)
    found = next((one for one in named if one), CURRENCIES.get(venture, ""))
    if not found:
        raise ContractBroken("missing", "currency is missing", field="currency")
    return found


def _total(order: JsonObject) -> Decimal:
    """What the buyer pays: Lazada's ``price`` is without vouchers and shipping fee."""
    return amount(order, "price") - amount(order, "voucher") + amount(order, "shipping_fee")
