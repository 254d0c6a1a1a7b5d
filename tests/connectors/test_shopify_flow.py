"""The Shopify connector against the simulated shop, over real HTTP: login, orders, shipping, stock, webhooks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest

from salur.connectors.base.errors import AuthExpired, AuthRejected, PartnerError, RateLimited, Rejected, TooLate
from salur.connectors.base.listing import StockTarget, StoreListing
from salur.connectors.base.transport import Effect
from salur.connectors.base.types import Credentials, OrderStatus, ShippedLine, StoreOrder, TimeWindow
from salur.connectors.conformance.listener import Listener
from salur.connectors.stores.shopify import oauth, queries
from salur.connectors.stores.shopify.connector import PLUGIN, ShopifyConnector
from salur.connectors.stores.shopify.statuses import FULFILLMENT, order_status

from .conftest import Partners

Eventually = Callable[[Callable[[], Any]], Any]
SCOPES = list(oauth.SCOPES)


def shopify(partners: Partners, **changes: str) -> ShopifyConnector:
    built: ShopifyConnector = partners.store(PLUGIN, 20.0, **changes)
    return built


def new_orders(partners: Partners, count: int = 1, **wish: Any) -> list[str]:
    """The numbers that Shopify's API knows them by; people know them by names ("#1001")."""
    names = partners.control("shopify/orders", {"count": count, **wish})["numbers"]
    known = {row["number"]: str(row["id"]) for row in partners.look("shopify/orders")["orders"]}
    return [known[name] for name in names]


def last_hours(partners: Partners, hours: float = 2) -> TimeWindow:
    now = datetime.fromtimestamp(partners.look("clock")["now"], UTC) + timedelta(seconds=2)
    return TimeWindow(now - timedelta(hours=hours), now)


def every_order(shop: ShopifyConnector, window: TimeWindow) -> Iterator[StoreOrder]:
    cursor: str | None = None
    for _ in range(100):
        page = shop.orders(window, cursor)
        for head in page.items:
            assert head.order is not None
            yield head.order
        cursor = page.cursor
        if cursor is None:
            return
    raise AssertionError("paging does not end")


def one(shop: ShopifyConnector, number: str) -> StoreOrder:
    (order,) = shop.order_details([number])
    return order


def logged_in(partners: Partners, **typed: str) -> ShopifyConnector:
    known = partners.look("credentials")["shopify"]
    app = Credentials({**known["form"], **typed, "redirect_uri": "http://127.0.0.1/back", "state": "st&ate=1"})
    connector = ShopifyConnector(app, partners.transport())
    address = connector.authorize_url("http://127.0.0.1/back", "st&ate=1")
    login = httpx.post(address, data={"allow": "1"}, follow_redirects=False)
    back = dict(parse_qsl(urlsplit(login.headers["location"]).query))
    assert back.pop("state") == "st&ate=1"
    tokens = connector.exchange(back)
    with pytest.raises(AuthRejected):
        connector.exchange(back)
    held = app.replaced(access_token=tokens.access_token, refresh_token=tokens.refresh_token)
    return ShopifyConnector(held, partners.transport())


def test_the_owner_logs_in_and_the_token_opens_the_shop(partners: Partners) -> None:
    shop = logged_in(partners)
    found = shop.verify()
    assert (found.key, found.currency) == (shop.wire.domain, "THB")


def test_tokens_that_end_are_renewed_and_a_removed_app_is_refused(partners: Partners) -> None:
    shop = logged_in(partners, tokens="expiring")
    partners.control("shopify/tokens", {"expire": "access"})
    with pytest.raises(AuthExpired):
        shop.verify()
    fresh = shop.refresh()
    held = shop.wire.credentials.replaced(access_token=fresh.access_token, refresh_token=fresh.refresh_token)
    again = ShopifyConnector(held, partners.transport())
    assert again.verify().key == shop.wire.domain
    partners.control("shopify/tokens", {"expire": "link"})
    with pytest.raises((AuthRejected, AuthExpired)):
        again.verify()
    with pytest.raises(AuthRejected):
        again.refresh()


def test_every_order_is_found_once_and_whole(partners: Partners) -> None:
    numbers = new_orders(partners, 130, updated_seconds_ago=3000, spread_seconds=2400)
    orders = list(every_order(shopify(partners), last_hours(partners)))
    assert sorted(order.external_id for order in orders) == sorted(numbers)
    assert all(order.lines and order.address.country for order in orders)


