"""All addresses of Amazon's three hosts, below one mount point."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from salur.sandbox.amazon import access, listings, orders
from salur.sandbox.amazon.call import AmazonDialect, Call, GrantDialect, invalid
from salur.sandbox.amazon.seller import Seller
from salur.sandbox.engine.exchange import Outcome, Refusal
from salur.sandbox.storefront.answer import Answer
from salur.sandbox.storefront.api import json_object, serve

Handle = Callable[[Call], Answer]
_ITEMS = "/listings/2021-08-01/items/{seller_id}"

#: (method, path, operation as counters and faults name it, its usage plan, handler)
TABLE: tuple[tuple[str, str, str, str, Handle], ...] = (
    ("GET", "/sellers/v1/marketplaceParticipations", "getMarketplaceParticipations", "participations",
     listings.participations),
    ("GET", "/orders/2026-01-01/orders", "searchOrders", "search_orders", orders.search_orders),
    ("GET", "/orders/2026-01-01/orders/{order_id}", "getOrder", "get_order", orders.get_order),
    ("POST", "/orders/v0/orders/{order_id}/shipmentConfirmation", "confirmShipment", "confirm_shipment",
     orders.confirm_shipment),
    ("GET", _ITEMS, "searchListingsItems", "search_listings", listings.search_listings),
    ("GET", _ITEMS + "/{sku:path}", "getListingsItem", "get_listing", listings.get_listing),
    ("PATCH", _ITEMS + "/{sku:path}", "patchListingsItem", "patch_listing", listings.patch_listing),
)  # fmt: skip


class AmazonApi:
    """All routes below the mount point."""

    def __init__(self, seller_now: Callable[[], Seller]) -> None:
        self._seller_now = seller_now
        self._dialect = AmazonDialect()
        self._grants = GrantDialect()

    def routes(self) -> list[Route]:
        """For mounting."""
        return [
            Route("/apps/authorize/consent", self._page, methods=["GET", "POST"]),
            Route("/auth/o2/token", self._token, methods=["POST"]),
            *(
                Route(path, self._answering(name, plan, handle), methods=[method])
                for method, path, name, plan, handle in TABLE
            ),
        ]

    async def _page(self, request: Request) -> Response:
        try:
            return await access.seller_page(self._seller_now(), request)
        except Refusal as refusal:
            return self._grants.render(Outcome(None, refused=refusal))

    async def _token(self, request: Request) -> Response:
        seller, raw = self._seller_now(), await request.body()

        def act() -> Outcome:
            return access.grant(seller, raw, request.headers.get("content-type", "")).outcome()

        return await serve(seller, self._grants, "token", request, raw, act, key="token")

    def _answering(self, name: str, plan: str, handle: Handle) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            seller, raw = self._seller_now(), await request.body()

            def act() -> Outcome:
                shop = access.shop_of(seller, request)
                access.spend(seller, shop, plan)
                body = json_object(raw, invalid) if request.method != "GET" else {}
                return handle(Call(seller, shop, request.query_params, body, request.path_params)).outcome()

            return await serve(seller, self._dialect, name, request, raw, act, key=name)

        return answer
