"""How TikTok Shop's bytes look: signature, shop, answer form (contract sheet)."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Callable, Mapping

from salur.connectors.base.errors import ContractBroken, PartnerError, Retryable, UnknownOutcome
from salur.connectors.base.reading import JsonObject, as_object, needed_text, parse_json, text
from salur.connectors.base.transport import Answer, Call, Effect, Transport
from salur.connectors.base.types import Credentials

from .errors import error_for
from .form import API, AUTH, LOGIN

TOKEN_HEADER = "x-tts-access-token"  # noqa: S105 - the name of a header
EARLY = 120  # seconds; TikTok takes times from 300 s before its own to 30 s after, so this much either way may differ
WITHOUT_SHOP = ("/authorization/", "/seller/")  # there a shop_cipher is refused
Params = Mapping[str, str]


def sign(app_secret: str, path: str, query: Params, body: bytes = b"") -> str:
    """HMAC-SHA256 over secret, path, sorted parameters, body and secret again; lower-case hex."""
    joined = "".join(f"{name}{query[name]}" for name in sorted(query) if name not in ("sign", "access_token"))
    wrapped = f"{app_secret}{path}{joined}".encode("utf-8", "replace") + body + app_secret.encode()
    return hmac.new(app_secret.encode(), wrapped, hashlib.sha256).hexdigest()


def push_signature(app_key: str, app_secret: str, body: bytes) -> str:
    """The signature of a webhook: application key and body as it came; lower-case hex."""
    return hmac.new(app_secret.encode(), app_key.encode() + body, hashlib.sha256).hexdigest()


class Wire:
    """Signed calls for one shop."""

    def __init__(self, credentials: Credentials, transport: Transport, clock: Callable[[], float] = time.time) -> None:
        self.credentials = credentials
        self.transport = transport
        self.clock = clock

    @property
    def login_url(self) -> str:
        """Where sellers log in."""
        return (self.credentials.get("login_url") or LOGIN).rstrip("/")

    def get(self, path: str, query: Params | None = None, subject: str = "") -> JsonObject:
        """A reading call; answers ``data``."""
        return self._call("GET", path, query or {}, None, Effect.READ, subject)

    def post(
        self, path: str, body: Mapping[str, object], effect: Effect, query: Params | None = None, subject: str = ""
    ) -> JsonObject:
        """A call with a JSON body; answers ``data``."""
        return self._call("POST", path, query or {}, body, effect, subject)

    def put(self, path: str, body: Mapping[str, object], effect: Effect) -> JsonObject:
        """As :meth:`post`."""
        return self._call("PUT", path, {}, body, effect, "")

    def get_token(self, path: str, query: Params) -> JsonObject:
        """A call of the token host, which is not signed. Codes and refresh tokens work once."""
        keys = {"app_key": self.credentials["app_key"], "app_secret": self.credentials["app_secret"]}
        url = f"{(self.credentials.get('auth_url') or AUTH).rstrip('/')}{path}"
        params = (*keys.items(), *query.items())
        answer = self.transport.send(Call("GET", url, _name(path), Effect.CREATE, params=params))
        return _data(answer, Effect.CREATE)

    def fetch(self, url: str, subject: str) -> Answer:
        """A document that TikTok Shop has put somewhere; no signature and no token go there."""
        return self.transport.send(Call("GET", url, "label.file", Effect.READ, subject=subject))

    def _call(
        self,
        method: str,
        path: str,
        query: Params,
        body: Mapping[str, object] | None,
        effect: Effect,
        subject: str,
    ) -> JsonObject:
        content = None if body is None else json.dumps(body, separators=(",", ":")).encode()
        shown = {**query, "app_key": self.credentials["app_key"], "timestamp": str(int(self.clock()) - EARLY)}
        if not path.startswith(WITHOUT_SHOP):
            shown["shop_cipher"] = self.credentials.get("shop_cipher")
        signature = sign(self.credentials["app_secret"], path, shown, content or b"")
        call = Call(
            method,
            f"{(self.credentials.get('base_url') or API).rstrip('/')}{path}",
            _name(path),
            effect,
            headers={"Content-Type": "application/json", TOKEN_HEADER: self.credentials.get("access_token")},
            params=(*shown.items(), ("sign", signature)),
            content=content,
            subject=subject,
        )
        return _data(self.transport.send(call), effect)


def _name(path: str) -> str:
    """The call's name for the record: its path without version and numbers."""
    return ".".join(part for part in path.strip("/").split("/") if not part.isdigit())


def _data(answer: Answer, effect: Effect) -> JsonObject:
    """``data`` of an answer, or the error that it carries. The HTTP status plays no part in it."""
    try:
        document = as_object(parse_json(answer.content, "answer"), "answer")
        code, message = needed_text(document, "code"), text(document, "message")
        if code == "0":
            return as_object(document.get("data") or {}, "data")
    except ContractBroken as broken:
        raise _unreadable(broken, answer, effect) from broken
    raise error_for(code, message, effect, answer.exchange_id)


def _unreadable(broken: ContractBroken, answer: Answer, effect: Effect) -> PartnerError:
    """An answer that cannot be read leaves open what was done; what may be repeated is repeated."""
    kinds = {Effect.CREATE: UnknownOutcome, Effect.REPEATABLE: Retryable, Effect.READ: ContractBroken}
    return kinds[effect](broken.code, f"HTTP {answer.status}: {broken.message}", broken.field, answer.exchange_id)
