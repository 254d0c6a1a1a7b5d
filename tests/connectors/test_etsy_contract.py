"""The Etsy connector against contracts/etsy: statuses, login, examples and garbage, all pure."""

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
from salur.connectors.base.transport import Effect
from salur.connectors.base.types import OrderStatus
from salur.connectors.stores.etsy.connector import PLUGIN, EtsyConnector
from salur.connectors.stores.etsy.oauth import challenge
from salur.connectors.stores.etsy.statuses import order_status
from salur.connectors.stores.etsy.webhooks import signature

from .contracts import CONTRACTS, exchanges
from .etsy import NOW, NUMBER, RECEIPT, SHOP, SIGNING, WINDOW, etsy, message, script_of, sent_form
from .garbage import answers, names, unusable
from .scripted import Scripted, said


def test_every_documented_status_has_a_meaning() -> None:
    with (CONTRACTS / "etsy" / "statuses.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows
    assert [row["code"] for row in rows if row["code"] not in PLUGIN.status_tables[row["machine"]]] == []


@pytest.mark.parametrize(
    ("raw", "paid", "shipped", "expected"),
    [
        ("paid", True, False, OrderStatus.PAID),
        ("Paid", True, True, OrderStatus.SHIPPED),
        ("open", False, False, OrderStatus.UNPAID),
        ("payment processing", False, False, OrderStatus.UNPAID),
        ("completed", True, True, OrderStatus.SHIPPED),
        ("Partially Refunded", True, False, OrderStatus.PAID),
        ("fully refunded", True, False, OrderStatus.CANCELLED),
        ("fully refunded", True, True, OrderStatus.SHIPPED),
        ("canceled", True, True, OrderStatus.CANCELLED),
        ("something new", True, False, OrderStatus.UNKNOWN),
    ],
)
def test_the_word_and_the_flags_together_tell_the_state(
    raw: str, paid: bool, shipped: bool, expected: OrderStatus
) -> None:
    assert order_status(raw, paid, shipped) is expected


@pytest.mark.parametrize("vector", SIGNING["pkce"], ids=lambda vector: vector["name"])
def test_the_challenge_is_s256(vector: dict[str, str]) -> None:
    assert challenge(vector["code_verifier"]) == vector["code_challenge"]


def test_the_consent_page_is_asked_for_as_in_the_example() -> None:
    address = urlsplit(etsy().authorize_url("https://hub.example.com/callback", "st&ate=1"))
    assert address.path == "/oauth/connect"
    assert dict(parse_qsl(address.query)) == exchanges("etsy", "consent")["the seller agrees"]["request"]["query"]


@pytest.mark.parametrize("typed", ["", "https://api.etsy.com", "https://openapi.etsy.com/"])
def test_the_consent_page_is_on_etsys_own_site(typed: str) -> None:
    wire = EtsyConnector(SHOP.replaced(base_url=typed), Scripted({})).wire
    assert wire.login_url == "https://www.etsy.com"


CASES: list[tuple[str, str, Callable[[EtsyConnector], Any], Callable[[Any], bool] | type[PartnerError]]] = [
    ("token", "refreshed", lambda c: c.refresh(), lambda got: got.refresh_token == "456789.EXAMPLEREFRESH2"),
    ("token", "refresh token used before", lambda c: c.refresh(), AuthRejected),
    ("token", "code used or verifier wrong", lambda c: c.exchange({"code": "used"}), AuthRejected),
    ("getMe", "token too old", lambda c: c.verify(), AuthExpired),
    ("getMe", "key unknown", lambda c: c.verify(), AuthRejected),
    ("getMe", "scope missing", lambda c: c.verify(), AuthRejected),
    ("getShopReceipt", "unknown", lambda c: c.order_details(["1"]), lambda got: got == []),
    (
        "getShopReceipt",
        "cancelled",
        lambda c: c.order_details([RECEIPT]),
        lambda got: got[0].status is OrderStatus.CANCELLED,
    ),
    ("getShopReceipts", "not your shop", lambda c: c.orders(WINDOW, None), AuthRejected),
    ("getShopReceipts", "limit too great", lambda c: c.orders(WINDOW, None), Rejected),
    ("getShopReceipts", "nothing", lambda c: c.orders(WINDOW, None), lambda got: not got.items and got.cursor is None),
]


@pytest.mark.parametrize(("operation", "name", "ask", "expected"), CASES, ids=[f"{one[0]}: {one[1]}" for one in CASES])
def test_examples_are_read_as_they_are_meant(
    operation: str, name: str, ask: Callable[[EtsyConnector], Any], expected: Any
) -> None:
    connector = etsy(**{operation: said("etsy", operation, name)})
    if isinstance(expected, type):
        with pytest.raises(expected):
            ask(connector)
    else:
        assert expected(ask(connector))


def test_the_login_sends_the_verifier_and_learns_the_shop() -> None:
    connector = etsy(token=said("etsy", "token", "code exchanged"), getMe=said("etsy", "getMe", "the seller"))
    got = connector.exchange({"code": "EXAMPLECODE"})
    assert sent_form(connector, "token") == exchanges("etsy", "token")["code exchanged"]["request"]["form"]
    assert got.identity == "123456"
    assert got.refresh_expires_at == NOW + timedelta(days=90)
    asked, look = script_of(connector).calls
    assert asked.effect is Effect.CREATE, "code and refresh token work once"
    assert look.headers["Authorization"] == "Bearer 456789.EXAMPLEACCESS"


def test_the_shop_is_verified_with_both_keys() -> None:
    connector = etsy(getMe=said("etsy", "getMe", "the seller"), getShop=said("etsy", "getShop", "the shop"))
    who = connector.verify()
    assert (who.key, who.name, who.country, who.currency) == ("123456", "ExampleShop", "US", "USD")
    assert {call.headers["x-api-key"] for call in script_of(connector).calls} == {"examplekeystring:EXAMPLESHARED"}


def test_a_user_without_a_shop_cannot_be_connected() -> None:
    with pytest.raises(Rejected) as refused:
        etsy(getMe=(200, {"user_id": 456789, "shop_id": None})).verify()
    assert refused.value.code == "no_shop"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [({"retry-after": "3"}, 3.0), ({"x-remaining-today": "0"}, 900.0), ({"x-remaining-today": "12"}, 1.0)],
)
def test_too_many_calls_wait_a_moment_or_until_the_day_gives_more(headers: dict[str, str], seconds: float) -> None:
    with pytest.raises(RateLimited) as limited:
        script = Scripted({"getShopReceipts": (429, {"error": "quota"})}, headers)
        EtsyConnector(SHOP, script).orders(WINDOW, None)
    assert limited.value.retry_after == seconds


