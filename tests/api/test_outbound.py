"""Outbound lists over the API: filtered, their labels, pushed again, refreshed, arranged (R80 to R88)."""

from __future__ import annotations

from typing import Any

import pytest

from salur.connectors.base.types import OrderStatus
from salur.foundation.clock import now
from salur.outbound.models import Label, Outbound
from tests.harness.database import Database
from tests.world import World, store_order

from .conftest import Caller


def move(world: World, outbound_id: int, *pushes: str, **changes: Any) -> None:
    """Take a list through push states as workers would."""
    with world.scope():
        for push in pushes:
            lease = now() if push == "pushing" else None
            Outbound.objects.filter(pk=outbound_id).update(push=push, push_lease_until=lease, closed_gates={})
        if changes:
            Outbound.objects.filter(pk=outbound_id).update(**changes)


@pytest.fixture
def outbound_id(world: World) -> int:
    """A list that waits for its AWB number."""
    world.ingest(store_order("A", "TEA", status=OrderStatus.READY, courier="SPX"))
    return world.the_list("A").pk


def woken(db: Database) -> set[tuple[str, int]]:
    """Wake-ups that wait in the queue."""
    rows = db.rows("SELECT args->>'kind', (args->>'target_id')::bigint FROM procrastinate_jobs WHERE status = 'todo'")
    return {(kind, target) for kind, target in rows}


def test_lists_are_filtered(api: Caller, world: World, outbound_id: int) -> None:
    world.ingest(store_order("B", "TEA", status=OrderStatus.UNPAID), store_order("C", "TEA"))
    other = world.the_list("C").pk
    move(world, other, "ready", "pushing", "pushed", task="picking")

    def found(**query: Any) -> set[str]:
        return {one["external_id"] for one in api.get("/outbound", **query)["items"]}

    assert found() == {"A", "B", "C"}
    assert found(push="pushed") == found(task="picking") == {"C"}
    assert found(blocked_by="order_unpaid") == {"B"}
    assert found(order=world.order("A").pk) == {"A"}
    assert found(warehouse=world.warehouse_id, push="waiting") == {"A", "B"}
    assert found(warehouse=world.warehouse_id + 10**6) == set()


def test_a_refused_list_is_pushed_again_under_its_reference(
    api: Caller, world: World, outbound_id: int, db: Database
) -> None:
    move(world, outbound_id, "ready", "pushing", "rejected", push_error_code="x", push_error_message="bad address")
    before = api.get(f"/outbound/{outbound_id}")
    assert (before["push"], before["push_error_message"]) == ("rejected", "bad address")
    after = api.post(f"/outbound/{outbound_id}/push-again").json()
    assert (after["push"], after["push_error_message"], after["reference"]) == ("waiting", "", before["reference"])
    assert any(not gate["open"] for gate in after["why"])  # no AWB yet: judged anew, so it waits
    label_it(world, outbound_id)
    move(world, outbound_id, "ready", "pushing", "rejected")
    assert api.post(f"/outbound/{outbound_id}/push-again").json()["push"] == "ready"
    assert ("push", world.account_id) in woken(db)


def test_a_list_that_was_not_refused_is_not_pushed_again(api: Caller, world: World, outbound_id: int) -> None:
    move(world, outbound_id, "ready", "pushing", "unknown")
    answer = api.post(f"/outbound/{outbound_id}/push-again")
    assert (answer.status_code, answer.json()["code"]) == (409, "push_not_refused")
    assert world.the_list("A").push == "unknown"


def test_refreshing_wakes_the_follow_up_of_lists_at_the_warehouse(
    api: Caller, world: World, outbound_id: int, db: Database
) -> None:
    answer = api.post(f"/outbound/{outbound_id}/refresh")
    assert (answer.status_code, answer.json()["code"]) == (409, "not_at_warehouse")
    move(world, outbound_id, "ready", "pushing", "pushed", task="accepted", task_checked_at=now())
    assert api.post(f"/outbound/{outbound_id}/refresh").status_code == 202
    assert ("follow", world.account_id) in woken(db)


def test_arranging_begins_or_says_what_stands_in_the_way(
    api: Caller, world: World, outbound_id: int, db: Database
) -> None:
    with world.scope():
        Outbound.objects.filter(pk=outbound_id, shipment="due").update(shipment="none")
    answer = api.post(f"/outbound/{outbound_id}/arrange")
    assert answer.status_code == 202
    assert answer.json()["shipment"] == "due"
    assert ("shipment", world.store_id) in woken(db)
    label_it(world, outbound_id)
    held = api.post(f"/outbound/{outbound_id}/arrange")
    assert (held.status_code, held.json()["code"]) == (409, "shipment_held")
    world.ingest(store_order("N", "NOPE"))
    world.add_product("CUP")
    world.ingest(store_order("M", "CUP"))
    held = api.post(f"/outbound/{world.the_list('M').pk}/arrange")
    assert held.status_code == 409
    assert "Not enough stock" in held.json()["detail"]


def label_it(world: World, outbound_id: int) -> bytes:
    """AWB and label as the store would have given them."""
    content = b"%PDF-1.4 label"
    with world.scope():
        label = Label(outbound_id=outbound_id, content=content, sha256="0" * 64, pages=1, created_at=now())
        label.save()
        Outbound.objects.filter(pk=outbound_id, shipment__in=["none", "due"]).update(shipment="numbered", awb="AWB1")
        Outbound.objects.filter(pk=outbound_id).update(shipment="labelled", label=label)
    return content


def test_the_label_is_the_very_pdf(api: Caller, world: World, outbound_id: int) -> None:
    answer = api.call("GET", f"/outbound/{outbound_id}/label")
    assert (answer.status_code, answer.json()["code"]) == (404, "label_absent")
    content = label_it(world, outbound_id)
    answer = api.call("GET", f"/outbound/{outbound_id}/label")
    assert (answer.content, answer.headers["content-type"]) == (content, "application/pdf")
    assert "no-store" in answer.headers["cache-control"]
    assert api.get(f"/outbound/{outbound_id}")["has_label"] is True
