"""How Tokopedia's bytes look: bearer token, JSON in an envelope with a header (contracts/tokopedia_legacy)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from salur.connectors.base.answers import after_sending
from salur.connectors.base.errors import AuthRejected, ContractBroken
from salur.connectors.base.reading import JsonObject, as_object, needed_text, parse_json, text, whole
from salur.connectors.base.transport import Answer, Call, Effect, Transport
from salur.connectors.base.types import Credentials, TokenSet

from .errors import error_for
from .form import ACCOUNTS, LIVE

TOKEN_SECONDS = 86_400  # where the answer names no figure (assumed)
LONGEST_TOKEN = 365 * 86_400


def basic(client_id: str, client_secret: str) -> str:
    """The Authorization header of the token call."""
    return "Basic " + base64.b64encode(f"{client_id}:{client_secret}".encode("utf-8", "replace")).decode("ascii")


def message_signature(secret: str, body: bytes) -> str:
    """How a webhook is signed: HMAC-SHA256 of the raw body, lower-case hex."""
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


class Wire:
    """Calls with one shop's credentials."""

    def __init__(self, credentials: Credentials, transport: Transport, clock: Callable[[], float] = time.time) -> None:
        self.credentials = credentials
        self.transport = transport
        self.clock = clock
        self.base_url = (credentials.get("base_url") or LIVE).rstrip("/")
        self.accounts_url = (credentials.get("accounts_url") or ACCOUNTS).rstrip("/")
        self.fs_id = credentials["fs_id"]
        self.shop_id = credentials.get("shop_id")

    def get(self, operation: str, path: str, params: Sequence[tuple[str, str]] = (), subject: str = "") -> object:
        """A reading call; answers ``data``."""
        return self._data(self._send("GET", operation, path, Effect.READ, params, None, subject), Effect.READ)

    def post(
        self,
        operation: str,
        path: str,
        body: object = None,
        params: Sequence[tuple[str, str]] = (),
        subject: str = "",
    ) -> object:
        """A call that changes something and may be repeated; answers ``data``."""
        content = b"" if body is None else json.dumps(body, separators=(",", ":")).encode()
        answer = self._send("POST", operation, path, Effect.REPEATABLE, params, content, subject)
        return self._data(answer, Effect.REPEATABLE)

    def page(self, operation: str, path: str, params: Sequence[tuple[str, str]], subject: str) -> Answer:
        """A document that is no JSON; a JSON answer in its place is an error and raised as such."""
        answer = self._send("GET", operation, path, Effect.READ, params, None, subject)
        if answer.status >= 400 or answer.content.lstrip()[:1] == b"{":
            self._data(answer, Effect.READ)
            raise ContractBroken("no_page", "JSON in place of a page", exchange_id=answer.exchange_id)
        return answer

    def grant(self) -> TokenSet:
        """A token for the typed keys. Several are valid beside each other, so a lost answer costs nothing."""
        headers = {"Authorization": basic(self.credentials["client_id"], self.credentials["client_secret"])}
        answer = self.transport.send(
            Call(
                method="POST",
                url=f"{self.accounts_url}/token",
                operation="token",
                effect=Effect.REPEATABLE,
                headers=headers,
                params=(("grant_type", "client_credentials"),),
                content=b"",
            )
        )
        if answer.status in (400, 401, 403):
            raise AuthRejected(str(answer.status), _said(answer), "client_secret", answer.exchange_id)
        try:
            document = as_object(parse_json(answer.content, "answer"), "answer")
            token = needed_text(document, "access_token")
            seconds = min(max(whole(document, "expires_in", TOKEN_SECONDS), 60), LONGEST_TOKEN)
        except ContractBroken as broken:
            raise after_sending(broken, answer, Effect.REPEATABLE) from broken
        ends = datetime.fromtimestamp(self.clock(), UTC) + timedelta(seconds=seconds)
        return TokenSet(token, "", ends, identity=self.shop_id)

    def _send(
        self,
        method: str,
        operation: str,
        path: str,
        effect: Effect,
        params: Sequence[tuple[str, str]],
        content: bytes | None,
        subject: str,
    ) -> Answer:
        headers = {"Authorization": f"Bearer {self.credentials.get('access_token')}"}
        if content:
            headers["Content-Type"] = "application/json"
        return self.transport.send(
            Call(
                method=method,
                url=self.base_url + path,
                operation=operation,
                effect=effect,
                headers=headers,
                params=tuple(params),
                content=content,
                subject=subject,
            )
        )

    def _data(self, answer: Answer, effect: Effect) -> object:
        try:
            document = as_object(parse_json(answer.content, "answer"), "answer")
            header = as_object(document.get("header") or {}, "header")
            code, reason = text(header, "error_code"), text(header, "reason")
        except ContractBroken as broken:
            if answer.status in (401, 403):
                raise error_for(answer.status, "", _said(answer), answer.exchange_id) from broken
            raise after_sending(broken, answer, effect) from broken
        if code or answer.status >= 400:
            raise error_for(answer.status, code, _words(header, reason), answer.exchange_id)
        return document.get("data")


def _words(header: JsonObject, reason: str) -> str:
    said = header.get("messages")
    words = said if isinstance(said, str) else ""
    return " ".join(part for part in (words, reason) if part) or "Tokopedia gives no reason"


def _said(answer: Answer) -> str:
    return answer.content[:300].decode("utf-8", "replace")
