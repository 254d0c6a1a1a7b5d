"""Stock of partners' warehouses: read there, written here, and what follows from it (R126 to R134).

A run is a row. It is carried on in turns by whichever worker comes: first its pages are read into a staging area (see
``calibrate_read``), then they are written in chunks (``calibrate_write``). A lost worker's run is taken over when its
lease has run out; a run is applied once only, because each SKU leaves the staging area with the chunk that counts it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from salur.connectors.base.errors import AuthRejected, PartnerError, RateLimited
from salur.foundation.clock import now
from salur.foundation.problems import Problem, Refusal
from salur.integrations import budgets
from salur.integrations.calling import ConnectionPaused, NotConnected, PartnerLine, account_line
from salur.integrations.registry import WAREHOUSE, find_plugin, warehouse_capabilities
from salur.stock.models import StockSyncRun, Warehouse
from salur.stock.sync_runs import ClaimedRun, claim_run, finish_run, release_run
from salur.tenancy.scope import merchant_scope

from .calibrate_read import ACTOR, RunLost, read_on
from .calibrate_write import write_chunk
from .wakeups import account_changed, stock_rose, wake

TURN_SECONDS = 20.0
MOST_TIME = timedelta(hours=6)  # for which a run waits for a partner that asks it to slow down
MOST_LOST = 5  # workers lost over one run
WAIT_SECONDS = 0.1

PROBLEMS: tuple[Problem, ...] = (
    Problem(
        "stock_not_reported",
        _("This warehouse reports no stock"),
        _("%(warehouse)s cannot be asked for its stock."),
        _("Set the figures by hand for an own warehouse; ask the partner for others."),
        "operator",
    ),
    Problem(
        "stock_as_a_whole",
        _("This warehouse reports its stock as a whole only"),
        _("%(partner)s cannot be asked for single SKUs of %(warehouse)s."),
        _("Synchronise the whole warehouse instead: “Sync stock” in the warehouse list. It runs in the background."),
        "operator",
    ),
)


class NoStockReport(Refusal):
    """Nobody can be asked for this warehouse's stock, or not for single SKUs of it (``stock_as_a_whole``)."""

    code = "stock_not_reported"


# -- asked for ------------------------------------------------------------------------------------------------------


def request_sync(warehouse_id: int, trigger: str, skus: Sequence[str] | None = None) -> int:
    """Start a sync in the background (inside a scope), of a whole warehouse or of some SKUs; answers the run's id.

    Where a whole one is under way already, that one is answered. Raises :class:`NoStockReport`.
    """
    warehouse = _reporting(warehouse_id, skus)
    run = None
    if skus is None:
        open_runs = StockSyncRun.objects.filter(warehouse=warehouse, finished_at__isnull=True, wanted__isnull=True)
        run = open_runs.order_by("-id").first()
    if run is None:
        run = _new_run(warehouse, trigger, skus)
    wake("stock_sync", run.pk)
    return run.pk


def sync_stock(
    merchant_id: int, warehouse_id: int, trigger: str, skus: Sequence[str] | None = None, *, actor: str = ACTOR
) -> int:
    """Sync now (no scope open), all SKUs or those named; answers the run's id, where the outcome stands (R132).

    A whole warehouse waits until others of its account were read. A partner's error ends in the run's ``error``.
    Raises :class:`NoStockReport`.
    """
    with merchant_scope(merchant_id, actor=actor, cause="stock sync"):
        run_id = _new_run(_reporting(warehouse_id, skus), trigger, skus).pk
    while not _ended(merchant_id, run_id):
        if not _turn(merchant_id, run_id, actor, patient=False):
            time.sleep(WAIT_SECONDS)
    return run_id


def _new_run(warehouse: Warehouse, trigger: str, skus: Sequence[str] | None) -> StockSyncRun:
    wanted = None if skus is None else sorted(set(skus))
    return StockSyncRun.objects.create(warehouse=warehouse, trigger=trigger, wanted=wanted, started_at=now())


def _reporting(warehouse_id: int, skus: Sequence[str] | None) -> Warehouse:
    """The warehouse, if its partner can be asked for this."""
    warehouse = Warehouse.objects.select_related("account").get(pk=warehouse_id)
    if warehouse.account is None:
        raise NoStockReport(warehouse=warehouse.name)
    plugin = find_plugin(WAREHOUSE, warehouse.account.partner)
    if plugin is not None:
        able = warehouse_capabilities(plugin)
        if "stock" not in able.abilities:
            raise NoStockReport(warehouse=warehouse.name)
        if skus is not None and not able.stock_by_sku:
            raise NoStockReport("stock_as_a_whole", warehouse=warehouse.name, partner=able.title)
    return warehouse


