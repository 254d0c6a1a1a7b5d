"""Control of a simulated store, the same for all; a partner adds its credentials and perhaps routes of its own.

Below ``/_control/<partner>``, all JSON:

* ``POST shops`` ``{shop_id, name?, region?}``; ``GET shops``
* ``POST tokens`` ``{shop_id?}``: tokens that work, as credentials of the connector; with ``expire``: ``access``,
  ``refresh`` or ``link`` ends what there is
* ``POST items`` ``{skus?, stock?, shop_id?}``: list these SKUs, or forty; ``GET items``: ``item_id``, ``model_id``,
  ``sku``, ``stock``, ``live`` (for sale)
* ``POST orders`` ``{count, step?, status?, skus?, items?, lines?, courier?, cod?, country?, shop_id?, note?, person?,
  prefix?, seed?, updated_seconds_ago?, spread_seconds?, extra?}`` answers ``{shop_id, numbers, ids}``: ids are what
  the partner's own calls name the orders by
* ``GET orders``: rows with ``number``, ``step``, ``status``, ``tracking``, ``times_accepted``, ``times_arranged``,
  ``shipments`` ``[{tracking, courier, pieces}]``, ``cancel_by``, ``lines`` ``[{sku, quantity}]``, ``history``
* ``POST orders/{number}/status`` ``{step?, status?, raw?, reason?, by?}``; ``raw`` allows a word that is in no list
* ``POST orders/change`` ``{numbers?, note?, step?}``: change all of them (or these) now; answers ``{changed}``
* ``POST callback`` ``{url}``: where messages go
"""

from collections.abc import Callable
from typing import Any, Generic, TypeVar

from starlette.requests import Request

from salur.sandbox.engine.control import NotThere, Table
from salur.sandbox.storefront.model import STEPS, Order, Shop
from salur.sandbox.storefront.seeding import BadOrder, Wish, list_goods, list_sku, make_orders
from salur.sandbox.storefront.store import Storefront

Kind = TypeVar("Kind", bound=Storefront)


