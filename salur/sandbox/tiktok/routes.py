"""The HTTP face of the simulated store: who may call what, and how answers look."""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from salur.sandbox.engine.exchange import Outcome, Refusal, json_bytes
from salur.sandbox.storefront.api import json_object, repeat_last, serve
from salur.sandbox.tiktok import auth, cancelling, login, orders, packages, products
from salur.sandbox.tiktok.call import Call, invalid
from salur.sandbox.tiktok.profiles import Profile
from salur.sandbox.tiktok.store import TiktokStore

Run = Callable[[Call], dict[str, Any]]
FULFILMENT, RETURNS = "/fulfillment/202309", "/return_refund/202309"


@dataclass(frozen=True)
class Operation:
    """One API call; its name for counts and faults is the path without version and ids."""

    method: str
    path: str
    run: Run

    @property
    def name(self) -> str:
        """For counts and faults, e.g. ``fulfillment/packages/ship``."""
        parts = self.path.strip("/").split("/")
        words = [part for part in parts if not part.startswith("{") and not part.isdigit()]
        return "/".join(words) if self.method != "DELETE" else "/".join([*words, "delete"])


OPERATIONS = (
    Operation("GET", "/authorization/202309/shops", auth.shops),
    Operation("POST", "/order/202309/orders/search", orders.search),
    Operation("GET", "/order/202507/orders", orders.detail),
    Operation("GET", "/order/202309/orders", orders.detail),
    Operation("POST", f"{FULFILMENT}/packages/search", packages.search),
    Operation("POST", f"{FULFILMENT}/packages/ship", packages.ship_many),
    Operation("GET", f"{FULFILMENT}/packages/{{package_id}}", packages.detail),
    Operation("POST", f"{FULFILMENT}/packages/{{package_id}}/ship", packages.ship),
    Operation("GET", f"{FULFILMENT}/packages/{{package_id}}/handover_time_slots", packages.slots),
    Operation("GET", f"{FULFILMENT}/packages/{{package_id}}/shipping_documents", packages.documents),
    Operation("GET", "/logistics/202309/delivery_options/{delivery_option_id}/shipping_providers", packages.providers),
    Operation("POST", f"{RETURNS}/cancellations", cancelling.create),
    Operation("POST", f"{RETURNS}/cancellations/search", cancelling.search),
    Operation("POST", f"{RETURNS}/cancellations/{{cancel_id}}/approve", cancelling.approve),
    Operation("POST", f"{RETURNS}/cancellations/{{cancel_id}}/reject", cancelling.reject),
    Operation("POST", "/product/202502/products/search", products.search),
    Operation("POST", "/product/202309/inventory/search", products.inventory_search),
    Operation("POST", "/product/202309/products/{product_id}/inventory/update", products.inventory_update),
    Operation("PUT", "/event/202309/webhooks", auth.webhooks),
    Operation("GET", "/event/202309/webhooks", auth.webhooks_list),
    Operation("DELETE", "/event/202309/webhooks", auth.webhooks_delete),
)


class TiktokDialect:
    """JSON with ``code`` 0 or the error's number."""

    def __init__(self, partner: str) -> None:
        self.partner = partner

    def render(self, outcome: Outcome) -> Response:
        """HTTP 200 unless the refusal says otherwise."""
        if outcome.file is not None:
            return Response(outcome.file, media_type="application/pdf")
        refused = outcome.refused
        if refused is None:
            return self._json(0, "Success", outcome.payload, 200)
        return self._json(int(refused.code), refused.reason, None, refused.status)

    def _json(self, code: int, words: str, data: Any, status: int) -> Response:
        payload = {"code": code, "message": words, "request_id": uuid.uuid4().hex.upper(), "data": data}
        return Response(json_bytes(payload), status_code=status, media_type="application/json")

    def too_many(self, retry_after: int) -> Response:
        """36009002, without a time to wait."""
        words = "Too many requests. You've made too many requests in a short period of time."
        return self._json(36009002, words, None, 429)

    def broken(self) -> Response:
        """The gateway fails."""
        return self._json(36009001, "Internal error.", None, 500)

    def repeat_item(self, payload: dict[str, Any]) -> None:
        """Repeat the last entry of the first list in the answer."""
        repeat_last(payload)


class TiktokApi:
    """Everything under the partner's mount point: API, tokens, login page and labels."""

    def __init__(self, profile: Profile, store_now: Callable[[], TiktokStore]) -> None:
        self._profile, self._store_now = profile, store_now
        self._dialect = TiktokDialect(profile.name)

    def routes(self) -> list[Route]:
        """For mounting."""
        public = {"get": auth.token_get, "refresh": auth.token_refresh}
        return [
            Route("/open/authorize", self._login, methods=["GET", "POST"]),
            Route("/labels/{name}", self._label, methods=["GET"]),
            *(Route(f"/api/v2/token/{name}", partial(self._token, name, run)) for name, run in public.items()),
            *(Route(one.path, partial(self._call, one), methods=[one.method]) for one in OPERATIONS),
            Route("/{path:path}", self._nowhere, methods=["GET", "POST", "PUT", "DELETE"]),
        ]

    async def _login(self, request: Request) -> Response:
        try:
            return await login.authorize(self._store_now(), request, self._profile.title)
        except Refusal as refusal:
            return Response(refusal.reason, status_code=refusal.status, media_type="text/plain")

    async def _token(
        self, name: str, run: Callable[[TiktokStore, Mapping[str, str]], dict[str, Any]], request: Request
    ) -> Response:
        store = self._store_now()
        return await serve(
            store, self._dialect, f"token/{name}", request, b"", lambda: Outcome(run(store, request.query_params))
        )

    async def _label(self, request: Request) -> Response:
        store, name = self._store_now(), request.path_params["name"]
        return await serve(store, self._dialect, "label", request, b"", lambda: packages.label(store, name))

    async def _nowhere(self, request: Request) -> Response:
        refusal = Refusal("36009009", "Invalid path.", status=404)
        return self._dialect.render(Outcome(None, refused=refusal))

    async def _call(self, operation: Operation, request: Request) -> Response:
        store, raw = self._store_now(), await request.body()
        key = f"{operation.name} {request.query_params.get('shop_cipher', '')}"

        def act() -> Outcome:
            return Outcome(operation.run(self._admitted(store, request, raw)))

        return await serve(store, self._dialect, operation.name, request, raw, act, key=key)

    def _admitted(self, store: TiktokStore, request: Request, raw: bytes) -> Call:
        query = dict(request.query_params)
        mount = f"/{store.partner}"
        path = request.url.path.removeprefix(mount)
        auth.check_signature(store, path, query, raw)
        opened = auth.check_token(store, request.headers.get("x-tts-access-token", ""))
        shop = auth.choose_shop(store, query, opened, wanted=not path.startswith(("/authorization/", "/seller/")))
        kind = request.headers.get("content-type", "").partition(";")[0].strip()
        if raw and kind != "application/json":
            raise invalid("Invalid content-type. The content-type header must be application/json.")
        body = json_object(raw, invalid)
        base = str(request.base_url).rstrip("/") + mount
        return Call(store, query, body, request.path_params, base, opened, shop)
