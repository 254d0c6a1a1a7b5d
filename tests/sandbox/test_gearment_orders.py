"""Orders at the simulated print-on-demand vendor: looked up, shipped, cancelled (contracts/gearment)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.clients import Control, Shop
from tests.sandbox.gearment import SKU, Vendor, cents

STATUS, CANCEL = "VENDOR_ORDER_STATUS_", "VENDOR_ORDER_CANCEL_STATUS_"


@pytest.fixture
def vendor(control: Control) -> Vendor:
    """The first team."""
    return Vendor(control)


# --- looking up -----------------------------------------------------------------------------------------------------


def test_drafts_and_orders_are_found_by_reference_and_number(vendor: Vendor) -> None:
    orders = [vendor.order(f"R{number}") for number in range(3)]
    drafts = [row["draft"] for row in vendor.known()]
    assert vendor.listed("orders", filter_reference_ids=["R0", "R2"]) == [orders[2], orders[0]]
    assert vendor.listed("orders/draft", filter_reference_ids="R1") == [drafts[1]]
    assert vendor.listed("orders", filter_order_ids=orders[:2]) == [orders[1], orders[0]]
    assert vendor.listed("orders/draft", filter_order_ids=drafts[0]) == [drafts[0]]
    assert vendor.listed("orders", filter_reference_ids="R9") == []
    assert vendor.listed("orders", filter_order_ids=orders[0], filter_reference_ids="R1") == []
    assert vendor.bad("GET", "orders", filter_reference_ids="r" * 101)[2] == "filter.reference_ids"


def test_orders_are_paged_newest_first(vendor: Vendor) -> None:
    made = [vendor.order(f"R{number}") for number in range(5)]
    pages = [vendor.good("GET", "orders", paging_page=page, paging_limit=2) for page in (1, 2, 3, 4)]
    assert [row["order_id"] for page in pages for row in page["data"]] == made[::-1]
    assert [page["paging"]["total"] for page in pages] == ["5"] * 4
    assert pages[0]["paging"]["total_page"] == 3
    assert vendor.good("GET", "orders", paging_page=0, paging_limit=0)["paging"]["limit"] == 20
    assert vendor.bad("GET", "orders", paging_page="-1")[2] == "paging.page"


def test_orders_are_filtered_by_status_payment_method_and_time(control: Control, vendor: Vendor) -> None:
    first = vendor.order("R1")
    control.post("clock", advance=100)
    second = vendor.good("POST", "orders/draft/labeled", vendor.labeled("R2"))["data"]["origin_order_id"]
    vendor.move("R2", status="IN_PRODUCTION", payment="FAILED")
    assert vendor.listed("orders", filter_statuses=f"{STATUS}IN_PRODUCTION") == [second]
    assert vendor.listed("orders", filter_payment_status="VENDOR_ORDER_PAYMENT_STATUS_SUCCESS") == [first]
    assert vendor.listed("orders", filter_created_methods="VENDOR_CREATED_METHOD_LABEL") == [second]
    since = vendor.read(second)["created_at"]
    assert vendor.listed("orders", filter_created_at_min=since) == [second]
    for wrong in ("yesterday", "2026-01-02T03:04:05"):
        assert vendor.bad("GET", "orders", filter_created_at_min=wrong)[2] == "filter.created_at_min"


def test_a_misspelt_filter_finds_everything(vendor: Vendor) -> None:
    vendor.order("R1")
    assert len(vendor.listed("orders", filter_reference_id="R9")) == 1


def test_a_new_document_may_be_missed_for_a_while(control: Control, vendor: Vendor) -> None:
    control.post("settings", gearment={"lookup_delay": 60})
    number = vendor.order("R1")
    assert vendor.listed("orders", filter_reference_ids="R1") == vendor.listed("orders/draft") == []
    assert vendor.read(number)["reference_id"] == "R1"
    assert vendor.bad("POST", "orders/draft", vendor.wanted("R1"))[1] == "ALREADY_EXISTS"
    control.post("clock", advance=61)
    assert vendor.listed("orders", filter_reference_ids="R1") == [number]


def test_int64_and_money_can_travel_in_the_other_form(control: Control, vendor: Vendor) -> None:
    usual = vendor.good("GET", "catalog/variants", filter_skus=SKU)
    assert usual["data"][0]["price"] == {"currency_code": "USD", "units": "8", "nanos": 990_000_000}
    control.post("settings", gearment={"int64": "number", "money_nanos": "hundredths"})
    other = vendor.good("GET", "catalog/variants", filter_skus=SKU)
    assert other["data"][0]["price"] == {"currency_code": "USD", "units": 8, "nanos": 99}
    assert (usual["paging"]["total"], other["paging"]["total"]) == ("1", 1)


# --- the way of an order --------------------------------------------------------------------------------------------


def test_an_order_ships_with_a_tracking_number_and_all_stages_done(vendor: Vendor) -> None:
    number = vendor.order("R1")
    before = vendor.read(number)
    assert (before["tracking_no"], before["order_trackings"]) == ("", [])
    assert [stage["is_completed"] for stage in before["stages"]] == [False] * 3
    vendor.move("R1", status="IN_PRODUCTION")
    vendor.move(number, status=f"{STATUS}PACKED")
    assert [stage["is_completed"] for stage in vendor.read(number)["stages"]] == [True, False, False]
    row = vendor.move("R1", status="SHIPPED")
    order = vendor.read(number)
    assert order["tracking_no"] == row["tracking"] != ""
    assert [(one["tracking_no"], one["tracking_type"]) for one in order["order_trackings"]] == [
        (row["tracking"], "TRACKING_TYPE_PRIMARY")
    ]
    assert all(stage["is_completed"] for stage in order["stages"])
    listed = vendor.good("GET", "orders")["data"][0]
    assert (listed["tracking_number"], bool(listed["shipped_at"])) == (row["tracking"], True)


def test_an_order_ships_by_itself_when_it_may(control: Control, vendor: Vendor) -> None:
    number = vendor.order("R1")
    control.post("settings", gearment={"ship_after": 600})
    control.post("clock", advance=500)
    assert vendor.read(number)["order_status"] == f"{STATUS}AWAITING_FULFILLMENT"
    control.post("clock", advance=101)
    statuses = [status.removeprefix(STATUS) for _, status in vendor.known()[0]["history"]]
    assert statuses[-4:] == ["AWAITING_FULFILLMENT", "IN_PRODUCTION", "PACKED", "SHIPPED"]


def test_a_shipped_parcel_reaches_the_stores_courier(control: Control, shop: Shop, vendor: Vendor) -> None:
    order_sn = control.orders(count=1)[0]
    shop.arrange(order_sn)
    vendor.order("R1")
    vendor.move("R1", status="SHIPPED", tracking=control.order(order_sn)["tracking_number"])
    control.post("tick")
    assert control.order(order_sn)["status"] == "SHIPPED"


def test_payment_may_be_open_or_fail(control: Control, vendor: Vendor) -> None:
    control.post("settings", gearment={"payment": "pending", "ship_after": 0})
    number = vendor.order("R1")
    control.post("settings", gearment={"payment": "failed"})
    vendor.order("R2")
    control.post("clock", advance=10)
    rows = {row["reference_id"]: row for row in vendor.good("GET", "orders")["data"]}
    assert [(rows[name]["order_status"], rows[name]["payment_status"]) for name in ("R1", "R2")] == [
        (f"{STATUS}AWAITING_PAYMENT", "VENDOR_ORDER_PAYMENT_STATUS_PENDING"),
        (f"{STATUS}PAYMENT_FAILED", "VENDOR_ORDER_PAYMENT_STATUS_FAILED"),
    ]
    assert cents(vendor.read(number)["paid_needed"]) > 0
    vendor.move("R1", status="AWAITING_FULFILLMENT")
    assert cents(vendor.read(number)["paid_needed"]) == 0


def test_control_refuses_unknown_statuses_unless_raw(control: Control, vendor: Vendor) -> None:
    number = vendor.order("R1")
    answer = control.http.post("/_control/gearment/orders/R1/status", json={"status": "LOST"})
    assert answer.status_code == 400
    vendor.move("R1", status="SOMETHING_NEW", raw=True)
    assert vendor.read(number)["order_status"] == "SOMETHING_NEW"
    assert control.http.post("/_control/gearment/orders/NOPE/status", json={"status": "SHIPPED"}).status_code == 404


# --- cancelling -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", ["AWAITING_PAYMENT", "AWAITING_FULFILLMENT", "IN_PRODUCTION", "ON_HOLD"])
def test_a_ticket_before_packing_leads_to_cancellation(control: Control, vendor: Vendor, status: str) -> None:
    control.post("settings", gearment={"cancel_seconds": 60})
    number = vendor.order("R1")
    vendor.move("R1", status=status)
    assert vendor.ask_to_cancel(number)["status"] == "STATUS_PENDING"
    seen = [vendor.read(number)["cancel_status"]]
    control.post("clock", advance=31)
    seen.append(vendor.read(number)["cancel_status"])
    control.post("clock", advance=30)
    order = vendor.read(number)
    assert [*seen, order["cancel_status"]] == [f"{CANCEL}REQUESTED", f"{CANCEL}PROCESSING", f"{CANCEL}CANCELED"]
    assert order["order_status"] == f"{STATUS}CANCELLED"
    assert order["refund_status"] == "VENDOR_ORDER_REFUND_STATUS_REFUNDED"
    assert [row["status"] for row in tickets(vendor)] == ["STATUS_COMPLETED"]


def tickets(vendor: Vendor, **query: Any) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = vendor.good("GET", "support/requests", **query)["support_requests"]
    return rows


@pytest.mark.parametrize("status", ["PACKED", "SHIPPED"])
def test_a_ticket_after_packing_is_rejected(vendor: Vendor, status: str) -> None:
    number = vendor.order("R1")
    vendor.move("R1", status=status)
    assert vendor.ask_to_cancel(number)["status"] == "STATUS_REJECTED"
    order = vendor.read(number)
    assert (order["cancel_status"], order["order_status"]) == (f"{CANCEL}REJECTED", f"{STATUS}{status}")


@pytest.mark.parametrize("result", ["rejected", "failed"])
def test_a_cancellation_that_fails_lets_the_order_go_on(control: Control, vendor: Vendor, result: str) -> None:
    control.post("settings", gearment={"cancel_result": result, "cancel_seconds": 1000})
    number = vendor.order("R1")
    vendor.ask_to_cancel(number)
    control.post("settings", gearment={"ship_after": 500})
    control.post("clock", advance=600)
    assert vendor.read(number)["order_status"] == f"{STATUS}AWAITING_FULFILLMENT"
    control.post("clock", advance=500)
    order = vendor.read(number)
    assert (order["cancel_status"], order["order_status"]) == (
        f"{CANCEL}{result.upper()}", f"{STATUS}AWAITING_FULFILLMENT",
    )  # fmt: skip
    control.post("clock", advance=600)
    assert vendor.read(number)["order_status"] == f"{STATUS}SHIPPED"


def test_what_is_packed_meanwhile_is_not_cancelled(control: Control, vendor: Vendor) -> None:
    control.post("settings", gearment={"cancel_seconds": 60})
    number = vendor.order("R1")
    vendor.ask_to_cancel(number)
    vendor.move("R1", status="PACKED")
    control.post("clock", advance=61)
    assert vendor.read(number)["cancel_status"] == f"{CANCEL}REJECTED"


def test_a_second_ticket_changes_nothing(control: Control, vendor: Vendor) -> None:
    control.post("settings", gearment={"cancel_seconds": 60})
    number = vendor.order("R1")
    vendor.ask_to_cancel(number)
    control.post("clock", advance=31)
    vendor.ask_to_cancel(number)
    assert vendor.read(number)["cancel_status"] == f"{CANCEL}PROCESSING"
    control.post("clock", advance=30)
    assert vendor.read(number)["cancel_status"] == f"{CANCEL}CANCELED"
    assert vendor.ask_to_cancel(number)["status"] == "STATUS_COMPLETED"
    statuses = [status for _, status in vendor.known()[0]["history"]]
    assert statuses.count(f"{STATUS}CANCELLED") == 1


def test_tickets_need_an_order_and_words(vendor: Vendor) -> None:
    draft = vendor.draft("R1")
    good = {
        "order_id": draft["origin_order_id"],
        "issue_category": "CATEGORY_WRONG_PRINT",
        "issue_detail": "upside down",
    }
    for changed, expected in (
        ({"order_id": draft["order_id"]}, (404, "NOT_FOUND", "order_id")),
        ({"order_id": ""}, (400, "INVALID_ARGUMENT", "order_id")),
        ({"issue_detail": ""}, (400, "INVALID_ARGUMENT", "issue_detail")),
        ({"issue_category": "CATEGORY_BORED"}, (400, "INVALID_ARGUMENT", "issue_category")),
        ({"item_affected": -1}, (400, "INVALID_ARGUMENT", "item_affected")),
        ({"data": {}}, (400, "INVALID_ARGUMENT", "data")),
    ):
        assert vendor.bad("POST", "support/requests", {**good, **changed}) == expected
    vendor.good("POST", "support/requests", good)
    assert vendor.read(good["order_id"])["cancel_status"] == f"{CANCEL}NOT_REQUESTED"
    assert len(tickets(vendor, request_status="STATUS_PENDING")) == 1
    assert tickets(vendor, request_status="STATUS_REJECTED") == []
    assert vendor.bad("GET", "support/requests", request_status="OPEN")[2] == "request_status"
