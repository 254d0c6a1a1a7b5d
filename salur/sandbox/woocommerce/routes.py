"""The addresses below a site's own path."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from salur.sandbox.engine.exchange import Outcome, Refusal
from salur.sandbox.storefront.answer import Answer
from salur.sandbox.storefront.api import json_object, serve
from salur.sandbox.woocommerce import hooks, keys, orders, products
from salur.sandbox.woocommerce.authorize import authorize
from salur.sandbox.woocommerce.call import Call, WooDialect, no_route
from salur.sandbox.woocommerce.site import Sites

Handle = Callable[[Call], Answer]

#: (method, path below /wp-json/wc/v3/, operation as counters and faults name it, handler)
TABLE: tuple[tuple[str, str, str, Handle], ...] = (
    ("GET", "orders", "orders.list", orders.list_orders),
    ("POST", "orders/batch", "orders.batch", orders.batch_orders),
    ("GET", "orders/{id}", "orders.get", orders.get_order),
    ("PUT", "orders/{id}", "orders.update", orders.update_order),
    ("DELETE", "orders/{id}", "orders.delete", orders.delete_order),
    ("POST", "orders/{id}/notes", "orders.notes", orders.add_note),
    ("GET", "orders/{id}/notes", "orders.notes.list", orders.list_notes),
    ("POST", "orders/{id}/shipment-trackings", "shipment-trackings", orders.add_tracking),
    ("GET", "orders/{id}/shipment-trackings", "shipment-trackings.list", orders.list_trackings),
    ("GET", "products", "products", products.list_products),
    ("POST", "products/batch", "products.batch", products.batch_products),
    ("GET", "products/{id}", "products.get", products.get_product),
    ("PUT", "products/{id}", "products.update", products.update_product),
    ("GET", "products/{id}/variations", "products.variations", products.list_variations),
    ("POST", "products/{id}/variations/batch", "products.variations.batch", products.batch_variations),
    ("PUT", "products/{id}/variations/{variation}", "products.variations.update", products.update_variation),
    ("GET", "settings/{group}/{setting}", "settings", products.get_setting),
    ("GET", "webhooks", "webhooks.list", hooks.list_hooks),
    ("POST", "webhooks", "webhooks", hooks.add_hook),
    ("GET", "webhooks/{id}", "webhooks.get", hooks.get_hook),
    ("PUT", "webhooks/{id}", "webhooks.update", hooks.update_hook),
    ("DELETE", "webhooks/{id}", "webhooks.delete", hooks.delete_hook),
)
_BASE = "/{shop}/wp-json"


class WooApi:
    """All routes below the mount point."""

    def __init__(self, sites_now: Callable[[], Sites]) -> None:
        self._sites_now = sites_now
        self._dialect = WooDialect()

    def routes(self) -> list[Route]:
        """For mounting."""
        return [
            *(
                Route(f"{_BASE}/wc/v3/{path}", self._answering(name, handle), methods=[method])
                for method, path, name, handle in TABLE
            ),
            Route("/{shop}/wc-auth/v1/authorize", self._authorize, methods=["GET", "POST"]),
            Route(f"{_BASE}/", self._answering("index", products.index, public=True), methods=["GET"]),
            Route(
                _BASE + "/{rest:path}",
                self._answering("unknown", products.nothing, public=True),
                methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
            ),
        ]

    async def _authorize(self, request: Request) -> Response:
        sites = self._sites_now()
        shop = sites.shops.get(str(request.path_params["shop"]))
        return (
            self._dialect.render(Outcome(None, refused=no_route()))
            if shop is None
            else await authorize(sites, shop, request)
        )

    def _answering(
        self, name: str, handle: Handle, *, public: bool = False
    ) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            sites, raw = self._sites_now(), await request.body()

            def act() -> Outcome:
                shop = sites.shops.get(str(request.path_params["shop"]))
                if shop is None:
                    raise no_route()
                if not public:
                    keys.check(sites, shop, request)
                url = str(request.url.replace(query=""))
                site = url.partition("/wp-json")[0] + "/"
                body = json_object(raw, _bad_json) if request.method in ("POST", "PUT") else {}
                return handle(Call(sites, shop, request.query_params, body, request.path_params, url, site)).outcome()

            shop_id = str(request.path_params["shop"])
            return await serve(sites, self._dialect, name, request, raw, act, key=shop_id)

        return answer


def _bad_json(_words: str) -> Refusal:
    return Refusal("rest_invalid_json", "Invalid JSON body passed.", status=400)
