"""ECCANG: envelope, errors, limits and figures, without a partner."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from xml.etree import ElementTree

import pytest

from salur.connectors.base.errors import (
    AlreadyExists,
    AuthRejected,
    ContractBroken,
    PartnerError,
    RateLimited,
    Rejected,
    Retryable,
    TooLate,
    UnknownOutcome,
)
from salur.connectors.base.transport import Effect
from salur.connectors.base.types import Address, Document, OutboundLine, OutboundTask, PartnerRef, ProductRequest
from salur.connectors.warehouses.eccang.connector import EccangConnector
from salur.connectors.warehouses.eccang.errors import NotFound, error_for
from salur.connectors.warehouses.eccang.mapping import identity_key, outbound_report, stock_levels
from salur.connectors.warehouses.eccang.paging import has_next
from salur.connectors.warehouses.eccang.wire import endpoint

from .answers import WAREHOUSE, Answers, calls_of, envelope, warehouse
from .test_eccang_flow import LABEL, request

SENT = "{http://schemas.xmlsoap.org/soap/envelope/}Body/{http://www.example.org/Ec/}callService"
CREATED = {"ask": "Success", "message": "", "order_code": "SO-1"}


def sent(connector: EccangConnector, place: int = 0) -> dict[str, Any]:
    """What a call carried, read by another parser than the connector's."""
    call = calls_of(connector)[place]
    assert call.content is not None
    service = ElementTree.fromstring(call.content).find(SENT)  # noqa: S314 - our own request
    assert service is not None
    return {child.tag: child.text for child in service} | {"params": json.loads(service.findtext("paramsJson") or "")}


def push(**changes: Any) -> dict[str, Any]:
    connector = warehouse(CREATED)
    connector.push_outbound(request(**changes), LABEL)
    params: dict[str, Any] = sent(connector)["params"]
    return params


def test_the_envelope_survives_everything_that_breaks_xml() -> None:
    nasty = "]]> <b>&amp;</b> \x00\x1f \ud800 \ufffe สวัสดี 你好 😀 %s {0}"
    hostile = WAREHOUSE.replaced(app_token="<&>%s]]>", app_key="{0}%d&")
    connector = EccangConnector(hostile, Answers(envelope(CREATED)))
    connector.push_outbound(request(note=nasty), LABEL)
    carried = sent(connector)
    assert carried["params"]["order_desc"] == nasty
    assert (carried["appToken"], carried["appKey"], carried["service"]) == ("<&>%s]]>", "{0}%d&", "createOrder")


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("https://wms.example.com", "https://wms.example.com/default/svc/web-service"),
        ("https://wms.example.com/", "https://wms.example.com/default/svc/web-service"),
        ("https://wms.example.com/default/svc/web-service", "https://wms.example.com/default/svc/web-service"),
    ],
)
def test_the_address_is_completed(given: str, expected: str) -> None:
    assert endpoint(given) == expected


def test_an_order_carries_what_the_warehouse_needs() -> None:
    params = push(cash_on_delivery=True, channel="amazon")
    assert params["verify"] == 1
    assert (params["platform"], params["reference_no"], params["tracking_no"]) == ("AMAZON", "REF-1", "SPXTH0001")
    assert (params["is_order_cod"], params["order_cod_price"], params["order_cod_currency"]) == (1, 350.5, "THB")
    assert params["items"][0] == {"product_sku": "SKU-A", "quantity": 2, "product_name": "เสื้อ"}
    assert params["label"]["file_type"] == "pdf"
    assert params["shipping_method"] == "OWN_LABEL"
    assert push(channel="shopee", shipping_method="EXPRESS")["shipping_method"] == "EXPRESS"
    assert push(channel="shopee")["platform"] == "OTHER"
    assert "is_order_cod" not in push()


