"""Stock of partners' warehouses: read there, written here, and what follows from it (R126 to R134)."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.utils.translation import gettext_lazy as _

from salur.catalog.models import MasterProduct
from salur.connectors.base.errors import AuthRejected, PartnerError, RateLimited
from salur.connectors.base.types import Page, StockLevel
from salur.foundation.clock import now
from salur.foundation.locks import lock_ids
from salur.foundation.problems import Problem, Refusal
from salur.integrations import budgets
from salur.integrations.calling import (
    ConnectionPaused,
    NotConnected,
    PartnerLine,
    Result,
    account_line,
    call,
    record,
)
from salur.stock.adjust import adjust_by_hand
from salur.stock.calibration import Said, Standing, add_up, count_stock, gap, lock_balances, read_standings
from salur.stock.ledger import balance_ids
from salur.stock.models import Balance, StockSyncRun, Warehouse
from salur.tenancy.scope import current_scope, merchant_scope

from .changes import void_lists
from .planning import plan_again
from .wakeups import account_changed, stock_rose, wake, wake_after

ACTOR = "worker"
SKUS_PER_CALL = 50
MOST_PAGES = 2000
LONGEST_PATIENCE = 30.0  # seconds that a reading waits for its turn at the partner
LOST_AFTER = timedelta(minutes=30)

PROBLEMS: tuple[Problem, ...] = (
    Problem(
        "stock_not_reported",
        _("This warehouse reports no stock"),
        _("%(warehouse)s cannot be asked for its stock."),
        _("Set the figures by hand for an own warehouse; ask the partner for others."),
        "operator",
    ),
)


class NoStockReport(Refusal):
    """Nobody can be asked for this warehouse's stock."""

    code = "stock_not_reported"


# -- runs -----------------------------------------------------------------------------------------------------------


def request_sync(warehouse_id: int, trigger: str) -> int:
    """Start a sync of a whole warehouse in the background (inside a scope); answers the run's id.

    Where one is under way already, that one is answered. Raises :class:`NoStockReport`.
    """
    warehouse = _reporting(warehouse_id)
    stale = now() - LOST_AFTER
    open_runs = StockSyncRun.objects.filter(warehouse=warehouse, finished_at__isnull=True)
    open_runs.filter(started_at__lt=stale).update(finished_at=now(), error="worker_lost")
    run = open_runs.filter(started_at__gte=stale).order_by("-id").first()
    if run is None:
        run = StockSyncRun.objects.create(warehouse=warehouse, trigger=trigger, started_at=now())
    wake("stock_sync", run.pk)
    return run.pk


def carry_on_sync(merchant_id: int, run_id: int) -> int:
    """The job of a requested sync; answers 1 if there was something to do."""
    with merchant_scope(merchant_id, actor=ACTOR, cause="stock sync"):
        run = StockSyncRun.objects.filter(pk=run_id, finished_at__isnull=True).first()
    if run is None:
        return 0
    _sync(merchant_id, run, None)
    return 1


def sync_stock(
    merchant_id: int, warehouse_id: int, trigger: str, skus: Sequence[str] | None = None, *, actor: str = ACTOR
) -> int:
    """Sync now (no scope open), all SKUs or those named; answers the run's id, where the outcome stands (R132).

    A partner's error ends in the run's ``error``. Raises :class:`NoStockReport` for a warehouse nobody reports on.
    """
    with merchant_scope(merchant_id, actor=actor, cause="stock sync"):
        warehouse = _reporting(warehouse_id)
        run = StockSyncRun.objects.create(warehouse=warehouse, trigger=trigger, started_at=now())
    _sync(merchant_id, run, None if skus is None else sorted(set(skus)), actor)
    return run.pk


def _reporting(warehouse_id: int) -> Warehouse:
    warehouse = Warehouse.objects.select_related("account").get(pk=warehouse_id)
    if warehouse.account_id is None:
        raise NoStockReport(warehouse=warehouse.name)
    return warehouse


