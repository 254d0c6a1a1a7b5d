"""The store is told, and what counts is what it shows then (R85; the store's side of completion)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from salur.connectors.base.types import ConfirmResult, OrderStatus, ShippedLine
from salur.connectors.stores.shopee.connector import ShopeeConnector
from salur.flows.confirm import confirm_again, confirm_due
from salur.flows.follow_up import follow_account
from salur.flows.push import push_ready
from salur.foundation.clock import now
from salur.integrations.models import RateBudget, StoreConnection, WarehouseAccount
from salur.orders.models import OrderLine
from salur.outbound.models import Outbound
from tests.flows.stage import Stage, side_by_side
from tests.world import INSTANT, connect_eccang, store_order


def complete(stage: Stage, *numbers: str) -> None:
    """The warehouse completes them and says so."""
    for number in numbers:
        stage.move(number, status="D")
    with stage.world.scope():
        WarehouseAccount.objects.update(next_follow_up_at=now())
    follow_account(stage.merchant_id, stage.account_id)


def confirm(stage: Stage) -> int:
    stage.due_now("confirmation")
    return confirm_due(stage.merchant_id, stage.store_id)


def test_a_completed_list_is_confirmed_when_the_store_shows_its_number(stage: Stage) -> None:
    number = stage.pushed_order()
    assert confirm(stage) == 0, "nothing is due before completion"
    complete(stage, number)
    assert confirm(stage) == 1
    made = stage.world.the_list(number)
    assert (made.confirmation, made.confirmation_error_code) == ("confirmed", "")
    assert made.confirmed_at is not None
    assert confirm(stage) == 0


def test_a_number_the_store_does_not_show_is_not_confirmed_and_asked_for_later(stage: Stage) -> None:
    number = stage.pushed_order()
    complete(stage, number)
    with stage.world.scope():
        Outbound.objects.update(awb="ANOTHER")
    confirm(stage)
    made = stage.world.the_list(number)
    assert (made.confirmation, made.confirmation_error_code) == ("due", "not_shown")
    assert made.confirmation_next_at is not None
    assert made.confirmation_next_at > now()
    for _look in range(12):
        confirm(stage)
    assert stage.world.the_list(number).confirmation == "failed"
    with stage.world.scope():
        Outbound.objects.update(awb=stage.shop_order(number)["tracking_number"])
        assert confirm_again([made.pk]) == [made.pk]
    confirm(stage)
    assert stage.world.the_list(number).confirmation == "confirmed"


def test_r97_a_list_sent_without_number_learns_it_from_the_store(stage: Stage) -> None:
    connect_eccang(stage.world, stage.sandbox, {"TEA": 100})
    wanted = {"count": 1, "items": [{"sku": "TEA", "quantity": 1}], "carrier": "SPX Instant"}
    number = stage.sandbox.control("shopee/orders", wanted)["order_sns"][0]
    stage.world.ingest(store_order(number, "TEA", status=OrderStatus.PAID, courier=INSTANT))
    push_ready(stage.merchant_id, stage.account_id)
    assert stage.world.the_list(number).push == "pushed"
    stage.sandbox.control(f"shopee/orders/{number}/status", {"status": "PROCESSED"})
    complete(stage, number)
    with stage.world.scope():
        Outbound.objects.update(awb="")
    confirm(stage)
    made = stage.world.the_list(number)
    assert (made.confirmation, made.awb) == ("confirmed", stage.shop_order(number)["tracking_number"])


@pytest.mark.parametrize("kind", ["cut_after", "error_before", "garbage"])
def test_a_lost_answer_is_asked_for_again(stage: Stage, kind: str) -> None:
    number = stage.pushed_order()
    complete(stage, number)
    stage.fault("shopee", "order/get_order_detail", kind)
    confirm(stage)
    made = stage.world.the_list(number)
    assert made.confirmation == "due"
    assert made.confirmation_error_code
    confirm(stage)
    assert stage.world.the_list(number).confirmation == "confirmed"


def test_429_waits_as_long_as_the_store_asks_and_is_not_counted(stage: Stage) -> None:
    number = stage.pushed_order()
    complete(stage, number)
    stage.fault("shopee", "order/get_order_detail", "rate_limit", retry_after=30)
    confirm(stage)
    made = stage.world.the_list(number)
    assert (made.confirmation, made.confirmation_attempts) == ("due", 0)
    assert made.confirmation_next_at is not None
    assert 25 < (made.confirmation_next_at - now()).total_seconds() <= 30
    with stage.world.scope():
        assert RateBudget.objects.get(store_id=stage.store_id).blocked_until is not None


def move_to_channel_without_confirmation(stage: Stage) -> None:
    with stage.world.scope():
        StoreConnection.objects.filter(pk=stage.store_id).update(channel="manual")


def test_nothing_is_due_where_the_store_cannot_be_told(stage: Stage) -> None:
    number = stage.pushed_order()
    move_to_channel_without_confirmation(stage)
    complete(stage, number)
    made = stage.world.the_list(number)
    assert (made.task, made.confirmation) == ("completed", "none")


def test_a_row_that_can_never_be_confirmed_does_not_wait_for_ever(stage: Stage) -> None:
    number = stage.pushed_order()
    complete(stage, number)
    move_to_channel_without_confirmation(stage)
    assert confirm(stage) == 0
    made = stage.world.the_list(number)
    assert (made.confirmation, made.confirmation_error_code) == ("failed", "not_supported")


def test_an_order_cancelled_after_completion_is_not_confirmed(stage: Stage) -> None:
    number = stage.pushed_order()
    complete(stage, number)
    stage.cancel_at_store(number)
    assert confirm(stage) == 0
    assert stage.world.the_list(number).confirmation_error_code == "order_gone"


def test_a_lost_worker_leaves_the_row_to_the_next(stage: Stage) -> None:
    number = stage.pushed_order()
    complete(stage, number)
    with stage.world.scope():
        Outbound.objects.update(confirmation_epoch=1, confirmation_lease_until=now() + timedelta(minutes=5))
    assert confirm(stage) == 0
    stage.let_leases_run_out("confirmation")
    assert confirm(stage) == 1
    assert stage.world.the_list(number).confirmation == "confirmed"


def test_two_workers_confirm_every_list_once(stage: Stage) -> None:
    numbers = stage.take_order(count=20)
    stage.arrange()
    push_ready(stage.merchant_id, stage.account_id)
    complete(stage, *numbers)
    before = stage.calls("shopee", "order/get_order_detail")
    side_by_side(*(lambda: confirm_due(stage.merchant_id, stage.store_id) for _worker in range(3)))
    assert {stage.world.the_list(n).confirmation for n in numbers} == {"confirmed"}
    assert stage.calls("shopee", "order/get_order_detail") - before == 20


def test_a_store_that_wants_to_know_is_told_what_is_in_each_parcel(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a bundle the store's own line counts, once, whatever goods it is made of."""
    number = stage.pushed_order()
    complete(stage, number)
    told: list[tuple[str, Sequence[ShippedLine]]] = []

    def confirm_lines(
        self: ShopeeConnector, external_id: str, tracking: str, courier: str, lines: Sequence[ShippedLine]
    ) -> ConfirmResult:
        told.append((external_id, lines))
        return ConfirmResult(True, "SHIPPED", tracking)

    by_line = replace(ShopeeConnector.capabilities, confirms_lines=True)
    monkeypatch.setattr("salur.flows.confirm.store_capabilities", lambda plugin: by_line)
    monkeypatch.setattr(ShopeeConnector, "confirm", confirm_lines)
    confirm(stage)
    with stage.world.scope():
        lines = tuple(ShippedLine(line.key, line.quantity) for line in OrderLine.objects.order_by("pk"))
    assert lines
    assert told == [(number, lines)]
    assert stage.world.the_list(number).confirmation == "confirmed"