def place(**changes: Any) -> Address:
    known = {"name": "A", "phone": "1", "lines": ("Street 1",), "postal_code": "10110", "country": "TH"}
    return Address(**(known | changes))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"reference": "R" * 65}, "reference_no"),
        ({"awb": "T" * 51}, "tracking_no"),
        ({"warehouse_code": "W" * 21}, "warehouse_code"),
        ({"address": place(lines=("x" * 501,))}, "address1"),
        ({"address": place(name="ก" * 129)}, "name"),
        ({"address": place(phone="1" * 65)}, "phone"),
        ({"address": place(postal_code="1" * 33)}, "zipcode"),
        ({"address": place(name=" ")}, "name"),
        ({"address": place(phone="")}, "phone"),
        ({"address": place(lines=())}, "address1"),
        ({"address": place(country="")}, "country_code"),
        ({"address": place(postal_code="")}, "zipcode"),
        ({"lines": ()}, "items"),
        ({"lines": (OutboundLine("", 1),)}, "items"),
        ({"lines": (OutboundLine("A", 0),)}, "items"),
    ],
)
def test_what_cannot_go_is_rejected_by_field_before_anything_is_sent(changes: dict[str, Any], field: str) -> None:
    connector = warehouse(CREATED)
    with pytest.raises(Rejected) as refused:
        connector.push_outbound(request(**changes), LABEL)
    assert refused.value.field == field
    assert calls_of(connector) == []


def test_without_a_shipping_method_nothing_is_sent() -> None:
    connector = EccangConnector(WAREHOUSE.replaced(shipping_method=""), Answers(envelope(CREATED)))
    with pytest.raises(Rejected) as refused:
        connector.push_outbound(request(), LABEL)
    assert (refused.value.field, calls_of(connector)) == ("shipping_method", [])


def test_limits_allow_exactly_their_length_and_remarks_are_cut() -> None:
    params = push(reference="R" * 64, note="n" * 600, store_name="s" * 200, address=place(name="ก" * 128))
    assert len(params["reference_no"]) == 64
    assert (len(params["order_desc"]), len(params["platform_shop"]), len(params["name"])) == (512, 128, 128)


def test_the_philippines_need_no_post_code() -> None:
    assert "zipcode" not in push(address=place(postal_code="", country="PH"))


def test_a_label_must_be_something_a_printer_takes() -> None:
    with pytest.raises(Rejected) as refused:
        warehouse(CREATED).push_outbound(request(), Document("a.txt", "text/plain", b"x"))
    assert refused.value.field == "label"


def test_a_list_taken_without_its_label_says_so() -> None:
    refused = CREATED | {"f_ask": "Failure", "Error": {"errCode": "1", "errMessage": "label broken"}}
    assert warehouse(refused).push_outbound(request(), LABEL) == PartnerRef("SO-1", "REF-1", "label broken")


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"<html>busy</html>",
        b"not xml",
        b"<response>",
        envelope("not json"),
        envelope("[]"),
        envelope({}),
        envelope({"ask": "Success"}),
        envelope({"ask": "Success", "order_code": []}),
        envelope({"ask": "Maybe"}),
        b'<!DOCTYPE x [<!ENTITY a "b">]>' + envelope(CREATED).split(b"?>")[1],
        b'<E:Envelope xmlns:E="e"><E:Body><E:Fault><faultcode>x</faultcode><faultstring>no</faultstring></E:Fault>'
        b"</E:Body></E:Envelope>",
    ],
)
def test_an_unreadable_answer_to_a_push_is_an_unknown_outcome(answer: bytes) -> None:
    with pytest.raises(UnknownOutcome):
        warehouse(answer).push_outbound(request(), LABEL)


def test_a_fault_keeps_the_partners_words() -> None:
    fault = (
        b'<E:Envelope xmlns:E="e"><E:Body><E:Fault><faultcode>E:Server</faultcode>'
        b"<faultstring>Procedure missing</faultstring></E:Fault></E:Body></E:Envelope>"
    )
    with pytest.raises(ContractBroken, match="Procedure missing"):
        warehouse(fault).verify()


def test_entities_are_never_expanded() -> None:
    bomb = b'<!DOCTYPE a [<!ENTITY x "ha"><!ENTITY y "&x;&x;">]><a><response>&y;</response></a>'
    with pytest.raises(ContractBroken) as refused:
        warehouse(bomb).verify()
    assert refused.value.code == "doctype"
    with pytest.raises(ContractBroken):
        warehouse(bomb.decode().encode("utf-16")).verify()


