"""Writes with an Idempotency-Key: done once, answered alike (design 9)."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from django.db import connections

from salur.orders.models import Order, SyncRun
from tests.world import World

from .conftest import Caller, new_order


def runs(world: World) -> int:
    with world.scope():
        return SyncRun.objects.filter(source="api").count()


def test_a_repeated_call_gets_the_stored_answer_and_does_nothing(api: Caller, world: World) -> None:
    body = {"store_id": world.store_id, "orders": [new_order("A")]}
    first, second = api.post("/orders", body, key="k-1"), api.post("/orders", body, key="k-1")
    assert first.json() == second.json()
    assert first.status_code == second.status_code == 200
    assert "idempotent-replayed" not in first.headers
    assert second.headers["idempotent-replayed"] == "true"
    assert runs(world) == 1


def test_the_same_key_with_other_content_is_refused(api: Caller, world: World) -> None:
    api.create(world.store_id, new_order("A"), key="k-1")
    other = api.post("/orders", {"store_id": world.store_id, "orders": [new_order("B")]}, key="k-1")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_conflict")
    elsewhere = api.post(f"/runs/{world.run_id}/stop", key="k-1")
    assert elsewhere.status_code == 422
    assert runs(world) == 1
    with world.scope():
        assert not Order.objects.filter(external_id="B").exists()


def test_a_call_that_was_refused_leaves_its_key_free(api: Caller, world: World) -> None:
    refused = api.post("/orders", {"store_id": 2**40, "orders": [new_order("A")]}, key="k-1")
    assert refused.status_code == 404
    assert api.create(world.store_id, new_order("A"), key="k-1")["created"] == 1


def test_merchants_keys_are_apart(
    api: Caller, world: World, new_world: Callable[[], World], caller_of: Callable[..., Caller]
) -> None:
    other = new_world()
    assert api.create(world.store_id, new_order("A"), key="same")["created"] == 1
    assert caller_of(other).create(other.store_id, new_order("A"), key="same")["created"] == 1


@pytest.mark.parametrize("key", ["", "k" * 201])
def test_a_key_of_no_sensible_length_is_refused(api: Caller, world: World, key: str) -> None:
    body = {"store_id": world.store_id, "orders": [new_order("A")]}
    answer = api.call("POST", "/orders", json=body, headers={"Idempotency-Key": key})
    assert answer.status_code == 422
    assert [(e["in"], e["pointer"]) for e in answer.json()["errors"]] == [("header", "Idempotency-Key")]
    assert runs(world) == 0


def test_twins_at_the_same_time_are_served_once(api: Caller, world: World) -> None:
    body = {"store_id": world.store_id, "orders": [new_order(f"T{n}") for n in range(50)]}
    together, answers = threading.Barrier(4), []

    def call() -> None:
        with httpx.Client(headers=api.http.headers, base_url=api.http.base_url, timeout=60) as http:
            together.wait(10)
            answers.append(http.post("/orders", json=body, headers={"Idempotency-Key": "twin"}))

    threads = [threading.Thread(target=call) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert [answer.status_code for answer in answers] == [200] * 4
    assert len({answer.text for answer in answers}) == 1
    assert sorted("idempotent-replayed" in answer.headers for answer in answers) == [False, True, True, True]
    assert runs(world) == 1


def test_a_twin_that_takes_long_is_not_waited_for_without_end(
    api: Caller, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first request is held open inside its work; the second is told to come back, then gets the answer."""
    from salur.api import orders, writes

    monkeypatch.setattr(writes, "PATIENCE", "100ms")
    begun, go_on = threading.Event(), threading.Event()
    create = orders._create

    def slow(payload: Any) -> Any:
        begun.set()
        assert go_on.wait(30)
        return create(payload)

    monkeypatch.setattr(orders, "_create", slow)
    body = {"store_id": world.store_id, "orders": [new_order("A")]}
    first: list[httpx.Response] = []
    thread = threading.Thread(target=lambda: first.append(api.post("/orders", body, key="slow")))
    thread.start()
    try:
        assert begun.wait(30)
        with httpx.Client(headers=api.http.headers, base_url=api.http.base_url, timeout=60) as http:
            twin = http.post("/orders", json=body, headers={"Idempotency-Key": "slow"})
    finally:
        go_on.set()
        thread.join(60)
        connections.close_all()
    assert (twin.status_code, twin.json()["code"]) == (409, "idempotency_running")
    assert twin.headers["retry-after"] == "1"
    again = api.post("/orders", body, key="slow")
    assert (again.json(), again.headers["idempotent-replayed"]) == (first[0].json(), "true")


def test_an_upload_repeated_with_its_key_is_one_run(api: Caller, world: World) -> None:
    def upload(content: bytes) -> httpx.Response:
        return api.post(
            "/imports", key="up", data={"store_id": str(world.store_id)}, files={"file": ("o.csv", content)}
        )

    header = b"order_id,recipient_name,address1,country,sku,quantity\r\n"
    first, second = upload(header + b"A,B,C,TH,TEA,1\r\n"), upload(header + b"A,B,C,TH,TEA,1\r\n")
    assert (first.status_code, second.status_code) == (202, 202)
    assert first.json()["id"] == second.json()["id"]
    assert first.headers["location"] == second.headers["location"]
    assert upload(header + b"A,B,C,TH,TEA,2\r\n").status_code == 422
    with world.scope():
        assert SyncRun.objects.filter(source="file").count() == 1
