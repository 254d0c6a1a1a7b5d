"""Lazada, TikTok Shop and Tokopedia against their simulated stores, over real HTTP.

Each is logged in, read, shipped, cancelled and told its stock in its own way; what the hub relies on is the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest

from salur.connectors.base.capabilities import Plugin
from salur.connectors.base.errors import (
    AlreadyExists,
    AuthExpired,
    AuthRejected,
    PartnerError,
    Rejected,
    Retryable,
    TooLate,
)
from salur.connectors.base.listing import StockTarget, StoreListing
from salur.connectors.base.types import Credentials, OrderStatus, StoreOrder, TimeWindow
from salur.connectors.conformance.listener import Listener
from salur.connectors.stores.lazada.connector import PLUGIN as LAZADA
from salur.connectors.stores.tiktok.connector import PLUGIN as TIKTOK
from salur.connectors.stores.tokopedia.connector import PLUGIN as TOKOPEDIA

from .conftest import Partners

Eventually = Callable[[Callable[[], Any]], Any]
BACK = "http://127.0.0.1/back"
EACH = pytest.mark.parametrize("plugin", [LAZADA, TIKTOK, TOKOPEDIA], ids=lambda plugin: plugin.name)
ORDER_WORDS = [
    (plugin, word) for plugin in (LAZADA, TIKTOK) for word in plugin.status_tables["order"] if word != "CANCEL"
]


@pytest.fixture(autouse=True)
def quick(partners: Partners) -> None:
    """Numbers and labels are there at once."""
    knobs = {"tracking_seconds": 0, "label_seconds": 0}
    partners.control("settings", {plugin.name: knobs for plugin in (LAZADA, TIKTOK, TOKOPEDIA)})


def connected(partners: Partners, plugin: Plugin, **changes: str) -> Any:
    return partners.store(plugin, 20.0, **changes)


def new_orders(partners: Partners, plugin: Plugin, count: int = 1, **wish: Any) -> list[str]:
    made: list[str] = partners.control(f"{plugin.name}/orders", {"count": count, **wish})["numbers"]
    return made


def row_of(partners: Partners, plugin: Plugin, number: str) -> dict[str, Any]:
    rows = partners.look(f"{plugin.name}/orders")["orders"]
    found: dict[str, Any] = next(row for row in rows if row["number"] == number)
    return found


def last_hours(partners: Partners, hours: float = 2) -> TimeWindow:
    now = datetime.fromtimestamp(partners.look("clock")["now"], UTC) + timedelta(seconds=2)
    return TimeWindow(now - timedelta(hours=hours), now)


def every_order(shop: Any, window: TimeWindow) -> Iterator[StoreOrder]:
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


def one(shop: Any, number: str) -> StoreOrder:
    (order,) = shop.order_details([number])
    found: StoreOrder = order
    return found


def arranged(shop: Any, number: str) -> Any:
    shop.arrange(number, shop.shipping_options(number)[0])
    return shop.awb(number)


# --- login


@EACH
def test_the_seller_logs_in_and_the_tokens_open_the_shop(partners: Partners, plugin: Plugin) -> None:
    if plugin is not LAZADA:
        partners.control(f"{plugin.name}/app", {"redirect": BACK})
    known = partners.look("credentials")[plugin.name]
    build: Any = plugin.build
    app = build(Credentials({**known["form"], "redirect_uri": BACK}), partners.transport())
    login = httpx.post(app.authorize_url(BACK, "st&ate=1"), data={"answer": "yes"}, follow_redirects=False)
    query = dict(parse_qsl(urlsplit(login.headers["location"]).query))
    assert query.pop("state") == "st&ate=1"
    tokens = app.exchange(query)
    with pytest.raises(AuthRejected):
        app.exchange(query)
    held = {**known["form"], **tokens.details, "access_token": tokens.access_token, "shop_id": tokens.identity}
    shop = build(Credentials({**held, "refresh_token": tokens.refresh_token}), partners.transport())
    found = shop.verify()
    assert tokens.identity == known["shop_id"]
    assert (found.key.endswith(known["shop_id"]), found.country, found.currency) == (True, "ID", "IDR")


@EACH
def test_a_seller_who_refuses_connects_nothing(partners: Partners, plugin: Plugin) -> None:
    if plugin is not LAZADA:
        partners.control(f"{plugin.name}/app", {"redirect": BACK})
    shop = connected(partners, plugin)
    login = httpx.post(shop.authorize_url(BACK, "s"), data={"answer": "no"}, follow_redirects=False)
    query = dict(parse_qsl(urlsplit(login.headers["location"]).query))
    with pytest.raises((AuthRejected, Rejected)):
        shop.exchange({name: value for name, value in query.items() if name != "state"})


@EACH
def test_tokens_that_end_are_renewed_once_and_old_ones_are_worth_nothing(partners: Partners, plugin: Plugin) -> None:
    shop = connected(partners, plugin)
    partners.control(f"{plugin.name}/tokens", {"expire": "access"})
    with pytest.raises(AuthExpired):
        shop.verify()
    fresh = shop.refresh()
    with pytest.raises(AuthRejected):
        shop.refresh()
    held = shop.wire.credentials.replaced(access_token=fresh.access_token, refresh_token=fresh.refresh_token)
    build: Any = plugin.build
    again = build(held, partners.transport())
    assert again.verify().country == "ID"
    partners.control(f"{plugin.name}/tokens", {"expire": "link"})
    with pytest.raises((AuthExpired, AuthRejected)):
        again.verify()
    with pytest.raises(AuthRejected):
        again.refresh()


# --- orders


@EACH
def test_every_order_is_found_and_whole_without_a_call_for_each(partners: Partners, plugin: Plugin) -> None:
    numbers = new_orders(partners, plugin, 230, updated_seconds_ago=3000, spread_seconds=2400)
    shop = connected(partners, plugin)
    partners.exchanges.clear()
    orders = list(every_order(shop, last_hours(partners)))
    assert sorted({order.external_id for order in orders}) == sorted(numbers)
    assert all(order.lines and order.address.country == "ID" and order.total > 0 for order in orders)
    assert len(partners.exchanges) <= 9


@EACH
def test_orders_that_change_between_pages_are_not_missed(partners: Partners, plugin: Plugin) -> None:
    """Those of the pages read move to the end, beyond the window; all others must still be met in it."""
    numbers = new_orders(partners, plugin, 230, updated_seconds_ago=3000, spread_seconds=1000)
    shop, window = connected(partners, plugin), last_hours(partners)
    window = TimeWindow(window.since, window.until - timedelta(seconds=60))
    found: set[str] = set()
    cursor = None
    while True:
        page = shop.orders(window, cursor)
        found |= {head.external_id for head in page.items}
        moved = sorted(found)[:7] + [head.external_id for head in page.items][-3:]
        partners.control(f"{plugin.name}/orders/change", {"numbers": moved, "note": "call first"})
        cursor = page.cursor
        if cursor is None:
            break
    assert found == set(numbers)


@pytest.mark.parametrize(("plugin", "word"), ORDER_WORDS, ids=lambda value: getattr(value, "name", value))
def test_every_listed_word_arrives_as_its_state(partners: Partners, plugin: Plugin, word: str) -> None:
    (number,) = new_orders(partners, plugin)
    partners.control(f"{plugin.name}/orders/{number}/status", {"status": word, "raw": True})
    got = one(connected(partners, plugin), number)
    assert (got.status, got.raw_status) == (plugin.status_tables["order"][word], word)


@EACH
def test_a_new_word_is_unknown_and_five_hundred_pieces_are_kept(partners: Partners, plugin: Plugin) -> None:
    (number,) = new_orders(partners, plugin, items=[{"sku": "MUG-350-WHT", "quantity": 5}] * 100)
    partners.control(f"{plugin.name}/orders/{number}/status", {"status": "TELEPORTED", "raw": True})
    got = one(connected(partners, plugin), number)
    assert (got.status, got.raw_status) == (OrderStatus.UNKNOWN, "TELEPORTED")
    assert len({line.key for line in got.lines}) == 500


def test_the_two_halves_of_a_shop_divide_its_orders(partners: Partners) -> None:
    here = new_orders(partners, TIKTOK, 3)
    there = new_orders(partners, TIKTOK, 2, extra={"commerce_platform": "TOKOPEDIA"})
    tiktok = connected(partners, TIKTOK)
    build: Any = TOKOPEDIA.build
    tokopedia = build(tiktok.wire.credentials, partners.transport())
    assert tiktok.verify().key == tokopedia.verify().key
    for shop, mine, others in ((tiktok, here, there), (tokopedia, there, here)):
        assert {order.external_id for order in every_order(shop, last_hours(partners))} == set(mine)
        assert {order.external_id for order in shop.order_details([*mine, *others])} == set(mine)
        with pytest.raises(Rejected):
            shop.shipping_options(others[0])


# --- shipping


@EACH
def test_a_shipment_is_arranged_once_and_gives_number_and_label(partners: Partners, plugin: Plugin) -> None:
    (number,) = new_orders(partners, plugin, items=[{"sku": "MUG-350-WHT", "quantity": 2}, {"sku": "TSHIRT-BAS-M"}])
    shop = connected(partners, plugin)
    assert one(shop, number).status is OrderStatus.PAID
    option = shop.shipping_options(number)[0]
    shop.arrange(number, option)
    given = shop.awb(number)
    assert given.number and given.package
    label = shop.label(number, given.package, given.number)
    assert label.document is not None and label.document.content.startswith(b"%PDF")
    with pytest.raises(AlreadyExists):
        shop.shipping_options(number)
    with pytest.raises(AlreadyExists):
        shop.arrange(number, option)
    seen = one(shop, number)
    assert (seen.status, seen.awb, seen.package) == (OrderStatus.READY, given.number, given.package)
    assert shop.confirm(number, given.number, given.courier).confirmed
    assert not shop.confirm(number, "OTHER1", given.courier).confirmed
    assert row_of(partners, plugin, number)["times_arranged"] == 1


@EACH
def test_a_lost_answer_to_arranging_is_made_good_by_trying_again(partners: Partners, plugin: Plugin) -> None:
    (number,) = new_orders(partners, plugin)
    shop = connected(partners, plugin)
    options = shop.shipping_options(number)
    partners.fault(plugin.name, "order/fulfill/pack" if plugin is LAZADA else "fulfillment/packages/ship", "cut_after")
    with pytest.raises(PartnerError):
        shop.arrange(number, options[0])
    with suppress(AlreadyExists):
        shop.arrange(number, options[0])
    assert shop.awb(number).number
    assert row_of(partners, plugin, number)["times_arranged"] == 1


@EACH
def test_a_label_that_is_empty_at_first_is_pending_then_there(partners: Partners, plugin: Plugin) -> None:
    partners.control("settings", {plugin.name: {"label_empty_times": 2}})
    (number,) = new_orders(partners, plugin)
    shop = connected(partners, plugin)
    given = arranged(shop, number)
    answers = [shop.label(number, given.package, given.number) for _ in range(3)]
    assert [answer.pending for answer in answers] == [True, True, False]
    assert answers[-1].document is not None


@pytest.mark.parametrize(("pieces", "every"), [(1, 1), (2, 2), (5, 2)])
def test_a_piece_without_courier_is_packed_with_the_others_at_the_next_try(
    partners: Partners, pieces: int, every: int
) -> None:
    partners.control("settings", {"lazada": {"courier_fails_every": every}})
    (number,) = new_orders(partners, LAZADA, items=[{"sku": "MUG-350-WHT", "quantity": pieces}])
    shop = connected(partners, LAZADA)
    with pytest.raises(Retryable) as failed:
        arranged(shop, number)
    assert failed.value.code == "1003"
    assert one(shop, number).status is OrderStatus.PAID
    assert arranged(shop, number).number


def test_a_cross_border_shop_packs_with_the_warehouse_that_it_chooses(partners: Partners) -> None:
    partners.control("settings", {"lazada": {"seller_chooses_courier": True}})
    (number,) = new_orders(partners, LAZADA)
    shop = connected(partners, LAZADA, cross_border="yes")
    option = shop.shipping_options(number)[0]
    assert option.fields["shipping_allocate_type"] == "NTFS"
    shop.arrange(number, option)
    assert shop.awb(number).number


def test_orders_in_two_packages_are_refused_with_a_reason(partners: Partners) -> None:
    items = [{"sku": "MUG-350-WHT"}, {"sku": "TSHIRT-BAS-M"}]
    (number,) = new_orders(partners, TIKTOK, items=items, extra={"packages": 2})
    shop = connected(partners, TIKTOK)
    with pytest.raises(Rejected) as refused:
        shop.shipping_options(number)
    assert refused.value.code == "split_order"
    assert one(shop, number).awb == ""


def test_a_seller_that_sends_tells_the_number_at_the_end(partners: Partners) -> None:
    (number,) = new_orders(partners, TIKTOK, extra={"shipping_type": "SELLER"})
    shop = connected(partners, TIKTOK)
    assert "" in shop.shipping_options(number)[0].fields.values()
    courier = one(shop, number).courier
    for _ in range(2):
        told = shop.confirm(number, "JX0000001", courier)
        assert (told.confirmed, told.tracking) == (True, "JX0000001")


# --- cancelling


@EACH
def test_the_seller_cancels_before_shipping_and_not_after(partners: Partners, plugin: Plugin) -> None:
    number, late = new_orders(partners, plugin, 2)
    shop = connected(partners, plugin)
    for _ in range(2):
        assert shop.cancel_order(number, "out_of_stock").state == "accepted"
    assert one(shop, number).status is OrderStatus.CANCELLED
    partners.control(f"{plugin.name}/orders/{late}/status", {"step": "shipped"})
    with pytest.raises((TooLate, Rejected)):
        shop.cancel_order(late, "out_of_stock")


@EACH
@pytest.mark.parametrize("accept", [True, False])
def test_a_buyers_wish_is_shown_and_answered_once(partners: Partners, plugin: Plugin, accept: bool) -> None:
    (number,) = new_orders(partners, plugin)
    shop = connected(partners, plugin)
    partners.control(f"{plugin.name}/orders/{number}/status", {"step": "cancel_asked"})
    assert one(shop, number).status is OrderStatus.CANCEL_REQUESTED
    shop.answer_cancellation(number, accept, "")
    assert one(shop, number).status is (OrderStatus.CANCELLED if accept else OrderStatus.PAID)
    with pytest.raises(AlreadyExists):
        shop.answer_cancellation(number, accept, "")
    with pytest.raises(TooLate):
        shop.answer_cancellation(number, not accept, "")


# --- products


@EACH
def test_listings_come_whole_and_take_another_stock(partners: Partners, plugin: Plugin) -> None:
    if plugin is not LAZADA:
        partners.control("settings", {plugin.name: {"two_warehouses": True}})
    partners.control(f"{plugin.name}/items", {"stock": 12})
    shop = connected(partners, plugin)

    def listed() -> list[StoreListing]:
        found: list[StoreListing] = []
        cursor: str | None = None
        while True:
            page = shop.listings(cursor)
            found += page.items
            cursor = page.cursor
            if cursor is None:
                return found

    before = listed()
    rows = {row["model_id"]: row for row in partners.look(f"{plugin.name}/items")["items"]}
    assert {(entry.model_id, entry.sku) for entry in before} == {(key, row["sku"]) for key, row in rows.items()}
    size = shop.capabilities.stock_batch
    targets = [
        StockTarget(entry.model_id, entry.item_id, entry.model_id, entry.sku, place)
        for place, entry in enumerate(before[:size])
    ]
    assert [result.error for result in shop.set_stock(targets)] == [None] * len(targets)
    wanted = {target.model_id: target.quantity for target in targets}
    assert {entry.model_id: entry.stock for entry in listed() if entry.model_id in wanted} == wanted
    unknown = StockTarget("u", before[0].item_id, "999999999", "NONE", 1)
    bad, fine = shop.set_stock([unknown, targets[1]])
    assert isinstance(bad.error, Rejected)
    assert fine.error is None


# --- messages


@EACH
def test_messages_are_signed_and_name_the_order(partners: Partners, plugin: Plugin, eventually: Eventually) -> None:
    shop = connected(partners, plugin)
    with Listener() as listener:
        if plugin is LAZADA:
            partners.control("lazada/callback", {"url": listener.url})
            with pytest.raises(Rejected):
                shop.subscribe(listener.url)
        else:
            assert shop.subscribe(listener.url) is None
        (number,) = new_orders(partners, plugin)
        arranged(shop, number)

        def named() -> set[tuple[str, str]]:
            events = [event for message in list(listener.messages) for event in shop.parse_callback(message)]
            return {(event.kind, event.subject) for event in events}

        eventually(lambda: ("order", number) in named())
        first = listener.messages[0]
    forged = type(first)(first.method, first.url, first.headers, first.query, first.body + b" ")
    with pytest.raises(AuthRejected):
        shop.parse_callback(forged)
