"""Bulk runs: chosen rows, worked off in chunks under a lease; each row's outcome is written with what was done.

A chunk and its outcomes are one transaction, so a worker that is lost leaves nothing half done, and the next one goes
on with the rows that have no outcome. What calls partners cannot be in a transaction: there the outcomes follow the
calls, and a row that was called by a lost worker is called again, which partners answer with how it stands.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog
from django.core.exceptions import EmptyResultSet
from django.db import connection, transaction
from django.db.models import BigIntegerField, F, QuerySet, Value

from salur.foundation.clock import now
from salur.foundation.problems import Refusal
from salur.orders.models import Cure, Order
from salur.orders.states import RunState
from salur.outbound.bulk import BulkOutcome, BulkRow, BulkRun
from salur.outbound.models import Outbound
from salur.outbound.queries import IN_FORCE
from salur.tenancy import audit
from salur.tenancy.scope import current_scope, merchant_scope

from .bulk_actions import ACTIONS, LISTS, Asking, BulkAction, Verdict, failed
from .wakeups import wake

log = structlog.get_logger(__name__)

MOST_ROWS = 50_000
CHUNK = 200
CHUNK_OF_CALLS = 40
LEASE = timedelta(seconds=120)
LEASE_OF_CALLS = timedelta(seconds=300)  # well above what a chunk of calls may take
TURN_SECONDS = 10.0


class BulkLost(Exception):
    """Somebody stopped the run, or another worker took it: what this one was about to write is rolled back."""


# -- asked for ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a run is over: some orders, or some outbound lists. An action that takes the other kind takes theirs."""

    orders: QuerySet[Order] | None = None
    lists: QuerySet[Outbound] | None = None

    def rows(self, action: BulkAction) -> QuerySet[Any, tuple[int, int | None]]:
        """(order, list) of each row; the list is None where the action takes orders."""
        if action.takes == LISTS:
            lists = self.lists
            if lists is None:
                assert self.orders is not None  # noqa: S101 - one of both is given
                lists = Outbound.objects.filter(IN_FORCE, order_id__in=self.orders.order_by().values("pk"))
            return lists.order_by("priority", "pk").values_list("order_id", F("pk"))
        orders = self.orders
        if orders is None:
            assert self.lists is not None  # noqa: S101 - one of both is given
            orders = Order.objects.filter(pk__in=self.lists.order_by().values("order_id"))
        return orders.order_by("pk").values_list("pk", Value(None, BigIntegerField()))


def action_named(name: str) -> BulkAction:
    """A row of the table; raises Refusal."""
    if name not in ACTIONS:
        raise Refusal("bulk_action_unknown", action=name)
    return ACTIONS[name]


def start_bulk(
    name: str,
    chosen: Chosen,
    options: Mapping[str, Any] | None = None,
    *,
    actor: str,
    source: str = "",
    cure: Cure | None = None,
) -> BulkRun:
    """Queue a run of an action over what is chosen now (inside a scope); raises Refusal where that is nothing."""
    action, asked = action_named(name), dict(options or {})
    run = BulkRun(action=action.name, options=asked, actor=actor, source=source, cure=cure, created_at=now())
    run.save()
    run.total = _keep_rows(run, chosen.rows(action))
    if not run.total:
        raise Refusal("bulk_none")
    if run.total > MOST_ROWS:
        raise Refusal("bulk_too_many", count=chosen.rows(action).count(), most=MOST_ROWS)
    run.save(update_fields=["total"])
    audit.record(f"bulk.{action.name}", f"bulk:{run.pk}", rows=run.total)
    wake("bulk", run.pk)
    return run


def _keep_rows(run: BulkRun, rows: QuerySet[Any, tuple[int, int | None]]) -> int:
    """Write the rows in one statement; answers how many, at most one more than a run may have."""
    try:
        query, values = rows[: MOST_ROWS + 1].query.get_compiler(connection=connection).as_sql()
    except EmptyResultSet:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO outbound_bulkrow (merchant_id, run_id, order_id, outbound_id, outcome, code, evidence)"
            f" SELECT %s, %s, c.o, c.l::bigint, 'waiting', '', '{{}}'::jsonb FROM ({query}) AS c (o, l)",
            [run.merchant_id, run.pk, *values],
        )
        return int(cursor.rowcount)


