"""The HTTP face of the simulated vendor (contracts/gearment/facts.md, Calls)."""

import inspect
import json
import math
import time
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from salur.sandbox.engine.exchange import Bucket, Outcome, Refusal, json_bytes, perform
from salur.sandbox.gearment import goods, orders, subscriptions
from salur.sandbox.gearment.call import Call
from salur.sandbox.gearment.fields import Query, refuse
from salur.sandbox.gearment.limits import Window
from salur.sandbox.gearment.studio import Studio

Operation = Callable[[Call], dict[str, Any] | Awaitable[dict[str, Any]]]
BASE = "/integration-handler/api/v3"
#: (method, path, name in faults and counts, operation); a fixed path stands before one with an id.
OPERATIONS: tuple[tuple[str, str, str, Operation], ...] = (
    ("GET", "/catalog", "VendorListCatalog", goods.list_catalog),
    ("GET", "/catalog/variants", "VendorListCatalogVariant", goods.list_variants),
    ("GET", "/catalog/variants/stock", "VendorGetCatalogStockStatus", goods.list_variants),
    ("POST", "/orders/draft", "VendorCreateOrderDraft", orders.create_draft),
    ("POST", "/orders/draft/labeled", "VendorCreateOrderDraftWithLabel", orders.create_labeled_draft),
    ("PATCH", "/orders/draft/line-items", "VendorUpdateOrderDraftLineItems", orders.update_lines),
    ("GET", "/orders/draft", "VendorListOrderDraft", orders.list_drafts),
    ("GET", "/orders/draft/{wanted}", "VendorGetOrderDraft", orders.get_draft),
    ("POST", "/orders/draft/{wanted}/approve", "VendorApproveOrderDraft", orders.approve_draft),
    ("POST", "/orders/price", "VendorGetPriceQuote", goods.quote),
    ("GET", "/orders", "VendorListOrder", orders.list_orders),
    ("GET", "/orders/{wanted}", "VendorGetOrder", orders.get_order),
    ("POST", "/support/requests", "CreateSupportRequest", subscriptions.create_ticket),
    ("GET", "/support/requests", "ListSupportRequest", subscriptions.list_tickets),
    ("POST", "/webhooks", "VendorCreateWebhook", subscriptions.create_webhook),
    ("GET", "/webhooks", "VendorListWebhook", subscriptions.list_webhooks),
    ("DELETE", "/webhooks/{wanted}", "VendorDeleteWebhook", subscriptions.delete_webhook),
)


class GearmentDialect:
    """JSON, with HTTP statuses."""

    partner = "gearment"

    def render(self, outcome: Outcome) -> Response:
        """The reply."""
        status = outcome.refused.status if outcome.refused else 200
        return Response(json_bytes(outcome.payload), status, media_type="application/json")

    def too_many(self, retry_after: int) -> Response:
        """HTTP 429, in a form of its own."""
        body = {"error": {"code": 429, "message": "Rate limit exceeded. Please retry later."}}
        return JSONResponse(body, 429, headers={"Retry-After": str(retry_after)})

    def broken(self) -> Response:
        """HTTP 500."""
        body = {"code": "INTERNAL", "message": "the request could not be finished", "details": []}
        return JSONResponse(body, 500)

    def repeat_item(self, payload: dict[str, Any]) -> None:
        """Repeat the last row of the page."""
        rows = payload.get("data", payload.get("support_requests"))
        if isinstance(rows, list) and rows:
            rows.append(rows[-1])


class GearmentApi:
    """All routes below the mount point."""

    def __init__(self, studio_now: Callable[[], Studio]) -> None:
        self._studio_now = studio_now
        self._dialect = GearmentDialect()

    def routes(self) -> list[Route]:
        """For mounting."""
        made = [
            Route(f"{BASE}{path}", self._endpoint(name, operation), methods=[method])
            for method, path, name, operation in OPERATIONS
        ]
        return [*made, Route("/{rest:path}", self._nowhere, methods=["GET", "POST", "PUT", "PATCH", "DELETE"])]

    async def _nowhere(self, _request: Request) -> Response:
        return self._dialect.render(_refused(refuse("NOT_FOUND", "there is nothing at this address")))

    def _endpoint(self, name: str, operation: Operation) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            studio, raw = self._studio_now(), await request.body()
            count = studio.core.counts.of("gearment", name)
            wait = self._wait(studio, request.headers.get("X-Gearment-Client-Key", ""))
            if wait > 0:
                count.calls += 1
                count.refused["429"] += 1
                return self._dialect.too_many(math.ceil(wait))

            async def act() -> Outcome:
                try:
                    return Outcome(await _answer(studio, request, raw, operation))
                except Refusal as refusal:
                    return _refused(refusal)

            return await perform(
                self._dialect,
                name,
                faults=studio.core.faults,
                counts=studio.core.counts,
                said=lambda: f"{request.url.path}?{request.url.query} {raw.decode(errors='replace')}",
                act=act,
            )

        return endpoint

    @staticmethod
    def _wait(studio: Studio, client_key: str) -> float:
        window, bucket = studio.limits.setdefault(client_key, (Window(), Bucket()))
        blocked = window.wait_for(studio.settings, studio.core.clock.now())
        return blocked or bucket.wait_for(studio.settings.rate_limit_per_second, time.monotonic())


def _refused(refusal: Refusal) -> Outcome:
    return Outcome({"code": refusal.code, "message": refusal.reason, **refusal.extra}, refused=refusal)


async def _answer(studio: Studio, request: Request, raw: bytes, operation: Operation) -> dict[str, Any]:
    headers = request.headers
    account = studio.account_for(
        headers.get("X-Gearment-Client-Key", ""), headers.get("X-Gearment-Client-Secret", "")
    )  # fmt: skip
    if account is None:
        raise refuse("UNAUTHENTICATED", "client key or client secret is wrong")
    if account.blocked:
        raise refuse("PERMISSION_DENIED", "the team may not use this resource")
    query = Query(request.query_params.multi_items())
    wanted = str(request.path_params.get("wanted", ""))
    result = operation(Call(studio, account, query, _body(request, raw), wanted))
    return await result if inspect.isawaitable(result) else result


def _body(request: Request, raw: bytes) -> dict[str, Any]:
    if request.method not in ("POST", "PATCH"):
        return {}
    try:
        body = json.loads(raw or b"{}")
    except ValueError as problem:
        raise refuse("INVALID_ARGUMENT", "the body is not JSON") from problem
    if not isinstance(body, dict):
        raise refuse("INVALID_ARGUMENT", "the body must be an object")
    return body
