"""Pushing to the warehouse: exactly one list there, whatever is lost on the way (R81, R82, R94; design 8)."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, connections

from salur.connectors.base.types import OrderStatus
from salur.flows.push import look_up_doubtful, push_ready
from salur.foundation.clock import now
from salur.integrations.models import ExchangeRecord, WarehouseAccount
from salur.outbound.models import Outbound, PushAttempt
from tests.faults.killable import wait_for
from tests.world import INSTANT, World, connect_eccang, make_world, store_order

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def world(db: Any, sandbox: Any) -> World:
    made = make_world()
    made.add_product("TEA", pieces=100)
    connect_eccang(made, sandbox, {"TEA": 100})
    return made


def ready(world: World, *external_ids: str) -> None:
    """Orders whose lists are ready to push at once (R97)."""
    world.ingest(*(store_order(i, "TEA", status=OrderStatus.PAID, courier=INSTANT) for i in external_ids))


def at_warehouse(sandbox: Any) -> dict[str, int]:
    """How many lists the warehouse created, by our reference."""
    return {o["reference_no"]: o["times_created"] for o in sandbox.look("eccang/orders")["orders"]}


def fault(sandbox: Any, kind: str, **more: Any) -> None:
    sandbox.control("faults", {"partner": "eccang", "operation": "createOrder", "kind": kind, **more})


def push(world: World) -> int:
    return push_ready(world.merchant_id, world.account_id)


def look_up(world: World) -> int:
    """Look up what is in doubt, as if the time to settle had passed."""
    with world.scope():
        Outbound.objects.filter(push="unknown").update(push_next_at=now())
    return look_up_doubtful(world.merchant_id, world.account_id)


def let_leases_run_out(world: World) -> None:
    past = now() - timedelta(milliseconds=1)
    with world.scope():
        Outbound.objects.filter(push="pushing").update(push_lease_until=past)
        Outbound.objects.filter(push="unknown", push_lease_until__isnull=False).update(push_lease_until=past)


def attempts(world: World, external_id: str) -> list[tuple[str, str]]:
    with world.scope():
        rows = PushAttempt.objects.filter(outbound__order__external_id=external_id).order_by("pk")
        return list(rows.values_list("kind", "outcome"))


def test_a_ready_list_reaches_the_warehouse_with_its_reference(world: World, sandbox: Any) -> None:
    ready(world, "A1")
    assert push(world) == 1
    made = world.the_list("A1")
    assert made.push == "pushed"
    assert made.partner_number
    assert made.pushed_at is not None
    assert at_warehouse(sandbox) == {made.reference: 1}
    assert attempts(world, "A1") == [("push", "pushed")]
    with world.scope():
        assert ExchangeRecord.objects.filter(operation="createOrder", outcome="ok").count() == 1


def test_a_doubled_job_changes_nothing(world: World, sandbox: Any) -> None:
    ready(world, "A1")
    assert [push(world), push(world)] == [1, 0]
    assert list(at_warehouse(sandbox).values()) == [1]


@pytest.mark.parametrize("kind", ["cut_after", "error_after", "garbage_after"])
def test_an_answer_lost_after_acceptance_is_looked_up_and_never_sent_again(
    world: World, sandbox: Any, kind: str
) -> None:
    if kind == "garbage_after":
        fault(sandbox, "garbage", times=1)
    else:
        fault(sandbox, kind, times=1)
    ready(world, "A1")
    push(world)
    assert world.the_list("A1").push == "unknown"
    assert push(world) == 0, "an unknown outcome must not be sent again"
    look_up(world)
    push(world)
    made = world.the_list("A1")
    assert made.push == "pushed"
    assert at_warehouse(sandbox) == {made.reference: 1}


def test_the_look_up_waits_until_the_partner_has_settled(world: World, sandbox: Any) -> None:
    fault(sandbox, "cut_after", times=1)
    ready(world, "A1")
    push(world)
    assert look_up_doubtful(world.merchant_id, world.account_id) == 0
    assert world.the_list("A1").push == "unknown"


def test_what_certainly_did_not_arrive_is_pushed_again(world: World, sandbox: Any) -> None:
    fault(sandbox, "error_before", times=1)
    ready(world, "A1")
    push(world)
    look_up(world)
    assert world.the_list("A1").push == "ready"
    push(world)
    made = world.the_list("A1")
    assert (made.push, at_warehouse(sandbox)) == ("pushed", {made.reference: 1})
    assert [kind for kind, _ in attempts(world, "A1")] == ["push", "lookup", "push"]


def test_a_lease_that_ran_out_makes_the_row_unknown_never_ready(world: World, sandbox: Any) -> None:
    ready(world, "A1")
    with world.scope():
        Outbound.objects.update(push="pushing", push_epoch=1, push_lease_until=now() - timedelta(minutes=5))
    assert push(world) == 0
    look_up_doubtful(world.merchant_id, world.account_id)
    look_up(world)
    assert world.the_list("A1").push == "ready"
    push(world)
    assert list(at_warehouse(sandbox).values()) == [1]


def test_a_late_answer_of_a_fenced_off_worker_is_kept_as_evidence_and_changes_nothing(
    world: World, sandbox: Any
) -> None:
    fault(sandbox, "latency", seconds=2.0, times=1)
    ready(world, "A1")

    def slow() -> None:
        try:
            push(world)
        finally:
            connections.close_all()

    worker = threading.Thread(target=slow)
    worker.start()
    wait_for(lambda: world.the_list("A1").push == "pushing")
    let_leases_run_out(world)
    look_up_doubtful(world.merchant_id, world.account_id)
    assert world.the_list("A1").push == "unknown"
    worker.join()
    assert world.the_list("A1").push == "unknown"
    with world.scope():
        assert list(PushAttempt.objects.values_list("outcome", "late")) == [("pushed", True)]
    look_up(world)
    made = world.the_list("A1")
    assert (made.push, at_warehouse(sandbox)) == ("pushed", {made.reference: 1})


def test_429_waits_as_long_as_the_partner_asks_and_is_not_counted_as_an_attempt(world: World, sandbox: Any) -> None:
    fault(sandbox, "rate_limit", retry_after=30, times=1)
    ready(world, "A1")
    push(world)
    made = world.the_list("A1")
    assert (made.push, made.push_attempts) == ("ready", 0)
    assert made.push_next_at is not None
    assert 25 < (made.push_next_at - now()).total_seconds() <= 30
    assert push(world) == 0, "the account's budget is blocked"
    assert at_warehouse(sandbox) == {}


def test_a_refusal_shows_the_partners_words_and_pushing_again_after_the_cure_works(world: World, sandbox: Any) -> None:
    world.add_product("UNKNOWN", pieces=5)
    world.ingest(store_order("A1", "UNKNOWN", status=OrderStatus.PAID, courier=INSTANT))
    push(world)
    made = world.the_list("A1")
    assert made.push == "rejected"
    assert "UNKNOWN" in made.push_error_message
    sandbox.control("eccang/products", {"skus": ["UNKNOWN"], "quantity": 5, "warehouse": "TH01"})
    from salur.flows.push_again import push_again

    with world.scope():
        push_again([made.pk])
    push(world)
    assert world.the_list("A1").push == "pushed"
    assert world.the_list("A1").reference == made.reference
    assert list(at_warehouse(sandbox).values()) == [1]


def test_refused_credentials_pause_the_account_and_keep_the_lists_waiting(world: World, sandbox: Any) -> None:
    sandbox.control("eccang/accounts", {"customer_code": "C1", "app_token": "changed", "app_key": "changed"})
    ready(world, "A1")
    known = sandbox.look("credentials")["eccang"]
    sandbox.control("eccang/accounts", {"customer_code": known["customer_code"], "app_token": "new", "app_key": "new"})
    push(world)
    with world.scope():
        account = WarehouseAccount.objects.get(pk=world.account_id)
    made = world.the_list("A1")
    assert (account.state, made.push, made.blocked_by) == ("paused", "waiting", "account_not_connected")
    assert account.pause_reason
    assert push(world) == 0


def test_an_order_cancelled_just_before_is_not_claimed(world: World, sandbox: Any) -> None:
    ready(world, "A1")
    with connection.cursor() as cursor, world.scope():
        cursor.execute("UPDATE orders_order SET status = 'cancelled' WHERE external_id = 'A1'")
    assert push(world) == 0
    assert at_warehouse(sandbox) == {}


def test_two_workers_push_every_list_once(world: World, sandbox: Any) -> None:
    ready(world, *(f"A{n}" for n in range(60)))
    fault(sandbox, "latency", seconds=0.05)

    def work() -> None:
        try:
            push(world)
        finally:
            connections.close_all()

    workers = [threading.Thread(target=work) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    created = at_warehouse(sandbox)
    assert (len(created), set(created.values())) == (60, {1})
    with world.scope():
        assert set(Outbound.objects.values_list("push", flat=True)) == {"pushed"}


def test_instant_couriers_overtake_those_that_came_before(world: World, sandbox: Any) -> None:
    ready(world, "A1", "A2")
    with world.scope():
        Outbound.objects.filter(order__external_id="A1").update(priority=100)
    with world.scope(), connection.cursor() as cursor:
        cursor.execute("UPDATE integrations_ratebudget SET tokens = 1, per_second = 0.01, burst = 1")
    push(world)
    assert (world.the_list("A2").push, world.the_list("A1").push) == ("pushed", "ready")