def stop_bulk(run_id: int) -> bool:
    """Stop a run that waits or works (inside a scope); the chunk under way is finished, the rest is not begun."""
    stopped = BulkRun.objects.filter(pk=run_id, state__in=[RunState.QUEUED, RunState.RUNNING]).update(
        state=RunState.STOPPED, finished_at=now(), lease_until=None
    )
    return bool(stopped)


def go_on_bulk(run_id: int) -> bool:
    """Let a run that was stopped or failed go on with the rows not begun (inside a scope)."""
    again = BulkRun.objects.filter(
        pk=run_id,
        state__in=[RunState.STOPPED, RunState.FAILED],
        total__gt=F("done") + F("skipped") + F("failed"),
    ).update(state=RunState.QUEUED, finished_at=None, error_code="")
    if again:
        wake("bulk", run_id)
    return bool(again)


# -- carried out -------------------------------------------------------------------------------------------------------

CLAIM = """
UPDATE outbound_bulkrun SET state = 'running', epoch = epoch + 1, lease_until = %(lease)s,
  started_at = coalesce(started_at, %(now)s)
WHERE merchant_id = %(merchant)s AND id = %(id)s
  AND (state = 'queued' OR (state = 'running' AND lease_until < %(now)s))
RETURNING epoch, action, options, actor
"""
HOLD = """
UPDATE outbound_bulkrun SET lease_until = %(lease)s, done = done + %(done)s, skipped = skipped + %(skipped)s,
  failed = failed + %(failed)s
WHERE merchant_id = %(merchant)s AND id = %(id)s AND epoch = %(epoch)s AND state = 'running'
"""
SETTLE = """
UPDATE outbound_bulkrow r SET outcome = v.outcome, code = v.code, evidence = v.evidence::jsonb
FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[]) AS v (id, outcome, code, evidence)
WHERE r.merchant_id = %s AND r.id = v.id AND r.outcome = 'waiting'
"""


@dataclass(frozen=True, slots=True)
class Hold:
    """A run held by this worker."""

    id: int
    merchant_id: int
    epoch: int
    action: BulkAction
    asking: Asking


def carry_on_bulk(merchant_id: int, run_id: int) -> int:
    """Take the run if it is free and work off its rows for a turn (no scope open); answers 1 if it was taken."""
    with merchant_scope(merchant_id, actor="worker", cause=f"bulk:{run_id}"):
        hold = _claim(merchant_id, run_id)
    if hold is None:
        return 0
    ends = time.monotonic() + TURN_SECONDS
    work = _call_chunk if hold.action.calls else _act_on_chunk
    try:
        while work(hold):
            if time.monotonic() > ends:
                _end(hold, RunState.QUEUED)
                return 1
        _end(hold, RunState.DONE, finished_at=now())
    except BulkLost:
        pass
    return 1


def _claim(merchant_id: int, run_id: int) -> Hold | None:
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, {"merchant": merchant_id, "id": run_id, "now": now(), "lease": now() + LEASE})
        row = cursor.fetchone()
    if row is None:
        return None
    epoch, name, options, actor = row
    if name not in ACTIONS:  # of a version of the hub that had it
        BulkRun.objects.filter(pk=run_id, epoch=epoch).update(
            state=RunState.FAILED, finished_at=now(), error_code="bulk_action_unknown"
        )
        return None
    known = json.loads(options) if isinstance(options, str) else options
    return Hold(run_id, merchant_id, epoch, ACTIONS[name], Asking(merchant_id, actor, known))


