"""Products of Shopify, and the stock it is told."""

from __future__ import annotations

import json

import pytest

from salur.connectors.base.errors import Rejected
from salur.connectors.base.listing import StockTarget, StoreListing

from .contracts import exchanges
from .shopify import SHOP, TARGET, data, example, shopify


def test_each_variant_is_a_listing() -> None:
    connector, _ = shopify(productVariants=example("productVariants", "a page"))
    page = connector.listings(None)
    assert page.items == [
        StoreListing("7001", "42001", "MUG-350-WHT", "Mug 350 ml", "White", 12, 350),
        StoreListing("7009", "42009", "", "Poster", "", 0, 0),
    ]
    assert page.cursor


@pytest.mark.parametrize(
    ("version", "name"), [("2026-10", "set, version 2026-04 and newer"), ("2026-01", "set, older versions")]
)
def test_stock_is_set_in_the_shape_of_the_version(version: str, name: str) -> None:
    connector, partner = shopify(
        SHOP.replaced(api_version=version, location_id="61"),
        inventoryItems=example("inventoryItems", "of two variants, one unknown"),
        inventorySetQuantities=example("inventorySetQuantities", name),
    )
    unknown = StockTarget("k2", "7001", "1", "X", 1)
    results = connector.set_stock([TARGET, unknown])
    assert [(one.key, one.error is None) for one in results] == [("k1", True), ("k2", False)]
    wanted = exchanges("shopify", "inventorySetQuantities")[name]["request"]["json"]["variables"]
    (sent,) = partner.sent("inventorySetQuantities")
    assert sent["input"] == wanted["input"]
    assert ("key" in sent) == ("key" in wanted)
    assert partner.calls[-1].url.endswith(f"/admin/api/{version}/graphql.json")


def test_the_same_figure_again_is_a_new_request() -> None:
    connector, partner = shopify(
        SHOP.replaced(location_id="61"),
        inventoryItems=example("inventoryItems", "of two variants, one unknown"),
        inventorySetQuantities=example("inventorySetQuantities", "set, version 2026-04 and newer"),
    )
    connector.set_stock([TARGET])
    connector.set_stock([TARGET])
    first, second = partner.sent("inventorySetQuantities")
    assert first["key"] != second["key"]


def test_a_refused_figure_is_taken_out_and_the_rest_set() -> None:
    items = [
        {
            "id": f"gid://shopify/ProductVariant/{n}",
            "inventoryItem": {"id": f"gid://shopify/InventoryItem/{n}", "tracked": n != 3},
        }
        for n in (1, 2, 3)
    ]
    connector, partner = shopify(
        SHOP.replaced(location_id="61"),
        inventoryItems=data({"nodes": items}),
        inventorySetQuantities=[
            example("inventorySetQuantities", "the second entry is refused, nothing is set"),
            example("inventorySetQuantities", "set, version 2026-04 and newer"),
        ],
    )
    results = connector.set_stock([StockTarget(f"k{n}", "7", str(n), "S", n) for n in (1, 2, 3)])
    codes = {one.key: getattr(one.error, "code", "") for one in results}
    assert codes == {"k1": "", "k2": "ITEM_NOT_STOCKED_AT_LOCATION", "k3": "not_tracked"}
    assert [len(sent["input"]["quantities"]) for sent in partner.sent("inventorySetQuantities")] == [2, 1]


def test_without_a_chosen_location_the_only_one_counts() -> None:
    two = example("locations", "two")
    connector, _ = shopify(locations=two)
    with pytest.raises(Rejected, match=r"Bangkok \(61\), Chiang Mai \(62\)"):
        connector.set_stock([TARGET])
    one = json.loads(json.dumps(two[1]))
    one["data"]["locations"]["nodes"][1]["isActive"] = False
    connector, partner = shopify(
        locations=(200, one),
        inventoryItems=example("inventoryItems", "of two variants, one unknown"),
        inventorySetQuantities=example("inventorySetQuantities", "set, version 2026-04 and newer"),
    )
    connector.set_stock([TARGET])
    assert (
        partner.sent("inventorySetQuantities")[0]["input"]["quantities"][0]["locationId"] == "gid://shopify/Location/61"
    )
