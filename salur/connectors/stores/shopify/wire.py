"""How Shopify's bytes look: address by version, token header, GraphQL envelope, signatures."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Mapping

from salur.connectors.base.answers import after_sending
from salur.connectors.base.errors import ContractBroken, RateLimited
from salur.connectors.base.reading import JsonObject, as_object, as_objects, parse_json
from salur.connectors.base.transport import Answer, Call, Effect, Transport
from salur.connectors.base.types import Credentials

from .errors import http_error, top_level_error
from .form import DOMAIN, NEWEST_VERSION


def callback_digest(query: Mapping[str, str], secret: str) -> str:
    """The ``hmac`` of a redirect: hex HMAC-SHA256 over the other parameters, sorted, delimiters encoded."""
    pairs = []
    for key, value in query.items():
        if key != "hmac":
            name = key.replace("%", "%25").replace("=", "%3D")
            pairs.append(f"{name}={value.replace('%', '%25')}".replace("&", "%26"))
    return hmac.new(secret.encode(), _joined(sorted(pairs)), hashlib.sha256).hexdigest()


def _joined(pairs: list[str]) -> bytes:
    return "&".join(pairs).encode("utf-8", "surrogatepass")


def webhook_digest(body: bytes, secret: str) -> str:
    """The signature of a webhook: base64 HMAC-SHA256 of the body as it came."""
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()


class Wire:
    """Calls to one shop with one app's credentials."""

    def __init__(self, credentials: Credentials, transport: Transport, clock: Callable[[], float] = time.time) -> None:
        self.credentials = credentials
        self.transport = transport
        self.clock = clock
        self.domain = shop_domain(credentials.get("shop_domain"))
        self.base_url = (credentials.get("base_url") or f"https://{self.domain}").rstrip("/")
        self.version = credentials.get("api_version") or NEWEST_VERSION

    def ask(
        self, operation: str, query: str, variables: Mapping[str, object], effect: Effect, subject: str = ""
    ) -> JsonObject:
        """Send a GraphQL document; answers its ``data``. Raises the error class of whichever layer complains."""
        answer = self.transport.send(
            Call(
                method="POST",
                url=f"{self.base_url}/admin/api/{self.version}/graphql.json",
                operation=operation,
                effect=effect,
                headers={
                    "Content-Type": "application/json",
                    "X-Shopify-Access-Token": self.credentials.get("access_token"),
                },
                content=json.dumps({"query": query, "variables": variables}, separators=(",", ":")).encode(),
                subject=subject,
                reads_429=True,
            )
        )
        return self._data(answer, effect)

    def _data(self, answer: Answer, effect: Effect) -> JsonObject:
        said = answer.content[:300].decode("utf-8", "replace")
        refused = http_error(
            answer.status,
            said,
            renewable=bool(self.credentials.get("refresh_token")),
            exchange_id=answer.exchange_id,
        )
        if refused is not None:
            raise refused
        try:
            return self._read(answer, effect)
        except ContractBroken as broken:
            if answer.status == 429:  # whatever it said, it was not done
                raise RateLimited("429", said, exchange_id=answer.exchange_id, retry_after=_told(answer)) from broken
            if broken.exchange_id:  # a complaint of Shopify's own, certainly before anything was done
                raise
            raise after_sending(broken, answer, effect) from broken

    def _read(self, answer: Answer, effect: Effect) -> JsonObject:
        document = as_object(parse_json(answer.content, "answer"), "answer")
        extensions = as_object(document.get("extensions") or {}, "extensions")
        if document.get("errors"):
            errors = as_objects(document["errors"], "errors")
            cost = as_object(extensions.get("cost") or {}, "cost")
            raise top_level_error(errors, cost, effect, answer.exchange_id)
        if answer.status >= 400:
            raise ContractBroken("http", f"HTTP {answer.status} without errors")
        return as_object(document.get("data"), "data")


def _told(answer: Answer) -> float:
    """Retry-After, in seconds."""
    given = answer.headers.get("retry-after", "")
    return max(0.5, float(given)) if given.isascii() and given.replace(".", "", 1).isdigit() else 1.0


def shop_domain(typed: str) -> str:
    """The shop's address as Shopify names it, from what was typed ("my-shop" or "My-Shop.myshopify.com")."""
    name = typed.strip().lower().removesuffix(DOMAIN)
    return name + DOMAIN


def gid(kind: str, number: str) -> str:
    """Shopify's id of a thing: ``gid://shopify/Order/123``."""
    return number if number.startswith("gid://") else f"gid://shopify/{kind}/{number}"


def number_of(value: str) -> str:
    """The number at the end of an id."""
    return value.rpartition("/")[2]
