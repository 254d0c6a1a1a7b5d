"""The HTTP face of the simulated Tokopedia: ``/accounts`` stands for accounts.tokopedia.com, the rest for fs."""

import base64
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from salur.sandbox.engine.exchange import Outcome, Refusal
from salur.sandbox.storefront.api import serve
from salur.sandbox.storefront.tokens import BadToken
from salur.sandbox.tokopedia_legacy import orders, others
from salur.sandbox.tokopedia_legacy.call import Call, TokopediaDialect, bad, refused
from salur.sandbox.tokopedia_legacy.market import APP, Market


@dataclass(frozen=True)
class Operation:
    """One call; its result is the envelope's ``data``, or an Outcome."""

    method: str
    path: str
    name: str
    run: Callable[[Call], Any]


_ORDER = "/v1/order/{order_id}/fs/{fs_id}"
OPERATIONS = (
    Operation("GET", "/v2/order/list", "order.list", orders.list_orders),
    Operation("GET", "/v2/fs/{fs_id}/order", "order.detail", orders.get_order),
    Operation("POST", f"{_ORDER}/ack", "order.ack", orders.accept),
    Operation("POST", f"{_ORDER}/nack", "order.nack", orders.reject),
    Operation("POST", f"{_ORDER}/status", "order.status", orders.set_status),
    Operation("GET", f"{_ORDER}/shipping-label", "order.label", orders.label),
    Operation("POST", "/inventory/v1/fs/{fs_id}/pick-up", "order.pickup", orders.pick_up),
    Operation("GET", "/v1/shop/fs/{fs_id}/shop-info", "shop.info", others.shop_info),
    Operation("GET", "/inventory/v1/fs/{fs_id}/product/info", "product.info", others.product_info),
    Operation("POST", "/inventory/v1/fs/{fs_id}/stock/update", "stock.update", others.update_stock),
    Operation("POST", "/v1/fs/{fs_id}/register", "webhook.register", others.register),
)


class TokopediaApi:
    """All routes below the mount point."""

    def __init__(self, market_now: Callable[[], Market]) -> None:
        self._market_now = market_now
        self._dialect = TokopediaDialect()

    def routes(self) -> list[Route]:
        """For mounting."""
        return [
            Route("/accounts/token", self._token, methods=["POST"]),
            *(Route(one.path, self._answering(one), methods=[one.method]) for one in OPERATIONS),
        ]

    async def _token(self, request: Request) -> Response:
        market, raw = self._market_now(), await request.body()

        def act() -> Outcome:
            pair = f"{market.client_id}:{market.client_secret}"
            basic = f"Basic {base64.b64encode(pair.encode()).decode()}"
            if request.headers.get("authorization", "") != basic:
                raise _oauth(401, "invalid_client", "Invalid client_id or client_secret")
            if request.query_params.get("grant_type") != "client_credentials":
                raise _oauth(400, "unsupported_grant_type", "grant_type must be client_credentials")
            made = market.tokens.issue(APP)
            return Outcome(
                {"_oauth": {"access_token": made.access, "expires_in": made.access_seconds, "token_type": "Bearer"}}
            )

        return await serve(market, self._dialect, "token", request, raw, act)

    def _answering(self, operation: Operation) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            market, raw = self._market_now(), await request.body()

            def act() -> Outcome:
                _check(market, request)
                path = {key: str(value) for key, value in request.path_params.items()}
                result = operation.run(Call(market, dict(request.query_params), _body(raw), path))
                return result if isinstance(result, Outcome) else Outcome({"data": result})

            return await serve(market, self._dialect, operation.name, request, raw, act)

        return answer


def _oauth(status: int, error: str, words: str) -> Refusal:
    return Refusal(error, words, status=status, extra={"oauth": {"error": error, "error_description": words}})


def _check(market: Market, request: Request) -> None:
    """Token and application; raises Refusal."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    try:
        market.tokens.shop_of(token if scheme.lower() == "bearer" else "")
    except BadToken as wrong:
        words = "Your request can not be authorized"
        raise refused(401, words, "token is expired or invalid", "AUTH_MDLW_001") from wrong
    if request.path_params.get("fs_id", str(market.fs_id)) != str(market.fs_id):
        raise refused(403, "Forbidden", "fs_id does not belong to this client", "RBAC_MDLW_001")


def _body(raw: bytes) -> Any:
    try:
        return json.loads(raw or b"{}")
    except ValueError as problem:
        raise bad("the body is not JSON") from problem
