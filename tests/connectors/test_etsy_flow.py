"""The Etsy connector against the simulated shops, over real HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest

from salur.connectors.base.errors import (
    AuthExpired,
    AuthRejected,
    PartnerError,
    RateLimited,
    Rejected,
    UnknownOutcome,
)
from salur.connectors.base.listing import StockTarget, StoreListing
from salur.connectors.base.types import Credentials, OrderStatus, StoreOrder, TimeWindow
from salur.connectors.conformance.listener import Listener
from salur.connectors.stores.etsy.connector import PLUGIN, EtsyConnector

from .conftest import Partners

Eventually = Callable[[Callable[[], Any]], Any]
USPS = ("9400100000000000000001", "9400100000000000000002")


def etsy(partners: Partners, **changes: str) -> EtsyConnector:
    built: EtsyConnector = partners.store(PLUGIN, 20.0, **changes)
    return built


def new_orders(partners: Partners, count: int = 1, **wish: Any) -> list[str]:
    numbers: list[str] = partners.control("etsy/orders", {"count": count, **wish})["numbers"]
    return numbers


def row(partners: Partners, number: str) -> dict[str, Any]:
    rows = partners.look("etsy/orders")["orders"]
    return next(one for one in rows if one["number"] == number)


def last_hours(hours: float = 2) -> TimeWindow:
    now = datetime.now(UTC) + timedelta(seconds=2)
    return TimeWindow(now - timedelta(hours=hours), now)


def every_order(shop: EtsyConnector, window: TimeWindow) -> Iterator[StoreOrder]:
    cursor: str | None = None
    for _ in range(50):
        page = shop.orders(window, cursor)
        for head in page.items:
            assert head.order is not None
            yield head.order
        cursor = page.cursor
        if cursor is None:
            return
    raise AssertionError("paging does not end")


def test_the_seller_logs_in_with_pkce_and_a_refresh_token_works_once(partners: Partners) -> None:
    known = partners.look("credentials")["etsy"]
    typed = Credentials(
        {**known["form"], **known["settings"], "redirect_uri": "http://127.0.0.1/back", "code_verifier": "v" * 64}
    )
    connector = EtsyConnector(typed, partners.transport())
    answer = httpx.post(connector.authorize_url("http://127.0.0.1/back", "st&ate=1"), data={"answer": "yes"})
    query = dict(parse_qsl(urlsplit(answer.headers["location"]).query))
    assert query.pop("state") == "st&ate=1"
    with pytest.raises(AuthRejected):
        EtsyConnector(typed.replaced(code_verifier="w" * 64), partners.transport()).exchange(query)

    answer = httpx.post(connector.authorize_url("http://127.0.0.1/back", "s"), data={"answer": "yes"})
    tokens = connector.exchange(dict(parse_qsl(urlsplit(answer.headers["location"]).query)))
    assert tokens.identity == known["shop_id"]
    held = typed.replaced(access_token=tokens.access_token, refresh_token=tokens.refresh_token, shop_id=tokens.identity)
    shop = EtsyConnector(held, partners.transport())
    assert shop.verify().key == known["shop_id"]
    assert shop.refresh().refresh_token != tokens.refresh_token
    with pytest.raises(AuthRejected):
        shop.refresh()


def test_refusing_at_the_login_is_told_as_such(partners: Partners) -> None:
    known = partners.look("credentials")["etsy"]
    typed = Credentials({**known["form"], **known["settings"], "code_verifier": "v" * 64})
    connector = EtsyConnector(typed, partners.transport())
    answer = httpx.post(connector.authorize_url("http://127.0.0.1/back", "s"), data={"answer": "no"})
    with pytest.raises(Rejected) as refused:
        connector.exchange(dict(parse_qsl(urlsplit(answer.headers["location"]).query)))
    assert refused.value.code == "access_denied"


@pytest.mark.parametrize("strict", [True, False])
def test_both_rules_of_the_key_are_met(partners: Partners, strict: bool) -> None:
    partners.control("settings", {"etsy": {"require_shared_secret": strict}})
    assert etsy(partners).verify().key
    alone = etsy(partners, shared_secret="")
    if strict:
        with pytest.raises(AuthRejected):
            alone.verify()
    else:
        assert alone.verify().key
    with pytest.raises(AuthRejected):
        etsy(partners, keystring="nosuch").verify()
    partners.control("etsy/tokens", {"expire": "access"})
    with pytest.raises(AuthExpired):
        etsy(partners, access_token="912345678.old").verify()


def test_every_receipt_is_found_while_others_change(partners: Partners) -> None:
    numbers = new_orders(partners, 350, updated_seconds_ago=600)
    shop, window = etsy(partners), last_hours()
    window = TimeWindow(window.since, window.until - timedelta(seconds=60))
    found: set[str] = set()
    cursor: str | None = None
    changing = iter(numbers)
    for _ in range(50):
        page = shop.orders(window, cursor)
        found |= {head.external_id for head in page.items}
        partners.control("etsy/orders/change", {"numbers": [next(changing) for _ in range(5)], "note": "call first"})
        cursor = page.cursor
        if cursor is None:
            break
    found |= {one.external_id for one in every_order(shop, TimeWindow(window.until, last_hours().until))}
    assert found == set(numbers)


def test_orders_are_whole_and_files_need_nothing(partners: Partners) -> None:
    (number,) = new_orders(
        partners, items=[{"sku": "A", "quantity": 2}, {"sku": "B", "quantity": 1}], note="Ring twice"
    )
    shop = etsy(partners)
    (order,) = every_order(shop, last_hours())
    assert order == shop.order_details([number])[0]
    assert (order.status, order.note) == (OrderStatus.PAID, "Ring twice")
    assert [(line.sku, line.quantity) for line in order.lines] == [("A", 2), ("B", 1)]
    (files,) = new_orders(partners, extra={"digital": True})
    assert shop.order_details([files])[0].status is OrderStatus.COMPLETED
    assert shop.order_details(["1"]) == []


def test_every_status_arrives_and_an_unlisted_word_is_unknown(partners: Partners) -> None:
    shop = etsy(partners)
    words = {
        "open": OrderStatus.UNPAID,
        "payment processing": OrderStatus.UNPAID,
        "paid": OrderStatus.PAID,
        "completed": OrderStatus.SHIPPED,
        "canceled": OrderStatus.CANCELLED,
        "fully refunded": OrderStatus.CANCELLED,
        "partially refunded": OrderStatus.PAID,
    }
    for word, expected in words.items():
        (number,) = new_orders(partners, status=word)
        assert shop.order_details([number])[0].status is expected, word
    (number,) = new_orders(partners)
    partners.control(f"etsy/orders/{number}/status", {"status": "on the moon", "raw": True})
    assert shop.order_details([number])[0].status is OrderStatus.UNKNOWN


def test_a_parcel_is_shown_and_the_buyer_is_told_once(partners: Partners) -> None:
    (number,) = new_orders(partners)
    shop = etsy(partners)
    for _ in range(2):
        assert shop.confirm(number, USPS[0], "USPS Ground Advantage").confirmed
    assert len(row(partners, number)["shipments"]) == 1
    assert shop.confirm(number, USPS[1], "Example Parcel").confirmed
    assert [one["tracking"] for one in row(partners, number)["shipments"]] == list(USPS)
    assert shop.order_details([number])[0].status is OrderStatus.SHIPPED


def test_a_lost_answer_to_a_parcel_is_looked_up(partners: Partners) -> None:
    (number,) = new_orders(partners)
    shop = etsy(partners)
    partners.fault("etsy", "createReceiptShipment", "cut_after")
    with pytest.raises(UnknownOutcome):
        shop.confirm(number, USPS[0], "USPS")
    assert shop.confirm(number, USPS[0], "USPS").confirmed
    assert len(row(partners, number)["shipments"]) == 1


def test_listings_come_with_their_stock_and_take_another(partners: Partners) -> None:
    partners.control("etsy/items", {"stock": 12})
    shop = etsy(partners)
    found = all_listings(shop)
    items = {one["sku"]: one for one in partners.look("etsy/items")["items"]}
    assert {one.sku: one.stock for one in found} == {sku: one["stock"] for sku, one in items.items()}
    targets = [StockTarget(one.sku, one.item_id, one.model_id, one.sku, 7) for one in found[:4]]
    results = shop.set_stock([*targets, StockTarget("gone", "999999", "1", "X", 1)])
    assert [one.key for one in results if one.error is not None] == ["gone"]
    now = {one["sku"]: one["stock"] for one in partners.look("etsy/items")["items"]}
    assert now == {sku: 7 if sku in {t.sku for t in targets} else one["stock"] for sku, one in items.items()}


def all_listings(shop: EtsyConnector) -> list[StoreListing]:
    found: list[StoreListing] = []
    cursor: str | None = None
    for _ in range(20):
        page = shop.listings(cursor)
        found += page.items
        cursor = page.cursor
        if cursor is None:
            return found
    raise AssertionError("paging does not end")


def test_a_listing_with_nothing_left_goes_off_sale_and_comes_back(partners: Partners) -> None:
    partners.control("etsy/items", {"skus": ["SKU-A"], "stock": 5})
    shop = etsy(partners)
    for quantity in (0, 0, 9):
        (one,) = all_listings(shop)
        (result,) = shop.set_stock([StockTarget("k", one.item_id, one.model_id, one.sku, quantity)])
        assert result.error is None
        assert [one.stock for one in all_listings(shop)] == [quantity]


def test_webhooks_are_verified_and_a_repeat_is_the_same_delivery(partners: Partners, eventually: Eventually) -> None:
    shop = etsy(partners)
    with Listener() as hub:
        partners.control("settings", {"etsy": {"webhook_times": 2}})
        partners.control("etsy/callback", {"url": hub.url})
        (number,) = new_orders(partners, step="unpaid")
        partners.control(f"etsy/orders/{number}/status", {"step": "paid"})
        eventually(lambda: len(hub.messages) >= 2)
        events = [shop.parse_callback(message)[0] for message in hub.messages]
        assert {(event.kind, event.subject) for event in events} == {("order", number)}
        assert len({event.delivery_id for event in events}) == 1
        with pytest.raises(AuthRejected):
            etsy(partners, webhook_secret="whsec_b3RoZXI=").parse_callback(hub.messages[0])


def test_the_days_calls_spent_ask_for_a_long_wait(partners: Partners) -> None:
    partners.control("settings", {"etsy": {"key_limits": True, "per_second": 2}})
    shop = etsy(partners)
    with pytest.raises(RateLimited) as limited:
        for _ in range(10):
            shop.orders(last_hours(), None)
    assert 0 < limited.value.retry_after <= 10


@pytest.mark.parametrize("kind", ["error_before", "error_after", "garbage", "html", "cut_after", "rate_limit"])
def test_a_failing_shop_is_told_as_such(partners: Partners, kind: str) -> None:
    partners.fault("etsy", "*", kind)
    with pytest.raises(PartnerError):
        etsy(partners).orders(last_hours(), None)
