"""Tokopedia's webhooks: signature first, then which order to look at (contracts/tokopedia_legacy/examples/webhook)."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence

from salur.connectors.base.errors import AuthRejected
from salur.connectors.base.reading import as_object, parse_json, text
from salur.connectors.base.types import Credentials, PartnerEvent, RawRequest

from .wire import message_signature

HEADER = "authorization-hmac"


def read_message(request: RawRequest, credentials: Credentials) -> Sequence[PartnerEvent]:
    """The event of a message; one for another shop of the application, or not about an order, gives none.

    Messages carry no number, so the same bytes are the same message.
    """
    secret = credentials.get("webhook_secret")
    headers = {name.lower(): value for name, value in request.headers.items()}
    given = headers.get(HEADER, "").strip().lower()
    signed = hmac.compare_digest(message_signature(secret, request.body).encode(), given.encode("utf-8", "replace"))
    if not secret or not signed:
        raise AuthRejected("bad_signature", "the message is not signed with the webhook secret")
    message = as_object(parse_json(request.body, "message"), "message")
    order, shop = text(message, "order_id"), text(message, "shop_id")
    # The message about a buyer's wish names no shop; a stranger's order is simply not found then.
    if not order or (shop and shop != credentials.get("shop_id")):
        return []
    number = hashlib.sha256(request.body).hexdigest()
    return [PartnerEvent("order", number, order, text(message, "order_status"))]
