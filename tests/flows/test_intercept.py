"""Stopping by hand, refusals that stay flagged until they are settled, and warnings with a push (R116 to R121)."""

from __future__ import annotations

from typing import Any

import pytest

from salur.connectors.base.types import CancelOutcome, OrderStatus, OutboundReport, OutboundTask, PartnerRef
from salur.flows.cancel import ask_again, cancel_due
from salur.flows.intercept import intercept, send_anew, settle_by_hand, settle_warning
from salur.flows.push import push_ready
from salur.flows.reports import apply_reports
from salur.flows.verify import verify_stock
from salur.foundation.problems import Refusal
from salur.outbound.models import Outbound
from salur.outbound.stopping import cut_off
from salur.stock.models import Movement
from tests.flows.print_shop import Shop, open_print_shop
from tests.world import World, make_world, store_order


@pytest.fixture
def world(db: Any) -> World:
    made = make_world(channel="etsy")
    made.add_product("TEA", pieces=10)
    return made


def pushed(world: World, number: str = "A1", pieces: int = 3) -> Outbound:
    world.ingest(store_order(number, ("TEA", pieces), status=OrderStatus.PAID))
    push_ready(world.merchant_id, world.account_id)
    made = world.the_list(number)
    assert made.push == "pushed"
    return made


def order_cancelled(world: World, number: str = "A1") -> None:
    world.ingest(store_order(number, ("TEA", 3), status=OrderStatus.CANCELLED, version=60))


def cancel(world: World) -> None:
    with world.scope():
        Outbound.objects.update(cancellation_next_at=None)
    cancel_due(world.merchant_id, world.account_id)


def refused(world: World) -> Outbound:
    """A list of a cancelled order that the warehouse would not stop."""
    made = pushed(world)
    order_cancelled(world)
    cancel(world)
    assert world.the_list("A1").cancellation == "refused"
    return made


def say(world: World, made: Outbound, task: OutboundTask) -> None:
    """The warehouse reports."""
    report = OutboundReport(PartnerRef(made.partner_number, made.reference), made.reference, task, str(task), None)
    with world.scope():
        apply_reports(world.account_id, [report])


def shipped_pieces(world: World) -> int:
    with world.scope():
        assert verify_stock() == []
        return -sum(Movement.objects.filter(cause="ship").values_list("d_on_hand", flat=True))


# -- a refusal ------------------------------------------------------------------------------------------------------


def test_r120_a_refusal_flags_the_order_with_number_and_reason_and_the_order_stays_cancelled(
    world: World, shop: Shop
) -> None:
    made = refused(world)
    assert world.problems("A1") == {
        "cancel_refused": {
            "warehouse": "TH01 + C1",
            "reference": made.reference,
            "number": made.partner_number,
            "reason": "it is being printed",
        }
    }
    assert world.order("A1").status == "cancelled"
    assert world.balance("TEA") == (10, 3)


def test_a_partner_that_takes_no_such_request_is_flagged_as_well(world: World) -> None:
    with open_print_shop(world, keeps_stock=True) as shop:
        pushed(world)
        # Taken away after the registration, which holds every connector to what it implements.
        object.__setattr__(shop.capabilities, "abilities", frozenset({"products"}))
        order_cancelled(world)
        cancel(world)
    assert world.problems("A1")["cancel_refused"]["reason"] == "not_supported"


def test_asking_again_takes_the_flag_away_and_a_second_refusal_brings_it_back(world: World, shop: Shop) -> None:
    made = refused(world)
    with world.scope():
        assert ask_again([made.pk]) == 1
    assert world.problems("A1") == {}
    cancel(world)
    assert "cancel_refused" in world.problems("A1")
    with world.scope():
        assert intercept([made.pk]).asked == [made.pk]
    shop.cancel_answer = CancelOutcome("accepted")
    cancel(world)
    assert world.problems("A1") == {}
    assert (world.the_list("A1").push, world.balance("TEA")) == ("void", (10, 0))


@pytest.mark.parametrize(
    ("task", "causes", "left"),
    [(OutboundTask.CANCELLED, set(), (10, 0)), (OutboundTask.COMPLETED, {"cancel_conflict"}, (7, 0))],
)
def test_the_warehouses_own_report_settles_a_refusal_and_never_the_order(
    world: World, shop: Shop, task: OutboundTask, causes: set[str], left: tuple[int, int]
) -> None:
    made = refused(world)
    say(world, made, task)
    assert set(world.problems("A1")) == causes
    assert world.balance("TEA") == left
    assert world.order("A1").status == "cancelled", "R119"


def test_settled_as_stopped_frees_the_stock_once_and_keeps_the_note(world: World, shop: Shop) -> None:
    made = refused(world)
    with world.scope():
        settle_by_hand(made.pk, "stopped", "  Nok said:\n  back on the shelf ")
    after = world.the_list("A1")
    assert (after.push, after.task, after.cancellation, after.reserved) == ("void", "cancelled", "done", False)
    assert after.settled_note == "Nok said: back on the shelf"
    assert after.settled_at is not None
    assert (world.problems("A1"), world.balance("TEA"), shipped_pieces(world)) == ({}, (10, 0), 0)
    with world.scope(), pytest.raises(Refusal) as again:
        settle_by_hand(made.pk, "stopped", "once more")
    assert again.value.code == "settle_nothing"


def test_settled_as_shipped_deducts_the_stock_once_whatever_is_reported_later(world: World, shop: Shop) -> None:
    made = refused(world)
    with world.scope():
        settle_by_hand(made.pk, "shipped", "left this morning")
    after = world.the_list("A1")
    assert (after.push, after.task, after.cancellation) == ("pushed", "completed", "conflict")
    assert (world.problems("A1"), world.balance("TEA"), shipped_pieces(world)) == ({}, (7, 0), 3)
    say(world, made, OutboundTask.COMPLETED)
    assert (world.problems("A1"), shipped_pieces(world)) == ({}, 3)
    assert world.order("A1").status == "cancelled"


