"""One call of a partner's operation: counted, and bent by whatever faults are on (real HTTP behaviour)."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Protocol

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from salur.sandbox.engine.counts import Counts
from salur.sandbox.engine.faults import Fault, FaultBook

#: Where the server's own ``send`` is kept in the scope, before any middleware wraps it.
RAW_SEND = "sandbox.raw_send"


GATEWAY_PAGE = """<!doctype html>
<html><head><title>Service unavailable</title></head>
<body><h1>Service unavailable</h1><p>The gateway is being maintained.</p></body></html>
"""


class Refusal(Exception):
    """The partner says no. ``code`` is the partner's error code, ``reason`` its words."""

    def __init__(self, code: str, reason: str, *, status: int = 200, extra: dict[str, Any] | None = None) -> None:
        super().__init__(f"{code}: {reason}")
        self.code = code
        self.reason = reason
        self.status = status
        self.extra = extra or {}


@dataclass
class Outcome:
    """What an operation came to: a JSON payload or a file, and the refusal if it was one."""

    payload: dict[str, Any] | None
    file: bytes | None = None
    refused: Refusal | None = None


class Dialect(Protocol):
    """How a partner puts things on the wire."""

    partner: str

    def render(self, outcome: Outcome) -> Response:
        """The ordinary answer."""

    def too_many(self, retry_after: int) -> Response:
        """HTTP 429."""

    def broken(self) -> Response:
        """HTTP 500."""

    def repeat_item(self, payload: dict[str, Any]) -> None:
        """Repeat the last item of a page, in place."""


class Cut(Response):
    """Closes the connection without an answer."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Abort the transport, then wait until the server has noticed (else it would answer 500)."""
        cycle = getattr(scope.get(RAW_SEND), "__self__", None)
        transport = getattr(cycle, "transport", None)
        if transport is None:
            raise ConnectionAbortedError("cut_after needs the real HTTP server")
        transport.abort()
        while (await receive())["type"] != "http.disconnect":
            pass


async def perform(
    dialect: Dialect,
    operation: str,
    *,
    faults: FaultBook,
    counts: Counts,
    said: Callable[[], str],
    act: Callable[[], Awaitable[Outcome]],
) -> Response:
    """Carry out ``act`` as one call of ``operation``, with the faults that are on for it."""
    count = counts.of(dialect.partner, operation)
    count.calls += 1
    hits = faults.take(dialect.partner, operation, said)
    count.faults.update(hits.keys())
    if "latency" in hits:
        await asyncio.sleep(hits["latency"].seconds)
    if "rate_limit" in hits:
        return dialect.too_many(hits["rate_limit"].retry_after)
    if "error_before" in hits:
        return dialect.broken()
    outcome = await act()
    if outcome.refused is None:
        count.ok += 1
    else:
        count.refused[outcome.refused.code] += 1
    return await _spoil(dialect, outcome, hits)


async def _spoil(dialect: Dialect, outcome: Outcome, hits: dict[str, Fault]) -> Response:
    if "duplicate" in hits and outcome.payload is not None:
        dialect.repeat_item(outcome.payload)
    if "timeout_after" in hits:
        await asyncio.sleep(hits["timeout_after"].seconds)
    if "error_after" in hits:
        return dialect.broken()
    if "cut_after" in hits:
        return Cut()
    response = dialect.render(outcome)
    if "garbage" in hits:
        half = bytes(response.body)[: max(1, len(response.body) // 2)]
        return Response(half, status_code=200, media_type=response.media_type)
    if "html" in hits:
        return Response(GATEWAY_PAGE, status_code=200, media_type="text/html")
    if "encoding" in hits and outcome.file is None:
        return Response(_reencoded(bytes(response.body)), status_code=200, headers=_headers(response))
    return response


def _reencoded(body: bytes) -> bytes:
    """GB 18030, as a Chinese system would slip into; UTF-16 where that would be no different."""
    text = body.decode()
    other = text.encode("gb18030")
    return other if other != body else text.encode("utf-16")


def _headers(response: Response) -> dict[str, str]:
    return {name: value for name, value in response.headers.items() if name != "content-length"}


def json_bytes(payload: Any) -> bytes:
    """JSON on one line, in UTF-8, as the partners write it."""
    return json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()


class Bucket:
    """A token bucket in real time: ``rate`` a second, at most one second's worth saved up."""

    def __init__(self) -> None:
        self._level: float | None = None
        self._last = 0.0

    def wait_for(self, rate: float, now: float) -> float:
        """0.0 when one may pass (and it is taken), else the seconds until one could."""
        if rate <= 0:
            return 0.0
        size = max(1.0, rate)
        level = size if self._level is None else min(size, self._level + (now - self._last) * rate)
        self._last = now
        if level < 1.0:
            self._level = level
            return (1.0 - level) / rate
        self._level = level - 1.0
        return 0.0
