"""Shopify's webhooks: signature first, then what they are about (contract sheet, "Webhooks")."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence

from salur.connectors.base.errors import AuthRejected, Rejected
from salur.connectors.base.reading import as_object, iso_moment, needed_text, parse_json
from salur.connectors.base.transport import Effect
from salur.connectors.base.types import PartnerEvent, RawRequest

from . import mapping, queries
from .errors import refuse_user_errors
from .wire import Wire, webhook_digest

TOPICS = ("ORDERS_CREATE", "ORDERS_UPDATED", "ORDERS_CANCELLED", "APP_UNINSTALLED")
REMOVED = "app/uninstalled"
ABOUT_ORDERS = "orders/"


def subscribe(wire: Wire, url: str) -> None:
    """Ask for the messages that are not subscribed to yet; asking again makes none twice. They do not end."""
    held = _subscribed_to(wire, url)
    for topic in TOPICS:
        if topic not in held:
            _ask_for(wire, topic, url)


def _subscribed_to(wire: Wire, url: str) -> set[str]:
    found: set[str] = set()
    cursor: str | None = None
    while True:
        data = wire.ask("webhookSubscriptions", queries.SUBSCRIPTIONS, {"after": cursor}, Effect.READ)
        nodes, cursor = mapping.following_page(data, "webhookSubscriptions", cursor)
        found |= {needed_text(node, "topic") for node in nodes if node.get("uri") == url}
        if cursor is None:
            return found


def _ask_for(wire: Wire, topic: str, url: str) -> None:
    variables = {"topic": topic, "to": {"uri": url, "format": "JSON"}}
    data = wire.ask("webhookSubscriptionCreate", queries.SUBSCRIBE, variables, Effect.REPEATABLE, topic)
    payload = as_object(data.get("webhookSubscriptionCreate"), "webhookSubscriptionCreate")
    try:
        refuse_user_errors(payload, "userErrors")
    except Rejected as refusal:
        if "taken" not in refusal.message.lower():  # subscribed meanwhile: that is what was wanted
            raise


def read_callback(request: RawRequest, wire: Wire) -> Sequence[PartnerEvent]:
    """The event of a message; one of another shop or about something else gives none. Raises AuthRejected."""
    headers = {name.lower(): value for name, value in request.headers.items()}
    expected = webhook_digest(request.body, wire.credentials["client_secret"])
    given = headers.get("x-shopify-hmac-sha256", "").strip()
    if not hmac.compare_digest(expected.encode(), given.encode("utf-8", "replace")):
        raise AuthRejected("bad_signature", "the message is not signed with the app's secret")
    if headers.get("x-shopify-shop-domain", "").strip().lower() != wire.domain:
        return []
    message = as_object(parse_json(request.body, "message"), "message")
    topic = headers.get("x-shopify-topic", "").strip().lower()
    number = headers.get("x-shopify-webhook-id", "").strip() or hashlib.sha256(request.body).hexdigest()
    if topic == REMOVED:
        return [PartnerEvent("authorisation", number, wire.domain, "deauthorised")]
    if not topic.startswith(ABOUT_ORDERS):
        return []
    event = PartnerEvent("order", number, needed_text(message, "id"), at=iso_moment(message, "updated_at"))
    return [event]
