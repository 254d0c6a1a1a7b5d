"""Arranging shipments and fetching AWB and label: repeatable, honest about failures (R88, R94, R108 to R111, A15)."""

from __future__ import annotations

import hashlib
import io

import pytest
from reportlab.pdfgen.canvas import Canvas

from salur.connectors.base.types import OrderStatus
from salur.flows.arrange import arrange_due, arrange_now, attach_label
from salur.flows.push import push_ready
from salur.foundation.clock import now
from salur.integrations.models import RateBudget, StoreConnection
from salur.outbound.labels import LabelRefused
from salur.outbound.models import Label, Outbound
from salur.tenancy.models import Transition
from tests.flows.stage import Stage, side_by_side
from tests.world import store_order


def pdf(pages: int = 1) -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out)
    for number in range(pages):
        canvas.drawString(72, 72, f"page {number}")
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def label_of(stage: Stage, external_id: str) -> Label:
    with stage.world.scope():
        label_id = stage.world.the_list(external_id).label_id
        assert label_id is not None
        return Label.objects.get(pk=label_id)


def steps(stage: Stage, external_id: str) -> list[str]:
    with stage.world.scope():
        made = stage.world.the_list(external_id)
        rows = Transition.objects.filter(machine="outbound_shipment", subject_id=made.pk).order_by("pk")
        return list(rows.values_list("target", flat=True))


def test_r108_one_turn_arranges_numbers_labels_and_the_list_is_ready(stage: Stage) -> None:
    number = stage.one_order()
    assert stage.arrange() == 1
    made, at_shop = stage.world.the_list(number), stage.shop_order(number)
    assert (made.shipment, made.push, made.blocked_by) == ("labelled", "ready", "")
    assert made.awb == at_shop["tracking_number"] != ""
    assert (at_shop["status"], at_shop["times_arranged"]) == ("PROCESSED", 1)
    assert steps(stage, number) == ["arranged", "numbered", "labelled"]
    label = label_of(stage, number)
    assert bytes(label.content).startswith(b"%PDF-")
    assert label.pages == 1
    assert label.sha256 == hashlib.sha256(bytes(label.content)).hexdigest()


def test_the_warehouse_gets_the_very_label_of_the_store(stage: Stage) -> None:
    number = stage.pushed_order()
    there = stage.warehouse_order(number)
    assert there["label_sha256"] == label_of(stage, number).sha256
    assert there["tracking_no"] == stage.world.the_list(number).awb


def test_an_awb_that_is_not_issued_yet_is_asked_for_again_with_the_stores_hint(stage: Stage) -> None:
    stage.settings(shopee={"tracking_seconds": 60, "document_seconds": 0})
    number = stage.one_order()
    stage.arrange()
    made = stage.world.the_list(number)
    assert (made.shipment, made.awb, made.push) == ("arranged", "", "waiting")
    assert made.shipment_hint
    assert (made.blocked_by, made.closed_gates["awb_known"]["evidence"]["hint"]) == (
        "awb_not_issued",
        made.shipment_hint,
    )
    assert made.shipment_next_at is not None
    assert 1 < (made.shipment_next_at - now()).total_seconds() < 3
    assert arrange_due(stage.merchant_id, stage.store_id) == 0, "its time has not come"
    stage.pass_time(61)
    stage.arrange()
    assert stage.world.the_list(number).shipment == "labelled"
    assert stage.shop_order(number)["times_arranged"] == 1


def test_each_look_that_finds_nothing_waits_longer(stage: Stage) -> None:
    stage.settings(shopee={"tracking_seconds": 600})
    number = stage.one_order()
    pauses = []
    for _look in range(4):
        stage.arrange()
        made = stage.world.the_list(number)
        assert made.shipment_next_at is not None
        pauses.append((made.shipment_next_at - now()).total_seconds())
    assert pauses == sorted(pauses)
    assert pauses[-1] > 2 * pauses[0]


def test_a_label_under_way_is_fetched_when_it_is_ready(stage: Stage) -> None:
    stage.settings(shopee={"tracking_seconds": 0, "document_seconds": 60})
    number = stage.one_order()
    stage.arrange()
    made = stage.world.the_list(number)
    assert (made.shipment, made.blocked_by) == ("numbered", "label_missing")
    assert made.awb
    stage.pass_time(61)
    stage.arrange()
    assert stage.world.the_list(number).push == "ready"


@pytest.mark.parametrize("operation", ["ship_order", "get_tracking_number", "create_shipping_document"])
def test_an_answer_cut_off_after_acceptance_is_simply_asked_for_again(stage: Stage, operation: str) -> None:
    number = stage.one_order()
    stage.fault("shopee", f"logistics/{operation}", "cut_after")
    stage.arrange()
    made = stage.world.the_list(number)
    assert made.shipment in ("due", "arranged", "numbered")
    assert made.shipment_error_code == "connection_lost"
    stage.arrange()
    made = stage.world.the_list(number)
    assert (made.shipment, made.shipment_error_code) == ("labelled", "")
    assert stage.shop_order(number)["times_arranged"] == 1


