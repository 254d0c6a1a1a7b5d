"""How Lazada's bytes look: hosts, signature, answer form (contract sheet)."""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Callable, Mapping
from urllib.parse import urlencode

from salur.connectors.base.errors import ContractBroken, PartnerError, Retryable, UnknownOutcome
from salur.connectors.base.reading import JsonObject, as_object, flag, parse_json, text
from salur.connectors.base.transport import Answer, Call, Effect, Transport
from salur.connectors.base.types import Credentials

from .errors import error_for
from .form import AUTH, HOSTS

MOUNT = "/rest"
Params = Mapping[str, str]


def sign(app_secret: str, path: str, params: Params) -> str:
    """HMAC-SHA256 over the path (without /rest) and all parameters sorted by name; upper-case hex."""
    base = path + "".join(f"{name}{params[name]}" for name in sorted(params))
    return hmac.new(app_secret.encode(), base.encode("utf-8", "replace"), hashlib.sha256).hexdigest().upper()


def push_signature(app_key: str, app_secret: str, body: bytes) -> str:
    """The signature of a push message: application key and body as it came; lower-case hex."""
    return hmac.new(app_secret.encode(), app_key.encode() + body, hashlib.sha256).hexdigest()


class Wire:
    """Signed calls with one seller's credentials."""

    def __init__(self, credentials: Credentials, transport: Transport, clock: Callable[[], float] = time.time) -> None:
        self.credentials = credentials
        self.transport = transport
        self.clock = clock

    @property
    def venture(self) -> str:
        """The country of the store, two capital letters; empty before the login."""
        return self.credentials.get("venture").upper()

    @property
    def login_url(self) -> str:
        """Where sellers log in and tokens are given."""
        return (self.credentials.get("auth_url") or AUTH).rstrip("/")

    @property
    def api_url(self) -> str:
        """The country's own host unless another was typed, without the mount point."""
        given = (self.credentials.get("base_url") or HOSTS.get(self.venture, "")).rstrip("/")
        if not given:
            raise ContractBroken("no_country", f"Lazada has no host for {self.venture or 'no country'}", "venture")
        return given.removesuffix(MOUNT)

    def get(
        self, path: str, params: Params | None = None, effect: Effect = Effect.READ, subject: str = ""
    ) -> JsonObject:
        """A call whose parameters stand in the query; answers the whole document, whose ``code`` is 0.

        Some of Lazada's GET calls change something: ``effect`` says so.
        """
        query = self._signed(path, params or {}, {})
        call = Call("GET", f"{self.api_url}{MOUNT}{path}", _name(path), effect, params=query, subject=subject)
        return self._document(self.transport.send(call), effect)

    def post(self, path: str, form: Params, effect: Effect, subject: str = "") -> JsonObject:
        """A call with a form; all parameters are signed together."""
        call = Call(
            "POST",
            f"{self.api_url}{MOUNT}{path}",
            _name(path),
            effect,
            headers={"Content-Type": "application/x-www-form-urlencoded"},
            params=self._signed(path, {}, form),
            content=urlencode(form).encode(),
            subject=subject,
        )
        return self._document(self.transport.send(call), effect)

    def get_token(self, path: str, params: Params) -> JsonObject:
        """A call of the token host: signed like the others, without access token. Codes and tokens work once."""
        query = self._signed(path, params, {}, with_token=False)
        url = f"{self.login_url.removesuffix(MOUNT)}{MOUNT}{path}"
        answer = self.transport.send(Call("GET", url, _name(path), Effect.CREATE, params=query))
        return self._document(answer, Effect.CREATE)

    def fetch(self, url: str, subject: str) -> Answer:
        """A document that Lazada has put somewhere; no signature and no token go there."""
        return self.transport.send(Call("GET", url, "label.file", Effect.READ, subject=subject))

    def _signed(self, path: str, query: Params, form: Params, with_token: bool = True) -> tuple[tuple[str, str], ...]:
        system = {
            "app_key": self.credentials["app_key"],
            "timestamp": str(int(self.clock() * 1000)),
            "sign_method": "sha256",
            **({"access_token": self.credentials.get("access_token")} if with_token else {}),
        }
        shown = {**system, **query}
        return (*shown.items(), ("sign", sign(self.credentials["app_secret"], path, {**shown, **form})))

    def _document(self, answer: Answer, effect: Effect) -> JsonObject:
        """The JSON of an answer, or the error it carries. The HTTP status plays no part in it."""
        try:
            document = as_object(parse_json(answer.content, "answer"), "answer")
            code, message = text(document, "code"), _message(document)
        except ContractBroken as broken:
            raise _unreadable(broken, answer, effect) from broken
        if code not in ("0", ""):
            raise error_for(code, message, effect, answer.exchange_id)
        if code == "" or answer.status >= 400:
            raise _unreadable(ContractBroken("no_code", "an answer without code", field="code"), answer, effect)
        return document


def _name(path: str) -> str:
    return path.strip("/").replace("/", ".")


def _message(document: JsonObject) -> str:
    """Its words; where a list of details says more ("Update product failed"), those too."""
    message, detail = text(document, "message"), document.get("detail")
    if isinstance(detail, list):
        told = [str(row.get("message", "")) for row in detail if isinstance(row, dict)]
        message = "; ".join(part for part in (message, *told) if part)
    return message


def result(document: JsonObject, effect: Effect) -> JsonObject:
    """The ``data`` of a fulfilment answer; raises its error where ``success`` is false.

    The reference writes error_code and errorCode alike.
    """
    inner = as_object(document.get("result") or {}, "result")
    if not flag(inner, "success"):
        code = text(inner, "error_code") or text(inner, "errorCode") or "no_success"
        raise error_for(code, text(inner, "error_msg") or text(inner, "errorMsg"), effect)
    return as_object(inner.get("data") or {}, "data")


def _unreadable(broken: ContractBroken, answer: Answer, effect: Effect) -> PartnerError:
    """An answer that cannot be read leaves open what was done; what may be repeated is repeated."""
    kinds = {Effect.CREATE: UnknownOutcome, Effect.REPEATABLE: Retryable, Effect.READ: ContractBroken}
    return kinds[effect](broken.code, f"HTTP {answer.status}: {broken.message}", broken.field, answer.exchange_id)
