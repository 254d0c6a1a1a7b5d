"""Messages from the warehouse (contract sheet, A.5): signature first, then what they say."""

from __future__ import annotations

import hmac
import json
from collections.abc import Sequence

from salur.connectors.base.errors import AuthRejected, ContractBroken, Rejected
from salur.connectors.base.reading import JsonObject, as_object, needed_text, parse_json, text
from salur.connectors.base.types import Credentials, PartnerEvent, RawRequest

from .wire import callback_signature

LONGEST_RANDOM = 200
KINDS = {"order": "outbound", "receiving": "inbound", "stock": "stock"}
SUBJECTS = {
    "order": ("reference_no", "order_code"),
    "receiving": ("reference_no", "receiving_code"),
    "stock": ("product_sku",),
}
STATES = {"order": "order_status", "receiving": "receiving_status"}


def answer_challenge(request: RawRequest) -> str:
    """The warehouse calls with a random number before it takes an address, and wants it back."""
    number = request.query.get("random", "")
    if not 0 < len(number) <= LONGEST_RANDOM:
        raise Rejected("no_random", "the call carries no random number", field="random")
    return json.dumps({"random": number})


def read_callback(request: RawRequest, credentials: Credentials) -> Sequence[PartnerEvent]:
    """The event of a message; a kind that was not subscribed gives none."""
    message = as_object(parse_json(request.body, "callback"), "callback")
    written = body_text(message)
    _check(message, written, credentials)
    kind = text(message, "subscript_type")
    if kind not in KINDS:
        return []
    body = as_object(parse_json(written, "body"), "body")
    subject = next((text(body, key) for key in SUBJECTS[kind] if text(body, key)), "")
    if not subject:
        raise ContractBroken("missing", f"the message names no {SUBJECTS[kind][0]}", field=SUBJECTS[kind][0])
    return [
        PartnerEvent(
            kind=KINDS[kind],
            delivery_id=needed_text(message, "msg_id"),
            subject=subject,
            raw_status=text(body, STATES[kind]) if kind in STATES else "",
        )
    ]


def body_text(message: JsonObject) -> str:
    """The body as it is signed: the text itself, or an object written without spaces and without escapes."""
    body = message.get("body")
    if isinstance(body, str):
        return body
    return json.dumps(body, separators=(",", ":"), ensure_ascii=False, default=str)


def _check(message: JsonObject, written: str, credentials: Credentials) -> None:
    expected = callback_signature(
        written, credentials["app_token"], text(message, "timestamp"), text(message, "msg_id")
    )
    given = text(message, "sign").strip().lower()
    ours = hmac.compare_digest(text(message, "app_key").encode("utf-8", "replace"), credentials["app_key"].encode())
    if not hmac.compare_digest(expected.encode(), given.encode("utf-8", "replace")) or not ours:
        raise AuthRejected("bad_signature", "the message is not signed with this account's keys")
