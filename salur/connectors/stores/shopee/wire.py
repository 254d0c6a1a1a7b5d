"""How Shopee's bytes look: signature, common parameters, answer form (contract sheet)."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Callable, Iterable, Mapping

from salur.connectors.base.errors import ContractBroken, PartnerError, Retryable, UnknownOutcome
from salur.connectors.base.reading import JsonObject, as_object, as_objects, parse_json, text
from salur.connectors.base.transport import Answer, Call, Effect, Transport
from salur.connectors.base.types import Credentials

from .errors import error_for
from .form import LIVE

PREFIX = "/api/v2/"


def sign(partner_key: str, *parts: str) -> str:
    """HMAC-SHA256 over the parts joined without separator, lower-case hex."""
    return hmac.new(partner_key.encode(), "".join(parts).encode(), hashlib.sha256).hexdigest()


def push_signature(push_key: str, url: str, body: bytes) -> str:
    """The signature of a push message: callback address, a bar, the body as it came."""
    return hmac.new(push_key.encode(), url.encode() + b"|" + body, hashlib.sha256).hexdigest()


class Wire:
    """Signed calls with one shop's credentials."""

    def __init__(self, credentials: Credentials, transport: Transport, clock: Callable[[], float] = time.time) -> None:
        self.credentials = credentials
        self.transport = transport
        self.clock = clock
        self.base_url = (credentials.get("base_url") or LIVE).rstrip("/")

    def public_params(self, path: str) -> list[tuple[str, str]]:
        """Parameters of a call that concerns no shop yet."""
        partner, now = self.credentials["partner_id"], str(int(self.clock()))
        signature = sign(self.credentials["partner_key"], partner, path, now)
        return [("partner_id", partner), ("timestamp", now), ("sign", signature)]

    def shop_params(self, path: str) -> list[tuple[str, str]]:
        """Parameters of a call for the shop."""
        partner, now = self.credentials["partner_id"], str(int(self.clock()))
        token, shop = self.credentials.get("access_token"), self.credentials.get("shop_id")
        signature = sign(self.credentials["partner_key"], partner, path, now, token, shop)
        return [
            ("partner_id", partner),
            ("timestamp", now),
            ("access_token", token),
            ("shop_id", shop),
            ("sign", signature),
        ]

    def get(self, name: str, params: Iterable[tuple[str, str]] = (), subject: str = "") -> JsonObject:
        """A reading call; answers the whole document, whose ``error`` is empty."""
        path = PREFIX + name
        call = Call(
            method="GET",
            url=self.base_url + path,
            operation=name,
            effect=Effect.READ,
            params=(*self.shop_params(path), *params),
            subject=subject,
        )
        return self.document(self.transport.send(call), Effect.READ)

    def post(self, name: str, body: Mapping[str, object], effect: Effect, subject: str = "") -> JsonObject:
        """A call with a JSON body for the shop."""
        return self.document(self._post(name, body, effect, subject), effect)

    def post_public(self, name: str, body: Mapping[str, object], effect: Effect) -> JsonObject:
        """A call with a JSON body that concerns no shop (tokens)."""
        path = PREFIX + name
        return self.document(self._send_json(name, path, body, effect, "", self.public_params(path)), effect)

    def fetch_file(self, name: str, body: Mapping[str, object], subject: str) -> bytes:
        """A file; a JSON answer in its place is an error and raised as such."""
        answer = self._post(name, body, Effect.READ, subject)
        if answer.content.lstrip()[:1] == b"{":
            self.document(answer, Effect.READ)
            raise ContractBroken("no_file", "JSON without an error in place of a file", exchange_id=answer.exchange_id)
        if answer.status >= 400:
            raise ContractBroken("http", f"HTTP {answer.status} in place of a file", exchange_id=answer.exchange_id)
        return answer.content

    def _post(self, name: str, body: Mapping[str, object], effect: Effect, subject: str) -> Answer:
        path = PREFIX + name
        return self._send_json(name, path, body, effect, subject, self.shop_params(path))

    def _send_json(
        self,
        name: str,
        path: str,
        body: Mapping[str, object],
        effect: Effect,
        subject: str,
        params: list[tuple[str, str]],
    ) -> Answer:
        return self.transport.send(
            Call(
                method="POST",
                url=self.base_url + path,
                operation=name,
                effect=effect,
                headers={"Content-Type": "application/json"},
                params=tuple(params),
                content=json.dumps(body, separators=(",", ":")).encode(),
                subject=subject,
            )
        )

    def document(self, answer: Answer, effect: Effect) -> JsonObject:
        """The JSON of an answer, or the error it carries. The HTTP status plays no part in it."""
        try:
            document = as_object(parse_json(answer.content, "answer"), "answer")
            code, message = text(document, "error"), text(document, "message")
        except ContractBroken as broken:
            raise _unreadable(broken, answer, effect) from broken
        if code:
            code, message = _reason(document, code, message)
            raise error_for(code, message, effect, self.clock(), answer.exchange_id)
        if answer.status >= 400:
            raise ContractBroken("http", f"HTTP {answer.status} without an error word", exchange_id=answer.exchange_id)
        return document


def _unreadable(broken: ContractBroken, answer: Answer, effect: Effect) -> PartnerError:
    """An answer that cannot be read leaves open what was done; what may be repeated is repeated."""
    kinds = {Effect.CREATE: UnknownOutcome, Effect.REPEATABLE: Retryable, Effect.READ: ContractBroken}
    return kinds[effect](broken.code, f"HTTP {answer.status}: {broken.message}", broken.field, answer.exchange_id)


def _reason(document: JsonObject, code: str, message: str) -> tuple[str, str]:
    """A batch of one hides its reason in its only entry, a refused stock figure in its list of failures."""
    response = as_object(document.get("response") or {}, "response")
    results = as_objects(response.get("result_list"), "result_list")
    if code.endswith("batch_api_all_failed") and len(results) == 1:
        return text(results[0], "fail_error") or code, text(results[0], "fail_message") or message
    failures = as_objects(response.get("failure_list"), "failure_list")
    return code, text(failures[0], "failed_reason") or message if failures else message
