"""Listings of eBay, and the stock it is told."""

from __future__ import annotations

from salur.connectors.base.listing import StockTarget

from .contracts import exchanges
from .ebay import ebay, script_of
from .scripted import said


def test_listings_are_read_over_pages_with_weight_and_size() -> None:
    pages = [said("ebay", "getInventoryItems", name) for name in ("a page", "the last page")]
    connector = ebay(inventory__items=pages)
    first = connector.listings(None)
    second = connector.listings(first.cursor)
    (mug,), (shirt,) = first.items, second.items
    assert (mug.sku, mug.stock, mug.weight_g, mug.length_mm) == ("MUG-350-WHT", 10, 400, 120)
    assert (shirt.sku, second.cursor) == ("TSHIRT-BAS-M", None)


def test_stock_is_set_in_one_call_and_each_sku_has_its_own_outcome() -> None:
    connector = ebay(inventory__quantities=said("ebay", "bulkUpdatePriceQuantity", "one of two fails"))
    targets = [
        StockTarget("a", "MUG-350-WHT", "", "MUG-350-WHT", 7),
        StockTarget("b", "NOSUCH", "", "NOSUCH", 7),
        StockTarget("c", "MUG-350-WHT", "", "MUG-350-WHT", 9),
        StockTarget("d", "UNSAID", "", "UNSAID", 1),
    ]
    kinds = [type(one.error).__name__ for one in connector.set_stock(targets)]
    assert kinds == ["NoneType", "Rejected", "NoneType", "ContractBroken"]
    wanted = exchanges("ebay", "bulkUpdatePriceQuantity")["one of two fails"]["request"]["json"]["requests"]
    assert script_of(connector).sent("inventory.quantities")["requests"][:2] == wanted, "the smaller figure of two"
