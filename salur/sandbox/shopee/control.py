"""Control of the simulated store: shops, tokens, listings, orders."""

from collections.abc import Callable
from typing import Any

from starlette.requests import Request

from salur.sandbox.engine.control import NotThere, Table
from salur.sandbox.shopee.model import LOGISTICS, STATUSES, STEP_OF, Order, Shop
from salur.sandbox.shopee.seeding import BadOrder, Wish, list_goods, list_sku, make_orders
from salur.sandbox.shopee.store import CURRENCY, DEFAULT_SHOP, Store


class ShopeeControl:
    """/_control/shopee/..."""

    def __init__(self, store_now: Callable[[], Store]) -> None:
        self._store_now = store_now

    def table(self) -> Table:
        """Routes."""
        return [
            ("POST", "/app", self._set_app),
            ("POST", "/shops", self._add_shop),
            ("GET", "/shops", self._shops),
            ("POST", "/tokens", self._tokens),
            ("POST", "/items", self._items),
            ("GET", "/items", self._list_items),
            ("POST", "/orders", self._add_orders),
            ("GET", "/orders", self._orders),
            ("POST", "/orders/{sn}/status", self._set_status),
            ("POST", "/orders/{sn}/hide", self._hide),
            ("POST", "/callback", self._callback),
        ]

    def credentials(self, base: str) -> dict[str, Any]:
        """What a hub is configured with."""
        app = self._store_now().app
        return {
            "base_url": f"{base}/shopee",
            "partner_id": app.partner_id,
            "partner_key": app.partner_key,
            "push_key": app.push_key,
            "shop_id": next(iter(self._store_now().shops)),
            "shop_ids": list(self._store_now().shops),
            "auth_url": f"{base}/shopee/api/v2/shop/auth_partner",
        }

    def _shop(self, wanted: Any) -> Shop:
        shop = self._store_now().shops.get(int(wanted or DEFAULT_SHOP))
        if shop is None:
            raise NotThere(f"no shop {wanted}")
        return shop

    async def _set_app(self, _request: Request, body: dict[str, Any]) -> Any:
        """Other credentials of the partner application; what is not named stays."""
        app = self._store_now().app
        app.partner_id = int(body.get("partner_id", app.partner_id))
        app.partner_key = str(body.get("partner_key", app.partner_key))
        app.push_key = str(body.get("push_key", app.push_key))
        return vars(app)

    async def _add_shop(self, _request: Request, body: dict[str, Any]) -> Any:
        region = str(body.get("region", "TH"))
        if region not in CURRENCY:
            raise ValueError(f"region must be one of {', '.join(CURRENCY)}")
        shop = self._store_now().add_shop(int(body["shop_id"]), str(body.get("name", "Shop")), region)
        return _shop_row(shop)

    async def _shops(self, _request: Request, _body: dict[str, Any]) -> Any:
        return {"shops": [_shop_row(shop) for shop in self._store_now().shops.values()]}

    async def _tokens(self, _request: Request, body: dict[str, Any]) -> Any:
        """Issue a pair, or with ``expire``: access, refresh or link, end what there is."""
        store, shop, expire = self._store_now(), self._shop(body.get("shop_id")), body.get("expire")
        if expire is None:
            access, refresh, seconds = store.issue_tokens(shop, str(body.get("access_token", "")))
            return {"access_token": access, "refresh_token": refresh, "expire_in": seconds, "shop_id": shop.shop_id}
        now = store.core.clock.now()
        if expire == "link":
            store.unlink(shop)
        elif expire == "access":
            for token in store.access.values():
                token.expires_at = min(token.expires_at, now) if token.shop_id == shop.shop_id else token.expires_at
        elif expire == "refresh":
            for held in store.refresh.values():
                held.expires_at = min(held.expires_at, now) if held.shop_id == shop.shop_id else held.expires_at
        else:
            raise ValueError("expire must be access, refresh or link")
        return {"ok": True}

    async def _items(self, _request: Request, body: dict[str, Any]) -> Any:
        """List the given SKUs, or the forty of the demo when none are given."""
        store, shop, stock = self._store_now(), self._shop(body.get("shop_id")), int(body.get("stock", 1000))
        if body.get("skus"):
            return {"item_ids": [list_sku(store, shop, str(sku), stock)[0].item_id for sku in body["skus"]]}
        return {"item_ids": [item.item_id for item in list_goods(store, shop, stock)]}

    async def _list_items(self, request: Request, _body: dict[str, Any]) -> Any:
        shop = self._shop(request.query_params.get("shop_id"))
        return {
            "items": [
                {"item_id": item.item_id, "model_id": model.model_id, "sku": model.sku, "stock": model.stock}
                for item in shop.items.values()
                for model in item.models
            ]
        }

    async def _add_orders(self, _request: Request, body: dict[str, Any]) -> Any:
        country = body.get("country")
        shop = self._shop(body.get("shop_id") or self._shop_in(country))
        if country and country != shop.region:
            raise BadOrder(f"shop {shop.shop_id} is in {shop.region}, not in {country}")
        wish = Wish(
            count=int(body.get("count", 1)),
            status=str(body.get("status") or _status_of(body.get("step")) or "READY_TO_SHIP"),
            updated_seconds_ago=float(body.get("updated_seconds_ago", 0)),
            spread_seconds=float(body.get("spread_seconds", 0)),
            lines=int(body.get("lines", 0)),
            skus=[str(sku) for sku in body.get("skus", [])],
            items=list(body.get("items", [])),
            carrier=str(body.get("carrier", "")),
            cod=body.get("cod"),
            seed=body.get("seed", len(shop.orders)),
            prefix=str(body.get("prefix", "")),
            person={str(key): str(value) for key, value in dict(body.get("person") or {}).items()},
            extra=dict(body.get("extra") or {}),
        )
        numbers = make_orders(self._store_now(), shop, wish)
        return {"shop_id": shop.shop_id, "order_sns": numbers, "numbers": numbers}

    def _shop_in(self, country: Any) -> int | None:
        if country is None:
            return None
        shops = self._store_now().shops
        for shop in shops.values():
            if shop.region == country:
                return shop.shop_id
        if country not in CURRENCY:
            raise BadOrder(f"country must be one of {', '.join(CURRENCY)}")
        return self._store_now().add_shop(max(shops) + 1, f"Shop {country}", str(country)).shop_id

    async def _orders(self, request: Request, _body: dict[str, Any]) -> Any:
        wanted = request.query_params.get("shop_id")
        status = request.query_params.get("status")
        shops = [self._shop(wanted)] if wanted else list(self._store_now().shops.values())
        return {
            "orders": [
                _order_row(shop, order)
                for shop in shops
                for order in shop.orders.values()
                if status in (None, order.status)
            ]
        }

    async def _hide(self, request: Request, body: dict[str, Any]) -> Any:
        """Let lists name an order whose details are not answered; ``hidden: false`` ends it."""
        sn = str(request.path_params["sn"])
        for shop in self._store_now().shops.values():
            if sn in shop.orders:
                shop.orders[sn].hidden = bool(body.get("hidden", True))
                return {"ok": True}
        raise NotThere(f"no order {sn}")

    async def _set_status(self, request: Request, body: dict[str, Any]) -> Any:
        store, order_sn = self._store_now(), str(request.path_params["sn"])
        for shop in store.shops.values():
            if order_sn in shop.orders:
                order = shop.orders[order_sn]
                break
        else:
            raise NotThere(f"no order {order_sn}")
        status, logistics = (
            str(body.get("status") or _status_of(body.get("step")) or order.status),
            body.get("logistics"),
        )
        if status not in STATUSES and not body.get("raw"):
            raise ValueError(f"status must be one of {', '.join(STATUSES)}")
        if logistics is not None and logistics not in LOGISTICS:
            raise ValueError(f"logistics must be one of {', '.join(LOGISTICS)}")
        reason = str(body.get("reason", "Changed my mind"))
        if status == "IN_CANCEL":
            store.ask_to_cancel(shop, order, reason)
        elif status == "CANCELLED":
            store.cancel(shop, order, str(body.get("by", "buyer")), reason)
        elif status == "PROCESSED" and not order.tracking_number:
            store.arrange(shop, order, {"mode": "control"})
        else:
            if status in ("SHIPPED", "TO_CONFIRM_RECEIVE", "COMPLETED"):
                store.issue_tracking(shop, order)
            store.set_status(shop, order, status, logistics)
        return _order_row(shop, order)

    async def _callback(self, _request: Request, body: dict[str, Any]) -> Any:
        self._store_now().settings.callback_url = str(body["url"])
        return {"ok": True}


def _status_of(step: Any) -> str:
    return next((status for status, one in STEP_OF.items() if one == step), "")


def _shop_row(shop: Shop) -> dict[str, Any]:
    return {
        "shop_id": shop.shop_id,
        "name": shop.name,
        "region": shop.region,
        "linked": shop.linked,
        "orders": len(shop.orders),
        "items": len(shop.items),
    }


def _order_row(shop: Shop, order: Order) -> dict[str, Any]:
    return {
        "shop_id": shop.shop_id,
        "order_sn": order.order_sn,
        "number": order.order_sn,
        "step": STEP_OF.get(order.status, "paid"),
        "status": order.status,
        "logistics": order.logistics,
        "carrier": order.channel.name,
        "tracking_number": order.tracking_number,
        "tracking": order.tracking_number,
        "times_accepted": 0,
        "shipments": [],
        "package_number": order.package_number,
        "times_arranged": order.times_arranged,
        "arranged_with": order.arranged_with,
        "documents": sorted(order.documents),
        "create_time": order.create_time,
        "update_time": order.update_time,
        "cancel_by": order.cancel_by,
        "lines": [{"sku": line.model.sku, "quantity": line.quantity} for line in order.lines],
        "history": order.history,
    }
