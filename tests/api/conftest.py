"""Merchants with a token each, and callers over real HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, ClassVar

import httpx
import pytest

from tests.harness.database import Database
from tests.harness.web import LiveWeb

if TYPE_CHECKING:
    from tests.world import World

PREFIX = "/api/v1"


def new_order(number: str, **changes: Any) -> dict[str, Any]:
    """A valid order of a call."""
    order: dict[str, Any] = {
        "order_id": number,
        "status": "paid",
        "ordered_at": "2026-05-01T09:59:00+07:00",
        "currency": "THB",
        "total": "480.00",
        "recipient_name": "Somchai Jaidee",
        "recipient_phone": "+66812345678",
        "address1": "99/1 Rama IV Road",
        "city": "Bangkok",
        "postal_code": "10110",
        "country": "TH",
        "lines": [{"sku": "TEA", "quantity": 2, "unit_price": "240.00"}],
    }
    return {**order, **changes}


class Caller:
    """Somebody with a token, who checks of every error that it is a whole problem."""

    opened: ClassVar[list[httpx.Client]] = []

    def __init__(self, url: str, token: str = "", **headers: str) -> None:
        given = {"Authorization": f"Bearer {token}"} if token else {}
        self.http = httpx.Client(base_url=url + PREFIX, headers={**given, **headers}, timeout=60)
        self.opened.append(self.http)

    def call(self, method: str, path: str, **more: Any) -> httpx.Response:
        """Call; ``path`` begins behind the API's prefix."""
        answer = self.http.request(method, path, **more)
        if answer.is_error:
            check_problem(answer)
        return answer

    def get(self, path: str, **query: Any) -> Any:
        """The JSON of a successful reading."""
        answer = self.call("GET", path, params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, path: str, body: Any = None, *, key: str = "", **more: Any) -> httpx.Response:
        """Write."""
        headers = {"Idempotency-Key": key} if key else {}
        if body is not None:
            more["json"] = body
        return self.call("POST", path, headers=headers, **more)

    def put(self, path: str, body: Any) -> httpx.Response:
        """Set something whole."""
        return self.call("PUT", path, json=body)

    def create(self, store_id: int, *orders: dict[str, Any], key: str = "") -> Any:
        """The answer to a call that brings orders in."""
        answer = self.post("/orders", {"store_id": store_id, "orders": list(orders)}, key=key)
        assert answer.status_code == 200, answer.text
        return answer.json()


def check_problem(answer: httpx.Response) -> None:
    """Every error is a problem document that says the same as the status line."""
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    told = answer.json()
    assert told["status"] == answer.status_code
    assert told["type"] == f"/problems/{told['code']}"
    assert told["instance"] == answer.request.url.path
    for name in ("title", "detail", "cure", "who"):
        assert told[name], told
        assert "%(" not in told[name], told


@pytest.fixture
def new_world(db: Database) -> Callable[[], World]:
    """Makes a merchant with a store, a warehouse and 100 TEA, whose plan holds warehouses."""
    from salur.tenancy import entitlements
    from salur.tenancy.models import Entitlement
    from tests.world import make_world

    def make() -> World:
        world = make_world()
        with world.scope():
            for entitlement in Entitlement:
                entitlements.grant(entitlement)
        world.add_product("TEA", pieces=100)
        return world

    return make


@pytest.fixture
def world(new_world: Callable[[], World]) -> World:
    """One merchant."""
    return new_world()


@pytest.fixture(autouse=True)
def hang_up() -> Iterator[None]:
    """Close every caller's connection after the test."""
    yield
    while Caller.opened:
        Caller.opened.pop().close()


@pytest.fixture
def caller_of(live_web: LiveWeb) -> Callable[..., Caller]:
    """Makes a caller with a token of a world's merchant; without scopes named: with all."""
    from salur.tenancy import tokens

    def make(world: World, *scopes: str, **headers: str) -> Caller:
        with world.scope():
            secret = tokens.create("test", scopes or tokens.SCOPES).secret
        return Caller(live_web.url, secret, **headers)

    return make


@pytest.fixture
def api(world: World, caller_of: Callable[..., Caller]) -> Caller:
    """A caller who may do everything for the one merchant."""
    return caller_of(world)
