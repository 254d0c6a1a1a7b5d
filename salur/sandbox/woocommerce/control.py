"""Control of the simulated sites: keys and webhooks beside what all stores have.

* orders: ``extra`` may wish ``no_address``, ``no_items``, ``currency``, ``billing_only`` (nothing in ``shipping``)
* ``POST keys`` ``{shop_id?, permissions?}``: a further key (read, write, read_write)
* ``GET webhooks``: rows with ``delivery_url``, ``status``, ``failures``
* ``POST managed`` ``{sku, managed, shop_id?}``: whether a SKU's stock is kept (true, false or "parent")
"""

from typing import Any

from starlette.requests import Request

from salur.sandbox.engine.control import NotThere, Table
from salur.sandbox.storefront.control import StoreControl
from salur.sandbox.storefront.model import Order, Shop
from salur.sandbox.woocommerce.site import STEPS, Sites
from salur.sandbox.woocommerce.webhooks import hook_row


class WooControl(StoreControl[Sites]):
    """/_control/woocommerce/..."""

    def table(self) -> Table:
        """Routes."""
        return [
            *super().table(),
            ("POST", "/keys", self._add_key),
            ("GET", "/webhooks", self._webhooks),
            ("POST", "/managed", self._manage),
        ]

    def credentials(self, base: str) -> dict[str, Any]:
        """The first site's address and key."""
        sites = self.store_now()
        first = self.shop()
        key = sites.first_key(first)
        return {
            "form": {
                "store_url": f"{base}/woocommerce/{first.id}",
                "consumer_key": key.consumer_key,
                "consumer_secret": key.consumer_secret,
            },
            "settings": {},
            "shop_id": first.id,
            "shop_ids": list(sites.shops),
        }

    def tokens(self, shop: Shop) -> dict[str, str]:
        """There is no login: the site's first key."""
        key = self.store_now().first_key(shop)
        return {"consumer_key": key.consumer_key, "consumer_secret": key.consumer_secret, "shop_id": shop.id}

    def order_row(self, shop: Shop, order: Order) -> dict[str, Any]:
        """Meta data and notes."""
        return {"meta_data": self.store_now().meta(order), "notes": order.extra.get("notes", [])}

    def _step_of(self, status: str) -> str:
        return STEPS.get(status, "")

    async def _add_key(self, _request: Request, body: dict[str, Any]) -> Any:
        permissions = str(body.get("permissions", "read_write"))
        if permissions not in ("read", "write", "read_write"):
            raise ValueError("permissions must be one of read, write, read_write")
        key = self.store_now().add_key(self.shop(body.get("shop_id")), permissions)
        return {"consumer_key": key.consumer_key, "consumer_secret": key.consumer_secret, "permissions": permissions}

    async def _webhooks(self, _request: Request, _body: dict[str, Any]) -> Any:
        hooks = self.store_now().hooks.values()
        return {"webhooks": [{**hook_row(one), "shop_id": one.shop_id, "failures": one.failures} for one in hooks]}

    async def _manage(self, _request: Request, body: dict[str, Any]) -> Any:
        sites, shop = self.store_now(), self.shop(body.get("shop_id"))
        found, managed = sites.find_sku(shop, str(body["sku"])), body["managed"]
        if found is None:
            raise NotThere(f"no SKU {body['sku']}")
        if managed not in (True, False, "parent"):
            raise ValueError('managed must be true, false or "parent"')
        sites.managed[found[1].id] = managed
        return {"ok": True}
