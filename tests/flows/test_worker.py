"""Jobs are alarm clocks: lost, doubled or late ones change nothing, since rows say what is due (design 9)."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from datetime import timedelta
from typing import Any

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from salur.connectors.base.types import OrderStatus
from salur.flows import jobs
from salur.flows.jobs import WORK, Underway, carry_on
from salur.flows.wakeups import QUEUES
from salur.flows.worker import sweep
from salur.foundation.clock import now
from salur.integrations.models import StoreConnection, WarehouseAccount
from salur.orders.models import SyncRun
from salur.outbound.models import Outbound
from tests.world import INSTANT, World, connect_eccang, make_world, store_order

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def world(db: Any) -> World:
    made = make_world()
    made.add_product("TEA", pieces=100)
    with made.scope():
        SyncRun.objects.update(state="stopped")
    return made


def waiting() -> list[tuple[str, int]]:
    """Wake-ups in the queue."""
    rows = ProcrastinateJob.objects.filter(status="todo", task_name="salur.carry_on").order_by("id")
    return [(job.args["kind"], job.args["target_id"]) for job in rows]


def no_alarms(db: Any) -> None:
    """Every job is lost."""
    db.admin.execute("TRUNCATE procrastinate_jobs CASCADE")


def ready(world: World, *numbers: str) -> None:
    world.ingest(*(store_order(n, "TEA", status=OrderStatus.PAID, courier=INSTANT) for n in numbers))


def test_a_change_and_its_wake_up_are_one_transaction(world: World) -> None:
    ready(world, "A1", "A2")
    assert waiting() == [("push", world.account_id)]
    with pytest.raises(RuntimeError), world.scope():
        from salur.flows.wakeups import wake

        wake("follow", world.account_id)
        raise RuntimeError
    assert waiting() == [("push", world.account_id)]


def test_equal_wake_ups_fold(world: World) -> None:
    for number in range(5):
        ready(world, f"A{number}")
    assert waiting() == [("push", world.account_id)]


def test_the_sweep_wakes_for_ready_lists_whose_job_was_lost(world: World, db: Any) -> None:
    ready(world, "A1")
    no_alarms(db)
    assert waiting() == []
    sweep()
    assert waiting() == [("push", world.account_id)]
    sweep()
    assert waiting() == [("push", world.account_id)]


@pytest.mark.parametrize(
    ("kind", "make_due"),
    [
        ("poll", lambda w: StoreConnection.objects.update(next_poll_at=now())),
        ("run", lambda w: SyncRun(store_id=w.store_id, source="sync", trigger="t", created_at=now()).save()),
        ("products", lambda w: w.add_product("NEW", pushed=False)),
        ("follow", lambda w: WarehouseAccount.objects.update(next_follow_up_at=now())),
    ],
)
def test_the_sweep_finds_every_kind_of_work_that_is_due(world: World, db: Any, kind: str, make_due: Any) -> None:
    no_alarms(db)
    sweep()
    assert kind not in {k for k, _ in waiting()}
    with world.scope():
        make_due(world)
    no_alarms(db)
    sweep()
    assert kind in {k for k, _ in waiting()}


def test_the_sweep_leaves_what_waits_for_its_time_or_for_a_person(world: World, db: Any) -> None:
    ready(world, "A1")
    with world.scope():
        Outbound.objects.update(push_next_at=now() + timedelta(hours=1))
    no_alarms(db)
    sweep()
    assert waiting() == []
    with world.scope():
        Outbound.objects.update(push_next_at=None)
        WarehouseAccount.objects.update(state="paused")
    sweep()
    assert waiting() == []


def test_a_lease_that_ran_out_is_swept_up_as_doubt(world: World, db: Any) -> None:
    ready(world, "A1")
    with world.scope():
        Outbound.objects.update(push="pushing", push_lease_until=now() - timedelta(seconds=1))
    no_alarms(db)
    sweep()
    assert waiting() == [("doubt", world.account_id)]


def test_every_kind_of_wake_up_has_its_work_and_its_queue() -> None:
    assert set(WORK) == set(QUEUES)


def test_a_job_whose_work_fails_does_not_fail_itself(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(merchant: int, target: int) -> int:
        raise RuntimeError("boom")

    monkeypatch.setitem(jobs.WORK, "push", broken)
    carry_on(kind="push", merchant_id=world.merchant_id, target_id=world.account_id)
    assert jobs.underway.begin(("push", world.account_id)), "it is not under way any more"
    assert not jobs.underway.again(("push", world.account_id))


def test_an_equal_wake_up_makes_the_one_under_way_go_round_again(monkeypatch: pytest.MonkeyPatch) -> None:
    begun, go_on = threading.Event(), threading.Event()
    rounds = []

    def slow(merchant: int, target: int) -> int:
        rounds.append(target)
        begun.set()
        go_on.wait(10)
        return 1

    monkeypatch.setitem(jobs.WORK, "push", slow)
    monkeypatch.setattr(jobs, "underway", Underway())
    first = threading.Thread(target=carry_on, kwargs={"kind": "push", "merchant_id": 1, "target_id": 7})
    first.start()
    assert begun.wait(10)
    for _ in range(3):
        carry_on(kind="push", merchant_id=1, target_id=7)
    go_on.set()
    first.join(10)
    assert rounds == [7, 7]


def test_a_worker_process_does_what_is_due_and_ends_when_told_to_do_it_once(world: World, sandbox: Any) -> None:
    connect_eccang(world, sandbox, {"TEA": 100})
    ready(world, *(f"A{n}" for n in range(7)))
    workers = [
        subprocess.Popen(
            [sys.executable, "-m", "salur", "worker", "--once"],
            env=dict(os.environ),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for _ in range(2)
    ]
    assert [w.wait(240) for w in workers] == [0, 0]
    with world.scope():
        assert set(Outbound.objects.values_list("push", flat=True)) == {"pushed"}
    created = [o["times_created"] for o in sandbox.look("eccang/orders")["orders"]]
    assert created == [1] * 7


@pytest.mark.skipif(not hasattr(signal, "SIGUSR1"), reason="this system has no such signal")
def test_a_worker_tells_what_its_threads_are_at_when_asked(db: Any) -> None:
    running = subprocess.Popen(
        [sys.executable, "-m", "salur", "worker"], env=dict(os.environ), stderr=subprocess.PIPE, text=True
    )
    assert running.stderr is not None
    try:
        assert any("worker_starts" in said for said in running.stderr)
        running.send_signal(signal.SIGUSR1)
        assert any("Current thread" in said for said in running.stderr)
        assert running.poll() is None
    finally:
        running.kill()
        running.communicate()
