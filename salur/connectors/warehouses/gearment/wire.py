"""How Gearment's bytes look: JSON, keys in headers, refusals by status and code (contract sheet, 1, 2, 6)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence

from salur.connectors.base.answers import after_sending
from salur.connectors.base.errors import ContractBroken
from salur.connectors.base.reading import JsonObject, as_object, as_objects, parse_json, text
from salur.connectors.base.transport import Answer, Call, Effect, Transport

from .errors import error_for

API = "/api/v3/"
KEY, SECRET = "X-Gearment-Client-Key", "X-Gearment-Client-Secret"


class Wire:
    """Calls with one team's keys."""

    def __init__(self, transport: Transport, *, base_url: str, client_key: str, client_secret: str) -> None:
        self.transport = transport
        self.base = base_url.strip().rstrip("/") + API
        self.headers = {KEY: client_key, SECRET: client_secret, "Accept": "application/json"}

    def get(self, path: str, params: Sequence[tuple[str, str]] = (), subject: str = "") -> JsonObject:
        """Read; a failure is raised as its class."""
        return self._call("GET", path, Effect.READ, tuple(params), None, subject)

    def post(self, path: str, body: Mapping[str, object], effect: Effect, subject: str = "") -> JsonObject:
        """Write; a failure is raised as its class."""
        content = json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")
        return self._call("POST", path, effect, (), content, subject)

    def delete(self, path: str, subject: str = "") -> None:
        """Remove; may be repeated."""
        self._call("DELETE", path, Effect.REPEATABLE, (), None, subject)

    def _call(
        self,
        method: str,
        path: str,
        effect: Effect,
        params: tuple[tuple[str, str], ...],
        content: bytes | None,
        subject: str,
    ) -> JsonObject:
        headers = self.headers if content is None else {**self.headers, "Content-Type": "application/json"}
        answer = self.transport.send(
            Call(
                method=method,
                url=self.base + path,
                operation=f"{method} {_pattern(path)}",
                effect=effect,
                headers=headers,
                params=params,
                content=content,
                subject=subject,
            )
        )
        try:
            return read_answer(answer)
        except ContractBroken as broken:
            raise after_sending(broken, answer, effect) from broken


def _pattern(path: str) -> str:
    """The path without numbers, by which calls are told apart in the records."""
    return "/".join(part if not any(char.isdigit() for char in part) else "{id}" for part in path.split("/"))


def read_answer(answer: Answer) -> JsonObject:
    """The document of a success; a refusal is raised as its class."""
    document = as_object(parse_json(answer.content, "answer"), "answer")
    if answer.status < 400 and text(document, "status", "success").lower() != "error":
        return document
    inner = document.get("error")
    said = inner if isinstance(inner, dict) else document
    details = as_objects(document.get("details"), "details")
    field = text(details[0], "field") if details else ""
    raise error_for(answer.status, text(said, "code"), text(said, "message"), field, answer.exchange_id)


def webhook_digest(path: str, nonce: str, timestamp: str, body: bytes, key: str) -> bytes:
    """HMAC-SHA256 over path, nonce, timestamp and the body as base64url with padding (contract sheet, 6)."""
    signed = path + nonce + timestamp + base64.urlsafe_b64encode(body).decode("ascii")
    return hmac.new(key.encode(), signed.encode("utf-8", "replace"), hashlib.sha256).digest()


def forms_of(digest: bytes) -> tuple[str, ...]:
    """How the digest may be written: hex, base64 or base64url (which of them is assumed)."""
    return digest.hex(), base64.b64encode(digest).decode("ascii"), base64.urlsafe_b64encode(digest).decode("ascii")