def test_what_was_settled_as_stopped_and_is_reported_as_sent_is_a_conflict(world: World, shop: Shop) -> None:
    made = refused(world)
    with world.scope():
        settle_by_hand(made.pk, "stopped", "they said so")
    say(world, made, OutboundTask.COMPLETED)
    assert world.the_list("A1").cancellation == "conflict"
    assert set(world.problems("A1")) == {"cancel_conflict"}, "what was agreed did not come true"
    assert shipped_pieces(world) == 0


def test_what_the_warehouse_stopped_and_then_reports_as_sent_is_flagged(world: World, shop: Shop) -> None:
    shop.cancel_answer = CancelOutcome("accepted")
    made = pushed(world)
    order_cancelled(world)
    cancel(world)
    assert world.the_list("A1").push == "void"
    say(world, made, OutboundTask.COMPLETED)
    assert world.the_list("A1").cancellation == "conflict"
    assert world.problems("A1")["cancel_conflict"]["reference"] == made.reference
    with world.scope():
        settle_by_hand(made.pk, "seen", "the courier brings it back")
    assert world.problems("A1") == {}


def test_nothing_is_settled_without_a_note_or_before_a_refusal(world: World, shop: Shop) -> None:
    made = pushed(world)
    for note, code in (("  ", "settle_note_missing"), ("x", "settle_nothing")):
        for how in ("stopped", "shipped", "seen"):
            with world.scope(), pytest.raises(Refusal) as refusal:
                settle_by_hand(made.pk, how, note)
            assert refusal.value.code == code
    assert world.balance("TEA") == (10, 3)


# -- by hand --------------------------------------------------------------------------------------------------------


def test_an_open_orders_list_stopped_by_hand_gets_no_new_one_until_somebody_says_so(world: World, shop: Shop) -> None:
    shop.cancel_answer = CancelOutcome("accepted")
    made = pushed(world)
    with world.scope():
        assert intercept([made.pk]).asked == [made.pk]
    assert world.the_list("A1").cancellation == "asked"
    cancel(world)
    assert world.problems("A1") == {"intercepted": {"warehouse": "TH01 + C1", "reference": made.reference}}
    assert world.balance("TEA") == (10, 0)
    world.ingest(store_order("A1", ("TEA", 3), status=OrderStatus.READY, version=5))
    assert [one.push for one in world.lists("A1")] == ["void"], "an update of the order is no decision"
    with world.scope():
        assert send_anew([world.order("A1").pk]) == 1
    assert [one.push for one in world.lists("A1")] == ["void", "ready"]
    assert (world.problems("A1"), world.balance("TEA")) == ({}, (10, 3))
    with world.scope():
        assert send_anew([world.order("A1").pk]) == 0


def test_cancelling_at_the_store_settles_what_was_stopped_by_hand(world: World, shop: Shop) -> None:
    shop.cancel_answer = CancelOutcome("accepted")
    made = pushed(world)
    with world.scope():
        intercept([made.pk])
    cancel(world)
    order_cancelled(world)
    assert world.problems("A1") == {}
    assert [one.push for one in world.lists("A1")] == ["void"]


def test_each_list_that_is_not_asked_for_says_why(world: World, shop: Shop) -> None:
    gone, asked, waiting = pushed(world, "A1", 1), pushed(world, "A2", 1), None
    say(world, gone, OutboundTask.COMPLETED)
    world.ingest(store_order("A3", ("TEA", 99), status=OrderStatus.PAID))
    waiting = world.the_list("A3")
    with world.scope():
        intercept([asked.pk])
        outcome = intercept([gone.pk, asked.pk, waiting.pk])
    assert (outcome.asked, outcome.held) == (
        [],
        {gone.pk: "stop_gone", asked.pk: "stop_asked", waiting.pk: "stop_not_there"},
    )


@pytest.mark.parametrize(
    ("task", "late"),
    [("accepted", False), ("picking", False), ("picked", True), ("packed", True), ("exception", False)],
)
def test_r117_the_cut_off_is_told_before_anybody_asks(world: World, shop: Shop, task: str, late: bool) -> None:
    made = pushed(world)
    say(world, made, OutboundTask(task))
    with world.scope():
        cut = cut_off(Outbound.objects.select_related("account").get(pk=made.pk))
        assert (cut.held, cut.late) == ("", late)
        assert ("probably be refused" in cut.text) is late
        assert "Print Shop" in cut.text


# -- taken, but not all of it ---------------------------------------------------------------------------------------


def test_a_warning_with_a_push_is_no_failure_and_stays_until_it_is_settled(world: World, shop: Shop) -> None:
    shop.warning = "the label could not be read"
    made = pushed(world)
    assert (made.push_warning, made.push_error_code) == ("the label could not be read", "")
    assert world.problems("A1")["push_warning"]["reason"] == "the label could not be read"
    with world.scope():
        settle_warning(made.pk, "sent by mail")
    after = world.the_list("A1")
    assert (after.push, after.push_warning, world.problems("A1")) == ("pushed", "the label could not be read", {})
    with world.scope(), pytest.raises(Refusal):
        settle_warning(made.pk, "")


def test_a_warning_ends_when_the_parcel_has_left(world: World, shop: Shop) -> None:
    shop.warning = "no label"
    made = pushed(world)
    say(world, made, OutboundTask.COMPLETED)
    assert world.problems("A1") == {}
    assert world.the_list("A1").push_warning == "no label"
