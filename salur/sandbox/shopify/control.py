"""Control of the simulated Shopify."""

from typing import Any

from starlette.requests import Request

from salur.sandbox.engine.control import Table
from salur.sandbox.shopify.login import lasting
from salur.sandbox.shopify.model import FULFILLMENT_ORDER, domain, financial_of
from salur.sandbox.shopify.scopes import KNOWN
from salur.sandbox.shopify.store import ShopifyStore
from salur.sandbox.storefront.control import StoreControl
from salur.sandbox.storefront.model import Order, Shop

#: What control's own tokens open.
SCOPES = frozenset(
    {
        "write_orders",
        "read_products",
        "read_inventory",
        "write_inventory",
        "read_locations",
        "write_merchant_managed_fulfillment_orders",
    }
)


class ShopifyControl(StoreControl[ShopifyStore]):
    """Beside what every store has:

    * ``POST tokens`` takes ``scopes`` (a list) and ``ends`` (true: a token that ends, with one to refresh it)
    * ``GET subscriptions`` ``{shop_id?}``: the webhook addresses; ``GET stock``: units by SKU and location
    * ``POST orders/{number}/status``: ``status`` is a word of either machine; with ``raw`` any word, of ``machine``
      (``fulfillment``, ``financial``); ``fulfillment_order`` pins the status of the order's fulfilment orders
    """

    def table(self) -> Table:
        """Routes."""
        return [
            *super().table(),
            ("GET", "/subscriptions", self._subscriptions),
            ("GET", "/stock", self._stock),
        ]

    def credentials(self, base: str) -> dict[str, Any]:
        """The first shop's."""
        store = self.store_now()
        first = next(iter(store.shops.values()))
        return {
            "form": self.form(base, first),
            "settings": {"location_id": str(store.locations(first)[0].id)},
            "shop_id": first.id,
            "shop_ids": list(store.shops),
            "hand_made_webhook_key": first.extra["hand_key"],
        }

    def form(self, base: str, shop: Shop) -> dict[str, str]:
        """What is typed for a shop."""
        store = self.store_now()
        return {
            "shop_domain": domain(shop),
            "client_id": store.client_id,
            "client_secret": store.client_secret,
            "base_url": f"{base}/shopify/{domain(shop).split('.')[0]}",
        }

    async def _tokens(self, request: Request, body: dict[str, Any]) -> Any:
        shop = self.shop(body.get("shop_id"))
        wanted = frozenset(str(one) for one in body.get("scopes", [])) or shop.extra["scopes"] or SCOPES
        if wanted - KNOWN:
            raise ValueError(f"scopes must be among {', '.join(sorted(KNOWN))}")
        shop.extra["scopes"] = wanted
        if body.get("ends") and "expire" not in body:
            shop.linked = True
            return super().tokens(shop)
        return await super()._tokens(request, body)

    def tokens(self, shop: Shop) -> dict[str, str]:
        """An offline token, which does not end."""
        store = self.store_now()
        pair = store.tokens.issue(shop.id)
        lasting(store, pair)
        return {"access_token": pair.access, "shop_id": shop.id}

    def order_id(self, order: Order) -> str:
        """Calls take the id; the number is for people."""
        return str(order.id)

    def order_row(self, shop: Shop, order: Order) -> dict[str, Any]:
        """Both machines."""
        store = self.store_now()
        return {
            "financial": financial_of(order),
            "fulfillment": store.fulfillment_status(order),
            "cancelled": order.step == "cancelled",
        }

    def _move(self, shop: Shop, order: Order, body: dict[str, Any]) -> None:
        store, status = self.store_now(), str(body.get("status", ""))
        if body.get("step") == "cancel_asked":
            raise ValueError("a buyer cannot ask to cancel at Shopify")
        if "fulfillment_order" in body:
            if body["fulfillment_order"] not in FULFILLMENT_ORDER:
                raise ValueError(f"fulfillment_order must be one of {', '.join(FULFILLMENT_ORDER)}")
            for group in store.groups(order):
                group.pinned = str(body["fulfillment_order"])
        if body.get("raw"):
            machine = str(body.get("machine", "fulfillment"))
            if machine not in ("fulfillment", "financial"):
                raise ValueError("machine must be fulfillment or financial")
            order.extra[machine] = status
            store.touch(shop, order)
            store.news(shop, order, "order")
            return
        if status == "CANCELLED":
            body = {**body, "status": "", "step": "cancelled"}
        super()._move(shop, order, body)

    async def _subscriptions(self, request: Request, _body: dict[str, Any]) -> Any:
        shop = self.shop(request.query_params.get("shop_id"))
        rows = self.store_now().hooks(shop).values()
        return {"subscriptions": [{"id": one.id, "topic": one.topic, "url": one.uri} for one in rows]}

    async def _stock(self, request: Request, _body: dict[str, Any]) -> Any:
        store, shop = self.store_now(), self.shop(request.query_params.get("shop_id"))
        return {
            "stock": [
                {"sku": one.sku, "location": location.name, "units": store.level(shop, one, location)}
                for listing in shop.listings.values()
                for one in listing.variants
                for location in store.locations(shop)
                if store.level(shop, one, location) is not None
            ]
        }
