"""A worker killed at every step of a push: one list at the warehouse each, none lost (the proof of once-only)."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import psycopg
import pytest

from salur.connectors.base.types import OrderStatus
from salur.flows.push import look_up_doubtful, push_ready
from salur.foundation.clock import now
from salur.outbound.models import Outbound
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


@contextmanager
def worker(world: World) -> Iterator[subprocess.Popen[str]]:
    """A worker process at work; killed without warning when the block ends."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.faults.push_once", str(world.merchant_id), str(world.account_id)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "salur.config.settings"},
    )
    assert process.stdout is not None
    try:
        assert process.stdout.readline() == "started\n"
        yield process
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def wait_for(condition: Callable[[], bool]) -> None:
    ends = time.monotonic() + 180
    while not condition():
        assert time.monotonic() < ends, "it did not come to that"
        time.sleep(0.02)


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


def all_there_once(world: World, sandbox: Any) -> None:
    assert states(world) == ["pushed"] * ORDERS
    there = created(sandbox)
    with world.scope():
        references = set(Outbound.objects.values_list("reference", flat=True))
    assert set(there) == references
    assert set(there.values()) == {1}


def test_killed_before_the_partner_accepted(world: World, sandbox: Any) -> None:
    sandbox.control("faults", {"partner": "eccang", "operation": "createOrder", "kind": "latency", "seconds": 30})
    with worker(world):
        wait_for(lambda: states(world) == ["pushing"] * ORDERS)
    sandbox.control("faults", method="DELETE")
    recover(world)
    all_there_once(world, sandbox)


def test_killed_between_acceptance_and_answer(world: World, sandbox: Any) -> None:
    sandbox.control("faults", {"partner": "eccang", "operation": "createOrder", "kind": "timeout_after", "seconds": 30})
    with worker(world):
        wait_for(lambda: len(created(sandbox)) == ORDERS)
    assert states(world) == ["pushing"] * ORDERS
    sandbox.control("faults", method="DELETE")
    recover(world)
    all_there_once(world, sandbox)


def waits_for_a_lock(db: Any) -> bool:
    rows = db.rows(
        "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    )
    return bool(rows[0][0])


def open_transactions(db: Any) -> bool:
    rows = db.rows(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        " AND xact_start IS NOT NULL AND backend_type = 'client backend'"
    )
    return bool(rows[0][0])


def test_killed_between_the_answer_and_our_commit(world: World, sandbox: Any, db: Any) -> None:
    sandbox.control("faults", {"partner": "eccang", "operation": "createOrder", "kind": "latency", "seconds": 1})
    with psycopg.connect(db.url) as holder, worker(world) as process:
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
    all_there_once(world, sandbox)
