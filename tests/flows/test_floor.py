"""Own warehouses: picked, packed and shipped by people; what follows is what follows from a partner's report (R85)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from salur.connectors.base.types import OrderStatus
from salur.flows.floor import make_pick_lists, step_back, walk
from salur.flows.floor_short import report_shortage
from salur.flows.hand_over import Parcel, ship
from salur.flows.intercept import intercept
from salur.flows.packing import pack_unscanned, scan
from salur.flows.parcels import merge_parcels, part_parcels
from salur.foundation.problems import Refusal
from salur.locations.binding import bind
from salur.locations.editing import create_location
from salur.outbound.floor import walk_of
from salur.outbound.models import Outbound, OutboundLine
from salur.outbound.states import TaskState
from salur.stock.models import Movement, Warehouse
from tests.world import THAI, World, make_world, store_order

from .own import books_agree, own_world, shipped, take


@pytest.fixture
def world(db: Any) -> World:
    return own_world(TEA=10, CUP=10)


def refused(world: World, act: Any) -> str:
    """The code with which something is refused."""
    with world.scope(), pytest.raises(Refusal) as caught:
        act()
    return caught.value.code


def test_a_paid_order_is_ready_to_be_picked_without_awb_where_its_store_gives_none(world: World) -> None:
    made = take(world, "A1", ("TEA", 2))
    assert (made.push, made.task, made.reserved, made.closed_gates) == ("ready", "none", True, {})


def test_an_unpaid_order_and_a_shortage_hold_an_own_list_too(world: World) -> None:
    unpaid = take(world, "A1", "TEA", status=OrderStatus.UNPAID)
    short = take(world, "A2", ("CUP", 11))
    assert (unpaid.push, unpaid.blocked_by) == ("waiting", "order_unpaid")
    assert (short.push, short.blocked_by) == ("waiting", "not_enough_stock")


def test_an_own_warehouse_waits_for_the_number_and_label_of_a_store_that_gives_them(db: Any) -> None:
    world = own_world("shopee", TEA=5)
    made = take(world, "A1", "TEA")
    assert (made.push, set(made.closed_gates)) == ("waiting", {"awb_known", "label_stored"})


def test_r85_picked_packed_and_shipped_deducts_once(world: World) -> None:
    made = take(world, "A1", ("TEA", 2), "CUP")
    with world.scope():
        fetched = make_pick_lists([made.pk])
        assert fetched.walked.done == [made.pk]
        assert Outbound.objects.get(pk=made.pk).pick_list_id == fetched.pick_lists[0].pk
        walk([made.pk], TaskState.PICKED)
        assert [scan(made.pk, code).left for code in ("TEA", "cup", "tea")] == [2, 1, 0]
        ship([Parcel(made.pk, "th 123", "Flash")])
        again = ship([Parcel(made.pk, "TH123")])
    assert again.held[made.pk].code == "floor_gone"
    made = world.the_list("A1")
    assert (made.push, made.task, made.awb, made.courier, made.reserved) == (
        "pushed",
        "completed",
        "TH123",
        "Flash",
        False,
    )
    assert made.completed_at is not None
    assert (world.balance("TEA"), world.balance("CUP"), shipped(world, [made.pk])) == ((8, 0), (9, 0), 2)
    books_agree(world)


def test_a_connected_store_is_told_of_the_shipment_as_after_a_partners_report(db: Any) -> None:
    world = own_world("shopify", TEA=5)
    from salur.integrations.models import StoreConnection

    with world.scope():
        StoreConnection.objects.filter(pk=world.store_id).update(identity_key="shop-1", auto_confirm=True)
    made = take(world, "A1", "TEA")
    with world.scope():
        ship([Parcel(made.pk, "TH9", "Flash")])
    assert world.the_list("A1").confirmation == "due"


def test_one_pick_list_takes_the_lists_of_one_warehouse(world: World) -> None:
    made = [take(world, f"A{i}", "TEA").pk for i in range(3)]
    unpaid = take(world, "B1", "TEA", status=OrderStatus.UNPAID).pk
    with world.scope():
        fetched = make_pick_lists([*made, unpaid])
        assert (len(fetched.pick_lists), fetched.walked.done) == (1, made)
        assert fetched.walked.held[unpaid].code == "floor_not_ready"
        assert make_pick_lists(made).pick_lists == [], "they are on one already"


def test_a_pick_list_is_merged_in_walking_order_and_products_without_shelf_come_last(world: World) -> None:
    world.add_product("HAT", pieces=5, in_warehouse=False)
    made = [take(world, "A1", ("TEA", 2), "CUP", "HAT").pk, take(world, "A2", "TEA", "HAT").pk]
    with world.scope():
        for number, msku in (("B-10", "TEA"), ("B-2", "TEA"), ("A-1", "HAT")):
            bind(world.warehouse_id, world.products[msku], [create_location(world.warehouse_id, number).pk])
        make_pick_lists(made)
        stops = walk_of(list(Outbound.objects.select_related("order").order_by("pk")))
        assert [(stop.product.msku, stop.location, stop.pieces) for stop in stops] == [
            ("HAT", "A-1", 2),
            ("TEA", "B-2 (B-10)", 3),
            ("CUP", "", 1),
        ]
        assert [(row.order.external_id, pieces) for row, pieces in stops[1].lists] == [("A1", 2), ("A2", 1)]


def test_a_wrong_piece_and_one_too_many_are_refused(world: World) -> None:
    made = take(world, "A1", "TEA", "CUP")
    world.add_product("HAT", in_warehouse=False)
    with world.scope():
        scan(made.pk, "TEA")
    assert refused(world, lambda: scan(made.pk, "HAT")) == "scan_wrong"
    assert refused(world, lambda: scan(made.pk, "")) == "scan_wrong"
    assert refused(world, lambda: scan(made.pk, "TEA")) == "scan_too_many"
    with world.scope():
        assert scan(made.pk, "CUP").left == 0
    assert refused(world, lambda: scan(made.pk, "CUP")) == "scan_done"
    assert world.the_list("A1").task == "packed"


def test_the_barcode_counts_like_the_msku(world: World) -> None:
    made = take(world, "A1", "TEA")
    from salur.catalog.models import MasterProduct

    with world.scope():
        MasterProduct.objects.filter(msku="TEA").update(barcode="8991234567890")
        assert scan(made.pk, " 8991234567890 ").msku == "TEA"


def test_a_step_back_may_be_taken_until_the_parcel_has_left(world: World) -> None:
    made = take(world, "A1", "TEA")
    with world.scope():
        make_pick_lists([made.pk])
        pack_unscanned([made.pk])
    stages = []
    for _ in range(3):
        with world.scope():
            step_back([made.pk])
        now_there = world.the_list("A1")
        stages.append((now_there.task, now_there.push, now_there.pick_list_id is None))
    assert stages == [("picked", "pushed", False), ("picking", "pushed", False), ("none", "ready", True)]
    with world.scope():
        assert step_back([made.pk]).held[made.pk].code == "floor_not_begun"
        assert not OutboundLine.objects.filter(packed__gt=0).exists()
        ship([Parcel(made.pk, "X1")])
        assert step_back([made.pk]).held[made.pk].code == "floor_gone"
    books_agree(world)


def test_the_database_lets_nobody_take_a_partners_list_back(db: Any) -> None:
    world = make_world()
    world.add_product("TEA", pieces=5)
    made = take(world, "A1", "TEA", awb="TH1")
    with world.scope():
        for state in ("ready", "pushing", "pushed"):
            Outbound.objects.filter(pk=made.pk).update(
                push=state, closed_gates={}, push_lease_until="2030-01-01T00:00Z"
            )
        Outbound.objects.filter(pk=made.pk).update(task="picked")
        for change in ({"push": "ready"}, {"task": "picking"}):
            with pytest.raises(IntegrityError, match="own warehouse"), transaction.atomic():
                Outbound.objects.filter(pk=made.pk).update(**change)
        assert walk([made.pk], TaskState.PACKED).held[made.pk].code == "floor_partner"


@pytest.mark.parametrize("stage", ["none", "picking", "packed"])
def test_r115_a_cancelled_order_stops_at_once_and_its_stock_comes_back_once(world: World, stage: str) -> None:
    made = take(world, "A1", ("TEA", 2))
    with world.scope():
        if stage != "none":
            make_pick_lists([made.pk])
        if stage == "packed":
            pack_unscanned([made.pk])
    for version in (5, 6):
        world.ingest(store_order("A1", ("TEA", 2), status=OrderStatus.CANCELLED, version=version))
    made = world.the_list("A1")
    assert (made.push, made.cancellation) == ("void", "none" if stage == "none" else "done")
    assert world.balance("TEA") == (10, 0)
    assert refused(world, lambda: scan(made.pk, "TEA")) == "floor_stop"
    with world.scope():
        assert ship([Parcel(made.pk, "X1")]).held[made.pk].code == "floor_stop"
        assert Movement.objects.filter(cause="release").count() == 1
    books_agree(world)


def test_an_order_cancelled_after_it_left_is_a_conflict_that_stays_visible(world: World) -> None:
    made = take(world, "A1", "TEA")
    with world.scope():
        ship([Parcel(made.pk, "X1")])
    world.ingest(store_order("A1", "TEA", status=OrderStatus.CANCELLED, version=5))
    assert (world.the_list("A1").cancellation, world.balance("TEA")) == ("conflict", (9, 0))
    assert "cancel_conflict" in world.problems("A1")


def test_a_buyer_who_wants_to_cancel_holds_the_parcel_until_it_is_decided(world: World) -> None:
    made = take(world, "A1", "TEA")
    with world.scope():
        make_pick_lists([made.pk])
    world.ingest(store_order("A1", "TEA", status=OrderStatus.CANCEL_REQUESTED, version=5))
    assert refused(world, lambda: scan(made.pk, "TEA")) == "floor_hold"
    world.ingest(store_order("A1", "TEA", version=6))
    with world.scope():
        assert scan(made.pk, "TEA").left == 0


def test_a_list_stopped_by_hand_waits_for_a_decision(world: World) -> None:
    made = take(world, "A1", "TEA")
    with world.scope():
        make_pick_lists([made.pk])
        assert intercept([made.pk]).asked == [made.pk]
    assert world.the_list("A1").push == "void"
    assert "intercepted" in world.problems("A1")
    assert world.balance("TEA") == (10, 0)


def test_a_shortage_is_noted_once_and_the_order_waits_for_goods(world: World) -> None:
    made = take(world, "A1", ("TEA", 10), awb="TH1")
    with world.scope():
        make_pick_lists([made.pk])
        report_shortage(made.pk, world.products["TEA"], 7)
    old, new = world.lists("A1")
    assert (old.push, new.push, new.blocked_by, new.awb) == ("void", "waiting", "not_enough_stock", "TH1")
    assert world.balance("TEA") == (7, 0)
    assert world.problems("A1")["short_picked"]["missing"] == 3
    assert refused(world, lambda: report_shortage(old.pk, world.products["TEA"], 7)) == "floor_void"
    world.add_stock("TEA", 3)
    from salur.flows.calibrate import restock

    restock(world.merchant_id, world.warehouse_id)
    with world.scope():
        make_pick_lists([new.pk])
        assert "short_picked" in world.problems("A1")
        walk([new.pk], TaskState.PICKED)
    assert world.problems("A1") == {}
    books_agree(world)


@pytest.mark.parametrize("found", [-1, 2, 3])
def test_a_shortage_that_is_none_is_refused(world: World, found: int) -> None:
    made = take(world, "A1", ("TEA", 2))
    assert refused(world, lambda: report_shortage(made.pk, world.products["TEA"], found)) == "short_figure"
    assert world.balance("TEA") == (10, 2)


def test_shipping_needs_a_number_of_its_own(world: World) -> None:
    first, second = take(world, "A1", "TEA"), take(world, "A2", "TEA")
    with world.scope():
        assert ship([Parcel(first.pk)]).held[first.pk].code == "ship_number_missing"
        outcome = ship([Parcel(first.pk, "X1"), Parcel(second.pk, "x 1")])
        assert (outcome.done, outcome.held[second.pk].code) == ([first.pk], "ship_number_in_use")
        assert ship([Parcel(second.pk, unnumbered=True)]).done == [second.pk]
    books_agree(world)


def test_the_stores_own_number_cannot_be_replaced_by_a_typed_one(world: World) -> None:
    made = take(world, "A1", "TEA", awb="STORE1")
    with world.scope():
        assert ship([Parcel(made.pk, "TYPED1")]).held[made.pk].code == "ship_number_differs"
        assert ship([Parcel(made.pk)]).done == [made.pk]
    assert world.the_list("A1").awb == "STORE1"


def test_a_warehouse_switched_off_is_picked_no_further(world: World) -> None:
    from salur.flows.warehouses import switch_warehouse

    made = take(world, "A1", "TEA")
    with world.scope():
        switch_warehouse(world.warehouse_id, on=False)
        assert make_pick_lists([made.pk]).walked.held[made.pk].code == "floor_not_ready"
        assert not Warehouse.objects.get(pk=world.warehouse_id).active


# -- several orders in one parcel -----------------------------------------------------------------------------------


def test_orders_of_one_buyer_at_one_address_leave_under_one_number(world: World) -> None:
    first, second, third = (take(world, f"A{i}", "TEA") for i in range(3))
    with world.scope():
        assert merge_parcels([second.pk, first.pk]) == [first.pk, second.pk]
        outcome = ship([Parcel(second.pk, "X1"), Parcel(third.pk, "X1")])
    assert (sorted(outcome.done), outcome.held[third.pk].code) == ([first.pk, second.pk], "ship_number_in_use")
    assert [world.the_list(f"A{i}").awb for i in range(3)] == ["X1", "X1", ""]
    assert world.balance("TEA") == (8, 1)
    books_agree(world)


def test_parcels_are_parted_again_and_those_that_cannot_go_together_say_why(world: World) -> None:
    first, second = take(world, "A1", "TEA"), take(world, "A2", "TEA")
    elsewhere = take(world, "A3", "TEA", address=replace(THAI, postal_code="10120"))
    assert refused(world, lambda: merge_parcels([first.pk])) == "merge_alone"
    assert refused(world, lambda: merge_parcels([first.pk, elsewhere.pk])) == "merge_differs"
    with world.scope():
        merge_parcels([first.pk, second.pk])
        assert part_parcels([first.pk]) == [second.pk]
        assert ship([Parcel(first.pk, "X1")]).done == [first.pk]
    assert world.the_list("A2").task == "none"


def test_r105_a_store_that_labels_each_order_merges_nothing(db: Any) -> None:
    world = own_world("shopee", TEA=5)
    made = [take(world, f"A{i}", "TEA", awb=f"TH{i}").pk for i in range(2)]
    from salur.flows.arrange import attach_label
    from tests.flows.pdf import pdf

    with world.scope():
        for i, one in enumerate(made):
            attach_label(one, f"TH{i}", pdf())
    assert refused(world, lambda: merge_parcels(made)) == "merge_store_labels"
