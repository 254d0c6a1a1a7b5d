"""Control of the simulated Blibli."""

from typing import Any

from starlette.requests import Request

from salur.sandbox.blibli.market import STEPS, Blibli
from salur.sandbox.engine.control import Table
from salur.sandbox.storefront.control import StoreControl
from salur.sandbox.storefront.model import Order, Shop


class BlibliControl(StoreControl[Blibli]):
    """Beside what every store has: ``POST pickup-points`` ``{code, shop_id?, units?}``, a further pickup point."""

    def table(self) -> Table:
        """Routes."""
        return [*super().table(), ("POST", "/pickup-points", self._add_point)]

    def credentials(self, base: str) -> dict[str, Any]:
        """The client's keys and the first store's."""
        market = self.store_now()
        first = next(iter(market.shops.values()))
        return {
            "form": {**self._keys(first), "base_url": f"{base}/blibli"},
            "settings": {},
            "shop_id": first.id,
            "shop_ids": list(market.shops),
            "pickup_points": market.points(first),
        }

    def _keys(self, shop: Shop) -> dict[str, str]:
        market = self.store_now()
        signature = {"signature_key": shop.extra["signature_key"]} if market.settings.signed else {}
        return {
            "client_id": market.client_id,
            "client_key": market.client_key,
            "seller_key": shop.extra["seller_key"],
            **signature,
            "store_code": shop.id,
            "username": shop.extra["username"],
            "channel_id": "salur",
        }

    def tokens(self, shop: Shop) -> dict[str, str]:
        """There is no login: the store's keys."""
        return {**self._keys(shop), "shop_id": shop.id}

    def order_row(self, shop: Shop, order: Order) -> dict[str, Any]:
        """Each item's status."""
        market = self.store_now()
        return {"items": {str(line.id): market.status_of(order, line) for line in order.lines}}

    def _step_of(self, status: str) -> str:
        return STEPS.get(status, "")

    def _move(self, shop: Shop, order: Order, body: dict[str, Any]) -> None:
        status = str(body.get("status", ""))
        if STEPS.get(status) == "cancelled":
            order.extra["cancel_status"] = status
        super()._move(shop, order, body)

    async def _add_point(self, _request: Request, body: dict[str, Any]) -> Any:
        market, shop = self.store_now(), self.shop(body.get("shop_id"))
        code = str(body["code"])
        if code not in market.points(shop):
            market.points(shop).append(code)
        for listing in shop.listings.values():
            for variant in listing.variants:
                market.set_units(shop, variant, code, int(body.get("units", 0)))
        return {"pickup_points": market.points(shop)}
