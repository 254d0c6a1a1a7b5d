"""One call: who makes it, what it says, how answers and refusals look."""

import base64
import hmac
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from salur.sandbox.engine.exchange import Outcome, Refusal, json_bytes
from salur.sandbox.shopbase.store import ShopbaseStore
from salur.sandbox.storefront.api import repeat_last
from salur.sandbox.storefront.model import Order, Shop
from salur.sandbox.storefront.tokens import BadToken

LIMIT_HEADER = "X-Sb-Shop-Api-Call-Limit"
NO_ENTRY = "[API] Invalid API key or access token (unrecognized login or wrong password)"
TOO_MANY = "Exceeded 2 calls per second for api client. Reduce request rates to resume uninterrupted service."


@dataclass
class Call:
    """What an operation gets."""

    store: ShopbaseStore
    shop: Shop
    query: dict[str, str]
    body: dict[str, Any]
    path: dict[str, str]

    def order(self) -> Order:
        """The order that the path names; raises Refusal."""
        number = self.path["id"]
        owner, found = self.store.by_id.get(int(number), (None, None)) if number.isdigit() else (None, None)
        if owner is not self.shop or found is None:
            raise missing()
        return found

    def part(self, name: str) -> dict[str, Any]:
        """The object that the body must hold; raises Refusal."""
        found = self.body.get(name)
        if not isinstance(found, dict):
            raise refused({name: ["Required parameter missing or invalid"]}, 400)
        return found


def refused(errors: Any, status: int = 422) -> Refusal:
    """``errors`` is a text, or lists of texts by field."""
    return Refusal(str(status), str(errors), status=status, extra={"errors": errors})


def missing() -> Refusal:
    """404."""
    return refused("Not Found", 404)


def caller(store: ShopbaseStore, request: Request, pinned: Shop | None) -> tuple[Shop, frozenset[str]]:
    """The shop of the token or of a private app's key, and what it may do; raises Refusal."""
    shop = _by_key(store, request) or _by_token(store, request)
    if shop is None or (pinned is not None and pinned is not shop):
        raise refused(NO_ENTRY, 401)
    scopes: frozenset[str] = shop.extra["scopes"]
    return shop, scopes | {f"read_{one.removeprefix('write_')}" for one in scopes if one.startswith("write_")}


def _by_token(store: ShopbaseStore, request: Request) -> Shop | None:
    try:
        shop = store.shops.get(store.tokens.shop_of(request.headers.get("x-shopbase-access-token", "")))
    except BadToken:
        return None
    return shop if shop is not None and shop.linked else None


def _by_key(store: ShopbaseStore, request: Request) -> Shop | None:
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    for shop in store.shops.values():
        pair = f"{shop.extra['api_key']}:{shop.extra['password']}"
        if hmac.compare_digest(base64.b64encode(pair.encode()).decode(), given.strip()):
            return shop
    return None


@dataclass
class ShopbaseDialect:
    """JSON; ``errors`` where it was refused. ``used`` is what the bucket's header shows."""

    used: str = "1/30"
    partner: str = field(default="shopbase", init=False)

    def render(self, outcome: Outcome) -> Response:
        """``_status`` in the payload is the HTTP status."""
        if outcome.refused is not None:
            extra = outcome.refused.extra
            return self._json(extra.get("body") or {"errors": extra.get("errors")}, outcome.refused.status)
        payload = dict(outcome.payload or {})
        status = payload.pop("_status", 200)
        return self._json(payload, status)

    def too_many(self, retry_after: int) -> Response:
        """HTTP 429 without a time."""
        self.used = "30/30"
        return self._json({"errors": TOO_MANY}, 429)

    def broken(self) -> Response:
        """HTTP 500."""
        return self._json({"errors": "Internal Server Error"}, 500)

    def repeat_item(self, payload: dict[str, Any]) -> None:
        """Repeat the last entry of the first list."""
        repeat_last(payload)

    def _json(self, body: Any, status: int) -> Response:
        headers = {LIMIT_HEADER: self.used}
        return Response(json_bytes(body), status_code=status, media_type="application/json", headers=headers)
