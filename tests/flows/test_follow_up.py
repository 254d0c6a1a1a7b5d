"""How far the warehouse is: by schedule, button and message; only forward, only newer (R84, R85, R133, A6)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from salur.connectors.base.types import OutboundReport, OutboundTask, PartnerRef
from salur.flows.events import process_account_events, process_store_events
from salur.flows.follow_up import follow_account, refresh_now
from salur.flows.push import look_up_doubtful, push_ready
from salur.flows.reports import apply_reports
from salur.foundation.clock import now
from salur.integrations.models import RateBudget, StoreConnection, WarehouseAccount, WebhookDelivery
from salur.orders.models import SyncRun
from salur.outbound.models import Outbound
from salur.stock.models import Movement, StockSyncRun
from tests.flows.stage import Stage, side_by_side


def follow(stage: Stage) -> int:
    """A round, as if it were due."""
    with stage.world.scope():
        WarehouseAccount.objects.filter(pk=stage.account_id).update(next_follow_up_at=now())
    return follow_account(stage.merchant_id, stage.account_id)


def shipped(stage: Stage) -> int:
    with stage.world.scope():
        return Movement.objects.filter(cause="ship").count()


def seconds_to_next(stage: Stage) -> float:
    at = stage.account().next_follow_up_at
    assert at is not None
    return (at - now()).total_seconds()


def test_r85_a_completed_list_deducts_its_stock_once_and_makes_the_confirmation_due(stage: Stage) -> None:
    number = stage.pushed_order("TEA", 2)
    assert stage.world.balance("TEA") == (100, 2)
    stage.move(number, status="D")
    assert follow(stage) == 1
    made = stage.world.the_list(number)
    assert (made.task, made.reserved, made.confirmation) == ("completed", False, "due")
    assert made.completed_at is not None
    assert stage.world.balance("TEA") == (98, 0)
    follow(stage)
    assert (stage.world.balance("TEA"), shipped(stage)) == ((98, 0), 1)
    stage.books_agree()


def test_a_completed_list_is_not_asked_for_again(stage: Stage) -> None:
    number = stage.pushed_order()
    stage.move(number, status="D")
    assert [follow(stage), follow(stage)] == [1, 0]


def test_no_round_begins_before_it_is_due(stage: Stage) -> None:
    stage.pushed_order()
    with stage.world.scope():
        WarehouseAccount.objects.update(next_follow_up_at=now() + timedelta(seconds=60))
    before = stage.calls("eccang", "getOrderList")
    assert follow_account(stage.merchant_id, stage.account_id) == 0
    assert stage.calls("eccang", "getOrderList") == before


@pytest.mark.parametrize(
    ("settings", "least", "most"), [({}, 25, 31), ({"subscribed": True}, 55, 61), ({"follow_seconds": 2}, 0, 3)]
)
def test_the_next_look_follows_the_settings_while_the_warehouse_works(
    stage: Stage, settings: dict[str, Any], least: float, most: float
) -> None:
    stage.pushed_order()
    with stage.world.scope():
        WarehouseAccount.objects.update(settings={"shipping_method": "OWN_LABEL", **settings})
    follow(stage)
    assert least < seconds_to_next(stage) < most


def test_with_nothing_under_way_the_pause_is_long_and_a_push_ends_it(stage: Stage) -> None:
    follow(stage)
    assert seconds_to_next(stage) > 500
    stage.pushed_order()
    assert seconds_to_next(stage) < 5


def test_lists_are_asked_for_in_the_partners_batches_the_longest_unseen_first(stage: Stage) -> None:
    stage.world.add_stock("TEA", 100)
    stage.sandbox.control("eccang/stock", {"stock": {"TEA": 200}})
    stage.take_order(count=105)
    stage.arrange()
    push_ready(stage.merchant_id, stage.account_id)
    before = stage.calls("eccang", "getOrderList")
    assert follow(stage) == 105
    assert stage.calls("eccang", "getOrderList") - before == 2


def test_a_list_the_warehouse_says_nothing_of_counts_as_looked_at(stage: Stage) -> None:
    number = stage.pushed_order()
    with stage.world.scope():
        Outbound.objects.update(partner_number="NOT-THERE")
    assert follow(stage) == 1
    made = stage.world.the_list(number)
    assert made.task_checked_at is not None
    assert made.push == "pushed"


def test_an_older_report_after_a_newer_one_changes_nothing(stage: Stage) -> None:
    number = stage.pushed_order()
    made = stage.world.the_list(number)
    ref = PartnerRef(made.partner_number, made.reference)
    newer, older = now(), now() - timedelta(hours=1)
    with stage.world.scope():
        apply_reports(stage.account_id, [OutboundReport(ref, made.reference, OutboundTask.COMPLETED, "D", newer)])
        apply_reports(stage.account_id, [OutboundReport(ref, made.reference, OutboundTask.CANCELLED, "X", older)])
    made = stage.world.the_list(number)
    assert (made.task, made.task_raw) == ("completed", "D")
    assert stage.world.balance("TEA") == (99, 0)


def test_a_status_nobody_documented_is_kept_and_moves_nothing(stage: Stage) -> None:
    number = stage.pushed_order()
    stage.move(number, status="Q", raw=True)
    follow(stage)
    made = stage.world.the_list(number)
    assert (made.task_raw, made.task in ("none", "accepted")) == ("Q", True)
    stage.move(number, status="D")
    follow(stage)
    assert stage.world.the_list(number).task == "completed"


def test_an_exception_shows_the_warehouses_reason_and_ends_by_itself(stage: Stage) -> None:
    number = stage.pushed_order()
    stage.move(number, status="N", abnormal_reason="box crushed")
    follow(stage)
    made = stage.world.the_list(number)
    assert (made.task, made.task_reason) == ("exception", "box crushed")
    stage.move(number, status="D")
    follow(stage)
    assert stage.world.the_list(number).task == "completed"


def test_a_list_the_warehouse_cancelled_is_void_and_its_stock_goes_to_who_waits(stage: Stage) -> None:
    first = stage.pushed_order("TEA", 100)
    second = stage.one_order("TEA", 1)
    assert stage.world.the_list(second).blocked_by == "not_enough_stock"
    stage.move(first, status="X")
    follow(stage)
    assert stage.world.the_list(first).push == "void"
    from salur.flows.calibrate import restock

    restock(stage.merchant_id, stage.warehouse_id)
    assert stage.world.the_list(second).reserved
    assert stage.world.problems(second) == {}
    assert stage.world.balance("TEA") == (100, 1)
    stage.books_agree()


def test_429_puts_the_round_off_as_long_as_the_partner_asks(stage: Stage) -> None:
    number = stage.pushed_order()
    stage.move(number, status="D")
    stage.fault("eccang", "getOrderList", "rate_limit", retry_after=30)
    follow(stage)
    assert stage.world.the_list(number).task_checked_at is None
    assert 25 < seconds_to_next(stage) <= 30
    with stage.world.scope():
        RateBudget.objects.filter(account_id=stage.account_id).update(blocked_until=None, tokens=1000)
    follow(stage)
    assert stage.world.the_list(number).task == "completed"


def test_an_answer_that_is_lost_is_asked_for_again_soon(stage: Stage) -> None:
    number = stage.pushed_order()
    stage.move(number, status="D")
    stage.fault("eccang", "getOrderList", "cut_after")
    follow(stage)
    assert stage.world.the_list(number).task != "completed"
    assert seconds_to_next(stage) < 20
    follow(stage)
    assert stage.world.the_list(number).task == "completed"


def test_two_rounds_at_once_deduct_once(stage: Stage) -> None:
    numbers = stage.take_order(count=20)
    stage.arrange()
    push_ready(stage.merchant_id, stage.account_id)
    for number in numbers:
        stage.move(number, status="D")
    side_by_side(*(lambda: follow(stage) for _worker in range(3)))
    assert stage.world.balance("TEA") == (80, 0)
    assert shipped(stage) == 20
    stage.books_agree()


def test_the_button_asks_at_once(stage: Stage) -> None:
    number = stage.pushed_order()
    follow(stage)
    stage.move(number, status="D")
    made = stage.world.the_list(number)
    with stage.world.scope():
        assert refresh_now([made.pk]) == 1
    follow_account(stage.merchant_id, stage.account_id)
    assert stage.world.the_list(number).task == "completed"
    with stage.world.scope():
        assert refresh_now([made.pk]) == 0, "it has ended"


# -- messages -------------------------------------------------------------------------------------------------------


def message(stage: Stage, kind: str, subject: str, **more: Any) -> None:
    """A stored message of the warehouse."""
    _store(stage, {"account_id": stage.account_id}, kind, subject, more)


def shop_message(stage: Stage, kind: str, subject: str, **more: Any) -> None:
    """A stored message of the shop."""
    _store(stage, {"store_id": stage.store_id}, kind, subject, more)


def _store(stage: Stage, owner: dict[str, Any], kind: str, subject: str, more: dict[str, Any]) -> None:
    with stage.world.scope():
        number = WebhookDelivery.objects.count()
        WebhookDelivery.objects.create(
            **owner, delivery_id=f"d{number}", kind=kind, subject=subject, received_at=now(), **more
        )


def unprocessed(stage: Stage) -> int:
    with stage.world.scope():
        return WebhookDelivery.objects.filter(processed_at=None).count()


@pytest.mark.parametrize("named_by", ["reference", "partner_number"])
def test_a6_a_message_leads_to_the_partners_own_word_not_to_its_claim(stage: Stage, named_by: str) -> None:
    number = stage.pushed_order()
    made = stage.world.the_list(number)
    message(stage, "outbound", getattr(made, named_by), raw_status="D")
    assert process_account_events(stage.merchant_id, stage.account_id) == 1
    assert stage.world.the_list(number).task != "completed", "the warehouse has not completed it"
    stage.move(number, status="D")
    message(stage, "outbound", getattr(made, named_by), raw_status="W")
    process_account_events(stage.merchant_id, stage.account_id)
    assert stage.world.the_list(number).task == "completed"
    assert unprocessed(stage) == 0


def test_a_message_is_worked_on_once(stage: Stage) -> None:
    number = stage.pushed_order()
    message(stage, "outbound", stage.world.the_list(number).reference)
    assert process_account_events(stage.merchant_id, stage.account_id) == 1
    assert process_account_events(stage.merchant_id, stage.account_id) == 0


def test_a_message_whose_list_cannot_be_asked_for_now_makes_the_next_look_due(stage: Stage) -> None:
    number = stage.pushed_order()
    follow(stage)
    stage.move(number, status="D")
    message(stage, "outbound", stage.world.the_list(number).reference)
    stage.fault("eccang", "getOrderList", "error_before")
    process_account_events(stage.merchant_id, stage.account_id)
    assert stage.world.the_list(number).task != "completed"
    assert seconds_to_next(stage) <= 0
    follow_account(stage.merchant_id, stage.account_id)
    assert stage.world.the_list(number).task == "completed"


def test_a_message_about_a_list_in_doubt_is_asked_for_by_reference(stage: Stage) -> None:
    number = stage.one_order()
    stage.arrange()
    stage.fault("eccang", "createOrder", "cut_after")
    push_ready(stage.merchant_id, stage.account_id)
    assert stage.world.the_list(number).push == "unknown"
    stage.move(number, status="D")
    message(stage, "outbound", stage.world.the_list(number).reference)
    process_account_events(stage.merchant_id, stage.account_id)
    assert stage.world.the_list(number).task == "completed"
    stage.due_now("push")
    look_up_doubtful(stage.merchant_id, stage.account_id)
    made = stage.world.the_list(number)
    assert (made.push, made.task) == ("pushed", "completed")
    assert stage.world.balance("TEA") == (99, 0)


def test_a_stock_message_brings_the_new_figure_and_waiting_orders_go_on(stage: Stage) -> None:
    number = stage.one_order("TEA", 150)
    assert stage.world.the_list(number).blocked_by == "not_enough_stock"
    stage.sandbox.control("eccang/stock", {"stock": {"TEA": 200}})
    message(stage, "stock", "TEA")
    process_account_events(stage.merchant_id, stage.account_id)
    assert stage.world.balance("TEA") == (200, 0)
    with stage.world.scope():
        assert StockSyncRun.objects.get().trigger == "webhook"
    from salur.flows.calibrate import restock

    restock(stage.merchant_id, stage.warehouse_id)
    assert stage.world.the_list(number).shipment == "due"


def test_an_order_message_brings_the_order_in(stage: Stage) -> None:
    wanted = {"count": 1, "items": [{"sku": "TEA", "quantity": 1}], "carrier": "SPX Express"}
    number = stage.sandbox.control("shopee/orders", wanted)["order_sns"][0]
    shop_message(stage, "order", number, raw_status="READY_TO_SHIP")
    assert process_store_events(stage.merchant_id, stage.store_id) == 1
    assert stage.world.order(number).status == "paid"
    assert stage.world.the_list(number).shipment == "due"
    with stage.world.scope():
        run = SyncRun.objects.exclude(pk=stage.world.run_id).get()
    assert (run.trigger, run.state, run.created) == ("webhook", "done", 1)


def test_an_order_message_that_cannot_be_followed_makes_the_next_sync_due(stage: Stage) -> None:
    wanted = {"count": 1, "items": [{"sku": "TEA", "quantity": 1}]}
    number = stage.sandbox.control("shopee/orders", wanted)["order_sns"][0]
    shop_message(stage, "order", number)
    stage.fault("shopee", "order/get_order_detail", "error_before")
    process_store_events(stage.merchant_id, stage.store_id)
    due = stage.store().next_poll_at
    assert due is not None
    assert due <= now()
    assert unprocessed(stage) == 0


def test_a_tracking_message_ends_the_wait_for_the_awb(stage: Stage) -> None:
    stage.settings(shopee={"tracking_seconds": 60})
    number = stage.one_order()
    stage.arrange()
    assert stage.world.the_list(number).shipment_next_at is not None
    shop_message(stage, "tracking", number)
    process_store_events(stage.merchant_id, stage.store_id)
    assert stage.world.the_list(number).shipment_next_at is None


def test_a_permission_taken_back_pauses_the_store(stage: Stage) -> None:
    shop_message(stage, "authorisation", "1", raw_status="deauthorised")
    process_store_events(stage.merchant_id, stage.store_id)
    assert stage.store().state == "paused"
    assert stage.store().pause_reason


def test_a_paused_stores_messages_wait_for_nobody(stage: Stage) -> None:
    with stage.world.scope():
        StoreConnection.objects.filter(pk=stage.store_id).update(state="paused")
    shop_message(stage, "order", "X1")
    process_store_events(stage.merchant_id, stage.store_id)
    assert unprocessed(stage) == 0
