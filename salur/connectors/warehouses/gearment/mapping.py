"""Our values to Gearment's JSON and back: pure functions, no calls (contract sheet gearment.md, 3 and 4)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime

from salur.connectors.base.errors import ContractBroken, Rejected
from salur.connectors.base.reading import JsonObject, as_objects, needed_text, text, whole
from salur.connectors.base.types import Address, LineReport, OutboundLine, OutboundReport, OutboundRequest, PartnerRef

from .statuses import ADDRESS, CANCEL, LINE_STOCK, OUTDATED, PAYMENT, REFUND, draft_task, order_task

PLATFORMS: Mapping[str, str] = {
    name: f"MARKETPLACE_PLATFORM_{name.upper()}"
    for name in ("ebay", "amazon", "shopify", "woocommerce", "etsy", "shopbase", "wish", "bigcommerce", "prestashop")
} | {"tiktok_shop": "MARKETPLACE_PLATFORM_TIKTOKSHOP", "tiktok": "MARKETPLACE_PLATFORM_TIKTOKSHOP"}
OWN_PLATFORM = "MARKETPLACE_PLATFORM_GEARMENT"  # of channels that Gearment has no name for (A)
DEFAULT_METHOD = "METHOD_STANDARD"

# Where a design may be printed, by the product's field; one of the first four must be there.
PLACES: Mapping[str, str] = {
    "front_url": "PRINT_LOCATION_CODE_FRONT",
    "back_url": "PRINT_LOCATION_CODE_BACK",
    "whole_url": "PRINT_LOCATION_CODE_WHOLE",
    "pocket_url": "PRINT_LOCATION_CODE_POCKET",
    "left_sleeve_url": "PRINT_LOCATION_CODE_LEFT_SLEEVE",
    "right_sleeve_url": "PRINT_LOCATION_CODE_RIGHT_SLEEVE",
}
MAIN_PLACES = ("front_url", "back_url", "whole_url", "pocket_url")

# Longest values. What tells the way to the buyer is refused when it is too long, never cut.
LIMITS: Mapping[str, int] = {
    "first_name": 50,
    "last_name": 35,
    "street_1": 50,
    "street_2": 35,
    "city": 30,
    "state_code": 3,
    "state_name": 40,
    "zip_code": 12,
    "country_code": 2,
    "email": 50,
}
NEEDED = ("first_name", "street_1", "city", "zip_code", "country_code")
PHONE_DIGITS, LONGEST_COUNTRY_CODE = 10, 3
MOST_PIECES = 1000
LONGEST_STATE_CODE = 3


def draft_body(order: OutboundRequest, store_id: str, method: str) -> dict[str, object]:
    """The body of a draft that approves itself (auto_approve left out). :class:`Rejected` names what cannot go."""
    if not order.lines:
        raise Rejected("missing", "the order has no lines", field="line_items")
    data: dict[str, object] = {
        "reference_id": order.reference,
        "platform": PLATFORMS.get(order.channel.lower(), OWN_PLATFORM),
        "store_id": store_id,
        "address": address_of(order.address),
        "shipping_method": order.shipping_method or method or DEFAULT_METHOD,
        "line_items": [line_item(line) for line in order.lines],
        "order_number": order.order_number[:255],
    }
    return {"data": data}


def address_of(address: Address) -> dict[str, str]:
    """The address, fields without a value left out."""
    first, last = _names(address.name)
    lines = [line for line in address.lines if line.strip()]
    state = address.province.strip()
    key = "state_code" if len(state) <= LONGEST_STATE_CODE else "state_name"
    fields = {
        "first_name": first,
        "last_name": last,
        "street_1": lines[0] if lines else "",
        "street_2": ", ".join(lines[1:]),
        "city": address.city,
        key: state,
        "zip_code": address.postal_code,
        "country_code": address.country,
        "phone_no": phone_of(address.phone),
        "email": address.email if len(address.email) <= LIMITS["email"] else "",  # a help, not needed for the way
    }
    for name in NEEDED:
        if not fields[name].strip():
            raise Rejected("missing", f"{name} is empty", field=f"address.{name}")
    for name, longest in LIMITS.items():
        if len(fields.get(name, "")) > longest:
            raise Rejected("too_long", f"{name} has more than {longest} characters", field=f"address.{name}")
    return {name: value for name, value in fields.items() if value}


def phone_of(phone: str) -> str:
    """The same digits in Gearment's grouping; a number that is too short for it is left out, for it is optional."""
    digits = re.sub(r"[^0-9]", "", phone)
    country, rest = digits[:-PHONE_DIGITS], digits[-PHONE_DIGITS:]
    if len(country) > LONGEST_COUNTRY_CODE:
        most = PHONE_DIGITS + LONGEST_COUNTRY_CODE
        raise Rejected("too_long", f"phone_no has more than {most} digits", field="address.phone_no")
    if len(rest) < PHONE_DIGITS:
        return ""
    return f"{'+' + country + ' ' if country else ''}{rest[:3]}-{rest[3:6]}-{rest[6:]}"


