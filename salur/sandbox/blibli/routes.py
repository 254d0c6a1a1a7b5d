"""The HTTP face of the simulated Blibli."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from salur.sandbox.blibli import orders, products
from salur.sandbox.blibli.call import BlibliDialect, Call, bad, caller
from salur.sandbox.blibli.market import Blibli
from salur.sandbox.engine.exchange import Outcome
from salur.sandbox.storefront.api import json_object, serve

OLDER, NEWER = "/v2/proxy/mta/api/businesspartner/v1/order", "/v2/proxy/seller/v1"


@dataclass(frozen=True)
class Operation:
    """One call."""

    method: str
    path: str
    name: str
    run: Callable[[Call], dict[str, Any]]


OPERATIONS = (
    Operation("POST", f"{NEWER}/orders/packages/filter", "order.list", orders.list_items),
    Operation("GET", f"{NEWER}/orders/items/cancellations/reasons", "order.cancel_reasons", orders.reasons),
    Operation("GET", f"{NEWER}/orders/items/{{item}}", "order.detail", orders.get_item),
    Operation("POST", f"{NEWER}/orders/items/{{item}}/cancellations", "order.cancel", orders.cancel),
    Operation("GET", f"{OLDER}/getCombineShipping", "order.combine", orders.combine),
    Operation("POST", f"{OLDER}/createPackage", "order.package", orders.create_package),
    Operation("POST", f"{NEWER}/orders/regular/{{package}}/fulfill", "order.fulfil", orders.fulfil),
    Operation("PUT", f"{NEWER}/orders/dropship/{{package}}", "order.dropship", orders.change_awb),
    Operation("GET", f"{NEWER}/orders/{{package}}/shippingLabel", "order.label", orders.label),
    Operation("POST", f"{NEWER}/products/filter", "product.list", products.list_products),
    Operation("POST", f"{NEWER}/products/{{product}}/variants/filter", "product.variants", products.list_variants),
    Operation("PUT", f"{NEWER}/products/{{product}}/stock", "product.stock", products.set_stock),
)


class BlibliApi:
    """All routes below the mount point."""

    def __init__(self, market_now: Callable[[], Blibli]) -> None:
        self._market_now = market_now

    def routes(self) -> list[Route]:
        """For mounting."""
        return [Route(one.path, self._answering(one), methods=[one.method]) for one in OPERATIONS]

    def _answering(self, operation: Operation) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            market, raw = self._market_now(), await request.body()
            query = dict(request.query_params)
            dialect = BlibliDialect(query.get("requestId", ""), operation.path.startswith(OLDER))

            def act() -> Outcome:
                shop = caller(market, request, raw)
                path = {key: str(value) for key, value in request.path_params.items()}
                return Outcome(operation.run(Call(market, shop, query, json_object(raw, bad), path)))

            return await serve(market, dialect, operation.name, request, raw, act, key=query.get("storeCode", ""))

        return answer
