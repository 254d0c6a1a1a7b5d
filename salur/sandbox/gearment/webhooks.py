"""Events to whoever subscribed (contracts/gearment: facts, signing and webhook example)."""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from salur.sandbox.engine.callbacks import Delivery
from salur.sandbox.engine.dice import token
from salur.sandbox.engine.exchange import json_bytes
from salur.sandbox.gearment import codes
from salur.sandbox.gearment.rows import CARRIER, tracking_link

if TYPE_CHECKING:
    from salur.sandbox.gearment.model import Account, Draft, Order, Variant, Webhook
    from salur.sandbox.gearment.studio import Studio

#: Small words for statuses. The vendor's samples show pending and shipped; the others are assumed.
_WORDS = {f"{codes.ORDER}AWAITING_PAYMENT": "pending", f"{codes.ORDER}AWAITING_FULFILLMENT": "pending"}


def signature(key: str, encoding: str, path: str, nonce: str, timestamp: str, body: bytes) -> str:
    """HMAC-SHA256 over path, nonce, timestamp and the encoded body, with nothing between."""
    joined = f"{path}{nonce}{timestamp}{base64.urlsafe_b64encode(body).decode()}"
    digest = hmac.new(key.encode(), joined.encode(), hashlib.sha256).digest()
    if encoding == "base64":
        return base64.b64encode(digest).decode()
    return base64.urlsafe_b64encode(digest).decode() if encoding == "base64url" else digest.hex()


def order_shipped(studio: Studio, account: Account, order: Order) -> None:
    """Completed, and its tracking number known."""
    for topic, name in (
        ("TOPIC_ORDER_COMPLETED", "order_completed"),
        ("TOPIC_TRACKING_ORDER_UPDATED", studio.settings.tracking_event),
    ):
        _send(studio, account, topic, name, order.wanted.store_id, _of_order(order, tracking=True))


def order_cancelled(studio: Studio, account: Account, order: Order) -> None:
    """Cancelled."""
    _send(studio, account, "TOPIC_ORDER_CANCELLED", "order_cancelled", order.wanted.store_id, _of_order(order))


def order_on_hold(studio: Studio, account: Account, order: Order) -> None:
    """Stopped until somebody acts."""
    _send(studio, account, "TOPIC_ORDER_ON_HOLD", "order_on_hold", order.wanted.store_id, _of_order(order))


def address_checked(studio: Studio, account: Account, draft: Draft) -> None:
    """The address of a draft was looked up."""
    good = draft.address_status == f"{codes.ADDRESS}ADDRESS_VERIFIED"
    word = "verified" if good else "unverified"
    reference, number = draft.wanted.reference, draft.order_id or draft.draft_id
    bodies = {
        "VERSION_V1": {"data": {**_v1_names(number, reference, "pending"), "verify_address": word}},
        "VERSION_V3": {
            "order": {
                "gearment_id": number,
                "gearment_name": f"#{number}",
                "vendor_id": reference,
                "verify_address": word,
                "ord_status": "pending",
            }
        },
    }
    topic = f"TOPIC_SHIPPING_ADDRESS_{word.upper()}"
    _send(studio, account, topic, f"shipping_address_{word}", draft.wanted.store_id, bodies)


def out_of_stock(studio: Studio, account: Account, variant: Variant) -> None:
    """A variant can not be made any more; this concerns no store."""
    row = {"variant_id": variant.variant_id, "sku": variant.sku, "stock_label": variant.stock_label}
    bodies = {"VERSION_V1": {"data": row}, "VERSION_V3": {"variant": row}}
    _send(studio, account, "TOPIC_PRODUCT_OUT_OF_STOCK", "product_out_of_stock", "", bodies)


def _of_order(order: Order, *, tracking: bool = False) -> dict[str, dict[str, Any]]:
    """The body by version, without its type."""
    word = _WORDS.get(order.status, order.status.removeprefix(codes.ORDER).lower())
    reference, link = order.wanted.reference, tracking_link(order.tracking)
    first: dict[str, Any] = _v1_names(order.order_id, reference, word)
    third: dict[str, Any] = {
        "order": {
            "gearment_id": order.order_id,
            "gearment_name": f"#{order.order_id}",
            "reference": reference,
            "status": word,
            "vendor_id": reference,
        }
    }
    if tracking:
        first |= {"tracking_company": CARRIER, "tracking_number": order.tracking, "tracking_link": link}
        third["tracking"] = {"company": CARRIER, "number": order.tracking, "url": link}
    return {"VERSION_V1": {"data": first}, "VERSION_V3": third}


def _v1_names(number: str, reference: str, word: str) -> dict[str, Any]:
    return {"gearment_ord_id": number, "gearment_ord_name": f"#{number}", "ord_status": word, "order_id": reference}


def _send(
    studio: Studio, account: Account, topic: str, name: str, store_id: str, bodies: dict[str, dict[str, Any]]
) -> None:
    for webhook in account.webhooks.values():
        wanted = webhook.topic == topic and webhook.status == "STATUS_ACTIVE"
        if not wanted or webhook.store_id not in ("", store_id):
            continue
        body: dict[str, Any] = {"type": name, **bodies[webhook.version]}
        if webhook.version == "VERSION_V1":
            body["api_key"] = account.client_key
        _post(studio, account, webhook, json_bytes(body))


def _post(studio: Studio, account: Account, webhook: Webhook, body: bytes) -> None:
    settings, clock = studio.settings, studio.core.clock
    timestamp = str(clock.seconds())
    nonce = base64.b64encode(bytes.fromhex(token(studio.core.seed, "nonce", studio.number())[:20])).decode()
    address = urlsplit(webhook.delivery_url)
    path = address.path or "/"
    if settings.signed_path == "with_query" and address.query:
        path = f"{path}?{address.query}"
    key = account.signature if settings.signature_key == "signature" else account.client_secret
    headers = {
        "Content-Type": "application/json",
        "X-Connect-Timestamp": timestamp,
        "X-Connect-Nonce": nonce,
        "X-Connect-Signature": signature(key, settings.signature_encoding, path, nonce, timestamp, body),
        "X-Connect-Client-Key": account.client_key,
    }
    tries, wait, now = settings.callback_tries, settings.callback_retry_seconds, clock.now()
    delivery = Delivery("gearment", webhook.delivery_url, body, headers, tries, wait, now, now)
    studio.core.postman.send(delivery)
