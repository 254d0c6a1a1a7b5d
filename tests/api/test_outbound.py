"""Outbound lists over the API: filtered, their labels, pushed again, refreshed, arranged (R80 to R88)."""

from __future__ import annotations

from typing import Any

import pytest

from salur.connectors.base.types import OrderStatus
from salur.foundation.clock import now
from salur.outbound.models import Label, Outbound
from tests.flows.pdf import pdf
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


def give(api: Caller, outbound_id: int, awb: str = " th 123 ", content: bytes = b"", key: str = "") -> Any:
    files = {"label": ("label.pdf", content or pdf(2), "application/pdf")}
    return api.post(f"/outbound/{outbound_id}/label", key=key, data={"awb": awb}, files=files)


def test_a15_awb_number_and_label_are_given_by_hand(api: Caller, world: World, outbound_id: int, db: Database) -> None:
    answer = give(api, outbound_id)
    shown = answer.json()
    assert (answer.status_code, shown["awb"], shown["shipment"], shown["push"]) == (200, "TH123", "labelled", "ready")
    assert api.call("GET", f"/outbound/{outbound_id}/label").content == pdf(2)
    assert ("push", world.account_id) in woken(db)
    assert give(api, outbound_id, "TH124", pdf(3)).json()["awb"] == "TH124", "as long as the warehouse has it not"
    assert api.call("GET", f"/outbound/{outbound_id}/label").content == pdf(3)


def test_a_label_given_twice_with_one_key_is_taken_once(api: Caller, world: World, outbound_id: int) -> None:
    first, again = give(api, outbound_id, key="k"), give(api, outbound_id, key="k")
    assert (first.status_code, again.text) == (200, first.text)
    assert again.headers["idempotent-replayed"] == "true"
    other = give(api, outbound_id, content=pdf(3), key="k")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_conflict")


@pytest.mark.parametrize(
    ("awb", "content", "status", "code"),
    [
        ("TH1", b"<html>no label</html>", 422, "label_unreadable"),
        ("TH1", b"%PDF-1.4\nnothing\n%%EOF\n", 422, "label_unreadable"),
        ("TH1", b"%PDF-" + b"0" * (10 << 20), 413, "label_too_large"),
        (" \u200b ", b"", 422, "awb_missing"),
        ("T" * 101, b"", 422, "invalid"),
    ],
    ids=["html", "torn", "large", "blank", "long"],
)
def test_what_is_no_label_is_refused_and_nothing_changes(
    api: Caller, world: World, outbound_id: int, awb: str, content: bytes, status: int, code: str
) -> None:
    answer = give(api, outbound_id, awb, content)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    row = world.the_list("A")
    assert (row.awb, row.label_id) == ("", None)


def test_a_label_is_refused_where_the_list_is_not_or_is_gone(
    api: Caller, world: World, outbound_id: int, new_world: Any, caller_of: Any
) -> None:
    assert give(api, outbound_id + 10**6).status_code == 404
    assert give(caller_of(new_world()), outbound_id).status_code == 404, "another merchant's"
    assert give(caller_of(world, "outbound:read"), outbound_id).status_code == 403
    assert give(api, outbound_id, "TH\u00001").json()["awb"] == "TH1"
    number_alone = api.post(f"/outbound/{outbound_id}/label", files={"awb": (None, "TH2")})
    assert (number_alone.status_code, number_alone.json()["code"]) == (422, "label_unreadable")
    wrong = api.post(f"/outbound/{outbound_id}/label", {"awb": "TH1"})
    assert (wrong.status_code, wrong.json()["code"]) == (415, "media_type")
    move(world, outbound_id, "pushing", "pushed")
    late = give(api, outbound_id, "TH2")
    assert (late.status_code, late.json()["code"]) == (409, "label_too_late")
    assert world.the_list("A").awb == "TH1"


def test_a_way_of_handing_over_is_kept_with_the_list_and_a_store_that_cannot_be_asked_says_so(
    api: Caller, world: World
) -> None:
    world.ingest(store_order("H", "TEA", status=OrderStatus.PAID))
    made = world.the_list("H")
    told = api.get(f"/outbound/{made.pk}/handover")
    assert (told["ways"], told["held_by"]) == ([], "not_connected")
    slot = {"kind": "pickup", "fields": {"address_id": "1", "pickup_time_id": "t"}}
    assert api.post(f"/outbound/{made.pk}/arrange", slot).json()["shipment"] == "due"
    assert world.the_list("H").handover == slot
    assert api.post(
        "/outbound-actions", {"action": "arrange", "ids": [made.pk], "handover": {"kind": "dropoff"}}
    ).json()["done"] == [made.pk]
    assert world.the_list("H").handover == {"kind": "dropoff", "fields": {}}
    assert api.post(f"/outbound/{made.pk}/arrange", {"kind": ""}).status_code == 422
