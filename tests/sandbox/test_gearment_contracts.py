"""What the simulated print-on-demand vendor says is within contracts/gearment: statuses and shapes."""

from __future__ import annotations

import csv
from typing import Any

import pytest

from salur.sandbox.gearment import codes
from tests.sandbox.clients import CONTRACTS, Control, contract
from tests.sandbox.conftest import Receiver
from tests.sandbox.gearment import SKU, Vendor
from tests.sandbox.test_contracts import example_shape, shape

MACHINES = {
    "draft": codes.DRAFT_STATUSES,
    "order": codes.ORDER_STATUSES,
    "payment": codes.PAYMENT_STATUSES,
    "cancel": codes.CANCEL_STATUSES,
    "refund": codes.REFUND_STATUSES,
    "address": codes.ADDRESS_STATUSES,
    "stock": codes.STOCK_LABELS,
    "line_stock": codes.LINE_STOCK_LABELS,
    "tracking": codes.TRACKING_TYPES,
    "ticket": codes.TICKET_STATUSES,
}


@pytest.fixture
def vendor(control: Control) -> Vendor:
    """The first team."""
    return Vendor(control)


def rows() -> list[dict[str, str]]:
    with (CONTRACTS / "gearment" / "statuses.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_lists_of_statuses_agree() -> None:
    assert {row["machine"] for row in rows()} == set(MACHINES)
    for machine, table in MACHINES.items():
        assert {row["code"] for row in rows() if row["machine"] == machine} == set(table), machine


def test_every_row_and_example_says_how_sure_it_is() -> None:
    known = {"documented", "assumed", "documented by a secondary summary"}
    assert {row["marking"] for row in rows()} <= known
    assert all(row["meaning"] and row["source"] for row in rows())
    for path in (CONTRACTS / "gearment" / "examples").glob("*.json"):
        example = contract("gearment", f"examples/{path.name}")
        assert example["source"]
        assert {one["marking"] for one in example["exchanges"]} <= known
    assert {one["marking"] for one in contract("gearment", "signing.json")["webhooks"]} <= known


def assert_same(answer: dict[str, Any], operation: str, exchange: str) -> None:
    """The answer has the example's keys, all of them and no others."""
    assert set(shape(answer)) == example_shape("gearment", operation, exchange), operation


def test_catalogue_answers_have_the_examples_shape(vendor: Vendor) -> None:
    product = vendor.good("GET", "catalog/variants", filter_skus=SKU)["data"][0]["product"]["product_id"]
    assert_same(vendor.good("GET", "catalog", filter_product_ids=product), "VendorListCatalog", "one product")
    assert_same(vendor.good("GET", "catalog/variants", filter_skus=SKU), "VendorListCatalogVariant", "by SKU")
    stock = vendor.good("GET", "catalog/variants/stock", filter_variant_ids=vendor.variant())
    assert_same(stock, "VendorGetCatalogStockStatus", "by variant")
    address = {"method": "METHOD_STANDARD", "state_code": "CA", "country_code": "US"}
    lines = [{"variant_id": vendor.variant(), "quantity": 2, "print_locations": ["front"]}]
    quoted = vendor.good("POST", "orders/price", {"shipping": {"address": address}, "line_items": lines})
    assert_same(quoted, "VendorGetPriceQuote", "two shirts")


def test_drafts_have_the_examples_shape(vendor: Vendor) -> None:
    made = vendor.good("POST", "orders/draft", vendor.wanted("R1"))
    assert_same(made, "VendorCreateOrderDraft", "left to approve itself")
    kept = vendor.good("POST", "orders/draft", vendor.wanted("R2", auto_approve=False))
    assert_same(kept, "VendorCreateOrderDraft", "kept as a draft")
    assert_same(vendor.good("POST", "orders/draft/labeled", vendor.labeled("R3")), "VendorCreateOrderDraftWithLabel",
                "with the seller's label")  # fmt: skip
    assert_same(vendor.good("GET", "orders/draft", filter_reference_ids="R1"), "VendorListOrderDraft", "by reference")
    assert_same(vendor.good("GET", f"orders/draft/{made['data']['order_id']}"), "VendorGetOrderDraft", "checked out")
    number = kept["data"]["order_id"]
    change = {**vendor.wanted()["data"]["line_items"][0], "line_item_id": kept["data"]["line_items"][0]["line_item_id"]}
    patched = vendor.good("PATCH", "orders/draft/line-items", {"order_id": number, "line_items": [change]})
    assert_same(patched, "VendorUpdateOrderDraftLineItems", "another quantity")
    assert_same(vendor.good("POST", f"orders/draft/{number}/approve", {}), "VendorApproveOrderDraft", "approved")


def test_orders_have_the_examples_shape(control: Control, vendor: Vendor) -> None:
    control.post("settings", gearment={"cancel_seconds": 60})
    shipped, cancelled = vendor.order("R1"), vendor.order("R2")
    vendor.move("R1", status="SHIPPED")
    assert_same({"support_request": vendor.ask_to_cancel(cancelled)}, "CreateSupportRequest", "ask to cancel")
    assert_same(vendor.good("GET", "support/requests"), "ListSupportRequest", "all")
    control.post("clock", advance=61)
    assert_same(vendor.good("GET", "orders", filter_reference_ids=["R1"]), "VendorListOrder", "by reference")
    assert_same(vendor.good("GET", f"orders/{shipped}"), "VendorGetOrder", "shipped")
    assert_same(vendor.good("GET", f"orders/{cancelled}"), "VendorGetOrder", "cancelled")


def test_webhooks_have_the_examples_shape(vendor: Vendor) -> None:
    body = {"topic": "TOPIC_ORDER_COMPLETED", "delivery_url": "https://hub.example.com/hook"}
    made = vendor.good("POST", "webhooks", body)
    assert_same(made, "VendorCreateWebhook", "tracking")
    assert_same(vendor.good("GET", "webhooks"), "VendorListWebhook", "all")
    assert_same(vendor.good("DELETE", f"webhooks/{made['data']['webhook_id']}"), "VendorDeleteWebhook", "deleted")


def test_refusals_have_the_examples_words(vendor: Vendor) -> None:
    vendor.draft("SLR7K2M9")
    for name in ("reference known", "field missing", "no front, back, pocket or whole", "no platform"):
        exchanges = contract("gearment", "examples/VendorCreateOrderDraft.json")["exchanges"]
        example = next(one for one in exchanges if one["name"] == name)
        body = example["request"]["json"]
        body["data"]["store_id"] = vendor.store_id
        answer = vendor.send("POST", "orders/draft", body)
        assert (answer.status_code, answer.json()) == (example["answer"]["status"], example["answer"]["json"]), name


def test_events_have_the_examples_shape(control: Control, vendor: Vendor, receiver: Receiver) -> None:
    exchanges = contract("gearment", "examples/webhook.json")["exchanges"]
    examples = {one["name"]: set(shape(one["request"]["json"])) for one in exchanges}
    for topic in codes.TOPICS:
        for version in codes.VERSIONS:
            body = {"topic": topic, "version": version, "delivery_url": receiver.url}
            vendor.good("POST", "webhooks", body)
    for reference, status in (("R1", "SHIPPED"), ("R2", "CANCELLED"), ("R3", "ON_HOLD")):
        vendor.order(reference)
        vendor.move(reference, status=status)
    control.post("settings", gearment={"address_check": "unverified"})
    vendor.draft("R4")
    control.post("gearment/products", skus=[SKU], stock_label="OUT_OF_STOCK")
    receiver.wait_for_count(18)
    seen: dict[str, set[str]] = {}
    for body in receiver.json():
        seen[body["type"] + (", version 1" if "api_key" in body else "")] = set(shape(body))
    assert set(examples) <= set(seen)
    assert {name: seen[name] for name in examples} == examples
