"""A sync run's life: taken by one worker under a lease, carried on page by page, ended with a reason (R142)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from salur.connectors.base.errors import AuthExpired, PartnerError, RateLimited, Retryable
from salur.foundation.clock import now
from salur.orders.models import SyncRun
from salur.orders.states import RunState
from salur.tenancy.scope import current_scope, merchant_scope

from .backoff import next_try
from .ingest import BatchResult
from .wakeups import wake

LEASE = timedelta(seconds=120)
MOST_ATTEMPTS = 8
ACTOR = "worker"


class RunLost(Exception):
    """Another worker took the run, or somebody stopped it: what this worker was about to write is rolled back."""


@dataclass(frozen=True, slots=True)
class RunHold:
    """A run held by this worker."""

    id: int
    merchant_id: int
    store_id: int
    source: str
    epoch: int
    attempts: int
    window_since: datetime | None
    window_until: datetime | None
    progress: dict[str, Any]


CLAIM = """
UPDATE orders_syncrun SET state = 'running', epoch = epoch + 1, lease_until = %(lease)s,
  started_at = coalesce(started_at, %(now)s), attempts = attempts + 1
WHERE merchant_id = %(merchant)s AND id = %(id)s
  AND ((state = 'queued' AND (next_at IS NULL OR next_at <= %(now)s)) OR (state = 'running' AND lease_until < %(now)s))
RETURNING id, merchant_id, store_id, source, epoch, attempts, window_since, window_until, progress
"""
ADVANCE = """
UPDATE orders_syncrun SET lease_until = %(lease)s, created = created + %(created)s, updated = updated + %(updated)s,
  unchanged = unchanged + %(unchanged)s, failed = failed + %(failed)s, found = found + %(found)s,
  attempts = CASE WHEN %(advanced)s THEN 1 ELSE attempts END,
  progress = progress || %(progress)s::jsonb
WHERE merchant_id = %(merchant)s AND id = %(id)s AND epoch = %(epoch)s AND state = 'running'
"""


def carry_on_run(merchant_id: int, run_id: int) -> int:
    """Take the run if it is free and carry it to its end; answers 1 if it was taken."""
    from . import imports, sync

    with merchant_scope(merchant_id, actor=ACTOR, cause=f"run:{run_id}"):
        hold = _claim(merchant_id, run_id)
    if hold is None:
        return 0
    try:
        if hold.source == "file":
            imports.run_file(hold)
        else:
            sync.run_sync(hold)
    except RunLost:
        return 1
    except PartnerError as error:
        put_off(hold, error)
    return 1


def _claim(merchant_id: int, run_id: int) -> RunHold | None:
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, {"merchant": merchant_id, "id": run_id, "now": now(), "lease": now() + LEASE})
        row = cursor.fetchone()
    if row is None:
        return None
    held, merchant, store, source, epoch, attempts, since, until, progress = row
    known = json.loads(progress) if isinstance(progress, str) else progress
    return RunHold(held, merchant, store, source, epoch, attempts, since, until, known)


def advance(hold: RunHold, counts: BatchResult, *, last: bool, progress: dict[str, Any]) -> None:
    """Inside the batch's transaction: counts and place stand or fall with the orders. Raises :class:`RunLost`."""
    with connection.cursor() as cursor:
        cursor.execute(
            ADVANCE,
            {
                "merchant": hold.merchant_id,
                "id": hold.id,
                "epoch": hold.epoch,
                "lease": now() + LEASE,
                "created": counts.created,
                "updated": counts.updated,
                "unchanged": counts.unchanged,
                "failed": counts.failed,
                "found": counts.created + counts.updated + counts.unchanged + counts.failed,
                "advanced": last,
                "progress": json.dumps(progress if last else {}),
            },
        )
        if cursor.rowcount == 0:
            raise RunLost(f"run {hold.id}")


def _end(hold: RunHold, state: str, **changes: Any) -> None:
    SyncRun.objects.filter(pk=hold.id, epoch=hold.epoch, state=RunState.RUNNING).update(
        state=state, lease_until=None, **changes
    )


def finish(hold: RunHold) -> None:
    """All pages or rows are in (inside a scope)."""
    _end(hold, RunState.DONE, finished_at=now(), error_code="", error_message="")


def fail(hold: RunHold, code: str, message: str) -> None:
    """It cannot go on (inside a scope)."""
    _end(hold, RunState.FAILED, finished_at=now(), error_code=code, error_message=message)


def put_off(hold: RunHold, error: PartnerError) -> None:
    """The partner did not answer as needed: later again, or failed when it will not get better by itself."""
    said = {"error_code": error.code, "error_message": error.message}
    with merchant_scope(hold.merchant_id, actor=ACTOR, cause=f"run:{hold.id}"):
        if isinstance(error, RateLimited):
            _end(hold, RunState.QUEUED, next_at=now() + timedelta(seconds=error.retry_after), **said)
        elif isinstance(error, Retryable | AuthExpired) and hold.attempts < MOST_ATTEMPTS:
            _end(hold, RunState.QUEUED, next_at=next_try(hold.attempts), **said)
        else:
            fail(hold, error.code or type(error).__name__, error.message)


def stop_run(run_id: int) -> bool:
    """Stop a run that waits or runs (inside a scope); what is in stays in."""
    stopped = SyncRun.objects.filter(pk=run_id, state__in=[RunState.QUEUED, RunState.RUNNING]).update(
        state=RunState.STOPPED, finished_at=now(), lease_until=None
    )
    return bool(stopped)


def retry_run(run_id: int) -> bool:
    """Run a failed run again from where it stood (inside a scope)."""
    again = SyncRun.objects.filter(pk=run_id, state=RunState.FAILED).update(
        state=RunState.QUEUED, next_at=None, attempts=0, finished_at=None, error_code="", error_message=""
    )
    if again:
        wake("run", run_id)
    return bool(again)


def new_run(store_id: int, source: str, trigger: str, **fields: Any) -> SyncRun:
    """A queued run with its wake-up (inside a scope)."""
    run = SyncRun(
        merchant_id=current_scope().merchant_id,
        store_id=store_id,
        source=source,
        trigger=trigger,
        state=RunState.QUEUED,
        created_at=now(),
        **fields,
    )
    run.save()
    wake("run", run.pk)
    return run
