"""Control of the simulated Lazada: what all stores have, and the application's keys."""

from typing import Any

from starlette.requests import Request

from salur.sandbox.engine.control import Table
from salur.sandbox.lazada.store import LazadaStore, requests_of
from salur.sandbox.storefront.control import StoreControl
from salur.sandbox.storefront.model import Order, Shop
from salur.sandbox.storefront.parcels import parcel_rows


class LazadaControl(StoreControl[LazadaStore]):
    """``POST app`` ``{key?, secret?}`` changes the application; orders show their parcels and wishes to cancel.

    ``extra`` of orders may hold ``currency``, ``no_address`` and ``no_items``, for bad input.
    """

    def table(self) -> Table:
        """Routes."""
        return [*super().table(), ("POST", "/app", self._set_app)]

    def credentials(self, base: str) -> dict[str, Any]:
        """What a hub is configured with."""
        store = self.store_now()
        shop = next(iter(store.shops.values()))
        address = f"{base}/lazada"
        form = {
            "app_key": store.app.key,
            "app_secret": store.app.secret,
            "base_url": address,
            "auth_url": address,
        }
        return {"form": form, "settings": {}, "shop_id": shop.id, "shop_ids": list(store.shops)}

    def tokens(self, shop: Shop) -> dict[str, str]:
        """What the login would have left."""
        several = "yes" if self.store_now().settings.all_countries else "no"
        return {**super().tokens(shop), "venture": shop.region, "cross_border": several}

    def order_row(self, shop: Shop, order: Order) -> dict[str, Any]:
        """Its parcels and wishes to cancel."""
        wishes = [{"id": str(one.id), "status": one.status, "waits": one.waits} for one in requests_of(order)]
        return {**parcel_rows(order), "requests": wishes}

    async def _set_app(self, _request: Request, body: dict[str, Any]) -> Any:
        app = self.store_now().app
        app.key, app.secret = str(body.get("key", app.key)), str(body.get("secret", app.secret))
        return vars(app)
