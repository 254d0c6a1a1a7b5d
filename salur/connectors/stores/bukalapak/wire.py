"""How Bukalapak's bytes look: HTTP Basic, JSON with ``status`` and ``message`` (contracts/bukalapak)."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from salur.connectors.base.answers import after_sending
from salur.connectors.base.errors import AuthRejected, ContractBroken
from salur.connectors.base.reading import JsonObject, as_object, needed_text, parse_json, text
from salur.connectors.base.transport import Answer, Call, Effect, Transport
from salur.connectors.base.types import Credentials, TokenSet

from .errors import error_for
from .form import LIVE

VERSION = "/v2"
TOKEN_DAYS = 30  # Bukalapak states no end; so often another token is bought (assumed)


def basic(user: str, password: str) -> str:
    """The Authorization header."""
    return "Basic " + base64.b64encode(f"{user}:{password}".encode("utf-8", "replace")).decode("ascii")


class Wire:
    """Calls with one seller's credentials."""

    def __init__(self, credentials: Credentials, transport: Transport, clock: Callable[[], float] = time.time) -> None:
        self.credentials = credentials
        self.transport = transport
        self.clock = clock
        self.base_url = (credentials.get("base_url") or LIVE).rstrip("/") + VERSION

    def grant(self) -> TokenSet:
        """A token for account and password; the seller's number is the identity."""
        header = basic(self.credentials["username"], self.credentials["password"])
        answer = self._send("POST", "authenticate", "/authenticate.json", Effect.REPEATABLE, (), b"", "", header)
        try:
            document = self._read(answer)
            if answer.status in (401, 403) or text(document, "status").upper() == "ERROR":
                words = _words(document.get("message"))
                raise AuthRejected(str(answer.status), words, "password", answer.exchange_id)
            user, token = needed_text(document, "user_id"), needed_text(document, "token")
        except ContractBroken as broken:
            raise after_sending(broken, answer, Effect.REPEATABLE) from broken
        ends = datetime.fromtimestamp(self.clock(), UTC) + timedelta(days=TOKEN_DAYS)
        return TokenSet(token, "", ends, identity=user)

    def get(self, operation: str, path: str, params: Sequence[tuple[str, str]] = (), subject: str = "") -> JsonObject:
        """A reading call; answers the whole document."""
        answer = self._send("GET", operation, path, Effect.READ, params, None, subject, self._token())
        return self._document(answer, Effect.READ)

    def send_json(self, method: str, operation: str, path: str, body: Mapping[str, object], subject: str) -> JsonObject:
        """A call that changes something and may be repeated."""
        content = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
        answer = self._send(method, operation, path, Effect.REPEATABLE, (), content, subject, self._token())
        return self._document(answer, Effect.REPEATABLE)

    def send_form(self, method: str, operation: str, path: str, form: Mapping[str, str], subject: str) -> JsonObject:
        """The same with a form as body."""
        content = urlencode(form).encode("ascii")
        kind = "application/x-www-form-urlencoded"
        answer = self._send(method, operation, path, Effect.REPEATABLE, (), content, subject, self._token(), kind)
        return self._document(answer, Effect.REPEATABLE)

    def _token(self) -> str:
        return basic(self.credentials.get("shop_id"), self.credentials.get("access_token"))

    def _send(
        self,
        method: str,
        operation: str,
        path: str,
        effect: Effect,
        params: Sequence[tuple[str, str]],
        content: bytes | None,
        subject: str,
        authorization: str,
        content_type: str = "application/json",
    ) -> Answer:
        headers = {"Authorization": authorization}
        if content:
            headers["Content-Type"] = content_type
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

    def _read(self, answer: Answer) -> JsonObject:
        return as_object(parse_json(answer.content, "answer"), "answer")

    def _document(self, answer: Answer, effect: Effect) -> JsonObject:
        try:
            document = self._read(answer)
            said = text(document, "status").upper()
        except ContractBroken as broken:
            if answer.status in (401, 403, 404):
                raise error_for(answer.status, f"HTTP {answer.status}", answer.exchange_id) from broken
            raise after_sending(broken, answer, effect) from broken
        if said == "ERROR" or answer.status >= 400:
            raise error_for(answer.status, _words(document.get("message")), answer.exchange_id)
        if said != "OK":
            raise after_sending(ContractBroken("no_status", "it has no status", field="status"), answer, effect)
        return document


def message_of(document: JsonObject) -> str:
    """What Bukalapak says, also beside a status OK."""
    return _words(document.get("message"))


def _words(said: object) -> str:
    """A message is text, or lists of texts by field."""
    if isinstance(said, str):
        return said
    if isinstance(said, dict):
        lists = {field: words if isinstance(words, list) else [words] for field, words in said.items()}
        return "; ".join(f"{field}: {', '.join(map(str, words))}" for field, words in lists.items())[:500]
    return "Bukalapak gives no reason"
