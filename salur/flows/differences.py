"""Approving differences of stock syncs: the partner's word is entered after all, reckoning with what moved since."""

from __future__ import annotations

from collections.abc import Iterable

from salur.foundation.clock import now
from salur.stock.differences import decide, lock_undecided, said_of
from salur.stock.models import DifferenceState, StockDifference, StockSyncRun

from .calibrate_write import set_balances
from .wakeups import wake

TRIGGER = "approval"


def approve(difference_ids: Iterable[int], note: str = "") -> int:
    """Enter differences that wait (inside a scope), each warehouse's as a stock sync of its own; answers how many.

    All or none: raises :class:`salur.stock.differences.DifferenceRefused` if one of them no longer waits.
    """
    rows = lock_undecided(difference_ids)
    by_place: dict[int, list[StockDifference]] = {}
    for row in rows:
        by_place.setdefault(row.balance.warehouse_id, []).append(row)
    entered = {place: _enter(place, chosen) for place, chosen in sorted(by_place.items())}
    decide(rows, DifferenceState.APPROVED, note, entered)
    for place in entered:
        wake("restock", place)
    return len(rows)


def _enter(place: int, rows: list[StockDifference]) -> int:
    at = now()
    run = StockSyncRun.objects.create(
        warehouse_id=place,
        trigger=TRIGGER,
        wanted=sorted(row.sku for row in rows),
        started_at=at,
        read_at=at,
        finished_at=at,
        skus=len(rows),
        done=len(rows),
    )
    said = {row.balance.msku: said_of(row) for row in rows}
    products = {row.balance.product_id: row.balance.msku for row in rows}
    done = set_balances(run.pk, place, said, products)
    StockSyncRun.objects.filter(pk=run.pk).update(changed=done.changed)
    return run.pk
