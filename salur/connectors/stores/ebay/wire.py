"""How eBay's bytes look: three hosts, two kinds of token header, refusals (contract sheet)."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import parse_qs, quote, urlencode, urlsplit

from salur.connectors.base.answers import after_sending
from salur.connectors.base.errors import ContractBroken, RateLimited
from salur.connectors.base.reading import JsonObject, as_object, as_objects, needed_text, parse_json, text
from salur.connectors.base.transport import Answer, Call, Effect, Transport
from salur.connectors.base.types import Credentials

from .errors import error_for, token_error
from .form import LIVE

PAUSE = 60.0  # seconds; eBay names no time beside a 429
LONGEST_PAUSE = 900.0
APPLICATION_SCOPE = "https://api.ebay.com/oauth/api_scope"
MOST_PAGES = 50


@dataclass(frozen=True, slots=True)
class Hosts:
    """Where calls, the identity and the consent page are."""

    api: str
    identity: str
    consent: str


def hosts(base_url: str) -> Hosts:
    """eBay's three hosts, of the live or of the test system; another address stands for all three."""
    base = base_url.rstrip("/")
    name = urlsplit(base).hostname or ""
    if name in ("api.ebay.com", "api.sandbox.ebay.com"):
        rest = name.removeprefix("api")
        return Hosts(base, f"https://apiz{rest}", f"https://auth{rest}")
    return Hosts(base, base, base)


def in_path(value: str) -> str:
    """A value as one piece of a path."""
    return quote(value, safe="")


def moment_text(seconds: float) -> str:
    """A time as eBay writes it, to the millisecond."""
    at = datetime.fromtimestamp(seconds, UTC)
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z"


class Wire:
    """Calls with one seller's credentials."""

    def __init__(self, credentials: Credentials, transport: Transport, clock: Callable[[], float] = time.time) -> None:
        self.credentials = credentials
        self.transport = transport
        self.clock = clock
        self.hosts = hosts(credentials.get("base_url") or LIVE)

    def get(self, operation: str, url: str, params: Sequence[tuple[str, str]] = (), subject: str = "") -> JsonObject:
        """A reading call; ``url`` is whole."""
        return self._call("GET", operation, url, Effect.READ, tuple(params), None, subject)

    def post(
        self, operation: str, url: str, body: Mapping[str, object], effect: Effect, subject: str = ""
    ) -> JsonObject:
        """A call with a JSON body. An answer without a body is an empty object."""
        return self._call("POST", operation, url, effect, (), body, subject)

    def post_order(
        self, operation: str, path: str, body: Mapping[str, object] | None, marketplace: str, subject: str
    ) -> JsonObject:
        """A call of the Post-Order API, which wants another token header and the marketplace (contract sheet, [A])."""
        more = {
            "Authorization": f"IAF {self.credentials.get('access_token')}",
            "X-EBAY-C-MARKETPLACE-ID": marketplace,
        }
        url = f"{self.hosts.api}/post-order/v2/cancellation{path}"
        return self._call("POST", f"postorder.{operation}", url, Effect.REPEATABLE, (), body, subject, more)

    def application_token(self) -> str:
        """A token of the application's own, for calls that are no seller's."""
        form = {"grant_type": "client_credentials", "scope": APPLICATION_SCOPE}
        return needed_text(self.tokens(form, Effect.REPEATABLE), "access_token")

    def notification(
        self,
        method: str,
        operation: str,
        path: str,
        *,
        token: str,
        params: tuple[tuple[str, str], ...] = (),
        body: Mapping[str, object] | None = None,
        subject: str = "",
    ) -> JsonObject:
        """A call of the Notification API with the application's or the seller's token."""
        effect = {"GET": Effect.READ, "PUT": Effect.REPEATABLE}.get(method, Effect.CREATE)
        url = f"{self.hosts.api}/commerce/notification/v1{path}"
        more = {"Authorization": f"Bearer {token}"}
        return self._call(method, f"notification.{operation}", url, effect, params, body, subject, more)

    def notification_rows(self, operation: str, path: str, holder: str, token: str) -> list[JsonObject]:
        """All rows of a list of the Notification API; each page names the token of the next."""
        found: list[JsonObject] = []
        following = ""
        for _ in range(MOST_PAGES):
            asked = (("limit", "100"), *((("continuation_token", following),) if following else ()))
            document = self.notification("GET", operation, path, token=token, params=asked)
            found.extend(as_objects(document.get(holder), holder))
            query = parse_qs(urlsplit(text(document, "next")).query)
            following = query.get("continuation_token", [""])[0]
            if not following:
                break
        return found

    def _call(
        self,
        method: str,
        operation: str,
        url: str,
        effect: Effect,
        params: tuple[tuple[str, str], ...],
        body: Mapping[str, object] | None,
        subject: str,
        more: Mapping[str, str] | None = None,
    ) -> JsonObject:
        headers = {"Authorization": f"Bearer {self.credentials.get('access_token')}", "Accept": "application/json"}
        if body is not None:
            headers |= {"Content-Type": "application/json", "Content-Language": "en-US"}
        answer = self.transport.send(
            Call(
                method=method,
                url=url,
                operation=operation,
                effect=effect,
                headers={**headers, **(more or {})},
                params=params,
                content=None if body is None else json.dumps(body, separators=(",", ":")).encode(),
                subject=subject,
                reads_429=True,
            )
        )
        return _document(operation, answer, effect)

    def tokens(self, form: Mapping[str, str], effect: Effect) -> JsonObject:
        """A call to the token address."""
        keys = f"{self.credentials['client_id']}:{self.credentials['client_secret']}"
        answer = self.transport.send(
            Call(
                method="POST",
                url=f"{self.hosts.api}/identity/v1/oauth2/token",
                operation="token",
                effect=effect,
                headers={
                    "Content-Type": "application/x-www-form-urlencoded",
                    "Authorization": f"Basic {base64.b64encode(keys.encode()).decode()}",
                },
                content=urlencode(form).encode(),
            )
        )
        try:
            document = as_object(parse_json(answer.content, "answer"), "answer")
            refused, said = text(document, "error"), text(document, "error_description")
            if not refused and answer.status < 400:
                needed_text(document, "access_token")
        except ContractBroken as broken:
            raise after_sending(broken, answer, effect) from broken
        if refused or answer.status >= 400:
            raise token_error(refused or str(answer.status), said, answer.exchange_id)
        return document


def _document(operation: str, answer: Answer, effect: Effect) -> JsonObject:
    if answer.status == 429:
        wait = _wait(answer.headers)
        raise RateLimited("429", "eBay asks to slow down", exchange_id=answer.exchange_id, retry_after=wait)
    if answer.status < 300 and not answer.content.strip():
        return {}
    try:
        document = as_object(parse_json(answer.content, "answer"), "answer")
        refusals = as_objects(document.get("errors") or document.get("error"), "errors")
        code, message = _said(refusals)
    except ContractBroken as broken:
        raise after_sending(broken, answer, effect) from broken
    if answer.status >= 400 or refusals:
        raise error_for(operation, answer.status, code, message, answer.exchange_id)
    return document


def _said(refusals: Sequence[JsonObject]) -> tuple[str, str]:
    if not refusals:
        return "", ""
    first = refusals[0]
    return text(first, "errorId"), text(first, "longMessage") or text(first, "message")


def _wait(headers: Mapping[str, str]) -> float:
    told = {name.lower(): value for name, value in headers.items()}.get("retry-after", "")
    try:
        return min(max(float(told), 0.1), LONGEST_PAUSE)
    except ValueError:
        return PAUSE
