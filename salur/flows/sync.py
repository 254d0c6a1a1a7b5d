"""Orders of a store by update time: a durable cursor, an overlap window, each page one transaction (R138 to R140)."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from salur.connectors.base.errors import AuthRejected, PartnerError, RateLimited
from salur.connectors.base.polling import POLL_SECONDS
from salur.connectors.base.types import OrderHead, Page, StoreOrder, TimeWindow
from salur.foundation.clock import now
from salur.integrations import budgets, credentials
from salur.integrations.calling import ConnectionPaused, NotConnected, PartnerLine, Result, record, store_line
from salur.integrations.models import StoreConnection
from salur.integrations.registry import store_capabilities
from salur.orders.models import ORDERS, ZONE, OrderSource, SyncRun, SyncRunRow
from salur.orders.states import RunState
from salur.tenancy.scope import merchant_scope

from .ahead import CALLS_AT_ONCE, Ahead, Fetched
from .ingest import Incoming, RunRow, ingest_batch
from .runs import ACTOR, RunHold, advance, fail, finish, new_run

FIRST_WINDOW = timedelta(days=3)
SPARE = 20
"""Calls that are granted beyond those that wait, so that fetching goes on while a batch is being stored."""
TRIES, PAUSE = 20, 0.05  # how often, and how many seconds apart, an empty budget is asked before the run is put off


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

    def rounds(ahead: Ahead) -> Iterator[Fetched]:
        for begin in range(int(hold.progress.get("taken", 0)), len(ids), size):
            yield Fetched(*_details(ahead, line, ids[begin : begin + size]), {"taken": begin + size})

    _store_all(hold, line, rounds)
    with merchant_scope(hold.merchant_id, actor=ACTOR, cause=f"run:{hold.id}"):
        finish(hold)


def _run_window(hold: RunHold, line: PartnerLine) -> None:
    assert hold.window_since is not None  # noqa: S101 - a run without named orders always has a window
    assert hold.window_until is not None  # noqa: S101 - as above
    can = store_capabilities(line.plugin)
    windows = list(_parts(hold.window_since, hold.window_until, timedelta(days=can.max_window_days)))
    first, begin = int(hold.progress.get("part", 0)), hold.progress.get("cursor")

    def pages(ahead: Ahead) -> Iterator[Fetched]:
        cursor = begin
        for index in range(first, len(windows)):
            more = True
            while more:
                page = _page(ahead, windows[index], cursor)
                cursor, more = page.cursor, page.cursor is not None
                place = {"part": index + (not more), "cursor": cursor, "parts": len(windows)}
                yield _in_full(ahead, line, page, place)

    _store_all(hold, line, pages)
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


# -- the side that calls (no database) ------------------------------------------------------------------------------


def _page(ahead: Ahead, window: TimeWindow, cursor: str | None) -> Page[OrderHead]:
    asked: list[Page[OrderHead]] = ahead.ask([lambda connector: connector.orders(window, cursor)])
    return asked[0]


def _in_full(ahead: Ahead, line: PartnerLine, page: Page[OrderHead], place: dict[str, Any]) -> Fetched:
    shown = {head.external_id: head.order for head in page.items}
    whole = [order for order in shown.values() if order is not None]
    asked, unanswered = _details(ahead, line, [number for number, order in shown.items() if order is None])
    return Fetched(whole + asked, unanswered, place)


def _details(ahead: Ahead, line: PartnerLine, ids: Sequence[str]) -> tuple[list[StoreOrder], list[str]]:
    """The orders in full, fetched several batches at once, and those that the store does not answer."""
    size = store_capabilities(line.plugin).detail_batch
    answers: list[Sequence[StoreOrder]] = ahead.ask([_detail_call(ids[i : i + size]) for i in range(0, len(ids), size)])
    orders = [order for answer in answers for order in answer]
    known = {order.external_id for order in orders}
    return orders, [number for number in ids if number not in known]


def _detail_call(ids: Sequence[str]) -> Any:
    return lambda connector: connector.order_details(ids)


# -- the side that stores -------------------------------------------------------------------------------------------


def _store_all(hold: RunHold, line: PartnerLine, walk: Callable[[Ahead], Iterator[Fetched]]) -> None:
    """Store what is fetched meanwhile, as many pages at once as there are; raises what the fetching ended with."""
    ahead = Ahead(line, walk)
    try:
        with ahead:
            _store_pages(hold, line, ahead)
    finally:
        _record(line, ahead.results())
        _give_back(line, ahead.left_over)
    ahead.check()


def _store_pages(hold: RunHold, line: PartnerLine, ahead: Ahead) -> None:
    patience = TRIES
    while not ahead.ended:
        ahead.wait()
        _record(line, ahead.results())
        line = _renewed(line, ahead)
        patience = TRIES if _grant(line, ahead) else patience - 1
        if pages := ahead.pages():
            _take_pages(hold, pages)
        elif patience <= 0:
            raise RateLimited("budget", "the rate budget of this store is used up", retry_after=2.0)


def _renewed(line: PartnerLine, ahead: Ahead) -> PartnerLine:
    """The line, with newer access where it ran out or is about to. Raises what :func:`credentials.refreshed` does."""
    if not ahead.expired and not credentials.is_due(line):
        return line
    try:
        newer = credentials.refreshed(line)
    except PartnerError as error:
        if ahead.expired or isinstance(error, AuthRejected):
            raise
        return line  # the old access may still do; if not, the calls say so
    ahead.renew(newer)
    return newer


def _grant(line: PartnerLine, ahead: Ahead) -> bool:
    """Take budget for the calls that wait, and some more; False where there was none, after a short while."""
    wanted = ahead.calls_wanted
    if not wanted:
        return True
    with merchant_scope(line.merchant_id, actor=ACTOR, cause="budget"):
        granted = budgets.take("store", line.id, wanted + SPARE, patient=True)
    ahead.grant(granted)
    if not granted:
        time.sleep(PAUSE)
    return granted > 0


def _give_back(line: PartnerLine, calls: int) -> None:
    if calls:
        with merchant_scope(line.merchant_id, actor=ACTOR, cause="budget"):
            budgets.refund("store", line.id, calls)


def _record(line: PartnerLine, results: Sequence[Result[Any]]) -> None:
    if results:
        with merchant_scope(line.merchant_id, actor=ACTOR, cause="exchange"):
            record(line, results)


def _take_pages(hold: RunHold, pages: Sequence[Fetched]) -> None:
    """One transaction for these pages, with the place that the last of them reached."""
    unanswered = [number for page in pages for number in page.unanswered]
    ingest_batch(
        hold.merchant_id,
        hold.store_id,
        OrderSource.SYNC,
        [Incoming(order) for page in pages for order in page.orders],
        run_id=hold.id,
        actor=ACTOR,
        bad_rows=[RunRow(i, "failed", code="not_answered", detail={"order": i}) for i in unanswered],
        with_batch=lambda counts, last: advance(hold, counts, last=last, progress=pages[-1].place),
    )
