"""Fix once, cure all: one remedy for what one cause holds, and a report of what became of each order (R114)."""

from __future__ import annotations

from typing import Any

import pytest

from salur.catalog.models import MasterProduct, WarehouseProduct
from salur.connectors.base.types import OrderStatus
from salur.flows import cure_groups as groups_of
from salur.flows import cures
from salur.flows.bulk import carry_on_bulk
from salur.flows.cure_groups import cure_groups
from salur.flows.cures import CureReport, Given, apply_cure, cure_report
from salur.flows.moving import move_orders
from salur.flows.products import push_due
from salur.flows.push import push_ready
from salur.foundation.problems import Refusal
from salur.orders.models import Cure
from salur.orders.queries import problem_groups
from salur.outbound.bulk import BulkRow
from salur.stock.models import Warehouse
from salur.tenancy import counting
from tests.flows.own import second_warehouse
from tests.flows.stage import Stage
from tests.world import World, make_world, store_order

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def world(db: Any) -> World:
    world = make_world()
    world.add_product("TEA", pieces=100)
    return world


def groups(world: World, cause: str = "") -> list[tuple[str, int, dict[str, Any]]]:
    with world.scope():
        return [(one.cause, one.orders, {**one.key, **one.shown}) for one in cure_groups(problem_groups(cause))]


def cure(world: World, place: int = 0, given: Given | None = None, cause: str = "") -> Cure:
    with world.scope():
        group = cure_groups(problem_groups(cause))[place]
        return apply_cure(group.cause, {name: str(value) for name, value in group.key.items()}, given or Given())


def report(world: World, cured: Cure) -> CureReport:
    with world.scope():
        return cure_report(cured)


def test_a_sku_is_linked_once_and_its_orders_go_on_but_for_those_that_miss_another(world: World) -> None:
    world.ingest(*(store_order(f"A{i}", ("BOX", 1)) for i in range(4)), store_order("B1", "BOX", "CAN"))
    assert [(orders, key["sku"], key["store"]) for _, orders, key in groups(world)] == [
        (5, "BOX", "Store"),
        (1, "CAN", "Store"),
    ]
    done = cure(world, given=Given("TEA", "6"))
    told = report(world, done)
    assert (len(done.orders), told.cured, told.same, told.other) == (5, 4, 1, 0)
    assert [(row.order.external_id, row.evidence["skus"]) for row in told.held] == [("B1", "CAN")]
    assert world.balance("TEA") == (100, 24)
    cure(world, given=Given("TEA"))
    assert report(world, done).cured == 5, "the report follows"
    with pytest.raises(Refusal) as refused, world.scope():
        apply_cure("unmapped_sku", {"store_id": str(world.store_id), "sku": "BOX"}, Given("TEA"))
    assert refused.value.code == "cure_gone"


@pytest.mark.parametrize(("given", "code"), [(Given("NONE"), "cure_msku"), (Given("TEA", "0"), "cure_pieces")])
def test_what_cannot_be_a_remedy_changes_nothing(world: World, given: Given, code: str) -> None:
    world.ingest(store_order("A1", "BOX"))
    with pytest.raises(Refusal) as refused:
        cure(world, given=given)
    assert refused.value.code == code
    with world.scope():
        assert not Cure.objects.exists()
    assert set(world.problems("A1")) == {"unmapped_sku"}


def test_stock_that_came_to_an_own_warehouse_lets_as_many_go_on_as_it_is_enough_for(world: World) -> None:
    with world.scope():
        Warehouse.objects.filter(pk=world.warehouse_id).update(account=None)
    world.add_product("CUP", in_warehouse=False)
    world.ingest(*(store_order(f"A{i}", ("CUP", 2)) for i in range(3)))
    ((cause, orders, key),) = groups(world)
    assert (cause, orders, key["msku"], key["own"]) == ("no_stock", 3, "CUP", True)
    done = cure(world, given=Given(pieces="4"))
    from salur.flows.calibrate import restock

    restock(world.merchant_id, world.warehouse_id)
    told = report(world, done)
    assert (told.cured, told.same) == (2, 1)


def test_what_only_rules_decide_is_not_cured_here(db: Any) -> None:
    world = make_world(rule=False)
    world.add_product("TEA", pieces=5)
    world.ingest(store_order("A1", "TEA"))
    assert groups(world) == [("no_rule", 1, {"country": "TH", "msku": "TEA"})]
    with pytest.raises(Refusal) as refused:
        cure(world)
    assert refused.value.code == "cure_by_rules"


