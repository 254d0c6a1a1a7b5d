"""All addresses of Etsy's hosts, below one mount point."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from salur.sandbox.engine.exchange import Outcome, Refusal
from salur.sandbox.etsy import access, listings, receipts
from salur.sandbox.etsy.call import Call, EtsyDialect, bad
from salur.sandbox.etsy.shop import Etsy
from salur.sandbox.storefront.answer import Answer, form_fields
from salur.sandbox.storefront.api import serve

Handle = Callable[[Call], Answer]
_RECEIPTS = "shops/{shop_id}/receipts"
_LISTINGS = "shops/{shop_id}/listings"

#: (method, path below /v3/application/, operation as counters and faults name it, scope, handler)
TABLE: tuple[tuple[str, str, str, str, Handle], ...] = (
    ("GET", "users/me", "getMe", "shops_r", listings.get_me),
    ("GET", "shops/{shop_id}", "getShop", "", listings.get_shop),
    ("GET", _RECEIPTS, "getShopReceipts", "transactions_r", receipts.list_receipts),
    ("GET", _RECEIPTS + "/{receipt_id}", "getShopReceipt", "transactions_r", receipts.get_receipt),
    ("PUT", _RECEIPTS + "/{receipt_id}", "updateShopReceipt", "transactions_w", receipts.update_receipt),
    ("POST", _RECEIPTS + "/{receipt_id}/tracking", "createReceiptShipment", "transactions_w", receipts.add_tracking),
    ("GET", _LISTINGS, "getListingsByShop", "listings_r", listings.list_listings),
    ("PATCH", _LISTINGS + "/{listing_id}", "updateListing", "listings_w", listings.update_listing),
    ("GET", "listings/{listing_id}/inventory", "getListingInventory", "listings_r", listings.get_inventory),
    ("PUT", "listings/{listing_id}/inventory", "updateListingInventory", "listings_w", listings.put_inventory),
)


class EtsyApi:
    """All routes below the mount point."""

    def __init__(self, etsy_now: Callable[[], Etsy]) -> None:
        self._etsy_now = etsy_now

    def routes(self) -> list[Route]:
        """For mounting."""
        return [
            Route("/oauth/connect", self._page, methods=["GET", "POST"]),
            Route("/v3/public/oauth/token", self._token, methods=["POST"]),
            *(
                Route(f"/v3/application/{path}", self._answering(name, scope, handle), methods=[method])
                for method, path, name, scope, handle in TABLE
            ),
        ]

    async def _page(self, request: Request) -> Response:
        try:
            return await access.seller_page(self._etsy_now(), request)
        except Refusal as refusal:
            return EtsyDialect().render(Outcome(None, refused=refusal))

    async def _token(self, request: Request) -> Response:
        etsy, raw = self._etsy_now(), await request.body()

        def act() -> Outcome:
            return access.grant(etsy, raw, request.headers.get("content-type", "")).outcome()

        return await serve(etsy, EtsyDialect(), "token", request, raw, act, key="token")

    def _answering(self, name: str, scope: str, handle: Handle) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            etsy, raw = self._etsy_now(), await request.body()
            etsy.base = str(request.url).partition("/v3/")[0]
            headers: dict[str, str] = {}

            def act() -> Outcome:
                access.check_key(etsy, request)
                headers.update(access.count_call(etsy))
                # What is open to everybody needs the key alone.
                shop = access.shop_of(etsy, request, scope) if scope else next(iter(etsy.shops.values()))
                body = _body(raw, request.headers.get("content-type", ""))
                told = handle(Call(etsy, shop, request.query_params, body, request.path_params))
                told.headers.update(headers)
                return told.outcome()

            return await serve(etsy, EtsyDialect(), name, request, raw, act, key="key")

        return answer


def _body(raw: bytes, content_type: str) -> dict[str, Any]:
    """A form or a JSON object; raises Refusal."""
    if not raw:
        return {}
    if content_type.startswith("application/x-www-form-urlencoded"):
        return dict(form_fields(raw))
    try:
        body = json.loads(raw)
    except ValueError as problem:
        raise bad("Invalid JSON") from problem
    if not isinstance(body, dict):
        raise bad("Invalid JSON")
    return body