def test_an_order_arranged_at_the_stores_own_page_goes_on(stage: Stage) -> None:
    number = stage.one_order()
    stage.sandbox.control(f"shopee/orders/{number}/status", {"status": "PROCESSED"})
    stage.arrange()
    assert stage.world.the_list(number).shipment == "labelled"
    assert stage.shop_order(number)["times_arranged"] == 1


def test_429_waits_as_long_as_the_store_asks_and_is_not_counted(stage: Stage) -> None:
    number = stage.one_order()
    stage.fault("shopee", "logistics/ship_order", "rate_limit", retry_after=30)
    stage.arrange()
    made = stage.world.the_list(number)
    assert (made.shipment, made.shipment_attempts) == ("due", 0)
    assert made.shipment_next_at is not None
    assert 25 < (made.shipment_next_at - now()).total_seconds() <= 30
    assert stage.arrange() == 0, "the store's budget is blocked"


def test_a_file_that_is_no_whole_pdf_is_not_kept_and_is_fetched_again(stage: Stage) -> None:
    number = stage.one_order()
    stage.fault("shopee", "logistics/download_shipping_document", "garbage")
    stage.arrange()
    made = stage.world.the_list(number)
    assert (made.shipment, made.label_id) == ("numbered", None)
    assert made.shipment_error_code
    with stage.world.scope():
        assert not Label.objects.exists()
    stage.arrange()
    assert stage.world.the_list(number).shipment == "labelled"


def test_a_file_that_never_becomes_a_pdf_ends_as_failed_with_the_reason(stage: Stage) -> None:
    number = stage.one_order()
    stage.fault("shopee", "logistics/download_shipping_document", "garbage", times=20)
    for _try in range(8):
        stage.arrange()
    made = stage.world.the_list(number)
    assert (made.shipment, made.blocked_by) == ("failed", "label_failed")
    assert made.closed_gates["label_stored"]["evidence"]["reason"] == made.shipment_error_message != ""


def test_a_refusal_fails_in_the_stores_words_and_the_button_tries_again(stage: Stage) -> None:
    number = stage.one_order(carrier="Seller Own Fleet")
    stage.arrange()
    made = stage.world.the_list(number)
    assert (made.shipment, made.blocked_by) == ("failed", "arranging_failed")
    assert made.shipment_error_message
    assert stage.arrange() == 0, "a failed one is not tried again by itself"
    with stage.world.scope():
        assert arrange_now([made.pk]).due == [made.pk]
    assert stage.world.the_list(number).shipment == "due"


def test_an_order_cancelled_meanwhile_is_not_arranged(stage: Stage) -> None:
    number = stage.one_order()
    stage.cancel_at_store(number)
    assert stage.arrange() == 0
    assert stage.world.the_list(number).shipment == "none"
    assert stage.shop_order(number)["times_arranged"] == 0


def test_nothing_is_asked_for_while_the_buyer_applies_for_cancellation(stage: Stage) -> None:
    stage.settings(shopee={"tracking_seconds": 60})
    number = stage.one_order()
    stage.arrange()
    stage.world.ingest(
        store_order(number, "TEA", status=OrderStatus.CANCEL_REQUESTED, version=5, courier="SPX Express")
    )
    stage.pass_time(61)
    assert stage.arrange() == 0
    assert stage.world.the_list(number).shipment == "arranged"
    stage.world.ingest(store_order(number, "TEA", status=OrderStatus.PAID, version=9, courier="SPX Express"))
    stage.arrange()
    assert stage.world.the_list(number).push == "ready"


def test_a_lost_worker_leaves_the_row_to_the_next(stage: Stage) -> None:
    number = stage.one_order()
    with stage.world.scope():
        Outbound.objects.update(shipment_epoch=1, shipment_lease_until=now())
        assert Outbound.objects.filter(shipment="due").count() == 1
    stage.let_leases_run_out("shipment")
    assert stage.arrange() == 1
    assert stage.world.the_list(number).shipment == "labelled"


def test_two_workers_arrange_every_order_once(stage: Stage) -> None:
    numbers = stage.take_order(count=30)
    stage.fault("shopee", "logistics/ship_order", "latency", seconds=0.05, times=100)
    side_by_side(*(lambda: arrange_due(stage.merchant_id, stage.store_id) for _worker in range(3)))
    assert {stage.world.the_list(n).shipment for n in numbers} == {"labelled"}
    assert {stage.shop_order(n)["times_arranged"] for n in numbers} == {1}
    assert stage.calls("shopee", "logistics/ship_order") == 30


def test_the_budget_bounds_the_calls_and_unused_ones_are_given_back(stage: Stage) -> None:
    stage.take_order(count=4)
    with stage.world.scope():
        RateBudget.objects.filter(store_id=stage.store_id).update(tokens=10, burst=10, per_second=0.01)
    assert stage.arrange() == 2
    with stage.world.scope():
        left = RateBudget.objects.get(store_id=stage.store_id).tokens
        done = Outbound.objects.filter(shipment="labelled").count()
    assert done == 2
    assert left < 1, "each of the two orders took at least its share"


