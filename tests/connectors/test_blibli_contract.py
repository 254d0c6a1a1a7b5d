"""The Blibli connector against contracts/blibli: statuses, signatures and examples, all pure."""

from __future__ import annotations

import csv
from collections.abc import Callable
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings

from salur.connectors.base.errors import (
    AuthRejected,
    ContractBroken,
    PartnerError,
    RateLimited,
    Rejected,
    Retryable,
)
from salur.connectors.base.listing import StockTarget
from salur.connectors.base.transport import Answer, Call
from salur.connectors.base.types import OrderStatus, TimeWindow
from salur.connectors.stores.blibli.connector import PLUGIN, BlibliConnector
from salur.connectors.stores.blibli.statuses import STAGES
from salur.connectors.stores.blibli.wire import PROXY, base_string, basic, sign

from .blibli import FULFILLED, NEW, NOW, PACKED, PICKUP, SINCE, STORE, WAITING, WINDOW, blibli, example, listed
from .contracts import CONTRACTS, contract, exchanges
from .garbage import documents, names, unusable
from .scripted import Said, Scripted, asked


def test_every_listed_status_has_a_meaning_and_a_stage() -> None:
    with (CONTRACTS / "blibli" / "statuses.csv").open(encoding="utf-8", newline="") as file:
        codes = {row["code"] for row in csv.DictReader(file)}
    assert codes == set(PLUGIN.status_tables["item"]) == set(STAGES)


@pytest.mark.parametrize("vector", contract("blibli/signing.json")["vectors"], ids=lambda one: one["name"])
def test_calls_are_signed_as_worked_out_by_hand(vector: dict[str, Any]) -> None:
    path = vector["path"].removeprefix(PROXY)
    raw = base_string(vector["method"], path, vector["body"].encode() or None, vector["milliseconds"])
    assert raw == vector["base_string"]
    assert sign(vector["key"], raw) == vector["sign"]


def test_a_signature_is_sent_only_where_a_key_is_set() -> None:
    vector = next(one for one in contract("blibli/signing.json")["vectors"] if one["name"] == "PUT of a newer path")
    known = contract("blibli/signing.json")["basic"][0]
    assert basic(known["client_id"], known["client_key"]) == known["value"]
    for key in ("", vector["key"]):
        transport = Scripted({"product.stock": (204, None)})
        connector = BlibliConnector(STORE.replaced(signature_key=key), transport, clock=lambda: NOW)
        connector.set_stock([StockTarget("k", "TOQ-15130-00001", "TOQ-15130-00001-00001", "KOPI", 10)])
        (call,) = transport.calls
        assert call.headers["Authorization"] == known["value"]
        assert call.headers.get("Signature", "") == (vector["sign"] if key else "")
        assert call.headers.get("Signature-Time", "") == (str(vector["milliseconds"]) if key else "")


def test_every_call_carries_the_common_parameters() -> None:
    connector, transport = blibli(order__list=example("order.list", "none"))
    identity = connector.verify()
    assert (identity.key, identity.country, identity.currency) == ("TOQ-15130", "ID", "IDR")
    sent = dict(transport.calls[0].params)
    expected = exchanges("blibli", "order.list")["by time of readiness"]["request"]["query"]
    assert {**sent, "requestId": ""} == {**{key: str(value) for key, value in expected.items()}, "requestId": ""}
    assert sent["requestId"].startswith("salur-")


REFUSALS: list[tuple[str, type[PartnerError]]] = [
    ("seller key wrong or store not bound", AuthRejected),
    ("client key wrong", AuthRejected),
    ("signature wrong", AuthRejected),
]


@pytest.mark.parametrize(("name", "expected"), REFUSALS, ids=[name for name, _ in REFUSALS])
def test_refused_keys_are_the_owners_business(name: str, expected: type[PartnerError]) -> None:
    with pytest.raises(expected):
        blibli(order__list=example("order.list", name))[0].verify()


def test_too_many_calls_wait_a_minute_unless_told_otherwise() -> None:
    class Limited:
        def __init__(self, seconds: float) -> None:
            self.seconds = seconds

        def send(self, call: Call) -> Answer:
            raise RateLimited("429", "", retry_after=self.seconds)

    for told, waited in ((1.0, 60.0), (7.0, 7.0)):
        with pytest.raises(RateLimited) as limit:
            BlibliConnector(STORE, Limited(told)).verify()
        assert limit.value.retry_after == waited