class StoreControl(Generic[Kind]):
    """/_control/<partner>/..."""

    def __init__(self, store_now: Callable[[], Kind]) -> None:
        self.store_now = store_now

    def table(self) -> Table:
        """Routes."""
        return [
            ("POST", "/shops", self._add_shop),
            ("GET", "/shops", self._shops),
            ("POST", "/tokens", self._tokens),
            ("POST", "/items", self._items),
            ("GET", "/items", self._list_items),
            ("POST", "/orders", self._add_orders),
            ("GET", "/orders", self._orders),
            ("POST", "/orders/change", self._change),
            ("POST", "/orders/{number}/status", self._set_status),
            ("POST", "/callback", self._callback),
        ]

    # --- what a partner overrides --------------------------------------------------------------------------------

    def credentials(self, base: str) -> dict[str, Any]:
        """``form`` and ``settings``: what is typed into the hub's forms, by field; ``shop_id``, ``shop_ids``."""
        raise NotImplementedError

    def tokens(self, shop: Shop) -> dict[str, str]:
        """Credentials that the login would have left: access_token, refresh_token, shop_id and the partner's own."""
        pair = self.store_now().tokens.issue(shop.id)
        return {"access_token": pair.access, "refresh_token": pair.refresh, "shop_id": shop.id}

    def order_row(self, shop: Shop, order: Order) -> dict[str, Any]:
        """More columns of an order's row."""
        return {}

    def order_id(self, order: Order) -> str:
        """What the partner's own calls name an order by."""
        return order.number

    # --- handlers ------------------------------------------------------------------------------------------------

    def shop(self, wanted: Any = None) -> Shop:
        """The shop of that id, else the first; raises NotThere."""
        shops = self.store_now().shops
        found = shops.get(str(wanted)) if wanted else next(iter(shops.values()))
        if found is None:
            raise NotThere(f"no shop {wanted}")
        return found

    async def _add_shop(self, _request: Request, body: dict[str, Any]) -> Any:
        store = self.store_now()
        region = str(body.get("region") or next(iter(store.currencies)))
        if region not in store.currencies:
            raise ValueError(f"region must be one of {', '.join(store.currencies)}")
        return _shop_row(store.add_shop(str(body["shop_id"]), str(body.get("name", "Shop")), region))

    async def _shops(self, _request: Request, _body: dict[str, Any]) -> Any:
        return {"shops": [_shop_row(shop) for shop in self.store_now().shops.values()]}

    async def _tokens(self, _request: Request, body: dict[str, Any]) -> Any:
        shop, expire = self.shop(body.get("shop_id")), body.get("expire")
        if expire is None:
            shop.linked = True
            return self.tokens(shop)
        if expire == "link":
            self.store_now().unlink(shop)
        else:
            self.store_now().tokens.end(shop.id, str(expire))
        return {"ok": True}

    async def _items(self, _request: Request, body: dict[str, Any]) -> Any:
        store, shop, stock = self.store_now(), self.shop(body.get("shop_id")), int(body.get("stock", 1000))
        if body.get("skus"):
            return {"item_ids": [str(list_sku(store, shop, str(sku), stock)[0].id) for sku in body["skus"]]}
        return {"item_ids": [str(listing.id) for listing in list_goods(store, shop, stock)]}

    async def _list_items(self, request: Request, _body: dict[str, Any]) -> Any:
        shop = self.shop(request.query_params.get("shop_id"))
        return {
            "items": [
                {
                    "item_id": str(listing.id),
                    "model_id": str(one.id),
                    "sku": one.sku,
                    "stock": one.stock,
                    "live": listing.live,
                }
                for listing in shop.listings.values()
                for one in listing.variants
            ]
        }

    async def _add_orders(self, _request: Request, body: dict[str, Any]) -> Any:
        shop = self.shop(body.get("shop_id") or self._shop_in(body.get("country")))
        wish = Wish(
            count=int(body.get("count", 1)),
            step=str(body.get("step") or self._step_of(str(body.get("status", ""))) or "paid"),
            status=str(body.get("status", "")),
            updated_seconds_ago=float(body.get("updated_seconds_ago", 0)),
            spread_seconds=float(body.get("spread_seconds", 0)),
            lines=int(body.get("lines", 0)),
            skus=[str(sku) for sku in body.get("skus", [])],
            items=list(body.get("items", [])),
            courier=str(body.get("courier", "")),
            cash_on_delivery=body.get("cod"),
            seed=body.get("seed", len(shop.orders)),
            prefix=str(body.get("prefix", "")),
            note=body.get("note"),
            person={str(key): str(value) for key, value in dict(body.get("person") or {}).items()},
            extra=dict(body.get("extra") or {}),
        )
        numbers = make_orders(self.store_now(), shop, wish)
        ids = [self.order_id(shop.orders[number]) for number in numbers]
        return {"shop_id": shop.id, "numbers": numbers, "ids": ids}

    def _shop_in(self, country: Any) -> str | None:
        if country is None:
            return None
        store = self.store_now()
        for shop in store.shops.values():
            if shop.region == country:
                return shop.id
        if country not in store.currencies:
            raise BadOrder(f"country must be one of {', '.join(store.currencies)}")
        return store.add_shop(str(800_000 + len(store.shops)), f"Shop {country}", str(country)).id

    def _step_of(self, status: str) -> str:
        words = self.store_now().words
        return next((step for step, word in words.items() if word == status), "")

    async def _orders(self, request: Request, _body: dict[str, Any]) -> Any:
        wanted, step = request.query_params.get("shop_id"), request.query_params.get("step")
        shops = [self.shop(wanted)] if wanted else list(self.store_now().shops.values())
        return {
            "orders": [
                self._row(shop, order) for shop in shops for order in shop.orders.values() if step in (None, order.step)
            ]
        }

    async def _set_status(self, request: Request, body: dict[str, Any]) -> Any:
        number = str(request.path_params["number"])
        found = self.store_now().find_order(number)
        if found is None:
            raise NotThere(f"no order {number}")
        shop, order = found
        self._move(shop, order, body)
        return self._row(shop, order)

    def _move(self, shop: Shop, order: Order, body: dict[str, Any]) -> None:
        store, status = self.store_now(), str(body.get("status", ""))
        if status and not body.get("raw") and status not in store.statuses:
            raise ValueError(f"status must be one of {', '.join(store.statuses)}")
        step = str(body.get("step") or self._step_of(status) or order.step)
        if step not in STEPS:
            raise ValueError(f"step must be one of {', '.join(STEPS)}")
        reason = str(body.get("reason") or "Changed my mind")
        if step == "cancel_asked" and order.step != "cancel_asked":
            store.ask_to_cancel(shop, order, reason)
        elif step == "cancelled" and order.step != "cancelled":
            store.cancel(shop, order, str(body.get("by", "buyer")), reason)
            if status and order.status != status:  # the partner has several words for what is off
                store.set_step(shop, order, step, status)
        elif step == "ready" and not order.tracking:
            store.arrange(shop, order, {"by": "control"}, status)
        else:
            if step in ("shipped", "delivered", "completed"):
                store.issue_tracking(shop, order)
            store.set_step(shop, order, step, status)

    async def _change(self, _request: Request, body: dict[str, Any]) -> Any:
        """All orders, or those named: a new note, or a new step."""
        store, named = self.store_now(), {str(number) for number in body.get("numbers", [])}
        changed = 0
        for shop in store.shops.values():
            for order in list(shop.orders.values()):
                if named and order.number not in named:
                    continue
                if "note" in body:
                    order.note = str(body["note"])
                    store.touch(shop, order)
                    store.news(shop, order, "order")
                if "step" in body:
                    self._move(shop, order, body)
                changed += 1
        return {"changed": changed}

    async def _callback(self, _request: Request, body: dict[str, Any]) -> Any:
        self.store_now().settings.callback_url = str(body["url"])
        return {"ok": True}

    def _row(self, shop: Shop, order: Order) -> dict[str, Any]:
        return {**_order_row(shop, order), **self.order_row(shop, order)}


def _shop_row(shop: Shop) -> dict[str, Any]:
    return {
        "shop_id": shop.id,
        "name": shop.name,
        "region": shop.region,
        "linked": shop.linked,
        "orders": len(shop.orders),
        "items": len(shop.listings),
    }


def _order_row(shop: Shop, order: Order) -> dict[str, Any]:
    return {
        "shop_id": shop.id,
        "number": order.number,
        "id": order.id,
        "step": order.step,
        "status": order.status,
        "courier": order.courier.name,
        "tracking": order.tracking,
        "times_accepted": order.times_accepted,
        "times_arranged": order.times_arranged,
        "shipments": [
            {"tracking": one.tracking, "courier": one.courier, "pieces": sum(one.pieces.values())}
            for one in order.shipments
        ],
        "created": order.created,
        "updated": order.updated,
        "cancel_by": order.cancel_by,
        "cancel_reason": order.cancel_reason,
        "cancel_asked": order.cancel_asked,
        "note": order.note,
        "lines": [{"sku": line.variant.sku, "quantity": line.quantity} for line in order.lines],
        "history": order.history,
    }
