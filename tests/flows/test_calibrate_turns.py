"""Great warehouses of one account wait for each other; a selection does not wait for them (R131)."""

from __future__ import annotations

from typing import Any

import pytest

from salur.flows.calibrate import NoStockReport, carry_on_sync, request_sync, sync_stock
from salur.flows.calibrate_read import read_on
from salur.flows.worker import sweep
from salur.foundation.clock import now
from salur.stock.models import Warehouse
from tests.flows.calibrating import (
    INVENTORY,
    asked,
    carry_on,
    figure,
    in_turns_of,
    line,
    many,
    run_of,
    says,
    whole_only,
)
from tests.flows.stage import Stage

pytestmark = pytest.mark.usefixtures("page_by_page")


def second_warehouse(stage: Stage) -> int:
    with stage.world.scope():
        first = Warehouse.objects.get(pk=stage.warehouse_id)
        second = Warehouse(account_id=first.account_id, code="SG01", name="Second", country="SG", created_at=now())
        second.save()
        return second.pk


def test_whole_warehouses_of_one_account_are_read_one_after_the_other(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    many(stage, 150)
    first = asked(stage)
    with stage.world.scope():
        second = request_sync(second_warehouse(stage), "daily")
    tried: list[int] = []

    def meanwhile(*arguments: Any) -> bool:
        if not tried:
            tried.append(carry_on_sync(stage.merchant_id, second))
            tried.append(sweep())
        return read_on(*arguments)

    in_turns_of(monkeypatch, 1, meanwhile)
    carry_on(stage, first)
    assert tried[0] == 0
    assert run_of(stage, second).epoch == 0


def test_a_selection_does_not_wait_for_a_great_warehouse_and_its_newer_word_stands(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    many(stage, 150)
    in_turns_of(monkeypatch, 1)
    says(stage, CUP=130)
    whole = asked(stage)
    assert carry_on(stage, whole).pages == 1, "the page with CUP"
    says(stage, CUP=90)
    chosen = sync_stock(stage.merchant_id, stage.warehouse_id, "button", ["CUP"])
    assert (run_of(stage, chosen).error, figure(stage, "CUP")) == ("", 90)
    while run_of(stage, whole).finished_at is None:
        carry_on(stage, whole)
    assert figure(stage, "CUP") == 90
    assert line(stage, whole, "CUP").partner_sellable == 90


def test_r131_a_partner_that_reports_as_a_whole_only_is_not_asked_for_single_skus(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole_only(monkeypatch)
    with pytest.raises(NoStockReport) as refused:
        sync_stock(stage.merchant_id, stage.warehouse_id, "button", ["TEA"])
    assert refused.value.code == "stock_as_a_whole"
    assert stage.calls("eccang", INVENTORY) == 0
    assert run_of(stage, sync_stock(stage.merchant_id, stage.warehouse_id, "button")).error == ""
