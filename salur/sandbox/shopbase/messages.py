"""Webhooks: which topics an event has, and how they are signed (contracts/shopbase/signing.json)."""

import base64
import hashlib
import hmac
from typing import TYPE_CHECKING, Any

from salur.sandbox.engine.exchange import json_bytes
from salur.sandbox.shopbase.rows import order_row, shipment_row
from salur.sandbox.storefront.model import Order, Shipment, Shop

if TYPE_CHECKING:
    from salur.sandbox.shopbase.store import ShopbaseStore

TOPICS = (
    "orders/create", "orders/updated", "orders/paid", "orders/cancelled", "orders/fulfilled", "fulfillments/create",
    "app/uninstalled",
)  # fmt: skip


def signature(secret: str, body: bytes) -> str:
    """Base64 of HMAC-SHA256."""
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()


def order_changed(store: "ShopbaseStore", shop: Shop, order: Order, kind: str) -> None:
    """Tell of everything about the order that is other than it was told last."""
    before: dict[str, bool] | None = order.extra.get("told")
    if kind in ("cancel", "label") or (before is None and kind != "order"):
        return
    now = {
        "orders/paid": bool(order.paid),
        "orders/cancelled": order.step == "cancelled",
        "orders/fulfilled": store.fulfillment(order) == "fulfilled",
    }
    order.extra["told"] = now
    was = before or {}
    topics = ["orders/create" if before is None else "orders/updated"]
    topics += [topic for topic, holds in now.items() if holds and not was.get(topic)]
    for topic in topics:
        _send(store, shop, topic, order_row(store, shop, order))


def sent(store: "ShopbaseStore", shop: Shop, order: Order, shipment: Shipment) -> None:
    """A parcel."""
    _send(store, shop, "fulfillments/create", shipment_row(order, shipment))


def uninstalled(store: "ShopbaseStore", shop: Shop) -> None:
    """The seller has removed the app."""
    _send(store, shop, "app/uninstalled", {"id": shop.extra["number"]})


def _send(store: "ShopbaseStore", shop: Shop, topic: str, row: dict[str, Any]) -> None:
    addresses = [hook.address for hook in store.hooks(shop).values() if hook.topic == topic]
    if store.settings.callback_url:
        addresses.append(store.settings.callback_url)
    if not addresses:
        return
    body = json_bytes(row)
    headers = {
        "Content-Type": "application/json",
        "X-ShopBase-Topic": topic,
        "X-ShopBase-Shop-Domain": shop.id,
        "X-ShopBase-Hmac-SHA256": signature(store.client_secret, body),
    }
    for address in addresses:
        store.send(address, body, headers)