def may_sync(warehouse: Warehouse, *, by_sku: bool = False) -> bool:
    """Whether the warehouse's partner can be asked for its stock (``by_sku``: for single SKUs)."""
    plugin = find_plugin(WAREHOUSE, warehouse.account.partner) if warehouse.account else None
    if plugin is None:
        return False
    able = warehouse_capabilities(plugin)
    return "stock" in able.abilities and (able.stock_by_sku or not by_sku)


# -- carried on -----------------------------------------------------------------------------------------------------


def carry_on_sync(merchant_id: int, run_id: int) -> int:
    """The job of a sync: one turn at it, then another job, so that others get theirs; answers 1 if it was ours."""
    taken = _turn(merchant_id, run_id, ACTOR, patient=True)
    if taken:
        with merchant_scope(merchant_id, actor=ACTOR, cause="stock sync"):
            if StockSyncRun.objects.filter(pk=run_id, finished_at__isnull=True, next_at__isnull=True).exists():
                wake("stock_sync", run_id)
    return int(taken)


def _ended(merchant_id: int, run_id: int) -> bool:
    with merchant_scope(merchant_id, actor=ACTOR, cause="stock sync"):
        return StockSyncRun.objects.filter(pk=run_id, finished_at__isnull=False).exists()


def _turn(merchant_id: int, run_id: int, actor: str, *, patient: bool) -> bool:
    """Claim the run, read and write for a while, give it back; false if it was not to be had."""
    ends = time.monotonic() + TURN_SECONDS

    def may_go_on() -> bool:
        return time.monotonic() < ends

    cause = f"stock sync:{run_id}"
    with merchant_scope(merchant_id, actor=actor, cause=cause):
        claimed = _claim(run_id)
        if claimed is None:
            return False
        run, line, code = claimed
        if line is None:
            finish_run(run, code)
            return True
    try:
        read = run.read or read_on(line, run, code, actor, may_go_on)
        if read:
            _write_on(merchant_id, run, actor, may_go_on)
    except RunLost:
        return True
    except PartnerError as error:
        _stopped(line, run, error, actor, patient=patient)
        return True
    with merchant_scope(merchant_id, actor=actor, cause=cause):
        release_run(run)
    return True


def _claim(run_id: int) -> tuple[ClaimedRun, PartnerLine | None, str] | None:
    """The run with the line to its partner and the warehouse's code there; without a line, why there is none."""
    warehouse = Warehouse.objects.filter(
        pk__in=StockSyncRun.objects.filter(pk=run_id).values_list("warehouse_id", flat=True)
    ).first()
    if warehouse is None:
        return None
    account = warehouse.account_id or 0
    budgets.hold("account", account)  # two claims of one account at once: the later one sees the earlier
    run = claim_run(run_id)
    if run is None:
        return None
    if run.lost > MOST_LOST:
        return run, None, "worker_lost"
    try:
        line = account_line(account)
    except (ConnectionPaused, NotConnected) as closed:
        return run, None, closed.code
    if "stock" not in line.plugin.capabilities.abilities:
        return run, None, NoStockReport.code
    return run, line, warehouse.code


def _write_on(merchant_id: int, run: ClaimedRun, actor: str, may_go_on: Callable[[], bool]) -> None:
    """Chunk after chunk while there is time; ends the run after the last."""
    while may_go_on():
        with merchant_scope(merchant_id, actor=actor, cause=f"stock sync:{run.id}"):
            written = write_chunk(run)
            if written is None:
                raise RunLost
            if not written:
                if finish_run(run):
                    wake("restock", run.warehouse_id)
                return


def _stopped(line: PartnerLine, run: ClaimedRun, error: PartnerError, actor: str, *, patient: bool) -> None:
    """A partner that is busy is asked again later, if that may be; any other error ends the run."""
    with merchant_scope(line.merchant_id, actor=actor, cause=f"stock sync:{run.id}"):
        if isinstance(error, RateLimited) and patient and now() - run.started_at < MOST_TIME:
            later = now() + timedelta(seconds=max(1.0, error.retry_after))
            release_run(run, max(later, budgets.free_at("account", line.id)))
            return
        if isinstance(error, AuthRejected):
            account_changed(line.id)
        finish_run(run, f"{error.code} {error.message}".strip())


# -- what follows ---------------------------------------------------------------------------------------------------


def restock(merchant_id: int, warehouse_id: int) -> int:
    """The job after stock became free: reserve for those that wait; answers how many lists became ready."""
    with merchant_scope(merchant_id, actor=ACTOR, cause="restock"):
        return len(stock_rose([warehouse_id]).ready)


__all__ = [
    "PROBLEMS",
    "NoStockReport",
    "carry_on_sync",
    "may_sync",
    "request_sync",
    "restock",
    "sync_stock",
]
