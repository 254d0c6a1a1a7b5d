"""Inbound lists over the API: made, submitted, listed, read, refreshed, pushed again, called off (R60 to R71)."""

from __future__ import annotations

from typing import Any

import pytest

from salur.inbound.models import InboundLine, InboundList
from salur.stock.models import Balance
from tests.world import World

from .conftest import Caller


def body(world: World, *lines: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"warehouse_id": world.warehouse_id, "lines": list(lines or [{"msku": "TEA", "quantity": 12}]), **more}


def made(api: Caller, world: World, *lines: dict[str, Any], **more: Any) -> Any:
    answer = api.post("/inbound", body(world, *lines, **more))
    assert answer.status_code == 201, answer.text
    return answer.json()


def count(world: World) -> int:
    with world.scope():
        return InboundList.objects.count()


def refuse(world: World, inbound_id: int, message: str) -> None:
    """The warehouse refuses the list, as the pusher would write it."""
    with world.scope():
        rows = InboundList.objects.filter(pk=inbound_id)
        row = rows.get()
        rows.update(push="pushing", push_lease_until=row.created_at)
        rows.update(push="rejected", push_lease_until=None, push_error_code="E1", push_error_message=message)


def test_a_list_is_made_with_its_lines_and_read_again(api: Caller, world: World) -> None:
    line = {"msku": "TEA", "quantity": 12, "unit_cost": "18.5", "batch": "L1", "expires_on": "2099-01-31"}
    answer = api.post("/inbound", body(world, line, expected_on="2098-12-01", carrier="Truck", note="Gate 3"))
    assert answer.status_code == 201
    shown = answer.json()
    assert answer.headers["location"] == f"/api/v1/inbound/{shown['id']}"
    assert (shown["push"], shown["task"], shown["source"]) == ("draft", "none", "api")
    assert (shown["quantity"], shown["received"], shown["currency"]) == (12, 0, "THB")
    assert (shown["expected_on"], shown["carrier"], shown["note"]) == ("2098-12-01", "Truck", "Gate 3")
    (stored,) = shown["lines"]
    assert {name: stored[name] for name in line} == line | {"unit_cost": "18.50"}
    assert api.get(f"/inbound/{shown['id']}") == shown


def test_a_list_is_submitted_in_the_same_call_or_later(api: Caller, world: World) -> None:
    at_once = made(api, world, submit=True)
    assert at_once["push"] == "ready"
    draft = made(api, world)
    answer = api.post(f"/inbound/{draft['id']}/submit")
    assert (answer.status_code, answer.json()["push"]) == (202, "ready")
    again = api.post(f"/inbound/{draft['id']}/submit")
    assert (again.status_code, again.json()["code"]) == (409, "inbound_not_draft")


def test_every_wrong_line_is_named_and_nothing_is_made(api: Caller, world: World) -> None:
    world.add_product("NEW", pushed=False)
    lines = [
        {"msku": "TEA", "quantity": 0, "unit_cost": "-1"},
        {"msku": "NEW", "quantity": 3},
        {"msku": "NOBODY", "quantity": 1.5},
        {"msku": "TEA", "quantity": 1, "batch": "B", "expires_on": "yesterday"},
    ]
    answer = api.post("/inbound", body(world, *lines, submit=True), key="k")
    assert (answer.status_code, answer.json()["code"]) == (422, "inbound_lines_wrong")
    errors = [(one["pointer"], one["code"]) for one in answer.json()["errors"]]
    assert errors == [
        ("/lines/0/quantity", "inbound_quantity_wrong"),
        ("/lines/0/unit_cost", "inbound_cost_wrong"),
        ("/lines/1/msku", "inbound_product_waits"),
        ("/lines/2/msku", "inbound_sku_unknown"),
        ("/lines/2/quantity", "inbound_quantity_wrong"),
        ("/lines/3/expires_on", "inbound_expiry_wrong"),
    ]
    assert all(one["in"] == "body" and "%(" not in one["detail"] for one in answer.json()["errors"])
    assert count(world) == 0
    assert api.post("/inbound", body(world), key="k").status_code == 201  # the key was left free


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"lines": []}, 422, "inbound_no_lines"),
        ({"note": "x" * 501}, 422, "inbound_text_too_long"),
        ({"warehouse_id": 2**62}, 404, "not_found"),
        ({"warehouse_id": "TH01"}, 422, "invalid"),
        ({"expected_on": "soon"}, 422, "invalid"),
        ({"colour": "red"}, 422, "invalid"),
        ({"lines": [{"msku": "TE\u0000A", "quantity": 1, "batch": "\u0000"}]}, 201, ""),
    ],
    ids=str,
)
def test_a_list_that_cannot_be_taken_is_refused_with_its_reason(
    api: Caller, world: World, changes: dict[str, Any], status: int, code: str
) -> None:
    answer = api.post("/inbound", body(world) | changes)
    assert (answer.status_code, answer.json().get("code", "")) == (status, code), answer.text
    assert count(world) == (status == 201)


