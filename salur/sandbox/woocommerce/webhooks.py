"""Webhooks: made by API, signed, sent in the background, switched off after five failures in a row."""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx

from salur.sandbox.engine.callbacks import Delivery
from salur.sandbox.engine.dice import token
from salur.sandbox.engine.exchange import json_bytes
from salur.sandbox.woocommerce.rows import gmt, order_row

if TYPE_CHECKING:
    from salur.sandbox.storefront.model import Order, Shop
    from salur.sandbox.woocommerce.site import Sites

RESOURCES = ("order", "product", "customer", "coupon")
EVENTS = ("created", "updated", "deleted", "restored")
TOPICS = tuple(f"{resource}.{event}" for resource in RESOURCES for event in EVENTS)
#: Failures in a row after which a webhook is disabled (D:4).
FAILURES = 5


@dataclass
class Webhook:
    """A subscription. ``source`` is its site's address."""

    id: int
    shop_id: str
    name: str
    topic: str
    delivery_url: str
    secret: str
    status: str
    source: str
    created: int
    modified: int
    failures: int = 0


def signature(secret: str, body: bytes) -> str:
    """Base64 of HMAC-SHA256 of the raw body."""
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()


def fire(sites: Sites, shop: Shop, order: Order, event: str) -> None:
    """An order was created, updated or deleted."""
    heard = [
        hook
        for hook in sites.hooks.values()
        if hook.shop_id == shop.id and hook.status == "active" and hook.topic == f"order.{event}"
    ]
    if heard:
        body = json_bytes({"id": order.id} if event == "deleted" else order_row(sites, shop, order))
        for hook in heard:
            _send(sites, hook, body)


def ping(sites: Sites, hook: Webhook) -> None:
    """The form-encoded first message, which nobody signs."""
    headers = {"Content-Type": "application/x-www-form-urlencoded", "User-Agent": "WooCommerce Hookshot"}
    _queue(sites, hook, f"webhook_id={hook.id}".encode(), headers, counts=False)


def _send(sites: Sites, hook: Webhook, body: bytes) -> None:
    resource, _, event = hook.topic.partition(".")
    same = token(sites.core.seed, "woocommerce", "delivery", next(sites.ids))
    for _ in range(max(1, sites.settings.webhook_times)):
        number = same
        if not sites.settings.webhook_same_delivery:
            number = token(sites.core.seed, "woocommerce", "delivery", next(sites.ids))
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "WooCommerce Hookshot",
            "X-WC-Webhook-Source": hook.source,
            "X-WC-Webhook-Topic": hook.topic,
            "X-WC-Webhook-Resource": resource,
            "X-WC-Webhook-Event": event,
            "X-WC-Webhook-Signature": signature(hook.secret, body),
            "X-WC-Webhook-ID": str(hook.id),
            "X-WC-Webhook-Delivery-ID": number,
        }
        _queue(sites, hook, body, headers, counts=True)


def _queue(sites: Sites, hook: Webhook, body: bytes, headers: dict[str, str], *, counts: bool) -> None:
    """One try only: a failed delivery is not repeated, it is counted."""
    now = sites.core.clock.now()
    due = now + (sites.settings.webhook_delay if counts else 0)

    def accepted(answer: httpx.Response) -> bool:
        if answer.is_success and counts:
            hook.failures = 0
        return answer.is_success

    def lost(_delivery: Delivery) -> None:
        hook.failures += counts
        if hook.failures >= FAILURES:
            hook.status = "disabled"

    sites.core.postman.send(
        Delivery("woocommerce", hook.delivery_url, body, headers, 1, 0, now, due, on_lost=lost, accepted=accepted)
    )


def hook_row(hook: Webhook) -> dict[str, Any]:
    """As the API shows it: without its secret."""
    resource, _, event = hook.topic.partition(".")
    return {
        "id": hook.id,
        "name": hook.name,
        "status": hook.status,
        "topic": hook.topic,
        "resource": resource,
        "event": event,
        "hooks": [f"woocommerce_{event}_{resource}"],
        "delivery_url": hook.delivery_url,
        "date_created_gmt": gmt(hook.created),
        "date_modified_gmt": gmt(hook.modified),
    }