CASES: list[tuple[str, str, Effect, type[PartnerError]]] = [
    ("50001", "", Effect.READ, AuthRejected),
    ("", "appToken is wrong", Effect.CREATE, AuthRejected),
    ("", "Unauthorized", Effect.READ, AuthRejected),
    ("", "客户鉴权失败", Effect.READ, AuthRejected),
    ("", "Too many requests", Effect.CREATE, RateLimited),
    ("", "请求过于频繁", Effect.READ, RateLimited),
    ("", "reference_no R1 does not exist", Effect.READ, NotFound),
    ("", "订单不存在", Effect.READ, NotFound),
    ("10003", "reference_no R1 already exists", Effect.CREATE, AlreadyExists),
    ("", "参考号已存在", Effect.CREATE, AlreadyExists),
    ("", "系统繁忙, 请稍后", Effect.READ, Retryable),
    ("", "System error", Effect.REPEATABLE, Retryable),
    ("", "System error", Effect.CREATE, UnknownOutcome),
    ("", "order has been shipped", Effect.REPEATABLE, TooLate),
    ("10001", "zipcode is required", Effect.CREATE, Rejected),
]


@pytest.mark.parametrize(("code", "message", "effect", "expected"), CASES)
def test_failures_become_the_class_that_says_what_to_do(
    code: str, message: str, effect: Effect, expected: type[PartnerError]
) -> None:
    assert type(error_for(code, message, effect)) is expected


def failed(message: str, code: str = "") -> dict[str, Any]:
    return {"ask": "Failure", "message": "failed", "Error": {"errCode": code, "errMessage": message}}


def test_the_reason_is_in_error_or_else_in_message() -> None:
    with pytest.raises(Rejected, match="the reason"):
        warehouse(failed("the reason")).verify()
    with pytest.raises(Rejected, match="only this"):
        warehouse({"ask": "Failure", "message": "only this"}).verify()


def test_a_doubled_sku_is_not_taken_for_a_known_reference() -> None:
    with pytest.raises(Rejected):
        warehouse(failed("duplicate product_sku")).push_outbound(request(), LABEL)
    with pytest.raises(AlreadyExists) as known:
        warehouse(failed("Order reference exists") | {"order_code": "SO-9"}).push_outbound(request(), LABEL)
    assert known.value.ref == "SO-9"


def found(**changes: str) -> dict[str, Any]:
    row = {"order_code": "SO-1", "reference_no": "REF-1", "order_status": "W"} | changes
    return {"ask": "Success", "message": "", "data": row}


@pytest.mark.parametrize("data", [None, [], {}, ""])
def test_an_empty_answer_means_not_there(data: object) -> None:
    if data == {}:
        with pytest.raises(ContractBroken):
            warehouse({"ask": "Success", "data": data}).find_outbound("REF-1")
    else:
        assert warehouse({"ask": "Success", "data": data}).find_outbound("REF-1") is None


def test_only_the_lists_absence_means_not_there() -> None:
    assert warehouse(failed("reference_no REF-1 does not exist")).find_outbound("REF-1") is None
    with pytest.raises(Rejected):
        warehouse(failed("service not found")).find_outbound("REF-1")
    with pytest.raises(Rejected):
        warehouse(failed("something else")).find_outbound("REF-1")


def test_an_answer_about_another_list_is_not_ours() -> None:
    with pytest.raises(ContractBroken):
        warehouse(found(reference_no="REF-10")).find_outbound("REF-1")


def test_a_voided_twin_does_not_hide_the_living_list() -> None:
    twins = [found(order_status="X")["data"], found(order_code="SO-2")["data"]]
    report = warehouse({"ask": "Success", "data": twins}).find_outbound("REF-1")
    assert report is not None
    assert report.ref.number == "SO-2"


def test_times_without_zone_are_china_standard_time() -> None:
    report = outbound_report(found(date_modify="2023-11-15 06:13:20")["data"])
    assert report.version == datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)
    assert outbound_report(found(date_modify="0000-00-00 00:00:00")["data"]).version is None


@pytest.mark.parametrize(
    ("raw", "state"), [("0", "pending"), (1, "pending"), (2, "accepted"), ("3", "refused"), (4, "accepted")]
)
def test_a_taken_cancel_request_is_judged_by_its_status(raw: object, state: str) -> None:
    answer = {"ask": "Success", "message": "fee kept", "cancel_status": raw}
    assert warehouse(answer).cancel_outbound(PartnerRef("SO-1"), "r").state == state