def _sync(merchant_id: int, run: StockSyncRun, skus: Sequence[str] | None, actor: str = ACTOR) -> None:
    cause = f"stock sync:{run.pk}"
    with merchant_scope(merchant_id, actor=actor, cause=cause):
        warehouse = Warehouse.objects.get(pk=run.warehouse_id)
        try:
            line = account_line(warehouse.account_id or 0)
        except (ConnectionPaused, NotConnected) as closed:
            return _fail(run, closed.code)
        if "stock" not in line.plugin.capabilities.abilities:
            return _fail(run, NoStockReport.code)
    asked_at = now()
    try:
        levels = _read(line, warehouse.code, skus)
    except PartnerError as error:
        with merchant_scope(merchant_id, actor=actor, cause=cause):
            if isinstance(error, AuthRejected):
                account_changed(line.id)
            return _fail(run, f"{error.code} {error.message}".strip())
    with merchant_scope(merchant_id, actor=actor, cause=cause):
        _write(run, warehouse, add_up(levels), skus, asked_at)
        wake("restock", warehouse.pk)
    return None


def _fail(run: StockSyncRun, error: str) -> None:
    StockSyncRun.objects.filter(pk=run.pk, finished_at__isnull=True).update(finished_at=now(), error=error)


# -- reading --------------------------------------------------------------------------------------------------------


def _read(line: PartnerLine, code: str, skus: Sequence[str] | None) -> list[StockLevel]:
    """All pages; raises the partner's error."""
    parts = [None] if skus is None else [skus[i : i + SKUS_PER_CALL] for i in range(0, len(skus), SKUS_PER_CALL)]
    levels: list[StockLevel] = []
    for part in parts:
        cursor: str | None = None
        for _page in range(MOST_PAGES):
            page = _read_page(line, code, part, cursor)
            levels += page.items
            cursor = page.cursor
            if cursor is None:
                break
    return levels


def _read_page(line: PartnerLine, code: str, skus: Sequence[str] | None, cursor: str | None) -> Page[StockLevel]:
    patience = time.monotonic() + LONGEST_PATIENCE
    while True:
        _wait_for_budget(line, patience)
        result: Result[Page[StockLevel]] = call(line, lambda connector: connector.stock(code, skus, cursor))
        with merchant_scope(line.merchant_id, actor=ACTOR, cause="stock sync"):
            record(line, [result])
        if not isinstance(result.error, RateLimited) or time.monotonic() > patience:
            return result.answer()


def _wait_for_budget(line: PartnerLine, patience: float) -> None:
    """Wait until the partner may be called once more; raises RateLimited when that takes too long."""
    while True:
        with merchant_scope(line.merchant_id, actor=ACTOR, cause="budget"):
            if budgets.take("account", line.id, 1):
                return
        if time.monotonic() > patience:
            raise RateLimited("budget", "the rate budget of this account is used up")
        time.sleep(0.05)


# -- writing --------------------------------------------------------------------------------------------------------

