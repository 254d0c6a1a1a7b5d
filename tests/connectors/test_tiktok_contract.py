"""TikTok Shop and Tokopedia against contracts/: status lists, signing vectors, messages, login and orders, all pure."""

from __future__ import annotations

import csv
import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from salur.connectors.base.capabilities import Plugin
from salur.connectors.base.errors import (
    AuthExpired,
    AuthRejected,
    PartnerError,
    RateLimited,
    Rejected,
    Retryable,
    UnknownOutcome,
)
from salur.connectors.base.transport import Effect
from salur.connectors.base.types import OrderStatus
from salur.connectors.profiles.tiktok_shop.statuses import order_status
from salur.connectors.profiles.tiktok_shop.wire import EARLY, Wire, sign
from salur.connectors.stores.tiktok.connector import PLUGIN as TIKTOK
from salur.connectors.stores.tokopedia.connector import PLUGIN as TOKOPEDIA

from .by_operation import Scripted, json_of
from .contracts import CONTRACTS, exchanges
from .tiktok import (
    KEYS,
    LINES,
    NOW,
    ORDER,
    PACKAGE,
    SHOP,
    SIGNING,
    WINDOW,
    desk,
    example,
    order,
    order_with,
    pushed,
    shop,
    signed,
    tokopedia,
)

# --- statuses and signatures


