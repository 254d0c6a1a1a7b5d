"""Orders moved to another warehouse and split over several: reserved there and freed here, once, or not at all."""

from __future__ import annotations

from typing import Any

import pytest

from salur.connectors.base.types import OrderStatus
from salur.flows.arrange import attach_label
from salur.flows.cure_groups import cure_groups
from salur.flows.floor import make_pick_lists
from salur.flows.moving import move_orders, split_list
from salur.flows.warehouses import switch_warehouse
from salur.foundation.problems import Refusal
from salur.orders.queries import problem_groups
from salur.outbound.models import OutboundLine
from salur.stock.models import Balance, Warehouse
from tests.flows.pdf import pdf
from tests.flows.stage import side_by_side
from tests.world import World, make_world, store_order

from .own import books_agree, own_world, second_warehouse, take


@pytest.fixture
def world(db: Any) -> World:
    return own_world(TEA=10, CUP=10)


def figures(world: World, warehouse: int, msku: str) -> tuple[int, int]:
    with world.scope():
        row = Balance.objects.get(warehouse_id=warehouse, product_id=world.products[msku])
        return row.on_hand, row.reserved


def live(world: World, number: str) -> list[tuple[int, str]]:
    return [(row.warehouse_id, row.push) for row in world.lists(number) if row.push != "void"]


def held(world: World, number: str, warehouse: int) -> str:
    order = world.order(number).pk
    with world.scope():
        return move_orders([order], warehouse).held[order].code


def test_a_moved_order_is_reserved_there_and_freed_here(world: World) -> None:
    shed = second_warehouse(world, TEA=3)
    take(world, "A1", ("TEA", 2), awb="TH1")
    with world.scope():
        assert list(move_orders([world.order("A1").pk], shed).lists) == [world.order("A1").pk]
    assert live(world, "A1") == [(shed, "ready")]
    assert world.lists("A1")[1].awb == "TH1"
    assert (world.balance("TEA"), figures(world, shed, "TEA")) == ((10, 0), (3, 2))
    assert held(world, "A1", shed) == "move_there_already"
    books_agree(world)


def test_too_little_there_leaves_the_order_where_it_is(world: World) -> None:
    shed = second_warehouse(world, TEA=1)
    take(world, "A1", ("TEA", 2))
    assert held(world, "A1", shed) == "move_no_stock"
    assert live(world, "A1") == [(world.warehouse_id, "ready")]
    assert (world.balance("TEA"), figures(world, shed, "TEA")) == ((10, 2), (1, 0))
    books_agree(world)


def test_a_pushed_order_is_not_moved_and_the_answer_says_to_stop_it_first(world: World) -> None:
    shed = second_warehouse(world, TEA=5)
    made = take(world, "A1", "TEA")
    with world.scope():
        make_pick_lists([made.pk])
    assert held(world, "A1", shed) == "move_pushed"
    assert world.balance("TEA") == (10, 1)


def test_cancelled_orders_switched_off_warehouses_and_unlinked_skus_say_why(world: World) -> None:
    shed = second_warehouse(world, TEA=5)
    take(world, "A1", "TEA")
    world.ingest(store_order("A1", "TEA", status=OrderStatus.CANCELLED, version=5), store_order("A2", "NOBODY"))
    assert (held(world, "A1", shed), held(world, "A2", shed)) == ("move_ended", "move_unlinked")
    take(world, "A3", "TEA")
    with world.scope():
        switch_warehouse(shed, on=False)
    assert held(world, "A3", shed) == "move_inactive"


def test_r75_a_person_picks_the_warehouse_of_an_order_that_no_rule_matched(db: Any) -> None:
    world = make_world(rule=False)
    world.add_product("TEA", pieces=5)
    world.ingest(store_order("A1", ("TEA", 2)), store_order("A2", "TEA", address=store_order("x").address))
    assert "no_rule" in world.problems("A1")
    with world.scope():
        move_orders([world.order("A1").pk], world.warehouse_id)
    assert (world.problems("A1"), world.balance("TEA")) == ({}, (5, 2))
    with world.scope():
        Warehouse.objects.filter(pk=world.warehouse_id).update(country="MY")
    assert held(world, "A2", world.warehouse_id) == "move_country"
    books_agree(world)


