"""A thousand orders of a store, from the start of a sync to its report, beside the same calls made alone."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx

from .connecting import OpenStore, open_store
from .measuring import measured, report
from .partner import sandbox

ORDERS = 1000
WARM_UP = 10
LOOK_BACK = timedelta(hours=2)
"""The window that is measured; orders are placed up to an hour before they change last, which is all within it."""


def sync_store(channel: str) -> None:
    """Report seconds of one store's sync, and how that stands to the time that its simulator answers in."""
    with sandbox() as partner:
        store = open_store(partner, channel)
        store.sell(WARM_UP, seconds_ago=7500, spread=60)  # changed, and so placed, before the window that is measured
        _sync(store, LOOK_BACK * 2, WARM_UP)
        store.sell(ORDERS, seconds_ago=600, spread=1800)
        alone = _alone(store)
        with measured() as spent:
            _sync(store, LOOK_BACK, ORDERS)
        _check(store)
        store.close()
    report(
        f"store_sync_{channel}",
        ORDERS / spent.wall,
        "orders/s",
        ORDERS,
        seconds=spent.wall,
        ratio=spent.wall / alone["simulator_seconds"],
        cpu_seconds=spent.cpu,
        database_cpu_seconds=spent.database_cpu,
        **alone,
    )


def _sync(store: OpenStore, back: timedelta, expected: int) -> None:
    """One run, as the button starts it and a worker carries it out."""
    from salur.flows.runs import carry_on_run
    from salur.flows.sync import start_store_sync
    from salur.foundation.clock import now
    from salur.tenancy.scope import merchant_scope

    with merchant_scope(store.shop.merchant_id, actor="bench", cause="sync"):
        run = start_store_sync(store.store_id, trigger="button", since=now() - back)
    if run is None:
        raise RuntimeError(f"{store.channel} cannot be called")
    carry_on_run(store.shop.merchant_id, run.pk)
    with merchant_scope(store.shop.merchant_id, actor="bench", cause="sync"):
        run.refresh_from_db()
    if (run.state, run.created, run.failed) != ("done", expected, 0):
        said = f"{run.error_code} {run.error_message}"
        raise RuntimeError(f"{store.channel}: {run.state}, {run.created} created, {run.failed} failed {said}")


def _check(store: OpenStore) -> None:
    """Each order is there once, with its outbound list."""
    from salur.orders.models import Order
    from salur.outbound.models import Outbound
    from salur.tenancy.scope import merchant_scope

    with merchant_scope(store.shop.merchant_id, actor="bench", cause="check"):
        orders = Order.objects.filter(store_id=store.store_id).count()
        lists = Outbound.objects.filter(store_id=store.store_id).values("order_id").distinct().count()
    if (orders, lists) != (ORDERS + WARM_UP, ORDERS + WARM_UP):
        raise RuntimeError(f"{store.channel}: {orders} orders, {lists} of them with a list")


class _Stopwatch:
    """The hub's transport, with the time that answers take added up."""

    def __init__(self, send: Callable[[Any], Any]) -> None:
        self._send = send
        self.seconds = 0.0
        self.calls = 0

    def send(self, call: Any) -> Any:
        """One call."""
        begun = time.perf_counter()
        try:
            return self._send(call)
        finally:
            self.seconds += time.perf_counter() - begun
            self.calls += 1


def _alone(store: OpenStore) -> dict[str, Any]:
    """The calls of the sync by the connector alone, one after another: nothing is stored, recorded or masked.

    ``simulator_seconds``: from each request to its answer; ``connector_seconds``: with building and reading them.
    """
    from salur.connectors.base.transport import HttpTransport
    from salur.connectors.base.types import TimeWindow
    from salur.foundation.clock import now
    from salur.integrations.lines import store_line
    from salur.integrations.registry import store_capabilities
    from salur.tenancy.scope import merchant_scope

    with merchant_scope(store.shop.merchant_id, actor="bench", cause="alone"):
        line = store_line(store.store_id)
    can = store_capabilities(line.plugin)
    with httpx.Client() as client:
        bare = HttpTransport(client, can.call_deadline, lambda exchange: None, lambda text: text)
        watch = _Stopwatch(bare.send)
        connector = line.plugin.build(line.credentials, watch)  # type: ignore[operator]  # as the hub builds it
        with measured() as spent:
            seen = _walk(connector, TimeWindow(now() - LOOK_BACK, now()), can.detail_batch)
    if seen != ORDERS:
        raise RuntimeError(f"{store.channel} shows {seen} orders in full, not {ORDERS}")
    return {"simulator_seconds": watch.seconds, "connector_seconds": spent.wall, "calls": watch.calls}


def _walk(connector: Any, window: Any, batch: int) -> int:
    """How many orders the listing and, where it does not show them whole, the detail calls answer."""
    seen: set[str] = set()
    cursor = None
    while True:
        page = connector.orders(window, cursor)
        seen |= {head.external_id for head in page.items if head.order is not None}
        asked = [head.external_id for head in page.items if head.order is None]
        for first in range(0, len(asked), batch):
            seen |= {order.external_id for order in connector.order_details(asked[first : first + batch])}
        cursor = page.cursor
        if cursor is None:
            return len(seen)
