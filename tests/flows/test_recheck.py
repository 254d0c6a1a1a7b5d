"""Two transactions that do not see each other leave nothing waiting for what is no longer in the way (R94)."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import connections
from procrastinate.contrib.django.models import ProcrastinateJob

from salur.catalog.models import WarehouseProduct
from salur.connectors.base.types import OrderStatus
from salur.flows import planning
from salur.flows.recheck import recheck
from salur.flows.wakeups import bindings_changed, products_changed
from salur.flows.worker import sweep
from tests.world import INSTANT, World, make_world, store_order

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def world(db: Any) -> World:
    made = make_world()
    made.add_product("TEA", pieces=10, pushed=False)
    return made


def elsewhere(work: Any) -> None:
    """Done and committed by somebody else, meanwhile."""
    errors: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except BaseException as error:  # noqa: BLE001 - raised again below
            errors.append(error)
        finally:
            connections.close_all()

    other = threading.Thread(target=run)
    other.start()
    other.join(30)
    assert not other.is_alive()
    if errors:
        raise errors[0]


def push_product(world: World) -> None:
    with world.scope():
        for state in ("pushing", "pushed"):
            WarehouseProduct.objects.update(push=state)
        products_changed([world.warehouse_id])


def meanwhile(monkeypatch: pytest.MonkeyPatch, name: str, work: Any) -> None:
    """Right after planning has read what ``name`` answers, somebody else commits ``work``; once."""
    real = getattr(planning, name)
    done: list[int] = []

    def read(*arguments: Any) -> Any:
        answer = real(*arguments)
        if not done:
            done.append(1)
            elsewhere(work)
        return answer

    monkeypatch.setattr(planning, name, read)


def wanted() -> set[str]:
    return {job.args["kind"] for job in ProcrastinateJob.objects.filter(status="todo")}


def test_a_product_pushed_while_an_import_was_planning_opens_its_lists(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    meanwhile(monkeypatch, "push_standing", lambda: push_product(world))
    world.ingest(store_order("A1", "TEA", status=OrderStatus.PAID, courier=INSTANT))
    assert world.the_list("A1").blocked_by == "product_push_waits", "the import could not know"
    assert "recheck" in wanted()
    recheck(world.merchant_id, world.merchant_id)
    assert world.the_list("A1").push == "ready"


def test_a_rule_made_while_an_import_was_planning_takes_its_orders(db: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    world = make_world(rule=False)
    world.add_product("TEA", pieces=10)

    def make_rule() -> None:
        world.add_rule()
        with world.scope():
            bindings_changed()

    meanwhile(monkeypatch, "load_rules", make_rule)
    world.ingest(store_order("A1", "TEA"))
    assert set(world.problems("A1")) == {"no_rule"}
    assert "recheck" in wanted()
    recheck(world.merchant_id, world.merchant_id)
    assert world.problems("A1") == {}
    assert len(world.lists("A1")) == 1


def test_a_second_look_that_was_lost_is_found_by_the_sweep(world: World, db: Any) -> None:
    world.ingest(store_order("A1", "TEA", status=OrderStatus.PAID, courier=INSTANT))
    db.admin.execute("TRUNCATE procrastinate_jobs CASCADE")
    sweep()
    assert "recheck" not in wanted(), "the product is still to be pushed"
    with world.scope():
        for state in ("pushing", "pushed"):
            WarehouseProduct.objects.update(push=state)
    sweep()
    assert "recheck" in wanted()


def test_orders_that_nothing_passing_holds_ask_for_no_second_look(world: World, db: Any) -> None:
    world.add_product("CUP", pieces=10)
    db.admin.execute("TRUNCATE procrastinate_jobs CASCADE")
    world.ingest(store_order("A1", "CUP"), store_order("A2", ("CUP", 99)))
    assert "recheck" not in wanted()