def test_a_repeated_call_makes_one_list(api: Caller, world: World) -> None:
    first, second = (api.post("/inbound", body(world, submit=True), key="k-1") for _ in range(2))
    assert first.json() == second.json()
    assert second.headers["idempotent-replayed"] == "true"
    assert second.headers["location"] == first.headers["location"]
    assert count(world) == 1


def test_lists_come_by_page_and_by_filter(api: Caller, world: World) -> None:
    world.add_product("CUP")
    ids = [
        made(api, world, {"msku": msku, "quantity": 1}, submit=msku == "CUP")["id"] for msku in ("TEA", "CUP", "TEA")
    ]
    first = api.get("/inbound", limit=2)
    assert [one["id"] for one in first["items"]] == [ids[2], ids[1]]
    rest = api.get("/inbound", limit=2, cursor=first["next"])
    assert ([one["id"] for one in rest["items"]], rest["next"]) == ([ids[0]], None)
    filters: list[tuple[dict[str, Any], list[int]]] = [
        ({"push": "ready"}, [ids[1]]),
        ({"search": "CUP"}, [ids[1]]),
        ({"warehouse": world.warehouse_id, "task": "none"}, ids[::-1]),
        ({"warehouse": 2**40}, []),
        ({"flagged": "true"}, []),
    ]
    for query, found in filters:
        assert [one["id"] for one in api.get("/inbound", **query)["items"]] == found, query
    for bad in ({"cursor": "x"}, {"pushed": "ready"}, {"push": "gone"}):
        assert api.call("GET", "/inbound", params=bad).status_code == 422, bad


def test_a_refused_list_is_pushed_again_and_no_other(api: Caller, world: World) -> None:
    shown = made(api, world, submit=True)
    waiting = api.post(f"/inbound/{shown['id']}/push-again")
    assert (waiting.status_code, waiting.json()["code"]) == (409, "inbound_not_failed")
    refuse(world, shown["id"], "No such SKU here")
    assert api.get(f"/inbound/{shown['id']}")["push_error"] == "No such SKU here"
    again = api.post(f"/inbound/{shown['id']}/push-again")
    assert (again.status_code, again.json()["push"], again.json()["push_error"]) == (202, "ready", "")
    assert again.json()["reference"] == shown["reference"]


def test_a_list_under_way_is_asked_for(api: Caller, world: World) -> None:
    shown = made(api, world, submit=True)
    early = api.post(f"/inbound/{shown['id']}/refresh")
    assert (early.status_code, early.json()["code"]) == (409, "inbound_not_at_warehouse")
    with world.scope():
        rows = InboundList.objects.filter(pk=shown["id"])
        rows.update(push="pushing", push_lease_until=rows.get().created_at)
        rows.update(push="pushed", push_lease_until=None, task_next_at=rows.get().created_at)
    assert api.post(f"/inbound/{shown['id']}/refresh").status_code == 202
    with world.scope():
        assert InboundList.objects.get(pk=shown["id"]).task_next_at is None


def test_a12_what_has_arrived_is_told_apart_from_what_is_stock(api: Caller, world: World) -> None:
    shown = made(api, world, {"msku": "TEA", "quantity": 12}, submit=True)
    with world.scope():
        InboundLine.objects.filter(inbound_id=shown["id"]).update(arrived=7)
    for one in (api.get(f"/inbound/{shown['id']}"), *api.get("/inbound")["items"]):
        assert (one["quantity"], one["arrived"], one["received"]) == (12, 7, 0)
    (line,) = api.get(f"/inbound/{shown['id']}")["lines"]
    assert (line["arrived"], line["received"]) == (7, 0)


def test_a_list_is_called_off_and_a_draft_deleted(api: Caller, world: World) -> None:
    draft, ready = made(api, world), made(api, world, submit=True)
    refused = api.post(f"/inbound/{draft['id']}/cancel")
    assert (refused.status_code, refused.json()["code"]) == (409, "inbound_not_submitted")
    gone = api.call("DELETE", f"/inbound/{draft['id']}")
    assert (gone.status_code, gone.json()["reference"]) == (200, draft["reference"])
    assert api.call("GET", f"/inbound/{draft['id']}").status_code == 404
    off = api.post(f"/inbound/{ready['id']}/cancel", {"reason": "not produced"})
    assert (off.status_code, off.json()["push"]) == (202, "void")
    ended = api.post(f"/inbound/{ready['id']}/cancel")
    assert (ended.status_code, ended.json()["code"]) == (409, "inbound_ended")


def test_announced_pieces_raise_no_stock(api: Caller, world: World) -> None:
    made(api, world, submit=True)
    with world.scope():
        balance = Balance.objects.get(product_id=world.products["TEA"])
        assert (balance.on_hand, balance.incoming) == (100, 0)
