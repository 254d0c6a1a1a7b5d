"""What a store is told that it may sell: the panel on its page, the column on the list, the API (R134)."""

from __future__ import annotations

import pytest

from salur.catalog.models import Listing, ListingStock
from salur.foundation.clock import now
from salur.integrations.models import StoreConnection

from .addresses import OPERATOR, VIEWER
from .shop import Shop

RULE = {"action": "stock_rule", "stock-push_stock": "on", "stock-stock_buffer": "3", "stock-stock_share": "80"}


def page_of(shop: Shop) -> str:
    return f"/integrations/stores/{shop.ids['store_id']}/"


def store(shop: Shop) -> StoreConnection:
    with shop.world.scope():
        return StoreConnection.objects.get(pk=shop.ids["store_id"])


def test_an_operator_sets_what_a_store_is_told(shop: Shop) -> None:
    warehouse = shop.world.warehouse_id
    answer = shop.client(OPERATOR).post(page_of(shop), {**RULE, "stock-stock_warehouses": [str(warehouse)]})
    assert answer.status_code == 302
    row = store(shop)
    assert row.stock_most is None
    assert (row.push_stock, row.stock_warehouses, row.stock_buffer, row.stock_share) == (True, [warehouse], 3, 80)
    assert row.stock_recount_at is not None


def test_a_store_may_be_given_a_fixed_number_of_pieces(shop: Shop) -> None:
    assert shop.client(OPERATOR).post(page_of(shop), {**RULE, "stock-stock_most": "12"}).status_code == 302
    assert store(shop).stock_most == 12
    assert 'value="12"' in shop.client(OPERATOR).get(page_of(shop)).content.decode()


@pytest.mark.parametrize(
    "wrong",
    [
        {"stock-stock_most": "-1"},
        {"stock-stock_share": "0"},
        {"stock-stock_buffer": "-1"},
        {"stock-stock_warehouses": ["999999"]},
    ],
)
def test_a_wrong_rule_is_shown_again_and_changes_nothing(shop: Shop, wrong: dict[str, object]) -> None:
    answer = shop.client(OPERATOR).post(page_of(shop), {**RULE, **wrong})
    assert answer.status_code == 422
    assert not store(shop).push_stock


def test_the_last_look_before_a_push_is_chosen_for_a_store(shop: Shop) -> None:
    rule = {
        "action": "last_look",
        "look-last_look": "hold",
        "look-look_fresh_seconds": "30",
        "look-look_wait_seconds": "9",
    }
    assert shop.client(VIEWER).post(page_of(shop), rule).status_code == 403
    assert shop.client(OPERATOR).post(page_of(shop), rule).status_code == 302
    row = store(shop)
    assert (row.last_look, row.look_fresh_seconds, row.look_wait_seconds) == ("hold", 30, 9)
    for wrong in ({"look-last_look": "never"}, {"look-look_fresh_seconds": "0"}, {"look-look_wait_seconds": ""}):
        assert shop.client(OPERATOR).post(page_of(shop), {**rule, **wrong}).status_code == 422
    assert store(shop).last_look == "hold"


def test_who_may_only_look_sets_nothing(shop: Shop) -> None:
    assert shop.client(VIEWER).post(page_of(shop), RULE).status_code == 403
    assert not store(shop).push_stock


def test_refused_figures_stand_on_the_list_with_the_stores_words_and_are_told_again(shop: Shop) -> None:
    shop.client(OPERATOR).post(page_of(shop), RULE)
    with shop.world.scope():
        listing = Listing.objects.filter(store_id=shop.ids["store_id"]).order_by("pk")[0]
        ListingStock(
            store_id=shop.ids["store_id"], listing=listing, wanted=41, state="failed", error_code="x",
            error_message="stock is too low", changed_at=now(),
        ).save()  # fmt: skip
    listed = shop.client(OPERATOR).get("/products/channel/", {"store": shop.ids["store_id"]}).content.decode()
    assert "stock is too low" in listed and "41" in listed
    assert "Tell again" in shop.client(OPERATOR).get(page_of(shop)).content.decode()
    shop.client(OPERATOR).post(page_of(shop), {"action": "stock_again"})
    with shop.world.scope():
        assert ListingStock.objects.get().state == "due"
