"""Stock counts: sheets in walking order, sales in between are no difference, nothing below what orders hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from django.db import DatabaseError

from salur.catalog.models import WarehouseProduct
from salur.flows.stocktakes import approve_stocktake
from salur.flows.verify import verify_stock
from salur.foundation.clock import now
from salur.foundation.transitions import pairs_in_source
from salur.locations.binding import WantedPair, bind_lines
from salur.locations.editing import WantedLocation, create_locations, delete_locations
from salur.locations.models import Location
from salur.routing.models import RoutingRule
from salur.stock.models import Balance, Movement, MovementCause, Warehouse
from salur.stock.reserve import ship_stock
from salur.stocktakes.counting import (
    CountedRow,
    count_again,
    end_counting,
    enter,
    enter_rows,
    give_up,
    leave_out,
)
from salur.stocktakes.models import Stocktake, StocktakeEntry, StocktakeLine
from salur.stocktakes.problems import StocktakeRefused
from salur.stocktakes.queries import differences, every_line
from salur.stocktakes.starting import Part, add_product, start_stocktake
from salur.stocktakes.states import STOCKTAKE, StocktakeState
from salur.tenancy.models import Transition
from tests.world import World, make_world, store_order


@dataclass
class Hall:
    """A merchant's own hall: 10 TEA at A-2 and A-10, 5 CUP at B-1, 7 BAG nowhere."""

    world: World
    warehouse: int

    def on_hand(self, msku: str) -> int:
        return Balance.objects.get(product__msku=msku, warehouse_id=self.warehouse).on_hand

    def line(self, take: Stocktake, msku: str, number: str = "") -> StocktakeLine:
        rows = StocktakeLine.objects.filter(stocktake=take, product__msku=msku)
        return rows.get(location_number=number) if number else rows.get()

    def count(self, take: Stocktake, **pieces: int) -> None:
        for msku, many in pieces.items():
            enter(self.line(take, msku).pk, str(many))


@pytest.fixture
def hall(db: Any) -> Hall:
    world = make_world(rule=False)
    with world.scope():
        place = Warehouse(code="OWN", name="Own hall", country="TH", created_at=now())
        place.save()
    partner, world.warehouse_id = world.warehouse_id, place.pk
    for msku, pieces in (("TEA", 10), ("CUP", 5), ("BAG", 7)):
        world.add_product(msku, pieces=pieces)
    with world.scope():
        create_locations(place.pk, [WantedLocation(1, n, zone=n[0]) for n in ("A-2", "A-10", "B-1")])
        pairs = [("A-10", "TEA"), ("A-2", "TEA"), ("B-1", "CUP")]
        assert bind_lines(place.pk, [WantedPair(i, *pair) for i, pair in enumerate(pairs)]).count == 3
        RoutingRule(name="all", position=1, warehouse=place).save()
    world.add_product("FAR", in_warehouse=False)
    with world.scope():
        WarehouseProduct(product_id=world.products["FAR"], warehouse_id=partner).save()
    return Hall(world, place.pk)


def start(hall: Hall, part: Part | None = None) -> Stocktake:
    return start_stocktake(hall.warehouse, part)


def test_the_sheet_follows_the_way_through_the_warehouse(hall: Hall) -> None:
    with hall.world.scope():
        rows = [(line.location_number, line.product.msku) for line in every_line(start(hall))]
    assert rows == [("A-2", "TEA"), ("A-10", "TEA"), ("B-1", "CUP"), ("", "BAG")]


def test_a_product_of_a_zone_is_counted_at_all_its_locations(hall: Hall) -> None:
    with hall.world.scope():
        bind_lines(hall.warehouse, [WantedPair(1, "B-1", "TEA")])
        take = start(hall, Part(zones=("B",)))
        rows = [(line.location_number, line.product.msku) for line in every_line(take)]
    assert rows == [("A-2", "TEA"), ("A-10", "TEA"), ("B-1", "CUP"), ("B-1", "TEA")]


@pytest.mark.parametrize(
    ("part", "code"),
    [
        (Part(mskus=("NONE",)), "stocktake_unknown"),
        (Part(mskus=("FAR",)), "stocktake_unknown"),
        (Part(zones=("Z",)), "stocktake_unknown"),
        (Part(locations=("Z-9",)), "stocktake_unknown"),
    ],
    ids=["no such product", "product of another warehouse", "no such zone", "no such location"],
)
def test_what_the_warehouse_has_not_cannot_be_counted(hall: Hall, part: Part, code: str) -> None:
    with hall.world.scope(), pytest.raises(StocktakeRefused) as refused:
        start(hall, part)
    assert refused.value.code == code


