"""Bad labels, AWB numbers and answers: a clear word on who must do what, nothing lost, nothing half done."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from salur.catalog.models import MasterProduct, WarehouseProduct
from salur.connectors.base.types import OrderStatus
from salur.flows.arrange import attach_label
from salur.flows.follow_up import follow_account
from salur.flows.products import push_due
from salur.flows.push import look_up_doubtful, push_ready
from salur.flows.recheck import recheck
from salur.foundation.clock import now
from salur.foundation.problems import describe
from salur.integrations.models import Credential, ExchangeRecord, WarehouseAccount
from salur.integrations.sealing import seal
from salur.outbound.awb import clean_awb, other_form
from salur.outbound.labels import LabelRefused, check_label
from salur.outbound.models import Label
from salur.outbound.queries import attempts_of, find_outbound
from salur.web.outbound.views import what_it_said
from tests.flows.fronted import Gateway, fronted
from tests.flows.pdf import pdf, pdf_without_pages
from tests.flows.stage import Stage
from tests.world import make_world, store_order

# -- labels ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"\x89PNG\r\n\x1a\n not a label", "begin"),
        (b"<html><body>504 Gateway Time-out</body></html>", "begin"),
        (b"", "begin"),
        (pdf(2)[:-200], "end"),
        (pdf(2)[: len(pdf(2)) // 2], "end"),
        (pdf_without_pages(), "no page"),
    ],
)
def test_a_label_that_cannot_be_printed_is_refused_with_the_reason_and_what_to_do(content: bytes, word: str) -> None:
    with pytest.raises(LabelRefused) as refused:
        check_label(content)
    told = refused.value.text()
    assert refused.value.code == "label_unreadable"
    assert word in told.cause
    assert told.cure
    assert told.who == "operator"


def test_a_store_that_gives_half_a_label_leaves_no_label_and_no_push(stage: Stage) -> None:
    stage.fault("shopee", "logistics/download_shipping_document", "garbage", times=None)
    number = stage.one_order()
    for _ in range(6):
        stage.arrange()
    made = stage.world.the_list(number)
    assert (made.push, made.shipment, made.label_id, made.blocked_by) == ("waiting", "failed", None, "label_failed")
    assert made.awb, "what was reached is kept"
    assert push_ready(stage.merchant_id, stage.account_id) == 0
    with stage.world.scope():
        assert Label.objects.count() == 0


# -- AWB numbers ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "number", "beside"),
    [
        ("TH0123456789X", "TH0123456789X", ""),
        ("  TH123 ", "TH123", ""),
        ("th 123 456\tx", "TH123456X", "th 123 456\tx"),
        ("ＴＨ１２３", "TH123", "ＴＨ１２３"),
        ("TH\u200b12\u00a03\ufeff", "TH123", "TH\u200b12\u00a03\ufeff"),
        ("jt-001/2", "JT-001/2", "jt-001/2"),
    ],
)
def test_awb_numbers_have_one_form_and_what_was_given_is_kept_beside(given: str, number: str, beside: str) -> None:
    assert (clean_awb(given), other_form(given)) == (number, beside)


def test_an_awb_number_is_put_into_form_wherever_it_comes_from(db: Any) -> None:
    world = make_world()
    world.add_product("TEA", pieces=10)
    world.ingest(store_order("S1", "TEA", awb="th 1 x"))
    world.ingest(store_order("S2", "TEA"))
    world.ingest(store_order("S2", "TEA", version=5, awb="th 2 x"))
    world.ingest(store_order("S3", "TEA"))
    with world.scope():
        attach_label(world.the_list("S3").pk, " th 3 x", pdf())
    for number, awb in (("S1", "TH1X"), ("S2", "TH2X"), ("S3", "TH3X")):
        made = world.the_list(number)
        assert (made.awb, made.awb_given) == (awb, f"th {number[1]} x")


def test_two_orders_with_one_awb_number_never_both_go_silently(db: Any) -> None:
    world = make_world()
    world.add_product("TEA", pieces=10)
    world.ingest(store_order("S1", "TEA", awb="TH1"), store_order("S2", "TEA", awb="th 1"))
    world.ingest(store_order("S3", "TEA", awb="TH1 "), store_order("S4", "TEA", awb="TH4"))
    for number in ("S2", "S3"):
        held = world.the_list(number)
        assert (held.push, held.blocked_by) == ("waiting", "awb_in_use")
        assert held.closed_gates["awb_known"]["evidence"]["other"] == "S1"
    assert "awb_known" not in world.the_list("S1").closed_gates
    assert "awb_known" not in world.the_list("S4").closed_gates
    with world.scope():
        for number in ("S1", "S2"):
            attach_label(world.the_list(number).pk, "TH1", pdf())
        attach_label(world.the_list("S3").pk, "TH3", pdf())
    assert [world.the_list(number).push for number in ("S1", "S2", "S3")] == ["ready", "waiting", "ready"]
    assert world.the_list("S2").blocked_by == "awb_in_use"


def test_a_number_whose_first_list_is_void_is_free_again(db: Any) -> None:
    world = make_world()
    world.add_product("TEA", pieces=10)
    world.ingest(store_order("S1", "TEA", awb="TH1"))
    world.ingest(store_order("S1", "TEA", status=OrderStatus.CANCELLED, version=5))
    world.ingest(store_order("S2", "TEA", awb="TH1"))
    assert "awb_known" not in world.the_list("S2").closed_gates


def test_a_list_that_waits_for_a_number_goes_on_when_the_other_is_void(db: Any) -> None:
    world = make_world()
    world.add_product("TEA", pieces=10)
    world.ingest(store_order("S1", "TEA", awb="TH1"), store_order("S2", "TEA", awb="TH1"))
    assert world.the_list("S2").blocked_by == "awb_in_use"
    world.ingest(store_order("S1", "TEA", status=OrderStatus.CANCELLED, version=5))
    waiting = db.rows("SELECT args->>'kind' FROM procrastinate_jobs WHERE status = 'todo'")
    assert ("recheck",) in [tuple(row) for row in waiting]
    recheck(world.merchant_id, world.merchant_id)
    assert "awb_known" not in world.the_list("S2").closed_gates


# -- answers --------------------------------------------------------------------------------------------------------

BAD = ["encoding", "html", "garbage"]


def look_up(stage: Stage) -> None:
    stage.due_now("push")
    look_up_doubtful(stage.merchant_id, stage.account_id)


def follow(stage: Stage) -> None:
    with stage.world.scope():
        WarehouseAccount.objects.update(next_follow_up_at=now())
    follow_account(stage.merchant_id, stage.account_id)


def said_on_the_page(stage: Stage, number: str) -> Any:
    with stage.world.scope():
        outbound = find_outbound(stage.world.the_list(number).pk)
        assert outbound is not None
        return what_it_said(outbound, attempts_of([outbound.pk]))


@pytest.mark.parametrize("kind", BAD)
def test_a_push_answered_in_a_way_nobody_can_read_is_looked_up_and_sent_once(stage: Stage, kind: str) -> None:
    number = stage.one_order()
    stage.arrange()
    stage.fault("eccang", "createOrder", kind)
    push_ready(stage.merchant_id, stage.account_id)
    assert stage.world.the_list(number).push == "unknown"
    told = said_on_the_page(stage, number)
    assert told.title == describe("unknown_outcome", {"partner": "ECCANG WMS"}).title
    assert told.who == "nobody"
    look_up(stage)
    push_ready(stage.merchant_id, stage.account_id)
    assert stage.world.the_list(number).push == "pushed"
    assert stage.warehouse_order(number)["times_created"] == 1
    stage.books_agree()


@pytest.mark.parametrize("kind", BAD)
def test_a_report_nobody_can_read_changes_nothing_and_is_kept(stage: Stage, kind: str) -> None:
    number = stage.pushed_order("TEA", 2)
    stage.move(number, status="D")
    before = stage.world.the_list(number)
    stage.fault("eccang", "getOrderList", kind)
    follow(stage)
    after = stage.world.the_list(number)
    assert (after.task, after.task_raw, stage.world.balance("TEA")) == (before.task, before.task_raw, (100, 2))
    assert stage.account().state == "connected", "one bad answer ends no connection"
    with stage.world.scope():
        kept = ExchangeRecord.objects.filter(operation="getOrderList").latest("started_at")
        assert kept.response_body
    follow(stage)
    assert (stage.world.the_list(number).task, stage.world.balance("TEA")) == ("completed", (98, 0))


@pytest.mark.parametrize("kind", BAD)
def test_a_product_answered_in_a_way_nobody_can_read_is_pushed_again(stage: Stage, kind: str) -> None:
    with stage.world.scope():
        MasterProduct.objects.update(weight_g=200, length_mm=100, width_mm=80, height_mm=50)
        WarehouseProduct.objects.filter(product__msku="TEA").update(push="not_pushed")
    stage.fault("eccang", "createProduct", kind)
    push_due(stage.merchant_id, stage.account_id)
    assert tea(stage).push == "not_pushed"
    assert tea(stage).error_message
    with stage.world.scope():
        WarehouseProduct.objects.update(next_at=None)
    push_due(stage.merchant_id, stage.account_id)
    assert (tea(stage).push, tea(stage).error_message) == ("pushed", "")


def tea(stage: Stage) -> WarehouseProduct:
    with stage.world.scope():
        return WarehouseProduct.objects.get(product__msku="TEA")


def test_a_status_that_nobody_documented_is_shown_and_moves_nothing(stage: Stage) -> None:
    number = stage.pushed_order("TEA", 2)
    follow(stage)
    before = stage.world.the_list(number).task
    stage.move(number, status="Q7", raw=True)
    follow(stage)
    made = stage.world.the_list(number)
    assert (made.task, made.task_raw) == (before, "Q7")
    assert stage.world.balance("TEA") == (100, 2)
    stage.move(number, status="D")
    follow(stage)
    assert (stage.world.the_list(number).task, stage.world.balance("TEA")) == ("completed", (98, 0))


@pytest.fixture
def gateway(stage: Stage) -> Iterator[Gateway]:
    """The stage's warehouse behind a gateway that can answer with a SOAP fault."""
    known = stage.sandbox.look("credentials")["eccang"]
    with fronted(str(known["base_url"])) as (made, address):
        values = {key: str(known[key]) for key in ("app_token", "app_key", "customer_code")} | {"base_url": address}
        with stage.world.scope():
            row = Credential.objects.get(account_id=stage.account_id)
            row.sealed = seal(values, stage.merchant_id, "account", stage.account_id)
            row.save(update_fields=["sealed"])
        yield made