def test_a_list_is_split_and_its_pieces_come_together_again(world: World) -> None:
    shed = second_warehouse(world, TEA=5, CUP=5)
    made = take(world, "A1", ("TEA", 3), "CUP")
    tea, cup = world.products["TEA"], world.products["CUP"]
    with world.scope():
        lists = split_list(made.pk, {(tea, shed): 2})
        rows = OutboundLine.objects.filter(outbound_id__in=lists)
        held_there = {(r.outbound.warehouse_id, r.product_id): r.quantity for r in rows.select_related("outbound")}
    home = world.warehouse_id
    assert held_there == {(home, tea): 1, (home, cup): 1, (shed, tea): 2}
    assert (world.balance("TEA"), figures(world, shed, "TEA")) == ((10, 1), (5, 2))
    with world.scope():
        move_orders([world.order("A1").pk], home)
    assert live(world, "A1") == [(home, "ready")]
    assert (world.balance("TEA"), figures(world, shed, "TEA")) == ((10, 3), (5, 0))
    books_agree(world)


@pytest.mark.parametrize("pieces", [{}, {"TEA": 0}, {"TEA": 4}, {"TEA": -1}, {"HAT": 1}], ids=str)
def test_figures_that_do_not_fit_split_nothing(world: World, pieces: dict[str, int]) -> None:
    shed = second_warehouse(world, TEA=5)
    world.add_product("HAT", in_warehouse=False)
    made = take(world, "A1", ("TEA", 3))
    with world.scope(), pytest.raises(Refusal) as refused:
        split_list(made.pk, {(world.products[msku], shed): n for msku, n in pieces.items()})
    assert refused.value.code == "split_figures"
    assert live(world, "A1") == [(world.warehouse_id, "ready")]
    books_agree(world)


def test_two_operators_who_move_the_same_orders_to_and_fro_leak_nothing(world: World) -> None:
    shed = second_warehouse(world, TEA=10)
    for i in range(3):
        take(world, f"A{i}", "TEA")
    orders = [world.order(f"A{i}").pk for i in range(3)]

    def mover(target: int) -> Any:
        def run() -> None:
            for _ in range(3):
                with world.scope():
                    move_orders(orders, target)

        return run

    side_by_side(mover(shed), mover(world.warehouse_id))
    assert [len(live(world, f"A{i}")) for i in range(3)] == [1, 1, 1]
    assert world.balance("TEA")[1] + figures(world, shed, "TEA")[1] == 3
    books_agree(world)


def test_r105_two_warehouses_under_one_awb_number_are_a_problem_until_each_has_its_own(world: World) -> None:
    shed = second_warehouse(world, CUP=5)
    made = take(world, "A1", "TEA", "CUP")
    with world.scope():
        split_list(made.pk, {(world.products["CUP"], shed): 1})
    here, there = [row for row in world.lists("A1") if row.push != "void"]
    with world.scope():
        attach_label(here.pk, "TH1", pdf())
        attach_label(there.pk, "th 1", pdf())
    assert live(world, "A1") == [(world.warehouse_id, "ready"), (shed, "waiting")]
    assert world.lists("A1")[-1].blocked_by == "mixed_warehouses"
    assert world.problems("A1")["mixed_warehouses"]["awb"] == "TH1"
    with world.scope():
        (group,) = cure_groups(problem_groups("mixed_warehouses"))
        assert (group.orders, group.remedy) == (1, "warehouse")
        attach_label(there.pk, "TH2", pdf())
    assert live(world, "A1") == [(world.warehouse_id, "ready"), (shed, "ready")]
    assert world.problems("A1") == {}
