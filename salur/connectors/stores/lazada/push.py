"""Lazada's push messages: signature first, then what they say (contract sheet, "Push")."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Sequence
from datetime import UTC, datetime

from salur.connectors.base.errors import AuthRejected, ContractBroken
from salur.connectors.base.reading import LAST_SECOND, JsonObject, as_object, needed_text, parse_json, text, whole
from salur.connectors.base.types import Credentials, PartnerEvent, RawRequest

from .wire import push_signature

ORDER, FULFILMENT = 0, 14
MILLISECONDS_FROM = 100_000_000_000  # a figure beyond that cannot be seconds


def read_push(request: RawRequest, credentials: Credentials) -> Sequence[PartnerEvent]:
    """The events of a push message; messages for other sellers and of other kinds give none."""
    _check(request, credentials)
    message = as_object(parse_json(request.body, "push"), "push")
    if text(message, "seller_id") != credentials.get("shop_id") or not _of_this_country(message, credentials):
        return []
    kind, data = whole(message, "message_type", -1), as_object(message.get("data") or {}, "data")
    if kind == ORDER:
        status, number = text(data, "order_status"), needed_text(data, "trade_order_id")
        at = _moment(data, "status_update_time") or _moment(message, "timestamp")
        return [PartnerEvent("order", delivery_id(message), number, status, at)]
    if kind == FULFILMENT:
        number = text(data, "tradeOrderId") or needed_text(data, "trade_order_id")
        return [
            PartnerEvent("tracking", delivery_id(message), number, text(data, "status"), _moment(message, "timestamp"))
        ]
    return []


def _of_this_country(message: JsonObject, credentials: Credentials) -> bool:
    """``site`` is ``lazada_id`` and so on; one application hears of all its sellers."""
    site = text(message, "site").lower()
    return not site.startswith("lazada_") or site == f"lazada_{credentials.get('venture').lower()}"


def _check(request: RawRequest, credentials: Credentials) -> None:
    headers = {name.lower(): value for name, value in request.headers.items()}
    given = headers.get("authorization", "").strip().lower()
    expected = push_signature(credentials["app_key"], credentials["app_secret"], request.body)
    if not hmac.compare_digest(expected.encode(), given.encode("utf-8", "replace")):
        raise AuthRejected("bad_signature", "the push message is not signed with the app secret")


def _moment(source: JsonObject, key: str) -> datetime | None:
    """A time in seconds or milliseconds since 1970."""
    figure = whole(source, key)
    if figure == 0:
        return None
    seconds = figure / 1000 if figure >= MILLISECONDS_FROM else figure
    if not 0 < seconds <= LAST_SECOND:
        raise ContractBroken("bad_time", f"{key} is out of range", field=key)
    return datetime.fromtimestamp(seconds, UTC)


def delivery_id(message: JsonObject) -> str:
    """Lazada numbers no messages, so one is known by its content.

    The time of sending is left out: whether a repeated message carries the first time or its own is not documented.
    """
    content = {key: value for key, value in message.items() if key != "timestamp"}
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(canonical.encode("utf-8", "replace")).hexdigest()