def test_the_list_names_each_order_once() -> None:
    connector, transport = blibli(order__list=example("order.list", "by time of readiness"))
    page = connector.orders(WINDOW, None)
    assert [head.external_id for head in page.items] == [NEW, FULFILLED]
    assert page.cursor is None
    question = transport.sent("order.list")
    assert question["filter"] == {"statusFPDateRange": {"start": 1699920000000, "end": 1700092799999}}
    assert set(question) == set(asked("blibli", "order.list", "by time of readiness"))
    with pytest.raises(ValueError, match="30 days"):
        connector.orders(TimeWindow(SINCE, SINCE + timedelta(days=31)), None)


def full_page(first: int, step: int) -> Said:
    group = example("order.list", "by time of readiness")[1]["content"][0]
    rows = []
    for place in range(50):
        item = deepcopy(group["orderItems"][0])
        item["order"] |= {"id": str(first + place), "statusFPUpdatedTimestamp": first + place * step}
        rows.append({"packageId": None, "orderItems": [item]})
    return 200, {"content": rows}


def test_a_full_page_is_followed_from_its_last_time() -> None:
    begin = 1700000000000
    connector, transport = blibli(order__list=[full_page(begin, 1000), example("order.list", "none")])
    page = connector.orders(WINDOW, None)
    assert page.cursor == f"{begin + 49_000}:0"
    assert connector.orders(WINDOW, page.cursor).cursor is None
    assert transport.sent("order.list")["filter"]["statusFPDateRange"]["start"] == begin + 49_000


def test_many_orders_of_one_instant_are_paged_through() -> None:
    begin = 1699920000000
    connector, transport = blibli(order__list=[full_page(begin, 0), example("order.list", "none")])
    page = connector.orders(TimeWindow(SINCE, WINDOW.until), None)
    assert page.cursor == f"{begin}:1"
    connector.orders(WINDOW, page.cursor)
    assert transport.sent("order.list")["paging"] == {"page": 1, "size": 50}


def test_an_instant_that_fills_the_filter_is_stepped_over() -> None:
    status, body = full_page(1699920000000, 0)
    filled = (status, {**body, "paging": {"totalPage": 2, "totalRecord": 100}})
    connector, _ = blibli(order__list=filled)
    assert connector.orders(WINDOW, "1699920000000:0").cursor == "1699920000000:1"
    assert connector.orders(WINDOW, "1699920000000:1").cursor == "1699920000001:0"


def test_an_order_that_may_be_incomplete_is_left_out_and_does_not_take_others_along() -> None:
    filled = deepcopy(listed())
    filled[1]["paging"] = {"totalPage": 1, "totalRecord": 100}
    detail = example("order.detail", "ready to be fulfilled")
    connector, transport = blibli(order__list=[filled, filled, WAITING], order__detail=detail)
    assert [order.external_id for order in connector.order_details(["1", NEW])] == [NEW]
    asked_for = [call for call in transport.calls if call.operation == "order.list"]
    assert len(asked_for) == 3


def test_an_order_is_its_items_with_the_address_of_one() -> None:
    connector, transport = blibli(order__list=WAITING, order__detail=example("order.detail", "ready to be fulfilled"))
    (order,) = connector.order_details([NEW, "NOSUCH"])
    assert (order.external_id, order.status, order.raw_status) == (NEW, OrderStatus.PAID, "FP")
    assert [(line.key, line.sku, line.quantity, line.unit_price) for line in order.lines] == [
        ("12056279554", "KOPI-GAYO-250", 2, Decimal(65000)),
        ("12056279555", "MUG-350-WHT", 1, Decimal(45000)),
    ]
    assert (order.total, order.currency, order.courier) == (Decimal(175000), "IDR", "Blibli Express Service")
    assert (order.address.name, order.address.postal_code, order.address.country) == ("Siti Rahma", "12910", "ID")
    assert order.ordered_at == datetime(2023, 11, 14, 22, 12, 20, tzinfo=UTC)
    assert order.paid_at == datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)
    assert transport.operations() == ["order.list", "order.detail"]
    assert connector.order_details([]) == []


def test_a_packed_order_shows_package_and_awb_number() -> None:
    answer = example("order.list", "by order number")
    detail = example("order.detail", "fulfilled, with AWB number")
    (order,) = blibli(order__list=answer, order__detail=detail)[0].order_details([FULFILLED])
    assert (order.status, order.package, order.awb) == (OrderStatus.READY, "10025702", "BLI-JKT-0001234")


@pytest.mark.parametrize(
    ("codes", "status", "lines"),
    [
        (("FP", "PU"), OrderStatus.PAID, 2),
        (("PU", "CX"), OrderStatus.READY, 2),
        (("X", "FP"), OrderStatus.PAID, 1),
        (("X", "OS"), OrderStatus.CANCELLED, 2),
        (("D", "CX"), OrderStatus.SHIPPED, 2),
        (("D", "D"), OrderStatus.COMPLETED, 2),
        (("CR", "PU"), OrderStatus.CANCEL_REQUESTED, 2),
        (("ZZ", "PU"), OrderStatus.UNKNOWN, 2),
    ],
)
def test_an_order_is_as_far_as_its_last_item(codes: tuple[str, str], status: OrderStatus, lines: int) -> None:
    answer = listed(*({"itemStatus": code} for code in codes))
    detail = example("order.detail", "ready to be fulfilled")
    (order,) = blibli(order__list=answer, order__detail=detail)[0].order_details([NEW])
    assert (order.status, len(order.lines)) == (status, lines)
    assert set(order.raw_status.split(",")) == set(codes)


