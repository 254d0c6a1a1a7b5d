"""The JD connector against contracts/jd: signatures, status lists and example exchanges, all pure."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from salur.connectors.base.errors import (
    AlreadyExists,
    AuthExpired,
    AuthRejected,
    ContractBroken,
    PartnerError,
    RateLimited,
    Rejected,
    Retryable,
    UnknownOutcome,
)
from salur.connectors.base.inbound import InboundLine, InboundRequest, InboundTask
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
from salur.connectors.warehouses.jd.connector import PLUGIN as JD
from salur.connectors.warehouses.jd.connector import JdConnector
from salur.connectors.warehouses.jd.mapping import order_params
from salur.connectors.warehouses.jd.places import Place, read_code
from salur.connectors.warehouses.jd.wire import PARAMS, signature

from .answers import Answers
from .contracts import CONTRACTS, contract, exchanges

DEPARTMENT, WAREHOUSE = "EBU0000000000101", "110000101"
CODE = f"{WAREHOUSE}-{DEPARTMENT}"
ACCOUNT = Credentials(
    {
        "app_key": "EXAMPLEAPPKEY",
        "app_secret": "EXAMPLESECRET",
        "access_token": "EXAMPLETOKEN",
        "refresh_token": "EXAMPLEREFRESH",
        "pin": "EXAMPLEPIN",
        "department_no": DEPARTMENT,
        "warehouse_no": WAREHOUSE,
        "country": "ID",
        "isv_source": "ISV0000000000001",
        "shop_no": "ESP0000000000301",
        "shipper_no": "CYS0000021",
        "supplier_no": "EMS0000000000401",
    }
)
ORDER = OutboundRequest(
    reference="SLR7K2M9",
    warehouse_code=CODE,
    order_number="2401027K2M9Q8",
    channel="shopee",
    store_name="Toko",
    address=Address(
        name="Budi Santoso",
        phone="62812345678",
        lines=("Jl. Sudirman No. 12/3", "Setiabudi"),
        city="Jakarta Selatan",
        province="DKI Jakarta",
        postal_code="12920",
        country="ID",
    ),
    lines=(OutboundLine("MUG-350-WHT", 2, "", Decimal(45000)), OutboundLine("TSHIRT-BAS-M", 1, "", Decimal(99000))),
    awb="JX0123456789",
    courier="J&T",
    currency="IDR",
    total=Decimal(189000),
)
IN = InboundRequest("IN-2401-7", CODE, (InboundLine("MUG-350-WHT", 120), InboundLine("TSHIRT-BAS-M", 40)))


def jd(*bodies: object, **changes: str) -> JdConnector:
    """A connector whose partner answers ``bodies``."""
    raw = [body if isinstance(body, bytes) else json.dumps(body).encode() for body in bodies or ({},)]
    return JdConnector(ACCOUNT.replaced(**changes), Answers(*raw))


def sent(connector: JdConnector) -> list[Any]:
    assert isinstance(connector.transport, Answers)
    return connector.transport.calls


def answer(operation: str, name: str) -> Any:
    return exchanges("jd", operation)[name]["answer"]["json"]


def test_every_documented_status_has_a_meaning() -> None:
    with (CONTRACTS / "jd" / "statuses.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["machine"] not in ("gateway", "business")]
    assert rows
    assert [row["code"] for row in rows if row["code"] not in JD.status_tables[row["machine"]]] == []


@pytest.mark.parametrize("vector", contract("jd/signing.json")["vectors"], ids=lambda vector: vector["name"])
def test_calls_are_signed_as_worked_out_by_hand(vector: dict[str, Any]) -> None:
    params = {**vector["params"], PARAMS: vector["360buy_param_json"]}
    assert signature(params, vector["app_secret"]) == vector["sign"]


def test_an_order_is_pushed_as_in_the_example_but_for_our_reference() -> None:
    params = order_params(ORDER, Place(WAREHOUSE, DEPARTMENT), ACCOUNT)
    example = exchanges("jd", "order.addOrder")["taken, with the AWB of another carrier"]["request"]["params"]
    ours = {"salesPlatformOrderNo": "SLR7K2M9", "consigneeAddress": "Jl. Sudirman No. 12/3, Setiabudi"}
    assert {key: params[key] for key in example} == example | ours
    assert params["consigneeRemark"] == "2401027K2M9Q8"


Ask = Callable[[JdConnector], Any]
CASES: list[tuple[str, str, Ask, Callable[[Any], bool]]] = [
    (
        "order.addOrder",
        "taken, with the AWB of another carrier",
        lambda c: c.push_outbound(ORDER, None),
        lambda got: got == PartnerRef("ESL4398046641940", "SLR7K2M9"),
    ),
    (
        "order.queryOrder",
        "shipped",
        lambda c: c.outbound_reports([PartnerRef("ESL4398046641940", "SLR7K2M9")])[0],
        lambda got: (
            (got.status, got.raw_status, got.tracking, got.reference)
            == (OutboundTask.COMPLETED, "10019", "JX0123456789", "SLR7K2M9")
        ),
    ),
    (
        "order.queryOrder",
        "no such list",
        lambda c: c.outbound_reports([PartnerRef("ESL0")]),
        lambda got: list(got) == [],
    ),
    (
        "order.queryOrderList",
        "by number",
        lambda c: c.find_outbound("SLR7K2M9"),
        lambda got: got.ref == PartnerRef("ESL4398046641940", "SLR7K2M9"),
    ),
    ("order.queryOrderList", "by number", lambda c: c.find_outbound("ANOTHER"), lambda got: got is None),
    ("order.queryOrderList", "nothing", lambda c: c.find_outbound("SLR7K2M9"), lambda got: got is None),
    (
        "po.addPoOrder",
        "announced",
        lambda c: c.push_inbound(IN),
        lambda got: got == PartnerRef("EPL4398046516113", "IN-2401-7"),
    ),
    (
        "stock.queryStock",
        "plain rows",
        lambda c: c.stock(CODE, None, None).items,
        lambda got: [(one.sku, one.sellable, one.allocated) for one in got] == [("MUG-350-WHT", 116, 2)],
    ),
    (
        "stock.queryStock",
        "rows under v1",
        lambda c: c.stock(CODE, None, None).items,
        lambda got: [(one.sku, one.sellable, one.allocated) for one in got] == [("MUG-350-WHT", 116, 2)],
    ),
    (
        "goods.transportGoodsInfo",
        "registered",
        lambda c: c.push_products([ProductRequest("MUG-350-WHT", "Cangkir", warehouse_code=CODE)])[0],
        lambda got: got.ref == PartnerRef("EMG4418078649868", "MUG-350-WHT"),
    ),
    (
        "master.queryWarehouse",
        "the department's warehouses",
        lambda c: c.list_warehouses()[0],
        lambda got: (got.code, got.name, got.country) == (CODE, f"{WAREHOUSE} - {DEPARTMENT} - EXAMPLEPIN", "ID"),
    ),
]


@pytest.mark.parametrize(("operation", "name", "ask", "holds"), CASES, ids=[f"{c[0]}: {c[1]}" for c in CASES])
def test_the_examples_are_read(operation: str, name: str, ask: Ask, holds: Callable[[Any], bool]) -> None:
    got = ask(jd(answer(operation, name)))
    assert holds(got), got


def test_received_totals_are_told_by_our_skus() -> None:
    known = answer("goods.queryGoodsInfo", "by our SKUs")
    reports = jd(answer("po.queryPoOrder", "complete, with batches"), known).inbound_reports(
        [PartnerRef("EPL4398046516113", "IN-2401-7")]
    )
    (report,) = reports
    assert report.status is InboundTask.COMPLETED
    assert [(line.sku, line.received, line.damaged) for line in report.lines or ()] == [
        ("MUG-350-WHT", 118, 2),
        ("EMG4418078649869", 40, 0),
    ]


REFUSALS: list[tuple[str, str, type[PartnerError]]] = [
    ("gateway", "call limit reached", RateLimited),
    ("gateway", "timestamp invalid", Retryable),
    ("gateway", "signature invalid", AuthRejected),
    ("gateway", "access token invalid", AuthExpired),
    ("gateway", "method unknown", Rejected),
    ("order.addOrder", "repeated, refused", AlreadyExists),
    ("order.addOrder", "short of stock", Rejected),
    ("order.addOrder", "cash on delivery without an amount", Rejected),
]


@pytest.mark.parametrize(("operation", "name", "expected"), REFUSALS, ids=[name for _, name, _ in REFUSALS])
def test_refusals_have_the_class_that_says_what_to_do(operation: str, name: str, expected: type[PartnerError]) -> None:
    with pytest.raises(expected) as raised:
        jd(answer(operation, name)).push_outbound(ORDER, None)
    assert raised.value.message
    assert not isinstance(raised.value, UnknownOutcome)


def test_a_missing_value_is_named() -> None:
    with pytest.raises(Rejected) as raised:
        jd(answer("order.addOrder", "cash on delivery without an amount")).push_outbound(ORDER, None)
    assert raised.value.field == "receivable"


def test_the_answer_may_be_rooted_as_the_vendor_spells_it_or_right() -> None:
    said = answer("gateway", "the root as some clients and the vendor's pages have it")
    assert jd(said).push_outbound(ORDER, None).number == "ESL4398046641940"


@pytest.mark.parametrize("said", [b"", b"<html>502</html>", b"[]", b'{"other": {}}', '{"x": "成功"}'.encode("gbk")])
def test_an_answer_that_cannot_be_read_leaves_the_outcome_open(said: bytes) -> None:
    with pytest.raises(UnknownOutcome):
        jd(said).push_outbound(ORDER, None)
    with pytest.raises(Retryable):
        jd(said).push_inbound(IN)
    with pytest.raises(ContractBroken):
        jd(said).find_outbound("SLR7K2M9")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"lines": (OutboundLine("A,B", 1),)}, "isvGoodsNo"),
        ({"lines": (OutboundLine("A", 0),)}, "isvGoodsNo"),
        ({"lines": ()}, "isvGoodsNo"),
        ({"lines": (OutboundLine("A" * 61, 1),)}, "isvGoodsNo"),
        ({"address": Address(name="x" * 21, phone="1", lines=("y",))}, "consigneeName"),
        ({"address": Address(name="x", phone="", lines=("y",))}, "consigneeMobile"),
        ({"warehouse_code": "110000101"}, "warehouseNo"),
    ],
)
def test_what_cannot_go_is_refused_before_anything_is_sent(changes: dict[str, Any], field: str) -> None:
    values = {name: getattr(ORDER, name) for name in ORDER.__dataclass_fields__}
    connector = jd()
    with pytest.raises(Rejected) as refused:
        connector.push_outbound(OutboundRequest(**(values | changes)), None)
    assert refused.value.field == field
    assert sent(connector) == []


def test_cash_on_delivery_is_the_first_mark_and_names_the_amount() -> None:
    values = {name: getattr(ORDER, name) for name in ORDER.__dataclass_fields__}
    params = order_params(OutboundRequest(**(values | {"cash_on_delivery": True})), read_code(CODE), ACCOUNT)
    assert params["orderMark"] == "1" + "0" * 49
    assert params["receivable"] == "189000.00"


@pytest.mark.parametrize(("operation", "state"), [("cancelled or accepted", "accepted"), ("refused", "refused")])
def test_the_lists_own_status_decides_a_cancellation(operation: str, state: str) -> None:
    """R118: code 1 is cancelled or merely accepted."""
    found = answer("order.queryOrder", "shipped")
    row = found["jingdong_eclp_order_queryOrder_responce"]["queryorder_result"]
    row["currentStatus"] = "10028" if state == "accepted" else "10014"
    assert jd(answer("order.cancelOrder", operation), found).cancel_outbound(
        PartnerRef("ESL4398046641940", "SLR7K2M9"), ""
    ).state == (state)


def test_tokens_are_exchanged_once_and_refused_ones_mean_to_log_in_again() -> None:
    tokens = jd(answer("oauth2.access_token", "code exchanged")).exchange({"code": "EXAMPLECODE"})
    assert (tokens.access_token, tokens.refresh_token) == ("EXAMPLETOKEN", "EXAMPLEREFRESH")
    with pytest.raises(AuthRejected):
        jd(answer("oauth2.refresh_token", "refresh token used, expired or unknown")).refresh()
    with pytest.raises(Rejected):
        jd().exchange({"error": "access_denied"})


def test_the_login_page_is_given_our_address_and_state() -> None:
    address = jd().authorize_url("https://hub.invalid/back", "st ate")
    assert address.startswith("https://open-oauth.jd.com/oauth2/to_login?app_key=EXAMPLEAPPKEY")
    assert "redirect_uri=https%3A%2F%2Fhub.invalid%2Fback" in address
    assert "state=st+ate" in address
    assert "EXAMPLESECRET" not in address


def message(name: str, **changes: str) -> RawRequest:
    body = exchanges("jd", "message")[name]["request"]["json"]
    return RawRequest("POST", "https://hub.invalid/", {}, {}, json.dumps(body | changes).encode())


@pytest.mark.parametrize(
    ("name", "kind", "subject", "raw"),
    [
        ("outbound list shipped", "outbound", "SLR7K2M9", "10019"),
        ("inbound list complete", "inbound", "IN-2401-7", "70"),
    ],
)
def test_messages_say_which_list_to_ask_for(name: str, kind: str, subject: str, raw: str) -> None:
    (event,) = jd().parse_callback(message(name))
    assert (event.kind, event.subject, event.raw_status) == (kind, subject, raw)


def test_a_forged_message_is_refused() -> None:
    for changes in ({"sign": "0" * 32}, {"method": "inbound"}, {"app_key": "OTHER"}):
        with pytest.raises(AuthRejected):
            jd().parse_callback(message("outbound list shipped", **changes))


def test_places_added_later_stand_beside_the_first() -> None:
    said = answer("master.queryWarehouse", "the department's warehouses")
    more = json.dumps([{"department_no": "EBU2", "warehouse_no": "110000101"}])
    assert [one.code for one in jd(said, places=more).list_warehouses()] == [CODE, "110000101-EBU2"]
    with pytest.raises(Rejected) as refused:
        jd(said, warehouse_no="999").list_warehouses()
    assert refused.value.field == "warehouse_no"
