"""The engine that simulated stores share, without any partner's wire format."""

from decimal import Decimal
from typing import Any

import pytest

from salur.sandbox.engine.callbacks import Outside
from salur.sandbox.engine.core import Core
from salur.sandbox.storefront.model import Courier
from salur.sandbox.storefront.seeding import BadOrder, Wish, list_sku, make_orders
from salur.sandbox.storefront.settings import StoreSettings
from salur.sandbox.storefront.store import Storefront
from salur.sandbox.storefront.tokens import BadToken, s256


class Corner(Storefront):
    """A store with words of its own."""

    partner = "corner"
    currencies = {"ID": "IDR", "US": "USD"}
    words = {"unpaid": "new", "paid": "paid", "ready": "packed", "shipped": "gone", "cancelled": "off"}
    statuses = ("new", "paid", "packed", "gone", "off")
    couriers = {"ID": (Courier("JNE", "JNE"), Courier("GoSend Instant", "GK", instant=True, weight=0))}


@pytest.fixture
def store() -> Corner:
    return Corner(Core(1, Outside(), {"corner": StoreSettings(tracking_seconds=0, label_seconds=0)}))


def shop_of(store: Corner) -> Any:
    return next(iter(store.shops.values()))


def test_the_same_wish_makes_the_same_orders(store: Corner) -> None:
    again = Corner(Core(1, Outside(), {"corner": StoreSettings()}))
    for one in (store, again):
        make_orders(one, shop_of(one), Wish(count=5, seed="x"))
    assert list(shop_of(store).orders) == list(shop_of(again).orders)
    assert [order.person for order in shop_of(store).orders.values()] == [
        order.person for order in shop_of(again).orders.values()
    ]


def test_an_order_sells_stock_and_its_cancellation_gives_it_back(store: Corner) -> None:
    shop = shop_of(store)
    _, variant = list_sku(store, shop, "SKU-A", 10)
    (number,) = make_orders(store, shop, Wish(items=[{"sku": "SKU-A", "quantity": 3}]))
    assert variant.stock == 7
    store.cancel(shop, shop.orders[number], "buyer", "no")
    store.cancel(shop, shop.orders[number], "buyer", "no")
    assert (variant.stock, shop.orders[number].status) == (10, "off")


def test_orders_are_found_by_update_time_and_move_when_they_change(store: Corner) -> None:
    shop = shop_of(store)
    numbers = make_orders(store, shop, Wish(count=3, updated_seconds_ago=1000, spread_seconds=300))
    now = store.core.clock.now()
    assert [one.number for one in store.changed_between(shop, now - 2000, now - 900)] == numbers
    store.touch(shop, shop.orders[numbers[0]])
    assert [one.number for one in store.changed_between(shop, 0, now + 5)] == [*numbers[1:], numbers[0]]


def test_arranging_gives_a_number_and_a_label_and_the_courier_takes_it(store: Corner) -> None:
    shop = shop_of(store)
    (number,) = make_orders(store, shop, Wish(courier="JNE"))
    order = shop.orders[number]
    store.arrange(shop, order, {"mode": "pickup"})
    assert order.tracking.startswith("JNE")
    pdf = store.label(shop, order)
    assert pdf is not None and pdf.startswith(b"%PDF")
    assert store.pick_up(order.tracking) == 1
    assert (order.status, store.pick_up(order.tracking)) == ("gone", 0)


def test_a_label_may_be_answered_empty_at_first(store: Corner) -> None:
    shop = shop_of(store)
    store.settings.label_empty_times = 2
    (number,) = make_orders(store, shop, Wish(step="ready"))
    answers = [store.label(shop, shop.orders[number]) for _ in range(3)]
    assert [answer is None for answer in answers] == [True, True, False]


def test_an_order_is_shipped_when_its_last_piece_is(store: Corner) -> None:
    shop = shop_of(store)
    (number,) = make_orders(store, shop, Wish(items=[{"sku": "A", "quantity": 2}, {"sku": "B"}]))
    order = shop.orders[number]
    first, second = order.lines
    store.confirm(shop, order, "T1", "JNE", {first.id: 2})
    assert (order.step, store.unshipped(order)) == ("paid", {second.id: 1})
    store.confirm(shop, order, "T2", "JNE", {second.id: 1})
    assert (order.step, [one.tracking for one in order.shipments]) == ("shipped", ["T1", "T2"])


@pytest.mark.parametrize(("accept", "status"), [(True, "off"), (False, "paid")])
def test_the_buyers_wish_to_cancel_is_answered(store: Corner, accept: bool, status: str) -> None:
    shop = shop_of(store)
    (number,) = make_orders(store, shop, Wish(items=[{"sku": "A"}]))
    order = shop.orders[number]
    store.ask_to_cancel(shop, order, "Too late")
    assert (order.step, order.cancel_asked) == ("cancel_asked", "Too late")
    store.answer_cancellation(shop, order, accept)
    assert (order.status, order.cancel_asked) == (status, "")


def test_a_code_works_once_and_only_with_what_it_was_asked_with(store: Corner) -> None:
    code = store.tokens.issue_code("700001", redirect="https://hub/back", challenge=s256("verifier"))
    for wrong in ({"redirect": "https://other"}, {"redirect": "https://hub/back", "verifier": "wrong"}):
        with pytest.raises(BadToken):
            store.tokens.redeem(code, **wrong)
    pair = store.tokens.redeem(code, redirect="https://hub/back", verifier="verifier")
    assert store.tokens.shop_of(pair.access) == "700001"
    with pytest.raises(BadToken, match="used"):
        store.tokens.redeem(code, redirect="https://hub/back", verifier="verifier")


def test_a_refresh_token_works_once(store: Corner) -> None:
    first = store.tokens.issue("700001")
    second = store.tokens.renew(first.refresh)
    assert store.tokens.shop_of(second.access) == "700001"
    with pytest.raises(BadToken, match="used"):
        store.tokens.renew(first.refresh)
    store.tokens.end("700001", "access")
    with pytest.raises(BadToken, match="expired"):
        store.tokens.shop_of(second.access)


def test_impossible_wishes_are_refused(store: Corner) -> None:
    for wish in (Wish(step="lost"), Wish(count=0), Wish(status="nonsense"), Wish(courier="Nobody")):
        with pytest.raises(BadOrder):
            make_orders(store, shop_of(store), wish)


def test_prices_are_in_the_shops_own_currency(store: Corner) -> None:
    american = store.add_shop("9", "US shop", "US")
    (number,) = make_orders(store, american, Wish(items=[{"sku": "MUG-350-WHT"}]))
    order = american.orders[number]
    assert (order.currency, order.total) == ("USD", Decimal("3.87"))
    assert order.person.region == "US"
