"""The ShopBase connector against contracts/shopbase: statuses, signatures and examples, all pure."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given, settings

from salur.connectors.base.errors import (
    AuthRejected,
    ContractBroken,
    PartnerError,
    Rejected,
    Retryable,
    TooLate,
    UnknownOutcome,
)
from salur.connectors.base.listing import StockTarget
from salur.connectors.base.types import Credentials, OrderStatus, RawRequest, TimeWindow
from salur.connectors.stores.shopbase.connector import PLUGIN, ShopBaseConnector
from salur.connectors.stores.shopbase.messages import TOPICS
from salur.connectors.stores.shopbase.wire import message_signature

from .contracts import CONTRACTS, contract, exchanges
from .garbage import documents, names, unusable
from .scripted import Said, Scripted, asked, said

STORE = Credentials(
    {"store": "kopi", "client_id": "sbkey01", "client_secret": "sbsecret01", "access_token": "sbtok_abc"}
)
NOW = 1_700_000_000.0
PAID, SENT = "1000000000000001", "1000000000000002"
SINCE = datetime(2023, 11, 14, tzinfo=UTC)
WINDOW = TimeWindow(SINCE, SINCE + timedelta(days=2))
TRACKING = "9400100000000000000001"


def example(operation: str, name: str) -> Said:
    return said("shopbase", operation, name)


def shopbase(credentials: Credentials = STORE, **answers: Said | list[Said]) -> tuple[ShopBaseConnector, Scripted]:
    transport = Scripted({name.replace("__", "."): value for name, value in answers.items()})
    return ShopBaseConnector(credentials, transport, clock=lambda: NOW), transport


def order_with(**changes: Any) -> Said:
    status, body = deepcopy(example("order", "paid, nothing sent"))
    body["order"] |= changes
    return status, body


def state_of(credentials: Credentials = STORE, **changes: Any) -> OrderStatus:
    return shopbase(credentials, order=order_with(**changes))[0].order_details([PAID])[0].status


def test_every_listed_word_has_a_meaning() -> None:
    with (CONTRACTS / "shopbase" / "statuses.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for machine, table in PLUGIN.status_tables.items():
        assert {row["code"] for row in rows if row["machine"] == machine} == set(table)
    assert {row["machine"] for row in rows} == set(PLUGIN.status_tables)


def test_the_login_is_at_the_store_and_carries_the_state() -> None:
    wanted = exchanges("shopbase", "oauth.authorize")["the owner agrees"]["request"]["query"]
    address = urlsplit(shopbase()[0].authorize_url(wanted["redirect_uri"], wanted["state"]))
    assert (address.netloc, address.path) == ("kopi.onshopbase.com", "/admin/oauth/authorize")
    sent = dict(parse_qsl(address.query))
    assert set(sent) == set(wanted)
    assert {key: sent[key] for key in ("client_id", "redirect_uri", "state")} == {
        key: wanted[key] for key in ("client_id", "redirect_uri", "state")
    }
    assert "write_orders" in sent["scope"]


def test_the_code_is_exchanged_once_for_a_token_without_end() -> None:
    connector, transport = shopbase(oauth__access_token=example("oauth.access_token", "exchanged"))
    tokens = connector.exchange({"code": "sbcode1", "shop": "kopi.onshopbase.com"})
    assert (tokens.access_token, tokens.identity) == ("sbtok_abc", "kopi.onshopbase.com")
    assert tokens.access_expires_at > datetime.fromtimestamp(NOW, UTC) + timedelta(days=3650)
    assert transport.sent("oauth.access_token") == asked("shopbase", "oauth.access_token", "exchanged")
    assert "X-ShopBase-Access-Token" not in transport.calls[0].headers
    with pytest.raises(AuthRejected):
        shopbase(oauth__access_token=example("oauth.access_token", "code used, or wrong secret"))[0].exchange(
            {"code": "used"}
        )
    with pytest.raises(UnknownOutcome):
        shopbase(oauth__access_token=(200, b"<html>"))[0].exchange({"code": "c"})
    with pytest.raises(AuthRejected):
        connector.refresh()


@pytest.mark.parametrize("query", [{}, {"code": ""}, {"code": "c", "shop": "other.onshopbase.com"}])
def test_a_redirect_that_cannot_be_right_is_refused_before_anything_is_sent(query: dict[str, str]) -> None:
    connector, transport = shopbase()
    with pytest.raises(Rejected):
        connector.exchange(query)
    assert transport.calls == []


def test_the_store_is_known_by_its_name_in_the_address() -> None:
    connector, transport = shopbase(shop=example("shop", "the shop"))
    identity = connector.verify()
    assert (identity.key, identity.name, identity.currency) == ("kopi.onshopbase.com", "Kopi Nusantara", "USD")
    assert transport.calls[0].headers["X-ShopBase-Access-Token"] == "sbtok_abc"
    with pytest.raises(AuthRejected):
        shopbase(shop=example("shop", "token not valid"))[0].verify()
    with pytest.raises(AuthRejected):
        shopbase(STORE.replaced(store="teh"), shop=example("shop", "the shop"))[0].verify()


def test_the_list_gives_whole_orders() -> None:
    connector, transport = shopbase(orders=example("orders", "a page"))
    page = connector.orders(WINDOW, None)
    assert page.cursor is None
    orders = [head.order for head in page.items]
    assert [(one.external_id, one.status) for one in orders if one] == [
        (PAID, OrderStatus.PAID),
        (SENT, OrderStatus.SHIPPED),
        ("1000000000000003", OrderStatus.CANCELLED),
    ]
    first = orders[0]
    assert first is not None
    assert (first.total, first.currency, first.raw_status) == (Decimal("48.00"), "USD", "paid/unfulfilled")
    assert [(line.sku, line.quantity, line.unit_price) for line in first.lines] == [
        ("MUG-350-WHT", 2, Decimal("14.00")),
        ("TSHIRT-BAS-M", 1, Decimal("15.00")),
    ]
    where = first.address
    assert (where.name, where.province, where.country) == ("Jane Doe", "CA", "US")
    assert where.lines == ("123 Main Street", "Apt 4B")
    assert first.version == datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)
    wanted = exchanges("shopbase", "orders")["a page"]["request"]["query"]
    assert dict(transport.calls[0].params) == {key: str(value) for key, value in wanted.items()}


def test_a_full_page_is_followed_from_its_last_id() -> None:
    row = exchanges("shopbase", "orders")["a page"]["answer"]["json"]["orders"][0]
    full = (200, {"orders": [{**row, "id": 100 + place} for place in range(250)]})
    connector, transport = shopbase(orders=[full, example("orders", "past the last")])
    page = connector.orders(WINDOW, None)
    assert page.cursor == "349"
    assert connector.orders(WINDOW, page.cursor).cursor is None
    assert dict(transport.calls[1].params)["since_id"] == "349"
    with pytest.raises(ContractBroken):
        shopbase(orders=full)[0].orders(WINDOW, "349")  # since_id was not followed: no reading for ever


def test_money_goods_and_times_are_read_together() -> None:
    assert state_of(financial_status="pending") is OrderStatus.UNPAID
    assert state_of(financial_status="pending", gateway="Cash on Delivery (COD)") is OrderStatus.PAID
    assert state_of(financial_status="authorized") is OrderStatus.UNPAID
    assert state_of(STORE.replaced(ship_authorized="yes"), financial_status="authorized") is OrderStatus.PAID
    assert state_of(financial_status="partially_refunded") is OrderStatus.PAID
    assert state_of(financial_status="refunded") is OrderStatus.CANCELLED
    assert state_of(cancelled_at="2023-11-15T00:00:00Z") is OrderStatus.CANCELLED
    assert state_of(closed_at="2023-11-15T00:00:00Z") is OrderStatus.COMPLETED
    assert state_of(fulfillment_status="fulfilled", closed_at="2023-11-15T00:00:00Z") is OrderStatus.COMPLETED
    assert state_of(financial_status="settled") is OrderStatus.UNKNOWN
    assert state_of(fulfillment_status="teleported") is OrderStatus.UNKNOWN


def test_of_an_order_sent_in_part_what_is_left_is_taken() -> None:
    _, body = example("order", "paid, nothing sent")
    rows = deepcopy(body["order"]["line_items"])
    rows[0]["fulfillable_quantity"] = 0
    answer = order_with(fulfillment_status="partial", line_items=rows)
    (order,) = shopbase(order=answer)[0].order_details([PAID])
    assert order.status is OrderStatus.PAID
    assert [line.sku for line in order.lines] == ["TSHIRT-BAS-M"]


def test_what_needs_no_shipping_is_left_out() -> None:
    _, body = example("order", "paid, nothing sent")
    rows = deepcopy(body["order"]["line_items"])
    rows[0]["requires_shipping"] = False
    assert len(shopbase(order=order_with(line_items=rows))[0].order_details([PAID])[0].lines) == 1
    rows[1]["requires_shipping"] = False
    assert state_of(line_items=rows) is OrderStatus.COMPLETED


def test_unknown_orders_are_left_out() -> None:
    connector, transport = shopbase(order=example("order", "unknown"))
    assert connector.order_details(["1", "a/b"]) == []
    assert transport.calls[1].url == "https://kopi.onshopbase.com/admin/orders/a%2Fb.json"


def test_confirming_sends_what_is_left_and_reads_back() -> None:
    connector, transport = shopbase(
        order=[example("order", "paid, nothing sent"), example("order", "sent")],
        order__fulfillments=example("order.fulfillments", "made"),
    )
    result = connector.confirm(PAID, TRACKING, "USPS")
    assert (result.confirmed, result.tracking) == (True, TRACKING)
    assert transport.sent("order.fulfillments") == asked("shopbase", "order.fulfillments", "made")


def test_a_lost_answer_does_not_tell_the_buyer_twice() -> None:
    lost, _ = shopbase(order=example("order", "paid, nothing sent"), order__fulfillments=(200, b""))
    with pytest.raises(UnknownOutcome):
        lost.confirm(PAID, TRACKING, "USPS")
    again, transport = shopbase(order=example("order", "sent"))
    assert again.confirm(SENT, TRACKING, "USPS").confirmed
    assert transport.operations() == ["order"]
    other = again.confirm(SENT, "OTHER", "USPS")
    assert not other.confirmed
    assert TRACKING in other.detail
    gone = shopbase(order=order_with(cancelled_at="2023-11-15T00:00:00Z"))[0].confirm(PAID, TRACKING, "USPS")
    assert not gone.confirmed


def test_cancelling_is_for_what_is_not_sent() -> None:
    connector, transport = shopbase(order__cancel=example("order.cancel", "cancelled"))
    assert connector.cancel_order(PAID, "customer").state == "accepted"
    assert transport.sent("order.cancel") == asked("shopbase", "order.cancel", "cancelled")
    refused = example("order.cancel", "sent before")
    with pytest.raises(TooLate):
        shopbase(order__cancel=refused, order=example("order", "sent"))[0].cancel_order(SENT, "customer")
    gone = order_with(cancelled_at="2023-11-15T00:00:00Z")
    assert shopbase(order__cancel=refused, order=gone)[0].cancel_order(PAID, "other").state == "accepted"
    with pytest.raises(Rejected):
        shopbase(order__cancel=refused, order=order_with())[0].cancel_order(PAID, "other")


def test_listings_are_the_variants() -> None:
    page = shopbase(products=example("products", "a page"))[0].listings(None)
    assert [(one.item_id, one.model_id, one.sku, one.variation, one.stock, one.weight_g) for one in page.items] == [
        ("2000001", "2100001", "MUG-350-WHT", "White", 12, 350),
        ("2000001", "2100002", "MUG-350-BLK", "Black", 7, 350),
        ("2000002", "2100003", "TSHIRT-BAS-M", "", 40, 350),
    ]
    assert page.cursor is None


def test_stock_is_set_for_each_variant() -> None:
    connector, transport = shopbase(variant=[example("variant", "stock set"), example("variant", "unknown variant")])
    good, bad = connector.set_stock(
        [StockTarget("a", "2000001", "2100001", "MUG", 10), StockTarget("b", "1", "1", "X", 1)]
    )
    assert good.error is None
    assert isinstance(bad.error, Rejected)
    assert json.loads(transport.calls[0].content or b"") == asked("shopbase", "variant", "stock set")


def test_subscribing_asks_for_what_is_missing_only() -> None:
    address = "https://hub.example.com/webhooks/store/7"
    connector, transport = shopbase(
        webhooks=example("webhooks", "two known"), webhooks__create=example("webhooks.create", "made")
    )
    assert connector.subscribe(address) is None
    made = [json.loads(call.content or b"")["webhook"] for call in transport.calls[1:]]
    assert [one["topic"] for one in made] == [
        topic for topic in TOPICS if topic not in ("orders/create", "orders/updated")
    ]
    wanted = asked("shopbase", "webhooks.create", "made")["webhook"]
    assert made[0] == wanted | {"topic": made[0]["topic"]}
    refused, _ = shopbase(
        webhooks=(200, {"webhooks": []}), webhooks__create=example("webhooks.create", "address refused")
    )
    with pytest.raises(Rejected, match="not allowed"):
        refused.subscribe("https://localhost/x")


def message(topic: str, body: bytes, **headers: str) -> RawRequest:
    given = {
        "X-ShopBase-Topic": topic,
        "X-ShopBase-Shop-Domain": "kopi.onshopbase.com",
        "X-ShopBase-Hmac-SHA256": message_signature("sbsecret01", body),
    }
    return RawRequest("POST", "https://hub.invalid/w", {**given, **headers}, {}, body)


@pytest.mark.parametrize("vector", contract("shopbase/signing.json")["webhooks"], ids=lambda one: one["name"])
def test_messages_are_verified_as_worked_out_by_hand(vector: dict[str, Any]) -> None:
    body = vector["body"].encode()
    assert message_signature(vector["secret"], body) == vector["sign"]
    request = RawRequest("POST", "u", {**vector["headers"], vector["header"]: vector["sign"]}, {}, body)
    (event,) = shopbase()[0].parse_callback(request)
    assert (event.kind, event.subject, event.at) == ("order", PAID, datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC))
    for forged in (
        RawRequest("POST", "u", request.headers, {}, body + b" "),
        message("orders/updated", body, **{"X-ShopBase-Hmac-SHA256": "x\ud800"}),
    ):
        with pytest.raises(AuthRejected):
            shopbase()[0].parse_callback(forged)


def test_messages_say_what_to_look_at() -> None:
    connector, _ = shopbase()
    for name, kind, subject in (
        ("orders/updated", "order", PAID),
        ("fulfillments/create", "order", SENT),
        ("app/uninstalled", "authorisation", "kopi.onshopbase.com"),
    ):
        body = json.dumps(exchanges("shopbase", "webhook")[name]["request"]["json"]).encode()
        (event,) = connector.parse_callback(message(name, body))
        assert (event.kind, event.subject) == (kind, subject)
        (again,) = connector.parse_callback(message(name, body))
        assert again.delivery_id == event.delivery_id
    assert connector.parse_callback(message("products/update", b'{"id": 1}')) == []
    other = {"X-ShopBase-Shop-Domain": "other.onshopbase.com"}
    assert connector.parse_callback(message("orders/updated", b'{"id": 1}', **other)) == []


REFUSALS: list[tuple[Said, type[PartnerError]]] = [
    ((401, {"errors": "no"}), AuthRejected),
    ((403, b"<html>"), AuthRejected),
    ((422, {"errors": {"base": ["wrong"]}}), Rejected),
    ((200, b"[]"), ContractBroken),
]


@pytest.mark.parametrize(("answer", "expected"), REFUSALS)
def test_refusals_have_the_class_that_says_what_to_do(answer: Said, expected: type[PartnerError]) -> None:
    with pytest.raises(expected):
        shopbase(orders=answer)[0].orders(WINDOW, None)


def test_an_unreadable_answer_to_a_repeatable_change_is_asked_for_again() -> None:
    with pytest.raises(Retryable):
        shopbase(order__cancel=(200, b"<html>"))[0].cancel_order(PAID, "other")


NAMES = names(
    "orders order id updated_at created_at financial_status fulfillment_status line_items quantity price sku "
    "shipping_address shipping_lines fulfillments tracking_number products variants inventory_quantity errors shop "
    "webhooks topic address access_token cancelled_at fulfillable_quantity requires_shipping grams"
)


def everything(one: ShopBaseConnector, body: bytes) -> tuple[Callable[[], object], ...]:
    return (
        one.verify,
        lambda: one.exchange({"code": "c"}),
        lambda: one.orders(WINDOW, None),
        lambda: one.order_details(["1"]),
        lambda: one.confirm("1", "T", ""),
        lambda: one.cancel_order("1", "other"),
        lambda: one.listings(None),
        lambda: one.set_stock([StockTarget("k", "1", "2", "A", 3)]),
        lambda: one.subscribe("https://hub.example.com/"),
        lambda: one.parse_callback(message("orders/updated", body)),
        lambda: one.parse_callback(message("fulfillments/create", body)),
    )


@settings(max_examples=150, deadline=None)
@given(documents(NAMES))
def test_any_json_is_understood_or_refused(document: Any) -> None:
    whole = {"orders": [document], "order": document, "products": [document], "shop": document, "webhooks": document}
    for answer in (document, whole):
        one = ShopBaseConnector(STORE, Scripted({"*": (200, answer)}))
        body = json.dumps(document).encode()
        assert unusable(*everything(one, body)) == []
