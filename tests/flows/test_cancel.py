"""Stopping what the warehouse has: in each state, refused, too late, and the conflict to be seen (R115 to R120)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from salur.flows.calibrate import restock
from salur.flows.cancel import ask_again, cancel_due
from salur.flows.follow_up import follow_account
from salur.flows.push import look_up_doubtful, push_ready
from salur.foundation.clock import now
from salur.integrations.models import WarehouseAccount
from salur.outbound.models import Outbound
from salur.stock.models import Movement
from salur.tenancy.models import Transition
from tests.flows.stage import Stage, side_by_side


def cancel(stage: Stage) -> int:
    stage.due_now("cancellation")
    return cancel_due(stage.merchant_id, stage.account_id)


def follow(stage: Stage) -> None:
    with stage.world.scope():
        WarehouseAccount.objects.update(next_follow_up_at=now())
    follow_account(stage.merchant_id, stage.account_id)


def released(stage: Stage) -> int:
    with stage.world.scope():
        return Movement.objects.filter(cause="release").count()


def steps(stage: Stage, number: str) -> list[str]:
    with stage.world.scope():
        rows = Transition.objects.filter(
            machine="outbound_cancellation", subject_id=stage.world.the_list(number).pk
        ).order_by("pk")
        return list(rows.values_list("target", flat=True))


def test_r115_a_list_that_was_not_pushed_is_void_without_asking_anybody(stage: Stage) -> None:
    number = stage.one_order()
    stage.cancel_at_store(number)
    made = stage.world.the_list(number)
    assert (made.push, made.cancellation) == ("void", "none")
    assert stage.world.balance("TEA") == (100, 0)
    assert cancel(stage) == 0


def test_r116_a_pushed_list_is_cancelled_at_the_warehouse_and_its_stock_is_free_once(stage: Stage) -> None:
    number = stage.pushed_order("TEA", 3)
    stage.cancel_at_store(number)
    assert stage.world.the_list(number).cancellation == "asked"
    assert stage.world.balance("TEA") == (100, 3)
    assert cancel(stage) == 1
    assert stage.world.the_list(number).cancellation == "pending", "a request taken is not a list stopped"
    stage.pass_time(2)
    cancel(stage)
    made = stage.world.the_list(number)
    assert (made.push, made.task, made.cancellation, made.reserved) == ("void", "cancelled", "done", False)
    assert stage.world.balance("TEA") == (100, 0)
    assert steps(stage, number) == ["asked", "sent", "pending", "done"]
    follow(stage)
    cancel(stage)
    assert released(stage) == 1
    stage.books_agree()


def test_a_list_that_is_not_begun_is_stopped_at_once(stage: Stage) -> None:
    number = stage.pushed_order()
    stage.move(number, status="C")
    stage.cancel_at_store(number)
    cancel(stage)
    made = stage.world.the_list(number)
    assert (made.push, made.cancellation) == ("void", "done")
    assert stage.world.balance("TEA") == (100, 0)


def test_the_stock_of_a_cancelled_list_goes_to_an_order_that_waits(stage: Stage) -> None:
    first = stage.pushed_order("TEA", 100)
    second = stage.one_order("TEA", 1)
    stage.move(first, status="C")
    stage.cancel_at_store(first)
    cancel(stage)
    restock(stage.merchant_id, stage.warehouse_id)
    assert stage.world.the_list(second).reserved


def test_r120_a_refusal_stays_visible_with_the_stock_held_and_can_be_asked_again(stage: Stage) -> None:
    stage.settings(eccang={"intercept_result": "fail", "intercept_seconds": 1})
    number = stage.pushed_order()
    stage.cancel_at_store(number)
    cancel(stage)
    stage.pass_time(2)
    cancel(stage)
    made = stage.world.the_list(number)
    assert (made.push, made.cancellation) == ("pushed", "refused")
    assert made.cancellation_reason not in ("", "order_cancelled")
    assert stage.world.balance("TEA") == (100, 1), "the goods will leave"
    assert cancel(stage) == 0, "a refusal is not asked again by itself"
    stage.settings(eccang={"intercept_result": "success"})
    with stage.world.scope():
        assert ask_again([made.pk]) == 1
    cancel(stage)
    stage.pass_time(2)
    cancel(stage)
    assert stage.world.the_list(number).push == "void"


def test_r119_what_shipped_before_it_could_be_stopped_is_a_conflict_on_the_order(stage: Stage) -> None:
    number = stage.pushed_order()
    stage.cancel_at_store(number)
    stage.move(number, status="D")
    cancel(stage)
    assert stage.world.the_list(number).cancellation in ("refused", "conflict")
    follow(stage)
    made = stage.world.the_list(number)
    assert (made.task, made.cancellation) == ("completed", "conflict")
    assert "cancel_conflict" in stage.world.problems(number)
    assert stage.world.balance("TEA") == (99, 0)
    assert cancel(stage) == 0


def test_a_list_that_ships_while_the_warehouse_tries_to_stop_it_is_a_conflict(stage: Stage) -> None:
    stage.settings(eccang={"intercept_seconds": 600})
    number = stage.pushed_order()
    stage.cancel_at_store(number)
    cancel(stage)
    stage.move(number, status="D")
    cancel(stage)
    made = stage.world.the_list(number)
    assert (made.task, made.cancellation) == ("completed", "conflict")
    assert stage.world.balance("TEA") == (99, 0)
    stage.books_agree()


def test_a_cancellation_after_completion_is_a_conflict_at_once(stage: Stage) -> None:
    number = stage.pushed_order()
    stage.move(number, status="D")
    follow(stage)
    stage.cancel_at_store(number)
    assert stage.world.the_list(number).cancellation == "conflict"
    assert cancel(stage) == 0


def test_a_list_in_doubt_waits_for_its_look_up_before_it_is_cancelled(stage: Stage) -> None:
    number = stage.one_order()
    stage.arrange()
    stage.fault("eccang", "createOrder", "cut_after")
    push_ready(stage.merchant_id, stage.account_id)
    stage.cancel_at_store(number)
    assert cancel(stage) == 0
    assert stage.calls("eccang", "cancelOrder") == 0
    stage.due_now("push")
    look_up_doubtful(stage.merchant_id, stage.account_id)
    assert stage.world.the_list(number).push == "pushed"
    cancel(stage)
    stage.pass_time(2)
    cancel(stage)
    assert stage.world.the_list(number).push == "void"
    assert stage.world.balance("TEA") == (100, 0)


def test_a_list_that_never_arrived_is_void_without_asking(stage: Stage) -> None:
    number = stage.one_order()
    stage.arrange()
    stage.fault("eccang", "createOrder", "error_before")
    push_ready(stage.merchant_id, stage.account_id)
    assert stage.world.the_list(number).push == "unknown"
    stage.cancel_at_store(number)
    stage.due_now("push")
    look_up_doubtful(stage.merchant_id, stage.account_id)
    cancel(stage)
    made = stage.world.the_list(number)
    assert (made.push, made.cancellation) == ("void", "done")
    assert stage.world.balance("TEA") == (100, 0)
    assert stage.calls("eccang", "cancelOrder") == 0


def test_a_push_put_off_while_the_order_was_cancelled_ends_void(stage: Stage) -> None:
    number = stage.one_order()
    stage.arrange()
    with stage.world.scope():
        Outbound.objects.update(push="pushing", push_epoch=1, push_lease_until=now() + timedelta(minutes=5))
    stage.cancel_at_store(number)
    with stage.world.scope():
        Outbound.objects.update(push="ready", push_lease_until=None)
    cancel(stage)
    made = stage.world.the_list(number)
    assert (made.push, made.cancellation) == ("void", "done")
    assert stage.world.balance("TEA") == (100, 0)


@pytest.mark.parametrize("kind", ["cut_after", "error_before", "garbage"])
def test_a_lost_answer_is_asked_for_again(stage: Stage, kind: str) -> None:
    number = stage.pushed_order()
    stage.cancel_at_store(number)
    stage.fault("eccang", "cancelOrder", kind)
    cancel(stage)
    assert stage.world.the_list(number).cancellation == "asked"
    cancel(stage)
    stage.pass_time(2)
    cancel(stage)
    assert stage.world.the_list(number).cancellation == "done"
    assert released(stage) == 1


def test_429_waits_as_long_as_the_partner_asks_and_is_not_counted(stage: Stage) -> None:
    number = stage.pushed_order()
    stage.cancel_at_store(number)
    stage.fault("eccang", "cancelOrder", "rate_limit", retry_after=30)
    cancel(stage)
    made = stage.world.the_list(number)
    assert (made.cancellation, made.cancellation_attempts) == ("asked", 0)
    assert made.cancellation_next_at is not None
    assert 25 < (made.cancellation_next_at - now()).total_seconds() <= 30


def test_a_lost_worker_leaves_the_wish_to_the_next(stage: Stage) -> None:
    number = stage.pushed_order()
    stage.cancel_at_store(number)
    with stage.world.scope():
        Outbound.objects.update(
            cancellation="sent", cancellation_epoch=1, cancellation_lease_until=now() + timedelta(minutes=5)
        )
    assert cancel(stage) == 0
    stage.let_leases_run_out("cancellation")
    assert cancel(stage) == 1
    stage.pass_time(2)
    cancel(stage)
    assert stage.world.the_list(number).cancellation == "done"


def test_two_workers_free_the_stock_of_every_list_once(stage: Stage) -> None:
    numbers = stage.take_order(count=20)
    stage.arrange()
    push_ready(stage.merchant_id, stage.account_id)
    for number in numbers:
        stage.move(number, status="C")
        stage.cancel_at_store(number)
    side_by_side(*(lambda: cancel_due(stage.merchant_id, stage.account_id) for _worker in range(3)))
    assert {stage.world.the_list(n).push for n in numbers} == {"void"}
    assert stage.world.balance("TEA") == (100, 0)
    assert released(stage) == 20
    assert stage.calls("eccang", "cancelOrder") == 20
    stage.books_agree()
