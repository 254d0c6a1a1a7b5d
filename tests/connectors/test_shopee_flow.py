"""The Shopee connector against the simulated partner, over real HTTP."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest

from salur.connectors.base.errors import AlreadyExists, AuthExpired, AuthRejected, PartnerError, Rejected
from salur.connectors.base.listing import StockTarget, StoreListing
from salur.connectors.base.types import Credentials, OrderStatus, ShippingOption, TimeWindow
from salur.connectors.stores.shopee.connector import ShopeeConnector

from .conftest import Partners

Eventually = Callable[[Callable[[], Any]], Any]


def new_orders(partners: Partners, count: int = 1, **wish: Any) -> list[str]:
    numbers: list[str] = partners.control("shopee/orders", {"count": count, **wish})["order_sns"]
    return numbers


def last_hours(partners: Partners, hours: float = 2) -> TimeWindow:
    now = datetime.fromtimestamp(partners.look("clock")["now"], UTC) + timedelta(seconds=2)
    return TimeWindow(now - timedelta(hours=hours), now)


def all_heads(shop: ShopeeConnector, window: TimeWindow) -> list[str]:
    found: list[str] = []
    cursor: str | None = None
    for _ in range(50):
        page = shop.orders(window, cursor)
        found.extend(head.external_id for head in page.items)
        cursor = page.cursor
        if cursor is None:
            return found
    raise AssertionError("paging does not end")


def arranged(partners: Partners, shop: ShopeeConnector, eventually: Eventually, **wish: Any) -> tuple[str, str]:
    (number,) = new_orders(partners, **wish)
    shop.arrange(number, shop.shipping_options(number)[0])
    awb = eventually(lambda: shop.awb(number).number)
    return number, awb


def test_the_seller_logs_in_and_the_tokens_open_the_shop(partners: Partners) -> None:
    known = partners.look("credentials")["shopee"]
    app = Credentials({key: str(known[key]) for key in ("base_url", "partner_id", "partner_key")})
    connector = ShopeeConnector(app, partners.transport())

    address = connector.authorize_url("http://127.0.0.1/back?merchant=1", "st&ate=1")
    login = httpx.post(address, data={"shop_id": str(known["shop_id"])}, follow_redirects=False)
    back = dict(parse_qsl(urlsplit(login.headers["location"]).query))
    tokens = connector.exchange(back)

    assert back["state"] == "st&ate=1"
    assert back["merchant"] == "1"
    assert tokens.identity == str(known["shop_id"])
    mine = app.replaced(shop_id=tokens.identity, access_token=tokens.access_token, refresh_token=tokens.refresh_token)
    shop = ShopeeConnector(mine, partners.transport()).verify()
    assert (shop.key, shop.country, shop.currency) == (str(known["shop_id"]), "TH", "THB")
    with pytest.raises(AuthRejected):
        connector.exchange(back)


def test_a_refresh_gives_new_tokens_and_uses_the_old_one_up(partners: Partners) -> None:
    shop = partners.shopee()
    fresh = shop.refresh()

    renewed = shop.wire.credentials.replaced(access_token=fresh.access_token, refresh_token=fresh.refresh_token)
    assert ShopeeConnector(renewed, partners.transport()).verify().key == shop.wire.credentials["shop_id"]
    assert fresh.access_expires_at > datetime.now(UTC) + timedelta(hours=3)
    with pytest.raises(AuthRejected):
        shop.refresh()


def test_an_expired_token_is_told_apart_from_a_refused_one(partners: Partners) -> None:
    shop = partners.shopee()
    partners.control("shopee/tokens", {"shop_id": int(shop.wire.credentials["shop_id"]), "expire": "access"})
    with pytest.raises(AuthExpired):
        shop.verify()

    with pytest.raises(AuthRejected):
        partners.shopee(partner_key="not-the-key").verify()


def test_a_shop_that_withdrew_its_authorisation_is_refused(partners: Partners) -> None:
    shop = partners.shopee()
    partners.control("shopee/tokens", {"shop_id": int(shop.wire.credentials["shop_id"]), "expire": "link"})
    with pytest.raises((AuthRejected, AuthExpired)):
        shop.verify()
    with pytest.raises(AuthRejected):
        shop.refresh()


def test_paging_finds_every_order_once(partners: Partners) -> None:
    numbers = new_orders(partners, 230, spread_seconds=3600)
    found = all_heads(partners.shopee(), last_hours(partners))
    assert sorted(found) == sorted(numbers)


def test_only_orders_of_the_window_are_listed(partners: Partners) -> None:
    new_orders(partners, 3, updated_seconds_ago=3 * 3600, prefix="OLD")
    recent = new_orders(partners, 2, prefix="NEW")
    assert sorted(all_heads(partners.shopee(), last_hours(partners, 1))) == sorted(recent)


def test_an_old_order_is_listed_anew_when_it_changes(partners: Partners) -> None:
    (number,) = new_orders(partners, updated_seconds_ago=5 * 3600)
    window = last_hours(partners, 1)
    assert all_heads(partners.shopee(), window) == []
    partners.control(f"shopee/orders/{number}/status", {"status": "SHIPPED"})
    assert all_heads(partners.shopee(), window) == [number]


def test_a_window_longer_than_shopee_allows_is_refused_before_the_call(partners: Partners) -> None:
    now = datetime.now(UTC)
    with pytest.raises(ValueError, match="15 days"):
        partners.shopee().orders(TimeWindow(now - timedelta(days=15, seconds=1), now), None)
    assert partners.exchanges == []


def test_fifteen_days_exactly_are_accepted(partners: Partners) -> None:
    now = datetime.now(UTC)
    assert partners.shopee().orders(TimeWindow(now - timedelta(days=15), now), None).cursor is None


def test_details_hold_what_the_hub_needs(partners: Partners) -> None:
    items = [{"sku": "SKU-A", "quantity": 2}, {"sku": "SKU-B", "quantity": 1}]
    (number,) = new_orders(partners, items=items, carrier="J&T Express", cod=True)
    (order,) = partners.shopee().order_details([number])

    assert (order.external_id, order.status, order.raw_status) == (number, OrderStatus.PAID, "READY_TO_SHIP")
    assert [(line.sku, line.quantity) for line in order.lines] == [("SKU-A", 2), ("SKU-B", 1)]
    assert len({line.key for line in order.lines}) == 2
    assert order.cash_on_delivery
    assert order.courier == "J&T Express"
    assert (order.currency, order.address.country) == ("THB", "TH")
    assert order.address.lines
    assert isinstance(order.total, Decimal)
    assert order.total > 0
    assert order.ship_by is not None
    assert order.ship_by > order.ordered_at
    assert order.package


def test_an_order_unknown_to_the_store_is_left_out(partners: Partners) -> None:
    numbers = new_orders(partners, 3)
    found = partners.shopee().order_details([numbers[0], "NOSUCHORDER1", *numbers[1:]])
    assert sorted(order.external_id for order in found) == sorted(numbers)
    assert partners.shopee().order_details(["NOSUCHORDER1"]) == []


@pytest.mark.parametrize("carrier", ["SPX Express", "J&T Express", "Thailand Post - EMS", "SPX Instant"])
def test_the_first_option_of_every_courier_arranges_the_shipment(
    partners: Partners, eventually: Eventually, carrier: str
) -> None:
    shop = partners.shopee()
    number, awb = arranged(partners, shop, eventually, carrier=carrier)

    (order,) = shop.order_details([number])
    assert order.status is OrderStatus.READY
    assert awb == partners.look("shopee/orders")["orders"][0]["tracking_number"]


def test_arranging_again_says_that_it_was_done(partners: Partners, eventually: Eventually) -> None:
    shop = partners.shopee()
    (number,) = new_orders(partners)
    option = shop.shipping_options(number)[0]
    shop.arrange(number, option)

    with pytest.raises(AlreadyExists):
        shop.arrange(number, option)
    assert partners.look("shopee/orders")["orders"][0]["times_arranged"] == 1


def test_a_wrong_option_is_rejected_and_not_taken_for_arranged(partners: Partners) -> None:
    (number,) = new_orders(partners, carrier="Flash Express")
    with pytest.raises(Rejected, match="address"):
        partners.shopee().arrange(number, ShippingOption("pickup", {"address_id": "1", "pickup_time_id": "x"}))


def test_there_is_no_awb_before_arranging_but_a_reason(partners: Partners) -> None:
    (number,) = new_orders(partners)
    answer = partners.shopee().awb(number)
    assert answer.number == ""
    assert "arranged" in answer.hint


def test_the_label_is_a_pdf_and_the_second_request_only_downloads(partners: Partners, eventually: Eventually) -> None:
    shop = partners.shopee()
    number, awb = arranged(partners, shop, eventually)
    label = eventually(lambda: shop.label(number, "", awb).document)
    assert label.content.startswith(b"%PDF")
    assert label.media_type == "application/pdf"

    partners.exchanges.clear()
    assert shop.label(number, "", awb).document is not None
    asked = [exchange.operation for exchange in partners.exchanges]
    assert asked == ["logistics/get_shipping_document_result", "logistics/download_shipping_document"]


def test_a_label_in_the_making_is_pending(partners: Partners, eventually: Eventually) -> None:
    partners.control("settings", {"shopee": {"document_seconds": 3600}})
    shop = partners.shopee()
    number, awb = arranged(partners, shop, eventually)
    assert shop.label(number, "", awb).pending
    assert shop.label(number, "", awb).pending
    created = [one for one in partners.exchanges if one.operation == "logistics/create_shipping_document"]
    assert len(created) == 1


def test_no_label_can_be_had_before_arranging(partners: Partners) -> None:
    (number,) = new_orders(partners, carrier="Flash Express")
    result = partners.shopee().label(number, "", "")
    assert result.document is None
    assert result.pending or result.failure


def test_a_shipment_is_confirmed_only_with_our_number(partners: Partners, eventually: Eventually) -> None:
    shop = partners.shopee()
    number, awb = arranged(partners, shop, eventually)

    assert shop.confirm(number, awb, "").confirmed
    other = shop.confirm(number, "ANOTHER", "")
    assert not other.confirmed
    assert other.tracking == awb


def test_a_shipment_never_arranged_is_not_confirmed(partners: Partners) -> None:
    (number,) = new_orders(partners, carrier="Flash Express")
    answer = partners.shopee().confirm(number, "TH123", "")
    assert not answer.confirmed
    assert answer.raw_status == "READY_TO_SHIP"


def test_where_the_seller_brings_the_courier_the_number_is_sent_and_read_back(partners: Partners) -> None:
    (number,) = new_orders(partners, carrier="Seller Own Fleet")
    shop = partners.shopee()
    answer = shop.confirm(number, "FLEET-0001", "Own fleet")
    assert (answer.confirmed, answer.tracking) == (True, "FLEET-0001")


def test_listings_are_the_variations_with_their_stock(partners: Partners) -> None:
    partners.control("shopee/items", {})
    shop = partners.shopee()
    found: list[StoreListing] = []
    cursor: str | None = None
    for _ in range(20):
        page = shop.listings(cursor)
        found.extend(page.items)
        cursor = page.cursor
        if cursor is None:
            break
    theirs = partners.look("shopee/items")["items"]
    assert sorted((one.sku, one.stock) for one in found) == sorted((one["sku"], one["stock"]) for one in theirs)


def test_stock_set_at_the_store_is_shown_there(partners: Partners) -> None:
    partners.control("shopee/items", {"skus": ["SKU-A"], "stock": 5})
    shop = partners.shopee()
    (listing,) = shop.listings(None).items
    (result,) = shop.set_stock([StockTarget("k", listing.item_id, listing.model_id, listing.sku, 17)])
    assert (result.key, result.error) == ("k", None)
    assert partners.look("shopee/items")["items"][0]["stock"] == 17


def test_a_sellers_cancellation_cancels(partners: Partners) -> None:
    (number,) = new_orders(partners)
    shop = partners.shopee()
    assert shop.cancel_order(number, "CUSTOMER_REQUEST").state == "accepted"
    assert shop.order_details([number])[0].status is OrderStatus.CANCELLED


def test_out_of_stock_names_the_items(partners: Partners) -> None:
    (number,) = new_orders(partners)
    shop = partners.shopee()
    assert shop.cancel_order(number, "OUT_OF_STOCK").state == "accepted"


def test_a_shipped_order_cannot_be_cancelled(partners: Partners, eventually: Eventually) -> None:
    shop = partners.shopee()
    number, _ = arranged(partners, shop, eventually)
    partners.control(f"shopee/orders/{number}/status", {"status": "SHIPPED"})
    with pytest.raises(PartnerError) as refused:
        shop.cancel_order(number, "CUSTOMER_REQUEST")
    assert isinstance(refused.value, Rejected) or type(refused.value).__name__ == "TooLate"


@pytest.mark.parametrize(("accept", "ends_as"), [(True, OrderStatus.CANCELLED), (False, OrderStatus.PAID)])
def test_the_buyers_wish_to_cancel_can_be_answered(partners: Partners, accept: bool, ends_as: OrderStatus) -> None:
    (number,) = new_orders(partners)
    shop = partners.shopee()
    partners.control(f"shopee/orders/{number}/status", {"status": "IN_CANCEL", "reason": "Wrong size"})
    (asked,) = shop.order_details([number])
    assert (asked.status, asked.cancel_reason) == (OrderStatus.CANCEL_REQUESTED, "Wrong size")

    shop.answer_cancellation(number, accept, "")
    assert shop.order_details([number])[0].status is ends_as


def test_every_status_that_the_store_can_show_is_known(partners: Partners) -> None:
    shop = partners.shopee()
    (number,) = new_orders(partners)
    for raw in ("UNPAID", "READY_TO_SHIP", "PROCESSED", "RETRY_SHIP", "SHIPPED", "TO_CONFIRM_RECEIVE", "COMPLETED"):
        partners.control(f"shopee/orders/{number}/status", {"status": raw})
        (order,) = shop.order_details([number])
        assert order.status is not OrderStatus.UNKNOWN, raw


def test_nothing_recorded_holds_a_token_or_a_signature(partners: Partners) -> None:
    shop = partners.shopee()
    new_orders(partners)
    shop.orders(last_hours(partners), None)
    secrets = [shop.wire.credentials[name] for name in ("partner_key", "access_token", "refresh_token")]
    for exchange in partners.exchanges:
        assert not any(secret in exchange.url for secret in secrets)
        assert not re.search(r"sign=", exchange.url)
