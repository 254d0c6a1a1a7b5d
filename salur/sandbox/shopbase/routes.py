"""The HTTP face of the simulated ShopBase.

A shop's own host ``https://{store}.onshopbase.com`` is ``/shopbase/{store}`` here; ``/shopbase`` alone stands for
whichever shop the token (or the owner at the login) belongs to.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from salur.sandbox.engine.exchange import Outcome, Refusal
from salur.sandbox.shopbase import login, orders, others
from salur.sandbox.shopbase.call import TOO_MANY, Call, ShopbaseDialect, caller, missing, refused
from salur.sandbox.shopbase.store import Leaky, ShopbaseStore
from salur.sandbox.storefront.api import json_object, serve
from salur.sandbox.storefront.model import Shop


@dataclass(frozen=True)
class Operation:
    """One call; ``needs`` is its scope."""

    method: str
    path: str
    name: str
    run: Callable[[Call], dict[str, Any]]
    needs: str = ""


OPERATIONS = (
    Operation("GET", "shop.json", "shop", others.get_shop),
    Operation("GET", "orders.json", "orders", orders.list_orders, "read_orders"),
    Operation("GET", "orders/count.json", "orders.count", orders.count_orders, "read_orders"),
    Operation("GET", "orders/{id}.json", "order", orders.get_order, "read_orders"),
    Operation("PUT", "orders/{id}.json", "order.update", orders.update_order, "write_orders"),
    Operation("POST", "orders/{id}/cancel.json", "order.cancel", orders.cancel_order, "write_orders"),
    Operation("POST", "orders/{id}/close.json", "order.close", orders.close_order, "write_orders"),
    Operation("POST", "orders/{id}/open.json", "order.open", orders.open_order, "write_orders"),
    Operation(
        "GET", "orders/{id}/fulfillments.json", "order.fulfillments.list", orders.list_fulfillments, "read_orders"
    ),
    Operation("POST", "orders/{id}/fulfillments.json", "order.fulfillments", orders.add_fulfillment, "write_orders"),
    Operation(
        "PUT",
        "orders/{id}/fulfillments/{part}.json",
        "order.fulfillments.update",
        orders.update_fulfillment,
        "write_orders",
    ),
    Operation("GET", "products.json", "products", others.list_products, "read_products"),
    Operation("GET", "products/{id}/variants.json", "products.variants", others.list_variants, "read_products"),
    Operation("PUT", "variants/{id}.json", "variant", others.update_variant, "write_products"),
    Operation("GET", "webhooks.json", "webhooks", others.list_hooks),
    Operation("POST", "webhooks.json", "webhooks.create", others.add_hook),
    Operation("DELETE", "webhooks/{id}.json", "webhooks.delete", others.delete_hook),
)


class ShopbaseApi:
    """All routes below the mount point."""

    def __init__(self, store_now: Callable[[], ShopbaseStore]) -> None:
        self._store_now = store_now

    def routes(self) -> list[Route]:
        """For mounting."""
        found = []
        for place in ("", "/{shop}"):
            found += [
                Route(f"{place}/admin/oauth/authorize", self._authorize, methods=["GET", "POST"]),
                Route(f"{place}/admin/oauth/access_token", self._access_token, methods=["POST"]),
                *(Route(f"{place}/admin/{one.path}", self._answering(one), methods=[one.method]) for one in OPERATIONS),
            ]
        return found

    async def _authorize(self, request: Request) -> Response:
        store = self._store_now()
        try:
            return await login.authorize(store, request, _pinned(store, request))
        except Refusal as refusal:
            return ShopbaseDialect().render(Outcome(None, refused=_worded(refusal)))

    async def _access_token(self, request: Request) -> Response:
        store, raw = self._store_now(), await request.body()

        def act() -> Outcome:
            return login.access_token(store, _pinned(store, request), login.given(request, raw))

        return await serve(store, ShopbaseDialect(), "oauth.access_token", request, raw, act)

    def _answering(self, operation: Operation) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            store, raw = self._store_now(), await request.body()
            dialect = ShopbaseDialect()

            def act() -> Outcome:
                shop, scopes = caller(store, request, _pinned(store, request))
                settings = store.settings
                used = store.leaky.setdefault(shop.id, Leaky()).take(settings.bucket_calls, settings.leak_per_second)
                dialect.used = f"{used or settings.bucket_calls}/{settings.bucket_calls}"
                if used is None:
                    raise Refusal("rate_limit", "", status=429, extra={"errors": TOO_MANY})
                if operation.needs and operation.needs not in scopes:
                    words = f"[API] This action requires merchant approval for {operation.needs} scope."
                    raise refused(words, 403)
                body = json_object(raw, lambda words: refused(words, 400))
                path = {key: str(value) for key, value in request.path_params.items()}
                return Outcome(operation.run(Call(store, shop, dict(request.query_params), body, path)))

            key = request.headers.get("x-shopbase-access-token", "")
            return await serve(store, dialect, operation.name, request, raw, act, key=key)

        return answer


def _pinned(store: ShopbaseStore, request: Request) -> Shop | None:
    name = request.path_params.get("shop")
    if name is None:
        return None
    found = store.known_shop(str(name))
    if found is None:
        raise missing()
    return found


def _worded(refusal: Refusal) -> Refusal:
    """The login page's own refusals have no words of ours yet."""
    return refusal if refusal.extra else login.oauth(refusal.code, refusal.reason)
