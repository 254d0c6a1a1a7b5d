"""A worker killed while it tells the warehouse of inbound lists: one list there each, and expected once."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest

from salur.flows.inbound_push import look_up_inbound
from salur.inbound.models import InboundList
from tests.flows.inbound_stage import InboundStage

pytestmark = pytest.mark.usefixtures("db")
LISTS = 3


@pytest.fixture
def stage(db: Any, sandbox: Any) -> InboundStage:
    made = InboundStage(sandbox)
    for pieces in range(1, LISTS + 1):
        made.submitted(("TEA", pieces))
    return made


@contextmanager
def worker(stage: InboundStage) -> Iterator[subprocess.Popen[str]]:
    """A worker process at work; killed without warning when the block ends."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.inbound.push_once", str(stage.merchant_id), str(stage.account_id)],
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


def states(stage: InboundStage) -> list[str]:
    with stage.world.scope():
        return sorted(InboundList.objects.values_list("push", flat=True))


def recover(stage: InboundStage) -> None:
    """What the workers that are left do, once leases and settling times have passed."""
    stage.sandbox.control("faults", method="DELETE")
    for _round in range(3):
        stage.let_leases_run_out()
        look_up_inbound(stage.merchant_id, stage.account_id)
        stage.look_up()
        stage.push()


def all_there_once(stage: InboundStage) -> None:
    assert states(stage) == ["pushed"] * LISTS
    with stage.world.scope():
        references = set(InboundList.objects.values_list("reference", flat=True))
    there = stage.there()
    assert set(there) == references
    assert {one["times_created"] for one in there.values()} == {1}
    assert stage.figures() == (0, sum(range(1, LISTS + 1)))


def test_killed_before_the_partner_accepted(stage: InboundStage) -> None:
    stage.fault("createAsn", "latency", seconds=30, times=LISTS)
    with worker(stage):
        wait_for(lambda: states(stage) == ["pushing"] * LISTS)
    recover(stage)
    all_there_once(stage)


def test_killed_between_acceptance_and_answer(stage: InboundStage) -> None:
    stage.fault("createAsn", "timeout_after", seconds=30, times=LISTS)
    with worker(stage):
        wait_for(lambda: len(stage.there()) == LISTS)
    assert states(stage) == ["pushing"] * LISTS
    recover(stage)
    all_there_once(stage)


def test_killed_between_the_answer_and_our_commit(stage: InboundStage, db: Any) -> None:
    stage.fault("createAsn", "latency", seconds=1, times=LISTS)
    with psycopg.connect(db.url) as holder, worker(stage) as process:
        wait_for(lambda: states(stage) == ["pushing"] * LISTS)
        holder.execute("SELECT set_config('salur.merchant', %s, true)", [str(stage.merchant_id)])
        holder.execute("SELECT id FROM inbound_inboundlist FOR UPDATE")
        wait_for(lambda: len(stage.there()) == LISTS)
        wait_for(lambda: waits_for_a_lock(db))  # the answers are in, the worker stands before its lock
        process.kill()
        process.wait()
        holder.rollback()  # its statement goes through now, but nobody is left to commit it
        wait_for(lambda: not open_transactions(db))
    assert states(stage) == ["pushing"] * LISTS
    assert stage.figures() == (0, 0)
    recover(stage)
    all_there_once(stage)


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
