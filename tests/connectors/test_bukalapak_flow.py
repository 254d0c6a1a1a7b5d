"""The Bukalapak connector against the simulated one, over real HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from salur.connectors.base.errors import AuthExpired, AuthRejected, RateLimited, Rejected, Retryable, TooLate
from salur.connectors.base.listing import StockTarget
from salur.connectors.base.types import Credentials, OrderStatus, StoreOrder, TimeWindow
from salur.connectors.stores.bukalapak.connector import PLUGIN, BukalapakConnector
from salur.connectors.stores.bukalapak.statuses import ORDER

from .conftest import Partners


def bukalapak(partners: Partners, **changes: str) -> BukalapakConnector:
    built: BukalapakConnector = partners.store(PLUGIN, 20.0, **changes)
    return built


def rows(partners: Partners) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = partners.look("bukalapak/orders")["orders"]
    return found


def row(partners: Partners, external_id: str) -> dict[str, Any]:
    return next(one for one in rows(partners) if str(one["id"]) == external_id)


def new_orders(partners: Partners, count: int = 1, **wish: Any) -> list[str]:
    """The ids of new orders: the calls take those, not the number that the buyer sees."""
    made = set(partners.control("bukalapak/orders", {"count": count, **wish})["numbers"])
    return [str(one["id"]) for one in rows(partners) if one["number"] in made]


def last_days(partners: Partners, days: float = 2) -> TimeWindow:
    now = datetime.fromtimestamp(partners.look("clock")["now"], UTC) + timedelta(seconds=2)
    return TimeWindow(now - timedelta(days=days), now)


def every_order(seller: BukalapakConnector, window: TimeWindow) -> Iterator[StoreOrder]:
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


def test_account_and_password_are_all_that_is_needed(partners: Partners) -> None:
    new_orders(partners)
    known = partners.look("credentials")["bukalapak"]
    form = {key: str(value) for key, value in known["form"].items()}
    tokens = BukalapakConnector(Credentials(form), partners.transport()).grant()
    assert tokens.identity == str(known["shop_id"])
    opened = Credentials({**form, "access_token": tokens.access_token, "shop_id": tokens.identity})
    assert BukalapakConnector(opened, partners.transport()).verify().key == tokens.identity
    with pytest.raises(AuthRejected):
        BukalapakConnector(Credentials({**form, "password": "wrong"}), partners.transport()).grant()
    with pytest.raises(AuthExpired):
        bukalapak(partners, access_token="old").verify()


def test_every_order_of_a_window_is_listed_whole_and_older_ones_are_not(partners: Partners) -> None:
    old = new_orders(partners, 60, updated_seconds_ago=10 * 86400)
    numbers = new_orders(partners, 130)
    seller = bukalapak(partners)
    listed = {order.external_id: order for order in every_order(seller, last_days(partners))}
    assert set(listed) == set(numbers)
    assert set(numbers + old) == {order.external_id for order in every_order(seller, last_days(partners, 20))}
    for number in numbers[:3]:
        assert seller.order_details([number]) == [listed[number]]
        pieces = sum(line["quantity"] for line in row(partners, number)["lines"])
        assert sum(line.quantity for line in listed[number].lines) == pieces


def test_every_state_arrives_and_an_unlisted_one_is_unknown(partners: Partners) -> None:
    seller = bukalapak(partners)
    for word, expected in ORDER.items():
        (number,) = new_orders(partners)
        partners.control(f"bukalapak/orders/{row(partners, number)['number']}/status", {"status": word})
        (found,) = seller.order_details([number])
        assert (found.status, found.raw_status) == (expected, word)
    assert {order.raw_status for order in every_order(seller, last_days(partners))} == set(ORDER)
    (number,) = new_orders(partners)
    partners.control(f"bukalapak/orders/{row(partners, number)['number']}/status", {"status": "lost", "raw": True})
    (found,) = seller.order_details([number])
    assert found.status is OrderStatus.UNKNOWN


@pytest.mark.parametrize("courier", ["JNE", "AnterAja"])
def test_the_number_is_told_once(partners: Partners, courier: str) -> None:
    seller = bukalapak(partners)
    (number,) = new_orders(partners)
    partners.fault("bukalapak", "confirm_shipping", "cut_after")
    with pytest.raises(Retryable):
        seller.confirm(number, "1568772840123", courier)
    result = seller.confirm(number, "1568772840123", courier)
    assert (result.confirmed, result.raw_status) == (True, "delivered")
    (shipment,) = row(partners, number)["shipments"]
    assert (shipment["tracking"], shipment["courier"] or courier) == ("1568772840123", courier)


def test_the_seller_rejects_before_shipping_only(partners: Partners) -> None:
    seller = bukalapak(partners)
    first, second, third = new_orders(partners, 3)
    for reason, _ in seller.capabilities.cancel_reasons:
        (number,) = new_orders(partners)
        assert seller.cancel_order(number, reason).state == "accepted"
    assert seller.cancel_order(first, "out_of_stock").state == "accepted"
    assert seller.order_details([first])[0].status is OrderStatus.CANCELLED
    assert seller.cancel_order(first, "out_of_stock").state == "accepted"
    assert seller.confirm(second, "1", "JNE").confirmed
    with pytest.raises(TooLate):
        seller.cancel_order(second, "out_of_stock")
    partners.control(f"bukalapak/orders/{row(partners, third)['number']}/status", {"status": "pending"})
    outcome = seller.cancel_order(third, "busy")
    assert (outcome.state, bool(outcome.reason)) == ("refused", True)


def test_listings_and_stock(partners: Partners) -> None:
    partners.control("bukalapak/items", {"stock": 40})
    seller = bukalapak(partners)
    found, cursor = [], None
    while True:
        page = seller.listings(cursor)
        found += list(page.items)
        cursor = page.cursor
        if cursor is None:
            break
    assert len(found) > 1
    assert {one.stock for one in found} == {40}
    first = found[0]
    good, bad = seller.set_stock([StockTarget("a", first.item_id, "", first.sku, 7), StockTarget("b", "1", "", "1", 7)])
    assert good.error is None
    assert isinstance(bad.error, Rejected)
    assert next(one for one in seller.listings(None).items if one.item_id == first.item_id).stock == 7
    (number,) = new_orders(partners)
    (order,) = seller.order_details([number])
    assert {line.sku for line in order.lines} <= {one.sku for one in found}


def test_too_many_calls_are_told(partners: Partners) -> None:
    seller = bukalapak(partners)
    partners.fault("bukalapak", "*", "rate_limit", retry_after=3)
    with pytest.raises(RateLimited):
        seller.orders(last_days(partners), None)
