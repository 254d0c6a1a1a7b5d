"""Reading what a client wants made: drafts with an address or with the seller's label, and changed lines."""

import re
from typing import Any

from salur.sandbox.gearment import codes
from salur.sandbox.gearment.catalogue import Catalogue
from salur.sandbox.gearment.fields import Fields, invalid, not_found, refuse
from salur.sandbox.gearment.model import Account, Line, Wanted

MOST_LINES = 1000
_COMMON = (
    "reference_id", "platform", "store_id", "agree_at_risk", "gift_message_body", "line_items", "print_type",
    "custom_gift_messages", "origin_sales_channel", "auto_approve",
)  # fmt: skip
_MANUAL = (*_COMMON, "address", "shipping_method", "billing_option", "order_number")
_LABELED = (*_COMMON, "shipping_label_urls")
#: longest value by field; those of _NEEDED must be there
_ADDRESS = {
    "first_name": 50, "last_name": 35, "company": 50, "contact_pronoun": 50, "street_1": 50, "street_2": 35,
    "state_code": 3, "state_name": 40, "city": 30, "zip_code": 12, "country_code": 2, "country_name": 255,
    "phone_no": 50, "email": 50,
}  # fmt: skip
_NEEDED = ("first_name", "street_1", "city", "zip_code", "country_code")
_SHOWN = (
    "first_name", "last_name", "company", "street_1", "street_2", "city", "state_code", "zip_code", "country_code",
    "phone_no", "email",
)  # fmt: skip
_BILLING = ("ioss_number", "ioss_value", "tax_number", "tax_value")
_LINE = ("variant_id", "legacy_id", "quantity", "printing_options", "barcode_url")
#: ten digits as 3-3-4, perhaps with a country code before and an extension after
_PHONE = re.compile(r"(\+?\d{1,3}[ .-]?)?\(?\d{3}\)?[ .-]?\d{3}[ .-]?\d{4}(\s*(ext\.?|x)\s*\d{3,6})?")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


def read_wanted(account: Account, catalogue: Catalogue, body: dict[str, Any], *, labeled: bool) -> Wanted:
    """The ``data`` of a creation; raises Refusal."""
    data = Fields(body, "", ("data",)).part("data", _LABELED if labeled else _MANUAL)
    if not data.has("platform"):
        raise refuse("NOT_FOUND", "marketplace not found", data.path("platform"))
    store_id = data.text("store_id", 255, required=True)
    if store_id not in account.stores:
        raise not_found("store", store_id, data.path("store_id"))
    agreed = data.flag("agree_at_risk", default=False)
    wanted = Wanted(
        reference=data.text("reference_id", 255) or data.text("order_number", 255),
        platform=data.code("platform", codes.PLATFORMS),
        store_id=store_id,
        lines=read_lines(catalogue, data, agreed=agreed),
        address={} if labeled else _read_address(data),
        method="" if labeled else data.code("shipping_method", codes.METHODS, "METHOD_STANDARD"),
        label_urls=data.texts("shipping_label_urls", 1, 1000, urls=True) if labeled else [],
        gift_message=data.text("gift_message_body", 1000),
        agree_at_risk=agreed,
        auto_approve=data.flag("auto_approve", default=True),
    )
    _check_rest(data)
    return wanted


def _check_rest(data: Fields) -> None:
    """What is checked and then not needed here."""
    data.code("origin_sales_channel", codes.CHANNELS)
    if data.text("print_type", 3) not in ("", "DTG", "DTF"):
        raise invalid(data.path("print_type"), "value must be DTG or DTF")
    for card in data.parts("custom_gift_messages", ("url", "content", "text_color", "background_color"), 0, 1000):
        card.url("url", 1000, required=True)
        card.text("content", 1000)
    billing = data.part("billing_option", _BILLING)
    for name in ("ioss_number", "tax_number"):
        billing.text(name, 255)


def _read_address(data: Fields) -> dict[str, Any]:
    address = data.part("address", (*_ADDRESS, "type"))
    for name, longest in _ADDRESS.items():
        shortest = 2 if name == "country_code" else 0
        address.text(name, longest, required=name in _NEEDED, shortest=shortest)
    phone, email = address.text("phone_no", 50), address.text("email", 50)
    if phone and not _PHONE.fullmatch(phone):
        raise invalid(address.path("phone_no"), "value needs ten digits grouped 3-3-4 [phone_no.valid_format]")
    if email and not _EMAIL.fullmatch(email):
        raise invalid(address.path("email"), "value must be an e-mail address [email.valid_format]")
    kind = address.code("type", codes.ADDRESS_TYPES, "TYPE_SHIP_TO")
    return {**{name: address.text(name, _ADDRESS[name]) for name in _SHOWN}, "type": kind}


def read_lines(catalogue: Catalogue, data: Fields, *, agreed: bool) -> list[Line]:
    """The line items; raises Refusal."""
    rows = data.parts("line_items", _LINE, 1, MOST_LINES)
    return [_read_line(catalogue, row, number, agreed) for number, row in enumerate(rows, start=1)]


def change_lines(catalogue: Catalogue, body: Fields, prefix: str, lines: list[Line], *, agreed: bool) -> list[Line]:
    """The lines of a draft with those of the body in place of the old ones; raises Refusal.

    ``prefix`` is what stands before the number in a ``line_item_id``.
    """
    changed = {line.number: line for line in lines}
    for row in body.parts("line_items", (*_LINE, "line_item_id"), 1, MOST_LINES):
        wanted = row.text("line_item_id", 255, required=True)
        number = next((one for one in changed if f"{prefix}{one}" == wanted), 0)
        if not number:
            raise not_found("line item", wanted, row.path("line_item_id"))
        changed[number] = _read_line(catalogue, row, number, agreed)
    return list(changed.values())


def _read_line(catalogue: Catalogue, row: Fields, number: int, agreed: bool) -> Line:
    variant_id, legacy_id = row.text("variant_id", 255), row.whole("legacy_id", 0, 2**31 - 1, required=False)
    if bool(variant_id) == bool(legacy_id):
        raise invalid(row.at, "exactly one of variant_id and legacy_id must be set [oneof_variant_id_legacy_id]")
    variant = catalogue.find(variant_id, legacy_id)
    if variant is None:
        raise not_found("variant", variant_id or str(legacy_id), row.path("variant_id" if variant_id else "legacy_id"))
    label = variant.stock_label.removeprefix(codes.STOCK)
    if label == "DISCONTINUED" or (label == "OUT_OF_STOCK" and not agreed):
        raise refuse("FAILED_PRECONDITION", f"variant {variant.variant_id} is {label}", row.path("variant_id"))
    return Line(
        number,
        variant,
        row.whole("quantity", 1, 1000),
        _read_prints(row),
        row.url("barcode_url", 1000),
    )


def _read_prints(row: Fields) -> list[tuple[str, str]]:
    prints = []
    for option in row.parts("printing_options", ("location_code", "url"), 1, 100):
        if not option.has("location_code"):
            raise invalid(option.path("location_code"), "value is required")
        prints.append((option.code("location_code", codes.LOCATIONS), option.url("url", 1000, required=True)))
    if not any(location in codes.MAIN_LOCATIONS for location, _ in prints):
        rule = "[has_front_back_or_whole_printing_option]"
        raise invalid(row.at, f"a printing option for front, pocket, back or whole is required {rule}")
    return prints
