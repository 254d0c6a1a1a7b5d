"""How Blibli's bytes look: client keys, an optional signature, common parameters, two forms of answer."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta, timezone

from salur.connectors.base.answers import after_sending
from salur.connectors.base.errors import ContractBroken, RateLimited
from salur.connectors.base.reading import JsonObject, as_object, flag, parse_json, text
from salur.connectors.base.transport import Answer, Call, Effect, Transport
from salur.connectors.base.types import Credentials

from .errors import error_for
from .form import CHANNEL, LIVE

PROXY = "/v2/proxy"
OLDER = "/mta/api/businesspartner/v1/order/"
STORE_ID = "10001"  # the same for every store
WIB = timezone(timedelta(hours=7))
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
PAUSE = 60.0  # seconds after "too many" without a figure: the limits count minutes and half hours


def basic(client_id: str, client_key: str) -> str:
    """The Authorization header."""
    return "Basic " + base64.b64encode(f"{client_id}:{client_key}".encode("utf-8", "replace")).decode("ascii")


def written_date(milliseconds: int) -> str:
    """The instant as Java prints it in Jakarta, in English whatever the process speaks."""
    at = datetime.fromtimestamp(milliseconds // 1000, UTC).astimezone(WIB)
    return f"{DAYS[at.weekday()]} {MONTHS[at.month - 1]} {at:%d %H:%M:%S} WIB {at.year}"


def base_string(method: str, path: str, body: bytes | None, milliseconds: int) -> str:
    """What is signed. ``path`` is without ``/v2/proxy``; the older half of the API is named otherwise there."""
    digest = hashlib.md5(body, usedforsecurity=False).hexdigest() if body else ""
    kind = "" if method == "GET" else "application/json"
    return "\n".join([method, digest, kind, written_date(milliseconds), path.replace("/mta", "/mtaapi", 1)])


def sign(key: str, raw: str) -> str:
    """Base64 of HMAC-SHA256."""
    return base64.b64encode(hmac.new(key.encode(), raw.encode(), hashlib.sha256).digest()).decode("ascii")


class Wire:
    """Calls with one store's keys."""

    def __init__(self, credentials: Credentials, transport: Transport, clock: Callable[[], float] = time.time) -> None:
        self.credentials = credentials
        self.transport = transport
        self.clock = clock
        self.base_url = (credentials.get("base_url") or LIVE).rstrip("/") + PROXY

    def get(self, operation: str, path: str, subject: str = "", params: Sequence[tuple[str, str]] = ()) -> JsonObject:
        """A reading call; answers the whole document."""
        return self._call("GET", operation, path, None, Effect.READ, subject, params)

    def ask(self, operation: str, path: str, body: Mapping[str, object], subject: str = "") -> JsonObject:
        """A reading call whose question is a body."""
        return self._call("POST", operation, path, body, Effect.READ, subject)

    def change(
        self,
        method: str,
        operation: str,
        path: str,
        body: Mapping[str, object],
        subject: str,
        params: Sequence[tuple[str, str]] = (),
    ) -> JsonObject:
        """A call that changes something and may be repeated."""
        return self._call(method, operation, path, body, Effect.REPEATABLE, subject, params)

    def _call(
        self,
        method: str,
        operation: str,
        path: str,
        body: Mapping[str, object] | None,
        effect: Effect,
        subject: str,
        params: Sequence[tuple[str, str]] = (),
    ) -> JsonObject:
        content = None if body is None else json.dumps(body, separators=(",", ":")).encode()
        call = Call(
            method=method,
            url=self.base_url + path,
            operation=operation,
            effect=effect,
            headers=self._headers(method, path, content),
            params=(*self._common(), *params),
            content=content,
            subject=subject,
        )
        try:
            answer = self.transport.send(call)
        except RateLimited as limit:
            limit.retry_after = limit.retry_after if limit.retry_after > 1 else PAUSE
            raise
        return _document(answer, effect)

    def _headers(self, method: str, path: str, content: bytes | None) -> dict[str, str]:
        known = self.credentials
        headers = {
            "Authorization": basic(known["client_id"], known["client_key"]),
            "Api-Seller-Key": known["seller_key"],
            "Accept": "application/json",
            "Content-Type": "application/json",
        }
        if known.get("signature_key"):
            milliseconds = int(self.clock() * 1000)
            raw = base_string(method, path, content, milliseconds)
            headers |= {"Signature": sign(known["signature_key"], raw), "Signature-Time": str(milliseconds)}
        return headers

    def _common(self) -> tuple[tuple[str, str], ...]:
        code = self.credentials["store_code"]
        channel = self.credentials.get("channel_id") or CHANNEL
        return (
            ("requestId", f"{channel}-{uuid.uuid4()}"),
            ("storeId", STORE_ID),
            ("channelId", channel),
            ("username", self.credentials["username"]),
            ("storeCode", code),
            ("businessPartnerCode", code),
            ("merchantCode", code),
        )


def _document(answer: Answer, effect: Effect) -> JsonObject:
    if answer.status < 400 and not answer.content.strip():
        return {}  # some changes are answered with 204
    try:
        document = as_object(parse_json(answer.content, "answer"), "answer")
        code, good = text(document, "errorCode"), flag(document, "success", default=True)
        message = text(document, "errorMessage")
    except ContractBroken as broken:
        if answer.status in (401, 403):
            raise error_for(answer.status, "", f"HTTP {answer.status}", answer.exchange_id) from broken
        raise after_sending(broken, answer, effect) from broken
    if code or not good or answer.status >= 400:
        raise error_for(answer.status, code, message or "Blibli gives no reason", answer.exchange_id)
    return document
