"""TikTok Shop's webhooks: signature first, then what they say (contract sheet, "Webhooks")."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Sequence

from salur.connectors.base.errors import AuthRejected
from salur.connectors.base.reading import (
    JsonObject,
    as_object,
    as_objects,
    moment,
    needed_text,
    parse_json,
    text,
    whole,
)
from salur.connectors.base.transport import Effect
from salur.connectors.base.types import Credentials, PartnerEvent, RawRequest

from .wire import Wire, push_signature

ORDER, ADDRESS, PACKAGE, DEAUTHORISED, EXPIRING, CANCELLATION = 1, 3, 4, 6, 7, 11
AUTHORISATION = {DEAUTHORISED: "deauthorised", EXPIRING: "expiring"}
ABOUT_ORDERS = frozenset({ORDER, ADDRESS, CANCELLATION})
# PACKAGE_UPDATE is documented so, the other words are assumed.
EVENT_TYPES = (
    "ORDER_STATUS_CHANGE",
    "RECIPIENT_ADDRESS_UPDATE",
    "PACKAGE_UPDATE",
    "CANCELLATION_STATUS_CHANGE",
    "SELLER_DEAUTHORIZATION",
    "UPCOMING_AUTHORIZATION_EXPIRATION",
)


def subscribe(wire: Wire, url: str) -> None:
    """Have the shop's messages sent to ``url``; TikTok keeps one address for each kind, shop and application."""
    for event_type in EVENT_TYPES:
        wire.put("/event/202309/webhooks", {"address": url, "event_type": event_type}, Effect.REPEATABLE)


def read_push(request: RawRequest, credentials: Credentials) -> Sequence[PartnerEvent]:
    """The events of a webhook; messages for other shops and of other kinds give none.

    Which channel an order belongs to is not told here: asking for it tells (orders of the other are not answered).
    """
    _check(request, credentials)
    message = as_object(parse_json(request.body, "webhook"), "webhook")
    if text(message, "shop_id") != credentials.get("shop_id"):
        return []
    kind, data = whole(message, "type", -1), as_object(message.get("data") or {}, "data")
    number, sent = delivery_id(message), moment(message, "timestamp")
    if kind in AUTHORISATION:
        return [PartnerEvent("authorisation", number, text(message, "shop_id"), AUTHORISATION[kind], sent)]
    if kind in ABOUT_ORDERS:
        at = moment(data, "update_time") or sent
        return [PartnerEvent("order", number, needed_text(data, "order_id"), text(data, "order_status"), at)]
    if kind == PACKAGE:
        return [PartnerEvent("tracking", f"{number}:{order}", order, "", sent) for order in _orders_of(data)]
    return []


def _orders_of(data: JsonObject) -> list[str]:
    found: list[str] = []
    for package in as_objects(data.get("package_list"), "package_list"):
        named = package.get("order_id_list")
        found += [str(one) for one in named if isinstance(one, str | int)] if isinstance(named, list) else []
    return list(dict.fromkeys(found))


def _check(request: RawRequest, credentials: Credentials) -> None:
    headers = {name.lower(): value for name, value in request.headers.items()}
    given = headers.get("authorization", "").strip().lower()
    expected = push_signature(credentials["app_key"], credentials["app_secret"], request.body)
    if not hmac.compare_digest(expected.encode(), given.encode("utf-8", "replace")):
        raise AuthRejected("bad_signature", "the webhook is not signed with the app secret")


def delivery_id(message: JsonObject) -> str:
    """TikTok's number of the message; where it is missing, the content without the time of sending."""
    if number := text(message, "tts_notification_id"):
        return number
    content = {key: value for key, value in message.items() if key != "timestamp"}
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(canonical.encode("utf-8", "replace")).hexdigest()
