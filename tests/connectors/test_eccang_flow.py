"""The ECCANG connector against the simulated partner, over real HTTP."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from salur.connectors.base.errors import AlreadyExists, AuthRejected, Rejected, TooLate
from salur.connectors.base.types import (
    Address,
    Document,
    OutboundLine,
    OutboundRequest,
    OutboundTask,
    PartnerRef,
    ProductRequest,
    RawRequest,
    Unmapped,
)
from salur.connectors.warehouses.eccang.connector import EccangConnector

from .conftest import Partners

Eventually = Callable[[Callable[[], Any]], Any]
LABEL = Document("label.pdf", "application/pdf", b"%PDF-1.4\n" + b"0" * 2000 + b"\n%%EOF\n")


def request(reference: str = "REF-1", **changes: object) -> OutboundRequest:
    values: dict[str, Any] = {
        "reference": reference,
        "warehouse_code": "TH01",
        "order_number": "231115ABC",
        "channel": "shopee",
        "store_name": "My <shop> & more",
        "address": Address(
            name="สมชาย ใจดี",
            phone="0812345678",
            lines=("99 ถนนสุขุมวิท",),
            city="Bangkok",
            province="Bangkok",
            postal_code="10110",
            country="TH",
        ),
        "lines": (OutboundLine("SKU-A", 2, "เสื้อ"), OutboundLine("SKU-B", 1)),
        "awb": "SPXTH0001",
        "courier": "SPX Express",
        "currency": "THB",
        "total": Decimal("350.50"),
    }
    return OutboundRequest(**(values | changes))


def stocked(partners: Partners, **changes: Any) -> EccangConnector:
    partners.control("eccang/products", {"skus": ["SKU-A", "SKU-B"], "quantity": 100})
    return partners.eccang(**changes)


def theirs(partners: Partners) -> list[dict[str, Any]]:
    orders: list[dict[str, Any]] = partners.look("eccang/orders")["orders"]
    return orders


def test_good_keys_show_who_we_are_and_wrong_ones_are_refused(partners: Partners) -> None:
    warehouse = partners.eccang()
    mine = warehouse.verify()
    assert mine.name == warehouse.credentials["customer_code"]
    assert warehouse.credentials["app_token"] not in mine.key

    with pytest.raises(AuthRejected):
        partners.eccang(app_token="wrong").verify()
    with pytest.raises(AuthRejected):
        partners.eccang(app_key="wrong").verify()


def test_warehouses_are_named_by_code_and_customer(partners: Partners) -> None:
    warehouse = partners.eccang()
    customer = warehouse.credentials["customer_code"]
    found = warehouse.list_warehouses()
    assert found
    assert all(one.name == f"{one.code} + {customer}" for one in found)
    assert {one.code: one.country for one in found}["TH01"] == "TH"
    assert "OWN_LABEL" in found[0].details["shipping_methods"].split(",")


def test_more_warehouses_than_a_page_are_all_listed(partners: Partners) -> None:
    codes = [f"W{number:03d}" for number in range(230)]
    body = {"customer_code": "MANY", "warehouses": [{"code": code, "country": "PH"} for code in codes]}
    account = partners.control("eccang/accounts", body)
    warehouse = partners.eccang(
        app_token=account["app_token"], app_key=account["app_key"], customer_code=account["customer_code"]
    )
    assert [one.code for one in warehouse.list_warehouses()] == codes


def test_a_pushed_list_arrives_whole(partners: Partners) -> None:
    warehouse = stocked(partners)
    ref = warehouse.push_outbound(request(), LABEL)

    (order,) = theirs(partners)
    assert (order["order_code"], order["reference_no"]) == (ref.number, "REF-1")
    assert order["status"] in ("C", "W")
    assert order["tracking_no"] == "SPXTH0001"
    assert order["label_sha256"] == hashlib.sha256(LABEL.content).hexdigest()
    assert order["items"] == [{"sku": "SKU-A", "quantity": 2}, {"sku": "SKU-B", "quantity": 1}]
    assert ref.warning == ""


def test_pushing_twice_makes_one_list_and_says_so(partners: Partners) -> None:
    warehouse = stocked(partners)
    ref = warehouse.push_outbound(request(), LABEL)
    with pytest.raises(AlreadyExists):
        warehouse.push_outbound(request(), LABEL)

    assert len(theirs(partners)) == 1
    found = warehouse.find_outbound("REF-1")
    assert found is not None
    assert found.ref == PartnerRef(ref.number, "REF-1")


def test_a_reference_nobody_pushed_is_not_there(partners: Partners) -> None:
    assert stocked(partners).find_outbound("NEVER") is None


def test_wrong_keys_are_never_taken_for_not_there(partners: Partners) -> None:
    with pytest.raises(AuthRejected):
        stocked(partners, app_key="wrong").find_outbound("NEVER")


def test_what_the_warehouse_refuses_is_rejected_in_its_words(partners: Partners) -> None:
    warehouse = stocked(partners)
    with pytest.raises(Rejected, match="UNKNOWN-SKU"):
        warehouse.push_outbound(request(lines=(OutboundLine("UNKNOWN-SKU", 1),)), LABEL)
    with pytest.raises(Rejected, match="short"):
        warehouse.push_outbound(request(lines=(OutboundLine("SKU-A", 101),)), LABEL)
    assert theirs(partners) == []


def test_reports_follow_a_list_until_it_is_shipped(partners: Partners) -> None:
    warehouse = stocked(partners)
    ref = warehouse.push_outbound(request(), LABEL)
    (first,) = warehouse.outbound_reports([ref])
    assert first.status is OutboundTask.ACCEPTED

    partners.control("clock", {"advance": 60})
    partners.control(f"eccang/orders/{ref.number}/status", {"status": "D"})
    (last,) = warehouse.outbound_reports([ref])
    assert last.status is OutboundTask.COMPLETED
    assert last.tracking == "SPXTH0001"
    assert [(line.sku, line.quantity) for line in last.lines] == [("SKU-A", 2), ("SKU-B", 1)]
    assert first.version is not None
    assert last.version is not None
    assert last.version > first.version


def test_report_times_are_the_true_ones(partners: Partners) -> None:
    warehouse = stocked(partners)
    ref = warehouse.push_outbound(request(), LABEL)
    now = datetime.fromtimestamp(partners.look("clock")["now"], UTC)
    (report,) = warehouse.outbound_reports([ref])
    assert report.version is not None
    assert abs(report.version - now) < timedelta(minutes=1)


def test_reports_come_for_a_hundred_lists_and_leave_unknown_ones_out(partners: Partners) -> None:
    warehouse = stocked(partners)
    lines = (OutboundLine("SKU-A", 1),)
    refs = [warehouse.push_outbound(request(f"REF-{number}", lines=lines), LABEL) for number in range(99)]
    reports = warehouse.outbound_reports([*refs, PartnerRef("NOSUCH")])
    assert {report.reference for report in reports} == {f"REF-{number}" for number in range(99)}
    assert warehouse.outbound_reports([PartnerRef("NOSUCH")]) == []


@pytest.mark.parametrize(
    ("letter", "task"),
    [
        ("H", OutboundTask.EXCEPTION),
        ("C", OutboundTask.ACCEPTED),
        ("W", OutboundTask.ACCEPTED),
        ("N", OutboundTask.EXCEPTION),
        ("P", OutboundTask.EXCEPTION),
        ("X", OutboundTask.CANCELLED),
        ("D", OutboundTask.COMPLETED),
    ],
)
def test_every_letter_has_its_state(partners: Partners, letter: str, task: OutboundTask) -> None:
    warehouse = stocked(partners)
    ref = warehouse.push_outbound(request(), LABEL)
    change = {"status": letter, "abnormal_reason": "address unclear" if letter == "N" else ""}
    partners.control(f"eccang/orders/{ref.number}/status", change)
    (report,) = warehouse.outbound_reports([ref])
    assert report.status is task
    assert report.reason == ("address unclear" if letter == "N" else "")


def test_a_letter_nobody_documented_is_kept_as_it_is(partners: Partners) -> None:
    warehouse = stocked(partners)
    ref = warehouse.push_outbound(request(), LABEL)
    partners.control(f"eccang/orders/{ref.number}/status", {"status": "Q", "raw": True})
    (report,) = warehouse.outbound_reports([ref])
    assert report.status == Unmapped("Q")


def test_a_cancellation_is_pending_until_the_warehouse_has_stopped_the_list(
    partners: Partners, eventually: Eventually
) -> None:
    warehouse = stocked(partners)
    ref = warehouse.push_outbound(request(), LABEL)
    assert warehouse.cancel_outbound(ref, "buyer").state == "pending"
    partners.control("clock", {"advance": 60})
    eventually(lambda: warehouse.outbound_reports([ref])[0].status is OutboundTask.CANCELLED)
    assert warehouse.cancel_outbound(ref, "buyer").state == "accepted"


def test_a_failed_interception_is_a_refusal(partners: Partners, eventually: Eventually) -> None:
    partners.control("settings", {"eccang": {"intercept_result": "fail"}})
    warehouse = stocked(partners)
    ref = warehouse.push_outbound(request(), LABEL)
    partners.control(f"eccang/orders/{ref.number}/status", {"cancel_status": 3})
    states = {warehouse.cancel_outbound(ref, "buyer").state}
    partners.control("clock", {"advance": 60})
    states.add(warehouse.cancel_outbound(ref, "buyer").state)
    assert states <= {"pending", "refused"}
    assert warehouse.outbound_reports([ref])[0].status is OutboundTask.ACCEPTED


def test_a_shipped_list_cannot_be_cancelled(partners: Partners) -> None:
    warehouse = stocked(partners)
    ref = warehouse.push_outbound(request(), LABEL)
    partners.control(f"eccang/orders/{ref.number}/status", {"status": "D"})
    with pytest.raises(TooLate):
        warehouse.cancel_outbound(ref, "buyer")


def test_products_are_created_then_updated_and_one_bad_one_harms_no_other(partners: Partners) -> None:
    warehouse = partners.eccang()
    good = ProductRequest("SKU-1", "เสื้อ", "Shirt", 250, 300, 200, 20, Decimal("3.50"))
    bad = ProductRequest("SKU-2", "No size")
    last = ProductRequest("SKU-3", "Trousers", "Trousers", 400, 300, 250, 30)

    results = warehouse.push_products([good, bad, last])
    assert [result.key for result in results] == ["SKU-1", "SKU-2", "SKU-3"]
    assert [result.error is None for result in results] == [True, False, True]
    assert isinstance(results[1].error, Rejected)
    again = warehouse.push_products([good, last])
    assert all(result.error is None for result in again)


def test_a_refused_account_ends_the_batch_at_its_first_product(partners: Partners) -> None:
    warehouse = partners.eccang(app_key="wrong")
    results = warehouse.push_products([ProductRequest(f"SKU-{number}", "x") for number in range(5)])
    assert all(isinstance(result.error, AuthRejected) for result in results)
    assert len([one for one in partners.exchanges if one.operation == "createProduct"]) == 1


def test_stock_rows_of_one_sku_are_added_up(partners: Partners) -> None:
    partners.control("settings", {"eccang": {"inventory_batches": 3}})
    warehouse = stocked(partners)
    warehouse.push_outbound(request(), LABEL)
    page = warehouse.stock("TH01", ["SKU-A"], None)
    (level,) = page.items
    row = next(one for one in partners.look("eccang/stock")["stock"] if one["sku"] == "SKU-A")
    assert level.sku == "SKU-A"
    assert level.sellable + level.allocated == 100
    assert level.sellable == row["sellable"]
    assert level.as_of is not None


def test_the_stock_of_a_whole_warehouse_comes_in_pages(partners: Partners) -> None:
    skus = [f"SKU-{number:03d}" for number in range(250)]
    partners.control("eccang/products", {"skus": skus, "quantity": 7})
    warehouse = partners.eccang()
    totals: dict[str, int] = {}
    cursor: str | None = None
    pages = 0
    for _ in range(20):
        page = warehouse.stock("TH01", None, cursor)
        pages += 1
        for level in page.items:
            totals[level.sku] = totals.get(level.sku, 0) + level.sellable
        cursor = page.cursor
        if cursor is None:
            break
    assert pages > 1
    assert totals == dict.fromkeys(skus, 7)


def test_both_forms_of_the_reply_are_read(partners: Partners) -> None:
    partners.control("settings", {"eccang": {"response_form": "cdata"}})
    warehouse = stocked(partners)
    ref = warehouse.push_outbound(request(note="]]> & <b>"), LABEL)
    assert warehouse.outbound_reports([ref])[0].reference == "REF-1"


class Receiver(ThreadingHTTPServer):
    """What the hub's web process does: answer the handshake, keep the messages."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), ReceiverHandler)
        self.messages: list[RawRequest] = []


