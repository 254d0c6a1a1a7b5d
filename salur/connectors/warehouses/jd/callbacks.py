"""JD's messages (contracts/jd/facts.md, Messages; assumed in full): signature first, then what they are about."""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence

from salur.connectors.base.errors import AuthRejected, ContractBroken
from salur.connectors.base.reading import as_object, needed_text, parse_json, text
from salur.connectors.base.types import Credentials, PartnerEvent, RawRequest

from .mapping import when
from .wire import PARAMS, signature

# topic: what it is about, our number, their number, the status
TOPICS: Mapping[str, tuple[str, str, str, str]] = {
    "outbound": ("outbound", "isvUUID", "eclpSoNo", "soStatus"),
    "inbound": ("inbound", "spPoOrderNo", "poOrderNo", "poOrderStatus"),
}


def read_callback(request: RawRequest, credentials: Credentials) -> Sequence[PartnerEvent]:
    """The event of a message; a topic that the hub does not use gives none.

    One application serves many PINs, so a message must also name ours.
    """
    message = as_object(parse_json(request.body, "message"), "message")
    params = {key: text(message, key) for key in message}
    expected = signature(params, credentials["app_secret"])
    given = params.get("sign", "").strip().upper()
    named = params.get("app_key", "").encode("utf-8", "replace")
    ours = hmac.compare_digest(named, credentials["app_key"].encode())
    if not hmac.compare_digest(expected.encode(), given.encode("utf-8", "replace")) or not ours:
        raise AuthRejected("bad_signature", "the message is not signed with this application's keys")
    topic = params.get("method", "")
    if topic not in TOPICS:
        return []
    kind, reference, number, status = TOPICS[topic]
    news = as_object(parse_json(params.get(PARAMS, ""), PARAMS), PARAMS)
    pin = text(news, "pin")
    if pin and pin.casefold() != credentials["pin"].strip().casefold():
        raise AuthRejected("other_pin", "the message is for another PIN of this application")
    subject = text(news, reference) or text(news, number)
    if not subject:
        raise ContractBroken("missing", f"the message names no {reference}", field=reference)
    return [
        PartnerEvent(
            kind=kind,
            delivery_id=needed_text(news, "msgId"),
            subject=subject,
            raw_status=text(news, status),
            at=when(news, "operateTime"),
        )
    ]
