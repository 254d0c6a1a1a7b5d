"""Orders handed over in one call: a run that begins and ends in the caller's own transaction (R136, R146)."""

from __future__ import annotations

from collections.abc import Sequence

from salur.foundation.clock import now
from salur.orders.models import OrderSource, SyncRun
from salur.orders.states import RunState
from salur.tenancy.scope import current_scope

from .ingest import Incoming, RunRow, ingest_batch


def take_orders(store_id: int, source: OrderSource, batch: Sequence[Incoming], refused: Sequence[RunRow]) -> SyncRun:
    """Bring the orders in (inside a scope) and answer the run that tells what became of each.

    ``refused`` are orders that are not valid; they stand in the run with their reason.
    """
    scope = current_scope()
    run = SyncRun(
        store_id=store_id,
        source=source,
        trigger=str(source),
        state=RunState.QUEUED,
        expected=len(batch) + len({row.line for row in refused}),
        created_at=now(),
    )
    run.save()
    run.state, run.started_at, run.attempts = RunState.RUNNING, now(), 1
    run.save(update_fields=["state", "started_at", "attempts"])
    counts = ingest_batch(
        scope.merchant_id, store_id, source, batch, run_id=run.pk, actor=scope.actor, bad_rows=refused
    )
    run.created, run.updated, run.unchanged, run.failed = (
        counts.created,
        counts.updated,
        counts.unchanged,
        counts.failed,
    )
    run.found = counts.created + counts.updated + counts.unchanged + counts.failed
    run.state, run.finished_at = RunState.DONE, now()
    run.save(update_fields=["created", "updated", "unchanged", "failed", "found", "state", "finished_at"])
    return run