class ReceiverHandler(BaseHTTPRequestHandler):
    server: Receiver

    def do_GET(self) -> None:
        (number,) = parse_qs(urlsplit(self.path).query)["random"]
        self.answer(json.dumps({"random": number}).encode())

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.messages.append(RawRequest("POST", self.path, dict(self.headers), {}, body))
        self.answer(b"{}")

    def answer(self, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Quiet."""


@pytest.mark.parametrize("form", ["text", "object"])
def test_subscribed_messages_are_read_and_forged_ones_refused(
    partners: Partners, eventually: Eventually, form: str
) -> None:
    partners.control("settings", {"eccang": {"callback_body": form}})
    warehouse = stocked(partners)
    with Receiver() as receiver:
        Thread(target=receiver.serve_forever, daemon=True).start()
        ends = warehouse.subscribe(f"http://127.0.0.1:{receiver.server_port}/callback")
        ref = warehouse.push_outbound(request(), LABEL)
        partners.control(f"eccang/orders/{ref.number}/status", {"status": "D"})

        def shipped() -> RawRequest | None:
            for message in receiver.messages:
                if any(event.raw_status == "D" for event in warehouse.parse_callback(message)):
                    return message
            return None

        message = eventually(shipped)
        receiver.shutdown()
    assert ends is not None
    assert ends > datetime.now(UTC) + timedelta(days=300)
    (event,) = warehouse.parse_callback(message)
    assert (event.kind, event.subject) == ("outbound", "REF-1")
    assert event.delivery_id
    forged = message.body.replace(b"REF-1", b"REF-2")
    with pytest.raises(AuthRejected):
        warehouse.parse_callback(RawRequest("POST", message.url, message.headers, {}, forged))


def test_nothing_but_the_body_holds_the_keys(partners: Partners) -> None:
    warehouse = partners.eccang()
    warehouse.verify()
    for exchange in partners.exchanges:
        assert warehouse.credentials["app_token"] not in exchange.url
