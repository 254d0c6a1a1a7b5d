"""Callbacks from the partners to whoever subscribed: in order per address, tried again, or lost."""

import asyncio
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx

from salur.sandbox.engine.clock import Clock
from salur.sandbox.engine.faults import CALLBACK, FaultBook

#: A partner waits this long for the answer to a callback (shopee.md, Push).
ANSWER_SECONDS = 5.0
#: With the fault ``reorder`` on, callbacks are held this long so that there is something to reorder.
HOLD_SECONDS = 1.0


def _is_success(answer: httpx.Response) -> bool:
    return answer.is_success


@dataclass(eq=False)
class Delivery:
    """One message on its way."""

    partner: str
    url: str
    body: bytes
    headers: dict[str, str]
    tries_left: int
    retry_seconds: float
    made_at: float
    next_at: float
    on_lost: Callable[["Delivery"], None] | None = None
    #: Whether an answer means that the message was taken.
    accepted: Callable[[httpx.Response], bool] = field(default=_is_success)
    attempts: list[str] = field(default_factory=list)
    #: Where each repeat waits a time of its own: these in turn, ``retry_seconds`` after them.
    waits: tuple[float, ...] = ()

    def wait(self) -> float:
        """Seconds until the next try."""
        tried = len(self.attempts)
        return self.waits[tried - 1] if 0 < tried <= len(self.waits) else self.retry_seconds

    def as_json(self) -> dict[str, Any]:
        """For the control API."""
        return {
            "partner": self.partner,
            "url": self.url,
            "body": self.body.decode(),
            "tries_left": self.tries_left,
            "attempts": self.attempts,
        }


class Outside:
    """The sandbox's one HTTP client, which outlives resets."""

    def __init__(self) -> None:
        self._client: httpx.AsyncClient | None = None

    def client(self) -> httpx.AsyncClient:
        """The client, made when first asked for (it belongs to the running event loop)."""
        if self._client is None:
            self._client = httpx.AsyncClient(timeout=ANSWER_SECONDS, trust_env=False)
        return self._client

    async def close(self) -> None:
        """Close its connections."""
        if self._client is not None:
            await self._client.aclose()
            self._client = None


class Postman:
    """Delivers what is waiting. Call ``pump`` again and again."""

    def __init__(self, clock: Clock, faults: FaultBook, outside: Outside) -> None:
        self._clock = clock
        self._faults = faults
        self.outside = outside
        # Keyed by the message itself (by identity), in order of arrival: thousands may wait.
        self._waiting: dict[Delivery, None] = {}
        self._pumping = asyncio.Lock()
        self.delivered: dict[str, int] = defaultdict(int)
        self.failed: dict[str, int] = defaultdict(int)
        self.lost: dict[str, int] = defaultdict(int)

    def send(self, delivery: Delivery) -> None:
        """Queue a message."""
        self._waiting[delivery] = None

    def waiting(self) -> list[Delivery]:
        """What has not been delivered yet."""
        return list(self._waiting)

    def clear(self) -> None:
        """Forget everything."""
        self._waiting.clear()
        for figures in (self.delivered, self.failed, self.lost):
            figures.clear()

    async def pump(self) -> None:
        """Deliver what is due: addresses side by side, messages of one address one after the other."""
        async with self._pumping:  # the ticker and control may both ask; nothing may be sent twice for that
            await self._pump()

    async def _pump(self) -> None:
        now = self._clock.now()
        routes: dict[tuple[str, str], list[Delivery]] = defaultdict(list)
        for delivery in self._waiting:
            if delivery.next_at <= now:
                # A signature in the query string makes no other address: the order of messages must hold.
                routes[delivery.partner, delivery.url.partition("?")[0]].append(delivery)
        await asyncio.gather(*(self._route(partner, due, now) for (partner, _), due in routes.items()))

    async def _route(self, partner: str, due: list[Delivery], now: float) -> None:
        if self._faults.is_on(partner, CALLBACK, "reorder"):
            if len(due) < 2 and now - due[0].made_at < HOLD_SECONDS:
                return
            due = list(reversed(due))
        for delivery in due:
            # A reset may have emptied the queue while an earlier message was under way.
            if delivery in self._waiting:
                await self._attempt(delivery)

    async def _attempt(self, delivery: Delivery) -> None:
        hits = self._faults.take(delivery.partner, CALLBACK, lambda: delivery.body.decode())
        if "latency" in hits:
            await asyncio.sleep(hits["latency"].seconds)
        arrived = await self._post(delivery)
        if "duplicate" in hits:
            await self._post(delivery)
        delivery.tries_left -= 1
        if arrived:
            self.delivered[delivery.partner] += 1
        elif delivery.tries_left > 0:
            self.failed[delivery.partner] += 1
            delivery.next_at = self._clock.now() + delivery.wait()
            return
        else:
            self.failed[delivery.partner] += 1
            self.lost[delivery.partner] += 1
            if delivery.on_lost is not None:
                delivery.on_lost(delivery)
        self._waiting.pop(delivery, None)  # a reset may have emptied the queue meanwhile

    async def _post(self, delivery: Delivery) -> bool:
        try:
            answer = await self.outside.client().post(delivery.url, content=delivery.body, headers=delivery.headers)
        except (httpx.HTTPError, httpx.InvalidURL) as problem:
            delivery.attempts.append(type(problem).__name__)
            return False
        taken = delivery.accepted(answer)
        words = " not taken" if answer.is_success and not taken else ""
        delivery.attempts.append(f"{answer.status_code}{words}")
        return taken
