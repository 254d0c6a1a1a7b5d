"""The HTTP face of the simulated Shopify.

A shop's own host ``https://{shop}.myshopify.com`` is ``/shopify/{shop}`` here; ``/shopify`` alone stands for whichever
shop the token (or the merchant at the login) belongs to.
"""

from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from salur.sandbox.engine.exchange import Outcome, Refusal, json_bytes
from salur.sandbox.shopify import hooks, login, reads, stock, writes
from salur.sandbox.shopify.cost import STANDARD_RATE
from salur.sandbox.shopify.graph import Graph, root_names
from salur.sandbox.shopify.schema import NEWEST, VERSIONS
from salur.sandbox.shopify.store import ShopifyStore
from salur.sandbox.storefront.api import json_object, repeat_last, serve
from salur.sandbox.storefront.model import Shop
from salur.sandbox.storefront.tokens import BadToken

NO_ENTRY = "[API] Invalid API key or access token (unrecognized login or wrong password)"


class ShopifyDialect:
    """JSON; ``errors`` is a text before GraphQL is reached, a list after."""

    partner = "shopify"

    def render(self, outcome: Outcome) -> Response:
        """As the refusal says, else 200."""
        refused = outcome.refused
        status = refused.status if refused else 200
        if outcome.payload is not None:
            return _json(outcome.payload, status)
        body = refused.extra.get("body", {"errors": refused.reason}) if refused else {}
        return _json(body, status)

    def too_many(self, retry_after: int) -> Response:
        """Throttled, as for points."""
        cost = {
            "requestedQueryCost": int(STANDARD_RATE) * retry_after,
            "actualQueryCost": None,
            "throttleStatus": {"maximumAvailable": 1000.0, "currentlyAvailable": 0.0, "restoreRate": STANDARD_RATE},
        }
        error = {"message": "Throttled", "extensions": {"code": "THROTTLED"}}
        answer = _json({"errors": [error], "extensions": {"cost": cost}}, 429)
        answer.headers["Retry-After"] = str(retry_after)
        return answer

    def broken(self) -> Response:
        """HTTP 500."""
        return _json({"errors": "Internal Server Error"}, 500)

    def repeat_item(self, payload: dict[str, Any]) -> None:
        """Repeat the last entry of the first list of the data."""
        repeat_last(payload.get("data") or {})


def _json(body: Any, status: int) -> Response:
    return Response(json_bytes(body), status_code=status, media_type="application/json")


class ShopifyApi:
    """All routes below the mount point."""

    def __init__(self, store_now: Callable[[], ShopifyStore]) -> None:
        self._store_now = store_now
        self._dialect = ShopifyDialect()
        self._graph = Graph({**reads.ROOTS, **writes.ROOTS, **stock.ROOTS, **hooks.ROOTS})

    def routes(self) -> list[Route]:
        """For mounting."""
        found = []
        for place in ("", "/{shop}"):
            found += [
                Route(f"{place}/admin/oauth/authorize", self._authorize, methods=["GET", "POST"]),
                Route(f"{place}/admin/oauth/access_token", self._access_token, methods=["POST"]),
                Route(f"{place}/admin/api/{{version}}/graphql.json", self._query, methods=["POST"]),
            ]
        return found

    async def _authorize(self, request: Request) -> Response:
        store = self._store_now()
        try:
            return await login.authorize(store, request, _pinned(store, request))
        except Refusal as refused:
            return self._dialect.render(Outcome(None, refused=refused))

    async def _access_token(self, request: Request) -> Response:
        store, raw = self._store_now(), await request.body()

        def act() -> Outcome:
            return login.access_token(store, _pinned(store, request), login.given(request, raw))

        return await serve(store, self._dialect, "oauth.access_token", request, raw, act)

    async def _query(self, request: Request) -> Response:
        store, raw = self._store_now(), await request.body()
        asked, version = _asked(raw), str(request.path_params["version"])
        text, name = str(asked.get("query") or ""), asked.get("operationName")
        known = root_names(text, version if version in VERSIONS else NEWEST, name)

        def act() -> Outcome:
            pinned = _pinned(store, request)
            if version not in VERSIONS:
                raise Refusal("not_found", "Not Found", status=404)
            shop = _shop(store, request, pinned)
            body = json_object(raw, lambda words: Refusal("bad_request", words, status=400))
            variables = body.get("variables") or {}
            if not text or not isinstance(variables, dict):
                wrong = {"errors": {"query": "Required parameter missing or invalid"}}
                raise Refusal("bad_request", "query", status=400, extra={"body": wrong})
            return self._graph.run(store, shop, version, text, variables, name)

        key = request.headers.get("x-shopify-access-token", "")
        return await serve(store, self._dialect, known[0] if known else "graphql", request, raw, act, key=key)


def _asked(raw: bytes) -> dict[str, Any]:
    """The body as far as it is one; what is wrong with it is said later."""
    try:
        return json_object(raw, lambda words: Refusal("bad_request", words))
    except Refusal:
        return {}


def _pinned(store: ShopifyStore, request: Request) -> Shop | None:
    name = request.path_params.get("shop")
    if name is None:
        return None
    found = store.known_shop(str(name))
    if found is None:
        raise Refusal("not_found", "Not Found", status=404)
    return found


def _shop(store: ShopifyStore, request: Request, pinned: Shop | None) -> Shop:
    """The shop that the token opens; raises Refusal."""
    refused = Refusal("unauthorized", NO_ENTRY, status=401)
    try:
        owner = store.tokens.shop_of(request.headers.get("x-shopify-access-token", ""))
    except BadToken as bad:
        raise refused from bad
    shop = store.shops.get(owner)
    if shop is None or not shop.linked or (pinned is not None and pinned is not shop):
        raise refused
    return shop
