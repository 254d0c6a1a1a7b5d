"""Errors: whole, precise, in the caller's language (R5)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from salur.foundation.problems import PROBLEMS
from tests.harness.web import LiveWeb
from tests.world import World

from .conftest import Caller, new_order


def faults(answer: httpx.Response) -> list[tuple[str, str, str]]:
    assert answer.status_code == 422, answer.text
    return [(one["in"], one["pointer"], one["code"]) for one in answer.json()["errors"]]


@pytest.mark.parametrize(
    ("change", "pointer", "code"),
    [
        ({"colour": "red"}, "/orders/0/colour", "extra_forbidden"),
        ({"lines": {"sku": "A"}}, "/orders/0/lines", "list_type"),
        ({"lines": [{"sku": "TEA", "quantity": 1.5}]}, "/orders/0/lines/0/quantity", "string_type"),
        ({"total": 480.5}, "/orders/0/total", "string_type"),
        ({"lines": [{"sku": "TEA", "quantity": 1, "a/b": 1}]}, "/orders/0/lines/0/a~1b", "extra_forbidden"),
    ],
)
def test_a_call_of_the_wrong_form_is_refused_whole_with_pointers(
    api: Caller, world: World, change: dict[str, Any], pointer: str, code: str
) -> None:
    answer = api.post("/orders", {"store_id": world.store_id, "orders": [new_order("A", **change), new_order("B")]})
    assert faults(answer) == [("body", pointer, code)]
    assert api.get("/orders")["items"] == []


def test_query_parameters_are_checked_and_unknown_ones_refused(api: Caller) -> None:
    assert faults(api.call("GET", "/orders?limit=201")) == [("query", "limit", "less_than_equal")]
    assert faults(api.call("GET", "/orders?limit=x")) == [("query", "limit", "int_parsing")]
    assert faults(api.call("GET", "/orders?status=lost")) == [("query", "status", "enum")]
    assert faults(api.call("GET", "/orders?stauts=paid")) == [("query", "stauts", "unknown_parameter")]
    assert faults(api.call("GET", "/orders?changed_since=2026-05-01T00:00:00")) == [
        ("query", "changed_since", "timezone_aware")
    ]
    assert faults(api.call("GET", "/runs/abc")) == [("path", "run_id", "int_parsing")]


@pytest.mark.parametrize("body", [b"{", b'{"store_id": NaN}', b"\xff", b"[" * 100_000])
def test_a_body_that_is_no_json_is_a_bad_request(api: Caller, body: bytes) -> None:
    answer = api.call("POST", "/orders", content=body, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (400, "unreadable_request")


def test_content_of_another_kind_is_refused(api: Caller, world: World) -> None:
    answer = api.call("POST", "/orders", content=b"a=b", headers={"Content-Type": "application/x-www-form-urlencoded"})
    assert (answer.status_code, answer.json()["code"]) == (415, "media_type")
    answer = api.call("POST", "/imports", json={"store_id": world.store_id})
    assert answer.status_code == 415
    assert "multipart/form-data" in answer.json()["detail"]


def test_a_call_that_is_too_large_is_refused(api: Caller, world: World) -> None:
    orders = [new_order(str(n), note="x" * 5000) for n in range(1000)]
    one_more = {
        "store_id": world.store_id,
        "orders": [*orders, *(new_order(f"m{n}", note="y" * 5000) for n in range(900))],
    }
    answer = api.post("/orders", one_more)
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert "8 MB" in answer.json()["detail"]
    many = {"store_id": world.store_id, "orders": [new_order(str(n)) for n in range(1001)]}
    assert faults(api.post("/orders", many)) == [("body", "/orders", "too_long")]
    assert faults(api.post("/orders", {"store_id": world.store_id, "orders": []})) == [("body", "/orders", "too_short")]


def test_a_fault_of_our_own_tells_nothing_but_its_number(
    api: Caller, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    from salur.api import orders

    def fail(*_: Any) -> None:
        raise RuntimeError("the secret cause")

    monkeypatch.setattr(orders, "find_order", fail)
    answer = api.call("GET", "/orders/1")
    assert (answer.status_code, answer.json()["code"]) == (500, "internal")
    assert "secret cause" not in answer.text


def test_problems_speak_the_callers_language(world: World, caller_of: Callable[..., Caller]) -> None:
    from django.utils import translation
    from django.utils.translation import gettext

    with translation.override("id"):
        expected = gettext("There is no field of this name.")
    caller = caller_of(world, **{"Accept-Language": "id"})
    answer = caller.post("/orders", {"store_id": world.store_id, "orders": [new_order("A", colour=1)]})
    assert answer.json()["errors"][0]["detail"] == expected
    assert answer.headers["content-language"] == "id"


def test_the_type_of_a_problem_is_a_page_that_explains_it(live_web: LiveWeb, db: Any) -> None:
    for code in ("scope_missing", "invalid", "idempotency_conflict"):
        page = httpx.get(f"{live_web.url}/problems/{code}")
        assert page.status_code == 200
        assert str(PROBLEMS[code].title) in page.text
        assert "%(" not in page.text
    assert httpx.get(f"{live_web.url}/problems/no-such-thing").status_code == 404


def test_answers_are_not_kept_by_caches(api: Caller) -> None:
    for path in ("/orders", "/nothing"):
        answer = api.call("GET", path)
        assert "no-store" in answer.headers["cache-control"]
        assert "authorization" in answer.headers["vary"].lower()
