"""The HTTP face of the simulated store: every answer of the API is HTTP 200, errors too (facts.md)."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from salur.sandbox.engine.exchange import Outcome, Refusal, json_bytes
from salur.sandbox.lazada import auth, documents, fulfilment, orders, products, reverse
from salur.sandbox.lazada.call import Call
from salur.sandbox.lazada.store import LazadaStore
from salur.sandbox.storefront import consent
from salur.sandbox.storefront.api import repeat_last, serve
from salur.sandbox.storefront.model import Shop

GET, POST, BOTH = ("GET",), ("POST",), ("GET", "POST")


@dataclass(frozen=True)
class Operation:
    """One API call. Public ones go without a token."""

    methods: tuple[str, ...]
    run: Callable[[Call], dict[str, Any]]
    public: bool = False


OPERATIONS = {
    "auth/token/create": Operation(BOTH, auth.token_create, public=True),
    "auth/token/refresh": Operation(BOTH, auth.token_refresh, public=True),
    "seller/get": Operation(GET, lambda call: {"data": auth.seller_get(call)}),
    "orders/get": Operation(GET, orders.orders_get),
    "order/get": Operation(GET, orders.order_get),
    "order/items/get": Operation(GET, orders.order_items_get),
    "orders/items/get": Operation(GET, orders.orders_items_get),
    "order/shipment/providers/get": Operation(GET, fulfilment.providers_get),
    "order/fulfill/pack": Operation(POST, fulfilment.pack),
    "order/package/rts": Operation(POST, fulfilment.rts),
    "order/package/repack": Operation(POST, fulfilment.repack),
    "order/package/document/get": Operation(BOTH, documents.document_get),
    "order/reverse/cancel/validate": Operation(GET, reverse.validate),
    "order/reverse/cancel/create": Operation(BOTH, reverse.create),
    "order/reverse/cancel/seller/decide": Operation(BOTH, reverse.decide),
    "reverse/getreverseordersforseller": Operation(GET, reverse.reverse_orders),
    "products/get": Operation(GET, products.products_get),
    "product/stock/sellable/update": Operation(POST, products.stock_update),
    "product/stock/sellable/adjust": Operation(POST, products.stock_adjust),
}


class LazadaDialect:
    """JSON with ``code`` 0 or the error's."""

    partner = "lazada"

    def __init__(self, operation: str) -> None:
        self._operation = operation

    def render(self, outcome: Outcome) -> Response:
        """HTTP 200, but for what is no API call."""
        if outcome.file is not None:
            return Response(outcome.file, media_type="application/pdf")
        refused = outcome.refused
        if refused is None:
            return self._json({"code": "0", **(outcome.payload or {})})
        if "result" in refused.extra:
            return self._json({"code": "0", **refused.extra})
        return self._json({"code": refused.code, "message": refused.reason, **refused.extra}, refused.status)

    def _json(self, payload: dict[str, Any], status: int = 200) -> Response:
        body = json_bytes({**payload, "request_id": uuid.uuid4().hex})
        return Response(body, status_code=status, media_type="application/json")

    def too_many(self, retry_after: int) -> Response:
        """HTTP 200 without a time to wait; product calls have a code of their own."""
        if self._operation.startswith("product"):
            words = "Limit service request speed in server side temporarily."
            return self._json({"code": "901", "type": "SYSTEM", "message": words})
        words = "This API has exceeded its call limit, please retry later"
        return self._json({"code": "ApiCallLimit", "type": "SYSTEM", "message": words})

    def broken(self) -> Response:
        """The gateway itself fails."""
        return self._json({"code": "6", "type": "SYSTEM", "message": "E006: Unexpected internal error"}, 500)

    def repeat_item(self, payload: dict[str, Any]) -> None:
        """Repeat the last entry of the first list in the answer."""
        repeat_last(payload)


class LazadaApi:
    """Everything under /lazada; ``/lazada/my/rest`` stands for Malaysia's own host."""

    def __init__(self, store_now: Callable[[], LazadaStore]) -> None:
        self._store_now = store_now

    def routes(self) -> list[Route]:
        """For mounting."""
        return [
            Route("/oauth/authorize", self._login, methods=["GET", "POST"]),
            Route("/documents/{name}", self._document, methods=["GET"]),
            Route("/rest/{path:path}", self._call, methods=["GET", "POST"]),
            Route("/{country}/rest/{path:path}", self._call, methods=["GET", "POST"]),
        ]

    async def _login(self, request: Request) -> Response:
        store, query = self._store_now(), request.query_params
        try:
            if query.get("response_type") != "code":
                raise Refusal("InvalidResponseType", "response_type must be code", status=400)
            if query.get("client_id") != store.app.key:
                raise Refusal("InvalidAppKey", "The specified App Key is invalid", status=400)
            redirect = query.get("redirect_uri", "")
            known = {"state": query["state"]} if "state" in query else {}
            refused = {"error": "access_denied", **known}
            return await consent.answer(store, request, redirect, self._back, title="Lazada", refused=refused)
        except Refusal as refusal:
            return LazadaDialect("login").render(Outcome(None, refused=refusal))

    def _back(self, shop: Shop, given: Any) -> dict[str, str]:
        store = self._store_now()
        state = {"state": given["state"]} if "state" in given else {}
        return {"code": store.tokens.issue_code(shop.id, app=store.app.key), **state}

    async def _document(self, request: Request) -> Response:
        store, name = self._store_now(), request.path_params["name"]
        return await serve(
            store, LazadaDialect("document"), "document", request, b"", lambda: documents.document(store, name)
        )

    async def _call(self, request: Request) -> Response:
        store, path = self._store_now(), request.path_params["path"]
        raw = await request.body()
        given = _parameters(request, raw)
        operation = path if path in OPERATIONS else "unknown"
        base = f"{str(request.base_url).rstrip('/')}/{store.partner}"

        country = request.path_params.get("country", "").upper()

        def act() -> Outcome:
            return Outcome(_run(store, request.method, path, country, given, base))

        return await serve(store, LazadaDialect(path), operation, request, raw, act, key=path)


def _parameters(request: Request, raw: bytes) -> dict[str, str]:
    """Query and form together: the documented samples send system parameters either way."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip()
    form = parse_qsl(raw.decode(errors="replace"), keep_blank_values=True)
    return {**request.query_params, **dict(form if kind == "application/x-www-form-urlencoded" else ())}


def _run(store: LazadaStore, method: str, path: str, country: str, given: dict[str, str], base: str) -> dict[str, Any]:
    operation = OPERATIONS.get(path)
    if operation is None:
        raise Refusal("InvalidApiPath", "The specified API path is invalid", extra={"type": "SYSTEM"})
    if method not in operation.methods:
        raise Refusal("UnsupportedMethod", f"{method} is not supported here", extra={"type": "SYSTEM"})
    auth.check_signature(store, f"/{path}", given)
    shop = None if operation.public else auth.check_token(store, given, country)
    return operation.run(Call(store, given, base, shop))
