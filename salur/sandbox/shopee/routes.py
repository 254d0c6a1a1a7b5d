"""The HTTP face of the simulated store: who may call what, and how answers look."""

import json
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from salur.sandbox.engine.exchange import Bucket, Outcome, Refusal, json_bytes, perform
from salur.sandbox.shopee import auth, documents, logistics, orders, products, seller_page
from salur.sandbox.shopee.call import Call
from salur.sandbox.shopee.model import Shop
from salur.sandbox.shopee.signing import public_base, same, shop_base, sign
from salur.sandbox.shopee.store import Store

PREFIX = "/api/v2/"


@dataclass(frozen=True)
class Operation:
    """One API call. ``flat`` answers at the top level instead of under ``response``."""

    method: str
    run: Callable[[Call], dict[str, Any] | Outcome]
    public: bool = False
    flat: bool = False


OPERATIONS = {
    "auth/token/get": Operation("POST", auth.token_get, public=True, flat=True),
    "auth/access_token/get": Operation("POST", auth.access_token_get, public=True, flat=True),
    "push/get_lost_push_message": Operation("GET", auth.get_lost_push_message, public=True),
    "push/confirm_consumed_lost_push_message": Operation("POST", auth.confirm_consumed_lost_push_message, public=True),
    "shop/get_shop_info": Operation("GET", auth.get_shop_info, flat=True),
    "order/get_order_list": Operation("GET", orders.get_order_list),
    "order/get_order_detail": Operation("GET", orders.get_order_detail),
    "order/cancel_order": Operation("POST", orders.cancel_order),
    "order/handle_buyer_cancellation": Operation("POST", orders.handle_buyer_cancellation),
    "order/search_package_list": Operation("POST", orders.search_package_list),
    "order/get_package_detail": Operation("GET", orders.get_package_detail),
    "logistics/get_shipping_parameter": Operation("GET", logistics.get_shipping_parameter),
    "logistics/ship_order": Operation("POST", logistics.ship_order),
    "logistics/get_tracking_number": Operation("GET", logistics.get_tracking_number),
    "logistics/get_channel_list": Operation("GET", logistics.get_channel_list),
    "logistics/get_shipping_document_parameter": Operation("POST", documents.get_shipping_document_parameter),
    "logistics/create_shipping_document": Operation("POST", documents.create_shipping_document),
    "logistics/get_shipping_document_result": Operation("POST", documents.get_shipping_document_result),
    "logistics/download_shipping_document": Operation("POST", documents.download_shipping_document),
    "product/get_item_list": Operation("GET", products.get_item_list),
    "product/get_item_base_info": Operation("GET", products.get_item_base_info),
    "product/get_model_list": Operation("GET", products.get_model_list),
    "product/update_stock": Operation("POST", products.update_stock),
}


class ShopeeDialect:
    """JSON with error and message; files as they are."""

    partner = "shopee"

    def render(self, outcome: Outcome) -> Response:
        """HTTP 200 unless the refusal says otherwise."""
        if outcome.file is not None:
            return Response(outcome.file, media_type="application/pdf")
        status = outcome.refused.status if outcome.refused else 200
        return Response(json_bytes(outcome.payload), status_code=status, media_type="application/json")

    def too_many(self, retry_after: int) -> Response:
        """error_rate_limit."""
        words = "Too many requests. You have reached the rate limit. Please try again later."
        return Response(
            json_bytes(_refused(Refusal("error_rate_limit", words))),
            status_code=429,
            media_type="application/json",
            headers={"Retry-After": str(retry_after)},
        )

    def broken(self) -> Response:
        """error_server."""
        refusal = Refusal("error_server", "System error. Please try again later.")
        return Response(json_bytes(_refused(refusal)), status_code=500, media_type="application/json")

    def repeat_item(self, payload: dict[str, Any]) -> None:
        """Repeat the last entry of the first list in the answer."""
        for value in payload.get("response", {}).values():
            if isinstance(value, list) and value:
                value.append(value[-1])
                return


def _request_id() -> str:
    return uuid.uuid4().hex


def _refused(refusal: Refusal) -> dict[str, Any]:
    return {"error": refusal.code, "message": refusal.reason, "request_id": _request_id(), **refusal.extra}


