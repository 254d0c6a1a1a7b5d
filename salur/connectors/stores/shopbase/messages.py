"""ShopBase's webhooks: signature first, then what they are about (contracts/shopbase/examples/webhook)."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence

from salur.connectors.base.errors import AuthRejected
from salur.connectors.base.reading import as_object, iso_moment, parse_json, text
from salur.connectors.base.types import PartnerEvent, RawRequest

from .wire import Wire, message_signature

TOPICS = (
    "orders/create",
    "orders/updated",
    "orders/paid",
    "orders/cancelled",
    "orders/fulfilled",
    "fulfillments/create",
    "app/uninstalled",
)
UNINSTALLED = "app/uninstalled"


def read_message(request: RawRequest, wire: Wire) -> Sequence[PartnerEvent]:
    """The event of a message; one of another store or about something else gives none.

    Messages carry no number, so the same topic with the same bytes is the same message.
    """
    headers = {name.lower(): value for name, value in request.headers.items()}
    given = headers.get("x-shopbase-hmac-sha256", "").strip()
    expected = message_signature(wire.credentials["client_secret"], request.body)
    if not hmac.compare_digest(expected.encode(), given.encode("utf-8", "replace")):
        raise AuthRejected("bad_signature", "the message is not signed with the shared secret")
    domain = headers.get("x-shopbase-shop-domain", "").strip().lower()
    if domain and domain != wire.domain:
        return []
    topic = headers.get("x-shopbase-topic", "").strip().lower()
    number = hashlib.sha256(topic.encode("utf-8", "replace") + b"\n" + request.body).hexdigest()
    if topic == UNINSTALLED:
        return [PartnerEvent("authorisation", number, wire.domain, "deauthorised")]
    body = as_object(parse_json(request.body, "message"), "message")
    kind = topic.partition("/")[0]
    subject = text(body, "order_id") if kind == "fulfillments" else text(body, "id") if kind == "orders" else ""
    if not subject:
        return []
    return [PartnerEvent("order", number, subject, text(body, "financial_status"), iso_moment(body, "updated_at"))]
