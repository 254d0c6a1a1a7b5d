"""All addresses of eBay's hosts (api, apiz, auth), below one mount point."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from salur.sandbox.ebay import access, cancelling, inventory, notifications, orders
from salur.sandbox.ebay.call import Call, EbayDialect, GrantDialect, PostOrderDialect, unreadable
from salur.sandbox.ebay.seller import Ebay
from salur.sandbox.engine.exchange import Outcome, Refusal
from salur.sandbox.storefront.answer import Answer
from salur.sandbox.storefront.api import json_object, serve

Handle = Callable[[Call], Answer]
_ORDER = "/sell/fulfillment/v1/order"
_ITEM = "/sell/inventory/v1/inventory_item"
_CANCEL = "/post-order/v2/cancellation"
_FULFILL, _STOCK, _IDENTITY = "sell.fulfillment", "sell.inventory", "commerce.identity.readonly"


@dataclass(frozen=True)
class Operation:
    """``name`` as counters and faults have it; Post-Order asks for no scope and words errors in its own way."""

    method: str
    path: str
    name: str
    scope: str
    handle: Handle

    @property
    def post_order(self) -> bool:
        """Whether it belongs to the older API."""
        return self.path.startswith("/post-order")


TABLE = (
    Operation("GET", "/commerce/identity/v1/user/", "getUser", _IDENTITY, inventory.get_user),
    Operation("GET", _ORDER, "getOrders", _FULFILL, orders.list_orders),
    Operation("GET", _ORDER + "/{order_id}", "getOrder", _FULFILL, orders.get_order),
    Operation("POST", _ORDER + "/{order_id}/shipping_fulfillment", "createShippingFulfillment", _FULFILL,
              orders.add_parcel),
    Operation("GET", _ORDER + "/{order_id}/shipping_fulfillment", "getShippingFulfillments", _FULFILL,
              orders.list_parcels),
    Operation("GET", _ORDER + "/{order_id}/shipping_fulfillment/{fulfillment_id}", "getShippingFulfillment", _FULFILL,
              orders.get_parcel),
    Operation("GET", _ITEM, "getInventoryItems", _STOCK, inventory.list_items),
    Operation("GET", _ITEM + "/{sku:path}", "getInventoryItem", _STOCK, inventory.get_item),
    Operation("POST", "/sell/inventory/v1/bulk_update_price_quantity", "bulkUpdatePriceQuantity", _STOCK,
              inventory.update_stock),
    Operation("POST", _CANCEL + "/check_eligibility", "postorder.check_eligibility", "", cancelling.check_eligibility),
    Operation("POST", _CANCEL, "postorder.cancel", "", cancelling.cancel),
    Operation("GET", _CANCEL + "/{cancel_id}", "postorder.get", "", cancelling.get_cancellation),
    Operation("POST", _CANCEL + "/{cancel_id}/approve", "postorder.approve", "", cancelling.approve),
    Operation("POST", _CANCEL + "/{cancel_id}/reject", "postorder.reject", "", cancelling.reject),
)  # fmt: skip


class EbayApi:
    """All routes below the mount point."""

    def __init__(self, ebay_now: Callable[[], Ebay]) -> None:
        self._ebay_now = ebay_now
        self._dialect, self._post_order, self._grants = EbayDialect(), PostOrderDialect(), GrantDialect()

    def routes(self) -> list[Route]:
        """For mounting."""
        return [
            Route("/oauth2/authorize", self._page, methods=["GET", "POST"]),
            Route("/identity/v1/oauth2/token", self._token, methods=["POST"]),
            *(Route(one.path, self._answering(one), methods=[one.method]) for one in TABLE),
            *notifications.routes(self._ebay_now),
        ]

    async def _page(self, request: Request) -> Response:
        try:
            return await access.seller_page(self._ebay_now(), request)
        except Refusal as refusal:
            return self._grants.refuse(refusal)

    async def _token(self, request: Request) -> Response:
        ebay, raw = self._ebay_now(), await request.body()

        def act() -> Outcome:
            return access.grant(ebay, request, raw).outcome()

        return await serve(ebay, self._grants, "token", request, raw, act, key="token")

    def _answering(self, operation: Operation) -> Callable[[Request], Awaitable[Response]]:
        dialect = self._post_order if operation.post_order else self._dialect

        async def answer(request: Request) -> Response:
            ebay, raw = self._ebay_now(), await request.body()

            def act() -> Outcome:
                kind = "IAF" if operation.post_order else "Bearer"
                shop = access.shop_of(ebay, request, kind, operation.scope)
                if operation.post_order:
                    access.check_marketplace(request)
                elif operation.scope == _FULFILL:
                    access.count_call(ebay)
                body = json_object(raw, unreadable) if raw else {}
                base = str(request.url.replace(query="")).removesuffix(request.scope["path"]) + _mount(request)
                call = Call(ebay, shop, request.query_params, body, request.path_params, base, request.url.query)
                return operation.handle(call).outcome()

            return await serve(ebay, dialect, operation.name, request, raw, act, key=operation.name)

        return answer


def _mount(request: Request) -> str:
    return str(request.scope.get("root_path", ""))
