"""A warehouse that is read page by page and written in chunks, and where its run stands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from salur.connectors.base.capabilities import WarehouseCapabilities
from salur.flows import calibrate
from salur.flows.calibrate import carry_on_sync, request_sync
from salur.flows.calibrate_read import read_on
from salur.foundation.clock import now
from salur.integrations.calling import PartnerLine
from salur.integrations.registry import warehouse_capabilities
from salur.stock.models import Balance, StockSyncLine, StockSyncRun
from salur.stock.sync_runs import ClaimedRun
from tests.flows.stage import Stage

Reads = Callable[[PartnerLine, ClaimedRun, str, str, Callable[[], bool]], bool]
INVENTORY = "getProductInventory"


class Killed(BaseException):
    """The worker's process ends here."""


def says(stage: Stage, **pieces: int) -> None:
    stage.sandbox.control("eccang/stock", {"stock": pieces})


def many(stage: Stage, count: int, quantity: int = 7) -> list[str]:
    """Products in the hub and at the partner, more than one page of them."""
    skus = [f"X{n:03}" for n in range(count)]
    for sku in skus:
        stage.world.add_product(sku)
    stage.sandbox.control("eccang/products", {"skus": skus, "quantity": quantity})
    return skus


def asked(stage: Stage) -> int:
    with stage.world.scope():
        return request_sync(stage.warehouse_id, "button")


def run_of(stage: Stage, run_id: int) -> StockSyncRun:
    with stage.world.scope():
        return StockSyncRun.objects.get(pk=run_id)


def carry_on(stage: Stage, run_id: int) -> StockSyncRun:
    assert carry_on_sync(stage.merchant_id, run_id) == 1
    return run_of(stage, run_id)


def lease_runs_out(stage: Stage) -> None:
    with stage.world.scope():
        StockSyncRun.objects.filter(lease_until__isnull=False).update(lease_until=now() - timedelta(seconds=1))


def figure(stage: Stage, sku: str) -> int:
    with stage.world.scope():
        found = Balance.objects.filter(product__msku=sku, warehouse_id=stage.warehouse_id).first()
        return found.on_hand if found else 0


def line(stage: Stage, run_id: int, sku: str) -> StockSyncLine:
    with stage.world.scope():
        return StockSyncLine.objects.get(run_id=run_id, sku=sku)


def in_turns_of(monkeypatch: pytest.MonkeyPatch, steps: int, read: Reads = read_on) -> None:
    """Let a turn end after so many pages or chunks."""

    def read_some(line: PartnerLine, run: ClaimedRun, code: str, actor: str, may_go_on: Callable[[], bool]) -> bool:
        left = iter(range(steps))
        return read(line, run, code, actor, lambda: next(left, None) is not None)

    def write_some(merchant_id: int, run: Any, actor: str, may_go_on: Callable[[], bool]) -> None:
        left = iter(range(steps))
        write(merchant_id, run, actor, lambda: next(left, None) is not None)

    write = calibrate._write_on
    monkeypatch.setattr(calibrate, "read_on", read_some)
    monkeypatch.setattr(calibrate, "_write_on", write_some)


def whole_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the partner be one of those that list a whole warehouse only."""

    def without_skus(plugin: Any) -> WarehouseCapabilities:
        return replace(warehouse_capabilities(plugin), stock_by_sku=False)

    monkeypatch.setattr(calibrate, "warehouse_capabilities", without_skus)
