"""Tokopedia's older API against contracts/tokopedia_legacy: statuses, keys, orders, messages and garbage, all pure."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings

from salur.connectors.base.errors import AuthExpired, AuthRejected, ContractBroken, PartnerError, Rejected, Retryable
from salur.connectors.base.listing import StockTarget
from salur.connectors.base.types import OrderStatus, RawRequest, ShippingOption, TimeWindow
from salur.connectors.stores.tokopedia_legacy.connector import PLUGIN, TokopediaLegacyConnector
from salur.connectors.stores.tokopedia_legacy.statuses import STAGES
from salur.connectors.stores.tokopedia_legacy.wire import basic, message_signature

from .contracts import CONTRACTS, contract, exchanges
from .garbage import documents, names, unusable
from .scripted import Said, Scripted, asked
from .tokopedia_legacy import DAY, NOW, OK, PAID, SHOP, WISHED, detail, example, tokopedia


def test_every_documented_status_has_a_meaning_and_a_stage() -> None:
    with (CONTRACTS / "tokopedia_legacy" / "statuses.csv").open(encoding="utf-8", newline="") as file:
        codes = {row["code"] for row in csv.DictReader(file)}
    assert codes == set(PLUGIN.status_tables["order"]) == set(STAGES)


@pytest.mark.parametrize("vector", contract("tokopedia_legacy/signing.json")["webhooks"], ids=lambda one: one["name"])
def test_messages_are_verified_as_worked_out_by_hand(vector: dict[str, Any]) -> None:
    body = vector["body"].encode()
    assert message_signature(vector["secret"], body) == vector["sign"]
    connector, _ = tokopedia()
    request = RawRequest("POST", "https://hub.invalid/w", {vector["header"]: vector["sign"]}, {}, body)
    (event,) = connector.parse_callback(request)
    assert (event.kind, event.subject) == ("order", str(json.loads(body)["order_id"]))
    with pytest.raises(AuthRejected):
        connector.parse_callback(RawRequest("POST", request.url, request.headers, {}, body + b" "))


def test_a_message_for_another_shop_of_the_application_means_nothing() -> None:
    body = b'{"order_id":1,"order_status":220,"fs_id":13004,"shop_id":1}'
    headers = {"authorization-hmac": message_signature("toko_whsecret", body)}
    assert tokopedia()[0].parse_callback(RawRequest("POST", "u", headers, {}, body)) == []


def test_without_a_webhook_secret_no_message_is_believed() -> None:
    connector = TokopediaLegacyConnector(SHOP.replaced(webhook_secret=""), Scripted({}))
    headers = {"Authorization-Hmac": message_signature("", b"{}")}
    with pytest.raises(AuthRejected):
        connector.parse_callback(RawRequest("POST", "u", headers, {}, b"{}"))
    with pytest.raises(Rejected) as refused:
        connector.subscribe("https://hub.invalid/w")
    assert refused.value.field == "webhook_secret"


def test_typed_keys_buy_a_token() -> None:
    vector = contract("tokopedia_legacy/signing.json")["basic"][0]
    assert basic(vector["client_id"], vector["client_secret"]) == vector["value"]
    connector, transport = tokopedia(token=example("token", "granted"))
    tokens = connector.grant()
    assert (tokens.access_token, tokens.identity) == ("c:tok_abc", "479573")
    assert tokens.access_expires_at == datetime.fromtimestamp(NOW, UTC) + timedelta(days=1)
    (call,) = transport.calls
    assert (call.url, call.params, call.content) == (
        "https://accounts.invalid/token",
        (("grant_type", "client_credentials"),),
        b"",
    )
    assert call.headers["Authorization"] == vector["value"]
    with pytest.raises(AuthRejected):
        tokopedia(token=example("token", "keys wrong"))[0].grant()


def test_the_shop_must_be_one_of_the_applications() -> None:
    identity = tokopedia(shop__info=example("shop.info", "the shop"))[0].verify()
    assert (identity.key, identity.name, identity.country) == ("479573", "Toko Kopi Nusantara", "ID")
    refusals: list[tuple[Said, type[PartnerError]]] = [
        (example("shop.info", "token too old"), AuthExpired),
        (example("shop.info", "shop not linked to the application"), AuthRejected),
        ((200, {"header": {}, "data": []}), AuthRejected),
        ((401, b"<html>no</html>"), AuthExpired),
    ]
    for answer, expected in refusals:
        with pytest.raises(expected):
            tokopedia(shop__info=answer)[0].verify()


def test_the_list_gives_whole_orders() -> None:
    connector, transport = tokopedia(order__list=example("order.list", "orders of a day"))
    page = connector.orders(DAY, None)
    assert page.cursor is None
    first = page.items[0].order
    assert first is not None
    assert (first.external_id, first.status, first.courier) == (PAID, OrderStatus.PAID, "AnterAja Reguler")
    assert (first.total, first.currency) == (Decimal(184000), "IDR")
    assert [(line.key, line.sku, line.quantity, line.unit_price) for line in first.lines] == [
        ("15308541", "KOPI-GAYO-250", 2, Decimal(65000)),
        ("15308777", "MUG-350-WHT", 1, Decimal(45000)),
    ]
    assert (first.address.name, first.address.postal_code, first.address.country) == ("Siti Rahma", "12910", "ID")
    second = page.items[1].order
    assert second is not None
    assert (second.status, second.awb) == (OrderStatus.READY, "10000123456789")
    wanted = {key: str(value) for key, value in contract("tokopedia_legacy/examples/order.list.json")["exchanges"][0]
              ["request"]["query"].items()}  # fmt: skip
    assert {key for key, _ in transport.calls[0].params} == set(wanted)


def test_a_strange_currency_is_not_taken_for_rupiah() -> None:
    status, body = deepcopy(example("order.list", "orders of a day"))
    body["data"][0]["products"][0]["currency"] = "XTS"
    head = tokopedia(order__list=(status, body))[0].orders(DAY, None).items[0]
    assert getattr(head.order, "currency", "") == "XTS"


def test_a_full_page_is_followed_by_the_next() -> None:
    status, body = example("order.list", "orders of a day")
    many = {**body, "data": [{**body["data"][0], "order_id": number} for number in range(1, 101)]}
    connector, transport = tokopedia(order__list=[(status, many), example("order.list", "none")])
    page = connector.orders(DAY, None)
    assert (len(page.items), page.cursor) == (100, "2")
    assert connector.orders(DAY, page.cursor).items == []
    assert dict(transport.calls[1].params)["page"] == "2"
    with pytest.raises(ValueError, match="3 days"):
        connector.orders(TimeWindow(DAY.since, DAY.since + timedelta(days=4)), None)


def test_an_order_is_the_same_in_list_and_detail_and_newer_sights_have_higher_versions() -> None:
    listed = tokopedia(order__list=example("order.list", "orders of a day"))[0].orders(DAY, None).items[0].order
    assert listed is not None
    versions = [listed.version]
    for status in (220, 400, 450, 500, 600, 700, 10):
        (order,) = tokopedia(order__detail=detail(status))[0].order_details([PAID])
        versions.append(order.version)
        assert order.lines == listed.lines
        assert order.address == listed.address
    assert versions[0] == versions[1]
    assert versions[1:] == sorted(set(versions[1:]))
    (order,) = tokopedia(order__detail=detail(220))[0].order_details([PAID])
    assert order.paid_at == datetime(2023, 11, 14, 22, 14, 20, tzinfo=UTC)
    assert order.ordered_at == listed.ordered_at


def test_orders_that_tokopedia_does_not_know_are_left_out() -> None:
    connector, transport = tokopedia(order__detail=example("order.detail", "unknown order"))
    assert connector.order_details(["1", "ABC", "../1"]) == []
    assert len(transport.calls) == 1
    assert tokopedia(order__detail=detail(220, shop_info={"shop_id": 1}))[0].order_details([PAID]) == []


def test_a_buyers_wish_to_cancel_is_a_state_of_its_own() -> None:
    wish = example("order.detail", "the buyer asks to cancel")
    (order,) = tokopedia(order__detail=wish)[0].order_details([WISHED])
    assert (order.status, order.raw_status) == (OrderStatus.CANCEL_REQUESTED, "220 cancel requested")
    assert order.cancel_reason == "Ingin mengubah alamat"
    (plain,) = tokopedia(order__detail=detail(220))[0].order_details([PAID])
    (accepted,) = tokopedia(order__detail=detail(400))[0].order_details([PAID])
    assert plain.version < order.version < accepted.version
    shipped = detail(500, cancel_request_info={"status": 0})
    (order,) = tokopedia(order__detail=shipped)[0].order_details([PAID])
    assert order.status is OrderStatus.SHIPPED


def test_listings_are_what_is_sold() -> None:
    page = tokopedia(product__info=example("product.info", "a page"))[0].listings(None)
    assert [(one.item_id, one.model_id, one.sku, one.stock, one.weight_g) for one in page.items] == [
        ("15308541", "", "KOPI-GAYO-250", 40, 250),
        ("15308770", "15308777", "MUG-350-WHT", 12, 250),
        ("15308770", "15308778", "MUG-350-BLK", 7, 250),
    ]
    assert page.cursor is None
    assert tokopedia(product__info=example("product.info", "past the last page"))[0].listings("9").items == []


def test_stock_is_set_in_one_call_and_each_row_has_its_outcome() -> None:
    connector, transport = tokopedia(stock__update=example("stock.update", "one set, one refused"))
    batch = [StockTarget("a", "15308541", "", "KOPI", 38), StockTarget("b", "1", "", "X", 3)]
    good, bad = connector.set_stock(batch)
    assert (good.key, good.error) == ("a", None)
    assert isinstance(bad.error, Rejected)
    assert transport.sent("stock.update") == asked("tokopedia_legacy", "stock.update", "one set, one refused")
    connector.set_stock([StockTarget("v", "15308770", "15308777", "MUG", 1)])
    assert transport.sent("stock.update") == [{"product_id": 15308777, "new_stock": 1}]


def test_messages_are_subscribed_for_the_whole_application() -> None:
    wanted = asked("tokopedia_legacy", "webhook.register", "registered")
    connector, transport = tokopedia(webhook__register=OK)
    assert connector.subscribe(wanted["order_status_url"]) is None
    assert transport.sent("webhook.register") == wanted


@pytest.mark.parametrize("body", [b"", b"<html>502</html>", b"[]", b'{"header": 5}'])
def test_an_answer_that_cannot_be_read_is_named_or_asked_for_again(body: bytes) -> None:
    with pytest.raises(ContractBroken):
        tokopedia(order__list=(200, body))[0].orders(DAY, None)
    with pytest.raises(Retryable):
        tokopedia(order__ack=(200, body))[0].accept(PAID)


NAMES = names(
    "header data error_code reason messages order_id order_status create_time recipient address products id quantity "
    "price custom_fields awb logistics amt ttl_amount order_info shipping_info order_detail product_id destination "
    "cancel_request_info status shop_info shop_id basic productID variant isParent weight stock value other "
    "failed_rows_data access_token expires_in isCashless payment_date"
)


def everything(one: TokopediaLegacyConnector) -> tuple[Callable[[], object], ...]:
    return (
        one.grant,
        one.verify,
        lambda: one.orders(DAY, None),
        lambda: one.order_details(["1"]),
        lambda: one.shipping_options("1"),
        lambda: one.arrange("1", ShippingOption("pickup")),
        lambda: one.awb("1"),
        lambda: one.label("1", "", ""),
        lambda: one.confirm("1", "T", ""),
        lambda: one.cancel_order("1", "1"),
        lambda: one.answer_cancellation("1", True, ""),
        lambda: one.listings(None),
        lambda: one.set_stock([StockTarget("k", "1", "", "A", 3)]),
    )


@settings(max_examples=150, deadline=None)
@given(documents(NAMES))
def test_any_json_is_understood_or_refused(document: Any) -> None:
    for answer in (document, {"header": {}, "data": document}, {"header": {}, "data": [document]}):
        one = TokopediaLegacyConnector(SHOP, Scripted({"*": (200, answer)}))
        assert unusable(*everything(one)) == []


def test_every_example_of_a_message_names_its_order() -> None:
    for name in ("order status", "order notification", "buyer asks to cancel"):
        message = json.dumps(exchanges("tokopedia_legacy", "webhook")[name]["request"]["json"]).encode()
        headers = {"Authorization-Hmac": message_signature("toko_whsecret", message)}
        (event,) = tokopedia()[0].parse_callback(RawRequest("POST", "u", headers, {}, message))
        assert event.subject
