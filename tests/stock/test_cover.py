"""Days of cover from the last weeks' sales, and balances set to their movements again (issue 5)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from salur.foundation.clock import now
from salur.stock.cover import Sales, days_of_cover, sales_of
from salur.stock.ledger import balance_ids
from salur.stock.models import Balance, DailyShipped
from salur.stock.reserve import Need, reserve_stock, ship_stock
from salur.stock.verifying import recompute, verify
from tests.world import World, make_world


@pytest.fixture
def world(db: Any) -> World:
    made = make_world()
    made.add_product("TEA", pieces=100)
    return made


def shipped(world: World, *lists: int, pieces: int = 5) -> int:
    """Reserve and ship lists; answers the balance."""
    pair = (world.warehouse_id, world.products["TEA"])
    with world.scope():
        reserve_stock([Need(i, i, pair[0], {pair[1]: pieces}) for i in lists])
        ship_stock(lists)
        ship_stock(lists)
        return balance_ids([pair])[pair]


def test_what_is_shipped_is_summed_by_day_once_only(world: World) -> None:
    balance = shipped(world, 1, 2, 3)
    with world.scope():
        assert list(DailyShipped.objects.values_list("pieces", flat=True)) == [15]
        assert sales_of([balance]) == {balance: Sales(15, 7)}


def test_sales_count_for_the_weeks_looked_at_and_spread_over_the_days_since_the_first(world: World) -> None:
    balance = shipped(world, 1)
    today = now().date()
    with world.scope():
        for days, pieces in ((13, 9), (27, 100), (28, 1000)):
            DailyShipped.objects.create(balance_id=balance, day=today - timedelta(days=days), pieces=pieces)
        assert sales_of([balance])[balance] == Sales(114, 28)
        DailyShipped.objects.filter(pieces__gte=100).delete()
        assert sales_of([balance])[balance] == Sales(14, 14)


@pytest.mark.parametrize(
    ("free", "sales", "days"), [(10, Sales(7, 7), 10), (0, Sales(1, 7), 0), (5, Sales(0, 7), None)]
)
def test_days_of_cover(free: int, sales: Sales, days: int | None) -> None:
    assert days_of_cover(free, sales) == days


def test_recomputing_sets_what_differs_to_its_movements_and_nothing_else(world: World) -> None:
    shipped(world, 1, 2)
    with world.scope():
        assert recompute() == []
        Balance.objects.update(on_hand=77)
        DailyShipped.objects.update(pieces=3)
        assert {(one.figure, one.balance, one.ledger) for one in recompute()} == {
            ("on_hand", 77, 90),
            ("shipped by day", 3, 10),
        }
        assert verify() == []
    assert world.balance("TEA") == (90, 0)
