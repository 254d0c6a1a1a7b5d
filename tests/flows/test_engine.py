"""The job engine's connections are its loop's alone, and an engine that stands still does not stay unseen."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import transaction
from procrastinate.contrib.django import app

from salur.connectors.base.types import OrderStatus
from salur.flows.engine import SIDE_WORK, Engine
from salur.flows.wakeups import defer_wakeup
from salur.flows.watch import STOOD_STILL, Watch
from salur.flows.worker import sweep
from salur.outbound.models import Outbound
from tests.world import INSTANT, World, connect_eccang, make_world, store_order

pytestmark = pytest.mark.usefixtures("db")
WAITING = "SELECT args->>'kind' FROM procrastinate_jobs WHERE status = 'todo'"


@contextmanager
def running(engine: Engine) -> Iterator[None]:
    """The engine's connections open in a loop of its own, as while a worker works."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        with app.replace_connector(engine.connector):
            asyncio.run_coroutine_threadsafe(engine.connector.open_async(), loop).result(60)
            yield
            asyncio.run_coroutine_threadsafe(engine.connector.close_async(), loop).result(60)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(60)
        loop.close()


def test_a_wake_up_in_a_worker_is_part_of_its_transaction_and_leaves_the_engines_connections_alone(db: Any) -> None:
    engine = Engine(2)
    with running(engine):
        with pytest.raises(RuntimeError), transaction.atomic():
            defer_wakeup("follow", 1, 1)
            raise RuntimeError
        assert db.rows(WAITING) == []
        with transaction.atomic():
            defer_wakeup("push", 1, 2)
            assert db.rows(WAITING) == [], "nobody sees it before the rows it is about"
        assert db.rows(WAITING) == [("push",)]
        asked = engine.connector.pool.get_stats().get("requests_num", 0)
    assert asked == 0


def test_every_job_may_end_at_the_same_moment_without_waiting_for_a_connection() -> None:
    engine = Engine(8)
    with running(engine):
        assert engine.connector.pool.max_size == 8 + SIDE_WORK


class Ended(Exception):
    """What a test's watch does instead of ending the process."""


def watch_of(engine: Engine) -> Watch:
    return Watch(engine, still=0.0)


def test_an_engine_stands_still_only_where_a_job_waits_and_there_is_a_place_for_it(db: Any) -> None:
    engine = Engine(1)
    watch = watch_of(engine)
    assert not watch.stands_still(), "nothing waits"
    with transaction.atomic():
        defer_wakeup("push", 1, 2)
    assert watch.stands_still()
    assert not Watch(engine, ["stock"], still=0.0).stands_still(), "another worker's queue"
    assert not Watch(engine, still=60.0).stands_still(), "not for long"
    engine.ending = True
    assert not watch.stands_still(), "asked to end, it takes no more jobs"


def test_an_engine_whose_places_are_all_taken_does_not_stand_still(db: Any) -> None:
    with transaction.atomic():
        defer_wakeup("push", 1, 2)
    engine, told = Engine(1), []
    engine.connector.fetched_at -= 3600
    assert Watch(engine, still=60.0).stands_still()
    engine._counted(lambda: told.append(Watch(engine, still=60.0).stands_still()), None, None)
    assert told == [False]


@pytest.fixture
def world(db: Any, sandbox: Any) -> World:
    made = make_world()
    made.add_product("TEA", pieces=100)
    connect_eccang(made, sandbox, {"TEA": 100})
    made.ingest(store_order("A1", "TEA", status=OrderStatus.PAID, courier=INSTANT))
    return made


def test_a_worker_whose_engine_stands_still_ends_and_says_so_and_the_next_one_does_its_jobs(
    world: World, db: Any
) -> None:
    sweep()
    stuck = subprocess.run(
        [sys.executable, "-m", "tests.faults.stuck_worker"],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "salur.config.settings"},
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )
    assert stuck.returncode == STOOD_STILL, stuck.stderr
    assert "engine_stands_still" in stuck.stderr
    assert "Thread" in stuck.stderr, "what its threads were at, for whoever looks for the reason"
    assert ("push",) in db.rows(WAITING)
    assert subprocess.run([sys.executable, "-m", "salur", "worker", "--once"], check=False, timeout=240).returncode == 0
    with world.scope():
        assert set(Outbound.objects.values_list("push", flat=True)) == {"pushed"}
