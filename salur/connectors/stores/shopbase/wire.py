"""How ShopBase's bytes look: a token in a header, plain JSON, errors in words (contracts/shopbase)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence

from salur.connectors.base.answers import after_sending
from salur.connectors.base.errors import ContractBroken
from salur.connectors.base.reading import JsonObject, as_object, parse_json
from salur.connectors.base.transport import Answer, Call, Effect, Transport
from salur.connectors.base.types import Credentials

from .errors import error_for

TOKEN = "X-ShopBase-Access-Token"  # noqa: S105 - the header's name
DOMAIN = ".onshopbase.com"


def message_signature(secret: str, body: bytes) -> str:
    """How a webhook is signed: base64 of HMAC-SHA256 of the raw body."""
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode("ascii")


class Wire:
    """Calls with one store's token."""

    def __init__(self, credentials: Credentials, transport: Transport) -> None:
        self.credentials = credentials
        self.transport = transport
        self.domain = credentials["store"].strip().lower().removesuffix(DOMAIN) + DOMAIN
        self.base_url = (credentials.get("base_url") or f"https://{self.domain}").rstrip("/") + "/admin"

    def get(self, operation: str, path: str, params: Sequence[tuple[str, str]] = (), subject: str = "") -> JsonObject:
        """A reading call; answers the whole document."""
        return self.call("GET", operation, path, None, Effect.READ, subject, params)

    def call(
        self,
        method: str,
        operation: str,
        path: str,
        body: Mapping[str, object] | None,
        effect: Effect,
        subject: str = "",
        params: Sequence[tuple[str, str]] = (),
        *,
        with_token: bool = True,
    ) -> JsonObject:
        """Any call; a refusal is raised as its class."""
        headers = {"Accept": "application/json"}
        if with_token:
            headers[TOKEN] = self.credentials.get("access_token")
        if body is not None:
            headers["Content-Type"] = "application/json"
        answer = self.transport.send(
            Call(
                method=method,
                url=self.base_url + path,
                operation=operation,
                effect=effect,
                headers=headers,
                params=tuple(params),
                content=None if body is None else json.dumps(body, ensure_ascii=False).encode("utf-8", "replace"),
                subject=subject,
            )
        )
        return _document(answer, effect)


def _document(answer: Answer, effect: Effect) -> JsonObject:
    try:
        document = as_object(parse_json(answer.content, "answer"), "answer")
    except ContractBroken as broken:
        if answer.status >= 400:
            raise error_for(answer.status, f"HTTP {answer.status}", answer.exchange_id) from broken
        raise after_sending(broken, answer, effect) from broken
    if answer.status >= 400 or document.get("errors"):
        raise error_for(answer.status, _words(document), answer.exchange_id)
    return document


def _words(document: JsonObject) -> str:
    """Errors are text, or lists of texts by field; at the login they have another name."""
    said = document.get("errors") or document.get("error_description") or document.get("error")
    if isinstance(said, dict):
        lists = {field: words if isinstance(words, list) else [words] for field, words in said.items()}
        return "; ".join(f"{field}: {', '.join(map(str, words))}" for field, words in lists.items())[:500]
    if isinstance(said, list):
        return ", ".join(map(str, said))[:500]
    return str(said)[:500] if said else "ShopBase gives no reason"
