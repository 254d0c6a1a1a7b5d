"""The WooCommerce connector against the simulated site, over real HTTP: keys, paging, shipping, stock, webhooks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from salur.connectors.base.errors import AuthRejected, PartnerError, RateLimited, Rejected, Retryable, TooLate
from salur.connectors.base.listing import StockTarget, StoreListing
from salur.connectors.base.types import OrderStatus, StoreOrder, TimeWindow
from salur.connectors.conformance.listener import Listener
from salur.connectors.stores.woocommerce.connector import PLUGIN, WooCommerceConnector
from salur.connectors.stores.woocommerce.statuses import DRAFT, ORDER, TRASH

from .conftest import Partners

Eventually = Callable[[Callable[[], Any]], Any]


def woo(partners: Partners, **changes: str) -> WooCommerceConnector:
    built: WooCommerceConnector = partners.store(PLUGIN, 20.0, **changes)
    return built


def new_orders(partners: Partners, count: int = 1, **wish: Any) -> list[str]:
    numbers: list[str] = partners.control("woocommerce/orders", {"count": count, **wish})["numbers"]
    return numbers


def last_hours(partners: Partners, hours: float = 2) -> TimeWindow:
    now = datetime.fromtimestamp(partners.look("clock")["now"], UTC) + timedelta(seconds=2)
    return TimeWindow(now - timedelta(hours=hours), now)


def every_order(site: WooCommerceConnector, window: TimeWindow) -> Iterator[StoreOrder]:
    cursor: str | None = None
    for _ in range(100):
        page = site.orders(window, cursor)
        for head in page.items:
            assert head.order is not None
            yield head.order
        cursor = page.cursor
        if cursor is None:
            return
    raise AssertionError("paging does not end")


def row(partners: Partners, number: str) -> dict[str, Any]:
    rows = partners.look("woocommerce/orders")["orders"]
    return next(one for one in rows if one["number"] == number)


def test_both_ways_of_the_keys_open_the_site_and_wrong_ones_do_not(partners: Partners) -> None:
    signed = woo(partners).verify()
    assert (signed.country, signed.currency) == ("TH", "THB")
    with pytest.raises(AuthRejected):
        woo(partners, consumer_secret="cs_wrong").verify()
    with pytest.raises(AuthRejected):
        woo(partners, consumer_key="ck_wrong").verify()


def test_a_wrong_clock_and_a_refused_rate_pause_nothing(partners: Partners) -> None:
    site = woo(partners)
    late = WooCommerceConnector(site.wire.credentials, site.wire.transport, clock=lambda: 1_000_000_000.0)
    with pytest.raises(Retryable):
        late.verify()
    partners.fault("woocommerce", "*", "rate_limit")
    with pytest.raises(RateLimited):
        site.verify()


def test_a_key_that_may_only_read_reads(partners: Partners) -> None:
    (number,) = new_orders(partners)
    weak = partners.control("woocommerce/keys", {"permissions": "read"})
    site = woo(partners, consumer_key=weak["consumer_key"], consumer_secret=weak["consumer_secret"])
    assert [one.external_id for one in every_order(site, last_hours(partners))] == [number]
    with pytest.raises(Rejected):
        site.confirm(number, "TH1", "Flash Express")


def test_every_order_is_found_while_others_change(partners: Partners) -> None:
    numbers = new_orders(partners, 330, updated_seconds_ago=600)
    site, window = woo(partners), last_hours(partners)
    window = TimeWindow(window.since, window.until - timedelta(seconds=60))
    found: set[str] = set()
    cursor: str | None = None
    left = iter(numbers[:40])
    while True:
        page = site.orders(window, cursor)
        found |= {head.external_id for head in page.items}
        partners.control("woocommerce/orders/change", {"numbers": [next(left), next(left)], "note": "call first"})
        cursor = page.cursor
        if cursor is None:
            break
    assert found == set(numbers)


def test_every_status_arrives_and_a_plugins_word_is_unknown(partners: Partners) -> None:
    site = woo(partners)
    for word, expected in ORDER.items():
        (number,) = new_orders(partners)
        partners.control(f"woocommerce/orders/{number}/status", {"status": word})
        found = site.order_details([number])
        assert [one.status for one in found] == ([] if word == DRAFT else [expected])
    listed = {one.raw_status for one in every_order(site, last_hours(partners))}
    assert listed == set(ORDER) - {DRAFT, TRASH}
    (number,) = new_orders(partners)
    partners.control(f"woocommerce/orders/{number}/status", {"status": "awaiting-parcel", "raw": True})
    (odd,) = site.order_details([number])
    assert (odd.status, odd.raw_status) == (OrderStatus.UNKNOWN, "awaiting-parcel")


def test_a_parcels_number_is_written_once_and_shown(partners: Partners) -> None:
    (number,) = new_orders(partners)
    site = woo(partners, tracking_as="note")
    for _ in range(2):
        assert site.confirm(number, "TH0001", "Flash Express").confirmed
    assert site.confirm(number, "TH0002", "Flash Express").confirmed
    shown = row(partners, number)
    assert {one["key"]: one["value"] for one in shown["meta_data"]}["_tracking_number"] == "TH0001, TH0002"
    assert [one["note"] for one in shown["notes"] if one["customer_note"]] == [
        "Flash Express TH0001",
        "Flash Express TH0002",
    ]
    (order,) = site.order_details([number])
    assert order.status is OrderStatus.SHIPPED
    with pytest.raises(TooLate):
        site.cancel_order(number, "other")


def test_the_extension_takes_the_number_where_it_is_installed(partners: Partners) -> None:
    (number,) = new_orders(partners)
    site = woo(partners, tracking_as="extension")
    with pytest.raises(Rejected) as missing:
        site.confirm(number, "TH0001", "Flash Express")
    assert missing.value.field == "tracking_as"
    partners.control("settings", {"woocommerce": {"shipment_tracking": True}})
    try:
        assert site.confirm(number, "TH0001", "Flash Express").confirmed
    finally:
        partners.control("settings", {"woocommerce": {"shipment_tracking": False}})


def test_a_lost_answer_to_a_shipment_is_made_good_by_trying_again(partners: Partners) -> None:
    (number,) = new_orders(partners)
    site = woo(partners)
    partners.fault("woocommerce", "orders.update", "cut_after")
    with pytest.raises(Retryable):
        site.confirm(number, "TH0001", "")
    assert site.confirm(number, "TH0001", "").confirmed


def test_an_order_is_cancelled(partners: Partners) -> None:
    (number,) = new_orders(partners)
    site = woo(partners)
    assert site.cancel_order(number, "out_of_stock").state == "accepted"
    (order,) = site.order_details([number])
    assert (order.status, order.cancel_reason) == (OrderStatus.CANCELLED, "out_of_stock")


def test_listings_come_with_their_stock_and_take_another(partners: Partners) -> None:
    partners.control("woocommerce/items", {"stock": 12})
    site = woo(partners)
    found: list[StoreListing] = []
    cursor: str | None = None
    while True:
        page = site.listings(cursor)
        found += page.items
        cursor = page.cursor
        if cursor is None:
            break
    items = partners.look("woocommerce/items")["items"]
    assert {one.sku for one in found} == {one["sku"] for one in items}
    targets = [StockTarget(one.sku, one.item_id, one.model_id, one.sku, 7) for one in found[:5]]
    results = site.set_stock([*targets, StockTarget("gone", "999999", "", "X", 1)])
    assert [one.key for one in results if one.error is not None] == ["gone"]
    now = {one["sku"]: one["stock"] for one in partners.look("woocommerce/items")["items"]}
    assert {one.sku: now[one.sku] for one in targets} == {one.sku: 7 for one in targets}


def test_webhooks_are_made_pinged_signed_and_made_once(partners: Partners, eventually: Eventually) -> None:
    site = woo(partners)
    with Listener() as hub:
        site.subscribe(hub.url)
        eventually(lambda: len(hub.messages) >= 3)
        assert [event.kind for ping in hub.messages for event in site.parse_callback(ping)] == ["test"] * 3
        site.subscribe(hub.url)
        hooks = partners.look("woocommerce/webhooks")["webhooks"]
        assert sorted(one["topic"] for one in hooks) == ["order.created", "order.deleted", "order.updated"]

        (number,) = new_orders(partners)
        message = eventually(lambda: next((one for one in hub.messages if number.encode() in one.body), None))
        (event,) = site.parse_callback(message)
        assert (event.kind, event.subject) == ("order", number)
        stranger = woo(partners, consumer_secret="cs_other")
        with pytest.raises(AuthRejected):
            stranger.parse_callback(message)


@pytest.mark.parametrize("kind", ["error_before", "error_after", "garbage", "cut_after"])
def test_a_failing_site_is_told_as_such(partners: Partners, kind: str) -> None:
    partners.fault("woocommerce", "*", kind)
    with pytest.raises(PartnerError):
        woo(partners).orders(last_hours(partners), None)
