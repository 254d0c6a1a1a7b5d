"""The Gearment connector against contracts/gearment: signatures, status lists and example exchanges, all pure."""

from __future__ import annotations

import base64
import csv
import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from salur.connectors.base.errors import (
    AlreadyExists,
    AuthRejected,
    ContractBroken,
    PartnerError,
    Rejected,
    UnknownOutcome,
)
from salur.connectors.base.transport import Answer, Call
from salur.connectors.base.types import (
    Address,
    Credentials,
    OutboundLine,
    OutboundRequest,
    OutboundTask,
    PartnerRef,
    ProductRequest,
    RawRequest,
)
from salur.connectors.warehouses.gearment.connector import PLUGIN as GEARMENT
from salur.connectors.warehouses.gearment.connector import GearmentConnector
from salur.connectors.warehouses.gearment.mapping import draft_body, order_report, phone_of
from salur.connectors.warehouses.gearment.wire import webhook_digest

from .contracts import CONTRACTS, contract, exchanges

ACCOUNT = Credentials(
    {"client_key": "EXAMPLEKEY", "client_secret": "EXAMPLESECRET", "store_id": "GMSTORE0001", "signature_key": ""}
)
TEE = OutboundLine(
    "TEE-JANE-M", 2, "Tee", Decimal(20), "GM0000000002", {"front_url": "https://art.example.com/front.png"}
)
ORDER = OutboundRequest(
    reference="SLR7K2M9",
    warehouse_code="GEARMENT",
    order_number="#1001",
    channel="shopify",
    store_name="Example store",
    address=Address(
        name="Jane Doe",
        phone="+1 555-123-4567",
        email="jane@example.com",
        lines=("123 Main Street", "Apt 4B"),
        city="Los Angeles",
        province="CA",
        postal_code="90001",
        country="US",
    ),
    lines=(TEE,),
    awb="",
    courier="",
    currency="USD",
    total=Decimal(40),
)


class Scripted:
    """Answers by path, status and all; keeps the calls."""

    def __init__(self, **answers: Any) -> None:
        self.answers = answers
        self.calls: list[Call] = []

    def send(self, call: Call) -> Answer:
        self.calls.append(call)
        wanted = next(
            (key for key in self.answers if call.operation.replace("/", "_").replace(" ", "_").endswith(key)), "other"
        )
        status, body = self.answers[wanted]
        return Answer(status, {}, body if isinstance(body, bytes) else json.dumps(body).encode(), "x")


def answer(operation: str, name: str) -> tuple[int, Any]:
    said = exchanges("gearment", operation)[name]["answer"]
    return said["status"], said["json"]


def gearment(**answers: Any) -> GearmentConnector:
    return GearmentConnector(ACCOUNT, Scripted(**answers))


def calls_of(connector: GearmentConnector) -> list[Call]:
    assert isinstance(connector.wire.transport, Scripted)
    return connector.wire.transport.calls


def changed(**changes: Any) -> OutboundRequest:
    return OutboundRequest(**({name: getattr(ORDER, name) for name in ORDER.__dataclass_fields__} | changes))


