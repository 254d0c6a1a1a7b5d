"""Asking the warehouse what has arrived: by schedule, button and message; calling a list off (R68, R123, R124)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from salur.connectors.base.errors import Rejected
from salur.connectors.base.inbound import InboundReport, InboundTask
from salur.connectors.base.types import CancelOutcome, PartnerRef
from salur.flows.calibrate import sync_stock
from salur.flows.events import process_account_events
from salur.flows.inbound_cancel import cancel_inbound, cancel_inbound_due
from salur.flows.inbound_follow import follow_inbound, refresh_inbound_now
from salur.flows.jobs import carry_on
from salur.flows.worker import sweep
from salur.foundation.clock import now
from salur.inbound.editing import ListRefused
from salur.inbound.models import InboundList
from salur.integrations import registry
from salur.integrations.models import WarehouseAccount, WebhookDelivery
from tests.flows.inbound_stage import InboundStage
from tests.flows.test_worker import no_alarms, waiting
from tests.inbound.partners import Partner, plugin_of

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def stage(db: Any, sandbox: Any) -> InboundStage:
    return InboundStage(sandbox)


def seconds_to_next(stage: InboundStage, row: InboundList) -> float:
    at = stage.row(row).task_next_at
    assert at is not None
    return (at - now()).total_seconds()


def calls(stage: InboundStage, operation: str) -> int:
    return int(stage.sandbox.look("counts")["eccang"].get(operation, {"calls": 0})["calls"])


def test_r67_a_list_received_at_the_warehouse_comes_to_stock_once(stage: InboundStage) -> None:
    row = stage.pushed(("TEA", 10), ("CUP", 4))
    stage.move(row, "E", TEA=10, CUP=3)
    assert stage.follow() == 1
    assert (stage.figures("TEA"), stage.figures("CUP"), stage.row(row).task) == ((10, 0), (3, 0), "completed")
    assert stage.follow() == 0, "a completed list is not asked for again"
    assert stage.movements("receive") == [(10, -10), (3, -3)]
    assert stage.movements("unexpect") == [(0, -1)]


def test_a_damaged_piece_is_shown_on_the_list_and_does_not_become_stock(stage: InboundStage) -> None:
    row = stage.pushed(("TEA", 10), ("CUP", 4))
    told = {"status": "E", "quantities": {"TEA": 8, "CUP": 4}, "damaged": {"TEA": 2}}
    stage.sandbox.control(f"eccang/inbounds/{row.reference}/status", told)
    stage.follow()
    assert stage.lines(row) == [(8, 2, 0), (4, 0, 0)]
    assert (stage.figures("TEA"), stage.figures("CUP")) == ((8, 0), (4, 0))
    assert stage.movements("unexpect") == [(0, -2)]


def test_goods_that_are_still_being_received_cannot_be_sold(stage: InboundStage) -> None:
    row = stage.pushed()
    stage.move(row, "F", TEA=10)
    stage.follow()
    assert (stage.row(row).task, stage.figures()) == ("receiving", (0, 10))


@pytest.mark.parametrize(
    ("settings", "least", "most"),
    [({}, 100, 121), ({"subscribed": True}, 280, 301), ({"inbound_follow_seconds": 9}, 1, 10)],
)
def test_the_next_look_follows_the_settings(
    stage: InboundStage, settings: dict[str, Any], least: float, most: float
) -> None:
    row = stage.pushed()
    with stage.world.scope():
        WarehouseAccount.objects.update(settings=settings)
    stage.follow()
    assert least < seconds_to_next(stage, row) <= most
    assert follow_inbound(stage.merchant_id, stage.account_id) == 0, "nothing is due"


def test_many_lists_are_asked_for_in_the_partners_batches(stage: InboundStage) -> None:
    for _list in range(25):
        stage.submitted(("TEA", 1))
    stage.push()
    before = calls(stage, "getAsnList")
    assert stage.follow() == 25
    assert calls(stage, "getAsnList") - before == 2


def test_what_cannot_be_asked_for_now_is_asked_for_later_and_says_why(stage: InboundStage) -> None:
    row = stage.pushed()
    stage.move(row, "E", TEA=10)
    stage.fault("getAsnList", "error_after")
    stage.follow()
    row = stage.row(row)
    assert (row.task_attempts, row.task_error_code) == (1, "500")
    assert 1 < seconds_to_next(stage, row) < 60
    stage.follow()
    row = stage.row(row)
    assert (row.task, row.task_attempts, row.task_error_code) == ("completed", 0, "")


def test_r123_the_button_makes_lists_due_at_once(stage: InboundStage, db: Any) -> None:
    first, second = stage.pushed(("TEA", 1)), stage.pushed(("CUP", 1))
    stage.follow()
    no_alarms(db)
    with stage.world.scope():
        assert refresh_inbound_now([first.pk]) == 1
    assert waiting() == [("inbound_follow", stage.account_id)]
    assert follow_inbound(stage.merchant_id, stage.account_id) == 1
    assert stage.row(second).task_next_at is not None


def test_the_button_looks_a_list_in_doubt_up(stage: InboundStage, db: Any) -> None:
    stage.fault("createAsn", "cut_after")
    row = stage.submitted()
    stage.push()
    no_alarms(db)
    with stage.world.scope():
        assert refresh_inbound_now([row.pk]) == 1
    assert waiting() == [("inbound_doubt", stage.account_id)]


# -- messages ---------------------------------------------------------------------------------------------------------


def message(stage: InboundStage, subject: str, kind: str = "inbound") -> None:
    """A message as the webhook stores it."""
    with stage.world.scope():
        count = WebhookDelivery.objects.count()
        WebhookDelivery.objects.create(
            account_id=stage.account_id, delivery_id=f"m{count}", kind=kind, subject=subject, received_at=now()
        )
    process_account_events(stage.merchant_id, stage.account_id)


@pytest.mark.parametrize("by", ["reference", "partner_number"])
def test_r69_a_message_brings_the_goods_in_and_a_second_one_changes_nothing(stage: InboundStage, by: str) -> None:
    row = stage.pushed()
    stage.move(row, "E", TEA=10)
    message(stage, getattr(row, by))
    message(stage, getattr(row, by))
    stage.follow()
    assert (stage.figures(), stage.row(row).task) == ((10, 0), "completed")
    assert stage.movements("receive") == [(10, -10)]


def test_a_message_about_a_list_in_doubt_proves_that_it_is_there(stage: InboundStage) -> None:
    stage.fault("createAsn", "cut_after")
    made = stage.submitted()
    stage.push()
    message(stage, made.reference)
    row = stage.row(made)
    assert (row.push, bool(row.partner_number), stage.figures()) == ("pushed", True, (0, 10))
    assert stage.look_up() == 0


def test_a_message_whose_question_fails_is_left_to_the_regular_look(stage: InboundStage) -> None:
    row = stage.pushed()
    stage.move(row, "E", TEA=10)
    stage.fault("getAsnList", "error_before")
    message(stage, row.reference)
    assert stage.row(row).task != "completed"
    stage.follow()
    assert stage.row(row).task == "completed"


def test_a_message_about_a_list_that_is_not_ours_is_left_alone(stage: InboundStage) -> None:
    before = calls(stage, "getAsnList")
    message(stage, "SOMEBODY-ELSES")
    assert calls(stage, "getAsnList") == before


# -- stock syncs in between -------------------------------------------------------------------------------------------


def test_goods_that_a_stock_sync_saw_before_the_report_are_not_in_the_figures_twice(stage: InboundStage) -> None:
    row = stage.pushed()
    stage.move(row, "E", TEA=10)
    sync_stock(stage.merchant_id, stage.warehouse_id, "test")
    stage.follow()
    assert stage.row(row).task == "completed"
    assert stage.figures() == (10, 0)
    assert stage.movements("receive") == [(10, -10)]


# -- calling off ------------------------------------------------------------------------------------------------------


def call_off(stage: InboundStage, row: InboundList) -> InboundList:
    with stage.world.scope():
        return cancel_inbound(row.pk, "ordered twice")


def test_a_list_that_no_warehouse_has_is_void_at_once(stage: InboundStage) -> None:
    row = stage.submitted()
    assert call_off(stage, row).push == "void"
    assert stage.push() == 0
    with pytest.raises(ListRefused) as refused:
        call_off(stage, row)
    assert refused.value.code == "inbound_ended"


def test_the_warehouse_is_asked_and_expects_it_no_more(stage: InboundStage) -> None:
    row = stage.pushed()
    assert call_off(stage, row).cancellation == "asked"
    assert cancel_inbound_due(stage.merchant_id, stage.account_id) == 1
    row = stage.row(row)
    assert (row.cancellation, row.task, stage.figures()) == ("done", "cancelled", (0, 0))
    assert stage.there()[row.reference]["status"] == "X"
    assert cancel_inbound_due(stage.merchant_id, stage.account_id) == 0
    assert stage.follow() == 0


def test_too_late_is_told_and_the_goods_are_received(stage: InboundStage) -> None:
    row = stage.pushed()
    stage.move(row, "P")
    call_off(stage, row)
    cancel_inbound_due(stage.merchant_id, stage.account_id)
    row = stage.row(row)
    assert (row.cancellation, row.task) == ("refused", "none")
    assert row.cancellation_error_message
    stage.move(row, "E", TEA=10)
    stage.follow()
    assert (stage.row(row).task, stage.figures()) == ("completed", (10, 0))


def test_a_wish_that_the_warehouse_overtook_ends_with_its_report(stage: InboundStage) -> None:
    done, gone = stage.pushed(("TEA", 10)), stage.pushed(("CUP", 4))
    for row in (done, gone):
        call_off(stage, row)
    stage.move(done, "E", TEA=10)
    stage.move(gone, "X")
    stage.follow()
    assert [stage.row(row).cancellation for row in (done, gone)] == ["refused", "done"]
    assert (stage.figures("TEA"), stage.figures("CUP")) == ((10, 0), (0, 0))
    assert cancel_inbound_due(stage.merchant_id, stage.account_id) == 0


def test_an_unanswered_wish_is_sent_again(stage: InboundStage) -> None:
    row = stage.pushed()
    call_off(stage, row)
    stage.fault("cancelAsn", "error_before")
    cancel_inbound_due(stage.merchant_id, stage.account_id)
    assert stage.row(row).cancellation == "asked"
    with stage.world.scope():
        InboundList.objects.update(cancellation_next_at=None)
    cancel_inbound_due(stage.merchant_id, stage.account_id)
    assert (stage.row(row).cancellation, stage.attempts(row)) == (
        "done",
        [("push", "pushed"), ("cancel", "Retryable"), ("cancel", "done")],
    )


def test_a_wish_whose_worker_was_lost_is_sent_again(stage: InboundStage) -> None:
    row = stage.pushed()
    call_off(stage, row)
    with stage.world.scope():
        InboundList.objects.update(cancellation="sent", cancellation_lease_until=now() - timedelta(minutes=1))
    assert cancel_inbound_due(stage.merchant_id, stage.account_id) == 1
    assert stage.row(row).cancellation == "done"


class Slow(Partner):
    """Takes note of a wish; its report tells how it ended."""

    capabilities = Partner.capabilities
    cancelled: set[str] = set()

    def cancel_inbound(self, ref: PartnerRef, reason: str) -> CancelOutcome:
        if ref.reference in self.cancelled:
            raise Rejected("twice", "asked for already")
        self.cancelled.add(ref.reference)
        return CancelOutcome("pending")


def test_a_wish_that_is_taken_note_of_waits_for_the_report_and_is_not_sent_twice(stage: InboundStage) -> None:
    plugin = plugin_of(Slow)
    registry.register(plugin)
    try:
        with stage.world.scope():
            WarehouseAccount.objects.update(partner=plugin.name)
        row = stage.pushed()
        call_off(stage, row)
        assert [cancel_inbound_due(stage.merchant_id, stage.account_id) for _again in range(2)] == [1, 0]
        assert stage.row(row).cancellation == "sent"
        ref = PartnerRef(row.partner_number, row.reference)
        Partner.reports[row.reference] = InboundReport(ref, row.reference, InboundTask.CANCELLED, "gone", now(), ())
        stage.follow()
    finally:
        registry.unregister(plugin)
        Partner.reports.clear()
        Slow.cancelled.clear()
    assert (stage.row(row).cancellation, stage.row(row).task, stage.figures()) == ("done", "cancelled", (0, 0))


# -- the sweep --------------------------------------------------------------------------------------------------------


def prepare(stage: InboundStage, kind: str) -> None:
    row = stage.submitted() if kind in ("inbound_push", "inbound_doubt") else stage.pushed()
    with stage.world.scope():
        rows = InboundList.objects.filter(pk=row.pk)
        if kind == "inbound_doubt":
            rows.update(push="pushing", push_lease_until=now() - timedelta(seconds=1))
        elif kind == "inbound_follow":
            rows.update(task_next_at=None)
        elif kind == "inbound_cancel":
            rows.update(cancellation="asked", task_next_at=now() + timedelta(hours=1))


@pytest.mark.parametrize("kind", ["inbound_push", "inbound_doubt", "inbound_follow", "inbound_cancel"])
def test_the_sweep_finds_every_kind_of_work_whose_job_was_lost(stage: InboundStage, db: Any, kind: str) -> None:
    prepare(stage, kind)
    no_alarms(db)
    sweep()
    assert (kind, stage.account_id) in waiting()
    with stage.world.scope():
        WarehouseAccount.objects.update(state="paused")
    no_alarms(db)
    sweep()
    assert (kind, stage.account_id) not in waiting()


def test_the_jobs_carry_a_list_all_the_way(stage: InboundStage, db: Any) -> None:
    first, second = stage.submitted(("TEA", 5)), stage.submitted(("CUP", 2))
    run_jobs(stage, db)
    assert [stage.row(row).push for row in (first, second)] == ["pushed", "pushed"]
    call_off(stage, second)
    stage.move(first, "E", TEA=5)
    with stage.world.scope():
        refresh_inbound_now([first.pk])
    run_jobs(stage, db)
    assert [stage.row(row).task for row in (first, second)] == ["completed", "cancelled"]
    assert (stage.figures("TEA"), stage.figures("CUP")) == ((5, 0), (0, 0))


def run_jobs(stage: InboundStage, db: Any) -> None:
    """What a worker does with the inbound wake-ups in the queue."""
    for kind, target in waiting():
        if kind.startswith("inbound_"):
            carry_on(kind=kind, merchant_id=stage.merchant_id, target_id=target)
    no_alarms(db)
