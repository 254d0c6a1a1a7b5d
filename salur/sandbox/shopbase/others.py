"""Operations on the shop, products and webhooks."""

from typing import Any
from urllib.parse import urlsplit

from salur.sandbox.shopbase.call import Call, missing, refused
from salur.sandbox.shopbase.messages import TOPICS
from salur.sandbox.shopbase.orders import paged
from salur.sandbox.shopbase.rows import ZONES, product_row, stamp, variant_row
from salur.sandbox.shopbase.store import Hook
from salur.sandbox.storefront.model import Listing, Variant

HIGHEST = 1_000_000_000
_LOCAL = ("localhost", "127.0.0.1", "example.com", "::1")


def get_shop(call: Call) -> dict[str, Any]:
    """GET shop.json."""
    shop = call.shop
    name = shop.id.split(".")[0]
    return {
        "shop": {
            "id": shop.extra["number"],
            "name": shop.name,
            "email": "owner@example.com",
            "domain": f"{name}.example.com",
            "shopbase_domain": shop.id,
            "currency": shop.currency,
            "country_code": shop.region,
            "country": shop.region,
            "timezone": ZONES[shop.region],
        }
    }


def list_products(call: Call) -> dict[str, Any]:
    """GET products.json."""
    rows = paged(call, list(call.shop.listings.values()), lambda one: one.id)
    return {"products": [product_row(one) for one in rows]}


def list_variants(call: Call) -> dict[str, Any]:
    """GET products/{id}/variants.json."""
    listing = call.shop.listings.get(int(call.path["id"])) if call.path["id"].isdigit() else None
    if listing is None:
        raise missing()
    return {"variants": [variant_row(listing, one) for one in listing.variants]}


def update_variant(call: Call) -> dict[str, Any]:
    """PUT variants/{id}.json: its stock."""
    listing, variant = _variant(call)
    given = call.part("variant")
    quantity = given.get("inventory_quantity", variant.stock)
    if not isinstance(quantity, int) or isinstance(quantity, bool) or not 0 <= quantity <= HIGHEST:
        raise refused({"inventory_quantity": ["is invalid"]})
    call.store.set_stock(listing, variant, quantity)
    return {"variant": variant_row(listing, variant)}


def _variant(call: Call) -> tuple[Listing, Variant]:
    for listing in call.shop.listings.values():
        for variant in listing.variants:
            if str(variant.id) == call.path["id"]:
                return listing, variant
    raise missing()


def _hook_row(hook: Hook) -> dict[str, Any]:
    return {
        "id": hook.id,
        "topic": hook.topic,
        "address": hook.address,
        "format": "json",
        "created_at": stamp(hook.created),
    }


def list_hooks(call: Call) -> dict[str, Any]:
    """GET webhooks.json."""
    return {"webhooks": [_hook_row(one) for one in call.store.hooks(call.shop).values()]}


def add_hook(call: Call) -> dict[str, Any]:
    """POST webhooks.json."""
    given, hooks = call.part("webhook"), call.store.hooks(call.shop)
    topic, address = str(given.get("topic", "")), str(given.get("address", ""))
    if topic not in TOPICS:
        raise refused({"topic": ["is invalid"]})
    if given.get("format", "json") != "json":
        raise refused({"format": ["is not supported by this simulator"]})
    if not _allowed(address, call.store.settings.public_addresses):
        raise refused({"address": ["is not allowed"]})
    if any((one.topic, one.address) == (topic, address) for one in hooks.values()):
        raise refused({"address": ["for this topic has already been taken"]})
    hook = Hook(next(call.store.ids), topic, address, call.store.core.clock.seconds())
    hooks[hook.id] = hook
    return {"_status": 201, "webhook": _hook_row(hook)}


def _allowed(address: str, public: bool) -> bool:
    parts = urlsplit(address)
    host = parts.hostname or ""
    if not public:
        return parts.scheme in ("http", "https") and bool(host)
    inside = host in _LOCAL or host.endswith((".internal", ".example.com", ".shopbase.com", ".onshopbase.com"))
    return parts.scheme == "https" and bool(host) and not inside


def delete_hook(call: Call) -> dict[str, Any]:
    """DELETE webhooks/{id}.json."""
    number = call.path["id"]
    if not number.isdigit() or call.store.hooks(call.shop).pop(int(number), None) is None:
        raise missing()
    return {}
