"""Control of the simulated ShopBase."""

from typing import Any

from starlette.requests import Request

from salur.sandbox.engine.control import Table
from salur.sandbox.shopbase.login import endless
from salur.sandbox.shopbase.store import SCOPES, ShopbaseStore
from salur.sandbox.storefront.control import StoreControl
from salur.sandbox.storefront.model import Order, Shop


class ShopbaseControl(StoreControl[ShopbaseStore]):
    """Beside what every store has:

    * ``POST tokens`` takes ``scopes`` (a list)
    * ``GET subscriptions`` ``{shop_id?}``: the webhook addresses
    * ``POST orders/{number}/status``: ``status`` is a word of either machine; with ``raw`` any word, of ``machine``
      (``fulfillment``, ``financial``)
    """

    def table(self) -> Table:
        """Routes."""
        return [*super().table(), ("GET", "/subscriptions", self._subscriptions)]

    def credentials(self, base: str) -> dict[str, Any]:
        """The first shop's, and its private app's."""
        store = self.store_now()
        first = next(iter(store.shops.values()))
        return {
            "form": {
                "store": first.id,
                "client_id": store.client_id,
                "client_secret": store.client_secret,
                "base_url": f"{base}/shopbase/{first.id.split('.')[0]}",
            },
            "settings": {},
            "private": {"api_key": first.extra["api_key"], "password": first.extra["password"]},
            "shop_id": first.id,
            "shop_ids": list(store.shops),
        }

    async def _tokens(self, request: Request, body: dict[str, Any]) -> Any:
        wanted = frozenset(str(one) for one in body.get("scopes", SCOPES))
        if wanted - set(SCOPES):
            raise ValueError(f"scopes must be among {', '.join(SCOPES)}")
        self.shop(body.get("shop_id")).extra["scopes"] = wanted
        return await super()._tokens(request, body)

    def tokens(self, shop: Shop) -> dict[str, str]:
        """A token without an end."""
        access = self.store_now().tokens.issue(shop.id).access
        endless(self.store_now(), access)
        return {"access_token": access, "shop_id": shop.id}

    def order_id(self, order: Order) -> str:
        """Calls take the id; the number is for people."""
        return str(order.id)

    def order_row(self, shop: Shop, order: Order) -> dict[str, Any]:
        """Both machines."""
        store = self.store_now()
        return {
            "financial": store.financial(order),
            "fulfillment": store.fulfillment(order) or "unfulfilled",
            "cancelled": order.step == "cancelled",
        }

    def _move(self, shop: Shop, order: Order, body: dict[str, Any]) -> None:
        store, status = self.store_now(), str(body.get("status", ""))
        if body.get("step") == "cancel_asked":
            raise ValueError("a buyer cannot ask to cancel at ShopBase")
        if body.get("raw"):
            machine = str(body.get("machine", "fulfillment"))
            if machine not in ("fulfillment", "financial"):
                raise ValueError("machine must be fulfillment or financial")
            order.extra[machine] = status
            store.touch(shop, order)
            store.news(shop, order, "order")
            return
        if status == "cancelled":
            body = {**body, "status": "", "step": "cancelled"}
        super()._move(shop, order, body)

    async def _subscriptions(self, request: Request, _body: dict[str, Any]) -> Any:
        hooks = self.store_now().hooks(self.shop(request.query_params.get("shop_id"))).values()
        return {"subscriptions": [{"id": one.id, "topic": one.topic, "url": one.address} for one in hooks]}
