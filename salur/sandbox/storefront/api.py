"""One call's way through a simulated store: rate limit, faults, counters, the partner's words for a refusal."""

import json
import time
from collections.abc import Callable, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from salur.sandbox.engine.exchange import Bucket, Dialect, Outcome, Refusal, perform
from salur.sandbox.storefront.store import Storefront

#: Does the work of a call; raises Refusal.
Act = Callable[[], Outcome]


async def serve(
    store: Storefront, dialect: Dialect, operation: str, request: Request, raw: bytes, act: Act, *, key: str = ""
) -> Response:
    """One call of ``operation``. A Refusal becomes the dialect's answer: it must render ``Outcome.refused``.

    ``key`` is whose rate limit is used up (a shop, a token); ``raw`` is the request's body.
    """
    core = store.core
    wait = store.buckets.setdefault(key, Bucket()).wait_for(store.settings.rate_limit_per_second, time.monotonic())
    if wait > 0:
        count = core.counts.of(store.partner, operation)
        count.calls += 1
        count.refused["rate_limit"] += 1
        return dialect.too_many(int(wait) + 1)

    async def run() -> Outcome:
        try:
            return act()
        except Refusal as refusal:
            return Outcome(None, refused=refusal)

    return await perform(
        dialect,
        operation,
        faults=core.faults,
        counts=core.counts,
        said=lambda: f"{request.url.path} {request.url.query} {raw.decode(errors='replace')}",
        act=run,
    )


def json_object(raw: bytes, refuse: Callable[[str], Refusal]) -> dict[str, Any]:
    """The body as a JSON object; ``refuse`` words what is wrong with it."""
    try:
        body = json.loads(raw or b"{}")
    except ValueError as problem:
        raise refuse("the body is not JSON") from problem
    if not isinstance(body, dict):
        raise refuse("the body is not a JSON object")
    return body


def repeat_last(payload: dict[str, Any]) -> None:
    """Repeat the last entry of the first list found, however deep (the fault ``duplicate``)."""
    waiting: list[Any] = [payload]
    while waiting:
        here = waiting.pop(0)
        if isinstance(here, list):
            if here:
                here.append(here[-1])
                return
        elif isinstance(here, Mapping):
            waiting.extend(here.values())
