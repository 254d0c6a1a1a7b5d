"""Orders that stores should not send and do: kept as they are, said in words, none blocks another (issue 4's list)."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from salur.connectors.base.types import Address, OrderStatus
from salur.orders.models import OrderLine
from salur.web.words import problem_words
from tests.world import THAI, World, make_world, store_order

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def world(db: Any) -> World:
    made = make_world()
    made.add_product("TEA", pieces=2000)
    return made


def test_an_order_without_items_is_a_problem_that_ends_when_the_store_names_them(world: World) -> None:
    counts = world.ingest(store_order("EMPTY"), store_order("GOOD", "TEA"))
    assert (counts.created, counts.failed) == (2, 0)
    assert world.problems("EMPTY") == {"no_items": {}}
    told = problem_words("no_items", {})
    assert "no items" in told.cause
    assert told.cure
    assert len(world.lists("EMPTY")) == 0
    assert world.the_list("GOOD").reserved
    world.ingest(store_order("EMPTY", "TEA", version=1))
    assert world.problems("EMPTY") == {}
    assert world.the_list("EMPTY").reserved


def test_an_order_of_five_hundred_lines_is_one_list_and_its_pieces_are_reserved(world: World) -> None:
    world.ingest(store_order("LONG", *[("TEA", 2)] * 500))
    assert world.the_list("LONG").reserved
    assert world.balance("TEA") == (2000, 1000)
    with world.scope():
        assert OrderLine.objects.filter(order=world.order("LONG")).count() == 500


NAMES = ("Dewi 🌸👩‍👩‍👧", "محمد بن عبد الله", "\u202eevil\u202c", "Nguyễn Thị Ánh", "王小明 𠮷")


@pytest.mark.parametrize("name", NAMES)
def test_names_of_any_writing_are_kept_to_the_letter(world: World, name: str) -> None:
    world.ingest(store_order("A1", "TEA", address=replace(THAI, name=name, lines=(name,)), buyer=name, note=name))
    order = world.order("A1")
    assert (order.recipient_name, order.address_lines, order.buyer, order.note) == (name, [name], name, name)
    assert world.the_list("A1").reserved


def test_an_order_without_address_and_country_keeps_its_place_by_the_stores_country(world: World) -> None:
    world.ingest(store_order("A1", "TEA", address=Address()))
    assert world.the_list("A1").warehouse_id == world.warehouse_id


def test_a_currency_nobody_knows_is_kept_beside_the_amount(world: World) -> None:
    odd = replace(store_order("A1", "TEA"), currency="ZZZ", total=Decimal("12.34"))
    counts = world.ingest(odd, store_order("A2", "TEA"))
    assert (counts.created, counts.failed) == (2, 0)
    assert (world.order("A1").currency, world.order("A1").total) == ("ZZZ", Decimal("12.3400"))


def test_a_status_nobody_documented_is_shown_and_moves_nothing(world: World) -> None:
    world.ingest(store_order("A1", "TEA", status=OrderStatus.UNKNOWN, raw_status="LIMBO"))
    made = world.the_list("A1")
    assert (world.order("A1").raw_status, made.push) == ("LIMBO", "waiting")
    assert world.problems("A1") == {}
    world.ingest(store_order("A1", "TEA", version=1))
    assert (world.order("A1").status, world.the_list("A1").id) == ("ready", made.id)


def test_what_cannot_be_stored_is_set_aside_by_number_and_the_rest_comes_in(world: World) -> None:
    counts = world.ingest(
        replace(store_order("BAD", "TEA"), note="a\x00b"),
        replace(store_order("HUGE", "TEA"), total=Decimal(10) ** 30),
        *(store_order(f"G{i}", "TEA") for i in range(6)),
    )
    assert (counts.created, counts.failed) == (6, 2)
