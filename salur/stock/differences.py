"""Differences that wait for a person's decision: kept, overtaken, decided (idea 7)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from salur.foundation.clock import now
from salur.foundation.locks import lock_ids
from salur.foundation.paging import Keyset, keyset_page
from salur.foundation.problems import Problem, Refusal
from salur.tenancy import audit
from salur.tenancy.scope import current_scope

from .calibration import Limit, Said, Standing, unexplained
from .models import DifferenceState, StockDifference, StockSyncLine, Warehouse

TABLE = "stock_stockdifference"
LONGEST_NOTE = 500
MOST_PIECES = 1_000_000_000

PROBLEMS: tuple[Problem, ...] = (
    Problem(
        "difference_decided",
        _("Somebody has decided already"),
        _("Of the chosen differences, %(count)s no longer wait: they were decided, or a newer stock sync came."),
        _("Look at the list again."),
        "operator",
    ),
    Problem(
        "difference_limit",
        _("This limit cannot be taken"),
        _("A limit is a number of pieces from 0 on, and 0 to 100 per cent."),
        _("Correct the limit; without one the warehouse enters every difference by itself."),
        "owner",
    ),
)


class DifferenceRefused(Refusal):
    """The decision, or the limit, cannot be taken."""

    code = "difference_decided"


def limit_of(warehouse_id: int) -> Limit | None:
    """Above what the warehouse's stock syncs ask; None: they never do."""
    pieces, percent = Warehouse.objects.values_list("ask_above", "ask_above_percent").get(pk=warehouse_id)
    return None if pieces is None else Limit(pieces, percent)


def set_limit(warehouse_id: int, pieces: int | None, percent: int = 0) -> None:
    """Let a warehouse's stock syncs ask above so many pieces and per cent, or never (inside a scope).

    Raises :class:`DifferenceRefused`.
    """
    if not (pieces is None or 0 <= pieces <= MOST_PIECES) or not 0 <= percent <= 100:
        raise DifferenceRefused("difference_limit")
    percent = 0 if pieces is None else percent
    rows = Warehouse.objects.filter(pk=warehouse_id).exclude(ask_above=pieces, ask_above_percent=percent)
    if rows.update(ask_above=pieces, ask_above_percent=percent):
        audit.record("warehouse.ask_above", f"warehouse:{warehouse_id}", pieces=pieces, percent=percent)


# -- written by a sync ----------------------------------------------------------------------------------------------


def hold_waiting(balance_ids: Iterable[int]) -> list[int]:
    """Lock what waits for these balances until the transaction ends: before any list or balance is locked."""
    waiting = StockDifference.objects.filter(balance_id__in=list(balance_ids), state=DifferenceState.WAITING)
    return lock_ids(TABLE, current_scope().merchant_id, waiting.values_list("pk", flat=True))


def overtake(held: Sequence[int]) -> int:
    """A newer word of the partner is being written: what waited for the older one (locked) need not be decided."""
    waiting = StockDifference.objects.filter(pk__in=held, state=DifferenceState.WAITING)
    return waiting.update(state=DifferenceState.SUPERSEDED, decided_at=now())


def keep_asked(run_id: int, standings: Iterable[Standing], said: Mapping[str, Said], asked: Iterable[int]) -> None:
    """Keep what a run did not enter, for a person to decide."""
    wanted, at = set(asked), now()
    rows = []
    for standing in standings:
        if standing.balance_id in wanted:
            level = said[standing.msku]
            rows.append(
                StockDifference(
                    merchant_id=current_scope().merchant_id,
                    run_id=run_id,
                    balance_id=standing.balance_id,
                    sku=level.sku,
                    before=standing.on_hand,
                    unexplained=unexplained(standing, level),
                    sellable=level.sellable,
                    allocated=level.allocated,
                    incoming=level.incoming,
                    listed=level.listed,
                    asked_at=level.asked_at,
                    created_at=at,
                )
            )
    StockDifference.objects.bulk_create(rows, batch_size=500)


# -- decided --------------------------------------------------------------------------------------------------------


def lock_undecided(difference_ids: Iterable[int]) -> list[StockDifference]:
    """The differences, locked, if all of them wait still; raises :class:`DifferenceRefused` otherwise."""
    wanted = set(difference_ids)
    held = lock_ids(TABLE, current_scope().merchant_id, wanted)
    rows = StockDifference.objects.filter(pk__in=held, state=DifferenceState.WAITING).select_related("balance")
    found = list(rows.order_by("pk"))
    if len(found) != len(wanted):
        raise DifferenceRefused(count=len(wanted) - len(found))
    return found


def decide(rows: Sequence[StockDifference], state: DifferenceState, note: str, entered: Mapping[int, int]) -> None:
    """Write the decision on (locked) rows; ``entered`` is the run that entered them, by warehouse."""
    at, actor = now(), current_scope().actor
    for row in rows:
        row.state, row.note, row.decided_at, row.decided_by = state, note[:LONGEST_NOTE], at, actor
        row.entered_id = entered.get(row.balance.warehouse_id)
    StockDifference.objects.bulk_update(rows, ["state", "note", "decided_at", "decided_by", "entered"], batch_size=500)
    skus = [row.sku for row in rows[:100]]
    audit.record(f"stock.difference_{state}", "", count=len(rows), skus=skus, note=note[:LONGEST_NOTE])


def reject(difference_ids: Iterable[int], note: str = "") -> int:
    """Leave the figures as they are (inside a scope); the next stock sync asks again if it still differs.

    Answers how many. Raises :class:`DifferenceRefused`.
    """
    rows = lock_undecided(difference_ids)
    decide(rows, DifferenceState.REJECTED, note, {})
    return len(rows)


# -- read -----------------------------------------------------------------------------------------------------------


def differences(warehouse_id: int | None, state: str) -> QuerySet[StockDifference]:
    """Differences of one warehouse or all, in one state or all."""
    rows = StockDifference.objects.select_related("balance__warehouse__account", "balance__product")
    if warehouse_id:
        rows = rows.filter(balance__warehouse_id=warehouse_id)
    return rows.filter(state=state) if state in DifferenceState.values else rows


@dataclass(frozen=True)
class Told:
    """A difference with the line of its sync, which explains it."""

    row: StockDifference
    line: StockSyncLine | None


def difference_page(
    warehouse_id: int | None, state: str, cursor: str | None, size: int = 50
) -> Keyset[StockDifference]:
    """A page of them, the newest first. Raises BadCursor."""
    return keyset_page(differences(warehouse_id, state), order=["-id"], cursor=cursor, size=size)


def with_lines(rows: Sequence[StockDifference]) -> list[Told]:
    """The same with what explains each; one statement."""
    lines = StockSyncLine.objects.filter(run_id__in={row.run_id for row in rows}, sku__in={row.sku for row in rows})
    by_sku = {(line.run_id, line.sku): line for line in lines}
    return [Told(row, by_sku.get((row.run_id, row.sku))) for row in rows]


def said_of(row: StockDifference) -> Said:
    """What the partner said of it then."""
    return Said(row.sku, row.sellable, row.allocated, row.incoming, row.listed, row.asked_at)
