"""Gearment's messages (contract sheet gearment.md, 6): signature first, then what they are about."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from urllib.parse import urlsplit

from salur.connectors.base.errors import AuthRejected
from salur.connectors.base.reading import JsonObject, as_object, parse_json, text
from salur.connectors.base.types import PartnerEvent, RawRequest

from .wire import forms_of, webhook_digest

TOPICS = (
    "TOPIC_ORDER_COMPLETED",
    "TOPIC_ORDER_CANCELLED",
    "TOPIC_TRACKING_ORDER_UPDATED",
    "TOPIC_ORDER_ON_HOLD",
    "TOPIC_SHIPPING_ADDRESS_VERIFIED",
    "TOPIC_SHIPPING_ADDRESS_UNVERIFIED",
)
ABOUT_ORDERS = frozenset(
    {
        *("order_completed", "order_cancelled", "tracking_updated", "tracking_order_updated", "order_on_hold"),
        *("shipping_address_verified", "shipping_address_unverified"),
    }
)


def read_callback(request: RawRequest, client_key: str, signature_key: str) -> Sequence[PartnerEvent]:
    """The event of a message; one that is not about an order gives none."""
    headers = {name.lower(): value for name, value in request.headers.items()}
    nonce, timestamp = headers.get("x-connect-nonce", ""), headers.get("x-connect-timestamp", "")
    digest = webhook_digest(urlsplit(request.url).path, nonce, timestamp, request.body, signature_key)
    given = headers.get("x-connect-signature", "").strip().encode("utf-8", "replace")
    signed = any(hmac.compare_digest(form.encode(), given) for form in forms_of(digest))
    ours = hmac.compare_digest(headers.get("x-connect-client-key", "").encode("utf-8", "replace"), client_key.encode())
    if not signed or not ours:
        raise AuthRejected("bad_signature", "the message is not signed with this team's key")
    message = as_object(parse_json(request.body, "message"), "message")
    kind = text(message, "type")
    if kind not in ABOUT_ORDERS:
        return []
    order = as_object(message.get("order") or message.get("data") or {}, "order")
    subject = _subject(order)
    if not subject:
        return []
    raw = text(order, "status") or text(order, "ord_status")
    return [PartnerEvent(kind="outbound", delivery_id=f"{nonce}:{timestamp}", subject=subject, raw_status=raw)]


def _subject(order: JsonObject) -> str:
    """Our reference, which versions 3 and 1 call differently, else their number."""
    keys = ("reference", "vendor_id", "order_id", "gearment_id", "gearment_ord_id")
    return next((text(order, key) for key in keys if text(order, key)), "")
