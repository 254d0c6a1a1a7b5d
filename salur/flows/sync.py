"""Orders of a store by update time: a durable cursor, an overlap window, each page one transaction (R138 to R140)."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from salur.connectors.base.errors import PartnerError, RateLimited
from salur.connectors.base.polling import POLL_SECONDS
from salur.connectors.base.types import OrderHead, Page, StoreOrder, TimeWindow
from salur.foundation.clock import now
from salur.integrations import budgets
from salur.integrations.calling import (
    ConnectionPaused,
    Job,
    NotConnected,
    PartnerLine,
    Result,
    call,
    call_many,
    record,
    store_line,
)
from salur.integrations.models import StoreConnection
from salur.integrations.registry import store_capabilities
from salur.orders.models import ORDERS, ZONE, OrderSource, SyncRun, SyncRunRow
from salur.orders.states import RunState
from salur.tenancy.scope import merchant_scope

from .ingest import Incoming, RunRow, ingest_batch
from .runs import ACTOR, RunHold, advance, fail, finish, new_run

FIRST_WINDOW = timedelta(days=3)
CALLS_AT_ONCE = 8


def poll_store(merchant_id: int, store_id: int) -> int:
    """The schedule's turn: start a run over what changed since the last one, and set the next turn."""
    with merchant_scope(merchant_id, actor=ACTOR, cause="schedule"):
        return 1 if start_store_sync(store_id, trigger="schedule") else 0


def start_store_sync(
    store_id: int, *, trigger: str, since: datetime | None = None, until: datetime | None = None, zone: str = ""
) -> SyncRun | None:
    """Queue a run (inside a scope); None where one is under way already or the store cannot be called.

    Without ``since`` it begins where the last run ended, less the overlap (an order seen twice is one order).
    ``zone`` is the time zone in which a person named the window, kept to tell it the same way (R142).
    """
    try:
        line = store_line(store_id)
    except (ConnectionPaused, NotConnected):
        StoreConnection.objects.filter(pk=store_id).update(next_poll_at=None)
        return None
    can = store_capabilities(line.plugin)
    store = StoreConnection.objects.get(pk=store_id)
    store.next_poll_at = now() + timedelta(seconds=float(line.settings.get(POLL_SECONDS) or can.poll_seconds))
    store.save(update_fields=["next_poll_at"])
    busy = SyncRun.objects.filter(
        store_id=store_id, source=OrderSource.SYNC, state__in=[RunState.QUEUED, RunState.RUNNING]
    )
    if since is None and busy.exists():
        return None
    overlap = timedelta(seconds=can.overlap_seconds)
    begin = since or ((store.synced_until or now() - FIRST_WINDOW) - overlap)
    told = {ZONE: zone} if zone else {}
    return new_run(store_id, OrderSource.SYNC, trigger, window_since=begin, window_until=until or now(), progress=told)


def _parts(since: datetime, until: datetime, longest: timedelta) -> Iterator[TimeWindow]:
    while since < until:
        end = min(until, since + longest)
        yield TimeWindow(since, end)
        since = end


def run_sync(hold: RunHold) -> None:
    """Carry a sync run to its end; raises the partner's error when a call fails."""
    try:
        with merchant_scope(hold.merchant_id, actor=ACTOR, cause=f"run:{hold.id}"):
            line = store_line(hold.store_id)
    except (ConnectionPaused, NotConnected) as error:
        with merchant_scope(hold.merchant_id, actor=ACTOR, cause=f"run:{hold.id}"):
            fail(hold, type(error).__name__, str(error))
        return
    if ORDERS in hold.progress:
        _run_orders(hold, line, hold.progress[ORDERS])
    else:
        _run_window(hold, line)


def _run_orders(hold: RunHold, line: PartnerLine, ids: Sequence[str]) -> None:
    """Exactly these orders, a transaction per round of calls; the store's cursor stays where it is."""
    size = store_capabilities(line.plugin).detail_batch * CALLS_AT_ONCE
    for begin in range(int(hold.progress.get("taken", 0)), len(ids), size):
        asked, refused = _details(line, ids[begin : begin + size])
        _bring_in(hold, asked, refused, {"taken": begin + size})
    with merchant_scope(hold.merchant_id, actor=ACTOR, cause=f"run:{hold.id}"):
        finish(hold)