def test_a_refused_cancel_request_is_judged_by_the_list() -> None:
    def ask(letter: str) -> Any:
        listed = {"ask": "Success", "data": [found(order_status=letter)["data"]]}
        return warehouse(failed("not possible"), listed).cancel_outbound(PartnerRef("SO-1"), "r")

    assert (ask("W").state, ask("W").reason) == ("refused", "not possible")
    assert ask("X").state == "accepted"
    with pytest.raises(TooLate):
        ask("D")


def test_figures_given_as_text_are_added_up_per_sku() -> None:
    rows: list[dict[str, object]] = [
        {"product_sku": "A", "warehouse_code": "W", "sellable": "3", "reserved": 1, "onway": "2", "pending": "4",
         "unsellable": "1", "pi_update_time": "2023-11-15 08:00:00"},
        {"product_sku": "A", "warehouse_code": "W", "sellable": "5.00", "pi_update_time": "2023-11-15 07:00:00"},
        {"product_sku": "B", "warehouse_code": "OTHER", "sellable": 9},
    ]  # fmt: skip
    (level,) = stock_levels(rows, "W")
    assert (level.sellable, level.allocated, level.incoming, level.damaged) == (8, 1, 6, 1)
    assert level.as_of == datetime(2023, 11, 14, 23, tzinfo=UTC)


@pytest.mark.parametrize(
    ("document", "rows", "expected"),
    [
        ({"nextPage": "true"}, 10, True),
        ({"nextPage": True}, 10, True),
        ({"nextPage": "false"}, 10, False),
        ({"nextPage": False, "count": 99}, 10, False),
        ({"nextPage": "true"}, 0, False),
        ({"count": "21"}, 10, True),
        ({"total": 10}, 10, False),
        ({}, 10, True),
        ({}, 9, False),
    ],
)
def test_another_page_is_announced_in_several_ways(document: dict[str, Any], rows: int, expected: bool) -> None:
    assert has_next(document, 1, 10, rows) is expected


def test_a_partner_that_ignores_the_page_number_does_not_hold_us() -> None:
    row = {"warehouse_code": "W", "warehouse_status": 1, "country_code": "TH"}
    listed = {"ask": "Success", "data": [row], "nextPage": "true"}
    connector = warehouse(listed)
    assert connector.verify().name == "C0001"
    assert len(calls_of(connector)) == 2
    assert len(warehouse(listed, listed, listed).list_warehouses()) == 1


def test_only_available_warehouses_are_usable() -> None:
    rows = [{"warehouse_code": f"W{state}", "warehouse_status": state, "country_code": "th"} for state in (0, 1, 2)]
    found = warehouse({"ask": "Success", "data": rows, "nextPage": "false"}).list_warehouses()
    assert [(one.name, one.usable, one.country) for one in found] == [
        ("W0 + C0001", False, "TH"),
        ("W1 + C0001", True, "TH"),
        ("W2 + C0001", False, "TH"),
    ]


def test_another_customer_code_than_the_warehouses_is_refused() -> None:
    rows = [{"warehouse_code": "W", "customer_code": "SOMEONE"}]
    with pytest.raises(Rejected) as refused:
        warehouse({"ask": "Success", "data": rows, "nextPage": False}).verify()
    assert refused.value.field == "customer_code"


def test_the_identity_tells_pairs_apart_and_shows_no_secret() -> None:
    assert identity_key("ab", "c") != identity_key("a", "bc")
    assert identity_key("a:b", "c") != identity_key("a", "b:c")
    assert len(identity_key("a", "b")) == 64


def test_products_go_in_kilograms_and_centimetres() -> None:
    connector = warehouse({"ask": "Success", "message": ""})
    connector.push_products([ProductRequest("A", "เสื้อ", "Shirt", 250, 305, 200, 15, Decimal("3.50"))])
    params = sent(connector)["params"]
    assert (params["product_weight"], params["product_length"], params["product_height"]) == (0.25, 30.5, 1.5)
    assert params["product_declared_value"] == 3.5


def test_a_product_that_exists_is_updated() -> None:
    connector = warehouse(failed("product_sku A already exists"), {"ask": "Success"})
    (result,) = connector.push_products([ProductRequest("A", "x")])
    assert result.error is None
    assert [call.operation for call in calls_of(connector)] == ["createProduct", "modifyProduct"]


def test_a_report_of_a_letter_with_items() -> None:
    report = outbound_report(found(order_status="N", abnormal_reason="torn")["data"])
    assert (report.status, report.reason) == (OutboundTask.EXCEPTION, "torn")
