"""Webhooks: which topics an event has, their bodies, and subscriptions that end when nobody takes them."""

import uuid
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from salur.sandbox.engine.callbacks import Delivery
from salur.sandbox.engine.dice import token
from salur.sandbox.engine.exchange import json_bytes
from salur.sandbox.shopify.model import (
    CASH_ON_DELIVERY,
    Subscription,
    amount,
    digital,
    domain,
    financial_of,
    gid,
    local,
)
from salur.sandbox.shopify.schema import NEWEST
from salur.sandbox.shopify.signing import webhook_hmac
from salur.sandbox.storefront.model import Line, Order, Shop

if TYPE_CHECKING:
    from salur.sandbox.shopify.store import ShopifyStore

_TOLD = "told"
_SHIPPED = {"FULFILLED": ("ORDERS_FULFILLED",), "PARTIALLY_FULFILLED": ("ORDERS_PARTIALLY_FULFILLED",)}


def order_changed(store: "ShopifyStore", shop: Shop, order: Order, kind: str) -> None:
    """Tell of everything about the order that is other than it was told last."""
    before: dict[str, Any] | None = order.extra.get(_TOLD)
    if kind in ("cancel", "label") or (before is None and kind != "order"):
        return
    now = {"paid": bool(order.paid), "cancelled": order.step == "cancelled", "shown": store.fulfillment_status(order)}
    order.extra[_TOLD] = now
    topics = ["ORDERS_CREATE"] if before is None else ["ORDERS_UPDATED"]
    was = before or {"paid": False, "cancelled": False, "shown": "UNFULFILLED"}
    if now["paid"] and not was["paid"]:
        topics.append("ORDERS_PAID")
    if now["cancelled"] and not was["cancelled"]:
        topics.append("ORDERS_CANCELLED")
    if now["shown"] != was["shown"]:
        topics += _SHIPPED.get(store.fulfillment_status(order), ())
    hooks = _hooks(store, shop)
    for topic in topics:
        listeners = [one for one in hooks if one.topic in (topic, "")]
        if listeners:
            _send(store, shop, topic, listeners, order_body(store, shop, order))


def uninstalled(store: "ShopifyStore", shop: Shop) -> None:
    """The seller has removed the app."""
    listeners = [one for one in _hooks(store, shop) if one.topic == "APP_UNINSTALLED"]
    _send(store, shop, "APP_UNINSTALLED", listeners, {"id": shop.extra["number"], "myshopify_domain": domain(shop)})


def _hooks(store: "ShopifyStore", shop: Shop) -> list[Subscription]:
    by_hand = Subscription(0, "", store.settings.callback_url, by_hand=True)
    return [*store.hooks(shop).values(), *([by_hand] if by_hand.uri else [])]


def _send(
    store: "ShopifyStore", shop: Shop, topic: str, listeners: Iterable[Subscription], full: dict[str, Any]
) -> None:
    now, settings = store.core.clock.now(), store.settings
    when = datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%dT%H:%M:%S.%f000Z")
    for one in listeners:
        body = json_bytes({key: value for key, value in full.items() if not one.fields or key in one.fields})
        headers = {
            "Content-Type": "application/json",
            "X-Shopify-Topic": topic.lower().replace("_", "/", 1),
            "X-Shopify-Hmac-SHA256": webhook_hmac(shop.extra["hand_key"] if one.by_hand else store.client_secret, body),
            "X-Shopify-Shop-Domain": domain(shop),
            "X-Shopify-Webhook-Id": str(uuid.UUID(token(store.core.seed, "shopify", "webhook", next(store.ids)))),
            "X-Shopify-Triggered-At": when,
            "X-Shopify-API-Version": NEWEST,
        }
        gives_up = _Ending(store, shop, one)
        store.core.postman.send(
            Delivery(
                store.partner,
                one.uri,
                body,
                headers,
                settings.push_tries,
                settings.push_retry_seconds,
                now,
                now,
                on_lost=gives_up,
            )
        )


class _Ending:
    """After the last try of a message its subscription is gone (those made by hand stay)."""

    def __init__(self, store: "ShopifyStore", shop: Shop, subscription: Subscription) -> None:
        self._hooks, self._id = store.hooks(shop), subscription.id

    def __call__(self, _delivery: Delivery) -> None:
        """A delivery was given up."""
        self._hooks.pop(self._id, None)


def order_body(store: "ShopifyStore", shop: Shop, order: Order) -> dict[str, Any]:
    """The order in its REST form, with the shop's own time."""
    person, shown = order.person, store.fulfillment_status(order)
    cancelled = order.step == "cancelled"
    words = {"FULFILLED": "fulfilled", "PARTIALLY_FULFILLED": "partial"}
    return {
        "id": order.id,
        "admin_graphql_api_id": gid("Order", order.id),
        "name": f"#{order.number}",
        "created_at": local(order.created, shop),
        "updated_at": local(order.updated, shop),
        "cancelled_at": local(int(order.extra.get("cancelled_at") or order.updated), shop) if cancelled else None,
        "financial_status": financial_of(order).lower(),
        "fulfillment_status": words.get(shown),
        "currency": order.currency,
        "total_price": f"{order.total:.2f}",
        "payment_gateway_names": [CASH_ON_DELIVERY if order.cash_on_delivery else "shopify_payments"],
        "email": person.email,
        "note": order.note or None,
        "shipping_address": {
            "name": person.name,
            "phone": person.phone,
            "address1": person.street,
            "address2": person.district,
            "city": person.city,
            "province": person.state,
            "zip": person.zipcode,
            "country_code": person.region,
        },
        "line_items": [_line(order, line) for line in order.lines],
    }


def _line(order: Order, line: Line) -> dict[str, Any]:
    return {
        "id": line.id,
        "admin_graphql_api_id": gid("LineItem", line.id),
        "sku": line.variant.sku,
        "name": line.listing.title,
        "quantity": line.quantity,
        "price": amount(line.price),
        "product_id": line.listing.id,
        "variant_id": line.variant.id,
        "requires_shipping": not digital(order, line),
    }