@pytest.mark.parametrize("plugin", [TIKTOK, TOKOPEDIA], ids=lambda plugin: plugin.name)
def test_every_listed_status_has_a_meaning_and_every_meaning_is_listed(plugin: Plugin) -> None:
    with (CONTRACTS / plugin.name / "statuses.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for machine, table in plugin.status_tables.items():
        assert {row["code"] for row in rows if row["machine"] == machine} == set(table)


@pytest.mark.parametrize("vector", SIGNING["vectors"], ids=lambda vector: vector["name"])
def test_calls_are_signed_as_worked_out_by_hand(vector: dict[str, Any]) -> None:
    assert sign(vector["app_secret"], vector["path"], vector["query"], vector["body"].encode()) == vector["sign"]
    transport = Scripted(dict.fromkeys(("order.orders.search", "authorization.shops", "order.orders"), b'{"code": 0}'))
    wire = Wire(KEYS, transport, lambda: NOW + EARLY)
    ours = {
        name: value for name, value in vector["query"].items() if name not in ("app_key", "timestamp", "shop_cipher")
    }
    if vector["method"] == "POST":
        wire.post(vector["path"], json.loads(vector["body"]), Effect.READ, ours)
    else:
        wire.get(vector["path"], ours)
    (call,) = transport.calls
    assert dict(call.params) == {**vector["query"], "sign": vector["sign"]}
    assert (call.content or b"").decode() == vector["body"]
    assert call.headers["x-tts-access-token"] == "tok_tts"
    assert all("tok_tts" not in value for _, value in call.params)


@pytest.mark.parametrize("vector", SIGNING["push"], ids=lambda vector: vector["name"])
def test_messages_are_verified_as_worked_out_by_hand(vector: dict[str, Any]) -> None:
    (event,) = pushed(shop({}), vector["body"], vector["sign"])
    assert (event.kind, event.subject, event.raw_status) == ("order", ORDER, "AWAITING_SHIPMENT")
    assert event.at == datetime.fromtimestamp(NOW, UTC)
    for body, signature in ((vector["body"].replace("AWAITING", "NOT"), vector["sign"]), (vector["body"], "")):
        with pytest.raises(AuthRejected):
            pushed(shop({}), body, signature)


MESSAGES = {name: one["request"]["json"] for name, one in exchanges("tiktok", "push").items()}


@pytest.mark.parametrize(
    ("name", "kind", "subject", "raw"),
    [
        ("order status", "order", ORDER, "AWAITING_SHIPMENT"),
        ("order cancelled", "order", ORDER, "CANCEL"),
        ("address changed", "order", ORDER, ""),
        ("package update", "tracking", ORDER, ""),
        ("cancellation", "order", ORDER, ""),
        ("deauthorised", "authorisation", SHOP, "deauthorised"),
        ("authorisation about to end", "authorisation", SHOP, "expiring"),
    ],
)
def test_each_message_is_understood(name: str, kind: str, subject: str, raw: str) -> None:
    (event,) = signed(MESSAGES[name])
    assert (event.kind, event.subject, event.raw_status) == (kind, subject, raw)


def test_a_message_repeated_ten_times_is_one_and_others_are_not_ours() -> None:
    again = [{**MESSAGES["order status"], "timestamp": 1_700_000_000 + delay} for delay in range(10)]
    unnumbered = [{key: value for key, value in one.items() if key != "tts_notification_id"} for one in again]
    assert len({signed(one)[0].delivery_id for one in again}) == 1
    assert len({signed(one)[0].delivery_id for one in unnumbered}) == 1
    assert signed({**MESSAGES["order status"], "shop_id": "1"}) == []
    assert signed({**MESSAGES["order status"], "type": 99}) == []
    assert order_status("CANCEL") is order_status("CANCELLED") is OrderStatus.CANCELLED


def test_the_address_is_told_for_every_kind_of_message() -> None:
    connector, transport = desk({"event.webhooks": example("event.webhooks", "address set")})
    assert connector.subscribe("https://hub.example.com/webhooks/store/1") is None
    first = json_of(transport.calls[0])
    assert first == exchanges("tiktok", "event.webhooks")["address set"]["request"]["json"]
    assert {call.method for call in transport.calls} == {"PUT"}
    assert len(transport.calls) > 3


# --- login


def test_the_login_and_its_code() -> None:
    asked = urlsplit(shop({}).authorize_url("https://hub.example.com/back", "st+te"))
    assert (asked.path, parse_qs(asked.query)) == ("/open/authorize", {"service_id": ["7001"], "state": ["st+te"]})
    script = {
        "api.v2.token.get": example("token.get", "code exchanged"),
        "authorization.shops": example("authorization.shops", "one shop"),
    }
    connector, transport = desk(script, access_token="", shop_cipher="")
    tokens = connector.exchange({"code": "ROW_code"})
    assert (tokens.access_token, tokens.identity) == ("tok_tts", SHOP)
    assert tokens.details == {"shop_cipher": "cph_1", "shop_code": "IDLCCBA4LLU8", "region": "ID"}
    assert tokens.access_expires_at == datetime.fromtimestamp(1_700_604_800, UTC)
    assert transport.last("authorization.shops").headers["x-tts-access-token"] == "tok_tts"


def test_of_several_shops_one_must_be_named() -> None:
    script = {
        "api.v2.token.get": example("token.get", "code exchanged"),
        "authorization.shops": example("authorization.shops", "several shops"),
    }
    with pytest.raises(Rejected) as refused:
        shop(script).exchange({"code": "x"})
    assert refused.value.field == "shop_code"
    assert shop(script, shop_code="MYLCCBA4LLU9").exchange({"code": "x"}).details["shop_cipher"] == "cph_2"


def test_refused_permissions_and_used_tokens_mean_a_new_login() -> None:
    with pytest.raises(AuthRejected):
        shop({}).exchange({"code": "null", "error": "auth_denied"})
    with pytest.raises(AuthRejected):
        shop({"api.v2.token.get": example("token.get", "code used or too old")}).exchange({"code": "x"})
    with pytest.raises(AuthRejected):
        shop({"api.v2.token.refresh": example("token.refresh", "refresh token unknown or used")}).refresh()
    fresh = shop({"api.v2.token.refresh": example("token.refresh", "refreshed")}).refresh()
    assert (fresh.access_token, fresh.refresh_token, fresh.details) == ("tok_tts_2", "ref_tts_2", {})
    with pytest.raises(UnknownOutcome):
        shop({"api.v2.token.refresh": b"<html>"}).refresh()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("token expired", AuthExpired),
        ("wrong token", AuthExpired),
        ("wrong signature", AuthRejected),
        ("clock wrong", Retryable),
        ("scope missing", AuthRejected),
        ("too many calls", RateLimited),
    ],
)
def test_errors_of_the_platform_have_their_class(name: str, expected: type[PartnerError]) -> None:
    with pytest.raises(PartnerError) as raised:
        shop({"authorization.shops": example("authorization.shops", name)}).verify()
    assert type(raised.value) is expected


def test_both_channels_of_a_shop_claim_its_id_and_tokopedia_only_in_indonesia() -> None:
    script = {"authorization.shops": example("authorization.shops", "several shops")}
    assert shop(script).verify().key == tokopedia(script).verify().key == SHOP
    assert shop(script, shop_id="7494049642642441622").verify().country == "MY"
    with pytest.raises(Rejected):
        tokopedia(script, shop_id="7494049642642441622").verify()
    with pytest.raises(AuthRejected):
        shop(script, shop_id="1").verify()


# --- orders


