"""The simulated print-on-demand vendor: access, limits, catalogue, quotes, faults (contracts/gearment)."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from tests.sandbox.clients import Control
from tests.sandbox.gearment import API, SKU, Vendor, cents


@pytest.fixture
def vendor(control: Control) -> Vendor:
    """The first team."""
    return Vendor(control)


# --- access ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["X-Gearment-Client-Key", "X-Gearment-Client-Secret"])
def test_a_wrong_or_missing_key_or_secret_is_refused(vendor: Vendor, name: str) -> None:
    right = vendor.headers[name]
    for wrong in (right[:-1], right.upper(), ""):
        vendor.headers[name] = wrong
        assert vendor.bad("GET", "orders") == (401, "UNAUTHENTICATED", "")
    del vendor.headers[name]
    assert vendor.bad("GET", "orders") == (401, "UNAUTHENTICATED", "")


def test_the_other_headers_of_the_contradicting_text_do_not_open(vendor: Vendor) -> None:
    key, secret = vendor.headers.values()
    vendor.headers = {"X-API-Key": key, "X-API-Secret": secret}
    assert vendor.bad("GET", "orders") == (401, "UNAUTHENTICATED", "")


def test_a_blocked_team_is_forbidden(control: Control, vendor: Vendor) -> None:
    control.post("gearment/accounts", team_id=vendor.given["team_id"], blocked=True)
    assert vendor.bad("GET", "catalog") == (403, "PERMISSION_DENIED", "")


def test_a_team_sees_only_its_own(control: Control, vendor: Vendor) -> None:
    other = Vendor(control, control.post("gearment/accounts"))
    number, draft = vendor.order("R1"), vendor.known()[0]["draft"]
    assert other.listed("orders") == other.listed("orders/draft") == []
    assert other.bad("GET", f"orders/{number}")[:2] == (404, "NOT_FOUND")
    assert other.bad("GET", f"orders/draft/{draft}")[:2] == (404, "NOT_FOUND")
    other.order("R1")
    assert vendor.bad("POST", "orders/draft", vendor.wanted("R2", store_id=other.store_id))[0] == 404


def test_what_is_not_there_is_not_found(vendor: Vendor) -> None:
    assert vendor.bad("GET", "nothing") == (404, "NOT_FOUND", "")
    assert vendor.bad("PUT", "orders") == (404, "NOT_FOUND", "")
    assert vendor.bad("GET", "orders/NOPE") == (404, "NOT_FOUND", "order_id")
    assert vendor.bad("GET", "orders/draft/NOPE") == (404, "NOT_FOUND", "order_id")


def test_a_body_that_is_no_object_is_refused(vendor: Vendor) -> None:
    for raw in (b"{", b"[]", b"7"):
        answer = vendor.control.http.post(f"{API}/orders/draft", content=raw, headers=vendor.headers)
        assert (answer.status_code, answer.json()["code"]) == (400, "INVALID_ARGUMENT")


def test_the_limit_blocks_for_a_minute_when_it_is_on(control: Control, vendor: Vendor) -> None:
    control.post("settings", gearment={"rate_limit_requests": 3, "rate_limit_window": 3600})
    assert [vendor.send("GET", "orders").status_code for _ in range(3)] == [200, 200, 200]
    answer = vendor.send("GET", "orders")
    assert (answer.status_code, answer.json()["error"]["code"]) == (429, 429)
    assert 0 < int(answer.headers["Retry-After"]) <= 60
    other = Vendor(control, control.post("gearment/accounts"))
    assert other.send("GET", "orders").status_code == 200
    control.post("clock", advance=20)
    assert vendor.send("GET", "orders").status_code == 429
    control.post("clock", advance=41)
    assert vendor.send("GET", "orders").status_code == 200
    assert control.count("gearment", "VendorListOrder")["refused"] == {"429": 2}


def test_calls_far_apart_do_not_reach_the_limit(control: Control, vendor: Vendor) -> None:
    control.post("settings", gearment={"rate_limit_requests": 2})
    for _ in range(3):
        assert vendor.send("GET", "orders").status_code == 200
        control.post("clock", advance=6)


# --- catalogue ------------------------------------------------------------------------------------------------------


def test_the_catalogue_is_paged_and_has_variants(vendor: Vendor) -> None:
    first = vendor.good("GET", "catalog", paging_page=1, paging_limit=2)
    second = vendor.good("GET", "catalog", paging_page=2, paging_limit=2)
    assert first["paging"] == {"total": "3", "total_page": 2, "page": 1, "limit": 2}
    names = [row["product_name"] for row in first["data"] + second["data"]]
    assert len(set(names)) == 3
    assert all(row["variants"] for row in first["data"])
    assert vendor.bad("GET", "catalog", paging_limit=101) == (400, "INVALID_ARGUMENT", "paging.limit")


def test_variants_are_found_by_each_filter(vendor: Vendor) -> None:
    row = vendor.good("GET", "catalog/variants", filter_skus=[SKU])["data"][0]
    for name, value in (
        ("filter_variant_ids", row["variant_id"]),
        ("filter_legacy_variant_ids", row["legacy_variant_id"]),
    ):
        assert vendor.good("GET", "catalog/variants", **{name: value})["data"] == [row]
    narrowed = {"filter_product_ids": row["product"]["product_id"], "filter_colors": "Black", "filter_sizes": "M"}
    assert vendor.good("GET", "catalog/variants", **narrowed)["data"] == [row]
    assert vendor.good("GET", "catalog/variants", filter_skus=["NOT-THERE"])["data"] == []
    two = vendor.good("GET", "catalog/variants", filter_skus=[SKU, "GM-MUG-WHITE-11OZ"])["data"]
    assert [one["variant_sku"] for one in two] == [SKU, "GM-MUG-WHITE-11OZ"]
    assert vendor.bad("GET", "catalog/variants", filter_stock_labels="PLENTY")[2] == "filter.stock_labels"


def test_control_adds_variants_and_labels_them(control: Control, vendor: Vendor) -> None:
    control.post("gearment/products", skus=["MUG-350-WHT", "NEW-1"])
    control.post("gearment/products", skus=["NEW-1"], stock_label="OUT_OF_STOCK")
    label = "VENDOR_CATALOG_VARIANT_STOCK_LABEL_OUT_OF_STOCK"
    short = vendor.good("GET", "catalog/variants/stock", filter_stock_labels=label)["data"]
    assert [(row["variant_sku"], row["stock_label"]) for row in short] == [("NEW-1", label)]
    assert len(vendor.good("GET", "catalog/variants", filter_skus=["MUG-350-WHT", "NEW-1"])["data"]) == 2


def test_what_can_not_be_made_is_refused_unless_the_risk_is_agreed(control: Control, vendor: Vendor) -> None:
    control.post("gearment/products", skus=[SKU], stock_label="OUT_OF_STOCK")
    refused = (400, "FAILED_PRECONDITION", "data.line_items[0].variant_id")
    assert vendor.bad("POST", "orders/draft", vendor.wanted()) == refused
    vendor.draft("R1", agree_at_risk=True)
    control.post("gearment/products", skus=[SKU], stock_label="DISCONTINUED")
    assert vendor.bad("POST", "orders/draft", vendor.wanted("R2", agree_at_risk=True)) == refused


def test_stock_quantities_and_inbound_lists_do_not_exist(control: Control) -> None:
    for path in ("stock", "inbounds"):
        assert control.http.get(f"/_control/gearment/{path}").status_code == 404


def test_a_quote_adds_up_and_its_fields_are_checked(vendor: Vendor) -> None:
    address = {"method": "standard", "state_code": "CA", "country_code": "US"}
    lines = [{"variant_id": vendor.variant(), "quantity": 3, "print_locations": ["front"]}]
    body: dict[str, Any] = {"order_platform": "etsy", "shipping": {"address": address}, "line_items": lines}
    got = vendor.good("POST", "orders/price", body)["data"]
    assert cents(got["order_total"]) == cents(got["order_sub_total"]) + cents(got["order_shipping_fee"])
    assert cents(got["order_sub_total"]) == 3 * cents(got["line_items"][0]["item_price"])
    own = vendor.good("POST", "orders/price", {**body, "shipping": {"label": {"url": "https://l.example.com/1"}}})
    assert cents(own["data"]["order_shipping_fee"]) == 0
    wrong: tuple[dict[str, Any], ...] = (
        {"order_platform": "shopee"},
        {"shipping": {"address": {**address, "method": "drone"}}},
        {"shipping": {}},
        {"line_items": []},
        {"line_items": [{**lines[0], "print_locations": ["sky"]}]},
        {"data": {}},
    )
    for changed in wrong:
        assert vendor.bad("POST", "orders/price", {**body, **changed})[:2] == (400, "INVALID_ARGUMENT")
    gone = {**body, "line_items": [{**lines[0], "variant_id": "NOPE"}]}
    assert vendor.bad("POST", "orders/price", gone)[:2] == (404, "NOT_FOUND")


# --- faults ---------------------------------------------------------------------------------------------------------


def test_faults_hit_the_named_operation_and_creation_is_counted(control: Control, vendor: Vendor) -> None:
    control.fault("gearment", "VendorCreateOrderDraft", "error_before", times=1)
    assert vendor.bad("POST", "orders/draft", vendor.wanted("R1")) == (500, "INTERNAL", "")
    assert vendor.known() == []
    control.fault("gearment", "VendorCreateOrderDraft", "error_after", times=1)
    assert vendor.bad("POST", "orders/draft", vendor.wanted("R1")) == (500, "INTERNAL", "")
    assert vendor.bad("POST", "orders/draft", vendor.wanted("R1"))[1] == "ALREADY_EXISTS"
    control.fault("gearment", "VendorCreateOrderDraft", "cut_after", times=1)
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        vendor.send("POST", "orders/draft", vendor.wanted("R2"))
    assert [row["reference"] for row in vendor.known()] == ["R1", "R2"]
    count = control.count("gearment", "VendorCreateOrderDraft")
    assert (count["calls"], count["ok"], count["refused"]) == (4, 2, {"ALREADY_EXISTS": 1})


def test_answers_can_be_spoilt_in_each_way(control: Control, vendor: Vendor) -> None:
    vendor.order("R1")
    control.fault("gearment", "VendorListOrder", "duplicate", times=1)
    assert len(vendor.listed("orders")) == 2
    control.fault("gearment", "VendorListOrder", "rate_limit", times=1, retry_after=7)
    answer = vendor.send("GET", "orders")
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "7")
    for kind in ("garbage", "html", "encoding"):
        control.fault("gearment", "VendorListOrder", kind, times=1)
        answer = vendor.send("GET", "orders")
        assert answer.status_code == 200
        with pytest.raises((json.JSONDecodeError, UnicodeDecodeError)):
            json.loads(answer.content.decode("utf-8"))
