"""Control of the simulated Tokopedia."""

from typing import Any

from starlette.requests import Request

from salur.sandbox.engine.control import Table
from salur.sandbox.storefront.control import StoreControl
from salur.sandbox.storefront.model import Order, Shop
from salur.sandbox.tokopedia_legacy.market import APP, STEPS, Market


class TokopediaControl(StoreControl[Market]):
    """Beside what every store has: ``GET subscriptions``, the registered addresses by kind of message.

    Tokens belong to the application: ``expire: access`` ends all of them, ``expire: link`` takes the shop away.
    """

    def table(self) -> Table:
        """Routes."""
        return [*super().table(), ("GET", "/subscriptions", self._subscriptions)]

    def credentials(self, base: str) -> dict[str, Any]:
        """The application's keys and the first shop."""
        market = self.store_now()
        first = next(iter(market.shops))
        return {
            "form": {
                "client_id": market.client_id,
                "client_secret": market.client_secret,
                "fs_id": str(market.fs_id),
                "shop_id": first,
                "webhook_secret": market.webhook_secret,
                "base_url": f"{base}/tokopedia_legacy",
                "accounts_url": f"{base}/tokopedia_legacy/accounts",
            },
            "settings": {},
            "shop_id": first,
            "shop_ids": list(market.shops),
        }

    def tokens(self, shop: Shop) -> dict[str, str]:
        """A token of the application."""
        return {"access_token": self.store_now().tokens.issue(APP).access, "shop_id": shop.id}

    def order_row(self, shop: Shop, order: Order) -> dict[str, Any]:
        """The invoice's number."""
        return {"invoice": self.store_now().invoice(order)}

    def _step_of(self, status: str) -> str:
        return STEPS.get(status, "")

    def _move(self, shop: Shop, order: Order, body: dict[str, Any]) -> None:
        status = str(body.get("status", ""))
        if STEPS.get(status) == "cancelled":
            order.extra["cancel_status"] = status
        super()._move(shop, order, body)

    async def _subscriptions(self, _request: Request, _body: dict[str, Any]) -> Any:
        kept = self.store_now().registered
        return {
            "subscriptions": [{"topic": kind, "url": url} for kind, url in kept.items() if kind != "webhook_secret"]
        }
