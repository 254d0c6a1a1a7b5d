"""How Etsy's bytes look: headers, forms and JSON, refusals, and how long a 429 asks to wait (contract sheet)."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from urllib.parse import quote, urlencode, urlsplit

from salur.connectors.base.answers import after_sending
from salur.connectors.base.errors import AuthRejected, ContractBroken, PartnerError, RateLimited, Rejected
from salur.connectors.base.reading import JsonObject, as_object, needed_text, parse_json, text
from salur.connectors.base.transport import Answer, Call, Effect, Transport
from salur.connectors.base.types import Credentials

from .errors import error_for
from .form import LIVE, LOGIN, OWN_HOSTS

API = "/v3/application"
TOKENS = "/v3/public/oauth/token"
WHEN_SPENT = 900.0  # seconds; the day's calls come back piece by piece, as the day behind us moves on
MOMENT = 1.0


def in_path(value: str) -> str:
    """A value as one piece of a path."""
    return quote(value, safe="")


class Wire:
    """Calls with one shop's credentials."""

    def __init__(self, credentials: Credentials, transport: Transport, clock: Callable[[], float] = time.time) -> None:
        self.credentials = credentials
        self.transport = transport
        self.clock = clock
        self.base_url = (credentials.get("base_url") or LIVE).rstrip("/")

    @property
    def login_url(self) -> str:
        """Where the consent page is: on Etsy's own site, or where a test system is."""
        return LOGIN if urlsplit(self.base_url).hostname in OWN_HOSTS else self.base_url

    def api_key(self) -> str:
        """The value of ``x-api-key``: with the shared secret by Etsy's newer rule, alone by the older one (assumed)."""
        secret = self.credentials.get("shared_secret")
        return self.credentials["keystring"] + (f":{secret}" if secret else "")

    def shop_path(self, rest: str) -> str:
        """A path of the connected shop."""
        return f"/shops/{in_path(self.credentials.get('shop_id'))}{rest}"

    def get(
        self,
        operation: str,
        path: str,
        params: Sequence[tuple[str, str]] = (),
        subject: str = "",
        token: str = "",
    ) -> JsonObject:
        """A reading call; ``token`` takes the place of the kept one."""
        return self._call("GET", operation, path, Effect.READ, tuple(params), subject=subject, token=token)

    def change(
        self, method: str, operation: str, path: str, body: Mapping[str, object], subject: str = ""
    ) -> JsonObject:
        """A JSON body that changes what is there, and may be sent again."""
        content, kind = json.dumps(body, separators=(",", ":")).encode(), "application/json"
        return self._call(method, operation, path, Effect.REPEATABLE, content=content, kind=kind, subject=subject)

    def post_form(self, operation: str, path: str, form: Mapping[str, str], subject: str = "") -> JsonObject:
        """A form that makes something new each time."""
        kind = "application/x-www-form-urlencoded"
        content = urlencode(form).encode()
        return self._call("POST", operation, path, Effect.CREATE, content=content, kind=kind, subject=subject)

    def _call(
        self,
        method: str,
        operation: str,
        path: str,
        effect: Effect,
        params: tuple[tuple[str, str], ...] = (),
        *,
        content: bytes | None = None,
        kind: str = "",
        subject: str = "",
        token: str = "",
    ) -> JsonObject:
        bearer = token or self.credentials.get("access_token")
        headers = {"x-api-key": self.api_key(), "Authorization": f"Bearer {bearer}"}
        if kind:
            headers["Content-Type"] = kind
        call = Call(
            method=method,
            url=self.base_url + API + path,
            operation=operation,
            effect=effect,
            headers=headers,
            params=params,
            content=content,
            subject=subject,
            reads_429=True,
        )
        answer = self.transport.send(call)
        if answer.status == 429:
            wait = wait_of(answer.headers)
            raise RateLimited("429", "Etsy asks to slow down", exchange_id=answer.exchange_id, retry_after=wait)
        document, refusal = _read(answer, effect)
        if refusal or answer.status >= 400:
            said = text(document, "error_description") if "error_description" in document else ""
            raise error_for(answer.status, refusal, said, answer.exchange_id)
        return document

    def tokens(self, form: Mapping[str, str]) -> JsonObject:
        """A call to the token address. It uses up a code or a refresh token, so it is never repeated blindly."""
        answer = self.transport.send(
            Call(
                method="POST",
                url=self.base_url + TOKENS,
                operation="token",
                effect=Effect.CREATE,
                headers={"Content-Type": "application/x-www-form-urlencoded"},
                content=urlencode({**form, "client_id": self.credentials["keystring"]}).encode(),
            )
        )
        document, refusal = _read(answer, Effect.CREATE)
        if refusal or answer.status >= 400:
            raise _token_error(answer, refusal, document)
        try:
            needed_text(document, "access_token")
            needed_text(document, "refresh_token")
        except ContractBroken as broken:
            raise after_sending(broken, answer, Effect.CREATE) from broken
        return document


def _read(answer: Answer, effect: Effect) -> tuple[JsonObject, str]:
    try:
        document = as_object(parse_json(answer.content, "answer"), "answer")
        return document, text(document, "error")
    except ContractBroken as broken:
        raise after_sending(broken, answer, effect) from broken


def _token_error(answer: Answer, code: str, document: JsonObject) -> PartnerError:
    """A refused code or refresh token cannot be mended by asking again: the owner logs in anew."""
    said = document.get("error_description")
    kind = Rejected if code in ("invalid_request", "unsupported_grant_type") else AuthRejected
    return kind(code or str(answer.status), said if isinstance(said, str) else "", exchange_id=answer.exchange_id)


def wait_of(headers: Mapping[str, str]) -> float:
    """Seconds until Etsy takes calls again: what it says; else long when the day's calls are spent, else a moment."""
    told = {name.lower(): value for name, value in headers.items()}
    try:
        return min(max(float(told["retry-after"]), 0.1), WHEN_SPENT)
    except (KeyError, ValueError):
        return WHEN_SPENT if told.get("x-remaining-today") == "0" else MOMENT