def _end(hold: Hold, state: str, **changes: Any) -> None:
    with merchant_scope(hold.merchant_id, actor="worker", cause=f"bulk:{hold.id}"):
        BulkRun.objects.filter(pk=hold.id, epoch=hold.epoch, state=RunState.RUNNING).update(
            state=state, lease_until=None, **changes
        )
        if state == RunState.QUEUED:
            wake("bulk", hold.id)


def _act_on_chunk(hold: Hold) -> int:
    """Act on some rows and write what became of them, in one transaction; answers how many rows."""
    with merchant_scope(hold.merchant_id, actor=hold.asking.actor, cause=f"bulk:{hold.id}"):
        _hold_on(hold)
        rows = _next_rows(hold, CHUNK)
        if rows:
            _settle(hold, rows, _verdicts(hold, [row.target for row in rows]))
    return len(rows)


def _verdicts(hold: Hold, ids: Sequence[int]) -> dict[int, Verdict]:
    """What became of each; if the action breaks, it is tried on halves, until the culprit stands alone."""
    try:
        with transaction.atomic():
            return dict(hold.action.act(ids, hold.asking))
    except Refusal as refusal:
        if len(ids) == 1:
            return {ids[0]: failed(refusal.code, **refusal.evidence)}
    except Exception as error:
        log.exception("bulk_action_broke", run=hold.id, action=hold.action.name, rows=len(ids))
        if len(ids) == 1:
            return {ids[0]: failed("bulk_row_failed", error=type(error).__name__)}
    half = len(ids) // 2
    return _verdicts(hold, ids[:half]) | _verdicts(hold, ids[half:])


def _call_chunk(hold: Hold) -> int:
    """Call partners about some rows, then write what became of them; answers how many rows."""
    with merchant_scope(hold.merchant_id, actor=hold.asking.actor, cause=f"bulk:{hold.id}"):
        _hold_on(hold)
        rows = _next_rows(hold, CHUNK_OF_CALLS)
    if rows:
        verdicts = _called(hold, [row.target for row in rows])
        with merchant_scope(hold.merchant_id, actor=hold.asking.actor, cause=f"bulk:{hold.id}"):
            _hold_on(hold)
            _settle(hold, rows, verdicts)
    return len(rows)


def _called(hold: Hold, ids: Sequence[int]) -> Mapping[int, Verdict]:
    """What partners made of it. A call may have been heard although the hub broke, so nothing is called once more."""
    try:
        return hold.action.act(ids, hold.asking)
    except Exception as error:
        log.exception("bulk_action_broke", run=hold.id, action=hold.action.name, rows=len(ids))
        return dict.fromkeys(ids, failed("bulk_row_failed", error=type(error).__name__))


def _hold_on(hold: Hold, **counts: int) -> None:
    """Keep the run, and its row locked until the transaction ends; raises :class:`BulkLost`."""
    lease = now() + (LEASE_OF_CALLS if hold.action.calls else LEASE)
    values: dict[str, Any] = {"merchant": hold.merchant_id, "id": hold.id, "epoch": hold.epoch, "lease": lease}
    with connection.cursor() as cursor:
        cursor.execute(HOLD, {"done": 0, "skipped": 0, "failed": 0} | counts | values)
        if not cursor.rowcount:
            raise BulkLost(f"bulk run {hold.id}")


def _next_rows(hold: Hold, most: int) -> list[BulkRow]:
    return list(BulkRow.objects.filter(run_id=hold.id, outcome=BulkOutcome.WAITING).order_by("pk")[:most])


GONE = Verdict(BulkOutcome.SKIPPED, "bulk_gone")


def _settle(hold: Hold, rows: Sequence[BulkRow], verdicts: Mapping[int, Verdict]) -> None:
    told = [verdicts.get(row.target, GONE) for row in rows]
    with connection.cursor() as cursor:
        cursor.execute(
            SETTLE,
            [
                [row.pk for row in rows],
                [one.outcome for one in told],
                [one.code for one in told],
                [json.dumps(dict(one.evidence), default=str) for one in told],
                current_scope().merchant_id,
            ],
        )
    _hold_on(hold, **Counter(str(one.outcome) for one in told))
