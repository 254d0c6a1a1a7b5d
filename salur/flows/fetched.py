"""Orders that were asked for one by one (a message named them, a button was pressed): into the hub on the one path."""

from __future__ import annotations

from collections.abc import Sequence

from salur.connectors.base.types import StoreOrder
from salur.foundation.clock import now
from salur.integrations.calling import PartnerLine
from salur.orders.models import OrderSource, SyncRun
from salur.orders.states import RunState

from .ingest import BatchResult, Incoming, ingest_batch


def take_fetched(line: PartnerLine, orders: Sequence[StoreOrder], *, trigger: str, actor: str) -> BatchResult:
    """Bring them in (inside a scope), with a run of their own that begins and ends here."""
    run = SyncRun(store_id=line.id, source=OrderSource.SYNC, trigger=trigger, created_at=now(), started_at=now())
    run.save()
    SyncRun.objects.filter(pk=run.pk).update(state=RunState.RUNNING)
    done = ingest_batch(
        line.merchant_id, line.id, OrderSource.SYNC, [Incoming(order) for order in orders], run_id=run.pk, actor=actor
    )
    SyncRun.objects.filter(pk=run.pk).update(
        state=RunState.DONE,
        finished_at=now(),
        expected=len(orders),
        found=len(orders),
        created=done.created,
        updated=done.updated,
        unchanged=done.unchanged,
        failed=done.failed,
    )
    return done