WORDS = names(
    "count results receipt_id status is_paid is_shipped transactions transaction_id quantity sku price amount "
    "divisor currency_code grandtotal shipments tracking_code updated_timestamp created_timestamp listing_id "
    "inventory products product_id offerings property_values property_id values value_ids quantity_on_property "
    "is_deleted is_enabled user_id shop_id shop_name error error_description access_token refresh_token "
    "expires_in event_type resource_url data"
)


@settings(max_examples=150, deadline=None)
@given(answers(WORDS, {"count": 1}, "results"))
def test_any_json_from_etsy(document: Any) -> None:
    def everything() -> EtsyConnector:
        return EtsyConnector(SHOP, Scripted({"*": (200, json.dumps(document).encode())}), clock=NOW.timestamp)

    body = json.dumps(document)
    sign = signature(SHOP["webhook_secret"], "m", str(int(NOW.timestamp())), body.encode())
    signed = {"webhook-id": "m", "webhook-timestamp": str(int(NOW.timestamp())), "body": body, "sign": sign}
    found = unusable(
        lambda: everything().verify(),
        lambda: everything().orders(WINDOW, None),
        lambda: everything().order_details([RECEIPT]),
        lambda: everything().confirm(RECEIPT, NUMBER, ""),
        lambda: everything().listings(None),
        lambda: everything().set_stock([StockTarget("k", "1", "2", "A", 3)]),
        lambda: everything().refresh(),
        lambda: everything().exchange({"code": "c"}),
        lambda: everything().parse_callback(message(signed)),
    )
    assert found == []