def _run_window(hold: RunHold, line: PartnerLine) -> None:
    assert hold.window_since is not None  # noqa: S101 - a run without named orders always has a window
    assert hold.window_until is not None  # noqa: S101 - as above
    can = store_capabilities(line.plugin)
    windows = list(_parts(hold.window_since, hold.window_until, timedelta(days=can.max_window_days)))
    first = int(hold.progress.get("part", 0))
    cursor = hold.progress.get("cursor")
    for index in range(first, len(windows)):
        while True:
            page = _page(line, windows[index], cursor)
            cursor = page.cursor
            place = {"part": index + (cursor is None), "cursor": cursor, "parts": len(windows)}
            _take_page(hold, line, page, place)
            if cursor is None:
                break
    with merchant_scope(hold.merchant_id, actor=ACTOR, cause=f"run:{hold.id}"):
        finish(hold)
        _move_cursor(hold)
        _fold_quiet_runs(hold)


def _move_cursor(hold: RunHold) -> None:
    """The store's cursor only moves on, and only over a stretch without a gap."""
    store = StoreConnection.objects.get(pk=hold.store_id)
    assert hold.window_since is not None and hold.window_until is not None  # noqa: S101 - see _run_window
    reaches = store.synced_until is None or hold.window_since <= store.synced_until
    if reaches and (store.synced_until is None or store.synced_until < hold.window_until):
        store.synced_until = hold.window_until
        store.save(update_fields=["synced_until"])


def _fold_quiet_runs(hold: RunHold) -> None:
    """Of the schedule's runs that changed nothing only the last one stays, so that reports show what happened."""
    quiet = SyncRun.objects.filter(
        store_id=hold.store_id, trigger="schedule", state=RunState.DONE, created=0, updated=0, failed=0
    )
    if quiet.filter(pk=hold.id).exists():
        quiet.filter(pk__lt=hold.id).exclude(pk__in=SyncRunRow.objects.values("run_id")).delete()


def _spend(line: PartnerLine, calls: int) -> int:
    with merchant_scope(line.merchant_id, actor=ACTOR, cause="budget"):
        return budgets.take("store", line.id, calls)


def _pace(line: PartnerLine, wanted: int) -> int:
    """At least one call, as many of the wanted as the budget grants; waits on the budget, never past a second."""
    for _ in range(20):
        if granted := _spend(line, wanted):
            return granted
        time.sleep(0.05)
    return 0


def _page(line: PartnerLine, window: TimeWindow, cursor: str | None) -> Page[OrderHead]:
    _require_budget(line, 1)
    result: Result[Page[OrderHead]] = call(line, lambda connector: connector.orders(window, cursor))
    _record(line, [result])
    return result.answer()


def _require_budget(line: PartnerLine, wanted: int) -> int:
    granted = _pace(line, wanted)
    if not granted:
        raise RateLimited("budget", "the rate budget of this store is used up", retry_after=2.0)
    return granted


def _record(line: PartnerLine, results: Sequence[Any]) -> None:
    with merchant_scope(line.merchant_id, actor=ACTOR, cause="exchange"):
        record(line, results)


def _take_page(hold: RunHold, line: PartnerLine, page: Page[OrderHead], place: dict[str, Any]) -> None:
    shown = {head.external_id: head.order for head in page.items}
    whole = [order for order in shown.values() if order is not None]
    asked, refused = _details(line, [external_id for external_id, order in shown.items() if order is None])
    _bring_in(hold, whole + asked, refused, place)


def _bring_in(hold: RunHold, orders: Sequence[StoreOrder], refused: Sequence[RunRow], place: dict[str, Any]) -> None:
    ingest_batch(
        hold.merchant_id,
        hold.store_id,
        OrderSource.SYNC,
        [Incoming(o) for o in orders],
        run_id=hold.id,
        actor=ACTOR,
        bad_rows=refused,
        with_batch=lambda counts, last: advance(hold, counts, last=last, progress=place),
    )


def _details(line: PartnerLine, ids: Sequence[str]) -> tuple[list[StoreOrder], list[RunRow]]:
    """The orders in full, fetched several batches at once; an order the store does not answer is told as failed."""
    size = store_capabilities(line.plugin).detail_batch
    waiting = [ids[i : i + size] for i in range(0, len(ids), size)]
    orders: list[StoreOrder] = []
    while waiting:
        granted = _require_budget(line, len(waiting))
        turn, waiting = waiting[:granted], waiting[granted:]
        jobs = [Job(i, _detail_call(part)) for i, part in enumerate(turn)]
        results = call_many(line, jobs, width=CALLS_AT_ONCE)
        _record(line, results)
        failures: list[PartnerError] = [r.error for r in results if r.error is not None]
        if failures:
            raise failures[0]
        orders += [order for r in results for order in r.answer()]
    known = {o.external_id for o in orders}
    missing = [RunRow(i, "failed", code="not_answered", detail={"order": i}) for i in ids if i not in known]
    return orders, missing


def _detail_call(ids: Sequence[str]) -> Any:
    return lambda connector: connector.order_details(ids)
