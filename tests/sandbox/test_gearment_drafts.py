"""Drafts at the simulated print-on-demand vendor, also with the seller's own label (contracts/gearment)."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from salur.sandbox.engine.labels import Label, draw
from tests.sandbox.clients import Control
from tests.sandbox.gearment import SKU, Vendor

STATUS = "VENDOR_ORDER_STATUS_"


@pytest.fixture
def vendor(control: Control) -> Vendor:
    """The first team."""
    return Vendor(control)


# --- drafts ---------------------------------------------------------------------------------------------------------


def test_a_draft_becomes_an_order_at_once_unless_told_otherwise(vendor: Vendor) -> None:
    made = vendor.draft("R1")
    assert (made["status"], made["is_approved"], made["auto_approve"]) == (
        "VENDOR_ORDER_DRAFT_STATUS_CHECKED_OUT", True, True,
    )  # fmt: skip
    order = vendor.read(made["origin_order_id"])
    assert (order["reference_id"], order["order_status"]) == ("R1", f"{STATUS}AWAITING_FULFILLMENT")
    kept = vendor.draft("R2", auto_approve=False)
    assert (kept["status"], kept["is_approved"], kept["origin_order_id"]) == (
        "VENDOR_ORDER_DRAFT_STATUS_DRAFT", False, "",
    )  # fmt: skip
    assert vendor.listed("orders") == [made["origin_order_id"]]


def test_a_kept_draft_is_changed_and_then_approved(vendor: Vendor) -> None:
    draft = vendor.draft("R1", auto_approve=False)
    number, line = draft["order_id"], draft["line_items"][0]["line_item_id"]
    change = {**vendor.wanted()["data"]["line_items"][0], "line_item_id": line, "quantity": 5}
    assert vendor.good("PATCH", "orders/draft/line-items", {"order_id": number, "line_items": [change]})["data"] == {
        "order_id": number
    }
    stranger = {"order_id": number, "line_items": [{**change, "line_item_id": "NOPE"}]}
    assert vendor.bad("PATCH", "orders/draft/line-items", stranger)[:2] == (404, "NOT_FOUND")
    approved = vendor.good("POST", f"orders/draft/{number}/approve", {"order_id": number})
    assert approved == {"status": "success", "is_approved": True, "message": "OK"}
    order = vendor.good("GET", f"orders/draft/{number}")["data"]["origin_order_id"]
    assert [row["quantity"] for row in vendor.read(order)["line_items"]] == [5]
    again = vendor.good("POST", f"orders/draft/{number}/approve", {})
    assert again["is_approved"] is True
    assert vendor.listed("orders") == [order]
    late = {"order_id": number, "line_items": [change]}
    assert vendor.bad("PATCH", "orders/draft/line-items", late)[:2] == (400, "FAILED_PRECONDITION")


def test_an_order_may_take_a_while_to_come_of_its_draft(control: Control, vendor: Vendor) -> None:
    control.post("settings", gearment={"checkout_seconds": 60})
    made = vendor.draft("R1")
    assert (made["status"], made["origin_order_id"]) == ("VENDOR_ORDER_DRAFT_STATUS_AWAITING_CHECKOUT", "")
    assert vendor.listed("orders", filter_reference_ids="R1") == []
    control.post("clock", advance=61)
    assert len(vendor.listed("orders", filter_reference_ids="R1")) == 1


def test_an_unverified_address_holds_the_draft(control: Control, vendor: Vendor) -> None:
    control.post("settings", gearment={"address_check": "unverified"})
    draft = vendor.draft("R1")
    assert (draft["shipping_verification_status"], draft["origin_order_id"]) == (
        "VENDOR_SHIPPING_VERIFICATION_STATUS_ADDRESS_UNVERIFIED", "",
    )  # fmt: skip
    number = draft["order_id"]
    assert vendor.bad("POST", f"orders/draft/{number}/approve", {})[:2] == (400, "FAILED_PRECONDITION")
    assert vendor.order("R2", agree_at_risk=True)
    assert vendor.good("POST", "orders/draft/labeled", vendor.labeled("R3"))["data"]["origin_order_id"]


def test_an_archived_draft_stays_what_it_is(vendor: Vendor) -> None:
    number = vendor.draft("R1", auto_approve=False)["order_id"]
    assert vendor.move("R1", status="ARCHIVED")["status"] == "VENDOR_ORDER_DRAFT_STATUS_ARCHIVED"
    assert vendor.bad("POST", f"orders/draft/{number}/approve", {})[:2] == (400, "FAILED_PRECONDITION")
    assert vendor.bad("POST", "orders/draft", vendor.wanted("R1"))[1] == "ALREADY_EXISTS"


def test_a_reference_is_taken_once_unless_repeats_are_allowed(control: Control, vendor: Vendor) -> None:
    vendor.draft("R1")
    for path, body in (("orders/draft", vendor.wanted("R1")), ("orders/draft/labeled", vendor.labeled("R1"))):
        assert vendor.bad("POST", path, body) == (400, "ALREADY_EXISTS", "data.reference_id")
    assert [(row["times_created"], row["refused_repeats"]) for row in vendor.known()] == [(1, 2)]
    control.post("settings", gearment={"allow_duplicate_reference": True})
    vendor.draft("R1")
    assert [row["times_created"] for row in vendor.known()] == [2, 2]
    assert len(vendor.listed("orders", filter_reference_ids="R1")) == 2
    vendor.move("R1", status="CANCELLED")
    assert [row["times_created"] for row in vendor.known()] == [1, 1]


def test_a_reference_is_optional(vendor: Vendor) -> None:
    vendor.draft("", reference_id=None)
    vendor.draft("", reference_id=None)
    assert len(vendor.listed("orders")) == 2


ADDRESS_BOUNDS = {
    "first_name": 50, "last_name": 35, "company": 50, "street_1": 50, "street_2": 35, "city": 30, "state_code": 3,
    "zip_code": 12, "country_code": 2,
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(ADDRESS_BOUNDS))
def test_address_fields_have_their_bounds(vendor: Vendor, name: str) -> None:
    address = vendor.wanted()["data"]["address"]
    longest = ADDRESS_BOUNDS[name]
    vendor.draft("R1", address={**address, name: "ก" * longest})
    too_long = vendor.wanted("R2", address={**address, name: "ก" * (longest + 1)})
    assert vendor.bad("POST", "orders/draft", too_long) == (400, "INVALID_ARGUMENT", f"data.address.{name}")


@pytest.mark.parametrize("name", ["first_name", "street_1", "city", "zip_code", "country_code"])
def test_required_address_fields_are_missed(vendor: Vendor, name: str) -> None:
    address = vendor.wanted()["data"]["address"]
    for without in ({**address, name: ""}, {**address, name: None}):
        body = vendor.wanted(address=without)
        assert vendor.bad("POST", "orders/draft", body) == (400, "INVALID_ARGUMENT", f"data.address.{name}")
    assert vendor.known() == []


def test_telephone_and_mail_must_have_their_form(vendor: Vendor) -> None:
    address = vendor.wanted()["data"]["address"]
    for number, phone in enumerate(("555-123-4567", "+84 555 123 4567", "+1 (555) 123-4567 x123", "66812345678", "")):
        vendor.draft(f"G{number}", address={**address, "phone_no": phone})
    for phone in ("12345", "call me", "555-123-4567 ext 1"):
        body = vendor.wanted("B1", address={**address, "phone_no": phone})
        assert vendor.bad("POST", "orders/draft", body)[2] == "data.address.phone_no"
    body = vendor.wanted("B1", address={**address, "email": "jane at home"})
    assert vendor.bad("POST", "orders/draft", body)[2] == "data.address.email"


@pytest.mark.parametrize(
    ("changed", "status", "field"),
    [
        ({"platform": None}, 404, "data.platform"),
        ({"platform": "SHOPEE"}, 400, "data.platform"),
        ({"store_id": None}, 400, "data.store_id"),
        ({"store_id": "NOPE"}, 404, "data.store_id"),
        ({"address": None}, 400, "data.address.first_name"),
        ({"shipping_method": "METHOD_DRONE"}, 400, "data.shipping_method"),
        ({"reference_id": "r" * 256}, 400, "data.reference_id"),
        ({"gift_message_body": "g" * 1001}, 400, "data.gift_message_body"),
        ({"print_type": "DTX"}, 400, "data.print_type"),
        ({"auto_approve": "yes"}, 400, "data.auto_approve"),
        ({"line_items": None}, 400, "data.line_items"),
        ({"line_items": []}, 400, "data.line_items"),
        ({"notes": "please"}, 400, "data.notes"),
        ({"shipping_label_urls": ["https://l.example.com/1.pdf"]}, 400, "data.shipping_label_urls"),
    ],
)
def test_a_draft_with_a_wrong_field_is_refused(
    vendor: Vendor, changed: dict[str, Any], status: int, field: str
) -> None:
    code = "NOT_FOUND" if status == 404 else "INVALID_ARGUMENT"
    assert vendor.bad("POST", "orders/draft", vendor.wanted(**changed)) == (status, code, field)
    assert vendor.known() == []


FRONT = {"location_code": "PRINT_LOCATION_CODE_FRONT", "url": "https://art.example.com/f.png"}
SLEEVE = {"location_code": "PRINT_LOCATION_CODE_LEFT_SLEEVE", "url": "https://art.example.com/s.png"}


@pytest.mark.parametrize(
    ("changed", "status", "field"),
    [
        ({"quantity": 0}, 400, ".quantity"),
        ({"quantity": 1001}, 400, ".quantity"),
        ({"quantity": 1.5}, 400, ".quantity"),
        ({"quantity": None}, 400, ".quantity"),
        ({"variant_id": None}, 400, ""),
        ({"legacy_id": 20002}, 400, ""),
        ({"variant_id": "NOPE"}, 404, ".variant_id"),
        ({"variant_id": None, "legacy_id": 7}, 404, ".legacy_id"),
        ({"printing_options": []}, 400, ".printing_options"),
        ({"printing_options": [SLEEVE]}, 400, ""),
        ({"printing_options": [{**FRONT, "location_code": "front"}]}, 400, ".printing_options[0].location_code"),
        ({"printing_options": [{**FRONT, "url": None}]}, 400, ".printing_options[0].url"),
        ({"printing_options": [{**FRONT, "url": "front.png"}]}, 400, ".printing_options[0].url"),
        ({"barcode_url": "https://b.example.com/" + "b" * 1000}, 400, ".barcode_url"),
    ],
)
def test_a_line_with_a_wrong_field_is_refused(vendor: Vendor, changed: dict[str, Any], status: int, field: str) -> None:
    line = {**vendor.wanted()["data"]["line_items"][0], **changed}
    body = vendor.wanted(line_items=[{name: value for name, value in line.items() if value is not None}])
    assert vendor.bad("POST", "orders/draft", body)[::2] == (status, f"data.line_items[0]{field}")


def test_numbers_of_enumerations_and_of_variants_are_taken(vendor: Vendor) -> None:
    variant = vendor.good("GET", "catalog/variants", filter_skus=SKU)["data"][0]
    line = {
        "legacy_id": str(variant["legacy_variant_id"]), "quantity": "2",
        "printing_options": [{**FRONT, "location_code": 2}, SLEEVE],
    }  # fmt: skip
    made = vendor.draft("R1", platform=10, line_items=[line])
    assert made["order_platform"] == "MARKETPLACE_PLATFORM_TIKTOKSHOP"
    row = made["line_items"][0]
    assert (row["variant"]["sku"], row["quantity"]) == (SKU, 2)
    places = [option["print_location_code"] for option in row["printing_options"]]
    assert places == ["PRINT_LOCATION_CODE_FRONT", "PRINT_LOCATION_CODE_LEFT_SLEEVE"]


# --- the seller's own label -----------------------------------------------------------------------------------------


class Shelf:
    """A hub's address for label files."""

    def __init__(self) -> None:
        self.url = ""
        self.files: dict[str, bytes] = {}