def test_every_documented_status_has_a_meaning() -> None:
    with (CONTRACTS / "gearment" / "statuses.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows
    assert [row["code"] for row in rows if row["code"] not in GEARMENT.status_tables[row["machine"]]] == []


def test_an_order_is_pushed_as_in_the_example() -> None:
    body = draft_body(ORDER, "GMSTORE0001", "")
    example = exchanges("gearment", "VendorCreateOrderDraft")["left to approve itself"]["request"]["json"]["data"]
    ours = body["data"]
    assert isinstance(ours, dict)
    assert {key: ours[key] for key in example if key != "address"} == {
        k: v for k, v in example.items() if k != "address"
    }
    assert {k: v for k, v in example["address"].items() if v} == ours["address"]


@pytest.mark.parametrize("name", ["left to approve itself"])
def test_the_order_is_what_the_draft_became(name: str) -> None:
    connector = gearment(draft=answer("VendorCreateOrderDraft", name))
    assert connector.push_outbound(ORDER, None) == PartnerRef("260102-GM0000002", "SLR7K2M9")


def test_a_draft_that_waits_is_told() -> None:
    ref = gearment(draft=answer("VendorCreateOrderDraft", "kept as a draft")).push_outbound(ORDER, None)
    assert ref.number == "260102D-GM0000001"
    assert ref.warning


REFUSALS: list[tuple[str, str, type[PartnerError], str]] = [
    ("VendorCreateOrderDraft", "reference known", AlreadyExists, "data.reference_id"),
    ("VendorCreateOrderDraft", "field missing", Rejected, "data.address.first_name"),
    ("VendorCreateOrderDraft", "no platform", Rejected, "data.platform"),
    ("VendorListCatalogVariant", "key or secret wrong", AuthRejected, ""),
    ("VendorListCatalogVariant", "account blocked", AuthRejected, ""),
]


@pytest.mark.parametrize(("operation", "name", "expected", "field"), REFUSALS, ids=[row[1] for row in REFUSALS])
def test_refusals_have_the_class_that_says_what_to_do(
    operation: str, name: str, expected: type[PartnerError], field: str
) -> None:
    with pytest.raises(expected) as raised:
        gearment(draft=answer(operation, name)).push_outbound(ORDER, None)
    assert raised.value.field == field
    assert raised.value.message


@pytest.mark.parametrize("said", [b"", b"<html>502</html>", b"[]", '{"x": "é"}'.encode("latin-1")])
def test_an_answer_that_cannot_be_read_leaves_the_outcome_open(said: bytes) -> None:
    with pytest.raises(UnknownOutcome):
        gearment(draft=(200, said)).push_outbound(ORDER, None)
    with pytest.raises(ContractBroken):
        gearment(orders=(200, said)).find_outbound("SLR7K2M9")


def test_orders_are_found_by_our_reference_and_drafts_after_them() -> None:
    connector = gearment(orders=answer("VendorListOrder", "by reference"))
    found = connector.find_outbound("SLR7K2M9")
    assert found is not None
    assert (found.status, found.tracking) == (OutboundTask.COMPLETED, "9400100000000000001")
    nothing = (200, {"status": "success", "data": [], "paging": {}})
    connector = gearment(orders_draft=answer("VendorListOrderDraft", "by reference"), orders=nothing)
    draft = connector.find_outbound("SLR7K2M9")
    assert draft is not None
    assert (draft.status, draft.ref.number) == (OutboundTask.ACCEPTED, "260102D-GM0000001")
    assert gearment(orders_draft=nothing, orders=nothing).find_outbound("SLR7K2M9") is None


def test_a_filter_that_finds_everything_does_not_find_a_stranger() -> None:
    both = answer("VendorListOrder", "by reference")
    drafts = (200, {"status": "success", "data": []})
    assert gearment(orders=both, orders_draft=drafts).find_outbound("OTHER") is None
    every = answer("VendorListCatalogVariant", "by SKU")
    product = ProductRequest("ELSE", "Tee", details={"front_url": "https://a.example/x.png"})
    (result,) = gearment(variants=every).push_products([product])
    assert isinstance(result.error, Rejected)
    assert result.error.field == "variant_sku"


def test_a_product_is_its_blank_in_the_catalogue() -> None:
    details = {"variant_sku": "GM-TEE-BLACK-M", "back_url": "https://a.example/x.png"}
    connector = gearment(variants=answer("VendorListCatalogVariant", "by SKU"))
    (result,) = connector.push_products([ProductRequest("TEE-JANE-M", "Tee", details=details)])
    assert result.ref == PartnerRef("GM0000000002", "TEE-JANE-M")


def test_a_product_without_a_main_design_is_refused_before_anything_is_asked() -> None:
    connector = gearment()
    (result,) = connector.push_products(
        [ProductRequest("TEE", "Tee", details={"left_sleeve_url": "https://a.example/"})]
    )
    assert isinstance(result.error, Rejected)
    assert result.error.field == "front_url"
    assert calls_of(connector) == []


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"lines": ()}, "line_items"),
        ({"lines": (OutboundLine("A", 1, details=TEE.details),)}, "line_items.variant_id"),
        ({"lines": (OutboundLine("A", 0, partner_number="GM1", details=TEE.details),)}, "line_items.quantity"),
        ({"lines": (OutboundLine("A", 1001, partner_number="GM1", details=TEE.details),)}, "line_items.quantity"),
        (
            {"address": Address(name="Jane", lines=("x" * 51,), city="c", postal_code="1", country="US")},
            "address.street_1",
        ),
        ({"address": Address(name="Jane", lines=("x",), city="", postal_code="1", country="US")}, "address.city"),
        ({"address": replace(ORDER.address, phone="1" * 14)}, "address.phone_no"),
    ],
)
def test_what_cannot_go_is_refused_before_anything_is_sent(changes: dict[str, Any], field: str) -> None:
    connector = gearment()
    with pytest.raises(Rejected) as refused:
        connector.push_outbound(changed(**changes), None)
    assert refused.value.field == field
    assert calls_of(connector) == []


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ("+1 555-123-4567", "+1 555-123-4567"),
        ("(555) 123 4567", "555-123-4567"),
        ("+62 812 3456 7890", "+628 123-456-7890"),
        ("12345", ""),
        ("", ""),
    ],
)
def test_a_phone_number_keeps_its_digits_in_the_grouping_that_is_wanted(given: str, sent: str) -> None:
    assert phone_of(given) == sent


