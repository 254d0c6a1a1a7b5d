"""Etsy's messages: signature and age first, then what they are about (contract sheet, "Webhooks")."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Sequence
from datetime import UTC, datetime

from salur.connectors.base.errors import AuthRejected
from salur.connectors.base.reading import JsonObject, as_object, parse_json, text
from salur.connectors.base.types import PartnerEvent, RawRequest

TOLERANCE = 300  # seconds that a message may be old, or ahead of our clock
PREFIX = "whsec_"
ABOUT_ORDERS = frozenset({"order.paid", "order.canceled", "order.shipped", "order.delivered", "order_paid"})
RECEIPT = re.compile(r"/shops/(\d{1,20})/receipts/(\d{1,20})/?$")


def signature(secret: str, message_id: str, timestamp: str, body: bytes) -> str:
    """The signature of a message: base64 of HMAC-SHA256 over id, timestamp and body, joined with dots."""
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError) as error:
        raise AuthRejected("bad_secret", "the signing secret is not as Etsy shows it", "webhook_secret") from error
    signed = f"{message_id}.{timestamp}.".encode() + body
    return base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def read_webhook(request: RawRequest, secret: str, shop_id: str, now: float) -> Sequence[PartnerEvent]:
    """The events of a message; one about another shop or of another kind gives none.

    A repeat carries the same ``webhook-id``, which is the delivery's id: the hub takes each once.
    """
    headers = {name.lower(): value.strip() for name, value in request.headers.items()}
    message_id, timestamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    _check(request.body, secret, message_id, timestamp, headers.get("webhook-signature", ""))
    at = _moment(timestamp, now)
    message = as_object(parse_json(request.body, "message"), "message")
    kind = text(message, "event_type")
    if kind.lower() not in ABOUT_ORDERS:
        return []
    shop, receipt = _subject(message)
    if not receipt or shop != shop_id:
        return []
    return [PartnerEvent("order", message_id, receipt, kind, at)]


def _check(body: bytes, secret: str, message_id: str, timestamp: str, given: str) -> None:
    if not secret:
        raise AuthRejected("no_secret", "no signing secret was entered for this shop", "webhook_secret")
    expected = signature(secret, message_id, timestamp, body).encode()
    values = [value.partition(",")[2] or value for value in given.split()]
    if not message_id or not any(hmac.compare_digest(expected, one.encode("utf-8", "replace")) for one in values):
        raise AuthRejected("bad_signature", "the message is not signed with the shop's signing secret")


def _moment(timestamp: str, now: float) -> datetime:
    """The message's time; too old or too far ahead is taken for a replay."""
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
        raise AuthRejected("bad_timestamp", "the message carries no time")
    seconds = int(timestamp)
    if abs(now - seconds) > TOLERANCE:
        raise AuthRejected("bad_timestamp", "the message is too old, or our clock is wrong")
    return datetime.fromtimestamp(seconds, UTC)


def _subject(message: JsonObject) -> tuple[str, str]:
    """Shop and receipt: from the address of the newer text, else from ``data`` of the older one."""
    found = RECEIPT.search(text(message, "resource_url"))
    if found:
        return found[1], found[2]
    data = as_object(message.get("data") or {}, "data")
    return text(data, "shop_id") or text(message, "shop_id"), text(data, "receipt_id")
