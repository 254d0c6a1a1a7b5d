"""Locations and what lies there: singly, by lists, and never across warehouses (R53 to R59)."""

from __future__ import annotations

import pytest
from django.db import IntegrityError

from salur.catalog.models import WarehouseProduct
from salur.foundation.clock import now
from salur.locations import editing
from salur.locations.binding import WantedPair, bind, bind_lines, unbind
from salur.locations.editing import (
    LocationRefused,
    WantedLocation,
    change_location,
    create_location,
    create_locations,
    delete_locations,
    switch_locations,
)
from salur.locations.models import Location, LocationBinding
from salur.locations.numbers import pick_key
from salur.locations.queries import LocationFilter, location_page, offered_locations, pick_places, places_of
from salur.stock.models import Warehouse
from tests.flows.stage import side_by_side
from tests.harness.database import Database
from tests.world import World, make_world


@pytest.fixture
def world(db: Database) -> World:
    """A merchant with TEA and CUP in a partner's warehouse."""
    world = make_world()
    for msku in ("TEA", "CUP"):
        world.add_product(msku)
    return world


def own_warehouse(world: World, *mskus: str) -> int:
    """An own warehouse to which the products were added."""
    with world.scope():
        place = Warehouse(code="OWN", name="Own hall", country="TH", created_at=now())
        place.save()
        for msku in mskus:
            WarehouseProduct(product_id=world.products[msku], warehouse=place).save()
        return place.pk


def lines(*numbers: str) -> list[WantedLocation]:
    """A pasted list."""
    return [WantedLocation(n, number) for n, number in enumerate(numbers, start=1)]


def test_a_list_makes_what_is_right_and_tells_the_rest_line_by_line(world: World) -> None:
    with world.scope():
        own = own_warehouse(world)
        create_location(own, "A-01-01")
        done = create_locations(own, lines("A-01-01 .. A-01-03", "a-01-02", "B;1", "B-2"))
        assert done.numbers == ["A-01-02", "A-01-03", "B-2"]
        told = [(fault.line, fault.code, fault.harmless) for fault in done.faults]
        assert told == [
            (1, "location_exists", True),
            (2, "location_twice", True),
            (3, "location_character", False),
        ]
        assert done.faults[1].text() == "A-01-02 stands in line 1 already."


def test_locations_of_a_partners_warehouse_are_virtual_r55(world: World) -> None:
    own = own_warehouse(world)
    with world.scope():
        assert create_location(world.warehouse_id, "V-1").virtual
        assert not create_location(own, "V-1").virtual


def test_the_same_number_may_be_in_two_warehouses_but_once_in_each(world: World) -> None:
    own = own_warehouse(world)
    with world.scope():
        create_location(own, "A-1")
        create_location(world.warehouse_id, "A-1")
        with pytest.raises(LocationRefused) as refused:
            create_location(own, "a-1")
        assert refused.value.code == "location_taken"
        other = create_location(own, "A-2")
        with pytest.raises(LocationRefused) as refused:
            change_location(other.pk, number="A-1", zone="", note="")
        assert refused.value.code == "location_taken"


