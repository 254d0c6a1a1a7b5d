"""Whatever a partner sends, a connector answers with a value or with a partner error, never with anything else."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salur.connectors.base.errors import Rejected
from salur.connectors.base.listing import StockTarget
from salur.connectors.base.types import (
    Address,
    OrderStatus,
    OutboundTask,
    PartnerRef,
    ProductRequest,
    RawRequest,
    ShippingOption,
    StoreOrder,
    StoreOrderLine,
    TimeWindow,
)
from salur.connectors.stores.shopee.wire import push_signature
from salur.connectors.warehouses.eccang.wire import callback_signature

from .answers import SHOP, WAREHOUSE, envelope, shop, warehouse
from .garbage import answers, documents, flaws, names, unusable
from .test_eccang_flow import LABEL, request

SHOPEE_WORDS = names(
    "error message response order_list order_sn order_status more next_cursor item_list order_item_id "
    "item_id model_id model_quantity_purchased cancelled_qty recipient_address package_list "
    "package_number logistics_status currency create_time update_time pay_time total_amount cod "
    "info_needed pickup dropoff non_integrated address_list address_id time_slot_list pickup_time_id "
    "branch_list tracking_number hint result_list status fail_error item has_next_page next_offset "
    "has_model model tier_variation tier_index option_list stock_info_v2 summary_info access_token "
    "refresh_token expire_in shop_id_list shop_name region code shop_id timestamp data ordersn "
)
ECCANG_WORDS = names(
    "ask message data Error errCode errMessage nextPage count total order_code reference_no order_status "
    "items product_sku quantity tracking_no date_modify cancel_status warehouse_code warehouse_status "
    "country_code customer_code sellable reserved onway pending unsellable pi_update_time f_ask code "
    "subscript_type body msg_id "
)
ONE_PIECE = StoreOrderLine("1", "TEA", "Tea", 1)
NOW = datetime(2023, 11, 14, tzinfo=UTC)
WINDOW = TimeWindow(NOW - timedelta(hours=1), NOW)


@settings(max_examples=150, deadline=None)
@given(answers(SHOPEE_WORDS, {"error": ""}, "response"))
def test_any_json_from_shopee(document: Any) -> None:
    found = unusable(
        lambda: shop(document).verify(),
        lambda: shop(document).orders(WINDOW, None),
        lambda: shop(document).order_details(["A"]),
        lambda: shop(document).shipping_options("A"),
        lambda: shop(document).arrange("A", ShippingOption("pickup")),
        lambda: shop(document).awb("A"),
        lambda: shop(document).label("A", "", "T"),
        lambda: shop(document).confirm("A", "T", ""),
        lambda: shop(document).listings(None),
        lambda: shop(document).set_stock([StockTarget("k", "1", "", "A", 3)]),
        lambda: shop(document).refresh(),
        lambda: shop(document).exchange({"code": "c", "main_account_id": "1"}),
    )
    assert found == []


@settings(max_examples=150, deadline=None)
@given(answers(ECCANG_WORDS, {"ask": "Success"}, "data"))
def test_any_json_from_eccang(document: Any) -> None:
    found = unusable(
        lambda: warehouse(document).verify(),
        lambda: warehouse(document).list_warehouses(),
        lambda: warehouse(document).push_outbound(request(), LABEL),
        lambda: warehouse(document).find_outbound("REF-1"),
        lambda: warehouse(document).outbound_reports([PartnerRef("SO-1")]),
        lambda: warehouse(document).cancel_outbound(PartnerRef("SO-1"), ""),
        lambda: warehouse(document).push_products([ProductRequest("A", "x")]),
        lambda: warehouse(document).stock("W", None, None),
        lambda: warehouse(document).subscribe("https://hub.example.com"),
    )
    assert found == []


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=60) | st.sampled_from([b"[" * 50_000, b"9" * 6000, b'{"error":1e999999}']))
def test_any_bytes(body: bytes) -> None:
    found = unusable(
        lambda: shop(body).order_details(["A"]),
        lambda: warehouse(body).find_outbound("REF-1"),
        lambda: warehouse(envelope(body.decode("latin-1").translate(PRINTABLE))).find_outbound("REF-1"),
        lambda: shop({}).parse_callback(RawRequest("POST", "u", {"Authorization": "x\ud800"}, {}, body)),
        lambda: warehouse({}).parse_callback(RawRequest("POST", "u", {}, {}, body)),
    )
    assert found == []


PRINTABLE = dict.fromkeys(range(32))


@settings(max_examples=150, deadline=None)
@given(documents(SHOPEE_WORDS))
def test_any_signed_push_message(document: Any) -> None:
    for message in (document, {"code": 3, "shop_id": 600000, "data": document}):
        body = json.dumps(message).encode()
        headers = {"Authorization": push_signature(SHOP["push_key"], "u", body)}
        sent = RawRequest("POST", "u", headers, {}, body)
        assert unusable(partial(shop({}).parse_callback, sent)) == []


@settings(max_examples=150, deadline=None)
@given(documents(ECCANG_WORDS), st.sampled_from(["order", "receiving", "stock", "other"]))
def test_any_signed_warehouse_message(inner: Any, kind: str) -> None:
    written = json.dumps(inner)
    message = {
        "app_key": WAREHOUSE["app_key"],
        "sign": callback_signature(written, WAREHOUSE["app_token"], "1", "m1"),
        "timestamp": "1",
        "msg_id": "m1",
        "subscript_type": kind,
        "body": written,
    }
    sent = RawRequest("POST", "u", {}, {}, json.dumps(message).encode())
    assert unusable(partial(warehouse({}).parse_callback, sent)) == []


def test_the_frame_of_these_tests_reaches_the_readers() -> None:
    """Else all of the above could end at the door."""
    row = {"order_code": "SO-1", "reference_no": "REF-1", "order_status": "W"}
    report = warehouse({"ask": "Success", "data": row}).find_outbound("REF-1")
    assert report is not None
    assert report.status is OutboundTask.ACCEPTED


def test_what_the_hub_cannot_use_is_seen() -> None:
    """Else every answer would do."""

    def refuse(error: Exception) -> None:
        raise error

    assert unusable(lambda: {"at": NOW}, lambda: [Decimal(1), b""], partial(refuse, Rejected("no such order"))) == []
    order = StoreOrder("A1", OrderStatus.PAID, "paid", NOW, NOW, "THB", Decimal(1), Address(), (ONE_PIECE,))
    assert list(flaws(order)) == []
    nameless, empty = replace(order, external_id=""), replace(order, lines=(replace(ONE_PIECE, quantity=0),))
    for bad in (NOW.replace(tzinfo=None), {"price": Decimal("NaN")}, [object()], nameless, empty):
        assert len(list(flaws(bad))) == 1, bad
    assert unusable(partial(refuse, Rejected())) == ["a Rejected that says nothing"]
    with pytest.raises(KeyError):
        unusable(partial(refuse, KeyError("id")))
