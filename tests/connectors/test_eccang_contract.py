"""The ECCANG connector against contracts/: status lists, signing vectors and example exchanges, all pure.

The simulator is tested against the same files, so that a connector's mistake cannot hide in its own simulator.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from salur.connectors.base.errors import (
    AlreadyExists,
    AuthRejected,
    PartnerError,
    Rejected,
    TooLate,
    UnknownOutcome,
)
from salur.connectors.base.transport import Answer
from salur.connectors.base.types import (
    Address,
    Document,
    OutboundLine,
    OutboundRequest,
    OutboundTask,
    PartnerRef,
    ProductRequest,
    RawRequest,
)
from salur.connectors.warehouses.eccang.connector import PLUGIN as ECCANG
from salur.connectors.warehouses.eccang.connector import EccangConnector
from salur.connectors.warehouses.eccang.mapping import order_params
from salur.connectors.warehouses.eccang.wire import callback_signature, read_reply

from .answers import WAREHOUSE, warehouse
from .contracts import CONTRACTS, contract, exchanges

SN = "231115ABCDEF12"
REFERENCE = "SLR7K2M9"


def test_every_documented_status_has_a_meaning() -> None:
    with (CONTRACTS / ECCANG.name / "statuses.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows
    missing = [row["code"] for row in rows if row["code"] not in ECCANG.status_tables[row["machine"]]]
    assert missing == []


@pytest.mark.parametrize("vector", contract("eccang/signing.json")["callbacks"], ids=lambda vector: vector["name"])
def test_eccang_messages_are_signed_as_worked_out_by_hand(vector: dict[str, Any]) -> None:
    signed = callback_signature(vector["body"], vector["app_token"], vector["timestamp"], vector["msg_id"])
    assert signed == vector["sign"]


@pytest.mark.parametrize("vector", contract("eccang/signing.json")["replies"], ids=lambda vector: vector["name"])
def test_eccang_replies_are_read_in_every_form(vector: dict[str, Any]) -> None:
    answer = Answer(200, {}, vector["xml"].encode(), "x")
    if "fault" in vector:
        with pytest.raises(PartnerError, match=vector["fault"]):
            read_reply(answer)
    else:
        assert read_reply(answer) == vector["json"]


def example_request() -> tuple[OutboundRequest, Document]:
    request = OutboundRequest(
        reference=REFERENCE,
        warehouse_code="TH01",
        order_number=SN,
        channel="shopee",
        store_name="",
        address=Address(
            name="สมชาย ใจดี",
            phone="66812345678",
            lines=("บ้านเลขที่ 12/3 ถนนสุขุมวิท",),
            district="คลองเตย",
            city="คลองเตย",
            province="กรุงเทพมหานคร",
            postal_code="10110",
            country="TH",
        ),
        lines=(OutboundLine("MUG-350-WHT", 2),),
        awb="TH01234567890",
        courier="Flash Express",
        currency="THB",
        total=Decimal(0),
    )
    return request, Document("label.pdf", "application/pdf", b"%PDF-1.4\n%%EOF\n")


def test_an_order_is_pushed_as_in_the_example() -> None:
    request, document = example_request()
    params = order_params(request, document, "OWN_LABEL")
    example = exchanges("eccang", "createOrder")["taken and approved, with label and AWB"]["request"]["params"]
    assert {key: params[key] for key in example} == example


EccangAsk = Callable[[EccangConnector], Any]


def push(connector: EccangConnector) -> Any:
    return connector.push_outbound(*example_request())


ECCANG_CASES: list[tuple[str, str, EccangAsk, Callable[[Any], bool] | type[PartnerError]]] = [
    (
        "createOrder",
        "taken and approved, with label and AWB",
        push,
        lambda ref: ref == PartnerRef("SO-TH88001-0000001", REFERENCE),
    ),
    ("createOrder", "reference known", push, AlreadyExists),
    ("createOrder", "failure with a message only", push, UnknownOutcome),
    ("createOrder", "short of stock", push, Rejected),
    (
        "getOrderByRefCode",
        "found",
        lambda c: c.find_outbound(REFERENCE),
        lambda got: got.status is OutboundTask.ACCEPTED and got.version is not None,
    ),
    ("getOrderByRefCode", "not there", lambda c: c.find_outbound("NOSUCH"), lambda got: got is None),
    (
        "getOrderList",
        "by codes",
        lambda c: c.outbound_reports([PartnerRef("SO-TH88001-0000001")]),
        lambda got: got[0].status is OutboundTask.COMPLETED,
    ),
    (
        "cancelOrder",
        "interception running",
        lambda c: c.cancel_outbound(PartnerRef("SO-TH88001-0000001"), ""),
        lambda got: got.state == "pending",
    ),
    (
        "cancelOrder",
        "intercepted at once",
        lambda c: c.cancel_outbound(PartnerRef("SO-TH88001-0000001"), ""),
        lambda got: got.state == "accepted",
    ),
    ("getWarehouse", "the account's warehouses", lambda c: c.verify(), lambda got: bool(got.key)),
    ("getWarehouse", "wrong token or key", lambda c: c.verify(), AuthRejected),
    (
        "getProductInventory",
        "a SKU in two batches, which add up",
        lambda c: c.stock("TH01", None, None),
        lambda got: (
            [(one.sellable, one.allocated, one.incoming, one.damaged) for one in got.items] == [(100, 2, 105, 1)]
        ),
    ),
    (
        "createProduct",
        "registered",
        lambda c: c.push_products([ProductRequest("A", "x")]),
        lambda got: got[0].error is None,
    ),
]


@pytest.mark.parametrize(
    ("service", "name", "ask", "expected"), ECCANG_CASES, ids=lambda value: value if isinstance(value, str) else ""
)
def test_eccang_examples_are_understood(service: str, name: str, ask: EccangAsk, expected: Any) -> None:
    connector = warehouse(exchanges("eccang", service)[name]["answer"]["json"])
    if isinstance(expected, type):
        with pytest.raises(expected):
            ask(connector)
    else:
        assert expected(ask(connector))


def test_an_existing_sku_and_an_unknown_one_are_told_apart() -> None:
    exists = exchanges("eccang", "createProduct")["SKU exists"]["answer"]["json"]
    changed = exchanges("eccang", "modifyProduct")["changed"]["answer"]["json"]
    (result,) = warehouse(exists, changed).push_products([ProductRequest("A", "x")])
    assert result.error is None
    unknown = exchanges("eccang", "createOrder")["unknown SKU"]["answer"]["json"]
    with pytest.raises(Rejected, match="NOSUCH"):
        push(warehouse(unknown))


def test_a_shipped_list_is_too_late_to_cancel() -> None:
    refused = exchanges("eccang", "cancelOrder")["shipped before"]["answer"]["json"]
    listed = exchanges("eccang", "getOrderList")["by codes"]["answer"]["json"]
    with pytest.raises(TooLate):
        warehouse(refused, listed).cancel_outbound(PartnerRef("SO-TH88001-0000001"), "")


@pytest.mark.parametrize(
    ("name", "kind", "subject"),
    [
        ("order, body as text", "outbound", REFERENCE),
        ("order, body as object", "outbound", REFERENCE),
        ("receiving", "inbound", "ASN-1"),
        ("stock", "stock", "MUG-350-WHT"),
    ],
)
def test_eccang_messages_of_the_examples_are_read(name: str, kind: str, subject: str) -> None:
    message = exchanges("eccang", "callback")[name]["request"]["json"]
    body = json.dumps(message).encode()
    (event,) = warehouse({}).parse_callback(RawRequest("POST", "https://hub.example.com", {}, {}, body))
    assert (event.kind, event.subject, event.delivery_id) == (kind, subject, message["msg_id"])
    forged = json.dumps(message | {"timestamp": "1700000001"}).encode()
    with pytest.raises(AuthRejected):
        warehouse({}).parse_callback(RawRequest("POST", "https://hub.example.com", {}, {}, forged))
    other = EccangConnector(WAREHOUSE.replaced(app_key="OTHER"), warehouse({}).wire.transport)
    with pytest.raises(AuthRejected):
        other.parse_callback(RawRequest("POST", "https://hub.example.com", {}, {}, body))
