"""The Amazon connector against the simulated marketplace, over real HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest

from salur.connectors.base.errors import AuthExpired, AuthRejected, PartnerError, RateLimited, Rejected, Retryable
from salur.connectors.base.listing import StockTarget, StoreListing
from salur.connectors.base.types import Credentials, OrderStatus, ShippedLine, StoreOrder, TimeWindow
from salur.connectors.stores.amazon.connector import PLUGIN, AmazonConnector
from salur.connectors.stores.amazon.statuses import ORDER

from .conftest import Partners

UPS = ("1Z999AA10123456784", "1Z999AA10123456785")
SETTLED = 600  # seconds; what changed within the last two minutes is not shown yet


def amazon(partners: Partners, **changes: str) -> AmazonConnector:
    built: AmazonConnector = partners.store(PLUGIN, 20.0, **changes)
    return built


def new_orders(partners: Partners, count: int = 1, **wish: Any) -> list[str]:
    wish.setdefault("updated_seconds_ago", SETTLED)
    numbers: list[str] = partners.control("amazon/orders", {"count": count, **wish})["numbers"]
    return numbers


def row(partners: Partners, number: str) -> dict[str, Any]:
    rows = partners.look("amazon/orders")["orders"]
    return next(one for one in rows if one["number"] == number)


def last_hours(hours: float = 2) -> TimeWindow:
    now = datetime.now(UTC)
    return TimeWindow(now - timedelta(hours=hours), now)


def every_order(store: AmazonConnector, window: TimeWindow) -> Iterator[StoreOrder]:
    cursor: str | None = None
    for _ in range(50):
        page = store.orders(window, cursor)
        for head in page.items:
            assert head.order is not None
            yield head.order
        cursor = page.cursor
        if cursor is None:
            return
    raise AssertionError("paging does not end")


def test_the_seller_logs_in_and_the_tokens_open_the_marketplace(partners: Partners) -> None:
    known = partners.look("credentials")["amazon"]
    typed = Credentials(
        {**known["form"], **known["settings"], "redirect_uri": "http://127.0.0.1/back", "stage": "beta"}
    )
    connector = AmazonConnector(typed, partners.transport())
    answer = httpx.post(connector.authorize_url("http://127.0.0.1/back", "st&ate=1"), data={"answer": "yes"})
    query = dict(parse_qsl(urlsplit(answer.headers["location"]).query))
    assert query.pop("state") == "st&ate=1"

    tokens = connector.exchange(query)
    assert tokens.identity == known["shop_id"]
    with pytest.raises(AuthRejected):
        connector.exchange(query)
    held = typed.replaced(
        **tokens.details, access_token=tokens.access_token, refresh_token=tokens.refresh_token, shop_id=tokens.identity
    )
    store = AmazonConnector(held, partners.transport())
    assert store.verify().key.startswith(f"{known['shop_id']}:")
    again = store.refresh()
    assert AmazonConnector(held.replaced(access_token=again.access_token), partners.transport()).verify()
    assert store.refresh().access_token, "the refresh token stays good"
    partners.control("amazon/tokens", {"expire": "access"})
    with pytest.raises(AuthExpired):
        store.verify()
    partners.control("amazon/tokens", {"expire": "link"})
    with pytest.raises(AuthRejected):
        store.refresh()


def test_a_thousand_orders_come_whole_with_ten_calls_and_no_detail(partners: Partners) -> None:
    partners.control("settings", {"amazon": {"usage_plans": True}})
    numbers = new_orders(partners, 1000)
    store = amazon(partners)
    partners.exchanges.clear()
    found = list(every_order(store, last_hours()))
    assert sorted(one.external_id for one in found) == sorted(numbers)
    assert all(one.lines and one.currency and one.address.lines for one in found)
    assert len(partners.exchanges) == 10


def test_after_the_burst_a_search_waits_as_long_as_its_rate_asks(partners: Partners) -> None:
    partners.control("settings", {"amazon": {"usage_plans": True, "search_orders_burst": 2}})
    store = amazon(partners)
    for _ in range(2):
        store.orders(last_hours(), None)
    with pytest.raises(RateLimited) as limited:
        store.orders(last_hours(), None)
    assert limited.value.retry_after == pytest.approx(1 / 0.0056)


def test_orders_that_change_while_they_are_read_are_met_in_the_next_window(partners: Partners) -> None:
    numbers = new_orders(partners, 250)
    store = amazon(partners)
    window = TimeWindow(last_hours().since, datetime.now(UTC) - timedelta(seconds=300))
    first = store.orders(window, None)
    partners.control("amazon/orders/change", {"numbers": numbers[:3] + numbers[-3:], "note": "call first"})
    rest, cursor = [], first.cursor
    while cursor is not None:
        page = store.orders(window, cursor)
        rest += list(page.items)
        cursor = page.cursor
    partners.control("clock", {"advance": 300})
    met = {head.external_id for head in (*first.items, *rest)}
    met |= {one.external_id for one in every_order(store, TimeWindow(window.until, datetime.now(UTC)))}
    assert met == set(numbers)


def test_every_status_arrives_and_an_unlisted_word_is_unknown(partners: Partners) -> None:
    store = amazon(partners)
    for word, expected in ORDER.items():
        (number,) = new_orders(partners, status=word)
        assert [one.status for one in store.order_details([number])] == [expected], word
    (number,) = new_orders(partners)
    partners.control(f"amazon/orders/{number}/status", {"status": "ON_THE_MOON", "raw": True})
    (order,) = store.order_details([number])
    assert (order.status, order.raw_status) == (OrderStatus.UNKNOWN, "ON_THE_MOON")
    assert store.order_details(["123-0000000-0000000"]) == []


def test_what_amazon_sends_itself_is_left_out(partners: Partners) -> None:
    (theirs,) = new_orders(partners, extra={"fulfilled_by": "AMAZON"})
    store = amazon(partners)
    assert list(every_order(store, last_hours())) == []
    assert store.order_details([theirs]) == []


def test_taken_and_not_shown_is_not_confirmed_until_it_is_and_once_only(partners: Partners) -> None:
    partners.control("settings", {"amazon": {"confirm_delay": 60}})
    (number,) = new_orders(partners)
    store = amazon(partners)
    for _ in range(2):
        told = store.confirm(number, UPS[0], "UPS Ground")
        assert (told.confirmed, told.raw_status) == (False, "UNSHIPPED")
    (parcel,) = row(partners, number)["confirmed"]
    assert parcel["tracking"] == UPS[0], "telling again edits the same parcel"
    partners.control("clock", {"advance": 61})
    assert store.confirm(number, UPS[0], "UPS Ground").confirmed
    assert row(partners, number)["confirmations"] == 2
    assert store.order_details([number])[0].status is OrderStatus.SHIPPED


def test_two_lists_of_an_order_are_two_parcels_with_their_own_lines(partners: Partners) -> None:
    (number,) = new_orders(partners, items=[{"sku": "A", "quantity": 2}, {"sku": "B", "quantity": 1}])
    store = amazon(partners)
    (order,) = store.order_details([number])
    first, second = order.lines
    shown = store.confirm(number, UPS[0], "UPS", [ShippedLine(first.key, first.quantity)])
    assert (shown.confirmed, shown.raw_status) == (True, "PARTIALLY_SHIPPED")
    assert store.order_details([number])[0].status is OrderStatus.READY, "the rest has still to go"
    shown = store.confirm(number, UPS[1], "UPS", [ShippedLine(second.key, second.quantity)])
    assert (shown.confirmed, shown.raw_status) == (True, "SHIPPED")
    assert [one["pieces"] for one in row(partners, number)["confirmed"]] == [2, 1]
    with pytest.raises(Rejected):
        store.confirm(number, "1Z999AA10123456786", "UPS")


@pytest.mark.parametrize("courier", ["Example Parcel", "GLS Europe", ""])
def test_a_carrier_that_amazon_has_no_code_for_goes_by_its_name(partners: Partners, courier: str) -> None:
    (number,) = new_orders(partners)
    store = amazon(partners)
    assert store.confirm(number, "EX12345678", courier).confirmed
    (order,) = store.order_details([number])
    assert order.courier == (courier or "Other")


def test_a_lost_answer_to_a_confirmation_is_made_good_by_trying_again(partners: Partners) -> None:
    (number,) = new_orders(partners)
    store = amazon(partners)
    partners.fault("amazon", "confirmShipment", "cut_after")
    with pytest.raises(Retryable):
        store.confirm(number, UPS[0], "UPS")
    assert store.confirm(number, UPS[0], "UPS").confirmed
    assert len(row(partners, number)["confirmed"]) == 1


def test_orders_that_cannot_be_confirmed_are_refused(partners: Partners) -> None:
    store = amazon(partners)
    (plus,) = new_orders(partners, extra={"ship_plus": True})
    (gone,) = new_orders(partners, step="cancelled")
    (waiting,) = new_orders(partners, step="unpaid")
    for number in (plus, gone):
        with pytest.raises(Rejected):
            store.confirm(number, UPS[0], "UPS")
    assert not store.confirm(waiting, UPS[0], "UPS").confirmed


def test_listings_come_with_their_stock_and_take_another(partners: Partners) -> None:
    partners.control("amazon/items", {"stock": 12})
    store = amazon(partners)
    found: list[StoreListing] = []
    cursor: str | None = None
    while True:
        page = store.listings(cursor)
        found += page.items
        cursor = page.cursor
        if cursor is None:
            break
    items = partners.look("amazon/items")["items"]
    assert {one.sku: one.stock for one in found} == {one["sku"]: one["stock"] for one in items}
    targets = [StockTarget(one.sku, one.item_id, one.model_id, one.sku, 7) for one in found[:4]]
    results = store.set_stock([*targets, StockTarget("gone", "X", "", "X", 1)])
    assert [one.key for one in results if one.error is not None] == ["gone"]
    now = {one["sku"]: one["stock"] for one in partners.look("amazon/items")["items"]}
    assert {one.sku: now[one.sku] for one in targets} == {one.sku: 7 for one in targets}


@pytest.mark.parametrize("kind", ["error_before", "error_after", "garbage", "html", "cut_after", "rate_limit"])
def test_a_failing_marketplace_is_told_as_such(partners: Partners, kind: str) -> None:
    partners.fault("amazon", "*", kind)
    with pytest.raises(PartnerError):
        amazon(partners).orders(last_hours(), None)