def test_a_partners_warehouse_is_not_counted_here(hall: Hall) -> None:
    with hall.world.scope(), pytest.raises(StocktakeRefused) as refused:
        partner = Warehouse.objects.exclude(account=None).get()
        start_stocktake(partner.pk)
    assert refused.value.code == "stocktake_partner"


def test_a_product_stands_on_one_open_sheet_only(hall: Hall) -> None:
    with hall.world.scope():
        first = start(hall, Part(mskus=("TEA",)))
        with pytest.raises(StocktakeRefused) as refused:
            start(hall)
        assert (refused.value.code, refused.value.evidence["reference"]) == ("stocktake_overlaps", first.reference)
        other = start(hall, Part(mskus=("CUP",)))
        with pytest.raises(StocktakeRefused):
            add_product(other, "TEA")
        give_up(first.pk)
        assert add_product(other, "TEA") == 2


def test_sales_while_people_count_are_no_difference(hall: Hall) -> None:
    world = hall.world
    world.ingest(store_order("A", ("CUP", 2)), store_order("B", ("CUP", 1)))
    with world.scope():
        take = start(hall)
        ship_and_settle(world, "A")  # before CUP is counted: 3 lie there
        hall.count(take, CUP=4, BAG=6)
        ship_and_settle(world, "B")  # after it
        end_counting(take.pk)
        found = {one.msku: (one.expected, one.counted, one.difference, one.after) for one in differences(take)}
        assert found == {"CUP": (3, 4, 1, 3), "BAG": (7, 6, -1, 6)}
        assert approve_stocktake(take.pk) == 2
        assert (hall.on_hand("CUP"), hall.on_hand("BAG"), hall.on_hand("TEA")) == (3, 6, 10)
        assert verify_stock() == []


def ship_and_settle(world: World, number: str) -> None:
    """The order leaves the warehouse (inside a scope)."""
    from salur.outbound.models import Outbound

    outbound = Outbound.objects.get(order__external_id=number)
    assert outbound.reserved
    ship_stock([outbound.pk])
    Outbound.objects.filter(pk=outbound.pk).update(reserved=False)


def test_the_sum_of_all_locations_is_compared_and_a_part_is_not_entered(hall: Hall) -> None:
    with hall.world.scope():
        take = start(hall)
        enter(hall.line(take, "TEA", "A-2").pk, "4")
        end_counting(take.pk)
        with pytest.raises(StocktakeRefused) as refused:
            approve_stocktake(take.pk)
        assert refused.value.code == "stocktake_incomplete"
        count_again(take.pk)
        enter(hall.line(take, "TEA", "A-10").pk, "7")
        end_counting(take.pk)
        assert approve_stocktake(take.pk) == 1
        assert (hall.on_hand("TEA"), hall.on_hand("CUP")) == (11, 5), "what nobody counted stays"


def test_never_below_what_orders_hold_and_they_are_named(hall: Hall) -> None:
    hall.world.ingest(store_order("SN-77", ("CUP", 4)))
    with hall.world.scope():
        take = start(hall)
        hall.count(take, CUP=3, BAG=9)
        end_counting(take.pk)
        with pytest.raises(StocktakeRefused) as refused:
            approve_stocktake(take.pk)
        assert refused.value.code == "stocktake_reserved"
        assert "SN-77" in str(refused.value)
        assert (hall.on_hand("CUP"), hall.on_hand("BAG")) == (5, 7), "nothing is entered half"
        leave_out(take.pk, [hall.line(take, "CUP").pk])
        assert approve_stocktake(take.pk) == 1
        assert (hall.on_hand("CUP"), hall.on_hand("BAG")) == (5, 9)


def test_differences_are_entered_once(hall: Hall) -> None:
    with hall.world.scope():
        take = start(hall)
        hall.count(take, BAG=9)
        end_counting(take.pk)
        approve_stocktake(take.pk)
        with pytest.raises(StocktakeRefused) as refused:
            approve_stocktake(take.pk)
        assert refused.value.code == "stocktake_not_checked"
        moved = Movement.objects.get(cause=MovementCause.STOCKTAKE)
        assert (moved.d_on_hand, moved.cause_id, moved.note) == (2, take.pk, take.reference)


