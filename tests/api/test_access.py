"""Who may call what: tokens, scopes, plans, and other merchants' things (R1, R2, R15)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from salur.foundation.clock import now
from salur.tenancy import entitlements, tokens
from salur.tenancy.models import Entitlement
from tests.harness.web import LiveWeb
from tests.world import World, store_order

from .conftest import Caller, check_problem
from .operations import SCOPE_OF, operations
from .things import goods, places, rules, runs


@pytest.fixture
def ids(world: World) -> dict[str, int]:
    """Ids of things that the merchant has."""
    world.ingest(store_order("A", "TEA"))
    with world.scope():
        made = {**goods(world), **places(world), **rules(), **runs(world)}  # goods first: its balance is the only one
    return {
        **made,
        "number": 1,
        "order_id": world.order("A").pk,
        "outbound_id": world.the_list("A").pk,
        "store_id": world.store_id,
        "account_id": world.account_id,
    }


def test_the_document_names_every_operations_scope(api: Caller) -> None:
    assert {one.name: one.scope for one in operations(api)} == SCOPE_OF


def test_nothing_is_answered_without_a_valid_token(api: Caller, live_web: LiveWeb, ids: dict[str, int]) -> None:
    nobody, stranger = Caller(live_web.url), Caller(live_web.url, "salur_" + "x" * 43)
    for one in operations(api):
        answer = one.call(nobody, ids)
        assert (answer.status_code, answer.json()["code"]) == (401, "token_missing"), one.name
        assert answer.headers["www-authenticate"] == 'Bearer realm="salur"'
        answer = one.call(stranger, ids)
        assert (answer.status_code, answer.json()["code"]) == (401, "token_unknown"), one.name
        assert 'error="invalid_token"' in answer.headers["www-authenticate"]


def test_a_session_of_the_pages_is_no_token(live_web: LiveWeb, world: World) -> None:
    answer = Caller(live_web.url, Cookie="sessionid=whatever").call("GET", "/orders")
    assert answer.status_code == 401


def test_each_operation_needs_its_scope_and_names_it(
    api: Caller, world: World, caller_of: Callable[..., Caller], ids: dict[str, int]
) -> None:
    for one in operations(api):
        scope = SCOPE_OF[one.name]
        others = [name for name in tokens.SCOPES if name != scope]
        answer = one.call(caller_of(world, *others), ids)
        if not scope:
            assert answer.status_code == 200, one.name
            continue
        assert answer.status_code == 403, one.name
        assert answer.json()["code"] == "scope_missing"
        assert scope in answer.json()["detail"]


def test_another_merchants_things_do_not_exist(
    api: Caller, ids: dict[str, int], new_world: Callable[[], World], caller_of: Callable[..., Caller]
) -> None:
    other = new_world()
    intruder = caller_of(other)
    walked = 0
    for one in operations(api):
        if "{" not in one.path and not one.takes_store:
            continue
        walked += 1
        answer = one.call(intruder, ids)
        assert answer.status_code == 404, (one.name, answer.text)
        absent = one.call(intruder, dict.fromkeys(ids, 2**62))
        assert absent.json() == answer.json() | {"instance": absent.json()["instance"]}, one.name
    assert walked == 117
    with other.scope():
        from salur.orders.models import Order

        assert not Order.objects.exists()
    assert world_is_untouched(api, ids)


def world_is_untouched(api: Caller, ids: dict[str, int]) -> bool:
    return bool(api.get(f"/runs/{ids['run_id']}")["state"] == "queued" and len(api.get("/orders")["items"]) == 1)


def test_lists_show_the_tokens_merchant_only(
    api: Caller, ids: dict[str, int], new_world: Callable[[], World], caller_of: Callable[..., Caller]
) -> None:
    other = new_world()
    intruder = caller_of(other)
    for path, own in (
        ("/orders", 0),
        ("/outbound", 0),
        ("/stock", 1),
        ("/runs", 1),
        ("/stores", 1),
        ("/warehouses", 1),
    ):
        items = intruder.get(path)["items"]
        assert len(items) == own, path
        assert {item["id"] for item in items}.isdisjoint({item["id"] for item in api.get(path)["items"]}), path
    assert intruder.get("/orders", store=ids["store_id"])["items"] == []
    assert intruder.get("/outbound", order=ids["order_id"])["items"] == []


def test_a_plan_without_warehouses_has_no_outbound_lists_nor_stock(
    api: Caller, world: World, ids: dict[str, int]
) -> None:
    with world.scope():
        entitlements.withdraw(Entitlement.WAREHOUSE_MANAGEMENT)
    for path in ("/outbound", f"/outbound/{ids['outbound_id']}", "/stock", "/warehouses"):
        answer = api.call("GET", path)
        assert (answer.status_code, answer.json()["code"]) == (403, "not_entitled")
    assert api.get("/orders")["items"]


def test_a_revoked_or_ended_token_is_refused_at_once(
    world: World, live_web: LiveWeb, caller_of: Callable[..., Caller]
) -> None:
    with world.scope():
        fresh, ended = tokens.create("a", ["orders:read"]), tokens.create("b", ["orders:read"], expires_at=now())
    caller = Caller(live_web.url, fresh.secret)
    assert caller.get("/orders")["items"] == []
    with world.scope():
        tokens.revoke(fresh.token_id)
    assert caller.call("GET", "/orders").status_code == 401
    assert Caller(live_web.url, ended.secret).call("GET", "/orders").status_code == 401


def test_what_a_token_does_is_recorded_under_its_name(api: Caller, world: World) -> None:
    world.ingest(store_order("R", "TEA"))
    outbound = world.the_list("R")
    with world.scope():
        from salur.outbound.models import Outbound
        from salur.tenancy.models import Transition

        for state in ("ready", "pushing", "rejected"):
            Outbound.objects.filter(pk=outbound.pk).update(push=state, push_lease_until=now(), closed_gates={})
    assert api.post(f"/outbound/{outbound.pk}/push-again").status_code == 200
    with world.scope():
        last = Transition.objects.filter(machine="outbound_push", origin="rejected").get()
    assert last.actor.startswith("token:")
    assert last.cause == f"api POST /api/v1/outbound/{outbound.pk}/push-again"


def test_addresses_and_methods_that_do_not_exist_are_problems_too(api: Caller) -> None:
    for method, path, status in (
        ("GET", "/nothing", 404),
        ("GET", "/", 404),
        ("GET", "/orders/", 404),
        ("GET", "/orders/99999999999999999999999", 404),
        ("DELETE", "/orders", 405),
        ("PUT", "/runs/1", 405),
    ):
        answer = api.call(method, path)
        assert answer.status_code == status, (path, answer.text)
        if status == 405:
            assert "GET" in answer.headers["allow"]
    check_problem(api.http.get("/orders/1"))


def test_head_answers_as_get_without_content(api: Caller) -> None:
    answer = api.http.head("/orders")
    assert (answer.status_code, answer.content) == (200, b"")
    assert api.http.head("/orders/1").status_code == 404
