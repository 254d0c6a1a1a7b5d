"""Delivery-warehouse rules on orders as they come in: fall-backs, free stock, splits, addresses, tags (R72, R73)."""

from __future__ import annotations

import dataclasses

import pytest

from salur.catalog.models import MasterProduct
from salur.foundation.clock import now
from salur.stock.ledger import Entry, balance_ids, post
from salur.stock.models import Balance, MovementCause, Warehouse
from tests.harness.database import Database
from tests.world import THAI, World, make_world, store_order


@pytest.fixture
def world(db: Database) -> World:
    """Tea lies in the partner's warehouse (2) and in an own one (5), cups in the own one only."""
    world = make_world(rule=False)
    for msku in ("TEA", "CUP"):
        world.add_product(msku)
    world.add_stock("TEA", 2)
    with world.scope():
        own = Warehouse(code="OWN", name="Own", country="TH", created_at=now())
        own.save()
        pairs = [(own.pk, world.products[msku]) for msku in ("TEA", "CUP")]
        ids = balance_ids(pairs)
        post([Entry(ids[pair], MovementCause.ADJUST, 900 + n, d_on_hand=5) for n, pair in enumerate(pairs)])
    return world


def own_id(world: World) -> int:
    """The own warehouse."""
    with world.scope():
        return Warehouse.objects.get(code="OWN").pk


def places(world: World, number: str) -> dict[str, bool]:
    """Warehouses of the order's lists, and whether its stock is reserved there."""
    with world.scope():
        names = dict(Warehouse.objects.values_list("pk", "code"))
    return {names[one.warehouse_id]: one.reserved for one in world.lists(number)}


def test_orders_of_one_batch_take_the_stock_in_turn_and_the_rest_fall_back(world: World) -> None:
    world.add_rule(fallback_ids=[own_id(world)], only_where_free=True, never_split=True)
    numbers = [f"A{n}" for n in range(9)]
    world.ingest(*(store_order(number, "TEA") for number in numbers))
    assert [places(world, n) for n in numbers] == [
        *[{"TH01": True}] * 2,
        *[{"OWN": True}] * 5,
        *[{"TH01": False}] * 2,
    ]
    assert world.balance("TEA") == (2, 2)
    with world.scope():
        assert Balance.objects.get(warehouse_id=own_id(world), product__msku="TEA").reserved == 5


def test_an_order_is_split_only_where_the_rule_lets_it(world: World) -> None:
    other = own_id(world)
    whole = world.add_rule(fallback_ids=[other], only_where_free=True, never_split=True, cities=["Whole"])
    assert whole
    world.add_rule(fallback_ids=[other], only_where_free=True)
    wish = (("TEA", 2), ("CUP", 1))
    elsewhere = dataclasses.replace(THAI, city="whole")
    world.ingest(store_order("A1", *wish, address=elsewhere), store_order("A2", *wish))
    assert places(world, "A1") == {"OWN": True}
    assert places(world, "A2") == {"OWN": True}, "the own warehouse has all of it"
    world.ingest(store_order("A3", ("TEA", 2), ("CUP", 3)))
    assert places(world, "A3") == {"TH01": True, "OWN": True}


def test_address_tag_value_and_payment_decide_also_when_an_order_is_planned_again(world: World) -> None:
    world.add_rule(postcodes=["90000-99999"])
    wish = store_order("A1", "TEA", cash_on_delivery=True)
    world.ingest(wish)
    assert set(world.problems("A1")) == {"no_rule"}
    with world.scope():
        MasterProduct.objects.filter(msku="TEA").update(tags=["cold"])
    own = own_id(world)
    world.add_rule(
        warehouse_id=own,
        provinces=[THAI.province],
        postcodes=["10110"],
        tags=["cold"],
        cash_on_delivery="yes",
        couriers=["spx*"],
        value_from="199",
        value_currency="THB",
    )
    with world.scope():
        from salur.flows.wakeups import bindings_changed

        bindings_changed()
    assert places(world, "A1") == {"OWN": True}
    assert not world.problems("A1")


def test_a_rule_whose_fall_back_warehouse_was_deleted_still_works(world: World) -> None:
    world.add_rule(fallback_ids=[2**40, own_id(world)], only_where_free=True)
    world.ingest(store_order("A1", ("TEA", 4)))
    assert places(world, "A1") == {"OWN": True}
