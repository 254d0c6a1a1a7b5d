"""The Lazada connector against contracts/: status lists, signing vectors, messages and login, all pure."""

from __future__ import annotations

import csv
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

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
from salur.connectors.stores.lazada.connector import PLUGIN
from salur.connectors.stores.lazada.statuses import ITEM, order_status
from salur.connectors.stores.lazada.wire import Wire, sign

from .by_operation import Scripted, form_of
from .contracts import CONTRACTS, exchanges
from .lazada import KEYS, NOW, ORDER, SIGNING, example, pushed, shop, signed

# --- statuses and signatures


def test_every_listed_status_has_a_meaning_and_every_meaning_is_listed() -> None:
    with (CONTRACTS / "lazada" / "statuses.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for machine, table in PLUGIN.status_tables.items():
        assert {row["code"] for row in rows if row["machine"] == machine} == set(table)


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (["pending", "packed"], OrderStatus.PAID),
        (["packed", "canceled"], OrderStatus.READY),
        (["canceled"], OrderStatus.CANCELLED),
        (["packed", "shipped"], OrderStatus.SHIPPED),
        (["delivered", "shipped"], OrderStatus.SHIPPED),
        (["delivered", "canceled"], OrderStatus.COMPLETED),
        (["pending", "a new word"], OrderStatus.UNKNOWN),
        ([], OrderStatus.UNKNOWN),
    ],
)
def test_an_order_is_as_far_as_its_items(words: list[str], status: OrderStatus) -> None:
    assert order_status(words) is status


@pytest.mark.parametrize("vector", SIGNING["vectors"], ids=lambda vector: vector["name"])
def test_calls_are_signed_as_worked_out_by_hand(vector: dict[str, Any]) -> None:
    assert sign(vector["app_secret"], vector["path"], {**vector["query"], **vector["form"]}) == vector["sign"]
    ours = {
        name: value for name, value in vector["query"].items() if name not in ("app_key", "timestamp", "sign_method")
    }
    transport = Scripted(dict.fromkeys(("orders.get", "auth.token.create", "order.fulfill.pack"), b'{"code": "0"}'))
    wire = Wire(KEYS, transport, lambda: NOW)
    ours.pop("access_token", None)
    if vector["method"] == "POST":
        wire.post(vector["path"], vector["form"], Effect.REPEATABLE)
        assert form_of(transport.calls[0]) == vector["form"]
    elif vector["path"].startswith("/auth"):
        wire.get_token(vector["path"], ours)
    else:
        wire.get(vector["path"], ours)
    assert dict(transport.calls[0].params) == {**vector["query"], "sign": vector["sign"]}
    assert urlsplit(transport.calls[0].url).path == f"/rest{vector['path']}"


def test_all_words_of_items_are_reached_by_the_states() -> None:
    assert {order_status([word]) for word in ITEM} == set(OrderStatus) - {
        OrderStatus.UNKNOWN,
        OrderStatus.CANCEL_REQUESTED,
    }


# --- push messages


@pytest.mark.parametrize("vector", SIGNING["push"], ids=lambda vector: vector["name"])
def test_messages_are_verified_as_worked_out_by_hand(vector: dict[str, Any]) -> None:
    (event,) = pushed(vector["body"], vector["sign"])
    assert (event.kind, event.subject, event.raw_status) == ("order", ORDER, "pending")
    with pytest.raises(AuthRejected):
        pushed(vector["body"].replace("pending", "shipped"), vector["sign"])
    with pytest.raises(AuthRejected):
        pushed(vector["body"], "")


def test_a_message_repeated_ten_times_is_one_and_others_are_not_ours() -> None:
    told = {name: one["request"]["json"] for name, one in exchanges("lazada", "push").items()}
    again = [{**told["order status"], "timestamp": 1_700_000_000_000 + delay} for delay in range(0, 10_000, 1000)]
    assert len({signed(message)[0].delivery_id for message in again}) == 1
    later = {**told["order status"], "data": {**told["order status"]["data"], "order_status": "packed"}}
    assert signed(later)[0].delivery_id != signed(told["order status"])[0].delivery_id
    assert [event.kind for event in signed(told["fulfilment order"])] == ["tracking"]
    assert signed({**told["order status"], "seller_id": "7654321"}) == []
    assert signed({**told["order status"], "site": "lazada_my"}) == []
    assert signed({**told["order status"], "message_type": 99}) == []


# --- login


def test_the_login_asks_for_the_country_of_a_cross_border_seller_only() -> None:
    asked = parse_qs(urlsplit(shop({}, venture="").authorize_url("https://hub.example.com/back", "st+te")).query)
    assert (asked["client_id"], asked["state"], asked["response_type"]) == (["100001"], ["st+te"], ["code"])
    assert "country" not in asked
    assert "country=my" in shop({}, venture="MY").authorize_url("https://hub.example.com/back", "s")


def test_the_code_becomes_tokens_of_one_seller_in_one_country() -> None:
    tokens = shop({"auth.token.create": example("auth.token.create", "code exchanged")}, venture="").exchange(
        {"code": "x"}
    )
    assert (tokens.access_token, tokens.identity, tokens.details["venture"]) == ("tok_laz", "1234567", "ID")
    assert tokens.access_expires_at == datetime.fromtimestamp(NOW, UTC) + timedelta(days=30)
    several = {"auth.token.create": example("auth.token.create", "a seller of several countries")}
    chosen = shop(several, venture="MY").exchange({"code": "x"})
    assert (chosen.identity, chosen.details["venture"], chosen.details["cross_border"]) == ("1234568", "MY", "yes")
    with pytest.raises(Rejected) as refused:
        shop(several, venture="").exchange({"code": "x"})
    assert refused.value.field == "venture"


def test_used_codes_and_tokens_mean_a_new_login() -> None:
    with pytest.raises(AuthRejected):
        shop({"auth.token.create": example("auth.token.create", "code used or too old")}).exchange({"code": "x"})
    with pytest.raises(AuthRejected):
        shop({"auth.token.refresh": example("auth.token.refresh", "refresh token unknown or used")}).refresh()
    fresh = shop({"auth.token.refresh": example("auth.token.refresh", "refreshed")}).refresh()
    assert (fresh.access_token, fresh.refresh_token) == ("tok_laz_2", "ref_laz_2")
    with pytest.raises(UnknownOutcome):
        shop({"auth.token.refresh": b"<html>"}).refresh()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("token expired", AuthExpired),
        ("wrong signature", AuthRejected),
        ("unknown application", AuthRejected),
        ("clock wrong", Retryable),
        ("too many calls", RateLimited),
    ],
)
def test_errors_of_the_platform_have_their_class(name: str, expected: type[PartnerError]) -> None:
    with pytest.raises(PartnerError) as raised:
        shop({"seller.get": example("seller.get", name)}).verify()
    assert type(raised.value) is expected


def test_the_store_is_known_by_country_and_seller() -> None:
    identity = shop({"seller.get": example("seller.get", "the shop")}).verify()
    assert (identity.key, identity.country, identity.currency) == ("ID:1234567", "ID", "IDR")
