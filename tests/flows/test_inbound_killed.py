"""A worker killed while it tells the warehouse of inbound lists: one list there each, and expected once."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from salur.flows.inbound_push import look_up_inbound, push_inbound_due
from salur.inbound.models import InboundList
from tests.faults.killable import open_transactions, wait_for, waits_for_a_lock, worker
from tests.flows.inbound_stage import InboundStage

pytestmark = pytest.mark.usefixtures("db")
LISTS = 3


@pytest.fixture
def stage(db: Any, sandbox: Any) -> InboundStage:
    made = InboundStage(sandbox)
    for pieces in range(1, LISTS + 1):
        made.submitted(("TEA", pieces))
    return made


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


def assert_all_there_once(stage: InboundStage) -> None:
    assert states(stage) == ["pushed"] * LISTS
    with stage.world.scope():
        references = set(InboundList.objects.values_list("reference", flat=True))
    there = stage.there()
    assert set(there) == references
    assert {one["times_created"] for one in there.values()} == {1}
    assert stage.figures() == (0, sum(range(1, LISTS + 1)))


def test_killed_before_the_partner_accepted(stage: InboundStage) -> None:
    stage.fault("createAsn", "latency", seconds=30, times=LISTS)
    with worker(push_inbound_due, stage.merchant_id, stage.account_id):
        wait_for(lambda: states(stage) == ["pushing"] * LISTS)
    recover(stage)
    assert_all_there_once(stage)


def test_killed_between_acceptance_and_answer(stage: InboundStage) -> None:
    stage.fault("createAsn", "timeout_after", seconds=30, times=LISTS)
    with worker(push_inbound_due, stage.merchant_id, stage.account_id):
        wait_for(lambda: len(stage.there()) == LISTS)
    assert states(stage) == ["pushing"] * LISTS
    recover(stage)
    assert_all_there_once(stage)


def test_killed_between_the_answer_and_our_commit(stage: InboundStage, db: Any) -> None:
    stage.fault("createAsn", "latency", seconds=1, times=LISTS)
    at_work = worker(push_inbound_due, stage.merchant_id, stage.account_id)
    with psycopg.connect(db.url) as holder, at_work as process:
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
    assert_all_there_once(stage)
