"""The proof finds what does not add up, and nothing where all is well."""

from __future__ import annotations

from typing import Any

from salur.flows.verify import verify_stock
from salur.outbound.models import Outbound
from salur.stock.models import Balance
from tests.world import make_world, store_order


def test_books_that_add_up_are_left_in_peace(db: Any) -> None:
    world = make_world()
    world.add_product("TEA", pieces=10)
    world.ingest(store_order("A1", ("TEA", 2)), store_order("A2", ("TEA", 20)))
    with world.scope():
        assert verify_stock() == []


def test_a_reservation_that_no_open_list_holds_is_named(db: Any) -> None:
    world = make_world()
    world.add_product("TEA", pieces=10)
    world.ingest(store_order("A1", ("TEA", 2)))
    with world.scope():
        Outbound.objects.update(reserved=False)
        found = verify_stock()
    assert [(one.figure, one.balance, one.ledger) for one in found] == [("reserved by lists", 2, 0)]


def test_a_balance_that_its_movements_do_not_explain_is_named(db: Any) -> None:
    world = make_world()
    world.add_product("TEA", pieces=10)
    with world.scope():
        Balance.objects.update(on_hand=9)
        found = verify_stock()
    assert [(one.figure, one.balance, one.ledger) for one in found] == [("on_hand", 9, 10)]
