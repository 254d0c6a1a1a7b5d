"""The other two ways of inbound: with a new product, and by an import (R60, R61, R70)."""

from __future__ import annotations

from typing import Any

import pytest

from salur.catalog.models import MasterProduct, WarehouseProduct
from salur.flows.inbound_ways import inbound_with_product, submit_waiting
from salur.flows.products import push_due
from salur.flows.stock_updates import UpdateKind, update_stock
from salur.flows.worker import sweep
from salur.foundation.clock import now
from salur.inbound.checking import WantedLine
from salur.inbound.editing import LinesRefused
from salur.inbound.models import InboundList
from salur.stock.models import Warehouse
from tests.flows.inbound_stage import InboundStage
from tests.flows.test_worker import no_alarms, waiting

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def stage(db: Any, sandbox: Any) -> InboundStage:
    return InboundStage(sandbox)


def with_product(stage: InboundStage) -> InboundList:
    product = stage.world.add_product("POT", in_warehouse=False)
    with stage.world.scope():
        MasterProduct.objects.filter(pk=product).update(
            weight_g=300, length_mm=100, width_mm=100, height_mm=100, declared_value=9
        )
        return inbound_with_product(product, stage.warehouse_id, WantedLine("POT", 8))


def test_r60_the_list_of_a_new_product_waits_for_its_push_and_goes_by_itself(stage: InboundStage, db: Any) -> None:
    made = with_product(stage)
    assert (made.push, made.source, made.autosubmit) == ("draft", "product", True)
    assert submit_waiting(stage.merchant_id, stage.warehouse_id) == 0
    assert stage.row(made).autosubmit
    push_due(stage.merchant_id, stage.account_id)
    no_alarms(db)
    sweep()
    assert ("inbound_submit", stage.warehouse_id) in waiting()
    assert submit_waiting(stage.merchant_id, stage.warehouse_id) == 1
    stage.push()
    assert stage.there()[made.reference]["planned"] == {"POT": 8}
    assert stage.figures("POT") == (0, 8)


def test_the_sweep_leaves_a_list_alone_whose_product_waits(stage: InboundStage, db: Any) -> None:
    with_product(stage)
    no_alarms(db)
    sweep()
    assert ("inbound_submit", stage.warehouse_id) not in waiting()


def test_a_list_whose_product_is_refused_is_left_to_a_person_with_the_reason(stage: InboundStage) -> None:
    made = with_product(stage)
    with stage.world.scope():
        rows = WarehouseProduct.objects.filter(product__msku="POT")
        for state in ("pushing", "failed"):
            rows.update(push=state, error_message="no weight")
    assert submit_waiting(stage.merchant_id, stage.warehouse_id) == 0
    row = stage.row(made)
    assert (row.push, row.autosubmit, row.push_error_code) == ("draft", False, "inbound_lines_wrong")
    assert "no weight" in row.push_error_message


def test_a_wrong_quantity_makes_neither_list_nor_place_in_the_warehouse(stage: InboundStage) -> None:
    product = stage.world.add_product("POT", in_warehouse=False)
    with pytest.raises(LinesRefused), stage.world.scope():
        inbound_with_product(product, stage.warehouse_id, WantedLine("POT", -1))
    with stage.world.scope():
        assert not WarehouseProduct.objects.filter(product_id=product).exists()


def test_r61_an_import_makes_one_submitted_list_for_each_warehouse(stage: InboundStage) -> None:
    with stage.world.scope():
        second = Warehouse(account_id=stage.account_id, code="TH02", name="TH02", country="TH", created_at=now())
        second.save()
        row = WarehouseProduct(product_id=stage.world.products["TEA"], warehouse=second)
        row.save()
        for state in ("pushing", "pushed"):
            WarehouseProduct.objects.filter(pk=row.pk).update(push=state)
        done = update_stock(
            UpdateKind.ADD,
            {
                stage.warehouse_id: [WantedLine("TEA", 3), WantedLine("CUP", 2)],
                second.pk: [WantedLine("TEA", 5)],
            },
            "file.xlsx",
        )
    assert sorted(r.warehouse_id for r in done.lists) == sorted([stage.warehouse_id, second.pk])
    assert {(r.push, r.source, r.note) for r in done.lists} == {("ready", "import", "file.xlsx")}
    assert stage.figures() == (0, 0), "nothing rises before the partner has it"


def test_an_import_with_a_wrong_line_makes_no_list_at_all(stage: InboundStage) -> None:
    with stage.world.scope():
        off = Warehouse(code="OFF", name="Off", country="TH", active=False, created_at=now())
        off.save()
        done = update_stock(
            UpdateKind.ADD,
            {
                stage.warehouse_id: [WantedLine("TEA", 3), WantedLine("TEA", "x", number=9)],
                off.pk: [WantedLine("TEA", 1)],
            },
        )
        assert InboundList.objects.count() == 0
    assert [r.number for r in done.wrong if r.problems] == [9]
    assert done.refused[off.pk].code == "inbound_warehouse_off"
