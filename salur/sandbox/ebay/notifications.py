"""The Notification API: alert email, addresses, subscriptions, public keys (contracts/ebay, Messages)."""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from salur.sandbox.ebay import access
from salur.sandbox.ebay.call import EbayDialect, unreadable, wrong
from salur.sandbox.ebay.messages import (
    TOPICS,
    Destination,
    Subscription,
    answers_the_question,
    public_text,
)
from salur.sandbox.ebay.seller import Ebay
from salur.sandbox.engine.exchange import Outcome, Refusal
from salur.sandbox.storefront.answer import Answer
from salur.sandbox.storefront.api import json_object, serve

_BASE = "/commerce/notification/v1"
_SCOPE = "commerce.notification.subscription"
_PAYLOAD = {"format": "JSON", "schemaVersion": "1.0", "deliveryProtocol": "HTTPS"}
_TOKEN = re.compile(r"[A-Za-z0-9_-]{32,80}")


@dataclass
class Call:
    """``shop_id`` is the seller's of a call with the seller's token. ``answered``: the address in the body did so."""

    ebay: Ebay
    shop_id: str
    query: QueryParams
    body: dict[str, Any]
    path: Mapping[str, str]
    base: str
    answered: bool = field(default=False)


def _wrong(number: int, words: str, status: int = 400) -> Refusal:
    return wrong(number, words, status=status, domain="API_NOTIFICATION")


def _page(call: Call, name: str, rows: Sequence[dict[str, Any]]) -> Answer:
    """``next`` holds the continuation token of the next page."""
    limit, offset = call.query.get("limit", "20"), call.query.get("continuation_token", "0")
    if not limit.isdigit() or not 10 <= int(limit) <= 100 or not offset.isdigit():
        raise _wrong(195001, "Invalid limit or continuation token.")
    ends = int(offset) + int(limit)
    told: dict[str, Any] = {"total": len(rows), "limit": int(limit), name: list(rows[int(offset) : ends])}
    if ends < len(rows):
        told["next"] = f"{call.base}?limit={limit}&continuation_token={ends}"
    return Answer(told)


# --- alert email and keys --------------------------------------------------------------------------------------------


def get_config(call: Call) -> Answer:
    """GET config."""
    if not call.ebay.notifications.alert_email:
        raise _wrong(195026, "Configuration Not Found.", 404)
    return Answer({"alertEmail": call.ebay.notifications.alert_email})


def update_config(call: Call) -> Answer:
    """PUT config."""
    mail = str(call.body.get("alertEmail") or "")
    if not re.fullmatch(r"[^@\s]+@[^@\s]+", mail):
        raise _wrong(195002, "Invalid or missing alert email.")
    call.ebay.notifications.alert_email = mail
    return Answer(None, 204)


def get_public_key(call: Call) -> Answer:
    """GET public_key/{id}."""
    key = call.ebay.notifications.keys.get(call.path["id"])
    if key is None:
        raise _wrong(195003, "Invalid public key ID.", 404)
    return Answer({"algorithm": "ECDSA", "digest": "SHA1", "key": public_text(key)})


# --- addresses -------------------------------------------------------------------------------------------------------


def delivery_of(body: dict[str, Any]) -> tuple[str, str]:
    """Endpoint and verification token; raises Refusal. A test system takes http as well."""
    given = body.get("deliveryConfig")
    config = given if isinstance(given, dict) else {}
    endpoint, token = str(config.get("endpoint") or ""), str(config.get("verificationToken") or "")
    parts = urlsplit(endpoint)
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.query:
        raise _wrong(195004, "Invalid or missing endpoint.")
    if not _TOKEN.fullmatch(token):
        raise _wrong(195005, "The verification token must be 32 to 80 letters, digits, underscores or hyphens.")
    return endpoint, token


def _checked(call: Call) -> tuple[str, str, str, str]:
    name, status = str(call.body.get("name") or ""), str(call.body.get("status") or "")
    endpoint, token = delivery_of(call.body)
    if not name or status not in ("ENABLED", "DISABLED"):
        raise _wrong(195006, "Invalid or missing name or status.")
    if not call.ebay.notifications.alert_email:
        raise _wrong(195026, "Configuration Not Found.")
    if not call.answered:
        raise _wrong(195020, "Challenge verification failed for requested endpoint.")
    return name, status, endpoint, token


def _row(one: Destination) -> dict[str, Any]:
    config = {"endpoint": one.endpoint, "verificationToken": one.token}
    return {"destinationId": one.id, "name": one.name, "status": one.status, "deliveryConfig": config}


def _known(call: Call) -> Destination:
    found = call.ebay.notifications.destinations.get(call.path["id"])
    if found is None:
        raise _wrong(195007, "Invalid destination ID.", 404)
    return found


def list_destinations(call: Call) -> Answer:
    """GET destination."""
    return _page(call, "destinations", [_row(one) for one in call.ebay.notifications.destinations.values()])


def add_destination(call: Call) -> Answer:
    """POST destination: 201, no body."""
    name, status, endpoint, token = _checked(call)
    held = call.ebay.notifications
    if any(one.endpoint == endpoint for one in held.destinations.values()):
        raise _wrong(195008, "The endpoint is a destination already.", 409)
    made = Destination(held.new_id(), name, status, endpoint, token)
    held.destinations[made.id] = made
    return Answer(None, 201, {"Location": f"{call.base}/{made.id}"})