def check_signature(store: Store, path: str, query: dict[str, str], *, shop_call: bool) -> None:
    """Partner, time and signature of a request (shopee.md, Signature); raises Refusal."""
    for name in ("partner_id", "timestamp", "sign"):
        if not query.get(name):
            raise Refusal("error_param", f"There is no {name} in query.")
    if query["partner_id"] != str(store.app.partner_id):
        raise Refusal("error_param", "Invalid partner_id.")
    if not query["timestamp"].isdigit():
        raise Refusal("error_param", "Timestamp is invalid, should be an integer between 0 and 4294967295.")
    if abs(store.core.clock.now() - int(query["timestamp"])) > store.settings.timestamp_tolerance:
        raise Refusal("error_param", "Timestamp is expired.")
    if shop_call:
        for name in ("access_token", "shop_id"):
            if not query.get(name):
                raise Refusal("error_param", f"There is no {name} in query.")
        base = shop_base(query["partner_id"], path, query["timestamp"], query["access_token"], query["shop_id"])
    else:
        base = public_base(query["partner_id"], path, query["timestamp"])
    if not same(query["sign"], sign(store.app.partner_key, base)):
        raise Refusal("error_sign", "Wrong sign.", status=403)


def check_token(store: Store, query: dict[str, str]) -> Shop:
    """The shop that the access token opens; raises Refusal."""
    held = store.access.get(query["access_token"])
    if held is None or held.expires_at <= store.core.clock.now():
        raise Refusal("invalid_acceess_token", "Invalid access_token, please have a check.", status=403)
    shop = store.shops.get(held.shop_id)
    if shop is None or str(held.shop_id) != query["shop_id"] or not shop.linked:
        raise Refusal("partner_shop_no_link", "Invalid partner_id or shop_id, please have a check.", status=403)
    return shop


class ShopeeApi:
    """All routes below the mount point."""

    def __init__(self, store_now: Callable[[], Store]) -> None:
        self._store_now = store_now
        self._dialect = ShopeeDialect()

    def routes(self) -> list[Route]:
        """For mounting."""
        return [
            Route("/api/v2/shop/auth_partner", self._seller_page, methods=["GET", "POST"]),
            Route("/api/v2/shop/cancel_auth_partner", self._seller_page, methods=["GET", "POST"]),
            Route("/api/v2/{operation:path}", self._operation, methods=["GET", "POST"]),
        ]

    async def _seller_page(self, request: Request) -> Response:
        store, path = self._store_now(), PREFIX + "shop/" + request.url.path.rsplit("/", 1)[1]
        query = dict(request.query_params)
        try:
            check_signature(store, path, query, shop_call=False)
            return await seller_page.answer(store, request)
        except Refusal as refusal:
            return self._dialect.render(Outcome(_refused(refusal), refused=refusal))

    async def _operation(self, request: Request) -> Response:
        store, name = self._store_now(), str(request.path_params["operation"])
        raw = await request.body()

        async def act() -> Outcome:
            try:
                return self._run(store, name, request, raw)
            except Refusal as refusal:
                return Outcome(_refused(refusal), refused=refusal)

        core = store.core
        shop_id = request.query_params.get("shop_id", "")
        wait = store.buckets.setdefault(int(shop_id) if shop_id.isdigit() else 0, Bucket()).wait_for(
            store.settings.rate_limit_per_second, time.monotonic()
        )
        if wait > 0:
            count = core.counts.of("shopee", name)
            count.calls += 1
            count.refused["error_rate_limit"] += 1
            return self._dialect.too_many(int(wait) + 1)
        return await perform(
            self._dialect,
            name,
            faults=core.faults,
            counts=core.counts,
            said=lambda: f"{request.url.query} {raw.decode(errors='replace')}",
            act=act,
        )

    def _run(self, store: Store, name: str, request: Request, raw: bytes) -> Outcome:
        operation = OPERATIONS.get(name)
        if operation is None or operation.method != request.method:
            words = "Permission denied. This API is currently offline or the request path is incorrect."
            raise Refusal("error_param", words, status=404)
        query = dict(request.query_params)
        check_signature(store, PREFIX + name, query, shop_call=not operation.public)
        shop = None if operation.public else check_token(store, query)
        repeated = {key: request.query_params.getlist(key) for key in request.query_params}
        result = operation.run(Call(store, query, repeated, _body(request, raw), shop))
        if isinstance(result, Outcome):
            return result
        envelope: dict[str, Any] = {"request_id": _request_id(), "error": "", "message": ""}
        return Outcome({**envelope, **result} if operation.flat else {**envelope, "response": result})


def _body(request: Request, raw: bytes) -> dict[str, Any]:
    if request.method != "POST":
        return {}
    try:
        body = json.loads(raw or b"{}")
    except ValueError as problem:
        raise Refusal("error_data", "parse data failed") from problem
    if not isinstance(body, dict):
        raise Refusal("error_data", "parse data failed")
    return body
