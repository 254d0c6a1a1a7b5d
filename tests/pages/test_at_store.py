"""Buttons and questions of what is done with orders at their store."""

from __future__ import annotations

import pytest

from salur.flows.changes import follow_changed_orders
from salur.integrations.models import StoreConnection
from salur.orders.models import Order

from .addresses import OPERATOR, VIEWER
from .shop import Shop

ADDRESS = "/orders/at-store/"


def an_order(shop: Shop, status: str) -> int:
    with shop.world.scope():
        return Order.objects.filter(status=status).order_by("pk")[0].pk


@pytest.mark.parametrize(
    ("status", "there", "absent"),
    [
        ("paid", ["Cancel at the store"], ["Refuse the cancellation", "Accept order"]),
        ("shipped", [], ["Cancel at the store", "Refuse the cancellation"]),
        ("cancel_requested", ["Refuse the cancellation", "Accept the cancellation"], ["Cancel at the store"]),
    ],
)
def test_an_order_offers_what_its_store_and_status_allow(
    shop: Shop, status: str, there: list[str], absent: list[str]
) -> None:
    order = an_order(shop, "paid")
    with shop.world.scope():
        Order.objects.filter(pk=order).update(status=status)
    page = shop.client(OPERATOR).get(f"/orders/{order}/").content.decode()
    assert [words for words in there if words in page] == there
    assert [words for words in absent if words in page] == []


def test_before_cancelling_one_is_asked_with_the_stores_own_reasons(shop: Shop) -> None:
    order = an_order(shop, "paid")
    page = shop.client(OPERATOR).get(ADDRESS, {"act": "cancel", "order": str(order)}).content.decode()
    assert "Out of stock" in page and 'value="OUT_OF_STOCK"' in page
    assert "No warehouse has it yet" in page


def test_a_store_that_cannot_be_called_is_told_of(shop: Shop) -> None:
    order = an_order(shop, "paid")
    client = shop.client(OPERATOR)
    answer = client.post(ADDRESS, {"act": "cancel", "order": order}, follow=True)
    assert "Not done (1" in answer.content.decode()
    with shop.world.scope():
        assert Order.objects.get(pk=order).status == "paid"


def test_who_may_only_look_does_nothing(shop: Shop) -> None:
    order = an_order(shop, "paid")
    assert shop.client(VIEWER).post(ADDRESS, {"act": "cancel", "order": order}).status_code == 403
    assert shop.client(VIEWER).get(ADDRESS, {"act": "cancel", "order": str(order)}).status_code == 403
    assert "Cancel at the store" not in shop.client(VIEWER).get(f"/orders/{order}/").content.decode()


def test_an_unknown_act_is_not_there(shop: Shop) -> None:
    assert shop.client(OPERATOR).get(ADDRESS, {"act": "burn"}).status_code == 404
    assert shop.client(OPERATOR).post(ADDRESS, {"act": "burn", "order": 1}).status_code == 404


def test_an_order_is_shipped_anyway_after_one_was_asked_where_the_store_leaves_it_to_the_seller(shop: Shop) -> None:
    order, client = an_order(shop, "paid"), shop.client(OPERATOR)
    with shop.world.scope():
        store = Order.objects.get(pk=order).store_id
        StoreConnection.objects.filter(pk=store).update(identity_key="")  # by file
        Order.objects.filter(pk=order).update(status="cancel_requested")
    question = f"/orders/desk/?do=ship_anyway&amp;order={order}"
    page = client.get(f"/orders/{order}/").content.decode()
    assert question in page
    assert "Refuse the cancellation" not in page, "nobody answers a buyer through a file"
    assert 'value="ship_anyway"' in client.get("/orders/?status=cancel_requested").content.decode()
    sent = client.post("/orders/act/", {"action": "ship_anyway", "order": order})
    assert sent.headers["Location"].startswith("/orders/desk/?do=ship_anyway&")
    assert "the store leaves it to the seller" in client.get(sent.headers["Location"]).content.decode()
    told = client.post("/orders/desk/", {"do": "ship_anyway", "order": order}, follow=True).content.decode()
    assert "1 order goes on." in told
    page = client.get(f"/orders/{order}/").content.decode()
    assert "Shipped although the buyer asked to cancel" in page and question not in page
    again = client.post("/orders/desk/", {"do": "ship_anyway", "order": order}, follow=True).content.decode()
    assert "Left as they were (1)" in again


def test_a_button_to_answer_the_buyer_is_there_only_where_the_store_takes_an_answer(shop: Shop) -> None:
    order, client = an_order(shop, "paid"), shop.client(OPERATOR)
    for channel, answered in (("shopee", True), ("blibli", False)):
        with shop.world.scope():
            StoreConnection.objects.filter(pk=Order.objects.get(pk=order).store_id).update(channel=channel)
            Order.objects.filter(pk=order).update(status="cancel_requested")
            follow_changed_orders([order])
        page = client.get(f"/orders/{order}/").content.decode()
        assert "Buyer asks to cancel" in page, channel
        assert ("act=agree" in page) is answered, channel