def test_a_short_phone_number_is_left_out_and_a_long_state_is_named() -> None:
    address = Address(
        name="Jane", phone="123", lines=("x",), city="c", province="California", postal_code="1", country="US"
    )
    data = draft_body(changed(address=address), "S", "")["data"]
    assert isinstance(data, dict)
    assert data["address"] == {
        "first_name": "Jane",
        "street_1": "x",
        "city": "c",
        "state_name": "California",
        "zip_code": "1",
        "country_code": "US",
    }


Vector = dict[str, Any]


@pytest.mark.parametrize("vector", contract("gearment/signing.json")["webhooks"], ids=lambda vector: vector["name"])
def test_messages_are_signed_as_worked_out_by_hand(vector: Vector) -> None:
    digest = webhook_digest(
        vector["path"], vector["nonce"], vector["timestamp"], vector["body"].encode(), vector["key"]
    )
    given = vector["sign"]
    assert given in (digest.hex(), base64.b64encode(digest).decode(), base64.urlsafe_b64encode(digest).decode())


def message(name: str, **headers: str) -> RawRequest:
    sent = exchanges("gearment", "webhook")[name]["request"]
    body = json.dumps(sent["json"], separators=(",", ":")).encode()
    nonce, timestamp = "n-1", "1704164645"
    signature = webhook_digest("/webhooks/account/1", nonce, timestamp, body, "EXAMPLESECRET").hex()
    given = {
        "X-Connect-Nonce": nonce,
        "X-Connect-Timestamp": timestamp,
        "X-Connect-Client-Key": "EXAMPLEKEY",
        "X-Connect-Signature": signature,
    }
    return RawRequest("POST", "https://hub.invalid/webhooks/account/1", given | headers, {}, body)


@pytest.mark.parametrize("name", ["order_completed", "order_completed, version 1", "order_cancelled", "order_on_hold"])
def test_messages_say_which_order_to_ask_for(name: str) -> None:
    (event,) = gearment().parse_callback(message(name))
    assert (event.kind, event.subject) == ("outbound", "SLR7K2M9")


def test_a_message_about_a_blank_product_is_taken_and_means_nothing() -> None:
    assert gearment().parse_callback(message("product_out_of_stock")) == []


def test_a_forged_message_is_refused() -> None:
    for headers in (
        {"X-Connect-Signature": "0" * 64},
        {"X-Connect-Nonce": "n-2"},
        {"X-Connect-Timestamp": "1704164646"},
        {"X-Connect-Client-Key": "OTHER"},
    ):
        with pytest.raises(AuthRejected):
            gearment().parse_callback(message("order_completed", **headers))


def test_cancelling_is_a_request_to_support() -> None:
    status, rows = answer("VendorListOrder", "by reference")
    rows["data"][0]["order_status"] = "VENDOR_ORDER_STATUS_IN_PRODUCTION"
    _, full = answer("VendorGetOrder", next(iter(exchanges("gearment", "VendorGetOrder"))))
    full["data"] |= {
        "order_status": "VENDOR_ORDER_STATUS_IN_PRODUCTION",
        "cancel_status": "VENDOR_ORDER_CANCEL_STATUS_NOT_REQUESTED",
    }
    connector = gearment(
        support_requests=answer("CreateSupportRequest", "ask to cancel"), orders=(status, rows), other=(200, full)
    )
    assert connector.cancel_outbound(PartnerRef("260102-GM0000002", "SLR7K2M9"), "").state == "pending"
    asked = json.loads(calls_of(connector)[-1].content or b"")
    assert (asked["order_id"], asked["issue_category"]) == ("260102-GM0000002", "CATEGORY_CANCEL_BY_BUYER")
    assert asked["issue_detail"]


def test_messages_are_asked_for_at_https_addresses_only() -> None:
    connector = gearment()
    with pytest.raises(Rejected):
        connector.subscribe("http://hub.invalid/")
    assert calls_of(connector) == []


def test_a_cancelled_order_says_why() -> None:
    name = next(
        name for name, one in exchanges("gearment", "VendorGetOrder").items() if "cancel_reason" in str(one["answer"])
    )
    status, full = answer("VendorGetOrder", name)
    report = order_report(full["data"])
    assert status == 200
    assert (report.status, report.cancellation) == (OutboundTask.CANCELLED, "accepted")
    assert report.reason.startswith(full["data"]["cancel_reason"]["custom_reason"])
