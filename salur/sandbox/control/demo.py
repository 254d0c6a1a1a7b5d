"""The complete demo: a Thai shop and a Thai warehouse with the same forty SKUs, and orders to work on."""

from dataclasses import dataclass, field
from typing import Any

from salur.sandbox.control.files import shopify_csv, template_csv
from salur.sandbox.eccang.operator import DEFAULT_CUSTOMER, Operator
from salur.sandbox.engine.goods import goods
from salur.sandbox.shopee.seeding import Wish, list_goods, make_orders
from salur.sandbox.shopee.store import DEFAULT_SHOP, Store
from salur.sandbox.world import World

TEN_DAYS = 10 * 86400
MAIN_WAREHOUSE = "TH01"


@dataclass
class Demo:
    """What was seeded, for the files. Made anew by every POST /_control/demo."""

    file_orders: list[str] = field(default_factory=list)
    shopify_orders: int = 0

    def seed(self, world: World, orders: int, file_orders: int, shopify_orders: int) -> dict[str, Any]:
        """Seed it; returns what there is."""
        store, operator = world.state("shopee", Store), world.state("eccang", Operator)
        shop, account = store.shops[DEFAULT_SHOP], operator.accounts[DEFAULT_CUSTOMER]
        units = 200 + 3 * (orders + file_orders + shopify_orders)
        list_goods(store, shop, stock=units)
        for entry in goods():
            for variant in entry.variants:
                fields: dict[str, object] = {
                    "product_title": entry.title, "product_title_en": entry.title,
                    "product_weight": f"{variant.grams / 1000:.3f}", "product_length": "20",
                    "product_width": "15", "product_height": "10", "verify": "1",
                }  # fmt: skip
                operator.put_product(account, variant.sku, fields)
                operator.set_sellable(account, MAIN_WAREHOUSE, variant.sku, units)
        recent = make_orders(store, shop, Wish(orders, seed="demo recent")) if orders else []
        self.file_orders = []
        if file_orders:
            wish = Wish(file_orders, updated_seconds_ago=TEN_DAYS, spread_seconds=3600, seed="demo file")
            self.file_orders = make_orders(store, shop, wish)
        self.shopify_orders = shopify_orders
        return {
            "shop_id": shop.shop_id,
            "customer_code": account.customer_code,
            "warehouses": list(account.warehouses),
            "skus": len(account.products),
            "units_per_sku": units,
            "orders": recent,
            "csv_orders": len(self.file_orders),
            "shopify_orders": shopify_orders,
        }

    def template_file(self, world: World) -> str:
        """The orders of ten days ago in Salur's own template."""
        known = world.state("shopee", Store).shops[DEFAULT_SHOP].orders
        return template_csv(known[order_sn] for order_sn in self.file_orders)

    def shopify_file(self, world: World) -> str:
        """The Shopify export."""
        return shopify_csv(self.shopify_orders, world.core.seed, world.core.clock.seconds())