def test_r112_a_warehouse_is_picked_for_a_whole_group_and_what_it_cannot_send_stays(db: Any) -> None:
    world = make_world(rule=False)
    world.add_product("TEA", pieces=2)
    world.ingest(*(store_order(f"A{i}", "TEA") for i in range(3)))
    done = cure(world, given=Given(warehouse=world.warehouse_id))
    told = report(world, done)
    assert (told.cured, told.same) == (2, 1)
    assert [world.the_list(number).warehouse_id for number in ("A0", "A1")] == [world.warehouse_id] * 2
    with pytest.raises(Refusal) as refused:
        cure(world, given=Given(warehouse=world.warehouse_id))
    assert refused.value.code == "move_no_stock"


def test_a_great_group_is_one_run_with_each_orders_outcome_whatever_happens_meanwhile(
    db: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cures, "AT_ONCE", 3)
    world = make_world(rule=False)
    world.add_product("TEA", pieces=2)
    shed = second_warehouse(world, TEA=5)
    world.ingest(*(store_order(f"A{i}", "TEA") for i in range(4)))
    done = cure(world, given=Given(warehouse=world.warehouse_id))
    run = report(world, done).run
    assert run is not None and (run.state, run.total, report(world, done).same) == ("queued", 4, 4)
    with pytest.raises(Refusal) as twice:
        cure(world, given=Given(warehouse=shed))
    assert (twice.value.code, twice.value.evidence) == ("cure_under_way", {"run": run.pk})
    with world.scope():
        assert move_orders([world.order("A0").pk], shed).lists, "somebody mends one by hand"
    assert [carry_on_bulk(world.merchant_id, run.pk) for _ in range(2)] == [1, 0], "a doubled job finds nothing"
    with world.scope():
        outcomes = dict(BulkRow.objects.values_list("order__external_id", "code"))
    assert outcomes == {"A0": "cure_gone", "A1": "", "A2": "", "A3": "move_no_stock"}
    assert world.the_list("A0").warehouse_id == shed
    told = report(world, done)
    assert (told.total, told.cured, told.same) == (4, 3, 1)
    cure(world, given=Given(warehouse=shed))
    assert report(world, done).cured == 4


def test_a_product_is_added_once_and_pushed_and_then_all_its_orders_go(sandbox: Any) -> None:
    stage = Stage(sandbox)
    with stage.world.scope():
        WarehouseProduct.objects.filter(product__msku="CUP").delete()
    orders = [stage.one_order("CUP") for _ in range(2)]
    ((cause, count, key),) = groups(stage.world, "not_in_warehouse")
    assert (cause, count, key["msku"], key["warehouse"]) == ("not_in_warehouse", 2, "CUP", "TH01 + C1")
    with stage.world.scope():
        sizes = dict.fromkeys(("weight_g", "length_mm", "width_mm", "height_mm", "declared_value"), 9)
        MasterProduct.objects.filter(msku="CUP").update(**sizes)
    done = cure(stage.world, cause="not_in_warehouse")
    push_due(stage.merchant_id, stage.account_id)
    assert report(stage.world, done).cured == 2
    assert all("not_in_warehouse" not in stage.world.problems(one) for one in orders)


def test_lists_that_the_warehouse_refused_are_a_problem_until_they_are_pushed_again(sandbox: Any) -> None:
    stage = Stage(sandbox)
    stage.world.add_product("NEW", pieces=5)
    number = stage.one_order("NEW")
    stage.arrange()
    push_ready(stage.merchant_id, stage.account_id)
    assert stage.world.the_list(number).push == "rejected"
    assert set(stage.world.problems(number)) == {"push_rejected"}
    ((cause, count, key),) = groups(stage.world)
    assert (cause, count) == ("push_rejected", 1)
    assert "NEW" in key["reason"]
    sandbox.control("eccang/products", {"skus": ["NEW"], "quantity": 5, "warehouse": "TH01"})
    done = cure(stage.world)
    assert stage.world.problems(number) == {}
    push_ready(stage.merchant_id, stage.account_id)
    assert stage.world.the_list(number).push == "pushed"
    assert report(stage.world, done).cured == 1


def test_what_a_cause_holds_is_counted_up_to_a_limit_and_cured_beyond_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.ingest(*(store_order(f"A{i}", "BOX") for i in range(5)))
    for counted in (counting, groups_of):
        monkeypatch.setattr(counted, "COUNTED_UP_TO", 3)
    with world.scope():
        (group,) = cure_groups(problem_groups())
    assert (group.orders, group.more) == (3, True)
    assert len(cure(world, given=Given("TEA"), cause="unmapped_sku").orders) == 5


def test_a_problem_goes_with_its_cancelled_order(world: World) -> None:
    world.ingest(store_order("A1", "BOX"))
    world.ingest(store_order("A1", "BOX", status=OrderStatus.CANCELLED, version=5))
    assert groups(world) == []
