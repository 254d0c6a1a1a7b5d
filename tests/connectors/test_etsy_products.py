"""Listings of Etsy, and the stock it is told."""

from __future__ import annotations

import copy
from dataclasses import replace

from salur.connectors.base.errors import Rejected
from salur.connectors.base.listing import StockTarget, StoreListing

from .contracts import exchanges
from .etsy import changed, etsy, script_of
from .scripted import said


def test_listings_are_the_products_of_all_states() -> None:
    pages = [said("etsy", "getListingsByShop", name) for name in ("a page", "nothing")]
    connector = etsy(getListingsByShop=pages)
    found: list[StoreListing] = []
    cursor: str | None = None
    while True:
        page = connector.listings(cursor)
        found += page.items
        cursor = page.cursor
        if cursor is None:
            break
    assert [(one.sku, one.variation, one.stock) for one in found] == [
        ("MUG-350-WHT", "", 10),
        ("TSHIRT-BAS-M", "M", 5),
        ("TSHIRT-BAS-L", "L", 3),
    ]
    states = [dict(call.params)["state"] for call in script_of(connector).calls]
    assert states == ["active", "sold_out", "inactive"]


def test_stock_is_sent_back_whole_as_in_the_example() -> None:
    held = said("etsy", "getListingInventory", "two variations")
    connector = etsy(getListingInventory=held, updateListingInventory=(200, {}))
    targets = [
        StockTarget("a", "1234568", "7654322", "TSHIRT-BAS-M", 7),
        StockTarget("gone", "1234568", "1", "NOSUCH", 7),
    ]
    results = connector.set_stock(targets)
    assert [(one.key, one.error is None) for one in results] == [("a", True), ("gone", False)]
    wanted = exchanges("etsy", "updateListingInventory")["one of two variations"]["request"]["json"]
    assert script_of(connector).sent("updateListingInventory") == wanted
    assert script_of(connector).operations() == ["getListingInventory", "updateListingInventory"]


def test_a_product_that_was_renumbered_is_found_by_its_sku() -> None:
    held = said("etsy", "getListingInventory", "two variations")
    connector = etsy(getListingInventory=held, updateListingInventory=(200, {}))
    (result,) = connector.set_stock([StockTarget("a", "1234568", "999", "TSHIRT-BAS-L", 4)])
    assert result.error is None
    sent = script_of(connector).sent("updateListingInventory")["products"]
    assert [one["offerings"][0]["quantity"] for one in sent] == [5, 4]


def test_one_figure_for_several_skus_is_refused_instead_of_selling_the_others() -> None:
    held = changed(said("etsy", "getListingInventory", "two variations"), quantity_on_property=[])
    connector = etsy(getListingInventory=held)
    (result,) = connector.set_stock([StockTarget("a", "1234568", "7654322", "TSHIRT-BAS-M", 7)])
    assert isinstance(result.error, Rejected)
    assert result.error.code == "shared_quantity"
    assert script_of(connector).operations() == ["getListingInventory"]


def test_a_listing_that_is_gone_leaves_the_others() -> None:
    inventories = [said("etsy", "getListingInventory", name) for name in ("unknown", "one product")]
    connector = etsy(getListingInventory=inventories, updateListingInventory=(200, {}))
    results = connector.set_stock(
        [StockTarget("a", "1", "2", "X", 1), StockTarget("b", "1234567", "7654321", "MUG-350-WHT", 2000)]
    )
    assert [one.error is None for one in results] == [False, True]
    sent = script_of(connector).sent("updateListingInventory")
    assert sent["products"][0]["offerings"][0]["quantity"] == 999, "more than Etsy takes"


def test_a_listing_with_nothing_left_is_switched_off_and_on_again_only_with_our_mark() -> None:
    target = StockTarget("b", "1234567", "7654321", "MUG-350-WHT", 0)
    full = said("etsy", "getListingInventory", "one product")
    connector = etsy(getListingInventory=full, updateListing=(200, {}), updateListingInventory=(200, {}))
    assert [one.error for one in connector.set_stock([target])] == [None]
    assert script_of(connector).operations() == ["getListingInventory", "updateListing", "updateListingInventory"]
    assert script_of(connector).sent("updateListing") == {"state": "inactive"}
    sent = script_of(connector).sent("updateListingInventory")["products"]
    assert [one["offerings"][0]["quantity"] for one in sent] == [1], "Etsy takes no inventory without a piece"

    left = copy.deepcopy(full[1])
    left["products"][0]["offerings"][0]["quantity"] = 1
    again = etsy(getListingInventory=(200, left), updateListing=(200, {}), updateListingInventory=(200, {}))
    again.set_stock([replace(target, quantity=4)])
    assert script_of(again).sent("updateListing") == {"state": "active"}
    untouched = etsy(getListingInventory=full, updateListingInventory=(200, {}))
    assert untouched.set_stock([replace(target, quantity=4)])[0].error is None