def _names(name: str) -> tuple[str, str]:
    """First and last name: the last word is the last name, unless the first would be too long without it."""
    words = name.split()
    return (" ".join(words[:-1]), words[-1]) if len(words) > 1 else (name.strip(), "")


def line_item(line: OutboundLine) -> dict[str, object]:
    """One line: the blank product, the pieces and what is printed where."""
    if not 1 <= line.quantity <= MOST_PIECES:
        raise Rejected("quantity", f"quantity must be 1 to {MOST_PIECES}", field="line_items.quantity")
    if not line.partner_number:
        raise Rejected("missing", f"{line.sku} has no product of Gearment's", field="line_items.variant_id")
    return {
        "variant_id": line.partner_number,
        "quantity": line.quantity,
        "printing_options": designs(line.details, line.sku),
    }


def designs(details: Mapping[str, str], sku: str) -> list[dict[str, str]]:
    """What is printed where; :class:`Rejected` unless there is a main design."""
    if not any(details.get(key) for key in MAIN_PLACES):
        raise Rejected("missing", f"{sku} has no design for the front or the back", field="front_url")
    return [{"location_code": code, "url": details[key]} for key, code in PLACES.items() if details.get(key)]


# -- what they say ---------------------------------------------------------------------------------------------------


def when(source: JsonObject, key: str) -> datetime | None:
    """A time of theirs (RFC 3339) in UTC; empty means none."""
    written = text(source, key).strip()
    if not written:
        return None
    try:
        moment = datetime.fromisoformat(written)
    except ValueError as error:
        raise ContractBroken("bad_time", f"{key}: {written[:40]}", field=key) from error
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)


def order_report(row: JsonObject) -> OutboundReport:
    """Gearment's word on an order; only the single order tells of cancelling."""
    number, raw = needed_text(row, "order_id"), needed_text(row, "order_status")
    reference = text(row, "reference_id") or text(row, "platform_ref")
    return OutboundReport(
        ref=PartnerRef(number, reference),
        reference=reference,
        status=order_task(raw),
        raw_status=raw,
        # Only the single order says when it was changed; rows of a list are told apart by their state alone.
        version=when(row, "updated_at"),
        tracking=_tracking(row),
        reason=_reason(row),
        lines=tuple(_line(item) for item in as_objects(row.get("line_items"), "line_items")),
        cancellation=CANCEL.get(text(row, "cancel_status"), ""),
    )


def _reason(row: JsonObject) -> str:
    """Why it was cancelled (an object with words of ours or of theirs, or a plain text), and what else hinders it."""
    said = row.get("cancel_reason")
    cancelled = text(said, "custom_reason") or text(said, "display_name") if isinstance(said, dict) else ""
    variants = (item.get("variant") for item in as_objects(row.get("line_items"), "line_items"))
    told = [
        cancelled or ("" if isinstance(said, dict) else text(row, "cancel_reason")),
        PAYMENT.get(text(row, "payment_status"), ""),
        REFUND.get(text(row, "refund_status"), ""),
        *(LINE_STOCK.get(text(one, "stock_label"), "") for one in variants if isinstance(one, dict)),
    ]
    return "; ".join(dict.fromkeys(words for words in told if words))


def _tracking(row: JsonObject) -> str:
    single = text(row, "tracking_no") or text(row, "tracking_number")
    if single:
        return single
    rows = as_objects(row.get("order_trackings"), "order_trackings")
    return next((text(one, "tracking_no") for one in rows if text(one, "tracking_type") != OUTDATED), "")


def _line(item: JsonObject) -> LineReport:
    variant = item.get("variant")
    sku = text(item, "variant_sku") or (text(variant, "sku") if isinstance(variant, dict) else "")
    return LineReport(sku, whole(item, "quantity"))


def draft_report(row: JsonObject) -> OutboundReport:
    """Gearment's word on a draft that has not become an order."""
    number, raw = needed_text(row, "order_id"), needed_text(row, "status")
    reference, checked = text(row, "reference_id"), text(row, "shipping_verification_status")
    return OutboundReport(
        ref=PartnerRef(number, reference),
        reference=reference,
        status=draft_task(raw),
        raw_status=raw,
        version=when(row, "approved_at"),
        reason=ADDRESS.get(checked, ""),
    )
