"""WooCommerce's webhooks: made by call with a secret of ours, checked by it (contract sheet, "Webhooks")."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Sequence
from datetime import UTC

from salur.connectors.base.errors import AuthRejected
from salur.connectors.base.reading import JsonObject, as_object, local_moment, needed_text, parse_json, text
from salur.connectors.base.transport import Effect
from salur.connectors.base.types import PartnerEvent, RawRequest

from . import mapping
from .wire import Wire, webhook_secret, webhook_signature

TOPICS = ("order.created", "order.updated", "order.deleted")
PAGE = 100
MOST_PAGES = 50
PING = re.compile(rb"webhook_id=\d{1,12}")


def subscribe(wire: Wire, url: str) -> None:
    """Make our webhooks, or make those active again that WooCommerce has switched off after failures."""
    held = {text(row, "topic"): row for row in _webhooks(wire) if row.get("delivery_url") == url}
    secret = webhook_secret(wire.credentials["consumer_secret"])
    for topic in TOPICS:
        wanted = {"name": f"Salur {topic}", "topic": topic, "delivery_url": url, "secret": secret, "status": "active"}
        known = held.get(topic)
        if known is None:
            wire.write("POST", "/webhooks", wanted, Effect.CREATE, topic)
        else:
            wire.write("PUT", f"/webhooks/{needed_text(known, 'id')}", wanted, Effect.REPEATABLE, topic)


def _webhooks(wire: Wire) -> list[JsonObject]:
    found: list[JsonObject] = []
    for page in range(1, MOST_PAGES + 1):
        reply = wire.get("/webhooks", (("per_page", str(PAGE)), ("page", str(page))))
        found.extend(mapping.as_list(reply.document, "webhooks"))
        if page >= reply.pages:
            break
    return found


def read_callback(request: RawRequest, wire: Wire) -> Sequence[PartnerEvent]:
    """The event of a message. The first ping is not signed and says nothing. Raises AuthRejected when forged.

    WooCommerce sends one change up to fifteen times with a number for each, so a message is known by its content.
    """
    if PING.fullmatch(request.body.strip()):
        return [PartnerEvent("test", _content(request.body))]
    headers = {name.lower(): value for name, value in request.headers.items()}
    expected = webhook_signature(webhook_secret(wire.credentials["consumer_secret"]), request.body)
    given = headers.get("x-wc-webhook-signature", "").strip()
    if not hmac.compare_digest(expected.encode(), given.encode("utf-8", "replace")):
        raise AuthRejected("bad_signature", "the message is not signed with our webhook's secret")
    topic = headers.get("x-wc-webhook-topic", "").strip()
    if topic not in TOPICS:
        return []
    order = as_object(parse_json(request.body, "message"), "message")
    return [
        PartnerEvent(
            kind="order",
            delivery_id=_content(topic.encode() + b"\n" + request.body),
            subject=needed_text(order, "id"),
            raw_status=text(order, "status"),
            at=local_moment(order, "date_modified_gmt", UTC),
        )
    ]


def _content(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()
