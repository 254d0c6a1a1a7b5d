"""Control of the simulated shops.

Beside what all stores have: orders of goods with nothing to send are made with ``extra: {"digital": true}``;
``extra`` may also wish ``no_address``, ``no_items``, ``currency``.
"""

from typing import Any

from starlette.requests import Request

from salur.sandbox.engine.control import Table
from salur.sandbox.etsy.shop import STEPS, Etsy
from salur.sandbox.storefront.control import StoreControl
from salur.sandbox.storefront.model import Order, Shop


class EtsyControl(StoreControl[Etsy]):
    """/_control/etsy/..."""

    def table(self) -> Table:
        """Routes."""
        return [*super().table(), ("POST", "/scopes", self._set_scopes)]

    def credentials(self, base: str) -> dict[str, Any]:
        """The application's keys, and the first shop."""
        etsy = self.store_now()
        return {
            "form": {
                "keystring": etsy.app.keystring,
                "shared_secret": etsy.app.shared_secret,
                "webhook_secret": etsy.app.webhook_secret,
                "base_url": f"{base}/etsy",
            },
            "settings": {},
            "shop_id": next(iter(etsy.shops)),
            "shop_ids": list(etsy.shops),
        }

    def order_row(self, shop: Shop, order: Order) -> dict[str, Any]:
        """``events``: what was told by message, or would have been."""
        return {"events": order.extra.get("events", [])}

    def _step_of(self, status: str) -> str:
        return STEPS.get(status, "")

    async def _set_scopes(self, _request: Request, body: dict[str, Any]) -> Any:
        """``POST scopes`` ``{scopes, shop_id?}``: what the shop's tokens may do from now on."""
        self.store_now().scopes[self.shop(body.get("shop_id")).id] = frozenset(str(one) for one in body["scopes"])
        return {"ok": True}
