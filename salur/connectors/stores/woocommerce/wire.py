"""How WooCommerce's bytes look: keys by Basic or OAuth 1.0a, JSON both ways, pages by headers, signatures."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import quote

from salur.connectors.base.answers import after_sending
from salur.connectors.base.errors import ContractBroken
from salur.connectors.base.reading import as_object, parse_json, text
from salur.connectors.base.transport import Answer, Call, Effect, Transport
from salur.connectors.base.types import Credentials

from .errors import error_for, page_error

API = "/wp-json/wc/v3"
SALT = b"salur webhooks"

Params = tuple[tuple[str, str], ...]


def encoded(value: str) -> str:
    """Percent-encoding as OAuth 1.0a has it (RFC 3986)."""
    return quote(value, safe="~")


def base_string(method: str, url: str, params: Iterable[tuple[str, str]]) -> str:
    """What a call over http signs: method, address and sorted parameters; never the body."""
    pairs = sorted((encoded(key), encoded(value)) for key, value in params)
    return "&".join((method.upper(), encoded(url), encoded("&".join(f"{key}={value}" for key, value in pairs))))


def oauth_signature(consumer_secret: str, base: str, algorithm: str = "sha256") -> str:
    """Base64 HMAC with the consumer secret and an ampersand (there is no token secret) as key."""
    return _digest(f"{consumer_secret}&".encode(), base.encode(), algorithm)


def webhook_signature(secret: str, body: bytes) -> str:
    """Base64 HMAC-SHA256 of the body as it came."""
    return _digest(secret.encode(), body, "sha256")


def webhook_secret(consumer_secret: str) -> str:
    """The secret of our webhooks. It follows from the keys, so nothing more has to be kept for it."""
    return hmac.new(consumer_secret.encode(), SALT, hashlib.sha256).hexdigest()


def _digest(key: bytes, message: bytes, algorithm: str) -> str:
    return base64.b64encode(hmac.new(key, message, algorithm).digest()).decode()


@dataclass(frozen=True, slots=True)
class Reply:
    """A JSON answer and the number of pages there are (0: not said)."""

    document: object
    pages: int


class Wire:
    """Calls to one site with one pair of keys."""

    def __init__(self, credentials: Credentials, transport: Transport, clock: Callable[[], float] = time.time) -> None:
        self.credentials = credentials
        self.transport = transport
        self.clock = clock
        self.base_url = credentials["store_url"].strip().rstrip("/")

    @property
    def site(self) -> str:
        """The site without its scheme: http and https are the same site."""
        return self.base_url.partition("://")[2].lower()

    def get(self, path: str, params: Params = (), subject: str = "") -> Reply:
        """A reading call below the API's address."""
        return self._send("GET", API + path, Effect.READ, params, None, subject)

    def index(self) -> Reply:
        """The site's own description, which needs no key."""
        call = Call("GET", f"{self.base_url}/wp-json/", "index", Effect.READ)
        return self._reply(self.transport.send(call), Effect.READ)

    def write(self, method: str, path: str, body: Mapping[str, object], effect: Effect, subject: str = "") -> Reply:
        """A call with a JSON body below the API's address."""
        return self._send(method, API + path, effect, (), body, subject)

    def _send(
        self, method: str, path: str, effect: Effect, params: Params, body: Mapping[str, object] | None, subject: str
    ) -> Reply:
        url = self.base_url + path
        headers = {"Accept": "application/json"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        signed = (*params, *self._keys(method, url, params, headers))
        call = Call(
            method=method,
            url=url,
            operation=f"{method} {_shape(path.removeprefix(API))}",
            effect=effect,
            headers=headers,
            params=signed,
            content=None if body is None else json.dumps(body, separators=(",", ":")).encode(),
            subject=subject,
        )
        return self._reply(self.transport.send(call), effect)

    def _keys(self, method: str, url: str, params: Params, headers: dict[str, str]) -> Params:
        """Basic over https, in the header or where a server drops it in the address; a signature over http."""
        key, secret = self.credentials["consumer_key"], self.credentials["consumer_secret"]
        if url.startswith("https://"):
            if self.credentials.get("keys_in_address") == "yes":
                return (("consumer_key", key), ("consumer_secret", secret))
            headers["Authorization"] = "Basic " + base64.b64encode(f"{key}:{secret}".encode()).decode()
            return ()
        ours = (
            ("oauth_consumer_key", key),
            ("oauth_nonce", uuid.uuid4().hex),
            ("oauth_signature_method", "HMAC-SHA256"),
            ("oauth_timestamp", str(int(self.clock()))),
        )
        signature = oauth_signature(secret, base_string(method, url, (*params, *ours)))
        return (*ours, ("oauth_signature", signature))

    def _reply(self, answer: Answer, effect: Effect) -> Reply:
        headers = {name.lower(): value for name, value in answer.headers.items()}
        try:
            document = parse_json(answer.content, "answer")
            if answer.status >= 400:
                error = as_object(document, "answer")
                code, message = text(error, "code"), text(error, "message")
                raise error_for(answer.status, code, message, _field(error), answer.exchange_id)
        except ContractBroken as broken:
            said = answer.content[:200].decode("utf-8", "replace")
            refused = page_error(answer.status, headers.get("location", ""), said, answer.exchange_id)
            if refused is not None:
                raise refused from broken
            raise after_sending(broken, answer, effect) from broken
        if 300 <= answer.status < 400:
            refused = page_error(answer.status, headers.get("location", ""), "", answer.exchange_id)
            raise refused or ContractBroken("redirected", exchange_id=answer.exchange_id)
        pages = headers.get("x-wp-totalpages", "")
        return Reply(document, int(pages) if pages.isascii() and pages.isdigit() and len(pages) < 9 else 0)


def _field(error: Mapping[str, object]) -> str:
    """The parameter that WooCommerce complains of, where it names one."""
    data = error.get("data")
    named = data.get("params") if isinstance(data, dict) else None
    return str(next(iter(named), "")) if isinstance(named, dict) else ""


def _shape(path: str) -> str:
    """The call's name for the record: numbers left out, so that calls of one kind count together."""
    return "/".join("{id}" if part.isdigit() else part for part in path.split("/"))
