"""Whatever a partner sends, a connector answers with a value or with a partner error, never with anything else."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from salur.connectors.base.errors import PartnerError
from salur.connectors.base.listing import StockTarget
from salur.connectors.base.types import (
    OrderStatus,
    OutboundTask,
    PartnerRef,
    ProductRequest,
    RawRequest,
    ShippingOption,
    StoreOrder,
    TimeWindow,
)
from salur.connectors.stores.shopee.wire import push_signature
from salur.connectors.warehouses.eccang.wire import callback_signature

from .answers import SHOP, WAREHOUSE, envelope, shop, warehouse
from .test_eccang_flow import LABEL, request


def names(text: str) -> list[str]:
    return text.split()


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
VALUES = (
    "",
    "Success",
    "Failure",
    "READY",
    "0",
    "1",
    "true",
    "order",
    "1700000000",
    "REF-1",
    "PROCESSED",
    "NaN",
    "1e999",
)


def documents(words: list[str]) -> st.SearchStrategy[Any]:
    """JSON that looks much like the partner's: its names, with values of every kind under them."""
    leaves = (
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats(allow_nan=False, allow_infinity=False)
        | st.text(max_size=8)
        | st.sampled_from(VALUES)
    )
    return st.recursive(
        leaves,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(words), inner, max_size=8),
        max_leaves=25,
    )


def answers(words: list[str], frame: dict[str, Any], holder: str) -> st.SearchStrategy[Any]:
    """Documents, half of them inside what a success looks like, so that the readers behind it are reached."""
    anything = documents(words)
    return anything | anything.map(lambda inner: {**frame, holder: inner})


def survives(call: Callable[[], object]) -> None:
    """The call answers something that the hub can use, or says with a partner error that it cannot."""
    try:
        answered = call()
    except PartnerError as error:
        assert error.code or error.message, "a refusal says something"
        return
    except Exception as error:
        raise AssertionError(f"{type(error).__name__} instead of a partner error") from error
    check_usable(answered)


def check_usable(value: object) -> None:
    """Made of the seam's own types throughout: times with a zone, numbers that are numbers, orders with a number."""
    if isinstance(value, datetime):
        assert value.tzinfo is not None, "a time without a zone"
    elif isinstance(value, Decimal | float):
        assert math.isfinite(value), value
    elif isinstance(value, Mapping):
        check_usable((*value, *value.values()))
    elif isinstance(value, list | tuple | set | frozenset):
        for one in value:
            check_usable(one)
    elif is_dataclass(value):
        assert type(value).__module__.startswith("salur.connectors.base."), f"{type(value)} is not of the seam"
        if isinstance(value, StoreOrder):
            assert value.external_id and isinstance(value.status, OrderStatus), value
            assert all(line.quantity > 0 for line in value.lines), value.lines
        for field in fields(value):
            check_usable(getattr(value, field.name))
    else:
        assert value is None or isinstance(value, str | bytes | int), f"{type(value)} is not of the seam"


NOW = datetime(2023, 11, 14, tzinfo=UTC)
WINDOW = TimeWindow(NOW - timedelta(hours=1), NOW)


@settings(max_examples=150, deadline=None)
@given(answers(SHOPEE_WORDS, {"error": ""}, "response"))
def test_any_json_from_shopee(document: Any) -> None:
    for call in (
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
    ):
        survives(call)


@settings(max_examples=150, deadline=None)
@given(answers(ECCANG_WORDS, {"ask": "Success"}, "data"))
def test_any_json_from_eccang(document: Any) -> None:
    for call in (
        lambda: warehouse(document).verify(),
        lambda: warehouse(document).list_warehouses(),
        lambda: warehouse(document).push_outbound(request(), LABEL),
        lambda: warehouse(document).find_outbound("REF-1"),
        lambda: warehouse(document).outbound_reports([PartnerRef("SO-1")]),
        lambda: warehouse(document).cancel_outbound(PartnerRef("SO-1"), ""),
        lambda: warehouse(document).push_products([ProductRequest("A", "x")]),
        lambda: warehouse(document).stock("W", None, None),
        lambda: warehouse(document).subscribe("https://hub.example.com"),
    ):
        survives(call)


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=60) | st.sampled_from([b"[" * 50_000, b"9" * 6000, b'{"error":1e999999}']))
def test_any_bytes(body: bytes) -> None:
    survives(lambda: shop(body).order_details(["A"]))
    survives(lambda: warehouse(body).find_outbound("REF-1"))
    survives(lambda: warehouse(envelope(body.decode("latin-1").translate(PRINTABLE))).find_outbound("REF-1"))
    survives(lambda: shop({}).parse_callback(RawRequest("POST", "u", {"Authorization": "x\ud800"}, {}, body)))
    survives(lambda: warehouse({}).parse_callback(RawRequest("POST", "u", {}, {}, body)))


PRINTABLE = dict.fromkeys(range(32))


@settings(max_examples=150, deadline=None)
@given(documents(SHOPEE_WORDS))
def test_any_signed_push_message(document: Any) -> None:
    for message in (document, {"code": 3, "shop_id": 600000, "data": document}):
        body = json.dumps(message).encode()
        headers = {"Authorization": push_signature(SHOP["push_key"], "u", body)}
        survives(partial(shop({}).parse_callback, RawRequest("POST", "u", headers, {}, body)))


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
    survives(lambda: warehouse({}).parse_callback(RawRequest("POST", "u", {}, {}, json.dumps(message).encode())))


def test_the_frame_of_these_tests_reaches_the_readers() -> None:
    """Else all of the above could end at the door."""
    row = {"order_code": "SO-1", "reference_no": "REF-1", "order_status": "W"}
    report = warehouse({"ask": "Success", "data": row}).find_outbound("REF-1")
    assert report is not None
    assert report.status is OutboundTask.ACCEPTED
