"""The eBay connector against contracts/ebay: statuses, login, examples and garbage, all pure."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given, settings

from salur.connectors.base.errors import AuthExpired, AuthRejected, PartnerError, RateLimited, Rejected
from salur.connectors.base.listing import StockTarget
from salur.connectors.base.types import OrderStatus
from salur.connectors.stores.ebay.connector import PLUGIN, EbayConnector
from salur.connectors.stores.ebay.statuses import order_status
from salur.connectors.stores.ebay.wire import hosts

from .contracts import CONTRACTS, contract, exchanges
from .ebay import NOW, NUMBER, ORDER, SELLER, WINDOW, ebay, script_of
from .garbage import answers, names, unusable
from .scripted import Scripted, said


def test_every_documented_status_has_a_meaning() -> None:
    with (CONTRACTS / "ebay" / "statuses.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows
    assert [row["code"] for row in rows if row["code"] not in PLUGIN.status_tables[row["machine"]]] == []


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("NOT_STARTED", "PAID", "NONE_REQUESTED"), OrderStatus.PAID),
        (("NOT_STARTED", "PENDING", "NONE_REQUESTED"), OrderStatus.UNPAID),
        (("NOT_STARTED", "FAILED", "NONE_REQUESTED"), OrderStatus.UNPAID),
        (("NOT_STARTED", "PARTIALLY_REFUNDED", "NONE_REQUESTED"), OrderStatus.PAID),
        (("NOT_STARTED", "FULLY_REFUNDED", "NONE_REQUESTED"), OrderStatus.CANCELLED),
        (("IN_PROGRESS", "PAID", "NONE_REQUESTED"), OrderStatus.READY),
        (("FULFILLED", "FULLY_REFUNDED", "NONE_REQUESTED"), OrderStatus.SHIPPED),
        (("NOT_STARTED", "PAID", "IN_PROGRESS"), OrderStatus.CANCEL_REQUESTED),
        (("FULFILLED", "PAID", "IN_PROGRESS"), OrderStatus.SHIPPED),
        (("NOT_STARTED", "FULLY_REFUNDED", "CANCELED"), OrderStatus.CANCELLED),
        (("SOMETHING_NEW", "PAID", "NONE_REQUESTED"), OrderStatus.UNKNOWN),
        (("NOT_STARTED", "SOMETHING_NEW", "NONE_REQUESTED"), OrderStatus.UNKNOWN),
        (("NOT_STARTED", "PAID", "SOMETHING_NEW"), OrderStatus.UNKNOWN),
    ],
)
def test_three_words_together_tell_the_state(words: tuple[str, str, str], expected: OrderStatus) -> None:
    assert order_status(*words) is expected


CASES: list[tuple[str, str, Callable[[EbayConnector], Any], Callable[[Any], bool] | type[PartnerError]]] = [
    (
        "getUser",
        "the seller",
        lambda c: c.verify(),
        lambda who: (who.key, who.name, who.country) == ("EXAMPLEUSERID1", "example_seller", "US"),
    ),
    ("getUser", "token too old", lambda c: c.verify(), AuthExpired),
    ("getUser", "scope missing", lambda c: c.verify(), AuthRejected),
    ("token", "code used or too old", lambda c: c.exchange({"code": "used"}), AuthRejected),
    ("token", "refresh token revoked", lambda c: c.refresh(), AuthRejected),
    ("token", "secret wrong", lambda c: c.refresh(), AuthRejected),
    ("token", "refreshed", lambda c: c.refresh(), lambda got: got.refresh_token == "v^1.1#EXAMPLEREFRESH"),
    ("getOrder", "unknown", lambda c: c.order_details(["NOSUCH"]), lambda got: got == []),
    (
        "getOrder",
        "the buyer asks to cancel",
        lambda c: c.order_details([ORDER])[0],
        lambda got: (got.status, got.cancel_reason) == (OrderStatus.CANCEL_REQUESTED, "BUYER_ASKED_CANCEL"),
    ),
    (
        "getOrder",
        "cancelled",
        lambda c: c.order_details([ORDER])[0],
        lambda got: (
            (got.status, got.raw_status) == (OrderStatus.CANCELLED, "NOT_STARTED FULLY_REFUNDED cancel CANCELED")
        ),
    ),
    ("getOrders", "nothing", lambda c: c.orders(WINDOW, None), lambda got: not got.items and got.cursor is None),
    ("getOrders", "date range wrong", lambda c: c.orders(WINDOW, None), Rejected),
    ("getOrders", "token too old", lambda c: c.orders(WINDOW, None), AuthExpired),
    ("getOrders", "too many calls", lambda c: c.orders(WINDOW, None), RateLimited),
]


@pytest.mark.parametrize(("operation", "name", "ask", "expected"), CASES, ids=[f"{one[0]}: {one[1]}" for one in CASES])
def test_examples_are_read_as_they_are_meant(
    operation: str, name: str, ask: Callable[[EbayConnector], Any], expected: Any
) -> None:
    connector = ebay(**{operation: said("ebay", operation, name)})
    if isinstance(expected, type):
        with pytest.raises(expected):
            ask(connector)
    else:
        assert expected(ask(connector))


def test_the_login_names_the_redirect_and_never_its_address() -> None:
    connector = ebay(token=said("ebay", "token", "code exchanged"))
    address = urlsplit(connector.authorize_url("https://hub.example.com/callback", "st&ate=1"))
    assert address.path == "/oauth2/authorize"
    assert dict(parse_qsl(address.query)) == exchanges("ebay", "consent")["the seller agrees"]["request"]["query"]

    got = connector.exchange({"code": "v^1.1#i^1#EXAMPLECODE", "expires_in": "299"})
    (call,) = script_of(connector).calls
    wanted = exchanges("ebay", "token")["code exchanged"]["request"]
    assert dict(parse_qsl((call.content or b"").decode())) == wanted["form"]
    assert call.headers["Authorization"] == wanted["headers"]["Authorization"]
    assert call.headers["Authorization"] == contract("ebay/signing.json")["vectors"][0]["header"]
    assert got.refresh_expires_at == NOW + timedelta(seconds=47_304_000)

    later = EbayConnector(
        SELLER.replaced(**got.details), Scripted({"token": said("ebay", "token", "refreshed")}), NOW.timestamp
    )
    assert later.refresh().refresh_expires_at == got.refresh_expires_at
    (call,) = script_of(later).calls
    assert dict(parse_qsl((call.content or b"").decode())) == exchanges("ebay", "token")["refreshed"]["request"]["form"]


def test_the_three_hosts_follow_the_address() -> None:
    assert hosts("https://api.ebay.com/").identity == "https://apiz.ebay.com"
    assert hosts("https://api.ebay.com").consent == "https://auth.ebay.com"
    assert hosts("https://api.sandbox.ebay.com").consent == "https://auth.sandbox.ebay.com"
    assert set(vars_of(hosts("http://127.0.0.1:1/ebay/"))) == {"http://127.0.0.1:1/ebay"}


def vars_of(found: Any) -> list[str]:
    return [found.api, found.identity, found.consent]


WORDS = names(
    "orders total orderId orderFulfillmentStatus orderPaymentStatus cancelStatus cancelState cancelRequests "
    "lineItems lineItemId sku quantity lineItemCost value currency pricingSummary fulfillmentStartInstructions "
    "shippingStep shipTo contactAddress lastModifiedDate creationDate fulfillments shipmentTrackingNumber "
    "inventoryItems availability shipToLocationAvailability responses statusCode errors errorId message "
    "eligible failureReason userId username access_token refresh_token expires_in error cancelRequestId "
    "cancelRequestState paymentSummary payments paymentDate"
)


@settings(max_examples=150, deadline=None)
@given(answers(WORDS, {"total": 1}, "orders"))
def test_any_json_from_ebay(document: Any) -> None:
    def everything() -> EbayConnector:
        return EbayConnector(SELLER, Scripted({"*": (200, json.dumps(document).encode())}), clock=NOW.timestamp)

    found = unusable(
        lambda: everything().verify(),
        lambda: everything().orders(WINDOW, None),
        lambda: everything().order_details([ORDER]),
        lambda: everything().order_details([ORDER, "B"]),
        lambda: everything().confirm(ORDER, NUMBER, ""),
        lambda: everything().cancel_order(ORDER, "BUYER_ASKED_CANCEL"),
        lambda: everything().answer_cancellation(ORDER, True, ""),
        lambda: everything().listings(None),
        lambda: everything().set_stock([StockTarget("k", "A", "", "A", 3)]),
        lambda: everything().refresh(),
        lambda: everything().exchange({"code": "c"}),
    )
    assert found == []
