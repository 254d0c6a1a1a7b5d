"""The Shopee connector against contracts/: status lists, signing vectors and example exchanges, all pure.

The simulator is tested against the same files, so that a connector's mistake cannot hide in its own simulator.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from salur.connectors.base.errors import (
    AlreadyExists,
    AuthExpired,
    AuthRejected,
    PartnerError,
    Rejected,
    TooLate,
)
from salur.connectors.base.listing import StockTarget
from salur.connectors.base.types import (
    OrderStatus,
    RawRequest,
    ShippingOption,
    TimeWindow,
)
from salur.connectors.stores.shopee.connector import PLUGIN as SHOPEE
from salur.connectors.stores.shopee.connector import ShopeeConnector
from salur.connectors.stores.shopee.shipping import ship_request
from salur.connectors.stores.shopee.wire import push_signature, sign

from .answers import SHOP, calls_of, shop
from .contracts import CONTRACTS, contract, exchanges

SN = "231115ABCDEF12"


def test_every_documented_status_has_a_meaning() -> None:
    with (CONTRACTS / SHOPEE.name / "statuses.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows
    missing = [row["code"] for row in rows if row["code"] not in SHOPEE.status_tables[row["machine"]]]
    assert missing == []


@pytest.mark.parametrize("vector", contract("shopee/signing.json")["vectors"], ids=lambda vector: vector["name"])
def test_shopee_calls_are_signed_as_worked_out_by_hand(vector: dict[str, Any]) -> None:
    names = ("partner_id", "path", "timestamp", "access_token", "shop_id")
    parts = [str(vector[name]) for name in names if name in vector]
    assert "".join(parts) == vector["base_string"]
    assert sign(vector["partner_key"], *parts) == vector["sign"]


@pytest.mark.parametrize("vector", contract("shopee/signing.json")["push"], ids=lambda vector: vector["name"])
def test_shopee_messages_are_verified_as_worked_out_by_hand(vector: dict[str, Any]) -> None:
    body = vector["body"].encode()
    assert push_signature(vector["push_key"], vector["url"], body) == vector["sign"]
    connector = ShopeeConnector(SHOP.replaced(push_key=vector["push_key"]), shop({}).wire.transport)
    headers = {vector["header"]: vector["sign"]}
    assert connector.parse_callback(RawRequest("POST", vector["url"], headers, {}, body))


Ask = Callable[[ShopeeConnector], Any]


def cancel(connector: ShopeeConnector) -> Any:
    return connector.cancel_order(SN, "CUSTOMER_REQUEST")


def stock(quantity: int) -> StockTarget:
    return StockTarget("k", "22600001001", "", "SKU-A", quantity)


def label(connector: ShopeeConnector) -> Any:
    return connector.label(SN, "", "TH01234567890")


SHOPEE_CASES: list[tuple[str, str, Ask, Callable[[Any], bool] | type[PartnerError]]] = [
    ("shop.get_shop_info", "the shop", lambda c: c.verify(), lambda shop: shop.name == "Baan Suan Shop"),
    ("shop.get_shop_info", "token expired", lambda c: c.verify(), AuthExpired),
    ("shop.get_shop_info", "wrong signature", lambda c: c.verify(), AuthRejected),
    ("auth.access_token.get", "refreshed", lambda c: c.refresh(), lambda got: got.refresh_token == "ref_2"),
    ("auth.access_token.get", "refresh token used before", lambda c: c.refresh(), AuthRejected),
    (
        "auth.token.get",
        "code exchanged",
        lambda c: c.exchange({"code": "x", "shop_id": "600000"}),
        lambda got: bool(got.access_token) and got.identity == "600000",
    ),
    (
        "auth.token.get",
        "code used or too old",
        lambda c: c.exchange({"code": "x", "shop_id": "600000"}),
        AuthRejected,
    ),
    (
        "order.get_order_detail",
        "without any",
        lambda c: c.order_details([SN]),
        lambda got: got[0].status is OrderStatus.PAID and got[0].lines == (),
    ),
    ("order.get_order_detail", "unknown order", lambda c: c.order_details(["NOSUCH"]), lambda got: got == []),
    (
        "logistics.get_shipping_parameter",
        "pickup with slots, or drop-off",
        lambda c: c.shipping_options(SN),
        lambda got: got[0].kind == "pickup" and got[-1] == ShippingOption("dropoff", {}),
    ),
    (
        "logistics.get_shipping_parameter",
        "pickup, nothing to choose",
        lambda c: c.shipping_options(SN),
        lambda got: list(got) == [ShippingOption("pickup", {})],
    ),
    (
        "logistics.get_shipping_parameter",
        "drop-off at a branch",
        lambda c: c.shipping_options(SN),
        lambda got: got[0].fields == {"branch_id": "7301"},
    ),
    (
        "logistics.get_shipping_parameter",
        "own tracking number",
        lambda c: c.shipping_options(SN),
        lambda got: list(got) == [ShippingOption("non_integrated", {"tracking_number": ""})],
    ),
    ("logistics.get_tracking_number", "issued", lambda c: c.awb(SN), lambda got: got.number == "TH01234567890"),
    (
        "logistics.get_tracking_number",
        "not yet issued",
        lambda c: c.awb(SN),
        lambda got: got.number == "" and "not issued" in got.hint,
    ),
    ("logistics.get_tracking_number", "unknown order", lambda c: c.awb("NOSUCH"), Rejected),
    ("logistics.get_shipping_document_result", "being made", label, lambda got: got.pending),
    (
        "order.cancel_order",
        "out of stock",
        lambda c: c.cancel_order(SN, "CUSTOMER_REQUEST"),
        lambda got: got.state == "accepted",
    ),
    ("order.cancel_order", "too late", lambda c: c.cancel_order(SN, "CUSTOMER_REQUEST"), TooLate),
    (
        "order.handle_buyer_cancellation",
        "nothing to answer",
        lambda c: c.answer_cancellation(SN, True, ""),
        Rejected,
    ),
    ("product.update_stock", "set", lambda c: c.set_stock([stock(17)]), lambda got: got[0].error is None),
    (
        "product.update_stock",
        "below reserved",
        lambda c: c.set_stock([stock(0)]),
        lambda got: isinstance(got[0].error, Rejected),
    ),
]


@pytest.mark.parametrize(
    ("operation", "name", "ask", "expected"), SHOPEE_CASES, ids=lambda value: value if isinstance(value, str) else ""
)
def test_shopee_examples_are_understood(operation: str, name: str, ask: Ask, expected: Any) -> None:
    answer = exchanges("shopee", operation)[name]["answer"]
    connector = shop(answer["json"], status=answer["status"])
    if isinstance(expected, type):
        with pytest.raises(expected) as raised:
            ask(connector)
        assert type(raised.value) is expected
    else:
        assert expected(ask(connector))


def test_the_example_order_is_read_whole() -> None:
    answer = exchanges("shopee", "order.get_order_detail")["with the optional fields asked for"]["answer"]
    (order,) = shop(answer["json"]).order_details([SN])
    assert (order.external_id, order.total, order.currency) == (SN, Decimal("527.0"), "THB")
    assert (order.courier, order.package) == ("SPX Express", "OFG123456789012345")
    assert [line.key for line in order.lines] == ["22600001001", "22600001023:226000010231"]
    assert order.lines[1].sku == "TSHIRT-BAS-M"
    assert order.address.country == "TH"


def test_pages_of_the_example_list_follow_each_other() -> None:
    pages = exchanges("shopee", "order.get_order_list")
    until = datetime(2023, 11, 15, tzinfo=UTC)
    window = TimeWindow(until - timedelta(days=1), until)
    first, last = (pages[name]["answer"]["json"] for name in ("a page with more to come", "the last page"))
    assert shop(first).orders(window, None).cursor == first["response"]["next_cursor"]
    assert shop(last).orders(window, "x").cursor is None


@pytest.mark.parametrize(
    ("name", "option"),
    [
        ("pickup", ShippingOption("pickup", {"address_id": "4021", "pickup_time_id": "1700114400_1"})),
        ("drop-off, nothing needed: the empty block is sent all the same", ShippingOption("dropoff")),
        ("drop-off at a branch", ShippingOption("dropoff", {"branch_id": "7301"})),
        ("own tracking number", ShippingOption("non_integrated", {"tracking_number": "ABC123"})),
    ],
)
def test_shipments_are_arranged_as_in_the_examples(name: str, option: ShippingOption) -> None:
    assert ship_request(SN, option) == exchanges("shopee", "logistics.ship_order")[name]["request"]["json"]


@pytest.mark.parametrize("name", ["arranged before", "handed over before"])
def test_arranged_before_is_recognised_in_either_wording(name: str) -> None:
    refused = exchanges("shopee", "logistics.ship_order")[name]["answer"]["json"]
    detail = exchanges("shopee", "order.get_order_detail")["without any"]["answer"]["json"]
    ready, done = json.loads(json.dumps(detail)), json.loads(json.dumps(detail))
    done["response"]["order_list"][0]["order_status"] = "PROCESSED"
    with pytest.raises(AlreadyExists):
        shop(refused, done).arrange(SN, ShippingOption("dropoff"))
    if name == "arranged before":
        with pytest.raises(Rejected):
            shop(refused, ready).arrange(SN, ShippingOption("dropoff"))


def test_options_of_an_arranged_order_say_that_it_is_arranged() -> None:
    refused = exchanges("shopee", "logistics.get_shipping_parameter")["arranged before"]["answer"]["json"]
    detail = exchanges("shopee", "order.get_order_detail")["without any"]["answer"]["json"]
    done = json.loads(json.dumps(detail))
    done["response"]["order_list"][0]["order_status"] = "PROCESSED"
    with pytest.raises(AlreadyExists):
        shop(refused, done).shipping_options(SN)
    with pytest.raises(Rejected):
        shop(refused, detail).shipping_options(SN)


def test_a_label_never_created_is_created_then_downloaded() -> None:
    results = exchanges("shopee", "logistics.get_shipping_document_result")
    made = exchanges("shopee", "logistics.create_shipping_document")["task made"]["answer"]["json"]
    never, ready = (results[name]["answer"]["json"] for name in ("never created", "ready"))
    connector = shop(never, made, ready, b"%PDF-1.4")
    assert label(connector).document.content == b"%PDF-1.4"
    assert [call.operation.rpartition("/")[2] for call in calls_of(connector)] == [
        "get_shipping_document_result",
        "create_shipping_document",
        "get_shipping_document_result",
        "download_shipping_document",
    ]


def test_a_label_that_failed_is_made_anew_and_then_given_up() -> None:
    failed = exchanges("shopee", "logistics.get_shipping_document_result")["failed"]["answer"]["json"]
    made = exchanges("shopee", "logistics.create_shipping_document")["task made"]["answer"]["json"]
    result = label(shop(failed, made, failed))
    assert result.failure
    assert not result.pending


@pytest.mark.parametrize(("name", "pending"), [("all fail", True), ("wrong tracking number", False)])
def test_a_label_that_cannot_be_made_says_whether_waiting_helps(name: str, pending: bool) -> None:
    never = exchanges("shopee", "logistics.get_shipping_document_result")["never created"]["answer"]["json"]
    refused = exchanges("shopee", "logistics.create_shipping_document")[name]["answer"]["json"]
    result = label(shop(never, refused))
    assert result.pending is pending
    assert bool(result.failure) is not pending