def test_two_people_at_one_line_do_not_overwrite_each_other_unseen(hall: Hall) -> None:
    with hall.world.scope():
        take = start(hall)
        line = hall.line(take, "BAG")
        enter(line.pk, "6", seen=0)
        with pytest.raises(StocktakeRefused) as refused:
            enter(line.pk, "8", seen=0)
        assert refused.value.code == "stocktake_counted_meanwhile"
        assert hall.line(take, "BAG").counted == 6
        enter(line.pk, "8", seen=1)
        assert [entry.counted for entry in StocktakeEntry.objects.order_by("pk")] == [6, 8]
    with pytest.raises(DatabaseError, match="permission denied"), hall.world.scope():
        StocktakeEntry.objects.update(counted=1)


def test_lines_are_counted_again_and_the_first_figure_stays_in_the_history(hall: Hall) -> None:
    with hall.world.scope():
        take = start(hall)
        hall.count(take, CUP=1, BAG=7)
        end_counting(take.pk)
        assert count_again(take.pk, [hall.line(take, "CUP").pk]) == 1
        hall.count(take, CUP=5)
        end_counting(take.pk)
        assert approve_stocktake(take.pk) == 0
        history = StocktakeEntry.objects.filter(line__product__msku="CUP").order_by("pk")
        assert [entry.counted for entry in history] == [1, None, 5]
        states = Transition.objects.filter(machine="stocktake", subject_id=take.pk).order_by("pk")
        assert [move.target for move in states] == ["checking", "counting", "checking", "approved"]


def test_a_filled_in_sheet_is_entered_and_each_wrong_row_told(hall: Hall) -> None:
    rows = [
        ("TEA", "a-2", "4"),
        ("TEA", "", "4"),
        ("CUP", "", "5"),
        ("CUP", "B-1", "6"),
        ("BAG", "B-1", "1"),
        ("BAG", "", "-3"),
        ("NONE", "", "1"),
        ("", "", "1"),
        ("BAG", "", "7.5"),
    ]
    with hall.world.scope():
        take = start(hall)
        done = enter_rows(take.pk, [CountedRow(i, *row) for i, row in enumerate(rows, start=1)])
        assert done.count == 2
        assert [(fault.line, fault.code) for fault in done.faults] == [
            (2, "count_which"),
            (4, "count_twice"),
            (5, "count_location"),
            (6, "count_figure"),
            (7, "count_not_here"),
            (8, "count_msku_missing"),
            (9, "count_figure"),
        ]
        again = enter_rows(take.pk, [CountedRow(1, "CUP", "", "5"), CountedRow(2, "TEA", "A-2", "9")])
        assert [(fault.code, fault.harmless) for fault in again.faults] == [
            ("count_same", True),
            ("count_differs", False),
        ]
        assert hall.line(take, "TEA", "A-2").counted == 4


def test_a_count_that_is_over_takes_nothing(hall: Hall) -> None:
    with hall.world.scope():
        take = start(hall)
        line = hall.line(take, "BAG")
        give_up(take.pk)
        for refused, code in (
            (lambda: enter(line.pk, "1"), "stocktake_not_counting"),
            (lambda: count_again(take.pk, [line.pk]), "stocktake_over"),
            (lambda: give_up(take.pk), "stocktake_over"),
            (lambda: approve_stocktake(take.pk), "stocktake_not_checked"),
            (lambda: add_product(take, "CUP"), "stocktake_not_counting"),
        ):
            with pytest.raises(StocktakeRefused) as told:
                refused()
            assert told.value.code == code
        assert not StocktakeLine.objects.filter(open=True).exists(), "the next count may have every product"
        gone = delete_locations(Location.objects.values_list("pk", flat=True), unbind=True)
        assert len(gone.gone) == 3, "old sheets hold no location"


def test_the_database_allows_exactly_the_moves_of_the_table(hall: Hall, db: Any) -> None:
    (source,) = db.rows("SELECT prosrc FROM pg_proc WHERE proname = %s", "salur_machine_stocktake")[0]
    assert pairs_in_source(source) == STOCKTAKE.pairs
    assert set(STOCKTAKE.states) == set(StocktakeState.values)
    with pytest.raises(DatabaseError, match="counting -> approved"), hall.world.scope():
        start(hall)
        Stocktake.objects.update(state="approved")