AT_PARTNER = """
SELECT id FROM outbound_outbound WHERE merchant_id = %s AND warehouse_id = %s AND push = 'pushed' AND reserved
  AND pushed_at < %s
"""
UNDO = """
SELECT o.id, o.order_id, l.product_id, sum(l.quantity)::int
FROM outbound_outbound o JOIN outbound_outboundline l ON l.merchant_id = o.merchant_id AND l.outbound_id = o.id
JOIN integrations_storeconnection s ON s.merchant_id = o.merchant_id AND s.id = o.store_id
WHERE o.merchant_id = %(merchant)s AND o.warehouse_id = %(warehouse)s AND o.reserved AND o.push IN ('waiting', 'ready')
  AND (o.shipment IN ('none', 'due') OR s.auto_arrange)
  AND NOT EXISTS (SELECT 1 FROM outbound_outbound e WHERE e.merchant_id = o.merchant_id AND e.order_id = o.order_id
                  AND e.push NOT IN ('waiting', 'ready', 'void'))
  AND EXISTS (SELECT 1 FROM outbound_outboundline w WHERE w.merchant_id = o.merchant_id AND w.outbound_id = o.id
              AND w.product_id = ANY(%(products)s))
GROUP BY o.id, o.order_id, l.product_id ORDER BY o.id DESC
"""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A list not yet at the partner, whose reservation could be given up; pieces by product."""

    id: int
    order_id: int
    pieces: dict[int, int]


def _write(
    run: StockSyncRun, warehouse: Warehouse, said: dict[str, Said], skus: Sequence[str] | None, asked_at: datetime
) -> None:
    """One transaction: lists before balances, each in the order of ids; a run that was written already stays."""
    merchant = current_scope().merchant_id
    said |= _not_named(warehouse, said, skus)
    products = dict(MasterProduct.objects.filter(msku__in=list(said)).values_list("id", "msku"))
    ids = balance_ids([(warehouse.pk, product) for product in products])
    at_partner = _lists_at_partner(warehouse.pk, asked_at)
    guess = read_standings(ids.values(), at_partner, asked_at)
    candidates = _lock_candidates(warehouse.pk, [s.product_id for s in guess if gap(s, said[s.msku])])
    others = balance_ids([(warehouse.pk, p) for c in candidates for p in c.pieces])
    lock_balances([*ids.values(), *others.values()])
    if not StockSyncRun.objects.filter(pk=run.pk, finished_at__isnull=True).update(finished_at=now()):
        return  # the same run was carried on twice
    at_partner = _lists_at_partner(warehouse.pk, asked_at)
    standings = read_standings(ids.values(), at_partner, asked_at)
    given_up = _give_up(candidates, {s.product_id: gap(s, said[s.msku]) for s in standings})
    void_lists([c.id for c in given_up])
    standings = read_standings(ids.values(), at_partner, asked_at)
    changed = count_stock(run, standings, said)
    StockSyncRun.objects.filter(pk=run.pk, merchant_id=merchant).update(skus=len(said), changed=changed)
    wake_after(plan_again({c.order_id for c in given_up}))


def _not_named(warehouse: Warehouse, said: dict[str, Said], skus: Sequence[str] | None) -> dict[str, Said]:
    """SKUs that were asked for, or that we have there, and that the partner does not name: it has none of them.

    A listing without a single row proves nothing, so it empties nothing.
    """
    if skus is not None:
        wanted = set(skus)
    elif said:
        held = Balance.objects.filter(warehouse=warehouse).exclude(on_hand=0, disputed=0)
        wanted = set(held.values_list("product__msku", flat=True))
    else:
        wanted = set()
    return {sku: Said(listed=False) for sku in wanted - said.keys()}


def _lists_at_partner(warehouse_id: int, asked_at: datetime) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(AT_PARTNER, [current_scope().merchant_id, warehouse_id, asked_at])
        return [row[0] for row in cursor.fetchall()]


def _lock_candidates(warehouse_id: int, products: Sequence[int]) -> list[Candidate]:
    """Lists that may give up their reservation, the youngest first, held until the transaction ends."""
    if not products:
        return []
    merchant = current_scope().merchant_id
    values: dict[str, Any] = {"merchant": merchant, "warehouse": warehouse_id, "products": list(products)}
    with connection.cursor() as cursor:
        cursor.execute(UNDO, values)
        held = set(lock_ids("outbound_outbound", merchant, {row[0] for row in cursor.fetchall()}))
        cursor.execute(UNDO, values)
        found: dict[int, Candidate] = {}
        for outbound, order, product, pieces in cursor.fetchall():
            if outbound in held:
                found.setdefault(outbound, Candidate(outbound, order, {})).pieces[product] = pieces
    return list(found.values())


def _give_up(candidates: Iterable[Candidate], gaps: dict[int, int]) -> list[Candidate]:
    """As many of the youngest as the gaps need. Their orders are planned anew and wait, as problem orders, for stock.

    A list is never reserved twice (its reservation is one line of the ledger), so the order gets another list.
    """
    left = dict(gaps)
    chosen = []
    for candidate in candidates:
        if any(left.get(product, 0) > 0 for product in candidate.pieces):
            chosen.append(candidate)
            for product, pieces in candidate.pieces.items():
                left[product] = left.get(product, 0) - pieces
    return chosen


# -- what follows ---------------------------------------------------------------------------------------------------


def restock(merchant_id: int, warehouse_id: int) -> int:
    """The job after stock became free: reserve for those that wait; answers how many lists became ready."""
    with merchant_scope(merchant_id, actor=ACTOR, cause="restock"):
        return len(stock_rose([warehouse_id]).ready)


def set_own_stock(warehouse_id: int, product_id: int, on_hand: int, note: str = "") -> int:
    """Set an own warehouse's stock by hand (inside a scope); orders that wait for it go on. Answers the change."""
    change = adjust_by_hand(warehouse_id, product_id, on_hand, note)
    if change > 0:
        wake("restock", warehouse_id)
    return change


__all__ = [
    "PROBLEMS",
    "NoStockReport",
    "Standing",
    "carry_on_sync",
    "request_sync",
    "restock",
    "set_own_stock",
    "sync_stock",
]
