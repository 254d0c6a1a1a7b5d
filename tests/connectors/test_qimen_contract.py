"""The Qimen profile against contracts/qimen: signatures, status lists and example exchanges, all pure."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest

from salur.connectors.base.capabilities import Plugin
from salur.connectors.base.errors import (
    AlreadyExists,
    AuthRejected,
    ContractBroken,
    PartnerError,
    RateLimited,
    Rejected,
    Retryable,
    UnknownOutcome,
)
from salur.connectors.base.inbound import InboundLine, InboundRequest, InboundTask
from salur.connectors.base.types import Credentials, OutboundTask, PartnerRef, ProductRequest, RawRequest, Unmapped
from salur.connectors.profiles.qimen.mapping import outbound_report
from salur.connectors.profiles.qimen.wire import read_response, signature
from salur.connectors.warehouses.fastock.connector import PLUGIN as FASTOCK
from salur.connectors.warehouses.fastock.connector import FastockWarehouse
from salur.connectors.warehouses.qimen.connector import PLUGIN as QIMEN
from salur.connectors.warehouses.qimen.connector import QimenWarehouse

from .answers import Answers
from .contracts import CONTRACTS, contract, exchanges

ACCOUNT = Credentials(
    {
        "base_url": "https://wms.invalid/router/qimen/service",
        "app_key": "EXAMPLEAPPKEY",
        "secret": "EXAMPLESECRET",
        "customer_id": "QM88001",
        "warehouse_codes": "QM01",
        "country": "MY",
    }
)


def warehouse(*bodies: str | bytes, **changes: str) -> QimenWarehouse:
    """A connector whose partner answers ``bodies``."""
    raw = [body if isinstance(body, bytes) else body.encode() for body in bodies]
    return QimenWarehouse(ACCOUNT.replaced(**changes), Answers(*raw))


def answer(operation: str, name: str) -> str:
    return str(exchanges("qimen", operation)[name]["answer"]["xml"])


@pytest.mark.parametrize("plugin", [QIMEN, FASTOCK], ids=lambda plugin: plugin.name)
def test_every_documented_status_has_a_meaning(plugin: Plugin) -> None:
    with (CONTRACTS / plugin.name / "statuses.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows
    assert [row["code"] for row in rows if row["code"] not in plugin.status_tables[row["machine"]]] == []


@pytest.mark.parametrize("vector", contract("qimen/signing.json")["vectors"], ids=lambda vector: vector["name"])
def test_calls_are_signed_as_worked_out_by_hand(vector: dict[str, Any]) -> None:
    assert signature(vector["query"], vector["body"].encode(), vector["secret"]) == vector["sign"]


def test_what_is_sent_is_signed_byte_for_byte() -> None:
    connector = warehouse(answer("deliveryorder.query", "not found"))
    connector.find_outbound("ไทย & 中文")
    transport = connector.wire.transport
    assert isinstance(transport, Answers)
    (call,) = transport.calls
    params = dict(call.params)
    assert params["method"] == "taobao.qimen.deliveryorder.query"
    assert call.content is not None
    assert params.pop("sign") == signature(params, call.content, "EXAMPLESECRET")


Ask = Callable[[QimenWarehouse], Any]
IN = InboundRequest("ASN-1", "QM01", (InboundLine("MUG-350-WHT", 100),))
MUG = ProductRequest("MUG-350-WHT", "Ceramic mug 350 ml", warehouse_code="QM01")

CASES: list[tuple[str, str, Ask, Callable[[Any], bool]]] = [
    (
        "deliveryorder.query",
        "shipped",
        lambda c: c.find_outbound("SO-1"),
        lambda got: (
            (got.status, got.tracking, got.ref.number, got.version)
            == (OutboundTask.COMPLETED, "TH0123456789", "CK0000002", datetime(2024, 1, 3, 2, tzinfo=UTC))
        ),
    ),
    ("deliveryorder.query", "not found", lambda c: c.find_outbound("SO-9"), lambda got: got is None),
    (
        "entryorder.query",
        "partly received",
        lambda c: c.find_inbound("ASN-1"),
        lambda got: (
            (got.status, [(line.received, line.batch, line.expires_on) for line in got.lines])
            == (InboundTask.RECEIVING, [(60, "B1", date(2025, 1, 31))])
        ),
    ),
    ("entryorder.query", "not found", lambda c: c.find_inbound("ASN-9"), lambda got: got is None),
    (
        "inventory.query",
        "one item",
        lambda c: c.stock("QM01", ["MUG-350-WHT"], None),
        lambda got: [(level.sku, level.sellable, level.allocated) for level in got.items] == [("MUG-350-WHT", 9, 1)],
    ),
    (
        "inventory.query",
        "an item that is not there",
        lambda c: c.stock("QM01", ["NOTHING"], None),
        lambda got: (list(got.items), got.cursor) == ([], None),
    ),
    (
        "singleitem.synchronize",
        "numbered by the warehouse",
        lambda c: c.push_products([MUG]),
        lambda got: got[0].ref == PartnerRef("WI0000001", "MUG-350-WHT"),
    ),
]


@pytest.mark.parametrize(("operation", "name", "ask", "holds"), CASES, ids=[f"{c[0]}: {c[1]}" for c in CASES])
def test_the_examples_are_read(operation: str, name: str, ask: Ask, holds: Callable[[Any], bool]) -> None:
    got = ask(warehouse(answer(operation, name)))
    assert holds(got), got


REFUSALS: list[tuple[str, type[PartnerError]]] = [
    ("wrong signature", AuthRejected),
    ("unknown key", AuthRejected),
    ("another customer", AuthRejected),
    ("clock apart", Retryable),
    ("unknown method", Rejected),
    ("unknown warehouse", Rejected),
    ("item not registered", Rejected),
]


@pytest.mark.parametrize(("name", "expected"), REFUSALS, ids=[name for name, _ in REFUSALS])
def test_refusals_have_the_class_that_says_what_to_do(name: str, expected: type[PartnerError]) -> None:
    with pytest.raises(expected) as raised:
        warehouse(answer("errors", name)).push_inbound(IN)
    assert raised.value.message
    assert not isinstance(raised.value, UnknownOutcome)


def test_a_known_code_is_told_apart_from_other_refusals() -> None:
    said = "<response><flag>failure</flag><code>order-exists</code><message>ASN-1 exists already</message></response>"
    with pytest.raises(AlreadyExists):
        warehouse(said).push_inbound(IN)
    said = "<response><flag>failure</flag><code>429</code><message>too many calls</message></response>"
    with pytest.raises(RateLimited):
        warehouse(said).push_inbound(IN)


GARBAGE = [
    b"",
    b"<html><body>502 Bad Gateway</body></html>",
    b"<response><flag>success</flag>",
    b"<response><flag>maybe</flag></response>",
    "<?xml version='1.0' encoding='utf-8'?><response><flag>成功</flag></response>".encode("gbk"),
    b"<!DOCTYPE r [<!ENTITY a 'aa'>]><response><flag>success</flag><message>&a;</message></response>",
    b'{"flag": "success"}',
    b"<r>" * 50,
]


@pytest.mark.parametrize("said", GARBAGE, ids=range(len(GARBAGE)))
def test_an_answer_that_cannot_be_read_leaves_the_outcome_open(said: bytes) -> None:
    with pytest.raises(UnknownOutcome):
        warehouse(said).push_inbound(IN)
    with pytest.raises(ContractBroken):
        warehouse(said).find_inbound("ASN-1")


def test_the_answer_may_be_in_another_encoding_that_it_names() -> None:
    head = "<?xml version='1.0' encoding='iso-8859-1'?>"
    said = f"{head}<response><flag>failure</flag><code>x</code><message>café</message></response>"
    with pytest.raises(Rejected, match="café"):
        warehouse(said.encode("latin-1")).push_inbound(IN)


def test_an_unknown_status_is_kept_as_it_is() -> None:
    said = answer("deliveryorder.query", "shipped").replace("DELIVERED", "BEAMED-UP")
    report = outbound_report(read_response(said.encode()))
    assert (report.status, report.raw_status) == (Unmapped("BEAMED-UP"), "BEAMED-UP")


def test_the_warehouses_typed_and_those_added_later_are_one_list() -> None:
    said = answer("inventory.query", "an item that is not there")
    connector = warehouse(said, warehouse_codes="QM01, QM02", places='[{"warehouse_code": "QM03"}]')
    assert [one.name for one in connector.list_warehouses()] == ["QM01 + QM88001", "QM02 + QM88001", "QM03 + QM88001"]


def test_fastock_is_named_by_warehouse_number_and_consignor_code() -> None:
    """R18, A1; R20: the account is the customer code, whatever keys it has."""
    said = answer("inventory.query", "an item that is not there").encode()
    values = {
        "base_url": "https://fastock.invalid/service",
        "app_key": "KEY",
        "secret_key": "SECRET",
        "customer_code": "FMY88001",
        "warehouse_codes": "MY01",
        "country": "MY",
    }
    first = FastockWarehouse(Credentials(values), Answers(said))
    other = FastockWarehouse(Credentials(values | {"app_key": "NEW", "consignor_code": "OWN7"}), Answers(said))
    assert [one.name for one in first.list_warehouses()] == ["MY01 + FMY88001"]
    assert [one.name for one in other.list_warehouses()] == ["MY01 + OWN7"]
    assert first.verify().key == other.verify().key
    assert first.list_warehouses()[0].country == "MY"


def report_of(name: str, operation: str, method: str, **changes: str) -> RawRequest:
    body = str(exchanges("qimen", f"report.{operation}")[name]["request"]["xml"]).encode()
    query = {"method": method, "timestamp": "2024-01-05 10:00:01", "app_key": "EXAMPLEAPPKEY", "customerId": "QM88001"}
    query["sign"] = signature(query, body, "EXAMPLESECRET")
    return RawRequest("POST", "https://hub.invalid/webhooks/account/1", {}, query | changes, body)


def test_a_report_of_the_warehouse_says_which_list_to_ask_for() -> None:
    (event,) = warehouse("").parse_callback(report_of("a first part", "entryorder", "entryorder.confirm"))
    assert (event.kind, event.subject, event.raw_status) == ("inbound", "ASN-1", "PARTFULFILLED")
    assert "QM000000000002" in event.delivery_id


@pytest.mark.parametrize("changes", [{"sign": "0" * 32}, {"app_key": "OTHER"}, {"timestamp": "2024-01-05 10:00:02"}])
def test_a_forged_report_is_refused(changes: dict[str, str]) -> None:
    with pytest.raises(AuthRejected):
        warehouse("").parse_callback(report_of("a first part", "entryorder", "entryorder.confirm", **changes))


@pytest.mark.parametrize(
    ("lines", "field"),
    [
        ((), "orderLines"),
        ((InboundLine("", 1),), "orderLines"),
        ((InboundLine("A", 0),), "orderLines"),
        ((InboundLine("A" * 51, 1),), "itemCode"),
        ((InboundLine("A\x07", 1),), "itemCode"),
    ],
)
def test_what_cannot_go_is_refused_before_anything_is_sent(lines: tuple[InboundLine, ...], field: str) -> None:
    connector = warehouse("")
    with pytest.raises(Rejected) as refused:
        connector.push_inbound(InboundRequest("ASN-1", "QM01", lines))
    assert refused.value.field == field
    assert isinstance(connector.wire.transport, Answers)
    assert connector.wire.transport.calls == []


def test_a_product_that_the_warehouse_has_lost_is_added_anew() -> None:
    known = ProductRequest("MUG-350-WHT", "Ceramic mug 350 ml", warehouse_code="QM01", partner_number="WI0000001")
    connector = warehouse(answer("errors", "item not registered"), answer("singleitem.synchronize", "added"))
    (result,) = connector.push_products([known])
    assert result.error is None
    assert isinstance(connector.wire.transport, Answers)
    sent = [(call.content or b"").decode() for call in connector.wire.transport.calls]
    assert ["<actionType>update<" in sent[0], "<actionType>add<" in sent[1]] == [True, True]


@pytest.mark.parametrize("plugin", [QIMEN, FASTOCK], ids=lambda plugin: plugin.name)
def test_the_address_may_be_changed_in_the_settings_without_authorising_anew(plugin: Plugin) -> None:
    assert "base_url" in {field.key for field in plugin.form}
    (again,) = [field for field in plugin.settings_form if field.key == "base_url"]
    assert not again.required
    assert not again.default
