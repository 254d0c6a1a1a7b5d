"""The failed orders of a store's run once more: a run of its own that asks the store for exactly these (R142)."""

from __future__ import annotations

from django.db.models import QuerySet

from salur.foundation.locks import lock_rows
from salur.integrations.calling import store_line
from salur.orders.models import ORDERS, RETRY_OF, OrderSource, SyncRun, SyncRunRow
from salur.orders.states import RunState

from .runs import new_run

TRIGGER = "retry"
MOVING = (RunState.QUEUED, RunState.RUNNING)


def _failed(run_id: int) -> QuerySet[SyncRunRow]:
    return SyncRunRow.objects.filter(run_id=run_id, outcome="failed").exclude(external_id="")


def _may(run: SyncRun) -> bool:
    return run.source == OrderSource.SYNC and run.state not in MOVING and run.failed > 0


def failed_can_be_retried(run: SyncRun) -> bool:
    """Whether a store's run that ended has failed orders that can be asked for by number (inside a scope)."""
    return _may(run) and _failed(run.pk).exists()


def retry_failed_orders(run_id: int, *, trigger: str = TRIGGER) -> SyncRun | None:
    """Queue a run over the failed orders of another one (inside a scope).

    A retry of the same run that is still under way is answered instead of a second one. None where there is nothing
    to retry. Raises ConnectionPaused or NotConnected where the store cannot be called.
    """
    run = next(iter(lock_rows(SyncRun.objects.all(), [run_id])), None)
    if run is None or not _may(run):
        return None
    under_way = SyncRun.objects.filter(
        store_id=run.store_id, state__in=MOVING, **{f"progress__{RETRY_OF}": run_id}
    ).first()
    if under_way is not None:
        return under_way
    numbers = list(dict.fromkeys(_failed(run_id).order_by("pk").values_list("external_id", flat=True)))
    if not numbers:
        return None
    store_line(run.store_id)  # raises what keeps the store from being called
    known = {RETRY_OF: run_id, ORDERS: numbers}
    return new_run(run.store_id, OrderSource.SYNC, trigger, expected=len(numbers), progress=known)