def test_newer_sights_have_higher_versions() -> None:
    detail = example("order.detail", "ready to be fulfilled")
    answers = [listed(*({"itemStatus": c} for c in codes)) for codes in (("FP", "FP"), ("X", "FP"), ("X", "PU"))]
    versions = [
        blibli(order__list=answer, order__detail=detail)[0].order_details([NEW])[0].version for answer in answers
    ]
    later = example("order.detail", "fulfilled, with AWB number")
    versions.append(blibli(order__list=WAITING, order__detail=later)[0].order_details([NEW])[0].version)
    assert versions == sorted(set(versions))


def test_listings_come_state_by_state_with_the_stock_of_all_pickup_points() -> None:
    none: Said = (200, {"content": []})
    connector, transport = blibli(
        product__list=[example("product.list", "a page"), none],
        product__variants=[none, example("product.variants", "two variants, one at two pickup points")],
    )
    page = connector.listings(None)
    assert page.cursor == "OOS:0"
    assert [(one.item_id, one.model_id, one.sku, one.stock) for one in page.items] == [
        ("TOQ-15130-00002", "TOQ-15130-00002-00001", "MUG-350-WHT", 15),
        ("TOQ-15130-00002", "TOQ-15130-00002-00002", "MUG-350-BLK", 7),
    ]
    assert connector.listings(page.cursor).cursor is None
    assert transport.sent("product.list")["filter"] == {"state": "OOS"}


def test_stock_is_set_for_a_variant_at_the_chosen_pickup_point() -> None:
    transport = Scripted(
        {"product.stock": [(204, None), example("product.stock", "several pickup points and none chosen")]}
    )
    connector = BlibliConnector(STORE.replaced(pickup_point="PP-3000175"), transport, clock=lambda: NOW)
    batch = [StockTarget("a", "P", "TOQ-15130-00001-00001", "KOPI", 10), StockTarget("b", "P", "V", "X", 1)]
    good, bad = connector.set_stock(batch)
    assert good.error is None
    assert isinstance(bad.error, Rejected)
    assert transport.calls[0].url.endswith("/seller/v1/products/TOQ-15130-00001-00001/stock")
    assert dict(transport.calls[0].params)["pickupPointCode"] == "PP-3000175"


@pytest.mark.parametrize("body", [b"<html>502</html>", b"[]", b'{"success": "perhaps"}'])
def test_an_answer_that_cannot_be_read_is_named_or_asked_for_again(body: bytes) -> None:
    with pytest.raises(ContractBroken):
        blibli(order__list=(200, body))[0].orders(WINDOW, None)
    with pytest.raises(Retryable):
        blibli(order__list=PACKED, order__fulfil=(200, body))[0].arrange(NEW, PICKUP)


NAMES = names(
    "content packageId orderItems order id itemId itemStatus quantity product type sellerSku blibliSku price "
    "finalPrice statusFPUpdatedTimestamp date recipient shipment airwayBill number logistic histories timestamp value "
    "errorCode combineShipping orderItemNo document productSku availableStock success packageCreated paging"
)


def everything(one: BlibliConnector) -> tuple[Callable[[], object], ...]:
    return (
        one.verify,
        lambda: one.orders(WINDOW, None),
        lambda: one.order_details(["1"]),
        lambda: one.shipping_options("1"),
        lambda: one.arrange("1", PICKUP),
        lambda: one.awb("1"),
        lambda: one.label("1", "", ""),
        lambda: one.confirm("1", "T", ""),
        lambda: one.cancel_order("1", "buyer_asked"),
        lambda: one.listings(None),
        lambda: one.set_stock([StockTarget("k", "1", "", "A", 3)]),
    )


@settings(max_examples=150, deadline=None)
@given(documents(NAMES))
def test_any_json_is_understood_or_refused(document: Any) -> None:
    order = {"id": "1", "itemId": "2", "itemStatus": "FP", "quantity": 1, "date": 1700000000000}
    item = {"order": order, "product": document}
    for answer in (document, {"content": document}, {"content": [{"packageId": 1, "orderItems": [item, document]}]}):
        one = BlibliConnector(STORE, Scripted({"*": (200, answer)}))
        assert unusable(*everything(one)) == []
