"""What people do with orders at their store, and what follows in the hub (R101, R117, R119, R121)."""

from __future__ import annotations

import pytest

from salur.flows.store_acts import ActOutcome, act_at_store
from salur.foundation.clock import now
from salur.orders.models import Order

from .stage import Stage


def act(stage: Stage, number: str, what: str, reason: str = "") -> ActOutcome:
    (outcome,) = act_at_store(stage.merchant_id, [stage.world.order(number).pk], what, reason, actor="test")
    return outcome


def test_an_order_cancelled_at_its_store_gives_its_stock_back(stage: Stage) -> None:
    number = stage.one_order("TEA", 3)
    assert stage.world.balance("TEA") == (100, 3)
    assert act(stage, number, "cancel").code == ""
    assert stage.shop_order(number)["status"] == "CANCELLED"
    assert stage.world.order(number).status == "cancelled"
    assert stage.world.balance("TEA") == (100, 0)
    assert stage.world.lists(number)[0].push == "void"


def test_out_of_stock_is_a_reason_that_the_store_takes(stage: Stage) -> None:
    number = stage.one_order()
    assert act(stage, number, "cancel", "OUT_OF_STOCK").code == ""
    assert stage.world.order(number).cancel_reason


def test_a_cancelled_order_that_the_warehouse_has_is_stopped_there(stage: Stage) -> None:
    number = stage.pushed_order()
    assert act(stage, number, "cancel").code == ""
    assert stage.world.the_list(number).cancellation == "asked"


@pytest.mark.parametrize(("what", "status"), [("agree", "cancelled"), ("disagree", "paid")])
def test_the_buyers_wish_to_cancel_is_answered(stage: Stage, what: str, status: str) -> None:
    number = stage.one_order()
    stage.sandbox.control(f"shopee/orders/{number}/status", {"status": "IN_CANCEL"})
    with stage.world.scope():
        Order.objects.filter(external_id=number).update(status="cancel_requested")
    assert act(stage, number, what).code == ""
    assert stage.world.order(number).status == status


def test_what_the_store_refuses_comes_back_with_its_words(stage: Stage) -> None:
    number = stage.one_order()
    stage.sandbox.control(f"shopee/orders/{number}/status", {"status": "SHIPPED"})
    outcome = act(stage, number, "cancel")
    assert outcome.code == "too_late"
    assert outcome.evidence is not None
    assert "current status" in str(outcome.evidence["message"])
    assert stage.world.order(number).status == "shipped", "and the hub has seen why"


def test_a_lost_answer_is_told_by_what_the_store_shows(stage: Stage) -> None:
    number = stage.one_order()
    stage.fault("shopee", "order/cancel_order", "cut_after")
    assert act(stage, number, "cancel").code == ""
    assert stage.world.order(number).status == "cancelled"


def test_what_makes_no_sense_any_more_is_not_sent(stage: Stage) -> None:
    number = stage.one_order()
    with stage.world.scope():
        Order.objects.filter(external_id=number).update(status="shipped")
    assert act(stage, number, "cancel").code == "order_not_in_status"
    assert stage.calls("shopee", "order/cancel_order") == 0


def test_a_store_that_does_not_offer_it_says_so(stage: Stage) -> None:
    number = stage.one_order()
    assert act(stage, number, "accept").code == "store_cannot"


def test_a_paused_store_is_not_called(stage: Stage) -> None:
    number = stage.one_order()
    with stage.world.scope():
        store = stage.store()
        store.state, store.pause_reason = "paused", f"since {now():%H}"
        store.save()
    assert act(stage, number, "cancel").code == "connection_paused"
