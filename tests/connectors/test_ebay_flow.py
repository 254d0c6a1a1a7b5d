"""The eBay connector against the simulated sellers, over real HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest

from salur.connectors.base.errors import (
    AlreadyExists,
    AuthExpired,
    AuthRejected,
    PartnerError,
    RateLimited,
    Rejected,
    TooLate,
    UnknownOutcome,
)
from salur.connectors.base.listing import StockTarget, StoreListing
from salur.connectors.base.types import Credentials, OrderStatus, ShippedLine, StoreOrder, TimeWindow
from salur.connectors.stores.ebay.connector import PLUGIN, EbayConnector

from .conftest import Partners

Eventually = Callable[[Callable[[], Any]], Any]
UPS = ("1Z999AA10123456784", "1Z999AA10123456785")


def ebay(partners: Partners, **changes: str) -> EbayConnector:
    built: EbayConnector = partners.store(PLUGIN, 20.0, **changes)
    return built


def new_orders(partners: Partners, count: int = 1, **wish: Any) -> list[str]:
    numbers: list[str] = partners.control("ebay/orders", {"count": count, **wish})["numbers"]
    return numbers


def row(partners: Partners, number: str) -> dict[str, Any]:
    rows = partners.look("ebay/orders")["orders"]
    return next(one for one in rows if one["number"] == number)


def last_hours(hours: float = 2) -> TimeWindow:
    now = datetime.now(UTC) + timedelta(seconds=2)
    return TimeWindow(now - timedelta(hours=hours), now)


def every_order(seller: EbayConnector, window: TimeWindow) -> Iterator[StoreOrder]:
    cursor: str | None = None
    for _ in range(50):
        page = seller.orders(window, cursor)
        for head in page.items:
            assert head.order is not None
            yield head.order
        cursor = page.cursor
        if cursor is None:
            return
    raise AssertionError("paging does not end")


def test_the_seller_logs_in_by_the_redirects_name(partners: Partners) -> None:
    partners.control("ebay/accept", {"url": "http://127.0.0.1/back"})
    known = partners.look("credentials")["ebay"]
    typed = Credentials({**known["form"], **known["settings"]})
    connector = EbayConnector(typed, partners.transport())
    answer = httpx.post(connector.authorize_url("http://127.0.0.1/elsewhere", "st&ate=1"), data={"answer": "yes"})
    assert answer.headers["location"].startswith("http://127.0.0.1/back?")
    query = dict(parse_qsl(urlsplit(answer.headers["location"]).query))
    assert query.pop("state") == "st&ate=1"

    tokens = connector.exchange(query)
    with pytest.raises(AuthRejected):
        connector.exchange(query)
    held = typed.replaced(**tokens.details, access_token=tokens.access_token, refresh_token=tokens.refresh_token)
    seller = EbayConnector(held, partners.transport())
    who = seller.verify()
    assert (who.key, who.country) == (known["shop_id"], "US")
    for _ in range(2):
        again = seller.refresh()
        assert again.refresh_token == tokens.refresh_token, "it stays good"
        assert again.refresh_expires_at == tokens.refresh_expires_at
    partners.control("ebay/tokens", {"expire": "access"})
    with pytest.raises(AuthExpired):
        EbayConnector(held.replaced(access_token=again.access_token), partners.transport()).verify()
    with pytest.raises(AuthRejected):
        EbayConnector(held.replaced(client_secret="wrong"), partners.transport()).refresh()


def test_refusing_at_the_login_is_told_as_such(partners: Partners) -> None:
    partners.control("ebay/accept", {"url": "http://127.0.0.1/back"})
    known = partners.look("credentials")["ebay"]
    connector = EbayConnector(Credentials({**known["form"], **known["settings"]}), partners.transport())
    answer = httpx.post(connector.authorize_url("", "s"), data={"answer": "no"})
    with pytest.raises(Rejected) as refused:
        connector.exchange(dict(parse_qsl(urlsplit(answer.headers["location"]).query)))
    assert refused.value.code == "access_denied"


def test_every_order_is_found_while_others_change(partners: Partners) -> None:
    numbers = new_orders(partners, 650, updated_seconds_ago=600)
    seller, window = ebay(partners), last_hours()
    window = TimeWindow(window.since, window.until - timedelta(seconds=60))
    found: set[str] = set()
    cursor: str | None = None
    changing = iter(numbers)
    for _ in range(10):
        page = seller.orders(window, cursor)
        found |= {head.external_id for head in page.items}
        partners.control("ebay/orders/change", {"numbers": [next(changing) for _ in range(5)], "note": "call first"})
        cursor = page.cursor
        if cursor is None:
            break
    assert cursor is None
    found |= {one.external_id for one in every_order(seller, TimeWindow(window.until, last_hours().until))}
    assert found == set(numbers)


def test_orders_are_whole_and_a_stranger_spoils_no_batch(partners: Partners) -> None:
    (number,) = new_orders(
        partners, items=[{"sku": "A", "quantity": 2}, {"sku": "B", "quantity": 1}], note="Ring twice"
    )
    seller = ebay(partners)
    (order,) = every_order(seller, last_hours())
    assert order == seller.order_details([number])[0]
    assert (order.status, order.note) == (OrderStatus.PAID, "Ring twice")
    assert [(line.sku, line.quantity) for line in order.lines] == [("A", 2), ("B", 1)]
    others = new_orders(partners, 3)
    found = seller.order_details([number, "12-00000-00000", *others])
    assert sorted(one.external_id for one in found) == sorted([number, *others])


def test_the_three_words_arrive_and_unlisted_ones_are_unknown(partners: Partners) -> None:
    seller = ebay(partners)
    words = {
        "NOT_STARTED": OrderStatus.PAID,
        "FULFILLED": OrderStatus.SHIPPED,
        "PARTIALLY_REFUNDED": OrderStatus.PAID,
        "FULLY_REFUNDED": OrderStatus.CANCELLED,
        "FAILED": OrderStatus.UNPAID,
    }
    for word, expected in words.items():
        (number,) = new_orders(partners)
        partners.control(f"ebay/orders/{number}/status", {"status": word})
        assert seller.order_details([number])[0].status is expected, word
    (number,) = new_orders(partners)
    partners.control(f"ebay/orders/{number}/status", {"status": "ON_THE_MOON", "raw": True})
    assert seller.order_details([number])[0].status is OrderStatus.UNKNOWN
    (hidden,) = new_orders(partners, step="unpaid")
    assert seller.order_details([hidden]) == [], "eBay shows an order once it is paid"


def test_two_lists_of_an_order_are_two_parcels_with_their_own_lines(partners: Partners) -> None:
    (number,) = new_orders(partners, items=[{"sku": "A", "quantity": 2}, {"sku": "B", "quantity": 1}])
    seller = ebay(partners)
    (order,) = seller.order_details([number])
    first, second = order.lines
    for _ in range(2):
        assert seller.confirm(number, UPS[0], "UPS Ground", [ShippedLine(first.key, first.quantity)]).confirmed
    assert seller.order_details([number])[0].status is OrderStatus.READY, "the rest has still to go"
    assert seller.confirm(number, "1Z-999AA1-0123456785", "", [ShippedLine(second.key, second.quantity)]).confirmed
    shown = row(partners, number)
    assert [(one["tracking"], one["pieces"]) for one in shown["shipments"]] == [(UPS[0], 2), (UPS[1], 1)]
    assert shown["fulfillment"] == "FULFILLED"
    with pytest.raises(Rejected):
        seller.confirm(number, "1Z999AA10123456786", "UPS")


def test_a_lost_answer_to_a_parcel_is_looked_up(partners: Partners) -> None:
    (number,) = new_orders(partners)
    seller = ebay(partners)
    partners.fault("ebay", "createShippingFulfillment", "cut_after")
    with pytest.raises(UnknownOutcome):
        seller.confirm(number, UPS[0], "UPS")
    assert seller.confirm(number, UPS[0], "UPS").confirmed
    assert len(row(partners, number)["shipments"]) == 1


def test_a_seller_cancels_and_the_order_follows_when_the_money_is_back(
    partners: Partners, eventually: Eventually
) -> None:
    partners.control("settings", {"ebay": {"refund_delay": 60}})
    (number,) = new_orders(partners)
    seller = ebay(partners)
    for _ in range(2):
        assert seller.cancel_order(number, "OUT_OF_STOCK_OR_CANNOT_FULFILL").state == "pending"
    assert seller.order_details([number])[0].status is OrderStatus.CANCEL_REQUESTED
    with pytest.raises(Rejected):
        seller.answer_cancellation(number, True, "")
    partners.control("clock", {"advance": 61})
    assert eventually(lambda: seller.cancel_order(number, "BUYER_ASKED_CANCEL").state == "accepted")
    assert seller.order_details([number])[0].status is OrderStatus.CANCELLED

    (sent,) = new_orders(partners)
    assert seller.confirm(sent, UPS[0], "UPS").confirmed
    with pytest.raises(TooLate):
        seller.cancel_order(sent, "BUYER_ASKED_CANCEL")


@pytest.mark.parametrize(
    ("accept", "ends_as"), [(True, {OrderStatus.CANCELLED}), (False, {OrderStatus.PAID})], ids=["accept", "refuse"]
)
def test_a_buyers_wish_is_answered_once(
    partners: Partners, eventually: Eventually, accept: bool, ends_as: set[OrderStatus]
) -> None:
    partners.control("settings", {"ebay": {"refund_delay": 0}})
    (number,) = new_orders(partners)
    partners.control(f"ebay/orders/{number}/status", {"step": "cancel_asked"})
    seller = ebay(partners)
    assert [one.status for one in every_order(seller, last_hours())] == [OrderStatus.CANCEL_REQUESTED]
    seller.answer_cancellation(number, accept, "")
    assert eventually(lambda: seller.order_details([number])[0].status in ends_as)
    with pytest.raises((AlreadyExists, TooLate)):
        seller.answer_cancellation(number, not accept, "")


def test_listings_come_with_their_stock_and_take_another(partners: Partners) -> None:
    partners.control("ebay/items", {"stock": 12})
    seller = ebay(partners)
    found: list[StoreListing] = []
    cursor: str | None = None
    while True:
        page = seller.listings(cursor)
        found += page.items
        cursor = page.cursor
        if cursor is None:
            break
    items = partners.look("ebay/items")["items"]
    assert {one.sku: one.stock for one in found} == {one["sku"]: one["stock"] for one in items}
    targets = [StockTarget(one.sku, one.item_id, one.model_id, one.sku, 7) for one in found[:4]]
    results = seller.set_stock([*targets, StockTarget("gone", "X", "", "X", 1)])
    assert [one.key for one in results if one.error is not None] == ["gone"]
    now = {one["sku"]: one["stock"] for one in partners.look("ebay/items")["items"]}
    assert {one.sku: now[one.sku] for one in targets} == {one.sku: 7 for one in targets}


def test_a_missing_scope_stops_only_what_needs_it(partners: Partners) -> None:
    new_orders(partners)
    seller = ebay(partners)
    partners.control("ebay/scopes", {"scopes": ["sell.fulfillment"]})
    assert list(every_order(seller, last_hours()))
    with pytest.raises(Rejected):
        seller.listings(None)
    with pytest.raises(AuthRejected):
        seller.verify()


def test_the_days_calls_spent_ask_to_wait(partners: Partners) -> None:
    partners.control("settings", {"ebay": {"daily_limit": True, "daily_calls": 2}})
    seller = ebay(partners)
    with pytest.raises(RateLimited) as limited:
        for _ in range(3):
            seller.orders(last_hours(), None)
    assert limited.value.retry_after >= 60


@pytest.mark.parametrize("kind", ["error_before", "error_after", "garbage", "html", "cut_after", "rate_limit"])
def test_a_failing_store_is_told_as_such(partners: Partners, kind: str) -> None:
    partners.fault("ebay", "*", kind)
    with pytest.raises(PartnerError):
        ebay(partners).orders(last_hours(), None)
