"""Control of the simulated Bukalapak."""

from typing import Any

from salur.sandbox.bukalapak.market import STEPS, Bukalapak
from salur.sandbox.storefront.control import StoreControl
from salur.sandbox.storefront.model import Order, Shop


class BukalapakControl(StoreControl[Bukalapak]):
    """What every store has; a buyer's wish to cancel does not exist here."""

    def credentials(self, base: str) -> dict[str, Any]:
        """The first seller's."""
        store = self.store_now()
        first = next(iter(store.shops.values()))
        return {
            "form": {
                "username": first.extra["username"],
                "password": first.extra["password"],
                "base_url": f"{base}/bukalapak",
            },
            "settings": {},
            "shop_id": first.id,
            "shop_ids": list(store.shops),
        }

    def tokens(self, shop: Shop) -> dict[str, str]:
        """A token, and whose it is."""
        return {"access_token": self.store_now().issue(shop), "shop_id": shop.id}

    def order_id(self, order: Order) -> str:
        """Calls take the id; the number is for people."""
        return str(order.id)

    def _step_of(self, status: str) -> str:
        return STEPS.get(status, "")

    def _move(self, shop: Shop, order: Order, body: dict[str, Any]) -> None:
        if body.get("step") == "cancel_asked":
            raise ValueError("a buyer cannot ask to cancel at Bukalapak")
        status = str(body.get("status", ""))
        if STEPS.get(status) == "cancelled":
            order.extra["cancel_status"] = status
        super()._move(shop, order, body)
