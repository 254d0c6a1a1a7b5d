"""What must leave soon goes first, and never waits behind what can wait (R97)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from salur.connectors.base.types import OrderStatus
from salur.flows.arrange import arrange_due
from salur.flows.follow_up import follow_account
from salur.flows.push import push_ready
from salur.foundation.clock import now
from salur.integrations import budgets
from salur.integrations.models import RateBudget, WarehouseAccount
from salur.outbound.models import Outbound
from salur.outbound.urgency import NEAR, SOON, TO_ARRANGE, TO_PUSH, hurry
from tests.flows.stage import EXPRESS, Stage
from tests.world import INSTANT, World, connect_eccang, make_world, store_order

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def world(db: Any, sandbox: Any) -> World:
    """Ten ready lists; the order of the last but one must leave within the hour, that of the last in a week."""
    made = make_world()
    made.add_product("TEA", pieces=100)
    connect_eccang(made, sandbox, {"TEA": 100})
    soon, later = now() + timedelta(hours=1), now() + timedelta(days=7)
    ends = {8: soon, 9: later}
    made.ingest(
        *(store_order(f"A{n}", "TEA", status=OrderStatus.PAID, courier=INSTANT, ship_by=ends.get(n)) for n in range(10))
    )
    with made.scope():
        Outbound.objects.update(priority=100)  # as if none of them went by an instant courier
    return made


def calls_left(world: World, calls: int, burst: int) -> None:
    with world.scope():
        RateBudget.objects.filter(account_id=world.account_id).update(
            tokens=calls, burst=burst, per_second=0.0001, counted_at=now()
        )


def pushed(world: World) -> set[str]:
    with world.scope():
        return set(Outbound.objects.filter(push="pushed").values_list("order__external_id", flat=True))


def test_a_list_that_must_leave_soon_is_pushed_before_those_that_came_first(world: World) -> None:
    calls_left(world, 1, 10)
    push_ready(world.merchant_id, world.account_id)
    assert pushed(world) == {"A8"}


def test_what_must_leave_soon_is_raised_once_and_instant_couriers_stay_before_it(world: World) -> None:
    with world.scope():
        Outbound.objects.filter(order__external_id="A0").update(priority=10)
        assert hurry(TO_PUSH, world.account_id) == 1
        assert hurry(TO_PUSH, world.account_id) == 0
        assert dict(Outbound.objects.exclude(priority=100).values_list("order__external_id", "priority")) == {
            "A0": 10,
            "A8": SOON,
        }


def test_shipments_that_must_leave_soon_are_arranged_first(db: Any, sandbox: Any) -> None:
    stage = Stage(sandbox)
    numbers = sandbox.control("shopee/orders", {"count": 3, "carrier": EXPRESS})["order_sns"]
    soon = now() + NEAR / 2
    stage.world.ingest(
        *(
            store_order(n, "TEA", status=OrderStatus.PAID, courier=EXPRESS, ship_by=soon if n == numbers[2] else None)
            for n in numbers
        )
    )
    with stage.world.scope():
        assert hurry(TO_ARRANGE, stage.store_id) == 1
    arrange_due(stage.merchant_id, stage.store_id)
    assert stage.world.the_list(numbers[2]).priority == SOON


def test_a_stock_sync_leaves_calls_to_pushes(world: World) -> None:
    calls_left(world, 4, 8)
    with world.scope():
        assert budgets.take("account", world.account_id, 10, patient=True) == 2, "a quarter of the eight is kept"
        assert budgets.take("account", world.account_id, 10, patient=True) == 0
    push_ready(world.merchant_id, world.account_id)
    assert len(pushed(world)) == 2, "what was kept is there for what cannot wait"


def test_the_look_at_states_leaves_calls_to_pushes_and_comes_again_soon(world: World) -> None:
    calls_left(world, 1, 8)
    push_ready(world.merchant_id, world.account_id)
    calls_left(world, 2, 8)
    assert follow(world) == (0, True), "of eight, two are kept for what cannot wait"
    push_ready(world.merchant_id, world.account_id)
    assert len(pushed(world)) == 3
    calls_left(world, 3, 8)
    assert follow(world) == (3, False)


def follow(world: World) -> tuple[int, bool]:
    """How many lists a round asked for, and whether the next one follows within seconds."""
    with world.scope():
        WarehouseAccount.objects.update(next_follow_up_at=now())
    asked = follow_account(world.merchant_id, world.account_id)
    with world.scope():
        at = WarehouseAccount.objects.get().next_follow_up_at
    assert at is not None
    return asked, at - now() < timedelta(seconds=10)


def test_of_a_budget_of_single_calls_nothing_is_kept_so_nobody_starves(world: World) -> None:
    calls_left(world, 1, 1)
    with world.scope():
        assert budgets.take("account", world.account_id, 1, patient=True) == 1