def change_destination(call: Call) -> Answer:
    """PUT destination/{id}."""
    found = _known(call)
    found.name, found.status, found.endpoint, found.token = _checked(call)
    return Answer(None, 204)


def drop_destination(call: Call) -> Answer:
    """DELETE destination/{id}: of a disabled one that no subscription uses."""
    found, held = _known(call), call.ebay.notifications
    used = any(one.destination_id == found.id for one in held.subscriptions.values())
    if used or found.status == "ENABLED":
        raise _wrong(195009, "The destination is in use.", 409)
    del held.destinations[found.id]
    return Answer(None, 204)


# --- subscriptions ---------------------------------------------------------------------------------------------------


def _wanted(call: Call) -> tuple[str, str]:
    status, number = str(call.body.get("status") or ""), str(call.body.get("destinationId") or "")
    if status not in ("ENABLED", "DISABLED") or call.body.get("payload") != _PAYLOAD:
        raise _wrong(195012, "Invalid or missing status or payload.")
    if number not in call.ebay.notifications.destinations:
        raise _wrong(195007, "Invalid destination ID.")
    return status, number


def _own(call: Call) -> list[Subscription]:
    return [one for one in call.ebay.notifications.subscriptions.values() if one.shop_id == call.shop_id]


def list_subscriptions(call: Call) -> Answer:
    """GET subscription: the seller's."""
    rows = [
        {
            "subscriptionId": one.id,
            "topicId": one.topic,
            "status": one.status,
            "destinationId": one.destination_id,
            "payload": _PAYLOAD,
        }
        for one in _own(call)
    ]
    return _page(call, "subscriptions", rows)


def add_subscription(call: Call) -> Answer:
    """POST subscription: one for a seller and topic."""
    topic, held = str(call.body.get("topicId") or ""), call.ebay.notifications
    if topic not in TOPICS.values():
        raise _wrong(195011, "Not authorized for this topic.", 403)
    status, number = _wanted(call)
    if any(one.topic == topic for one in _own(call)):
        raise _wrong(195013, "The topic is subscribed to already.", 409)
    made = Subscription(held.new_id(), call.shop_id, topic, status, number)
    held.subscriptions[made.id] = made
    return Answer(None, 201, {"Location": f"{call.base}/{made.id}"})


def _known_subscription(call: Call) -> Subscription:
    found = call.ebay.notifications.subscriptions.get(call.path["id"])
    if found is None or found.shop_id != call.shop_id:
        raise _wrong(195014, "Invalid subscription ID.", 404)
    return found


def change_subscription(call: Call) -> Answer:
    """PUT subscription/{id}."""
    found = _known_subscription(call)
    found.status, found.destination_id = _wanted(call)
    return Answer(None, 204)


def drop_subscription(call: Call) -> Answer:
    """DELETE subscription/{id}."""
    del call.ebay.notifications.subscriptions[_known_subscription(call).id]
    return Answer(None, 204)


# --- routes ----------------------------------------------------------------------------------------------------------

Handle = Callable[[Call], Answer]
_TABLE: tuple[tuple[str, str, str, Handle], ...] = (
    ("GET", "/config", "getConfig", get_config),
    ("PUT", "/config", "updateConfig", update_config),
    ("GET", "/public_key/{id}", "getPublicKey", get_public_key),
    ("GET", "/destination", "getDestinations", list_destinations),
    ("POST", "/destination", "createDestination", add_destination),
    ("PUT", "/destination/{id}", "updateDestination", change_destination),
    ("DELETE", "/destination/{id}", "deleteDestination", drop_destination),
    ("GET", "/subscription", "getSubscriptions", list_subscriptions),
    ("POST", "/subscription", "createSubscription", add_subscription),
    ("PUT", "/subscription/{id}", "updateSubscription", change_subscription),
    ("DELETE", "/subscription/{id}", "deleteSubscription", drop_subscription),
)
_ASKS = ("createDestination", "updateDestination")


def routes(ebay_now: Callable[[], Ebay]) -> list[Route]:
    """For mounting: subscriptions with the seller's token, all else with the application's."""
    return [Route(_BASE + path, _answering(ebay_now, name, do), methods=[how]) for how, path, name, do in _TABLE]


def _answering(ebay_now: Callable[[], Ebay], name: str, handle: Handle) -> Callable[[Request], Awaitable[Response]]:
    dialect, by_seller = EbayDialect(), name.endswith(("Subscription", "Subscriptions"))

    async def answer(request: Request) -> Response:
        ebay, raw = ebay_now(), await request.body()
        answered = name in _ASKS and await _asked(ebay, request, raw)

        def act() -> Outcome:
            shop_id = ""
            if by_seller:
                shop_id = access.shop_of(ebay, request, "Bearer", _SCOPE).id
            else:
                access.check_application(ebay, request)
            body = json_object(raw, unreadable) if raw else {}
            base = str(request.url.replace(query=""))
            call = Call(ebay, shop_id, request.query_params, body, request.path_params, base, answered)
            return handle(call).outcome()

        return await serve(ebay, dialect, name, request, raw, act, key=name)

    return answer


async def _asked(ebay: Ebay, request: Request, raw: bytes) -> bool:
    """Put the question to the address of a call that would be taken otherwise."""
    try:
        access.check_application(ebay, request)
        endpoint, token = delivery_of(json_object(raw, unreadable))
    except Refusal:
        return False  # the call itself is refused for that
    return await answers_the_question(ebay, endpoint, token)
