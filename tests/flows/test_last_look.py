"""The safety gate: an order that was cancelled a moment ago, unheard, is not shipped (R93, R115)."""

from __future__ import annotations

from datetime import timedelta

from salur.flows.last_look import set_last_look
from salur.flows.push import push_ready
from salur.flows.timeline import timeline
from salur.foundation.clock import now
from salur.integrations.models import StoreConnection
from salur.orders.models import Order, SyncRun
from salur.outbound.models import Outbound
from tests.flows.stage import Stage

ASKING = "order/get_order_detail"


def long_ago(stage: Stage) -> None:
    """Nobody has heard of the store for ten minutes."""
    before = now() - timedelta(minutes=10)
    with stage.world.scope():
        Order.objects.update(changed_at=before)
        StoreConnection.objects.update(synced_until=before)
        Outbound.objects.filter(looked_at__isnull=False).update(looked_at=before)


def ready(stage: Stage, count: int = 1) -> list[str]:
    """Orders whose lists are to be pushed, and whose store was not heard of for a while."""
    numbers = stage.take_order(count=count)
    stage.arrange()
    assert {stage.world.the_list(number).push for number in numbers} == {"ready"}
    long_ago(stage)
    return numbers


def push(stage: Stage) -> int:
    stage.due_now("push")
    return push_ready(stage.merchant_id, stage.account_id)


def rule(stage: Stage, policy: str, *, wait: int = 300) -> None:
    with stage.world.scope():
        set_last_look(stage.store_id, policy, fresh_seconds=60, wait_seconds=wait)


def told(stage: Stage, number: str) -> str:
    """The order's timeline."""
    with stage.world.scope():
        order = Order.objects.select_related("store").get(external_id=number)
        lists = list(Outbound.objects.filter(order=order).select_related("warehouse"))
        return "\n".join(f"{event.title} {event.detail}" for event in timeline(order, lists))


def test_an_order_cancelled_at_the_store_without_a_word_is_not_pushed(stage: Stage) -> None:
    gone, stays = ready(stage, 2)
    stage.sandbox.control(f"shopee/orders/{gone}/status", {"status": "CANCELLED"})
    assert stage.world.order(gone).status != "cancelled", "nobody has told the hub"
    reserved = stage.world.balance("TEA")[1]
    before = stage.calls("shopee", ASKING)
    assert push(stage) == 1
    assert stage.calls("shopee", ASKING) - before == 1, "one call for both"
    made = stage.world.lists(gone)[0]
    assert (made.push, made.look, made.reserved) == ("void", "gone", False)
    assert stage.world.order(gone).status == "cancelled"
    assert stage.world.balance("TEA")[1] == reserved - 1
    kept = stage.world.the_list(stays)
    assert (kept.push, kept.look) == ("pushed", "stands")
    assert {o["reference_no"] for o in stage.sandbox.look("eccang/orders")["orders"]} == {kept.reference}
    assert "The store was asked before the push: The order does not stand as it did" in told(stage, gone)
    assert "The store was asked before the push: The order stands" in told(stage, stays)
    with stage.world.scope():
        (run,) = SyncRun.objects.filter(trigger="last_look")
    assert (run.found, run.updated) == (2, 2), "cancelled, and arranged"
    stage.books_agree()


def test_a_buyers_wish_to_cancel_holds_the_list(stage: Stage) -> None:
    (number,) = ready(stage)
    stage.sandbox.control(f"shopee/orders/{number}/status", {"status": "IN_CANCEL"})
    assert push(stage) == 0
    made = stage.world.the_list(number)
    assert (made.push, made.blocked_by, made.look, made.reserved) == ("waiting", "cancel_requested", "gone", True)


def test_a_store_that_was_heard_of_a_moment_before_is_not_asked(stage: Stage) -> None:
    (first,) = ready(stage)
    with stage.world.scope():
        StoreConnection.objects.update(synced_until=now())
    before = stage.calls("shopee", ASKING)
    assert push(stage) == 1
    assert stage.calls("shopee", ASKING) == before
    assert (stage.world.the_list(first).look, stage.world.the_list(first).push) == ("fresh", "pushed")


def test_the_gate_may_be_switched_off(stage: Stage) -> None:
    (number,) = ready(stage)
    rule(stage, "off")
    before = stage.calls("shopee", ASKING)
    assert push(stage) == 1
    assert (stage.calls("shopee", ASKING), stage.world.the_list(number).look) == (before, "")


def test_a_silent_store_is_waited_for_and_then_the_list_goes_all_the_same(stage: Stage) -> None:
    (number,) = ready(stage)
    stage.fault("shopee", ASKING, "error_before", times=2)
    for _ in range(2):
        assert push(stage) == 0
        made = stage.world.the_list(number)
        assert (made.push, made.look) == ("ready", "silent")
        assert made.push_next_at is not None and made.push_next_at > now()
    assert made.look_failed_since is not None
    with stage.world.scope():
        Outbound.objects.update(look_failed_since=now() - timedelta(seconds=301))
    assert push(stage) == 1
    assert (stage.world.the_list(number).push, stage.world.the_list(number).look) == ("pushed", "waived")


def test_a_silent_store_holds_the_list_for_as_long_as_it_is_silent_where_that_is_chosen(stage: Stage) -> None:
    (number,) = ready(stage)
    rule(stage, "hold")
    stage.fault("shopee", ASKING, "error_before")
    assert push(stage) == 0
    with stage.world.scope():
        Outbound.objects.update(look_failed_since=now() - timedelta(days=1))
    stage.fault("shopee", ASKING, "error_before")
    assert push(stage) == 0
    made = stage.world.the_list(number)
    assert made.push_next_at is not None
    assert timedelta(0) < made.push_next_at - now() <= timedelta(minutes=15)
    assert push(stage) == 1, "it answers again"
    made = stage.world.the_list(number)
    assert (made.push, made.look, made.look_failed_since) == ("pushed", "stands", None)


def test_a_store_without_a_call_left_is_a_silent_one(stage: Stage) -> None:
    from salur.integrations.models import RateBudget

    (number,) = ready(stage)
    with stage.world.scope():
        RateBudget.objects.filter(store_id=stage.store_id).update(blocked_until=now() + timedelta(minutes=1))
    assert push(stage) == 0
    assert stage.world.the_list(number).look == "silent"
