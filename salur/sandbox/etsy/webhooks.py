"""Signed messages to the address left in the portal (contracts/etsy: facts, signing and webhook example)."""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from salur.sandbox.engine.callbacks import Delivery
from salur.sandbox.engine.dice import token
from salur.sandbox.engine.exchange import json_bytes

if TYPE_CHECKING:
    from salur.sandbox.etsy.shop import Etsy
    from salur.sandbox.storefront.model import Order, Shop

_EVENTS = {"paid": "order.paid", "shipped": "order.shipped", "delivered": "order.delivered",
           "cancelled": "order.canceled"}  # fmt: skip
#: Seconds from one attempt to the next, as the description of the webhooks lists them.
WAITS = (5.0, 300.0, 1800.0, 7200.0, 18000.0, 36000.0, 36000.0)


@dataclass(frozen=True)
class Message:
    """One event; a repeat keeps its id and body, and is signed anew with its own time."""

    id: str
    url: str
    body: bytes


def signature(secret: str, message_id: str, timestamp: str, body: bytes) -> str:
    """``v1,`` and base64 of HMAC-SHA256; the key is the secret's base64 part."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def tell(etsy: Etsy, shop: Shop, order: Order) -> None:
    """Send the event of the step that the receipt has come to, once for each step."""
    event, told = _EVENTS.get(order.step), order.extra.setdefault("events", [])
    url = etsy.settings.callback_url
    if event is None or event in told:
        return
    told.append(event)
    body = _body(etsy, shop, order, event)
    if body is None or not url:
        return
    message = Message("msg_" + token(etsy.core.seed, "etsy", "message", next(etsy.ids)), url, json_bytes(body))
    for _ in range(max(1, etsy.settings.webhook_times)):
        _attempt(etsy, message, 0, 0.0)


def _body(etsy: Etsy, shop: Shop, order: Order, event: str) -> dict[str, Any] | None:
    if etsy.settings.webhook_text == "current":
        path = f"/v3/application/shops/{shop.id}/receipts/{order.number}"
        return {"event_type": event, "resource_url": etsy.base + path, "shop_id": shop.id}
    if event != "order.paid":
        return None
    return {
        "event_type": "ORDER_PAID",
        "event_id": f"evt_{next(etsy.ids)}",
        "created_at": etsy.core.clock.seconds(),
        "data": {"shop_id": int(shop.id), "receipt_id": int(order.number)},
    }


def _attempt(etsy: Etsy, message: Message, tried: int, wait: float) -> None:
    now = etsy.core.clock.now()
    timestamp = str(int(now + wait))
    headers = {
        "Content-Type": "application/json",
        "webhook-id": message.id,
        "webhook-timestamp": timestamp,
        "webhook-signature": signature(etsy.app.webhook_secret, message.id, timestamp, message.body),
    }

    def lost(_delivery: Delivery) -> None:
        if tried < len(WAITS):
            _attempt(etsy, message, tried + 1, WAITS[tried])

    etsy.core.postman.send(Delivery("etsy", message.url, message.body, headers, 1, 0, now, now + wait, on_lost=lost))