def test_a_paused_store_is_not_called(stage: Stage) -> None:
    number = stage.one_order()
    with stage.world.scope():
        StoreConnection.objects.filter(pk=stage.store_id).update(state="paused")
    assert stage.arrange() == 0
    assert stage.world.the_list(number).shipment == "due"
    assert stage.calls("shopee", "logistics/ship_order") == 0


def test_an_access_that_ran_out_is_renewed_once_for_the_whole_batch(stage: Stage) -> None:
    numbers = stage.take_order(count=5)
    stage.sandbox.control("shopee/tokens", {"expire": "access"})
    stage.arrange()
    assert {stage.world.the_list(n).shipment for n in numbers} == {"labelled"}
    assert stage.calls("shopee", "auth/access_token/get") == 1


def test_the_button_names_what_stands_in_the_way(stage: Stage) -> None:
    stage.world.add_product("RARE")
    number = stage.one_order("RARE")
    made = stage.world.the_list(number)
    with stage.world.scope():
        asked = arrange_now([made.pk])
    assert (asked.due, asked.held) == ([], {made.pk: "not_enough_stock"})
    assert stage.world.the_list(number).shipment == "none"


def test_the_button_works_with_automatic_arranging_switched_off(stage: Stage) -> None:
    with stage.world.scope():
        StoreConnection.objects.filter(pk=stage.store_id).update(auto_arrange=False)
    number = stage.one_order()
    made = stage.world.the_list(number)
    assert (made.shipment, made.blocked_by) == ("none", "shipment_not_arranged")
    with stage.world.scope():
        arrange_now([made.pk])
    stage.arrange()
    assert stage.world.the_list(number).push == "ready"


def test_a15_a_label_attached_by_hand_opens_the_gates(stage: Stage) -> None:
    with stage.world.scope():
        StoreConnection.objects.filter(pk=stage.store_id).update(auto_arrange=False)
    number = stage.one_order()
    made = stage.world.the_list(number)
    with stage.world.scope():
        attach_label(made.pk, " TH123 ", pdf(2))
    made = stage.world.the_list(number)
    assert (made.shipment, made.awb, made.push) == ("labelled", "TH123", "ready")
    assert label_of(stage, number).pages == 2


@pytest.mark.parametrize("content", [b"", b"<html>not a label</html>", b"%PDF-1.4\nnothing\n%%EOF\n"])
def test_what_is_no_pdf_is_refused_and_nothing_changes(stage: Stage, content: bytes) -> None:
    number = stage.one_order()
    made = stage.world.the_list(number)
    with stage.world.scope(), pytest.raises(LabelRefused) as refused:
        attach_label(made.pk, "TH123", content)
    assert refused.value.code == "label_unreadable"
    assert stage.world.the_list(number).awb == ""


def test_a_label_cut_off_in_the_middle_is_refused(stage: Stage) -> None:
    whole = pdf(3)
    made = stage.world.the_list(stage.one_order())
    with stage.world.scope(), pytest.raises(LabelRefused):
        attach_label(made.pk, "TH123", whole[: len(whole) // 2])


def test_a_label_by_hand_wins_over_a_try_under_way(stage: Stage) -> None:
    number = stage.one_order()
    made = stage.world.the_list(number)
    stage.fault("shopee", "logistics/get_tracking_number", "latency", seconds=1.0)

    def by_hand() -> None:
        while stage.world.the_list(number).shipment_lease_until is None:
            pass
        with stage.world.scope():
            attach_label(made.pk, "BYHAND1", pdf())

    side_by_side(lambda: arrange_due(stage.merchant_id, stage.store_id), by_hand)
    made = stage.world.the_list(number)
    assert (made.awb, made.shipment) == ("BYHAND1", "labelled")


def test_a_list_the_warehouse_has_takes_no_other_label(stage: Stage) -> None:
    number = stage.pushed_order()
    made = stage.world.the_list(number)
    with stage.world.scope(), pytest.raises(LabelRefused) as refused:
        attach_label(made.pk, "OTHER", pdf())
    assert refused.value.code == "label_too_late"


def test_a_list_without_a_store_to_ask_is_not_asked_for_every_second(stage: Stage) -> None:
    with stage.world.scope():
        StoreConnection.objects.filter(pk=stage.store_id).update(channel="etsy")
    stage.world.ingest(store_order("E1", "TEA", awb="AWB1"))
    assert stage.world.the_list("E1").shipment == "numbered"
    assert arrange_due(stage.merchant_id, stage.store_id) == 0
    made = stage.world.the_list("E1")
    assert made.shipment_next_at is not None
    assert (made.shipment_next_at - now()).total_seconds() > 3600


def test_the_pushed_list_and_its_label_survive_a_doubled_job(stage: Stage) -> None:
    number = stage.one_order()
    assert [stage.arrange(), stage.arrange()] == [1, 0]
    push_ready(stage.merchant_id, stage.account_id)
    assert stage.arrange() == 0
    with stage.world.scope():
        assert Label.objects.count() == 1
    assert stage.world.the_list(number).push == "pushed"