def test_of_two_people_who_take_one_number_at_the_same_instant_the_second_is_told(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = own_warehouse(world)
    with world.scope():
        mine, theirs = (create_location(own, number).pk for number in ("A-1", "A-2"))

    def rename(location: int) -> None:
        with world.scope():
            change_location(location, number="B-1", zone="", note="")

    def overtaken(number: str) -> str:
        monkeypatch.setattr(editing, "pick_key", pick_key)
        side_by_side(lambda: rename(theirs))
        return pick_key(number)

    monkeypatch.setattr(editing, "pick_key", overtaken)
    with pytest.raises(LocationRefused) as refused:
        rename(mine)
    assert (refused.value.code, refused.value.evidence["number"]) == ("location_taken", "B-1")
    with world.scope():
        assert set(Location.objects.values_list("pk", "number")) == {(mine, "A-1"), (theirs, "B-1")}


def test_a_renamed_location_keeps_what_is_bound_and_takes_its_new_place(world: World) -> None:
    own = own_warehouse(world, "TEA")
    with world.scope():
        for number in ("A-2", "A-10"):
            create_location(own, number)
        first, second = location_page(LocationFilter(warehouse=own), None).rows
        bind(own, world.products["TEA"], [first.pk, second.pk])
        change_location(first.pk, number="C-1", zone="Cold", note="left of the door")
        walk = pick_places(own, [world.products["TEA"]])[world.products["TEA"]]
        assert [(row.number, row.zone) for row in walk] == [("A-10", ""), ("C-1", "Cold")]


def test_a_location_with_products_stays_unless_they_are_to_be_unbound(world: World) -> None:
    own = own_warehouse(world, "TEA")
    with world.scope():
        full, empty = create_location(own, "A-1"), create_location(own, "A-2")
        bind(own, world.products["TEA"], [full.pk])
        done = delete_locations([full.pk, empty.pk])
        assert (done.gone, done.kept) == (["A-2"], [("A-1", 1)])
        assert delete_locations([full.pk], unbind=True).gone == ["A-1"]
        assert not LocationBinding.objects.exists()


def test_pairs_are_bound_and_each_bad_line_told_r58(world: World) -> None:
    own = own_warehouse(world, "TEA")
    with world.scope():
        for number in ("A-1", "A-2", "A-9"):
            create_location(own, number)
        create_location(world.warehouse_id, "V-1")
        switch_locations([Location.objects.get(number="A-9").pk], on=False)
        pasted = [
            ("A-1", "TEA"),
            ("a-2", "TEA"),
            ("A-1", "TEA"),
            ("V-1", "TEA"),
            ("Z-9", "TEA"),
            ("A-1", "NONE"),
            ("A-1", "CUP"),
            ("A-9", "TEA"),
            ("A-1", ""),
            ("", "TEA"),
        ]
        done = bind_lines(own, [WantedPair(n, *pair) for n, pair in enumerate(pasted, start=1)])
        assert done.count == 2
        assert [(fault.line, fault.code) for fault in done.faults] == [
            (3, "pair_twice"),
            (4, "location_of_another"),
            (5, "location_not_there"),
            (6, "msku_unknown"),
            (7, "msku_elsewhere"),
            (8, "location_off"),
            (9, "msku_missing"),
            (10, "location_missing"),
        ]
        assert "TH01 + C1" in done.faults[1].text()
        again = bind_lines(own, [WantedPair(1, "A-1", "TEA")])
        assert (again.count, [fault.code for fault in again.faults]) == (0, ["bound_already"])


def test_what_is_bound_is_not_offered_again_r57(world: World) -> None:
    own = own_warehouse(world, "TEA")
    product = world.products["TEA"]
    with world.scope():
        for number in ("A-1", "A-2", "B-1"):
            create_location(own, number)
        bind(own, product, [offered_locations(own, product)[0].pk])
        assert [row.number for row in offered_locations(own, product)] == ["A-2", "B-1"]
        assert [row.number for row in offered_locations(own, product, "b")] == ["B-1"]
        assert unbind([places_of([product], own)[product, own][0].pk]) == 1
        assert len(offered_locations(own, product)) == 3


def test_a_location_of_another_warehouse_takes_no_product(world: World) -> None:
    own = own_warehouse(world, "TEA")
    with world.scope():
        here, there = create_location(own, "A-1"), create_location(world.warehouse_id, "A-1")
        for product, location, code in (
            ("TEA", there, "location_unknown"),
            ("CUP", here, "product_not_in_warehouse"),
        ):
            with pytest.raises(LocationRefused) as refused:
                bind(own, world.products[product], [location.pk])
            assert refused.value.code == code
        pair = {"product_id": world.products["TEA"], "created_at": now()}
        with pytest.raises(IntegrityError, match="same_warehouse"):
            LocationBinding(warehouse_id=own, location_id=there.pk, **pair).save()


def test_another_merchants_locations_are_not_seen(world: World) -> None:
    with world.scope():
        mine = create_location(world.warehouse_id, "A-1")
    stranger = make_world()
    with stranger.scope():
        assert location_page(LocationFilter(), None).rows == []
        assert delete_locations([mine.pk]).gone == []
    with world.scope():
        assert Location.objects.count() == 1