def test_orders_that_change_between_pages_are_not_missed(partners: Partners) -> None:
    numbers = new_orders(partners, 70, updated_seconds_ago=3000, spread_seconds=1000)
    shop, window = shopify(partners), last_hours(partners)
    window = TimeWindow(window.since, window.until - timedelta(seconds=60))
    found: set[str] = set()
    cursor, left = None, iter(partners.look("shopify/orders")["orders"])
    while True:
        page = shop.orders(window, cursor)
        found |= {head.external_id for head in page.items}
        names = [next(left)["number"], next(left)["number"]]
        partners.control("shopify/orders/change", {"numbers": names, "note": "call first"})
        cursor = page.cursor
        if cursor is None:
            break
    later = {order.external_id for order in every_order(shop, last_hours(partners))}
    assert found | later == set(numbers)


def test_an_order_of_five_hundred_lines_is_whole(partners: Partners) -> None:
    (number,) = new_orders(partners, items=[{"sku": "MUG-350-WHT"}] * 500)
    assert len({line.key for line in one(shopify(partners), number).lines}) == 500


@pytest.mark.parametrize("word", sorted(FULFILLMENT))
def test_every_fulfilment_word_arrives_as_its_state(partners: Partners, word: str) -> None:
    (number,) = new_orders(partners)
    partners.control(f"shopify/orders/{number}/status", {"status": word, "raw": True})
    got = one(shopify(partners), number)
    expected = order_status("PAID", word, cancelled=False, pays_at_door=False, trusts=False)
    assert (got.status, got.raw_status) == (expected, f"PAID/{word}")


def test_words_that_are_new_are_unknown(partners: Partners) -> None:
    (number,) = new_orders(partners)
    partners.control(f"shopify/orders/{number}/status", {"status": "TELEPORTED", "raw": True})
    assert one(shopify(partners), number).status is OrderStatus.UNKNOWN


def test_a_shipment_is_told_once_for_each_location_and_shown(partners: Partners) -> None:
    items = [{"sku": "MUG-350-WHT", "quantity": 2}, {"sku": "TSHIRT-BAS-M"}]
    (number,) = new_orders(partners, items=items, extra={"split": True})
    shop = shopify(partners)
    for _ in range(2):
        result = shop.confirm(number, "TH0001", "Flash Express")
        assert (result.confirmed, result.tracking) == (True, "TH0001")
    assert shop.confirm(number, "TH0002", "Flash Express").confirmed
    row = next(row for row in partners.look("shopify/orders")["orders"] if str(row["id"]) == number)
    assert sum(shipment["pieces"] for shipment in row["shipments"]) == 3
    assert len(row["shipments"]) == 2
    assert one(shop, number).status is OrderStatus.SHIPPED
    with pytest.raises(TooLate):
        shop.cancel_order(number, "OTHER")


def test_of_an_order_in_two_parcels_each_is_told_with_its_own_pieces(partners: Partners) -> None:
    items = [{"sku": "MUG-350-WHT", "quantity": 2}, {"sku": "TSHIRT-BAS-M"}]
    (number,) = new_orders(partners, items=items, extra={"split": True})
    shop = shopify(partners)
    mugs, shirt = one(shop, number).lines
    for _ in range(2):
        told = shop.confirm(number, "TH0001", "Flash Express", [ShippedLine(mugs.key, mugs.quantity)])
        assert (told.confirmed, told.tracking) == (True, "TH0001")
    assert [line.key for line in one(shop, number).lines] == [shirt.key], "the rest is still to be sent"
    assert shop.confirm(number, "TH0002", "Flash Express", [ShippedLine(shirt.key, 1)]).confirmed
    row = next(row for row in partners.look("shopify/orders")["orders"] if str(row["id"]) == number)
    assert [(one["tracking"], one["pieces"]) for one in row["shipments"]] == [("TH0001", 2), ("TH0002", 1)]
    assert one(shop, number).status is OrderStatus.SHIPPED


def test_lines_that_only_a_file_knew_mean_all_that_is_left(partners: Partners) -> None:
    (number,) = new_orders(partners)
    assert shopify(partners).confirm(number, "TH0001", "", [ShippedLine("row-7", 1)]).confirmed


def test_a_number_alone_waits_for_the_merchants_own_fulfilment(partners: Partners) -> None:
    (number,) = new_orders(partners)
    shop = shopify(partners)
    waiting = shop.track(number, "TH0001", "Flash Express")
    assert (waiting.confirmed, one(shop, number).status) == (False, OrderStatus.PAID)
    assert shop.confirm(number, "", "").confirmed, "shipped without a number"
    assert shop.track(number, "TH0001", "Flash Express").confirmed
    row = next(row for row in partners.look("shopify/orders")["orders"] if str(row["id"]) == number)
    assert [one["tracking"] for one in row["shipments"]] == ["TH0001"]


def test_a_held_order_is_not_shipped(partners: Partners) -> None:
    (number,) = new_orders(partners)
    partners.control(f"shopify/orders/{number}/status", {"fulfillment_order": "ON_HOLD"})
    result = shopify(partners).confirm(number, "TH0001", "")
    assert not result.confirmed
    assert "ON_HOLD" in result.detail