@pytest.mark.parametrize(("status", "arrives"), [(200, False), (200, True), (500, False), (500, True)])
def test_a_soap_fault_leaves_it_open_what_was_done_so_it_is_looked_up(
    stage: Stage, gateway: Gateway, status: int, arrives: bool
) -> None:
    number = stage.one_order()
    stage.arrange()
    gateway.faults, gateway.passes, gateway.status = {"createOrder": 1}, arrives, status
    push_ready(stage.merchant_id, stage.account_id)
    made = stage.world.the_list(number)
    assert made.push == "unknown"
    assert made.push_error_message
    look_up(stage)
    assert stage.world.the_list(number).push == ("pushed" if arrives else "ready")
    push_ready(stage.merchant_id, stage.account_id)
    assert stage.world.the_list(number).push == "pushed"
    assert stage.warehouse_order(number)["times_created"] == 1


def test_a_soap_fault_instead_of_reports_changes_nothing(stage: Stage, gateway: Gateway) -> None:
    number = stage.pushed_order("TEA", 2)
    stage.move(number, status="D")
    gateway.faults = {"getOrderList": 1}
    follow(stage)
    assert (stage.world.the_list(number).task, stage.world.balance("TEA")) != ("completed", (98, 0))
    follow(stage)
    assert (stage.world.the_list(number).task, stage.world.balance("TEA")) == ("completed", (98, 0))