def test_pages_follow_each_other_and_the_channels_divide_the_orders() -> None:
    first, last = (example("order.orders.search", name) for name in ("a page with more to come", "the last page"))
    script = {"order.orders.search": [first, last]}
    connector, transport = desk(script)
    page = connector.orders(WINDOW, None)
    assert [head.external_id for head in page.items] == [ORDER]
    rest = connector.orders(WINDOW, page.cursor)
    assert (list(rest.items), rest.cursor) == ([], None)
    assert dict(transport.calls[1].params)["page_token"] == "aDU2dHI"
    assert json_of(transport.calls[0]) == {"update_time_ge": 1699988400, "update_time_lt": 1700002800}
    assert list(tokopedia({"order.orders.search": first}).orders(WINDOW, None).items) == []
    (sold_there,) = tokopedia({"order.orders.search": last}).orders(WINDOW, None).items
    assert sold_there.external_id == "576461413038785753"


def test_every_order_of_a_shop_is_in_exactly_one_of_its_two_stores() -> None:
    for platform in ("TIKTOK_SHOP", "TOKOPEDIA", "", "A_NEW_ONE"):
        script = {"order.orders": order_with(commerce_platform=platform)}
        assert len(shop(script).order_details([ORDER])) + len(tokopedia(script).order_details([ORDER])) == 1


def test_the_example_order_is_read_whole_from_the_list() -> None:
    connector, transport = desk({"order.orders.search": example("order.orders.search", "a page with more to come")})
    (head,) = connector.orders(WINDOW, None).items
    told = head.order
    assert told is not None
    assert transport.asked == ["order.orders.search"]
    assert (told.status, told.raw_status, told.total, told.currency) == (
        OrderStatus.PAID,
        "AWAITING_SHIPMENT",
        Decimal(194000),
        "IDR",
    )
    assert [(line.key, line.sku, line.quantity) for line in told.lines] == [(key, "MUG-350-WHT", 1) for key in LINES]
    assert (told.package, told.awb, told.courier) == (PACKAGE, "", "J&T Express")
    where = told.address
    assert (where.country, where.province, where.city, where.district) == (
        "ID",
        "DKI Jakarta",
        "Jakarta Selatan",
        "Tebet",
    )


@pytest.mark.parametrize(
    ("name", "status", "awb", "lines"),
    [
        ("to be shipped", OrderStatus.PAID, "", 2),
        ("arranged", OrderStatus.READY, "JX1234567890", 2),
        ("on hold, without address", OrderStatus.UNPAID, "", 2),
        ("the buyer asks to cancel", OrderStatus.CANCEL_REQUESTED, "", 2),
        ("two packages", OrderStatus.PAID, "", 2),
        ("one piece cancelled", OrderStatus.PAID, "", 1),
        ("cancelled", OrderStatus.CANCELLED, "", 2),
    ],
)
def test_states_of_the_example_orders(name: str, status: OrderStatus, awb: str, lines: int) -> None:
    (told,) = shop({"order.orders": order(name)}).order_details([ORDER])
    assert (told.status, told.awb, len(told.lines)) == (status, awb, lines)


def test_an_order_that_cannot_be_read_does_not_hold_up_the_others() -> None:
    page = json.loads(json.dumps(example("order.orders.search", "a page with more to come")))
    page["data"]["orders"].append({**page["data"]["orders"][0], "id": "7", "create_time": "yesterday"})
    good, odd = shop({"order.orders.search": page}).orders(WINDOW, None).items
    assert good.order is not None
    assert (odd.external_id, odd.order) == ("7", None)
    assert [one.external_id for one in shop({"order.orders": page}).order_details([ORDER, "7"])] == [ORDER]
    (empty,) = shop({"order.orders": order_with(line_items=[], packages=[])}).order_details([ORDER])
    assert (empty.lines, empty.status) == ((), OrderStatus.PAID)


def test_unknown_orders_and_those_of_the_platforms_own_warehouse_are_left_out() -> None:
    assert shop({"order.orders": order("unknown orders are left out")}).order_details(["1", "26ZZZ"]) == []
    for kind in ("FULFILLMENT_BY_TIKTOK", "FULFILLMENT_BY_DILAYANI_TOKOPEDIA"):
        assert shop({"order.orders": order_with(fulfillment_type=kind)}).order_details([ORDER]) == []
    (odd,) = shop({"order.orders": order_with(status="A_NEW_WORD")}).order_details([ORDER])
    assert (odd.status, odd.raw_status) == (OrderStatus.UNKNOWN, "A_NEW_WORD")
