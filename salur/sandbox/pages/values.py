"""What to type into the hub's forms, from the same source as ``/_control/credentials``."""

from collections.abc import Iterator, Mapping
from typing import Any

from salur.sandbox.pages.markup import Html, joined, tag

#: Parts of a partner's credentials that are forms, in the order of a person's way through the hub.
_FORMS = (
    ("form", "Authorisation form"),
    ("quick_form", "Quick authorisation: its form"),
    ("app", "Quick authorisation: the hub's own application (its setting SALUR_PARTNER_APPS)"),
    ("settings", "Settings"),
)
#: A partner without forms in its credentials: what its form asks for, and what its login offers.
_PLAIN = ("base_url", "partner_id", "partner_key", "push_key", "shop_id")
#: What the hub's forms call a field; ``partner.field`` before ``field``. The others are their own name in words.
_LABELS = {
    "alert_email": "Email for alerts",
    "amazon.application_id": "Application ID",
    "application_id": "Application ID",
    "auth_url": "Address of the tokens",
    "base_url": "Service address",
    "blibli.channel_id": "Channel name",
    "blibli.client_id": "API client ID",
    "blibli.client_key": "API client key",
    "blibli.pickup_point": "Pickup point whose stock is set",
    "blibli.seller_key": "API seller key",
    "client_id": "Client ID",
    "country": "Country of the warehouses",
    "customer_id": "Customer code",
    "department_no": "Department number",
    "ebay.ru_name": "Redirect name",
    "eccang.app_key": "Secret key",
    "eccang.app_token": "Customer token",
    "etsy.keystring": "App key",
    "etsy.webhook_secret": "Key of the messages",
    "fastock.country": "Country/Region",
    "gearment.signature_key": "Key of the messages",
    "gearment.store_id": "Store number at Gearment",
    "isv_source": "Source number",
    "keystring": "App key",
    "lazada.auth_url": "Address of the login",
    "login_url": "Address of the login",
    "owner_code": "Owner of the goods",
    "partner_id": "Partner ID",
    "pin": "PIN",
    "push_key": "Push partner key",
    "ru_name": "Redirect name",
    "service_id": "Service ID",
    "shipper_no": "Courier number for parcels with the store's own AWB number",
    "shop_id": "Shop, chosen at the login",
    "shop_no": "Shop number",
    "shopbase.store": "Store address",
    "shopify.location_id": "Location for stock",
    "shopify.shop_domain": "Store address",
    "store_url": "Store address",
    "supplier_no": "Supplier number for inbound lists",
    "tokopedia_legacy.accounts_url": "Address for tokens",
    "tokopedia_legacy.fs_id": "App ID (fs_id)",
    "tokopedia_legacy.shop_id": "Shop ID",
    "username": "User name",
    "warehouse_codes": "Warehouse numbers",
    "warehouse_no": "Warehouse number",
}


def forms_of(known: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, str]]]:
    """(title, values by field) of each form that has values."""
    if "form" not in known:
        yield "Authorisation form and login", {name: str(known[name]) for name in _PLAIN if name in known}
        return
    for part, title in _FORMS:
        values = {name: str(value) for name, value in dict(known.get(part) or {}).items()}
        if values:
            yield title, values


def label_of(partner: str, name: str) -> str:
    """What the hub's form calls the field."""
    plain = name.replace("_", " ").capitalize()
    return _LABELS.get(f"{partner}.{name}") or _LABELS.get(name, plain)


def values_of(partner: str, known: Mapping[str, Any]) -> Html:
    """Tables of all values, each selected whole by one click."""
    return joined([_table(partner, title, values) for title, values in forms_of(known)])


def _table(partner: str, title: str, values: Mapping[str, str]) -> Html:
    rows = [
        tag("tr", tag("th", label_of(partner, name), scope="row"), tag("td", tag("code", value)))
        for name, value in values.items()
    ]
    return tag("table", tag("caption", title), tag("tbody", *rows))


def places_of(known: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Warehouses of the first account, as (what control calls it, what to show)."""
    departments = [str(number) for number in known.get("departments", [])]
    found: list[tuple[str, str]] = []
    for one in known.get("warehouses", []):
        code = str(one["number"]) if isinstance(one, dict) else str(one)
        name = f" {one['name']}" if isinstance(one, dict) else ""
        found += [(f"{code}-{number}", f"{code}-{number}{name}") for number in departments] or [(code, code + name)]
    return found
