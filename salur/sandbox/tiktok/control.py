"""Control of the simulated TikTok Shop: what all stores have, and the application."""

from typing import Any

from starlette.requests import Request

from salur.sandbox.engine.control import Table
from salur.sandbox.storefront.control import StoreControl
from salur.sandbox.storefront.model import Order, Shop
from salur.sandbox.storefront.parcels import parcel_rows
from salur.sandbox.tiktok.auth import shop_code
from salur.sandbox.tiktok.store import Cancellation, TiktokStore


class TiktokControl(StoreControl[TiktokStore]):
    """``POST app`` ``{redirect?, key?, secret?, service_id?}`` changes what is registered in Partner Center.

    ``extra`` of orders may hold ``commerce_platform`` (TIKTOK_SHOP, TOKOPEDIA), ``shipping_type`` (TIKTOK, SELLER) and
    ``packages`` (into how many the platform parts the order); ``currency``, ``no_address``, ``no_items`` for bad input.
    """

    def table(self) -> Table:
        """Routes."""
        return [*super().table(), ("POST", "/app", self._set_app), ("GET", "/hooks", self._hooks)]

    def credentials(self, base: str) -> dict[str, Any]:
        """What a hub is configured with."""
        store = self.store_now()
        address = f"{base}/{store.partner}"
        form = {
            "app_key": store.app.key,
            "app_secret": store.app.secret,
            "service_id": store.app.service_id,
            "base_url": address,
            "auth_url": address,
            "login_url": address,
        }
        shops = list(store.shops)
        codes = {shop.id: shop_code(shop) for shop in store.shops.values()}
        return {"form": form, "settings": {}, "shop_id": shops[0], "shop_ids": shops, "shop_codes": codes}

    def tokens(self, shop: Shop) -> dict[str, str]:
        """What the login would have left."""
        return {**super().tokens(shop), "shop_cipher": self.store_now().cipher(shop), "region": shop.region}

    def order_row(self, shop: Shop, order: Order) -> dict[str, Any]:
        """Its packages, and who wants it off."""
        held: list[Cancellation] = order.extra.get("cancellations", [])
        return {
            **parcel_rows(order),
            "platform": order.extra["commerce_platform"],
            "cancellations": [{"id": one.id, "role": one.role, "status": one.status} for one in held],
        }

    async def _set_app(self, _request: Request, body: dict[str, Any]) -> Any:
        app = self.store_now().app
        for name in ("key", "secret", "service_id", "redirect"):
            setattr(app, name, str(body.get(name, getattr(app, name))))
        return vars(app)

    async def _hooks(self, _request: Request, _body: dict[str, Any]) -> Any:
        rows = self.store_now().hooks.items()
        return {"hooks": [{"shop_id": shop, "event_type": event, "address": url} for (shop, event), url in rows]}
