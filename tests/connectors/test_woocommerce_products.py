"""Products of a WooCommerce site, and the stock it is told."""

from __future__ import annotations

from salur.connectors.base.listing import StockTarget, StoreListing

from .woocommerce import example, good, woo


def test_products_and_variations_are_listings_in_our_units() -> None:
    connector, _ = woo(
        {
            "GET /products": example("products", "simple, variable and one without stock keeping"),
            "GET /products/{id}/variations": example("products.variations", "two"),
            "GET /settings/products/woocommerce_weight_unit": good({"value": "kg"}),
            "GET /settings/products/woocommerce_dimension_unit": good({"value": "cm"}),
        }
    )
    page = connector.listings(None)
    assert page.cursor is None
    assert page.items == [
        StoreListing("22", "23", "TSHIRT-BAS-M", "T-shirt", "M", 5, 350, 100, 90, 85),
        StoreListing("22", "24", "TSHIRT-BAS-L", "T-shirt", "L", None, 350, 100, 90, 85),
        StoreListing("93", "", "MUG-350-WHT", "Mug 350 ml", "", 12, 350, 100, 90, 85),
        StoreListing("94", "", "", "Card", "", None),
    ]


def test_stock_goes_in_one_call_for_products_and_one_for_each_products_variations() -> None:
    connector, site = woo(
        {
            "POST /products/batch": example("products.batch", "one set, one unknown"),
            "POST /products/{id}/variations/batch": good({"update": [{"id": 23}]}),
        }
    )
    results = connector.set_stock(
        [
            StockTarget("mug", "93", "", "MUG", 7),
            StockTarget("gone", "1", "", "X", 1),
            StockTarget("tee", "22", "23", "TSHIRT-BAS-M", 5),
            StockTarget("tee-l", "22", "24", "TSHIRT-BAS-L", 4),
            StockTarget("odd", "x", "", "Y", 4),
        ]
    )
    assert {one.key: getattr(one.error, "code", "") for one in results} == {
        "mug": "",
        "gone": "woocommerce_rest_product_invalid_id",
        "tee": "",
        "tee-l": "not_answered",
        "odd": "unknown_product",
    }
    assert site.bodies("POST /products/batch")[0]["update"][0] == {"id": 93, "manage_stock": True, "stock_quantity": 7}
    assert [call.url.rpartition("v3")[2] for call in site.calls] == ["/products/batch", "/products/22/variations/batch"]
