"""The HTTP face of the simulated Bukalapak."""

import base64
import hashlib
import hmac
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from salur.sandbox.bukalapak import operations
from salur.sandbox.bukalapak.market import Bukalapak
from salur.sandbox.bukalapak.operations import Call, refused
from salur.sandbox.engine.exchange import Outcome, json_bytes
from salur.sandbox.storefront.api import repeat_last, serve
from salur.sandbox.storefront.model import Shop
from salur.sandbox.storefront.tokens import BadToken

#: (method, path, operation as counters and faults name it, what it does)
TABLE: tuple[tuple[str, str, str, Callable[[Call], dict[str, Any]]], ...] = (
    ("GET", "transactions.json", "transactions", operations.transactions),
    ("POST", "transactions/confirm_shipping.json", "confirm_shipping", operations.confirm),
    ("PUT", "transactions/reject.json", "reject", operations.reject),
    ("GET", "transactions/{id}.json", "transaction", operations.one_transaction),
    ("GET", "products/mylapak.json", "mylapak", operations.my_products),
    ("GET", "products/{id}.json", "product.get", operations.one_product),
    ("PUT", "products/{id}.json", "product", operations.update_product),
)


class BukalapakDialect:
    """``{status, message, ...}``; most refusals are HTTP 200."""

    partner = "bukalapak"

    def render(self, outcome: Outcome) -> Response:
        """As the refusal says, else OK."""
        no = outcome.refused
        if no is not None:
            body = {"status": no.extra.get("word", "ERROR"), **no.extra["more"], "message": no.extra["message"]}
            return self._json(body, no.status)
        return self._json({"status": "OK", "message": None, **(outcome.payload or {})}, 200)

    def too_many(self, retry_after: int) -> Response:
        """HTTP 429."""
        answer = self._json({"status": "ERROR", "message": "Terlalu banyak permintaan"}, 429)
        answer.headers["Retry-After"] = str(retry_after)
        return answer

    def broken(self) -> Response:
        """HTTP 500."""
        return self._json({"status": "ERROR", "message": "Terjadi kesalahan pada server"}, 500)

    def repeat_item(self, payload: dict[str, Any]) -> None:
        """Repeat the last entry of the first list."""
        repeat_last(payload)

    def _json(self, body: Any, status: int) -> Response:
        return Response(json_bytes(body), status_code=status, media_type="application/json")


class BukalapakApi:
    """All routes below the mount point."""

    def __init__(self, store_now: Callable[[], Bukalapak]) -> None:
        self._store_now = store_now
        self._dialect = BukalapakDialect()

    def routes(self) -> list[Route]:
        """For mounting."""
        return [
            Route("/v2/authenticate.json", self._authenticate, methods=["POST"]),
            *(Route(f"/v2/{path}", self._answering(name, run), methods=[method]) for method, path, name, run in TABLE),
        ]

    async def _authenticate(self, request: Request) -> Response:
        store, raw = self._store_now(), await request.body()

        def act() -> Outcome:
            user, password = _basic(request)
            for shop in store.shops.values():
                if user == shop.extra["username"] and hmac.compare_digest(password, shop.extra["password"]):
                    shop.linked = True
                    return Outcome({"user_id": int(shop.id), "token": store.issue(shop)})
            raise refused("Username atau password salah", user_id=None, token=None)

        return await serve(store, self._dialect, "authenticate", request, raw, act)

    def _answering(self, name: str, run: Callable[[Call], dict[str, Any]]) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            store, raw = self._store_now(), await request.body()
            user, _ = _basic(request)

            def act() -> Outcome:
                shop = _seller(store, request)
                path = {key: str(value) for key, value in request.path_params.items()}
                return Outcome(run(Call(store, shop, dict(request.query_params), raw, path)))

            made = await serve(store, self._dialect, name, request, raw, act, key=user)
            return _unchanged(request, made) if name == "transactions" else made

        return answer


def _basic(request: Request) -> tuple[str, str]:
    """User and password of the Authorization header, or two empty texts."""
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return "", ""
    try:
        user, _, password = base64.b64decode(given, validate=True).decode().partition(":")
    except ValueError:
        return "", ""
    return user, password


def _seller(store: Bukalapak, request: Request) -> Shop:
    user, token = _basic(request)
    wrong = refused("Token tidak valid", 401)
    try:
        owner = store.tokens.shop_of(token)
    except BadToken as bad:
        raise wrong from bad
    shop = store.shops.get(owner)
    if shop is None or user != shop.id or not shop.linked:
        raise wrong
    return shop


def _unchanged(request: Request, answer: Response) -> Response:
    """304 where the caller has this list already."""
    if answer.status_code != 200 or not answer.body:
        return answer
    tag = f'"{hashlib.sha256(bytes(answer.body)).hexdigest()[:32]}"'
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers={"ETag": tag})
    answer.headers["ETag"] = tag
    return answer
