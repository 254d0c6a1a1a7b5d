"""How Amazon's bytes look: headers, JSON, refusals, and how long a 429 asks to wait (contract sheet)."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from urllib.parse import quote, urlencode

from salur.connectors.base.answers import after_sending
from salur.connectors.base.errors import ContractBroken, RateLimited
from salur.connectors.base.reading import JsonObject, as_object, as_objects, needed_text, parse_json, text
from salur.connectors.base.transport import Answer, Call, Effect, Transport
from salur.connectors.base.types import Credentials

from .errors import error_for, token_error
from .markets import addresses, market_of

USER_AGENT = "Salur/1 (Language=Python)"

# Calls a second by operation, as Amazon's models give them; a 429 names the rate only sometimes.
RATES: Mapping[str, float] = {
    "searchOrders": 0.0056,
    "getOrder": 0.5,
    "confirmShipment": 2.0,
    "getMarketplaceParticipations": 0.016,
    "searchListingsItems": 5.0,
    "patchListingsItem": 5.0,
}
LONGEST_WAIT = 900.0  # seconds; a wrong header must not stop a store for hours


def in_path(value: str) -> str:
    """A value as one piece of a path."""
    return quote(value, safe="")


def moment_text(seconds: float) -> str:
    """A time as Amazon writes it."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class Wire:
    """Calls with one seller's credentials."""

    def __init__(self, credentials: Credentials, transport: Transport, clock: Callable[[], float] = time.time) -> None:
        self.credentials = credentials
        self.transport = transport
        self.clock = clock
        self.market = market_of(credentials.get("marketplace"))
        self.addresses = addresses(self.market, credentials.get("base_url"))

    def get(self, operation: str, path: str, params: Sequence[tuple[str, str]] = (), subject: str = "") -> JsonObject:
        """A reading call."""
        return self._call("GET", operation, path, Effect.READ, tuple(params), None, subject)

    def send(
        self,
        method: str,
        operation: str,
        path: str,
        body: Mapping[str, object],
        params: Sequence[tuple[str, str]] = (),
        subject: str = "",
    ) -> JsonObject:
        """A call that writes; all of ours may be repeated. An answer without a body is an empty object."""
        return self._call(method, operation, path, Effect.REPEATABLE, tuple(params), body, subject)

    def _call(
        self,
        method: str,
        operation: str,
        path: str,
        effect: Effect,
        params: tuple[tuple[str, str], ...],
        body: Mapping[str, object] | None,
        subject: str,
    ) -> JsonObject:
        headers = {
            "x-amz-access-token": self.credentials.get("access_token"),
            "user-agent": USER_AGENT,
            "Accept": "application/json",
        }
        if body is not None:
            headers["Content-Type"] = "application/json"
        answer = self.transport.send(
            Call(
                method=method,
                url=self.addresses.api + path,
                operation=operation,
                effect=effect,
                headers=headers,
                params=params,
                content=None if body is None else json.dumps(body, separators=(",", ":")).encode(),
                subject=subject,
                reads_429=True,
            )
        )
        return self._document(operation, answer, effect)

    def _document(self, operation: str, answer: Answer, effect: Effect) -> JsonObject:
        if answer.status == 429:
            raise RateLimited(
                "429",
                "Amazon asks to slow down",
                exchange_id=answer.exchange_id,
                retry_after=wait_of(operation, answer.headers),
            )
        if answer.status == 204 and not answer.content:
            return {}
        try:
            document = as_object(parse_json(answer.content, "answer"), "answer")
            refusals = as_objects(document.get("errors"), "errors")
            code, message = _said(refusals)
        except ContractBroken as broken:
            raise after_sending(broken, answer, effect) from broken
        if answer.status >= 400 or refusals:
            raise error_for(operation, answer.status, code, message, answer.exchange_id)
        return document

    def tokens(self, form: Mapping[str, str], effect: Effect) -> JsonObject:
        """A call to Login with Amazon."""
        answer = self.transport.send(
            Call(
                method="POST",
                url=f"{self.addresses.tokens}/auth/o2/token",
                operation="token",
                effect=effect,
                headers={"Content-Type": "application/x-www-form-urlencoded"},
                content=urlencode(
                    {
                        **form,
                        "client_id": self.credentials["client_id"],
                        "client_secret": self.credentials["client_secret"],
                    }
                ).encode(),
            )
        )
        try:
            document = as_object(parse_json(answer.content, "answer"), "answer")
            refused = text(document, "error")
            if not refused and answer.status < 400:
                needed_text(document, "access_token")
        except ContractBroken as broken:
            raise after_sending(broken, answer, effect) from broken
        if refused or answer.status >= 400:
            raise token_error(refused, text(document, "error_description"), answer.exchange_id)
        return document


def _said(refusals: Sequence[JsonObject]) -> tuple[str, str]:
    if not refusals:
        return "", ""
    first = refusals[0]
    words = [text(first, "message"), text(first, "details")]
    return text(first, "code"), " ".join(word for word in words if word)


def wait_of(operation: str, headers: Mapping[str, str]) -> float:
    """Seconds until the next call is granted: what the answer says, else one divided by the operation's rate."""
    told = {name.lower(): value for name, value in headers.items()}
    after = _number(told.get("retry-after", ""))
    if after is not None:
        return min(max(after, 0.1), LONGEST_WAIT)
    rate = _number(told.get("x-amzn-ratelimit-limit", "")) or RATES.get(operation, 1.0)
    return min(max(1.0 / rate, 0.1), LONGEST_WAIT)


def _number(written: str) -> float | None:
    try:
        value = float(written)
    except ValueError:
        return None
    return value if 0 < value < 1e9 else None