@pytest.fixture
def shelf() -> Iterator[Shelf]:
    """A small HTTP server that hands out labels."""
    kept = Shelf()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = kept.files.get(self.path)
            self.send_response(200 if found else 404)
            self.send_header("Content-Length", str(len(found or b"")))
            self.end_headers()
            self.wfile.write(found or b"")

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
            """Tests print nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    kept.url = f"http://127.0.0.1:{server.server_address[1]}"
    yield kept
    server.shutdown()
    server.server_close()
    thread.join()


def test_the_sellers_label_is_fetched_and_its_number_shipped(control: Control, vendor: Vendor, shelf: Shelf) -> None:
    label = Label("TH0123456789X", "Flash", "231115ABCDEF12", "Jane", "1", ("street",), "Shop", (("Shirt", 1),))
    shelf.files["/1.pdf"] = draw([label])
    body = vendor.labeled("R1", shipping_label_urls=[f"{shelf.url}/1.pdf"])
    answer = vendor.good("POST", "orders/draft/labeled", body)
    assert (answer["warnings"], answer["data"]["is_label_attached"]) == ([], True)
    known = vendor.known()[0]
    assert (known["label_sha256"], known["label_pages"]) == (hashlib.sha256(shelf.files["/1.pdf"]).hexdigest(), 1)
    vendor.move("R1", status="SHIPPED")
    assert vendor.read(answer["data"]["origin_order_id"])["tracking_no"] == "TH0123456789X"


def test_a_label_that_is_not_there_leaves_a_warning(vendor: Vendor, shelf: Shelf) -> None:
    body = vendor.labeled("R1", shipping_label_urls=[f"{shelf.url}/gone.pdf"])
    answer = vendor.good("POST", "orders/draft/labeled", body)
    assert answer["warnings"] == ["shipping label 1 could not be fetched"]
    assert answer["data"]["origin_order_id"]
    assert vendor.known()[0]["label_sha256"] == ""


def test_labels_elsewhere_are_taken_down_and_not_fetched(vendor: Vendor) -> None:
    vendor.good("POST", "orders/draft/labeled", vendor.labeled("R1"))
    known = vendor.known()[0]
    assert (known["label_urls"], known["label_sha256"]) == (["https://labels.example.com/1.pdf"], "")
    order = vendor.read(known["number"])
    assert (order["shipping_labels"], order["addresses"]) == (["https://labels.example.com/1.pdf"], [])


@pytest.mark.parametrize("urls", [None, [], [""], ["label.pdf"], ["https://l.example.com/" + "l" * 1000], "https://l"])
def test_a_label_must_be_an_address(vendor: Vendor, urls: Any) -> None:
    got = vendor.bad("POST", "orders/draft/labeled", vendor.labeled(shipping_label_urls=urls))
    assert got[:2] == (400, "INVALID_ARGUMENT")
    assert got[2].startswith("data.shipping_label_urls")


def test_a_labeled_draft_has_no_address(vendor: Vendor) -> None:
    body = vendor.labeled(address=vendor.wanted()["data"]["address"])
    assert vendor.bad("POST", "orders/draft/labeled", body)[2] == "data.address"
