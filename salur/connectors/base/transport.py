"""HTTP for connectors: deadline, effect, error class and a redacted record, decided in one place (design 4).

A connector says what a call does (``effect``); the transport says what a failure means. A thread that calls
never touches the database: records are collected and written by whoever called.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum
from typing import Protocol
from urllib.parse import urlencode

import httpx

from .errors import PartnerError, RateLimited, Retryable, UnknownOutcome

MAX_RECORDED_BODY = 20_000
MASK = "***"
WAIT_HEADERS = ("retry-after", "x-ratelimit-reset-after")  # seconds; the standard's, and one that partners use


class Effect(Enum):
    """What a call does at the partner if it gets through."""

    READ = "read"
    REPEATABLE = "repeatable"
    CREATE = "create"


@dataclass(frozen=True, slots=True)
class Call:
    """One HTTP call. ``subject`` is the order or reference concerned, for the record.

    ``reads_429``: the connector wants to see such an answer, because its body says how long to wait.
    """

    method: str
    url: str
    operation: str
    effect: Effect
    headers: Mapping[str, str] = field(default_factory=dict)
    params: tuple[tuple[str, str], ...] = ()
    content: bytes | None = None
    subject: str = ""
    reads_429: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back (any status below 500; 429 only where the call asks for it)."""

    status: int
    headers: Mapping[str, str]
    content: bytes
    exchange_id: str


@dataclass(slots=True)
class Exchange:
    """The record of one call, already redacted; times UTC, duration in milliseconds."""

    id: str
    operation: str
    effect: str
    subject: str
    method: str
    url: str
    request_body: str
    status: int | None
    response_body: str
    outcome: str
    started_at: datetime
    duration_ms: int


Redactor = Callable[[str], str]
Recorder = Callable[[Exchange], None]


class Transport(Protocol):
    """What a connector is given to speak through."""

    def send(self, call: Call) -> Answer:
        """Make the call or raise the error class that says what the failure means."""


def _outcome_of_lost_answer(effect: Effect) -> type[PartnerError]:
    return UnknownOutcome if effect is Effect.CREATE else Retryable


def _retry_after(headers: Mapping[str, str]) -> float:
    """Seconds to wait, from the first header that names them; 1 where none does."""
    for name in WAIT_HEADERS:
        try:
            return max(0.1, float(headers[name]))
        except (KeyError, ValueError):
            continue
    return 1.0


@dataclass(slots=True)
class HttpTransport:
    """The transport over httpx: thread-safe, sharing one client (and its connections).

    ``deadline`` is the total seconds of a call; ``redact`` masks secrets and personal data before anything is
    recorded; ``record`` receives each exchange.
    """

    client: httpx.Client
    deadline: float
    record: Recorder
    redact: Redactor

    def send(self, call: Call) -> Answer:
        """See :class:`Transport`."""
        exchange = self._begin(call)
        begun = time.perf_counter()
        try:
            return self._send(call, exchange)
        except PartnerError as error:
            error.exchange_id = exchange.id
            exchange.outcome = type(error).__name__
            raise
        finally:
            exchange.duration_ms = round((time.perf_counter() - begun) * 1000)
            self.record(exchange)

    def _begin(self, call: Call) -> Exchange:
        # Of a call without a body its parameters are what was asked; the address is kept bare.
        body = (
            urlencode(call.params)
            if call.content is None
            else call.content[: MAX_RECORDED_BODY * 2].decode("utf-8", "replace")
        )
        return Exchange(
            id=uuid.uuid4().hex,
            operation=call.operation,
            effect=call.effect.value,
            subject=call.subject,
            method=call.method,
            url=call.url,
            request_body=self.redact(body)[:MAX_RECORDED_BODY],
            status=None,
            response_body="",
            outcome="ok",
            started_at=datetime.now(UTC),
            duration_ms=0,
        )

    def _send(self, call: Call, exchange: Exchange) -> Answer:
        try:
            response = self._exchange(call)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise Retryable("not_sent", str(error)) from error
        except httpx.TimeoutException as error:
            raise _outcome_of_lost_answer(call.effect)("timeout", f"no answer within {self.deadline:g} s") from error
        except (httpx.TransportError, httpx.DecodingError) as error:
            raise _outcome_of_lost_answer(call.effect)("connection_lost", str(error) or type(error).__name__) from error
        exchange.status = response.status_code
        exchange.response_body = self._readable(response)
        if response.status_code == 429 and not call.reads_429:
            raise RateLimited("429", "the partner asks to slow down", retry_after=_retry_after(response.headers))
        if response.status_code >= 500:
            raise _outcome_of_lost_answer(call.effect)(str(response.status_code), exchange.response_body[:300])
        return Answer(response.status_code, response.headers, response.content, exchange.id)

    def _exchange(self, call: Call) -> httpx.Response:
        """httpx bounds each phase only; reading in pieces bounds the whole call."""
        ends = time.monotonic() + self.deadline
        request = self.client.build_request(
            call.method,
            call.url,
            params=list(call.params) or None,
            headers=dict(call.headers),
            content=call.content,
            timeout=self.deadline,
        )
        response = self.client.send(request, stream=True)
        try:
            pieces = []
            for piece in response.iter_bytes():
                pieces.append(piece)
                if time.monotonic() > ends:
                    raise httpx.ReadTimeout("deadline", request=request)
        finally:
            response.close()
        return httpx.Response(response.status_code, headers=_plain(response.headers), content=b"".join(pieces))

    def _readable(self, response: httpx.Response) -> str:
        kind = response.headers.get("content-type", "")
        if kind.startswith(("application/pdf", "image/")):
            return f"<{kind}, {len(response.content)} bytes>"
        return self.redact(response.content[: MAX_RECORDED_BODY * 2].decode("utf-8", "replace"))[:MAX_RECORDED_BODY]


def _plain(headers: httpx.Headers) -> dict[str, str]:
    """Headers of an already decoded body: its encoding and length no longer hold."""
    return {k: v for k, v in headers.items() if k not in ("content-encoding", "content-length", "transfer-encoding")}
