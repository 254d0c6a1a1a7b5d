"""A warehouse's own settings, and its daily stock sync at 02:00 by its clocks (R40, R130)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from salur.flows.calibrate import NoStockReport, carry_on_sync
from salur.flows.warehouses import (
    WarehouseRefused,
    begin_daily_sync,
    change_warehouse,
    switch_daily_sync,
    switch_warehouse,
)
from salur.flows.worker import sweep
from salur.foundation.clock import fixed, now
from salur.integrations.models import WarehouseAccount
from salur.stock.models import Balance, StockSyncRun, Warehouse
from tests.flows.stage import Stage, side_by_side

BANGKOK = ZoneInfo("Asia/Bangkok")
EVENING = datetime(2026, 5, 1, 20, 0, tzinfo=BANGKOK)
TWO = datetime(2026, 5, 2, 2, 0, tzinfo=BANGKOK)


def place(stage: Stage) -> Warehouse:
    with stage.world.scope():
        return Warehouse.objects.get(pk=stage.warehouse_id)


def switch_on(stage: Stage, at: datetime = EVENING, zone: str = "Asia/Bangkok") -> None:
    with fixed(at), stage.world.scope():
        change_warehouse(stage.warehouse_id, name="Thai warehouse", time_zone=zone)
        switch_daily_sync(stage.warehouse_id, on=True)


def begin(stage: Stage, at: datetime) -> int:
    with fixed(at):
        return begin_daily_sync(stage.merchant_id, stage.warehouse_id)


def runs(stage: Stage) -> list[StockSyncRun]:
    with stage.world.scope():
        return list(StockSyncRun.objects.order_by("pk"))


def due(stage: Stage, at: datetime) -> list[tuple[str, int]]:
    """What the sweep of that moment wakes for."""
    with fixed(at):
        sweep()
    rows = ProcrastinateJob.objects.filter(status="todo", task_name="salur.carry_on")
    woken = [(job.args["kind"], job.args["target_id"]) for job in rows]
    return sorted(one for one in woken if one[0] in ("daily_sync", "stock_sync"))


def test_r130_switched_on_the_stock_is_synchronised_at_two_by_the_clocks_of_the_warehouse(stage: Stage) -> None:
    switch_on(stage)
    assert place(stage).next_sync_at == TWO
    assert due(stage, TWO - timedelta(seconds=1)) == []
    assert due(stage, TWO) == [("daily_sync", stage.warehouse_id)]
    stage.sandbox.control("eccang/stock", {"stock": {"TEA": 130}})
    assert begin(stage, TWO) == 1
    (run,) = runs(stage)
    assert run.trigger == "daily"
    assert carry_on_sync(stage.merchant_id, run.pk) == 1
    with stage.world.scope():
        assert Balance.objects.get(product__msku="TEA").on_hand == 130
    assert place(stage).next_sync_at == TWO + timedelta(days=1)


def test_a_night_that_no_worker_saw_is_made_up_for_once(stage: Stage) -> None:
    switch_on(stage)
    three_days_later = TWO + timedelta(days=3, hours=5)
    assert [begin(stage, three_days_later), begin(stage, three_days_later)] == [1, 0]
    assert len(runs(stage)) == 1
    assert place(stage).next_sync_at == TWO + timedelta(days=4)


def test_several_workers_begin_one_sync(stage: Stage) -> None:
    switch_on(stage)
    side_by_side(*(lambda: begin(stage, TWO) for _worker in range(4)))
    assert len(runs(stage)) == 1


def test_a_sync_that_is_under_way_is_not_begun_again(stage: Stage) -> None:
    switch_on(stage)
    begin(stage, TWO)
    assert begin(stage, TWO + timedelta(days=1)) == 1
    assert len(runs(stage)) == 1


@pytest.mark.parametrize("change", ["daily_off", "warehouse_off", "account_paused"])
def test_what_is_switched_off_is_not_due(stage: Stage, change: str) -> None:
    switch_on(stage)
    with stage.world.scope():
        if change == "daily_off":
            switch_daily_sync(stage.warehouse_id, on=False)
        elif change == "warehouse_off":
            switch_warehouse(stage.warehouse_id, on=False)
        else:
            WarehouseAccount.objects.update(state="paused")
    assert due(stage, TWO + timedelta(hours=1)) == []


def test_a_new_time_zone_moves_the_next_sync(stage: Stage) -> None:
    switch_on(stage)
    with fixed(EVENING), stage.world.scope():
        change_warehouse(stage.warehouse_id, name="Thai warehouse", time_zone="America/New_York")
    assert place(stage).next_sync_at == datetime(2026, 5, 2, 6, 0, tzinfo=UTC)


def test_an_own_warehouse_has_no_daily_sync(stage: Stage) -> None:
    with stage.world.scope():
        own = Warehouse(code="OWN", name="Own", country="TH", created_at=now())
        own.save()
        with pytest.raises(NoStockReport):
            switch_daily_sync(own.pk, on=True)


def test_syncs_that_nobody_is_at_are_found_again(stage: Stage) -> None:
    with stage.world.scope():
        run = StockSyncRun.objects.create(warehouse_id=stage.warehouse_id, trigger="button", started_at=now())
    assert due(stage, now()) == [("stock_sync", run.pk)]
    ProcrastinateJob.objects.filter(task_name="salur.carry_on").update(status="succeeded")
    with stage.world.scope():
        StockSyncRun.objects.update(lease_until=now() + timedelta(minutes=1))
    assert due(stage, now()) == []
    assert due(stage, now() + timedelta(minutes=2)) == [("stock_sync", run.pk)]


# -- name, zone, in use ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "zone", "code"),
    [("", "Asia/Bangkok", "warehouse_name"), ("   ", "UTC", "warehouse_name"), ("x" * 101, "UTC", "warehouse_name")]
    + [("Store room", zone, "warehouse_zone") for zone in ("", "Bangkok", "../etc/passwd", "GMT+7")],
)
def test_a_name_or_zone_that_cannot_be_is_refused(stage: Stage, name: str, zone: str, code: str) -> None:
    with stage.world.scope(), pytest.raises(WarehouseRefused) as refused:
        change_warehouse(stage.warehouse_id, name=name, time_zone=zone)
    assert refused.value.code == code
    assert place(stage).name == "TH01 + C1"


def test_lists_for_a_warehouse_that_is_switched_off_wait_and_go_on_when_it_is_on_again(stage: Stage) -> None:
    number = stage.one_order()
    with stage.world.scope():
        assert switch_warehouse(stage.warehouse_id, on=False)
        assert not switch_warehouse(stage.warehouse_id, on=False)
    assert stage.world.the_list(number).blocked_by == "warehouse_inactive"
    later = stage.one_order()
    assert "no_rule" in stage.world.problems(later)
    with stage.world.scope():
        assert switch_warehouse(stage.warehouse_id, on=True)
    assert stage.world.the_list(number).blocked_by != "warehouse_inactive"
    assert stage.world.the_list(later).warehouse_id == stage.warehouse_id
