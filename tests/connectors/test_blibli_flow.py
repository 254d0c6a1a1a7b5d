"""The Blibli connector against the simulated one, over real HTTP, with every call signed."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from salur.connectors.base.capabilities import StoreCapabilities
from salur.connectors.base.errors import AlreadyExists, AuthRejected, RateLimited, Rejected, Retryable, TooLate
from salur.connectors.base.listing import StockTarget
from salur.connectors.base.types import OrderStatus, ShippingOption, TimeWindow
from salur.connectors.stores.blibli.connector import PLUGIN, BlibliConnector
from salur.connectors.stores.blibli.statuses import ITEM

from .conftest import Partners

Eventually = Callable[[Callable[[], Any]], Any]
PICKUP = ShippingOption("pickup")
FETCHED, OWN = "Blibli Express Service", "SiCepat"


def blibli(partners: Partners, **changes: str) -> BlibliConnector:
    built: BlibliConnector = partners.store(PLUGIN, 20.0, **changes)
    return built


def new_orders(partners: Partners, count: int = 1, **wish: Any) -> list[str]:
    made: list[str] = partners.control("blibli/orders", {"count": count, **wish})["ids"]
    return made


def row(partners: Partners, number: str) -> dict[str, Any]:
    return next(one for one in partners.look("blibli/orders")["orders"] if one["number"] == number)


def last_days(partners: Partners, days: float = 2) -> TimeWindow:
    now = datetime.fromtimestamp(partners.look("clock")["now"], UTC) + timedelta(seconds=2)
    return TimeWindow(now - timedelta(days=days), now)


def named(store: BlibliConnector, window: TimeWindow) -> set[str]:
    found: set[str] = set()
    cursor: str | None = None
    for _ in range(100):
        page = store.orders(window, cursor)
        found |= {head.external_id for head in page.items}
        cursor = page.cursor
        if cursor is None:
            return found
    raise AssertionError("paging does not end")


def test_the_keys_open_the_store_and_wrong_ones_do_not(partners: Partners) -> None:
    store = blibli(partners)
    assert store.verify().key == partners.look("credentials")["blibli"]["shop_id"]
    for name in ("client_key", "seller_key", "signature_key"):
        with pytest.raises(AuthRejected):
            blibli(partners, **{name: "wrong"}).verify()
    with pytest.raises(AuthRejected):
        blibli(partners, signature_key="").verify()


def test_every_order_is_found_beyond_what_one_filter_shows(partners: Partners) -> None:
    old = new_orders(partners, 5, updated_seconds_ago=10 * 86400)
    numbers = new_orders(partners, 160, spread_seconds=7200)
    store = blibli(partners)
    assert named(store, last_days(partners)) == set(numbers)
    assert set(old) <= named(store, last_days(partners, 20))
    orders = {order.external_id: order for order in store.order_details(numbers[:30])}
    assert set(orders) == set(numbers[:30])
    for number in numbers[:3]:
        wanted = sorted((line["sku"], line["quantity"]) for line in row(partners, number)["lines"])
        assert sorted((line.sku, line.quantity) for line in orders[number].lines) == wanted
        assert orders[number].address.lines
    assert store.order_details(["1"]) == []


def test_every_status_arrives_and_an_unlisted_one_is_unknown(partners: Partners) -> None:
    store = blibli(partners)
    for code, expected in ITEM.items():
        (number,) = new_orders(partners)
        partners.control(f"blibli/orders/{number}/status", {"status": code})
        (found,) = store.order_details([number])
        assert (found.status, found.raw_status) == (expected, code)
    (number,) = new_orders(partners)
    partners.control(f"blibli/orders/{number}/status", {"status": "QQ", "raw": True})
    (found,) = store.order_details([number])
    assert found.status is OrderStatus.UNKNOWN


def test_an_order_from_paid_to_its_label(partners: Partners, eventually: Eventually) -> None:
    store = blibli(partners)
    (number,) = new_orders(partners, courier=FETCHED)
    (before,) = store.order_details([number])
    assert before.status is OrderStatus.PAID
    assert store.label(number, "", "").pending
    assert list(store.shipping_options(number)) == [PICKUP]
    store.arrange(number, PICKUP)
    with pytest.raises(AlreadyExists):
        store.arrange(number, PICKUP)
    got = eventually(lambda: (known := store.awb(number)).number and known)
    assert (row(partners, number)["tracking"], got.courier) == (got.number, FETCHED)
    document = eventually(lambda: store.label(number, got.package, got.number).document)
    assert document.content.startswith(b"%PDF")
    (after,) = store.order_details([number])
    assert (after.status, after.awb, after.package) == (OrderStatus.READY, got.number, got.package)
    assert after.version > before.version
    assert store.confirm(number, got.number, "").confirmed
    assert not store.confirm(number, "ANOTHER", "").confirmed
    assert row(partners, number)["times_arranged"] == 1


@pytest.mark.parametrize("operation", ["order.package", "order.fulfil"])
def test_a_lost_answer_packs_once(partners: Partners, operation: str) -> None:
    store = blibli(partners)
    (number,) = new_orders(partners, courier=FETCHED)
    partners.fault("blibli", operation, "cut_after")
    with pytest.raises(Retryable):
        store.arrange(number, PICKUP)
    with contextlib.suppress(AlreadyExists):
        store.arrange(number, PICKUP)
    known = row(partners, number)
    assert (known["times_arranged"], set(known["items"].values())) == (1, {"PU"})


def test_a_dropship_order_is_handed_in_with_the_sellers_number(partners: Partners) -> None:
    store = blibli(partners)
    (number,) = new_orders(partners, courier=OWN)
    assert list(store.shipping_options(number)) == [ShippingOption("own_awb", {"tracking_number": ""})]
    assert store.confirm(number, "JNE0012345678", "JNE").confirmed
    assert store.confirm(number, "JNE0099999999", "JNE").confirmed
    assert store.awb(number).number == "JNE0099999999"


def test_the_seller_cancels_before_packing(partners: Partners) -> None:
    store = blibli(partners)
    can = PLUGIN.capabilities
    assert isinstance(can, StoreCapabilities)
    for reason, _ in can.cancel_reasons:
        (number,) = new_orders(partners, courier=FETCHED)
        assert store.cancel_order(number, reason).state == "accepted"
        assert store.order_details([number])[0].status is OrderStatus.CANCELLED
        assert store.cancel_order(number, reason).state == "accepted"
    (number,) = new_orders(partners, courier=FETCHED)
    store.arrange(number, PICKUP)
    with pytest.raises(TooLate):
        store.cancel_order(number, "buyer_asked")
    with pytest.raises(Rejected):
        store.cancel_order("1", "buyer_asked")


def test_listings_and_stock_at_pickup_points(partners: Partners) -> None:
    partners.control("blibli/items", {"stock": 40})
    store = blibli(partners)
    found, cursor = [], None
    while True:
        page = store.listings(cursor)
        found += list(page.items)
        cursor = page.cursor
        if cursor is None:
            break
    known = {item["sku"] for item in partners.look("blibli/items")["items"]}
    assert {one.sku for one in found} == known
    assert {one.stock for one in found} == {40}
    first = found[0]
    target = StockTarget("a", first.item_id, first.model_id, first.sku, 7)
    good, bad = store.set_stock([target, StockTarget("b", "X", "NOSUCH-1", "X", 7)])
    assert good.error is None
    assert isinstance(bad.error, Rejected)
    stocks = {item["sku"]: item["stock"] for item in partners.look("blibli/items")["items"]}
    assert stocks[first.sku] == 7
    partners.control("blibli/pickup-points", {"code": "PP-9", "units": 3})
    (refused,) = store.set_stock([target])
    assert isinstance(refused.error, Rejected)
    point = partners.look("credentials")["blibli"]["pickup_points"][0]
    (chosen,) = blibli(partners, pickup_point=point).set_stock([target])
    assert chosen.error is None


def test_the_partners_own_limits_put_a_call_off(partners: Partners) -> None:
    partners.control("settings", {"blibli": {"quotas": True}})
    store = blibli(partners)
    (number,) = new_orders(partners)
    with pytest.raises(RateLimited) as limit:
        for _ in range(10):
            store.order_details([number])
    assert limit.value.retry_after > 1
