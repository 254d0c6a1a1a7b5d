"""Shopee's push messages: signature first, then what they say (contract sheet, "Push")."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Sequence

from salur.connectors.base.errors import AuthRejected
from salur.connectors.base.reading import JsonObject, as_object, moment, needed_text, parse_json, text, whole
from salur.connectors.base.types import Credentials, PartnerEvent, RawRequest

from .wire import push_signature

TEST = 0
AUTHORISED, DEAUTHORISED, EXPIRING = 1, 2, 12
ORDER_STATUS, TRACKING, LABEL = 3, 4, 15

AUTHORISATION = {AUTHORISED: "authorised", DEAUTHORISED: "deauthorised", EXPIRING: "expiring"}
ABOUT_ORDERS = {ORDER_STATUS: "order", TRACKING: "tracking", LABEL: "label"}


def read_push(request: RawRequest, credentials: Credentials) -> Sequence[PartnerEvent]:
    """The events of a push message; messages for other shops and of other kinds give none.

    The key is the push partner key of the console; where it shows none, the API partner key (assumed).
    """
    _check(request, credentials.get("push_key") or credentials["partner_key"])
    message = as_object(parse_json(request.body, "push"), "push")
    code, shop = whole(message, "code", -1), text(message, "shop_id")
    if code == TEST:
        return [PartnerEvent("test", delivery_id(message))]
    if shop != credentials.get("shop_id"):
        return []
    data = as_object(message.get("data") or {}, "data")
    if code in AUTHORISATION:
        return [
            PartnerEvent("authorisation", delivery_id(message), shop, AUTHORISATION[code], moment(message, "timestamp"))
        ]
    if code in ABOUT_ORDERS:
        return [_about_order(ABOUT_ORDERS[code], message, data)]
    return []


def _about_order(kind: str, message: JsonObject, data: JsonObject) -> PartnerEvent:
    return PartnerEvent(
        kind=kind,
        delivery_id=delivery_id(message),
        subject=text(data, "ordersn") or needed_text(data, "order_sn"),
        raw_status=text(data, "status"),
        at=moment(data, "update_time") or moment(message, "timestamp"),
    )


def _check(request: RawRequest, key: str) -> None:
    headers = {name.lower(): value for name, value in request.headers.items()}
    given = headers.get("authorization", "").strip().lower()
    expected = push_signature(key, request.url, request.body)
    if not hmac.compare_digest(expected.encode(), given.encode("utf-8", "replace")):
        raise AuthRejected("bad_signature", "the push message is not signed with the push key")


def delivery_id(message: JsonObject) -> str:
    """Shopee numbers no messages, so a message is known by its content: the same content is the same message."""
    canonical = json.dumps(message, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(canonical.encode()).hexdigest()
