"""A worker killed at every step of a push: one list at the warehouse each, none lost (the proof of once-only)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import psycopg
import pytest

from salur.connectors.base.types import OrderStatus
from salur.flows.push import look_up_doubtful, push_ready
from salur.foundation.clock import now
from salur.outbound.models import Outbound
from tests.faults.killable import open_transactions, wait_for, waits_for_a_lock, worker
from tests.world import INSTANT, World, connect_eccang, make_world, store_order

pytestmark = pytest.mark.usefixtures("db")
ORDERS = 5


@pytest.fixture
def world(db: Any, sandbox: Any) -> World:
    made = make_world()
    made.add_product("TEA", pieces=100)
    connect_eccang(made, sandbox, {"TEA": 100})
    made.ingest(*(store_order(f"A{n}", "TEA", status=OrderStatus.PAID, courier=INSTANT) for n in range(ORDERS)))
    return made


def created(sandbox: Any) -> dict[str, int]:
    return {o["reference_no"]: o["times_created"] for o in sandbox.look("eccang/orders")["orders"]}


def states(world: World) -> list[str]:
    with world.scope():
        return sorted(Outbound.objects.values_list("push", flat=True))


def recover(world: World) -> None:
    """What the workers that are left do, once leases and settling times have passed."""
    past = now() - timedelta(hours=1)
    with world.scope():
        Outbound.objects.filter(push="pushing").update(push_lease_until=past)
    for _round in range(3):
        look_up_doubtful(world.merchant_id, world.account_id)
        with world.scope():
            Outbound.objects.filter(push="unknown").update(push_next_at=past, push_lease_until=None)
        look_up_doubtful(world.merchant_id, world.account_id)
        push_ready(world.merchant_id, world.account_id)


def assert_all_there_once(world: World, sandbox: Any) -> None:
    assert states(world) == ["pushed"] * ORDERS
    there = created(sandbox)
    with world.scope():
        references = set(Outbound.objects.values_list("reference", flat=True))
    assert set(there) == references
    assert set(there.values()) == {1}


def test_killed_before_the_partner_accepted(world: World, sandbox: Any) -> None:
    sandbox.control("faults", {"partner": "eccang", "operation": "createOrder", "kind": "latency", "seconds": 30})
    with worker(push_ready, world.merchant_id, world.account_id):
        wait_for(lambda: states(world) == ["pushing"] * ORDERS)
    sandbox.control("faults", method="DELETE")
    recover(world)
    assert_all_there_once(world, sandbox)


def test_killed_between_acceptance_and_answer(world: World, sandbox: Any) -> None:
    sandbox.control("faults", {"partner": "eccang", "operation": "createOrder", "kind": "timeout_after", "seconds": 30})
    with worker(push_ready, world.merchant_id, world.account_id):
        wait_for(lambda: len(created(sandbox)) == ORDERS)
    assert states(world) == ["pushing"] * ORDERS
    sandbox.control("faults", method="DELETE")
    recover(world)
    assert_all_there_once(world, sandbox)


def test_killed_between_the_answer_and_our_commit(world: World, sandbox: Any, db: Any) -> None:
    sandbox.control("faults", {"partner": "eccang", "operation": "createOrder", "kind": "latency", "seconds": 1})
    at_work = worker(push_ready, world.merchant_id, world.account_id)
    with psycopg.connect(db.url) as holder, at_work as process:
        wait_for(lambda: states(world) == ["pushing"] * ORDERS)
        holder.execute("SELECT set_config('salur.merchant', %s, true)", [str(world.merchant_id)])
        holder.execute("SELECT id FROM outbound_outbound FOR UPDATE")
        wait_for(lambda: len(created(sandbox)) == ORDERS)
        wait_for(lambda: waits_for_a_lock(db))  # the answers are in, the worker stands before its UPDATE
        process.kill()
        process.wait()
        holder.rollback()  # its UPDATE goes through now, but nobody is left to commit it
        wait_for(lambda: not open_transactions(db))
    assert states(world) == ["pushing"] * ORDERS
    sandbox.control("faults", method="DELETE")
    recover(world)
    assert_all_there_once(world, sandbox)