def test_a_lost_answer_to_a_shipment_is_made_good_by_trying_again(partners: Partners) -> None:
    (number,) = new_orders(partners)
    shop = shopify(partners)
    partners.fault("shopify", "fulfillmentCreate", "cut_after")
    with pytest.raises(PartnerError):
        shop.confirm(number, "TH0001", "")
    assert shop.confirm(number, "TH0001", "").confirmed


def test_a_cancellation_is_pending_until_the_shop_shows_it(partners: Partners, eventually: Eventually) -> None:
    (number,) = new_orders(partners)
    shop = shopify(partners)
    assert shop.cancel_order(number, "INVENTORY").state == "pending"
    eventually(lambda: one(shop, number).status is OrderStatus.CANCELLED)
    assert one(shop, number).cancel_reason == "INVENTORY"
    assert shop.cancel_order(number, "INVENTORY").state == "accepted"
    with pytest.raises(Rejected):
        shop.cancel_order("999999999", "OTHER")


@pytest.mark.parametrize("version", ["2026-10", "2026-01"])
def test_listings_come_with_their_stock_and_take_another(partners: Partners, version: str) -> None:
    partners.control("shopify/items", {"stock": 12})
    rows = partners.look("shopify/stock")["stock"]
    plain = shopify(partners, api_version=version)
    found: list[StoreListing] = []
    cursor: str | None = None
    while True:
        page = plain.listings(cursor)
        found += page.items
        cursor = page.cursor
        if cursor is None:
            break
    assert {listing.sku for listing in found} == {row["sku"] for row in rows}
    targets = [StockTarget(one.sku, one.item_id, one.model_id, one.sku, 7) for one in found[:5]]
    first = location(plain)
    shop = shopify(partners, api_version=version, location_id=first["id"].rpartition("/")[2])
    results = shop.set_stock([*targets, StockTarget("gone", "1", "1", "X", 1)])
    assert [result.key for result in results if result.error is not None] == ["gone"]
    now = {(row["sku"], row["location"]): row["units"] for row in partners.look("shopify/stock")["stock"]}
    assert {target.sku: now[target.sku, first["name"]] for target in targets} == {t.sku: 7 for t in targets}


def location(shop: ShopifyConnector) -> Any:
    """The first of the shop's locations."""
    places: Any = shop.wire.ask("locations", queries.LOCATIONS, {}, Effect.READ)["locations"]
    return places["nodes"][0]


@pytest.mark.parametrize("status", [200, 429])
def test_a_throttled_call_waits_as_long_as_the_figures_say(partners: Partners, status: int) -> None:
    new_orders(partners, 60)
    shop, window = shopify(partners), last_hours(partners)
    knobs = {"points_per_second": 20, "bucket_points": 1000, "throttled_status": status}
    partners.control("settings", {"shopify": knobs})
    try:
        with pytest.raises(RateLimited) as limited:
            for _ in range(30):
                list(every_order(shop, window))
        assert limited.value.code == "THROTTLED"
        assert 1 < limited.value.retry_after <= 50  # at most a whole bucket at 20 points a second
    finally:
        partners.control("settings", {"shopify": {"points_per_second": 0, "throttled_status": 200}})
    assert shop.orders(window, None).items


def test_a_right_that_was_not_given_refuses_its_calls_only(partners: Partners) -> None:
    fewer = [scope for scope in SCOPES if scope not in ("write_orders", "read_orders")]
    tokens = partners.control("shopify/tokens", {"scopes": fewer})
    shop = shopify(partners, access_token=tokens["access_token"])
    with pytest.raises(Rejected):
        shop.orders(last_hours(partners), None)
    with pytest.raises(AuthRejected, match="write_orders"):
        shop.verify()
    partners.control("shopify/tokens", {"scopes": SCOPES})


def test_webhooks_are_subscribed_to_once_signed_and_read(partners: Partners, eventually: Eventually) -> None:
    shop = shopify(partners)
    with Listener() as hub:
        shop.subscribe(hub.url)
        shop.subscribe(hub.url)
        held = partners.look("shopify/subscriptions")["subscriptions"]
        assert len(held) == len({row["topic"] for row in held}) == 4
        (number,) = new_orders(partners)
        message = eventually(lambda: next((one for one in hub.messages if number.encode() in one.body), None))
        (event,) = shop.parse_callback(message)
        assert (event.kind, event.subject) == ("order", number)
        with pytest.raises(AuthRejected):
            shopify(partners, client_secret="other").parse_callback(message)


@pytest.mark.parametrize("kind", ["error_before", "error_after", "garbage", "cut_after"])
def test_a_failing_shop_is_told_as_such(partners: Partners, kind: str) -> None:
    partners.fault("shopify", "*", kind)
    with pytest.raises(PartnerError):
        shopify(partners).orders(last_hours(partners), None)
