"""Files and runs over the API (R139 to R145)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from salur.flows.filed import LARGEST_FILE
from salur.flows.runs import carry_on_run
from salur.foundation.clock import now
from salur.integrations.models import StoreConnection
from salur.orders.models import SyncRun, SyncRunRow
from tests.world import World

from .conftest import Caller
from .connecting import STORE_KEYS, give_keys

HEADER = "order_id,recipient_name,address1,country,sku,quantity\r\n"


def upload(api: Caller, world: World, content: str | bytes, name: str = "orders.csv") -> Any:
    body = content.encode() if isinstance(content, str) else content
    return api.post("/imports", data={"store_id": str(world.store_id)}, files={"file": (name, body)})


def test_a_file_is_taken_and_its_run_tells_every_row(api: Caller, world: World) -> None:
    answer = upload(api, world, HEADER + "A,Som,Road 1,TH,TEA,2\r\nB,Som,Road 1,XX,TEA,1\r\n")
    assert answer.status_code == 202
    run = answer.json()
    assert answer.headers["location"] == f"/api/v1/runs/{run['id']}"
    assert (run["state"], run["source"], run["trigger"], run["file_name"]) == ("queued", "file", "api", "orders.csv")
    assert carry_on_run(world.merchant_id, run["id"]) == 1
    done = api.get(f"/runs/{run['id']}")
    assert (done["state"], done["created"], done["failed"]) == ("done", 1, 1)
    rows = api.get(f"/runs/{run['id']}/rows")["items"]
    told = {row["external_id"]: (row["outcome"], row["line"], row["column"], row["code"]) for row in rows}
    assert told["A"][0] == "created"
    assert told["B"] == ("failed", 3, "country", "bad_country")
    assert "XX" in next(row["reason"] for row in rows if row["external_id"] == "B")
    assert api.get("/orders", external_id="A")["items"][0]["source"] == "file"


def test_the_template_can_be_read_and_imported_as_it_is(api: Caller, world: World) -> None:
    answer = api.call("GET", "/imports/template.csv")
    assert answer.headers["content-type"].startswith("text/csv")
    run = upload(api, world, answer.content).json()
    carry_on_run(world.merchant_id, run["id"])
    done = api.get(f"/runs/{run['id']}")
    assert (done["created"], done["failed"]) == (1, 0)


def test_a_file_that_cannot_be_read_is_refused_with_the_reason(api: Caller, world: World) -> None:
    for content, code in (("", "empty_file"), ("a,b\r\n1,2\r\n", "unknown_header"), (b"\xff\xfe\x00", "encoding")):
        answer = upload(api, world, content)
        assert (answer.status_code, answer.json()["code"]) == (422, "file_refused"), content
        if code != "encoding":
            assert answer.json()["errors"][0]["code"] == code
    with world.scope():
        assert not SyncRun.objects.filter(source="file").exists()
    missing = api.post("/imports", data={"store_id": str(world.store_id)}, files={"other": ("a", b"b")})
    assert missing.status_code == 422
    assert [(e["in"], e["pointer"], e["code"]) for e in missing.json()["errors"]] == [("file", "file", "missing")]


def test_a_file_under_way_is_not_imported_beside_itself(api: Caller, world: World) -> None:
    first = upload(api, world, HEADER + "A,Som,Road 1,TH,TEA,2\r\n").json()
    second = upload(api, world, HEADER + "A,Som,Road 1,TH,TEA,2\r\n")
    assert (second.status_code, second.json()["code"]) == (409, "import_busy")
    assert str(first["id"]) in second.json()["detail"]


def test_a_request_longer_than_any_file_is_refused_by_its_length(api: Caller) -> None:
    """The length alone decides: nothing of that size is sent here."""
    from django.test import RequestFactory

    from salur.api.limits import too_long

    request = RequestFactory().post("/api/v1/imports")
    for length, refused in ((LARGEST_FILE, False), (LARGEST_FILE + (2 << 20), True), ("x", True), ("", False)):
        request.META["CONTENT_LENGTH"] = str(length)
        assert too_long(request) is refused


def test_runs_are_stopped_and_failed_ones_retried(api: Caller, world: World) -> None:
    run = upload(api, world, HEADER + "A,Som,Road 1,TH,TEA,2\r\n").json()["id"]
    assert api.post(f"/runs/{run}/retry").json()["code"] == "run_not_failed"
    stopped = api.post(f"/runs/{run}/stop")
    assert (stopped.status_code, stopped.json()["state"]) == (200, "stopped")
    again = api.post(f"/runs/{run}/stop")
    assert (again.status_code, again.json()["code"]) == (409, "run_ended")
    with world.scope():
        SyncRun.objects.filter(pk=world.run_id).update(state="failed", error_code="x")
    retried = api.post(f"/runs/{world.run_id}/retry")
    assert (retried.status_code, retried.json()["state"], retried.json()["error_code"]) == (202, "queued", "")


def test_the_failed_orders_of_a_store_run_are_retried_alone(api: Caller, world: World) -> None:
    path = f"/runs/{world.run_id}/retry-failed"
    assert (api.post(path).status_code, api.post(path).json()["code"]) == (409, "no_failed_orders")
    ended = now()
    with world.scope():
        SyncRun.objects.filter(pk=world.run_id).update(state="running")
        SyncRun.objects.filter(pk=world.run_id).update(
            source="sync", state="done", failed=1, found=30, started_at=ended - timedelta(seconds=20), finished_at=ended
        )
        SyncRunRow(run_id=world.run_id, external_id="N1", outcome="failed", code="not_answered").save()
    assert api.get(f"/runs/{world.run_id}")["orders_per_second"] == 1.5
    row = api.get(f"/runs/{world.run_id}/rows?outcome=failed")["items"][-1]
    assert row["reason"].startswith("The store named this order")
    assert api.post(path).json()["code"] == "not_connected"
    give_keys(world, "store", STORE_KEYS)
    made = api.post(path)
    assert (made.status_code, made.json()["trigger"], made.json()["state"]) == (202, "retry", "queued")
    assert made.headers["location"] == f"/api/v1/runs/{made.json()['id']}"
    assert api.post(path).json()["id"] == made.json()["id"], "under way already"
    with world.scope():
        assert SyncRun.objects.get(pk=made.json()["id"]).progress["orders"] == ["N1"]


def test_runs_are_filtered(api: Caller, world: World) -> None:
    run = upload(api, world, HEADER + "A,Som,Road 1,TH,TEA,2\r\n").json()["id"]
    assert [one["id"] for one in api.get("/runs", source="file")["items"]] == [run]
    assert [one["id"] for one in api.get("/runs", source="sync")["items"]] == [world.run_id]
    assert {one["id"] for one in api.get("/runs", state="queued", store=world.store_id)["items"]} == {run, world.run_id}
    assert api.get("/runs", state="failed")["items"] == []


def test_a_store_is_synced_by_hand_with_or_without_a_window(api: Caller, world: World) -> None:
    path = f"/stores/{world.store_id}/sync"
    unconnected = api.post(path)
    assert (unconnected.status_code, unconnected.json()["code"]) == (409, "not_connected")
    give_keys(world, "store", STORE_KEYS)
    with world.scope():
        SyncRun.objects.filter(pk=world.run_id).update(state="stopped")
    queued = api.post(path)
    assert queued.status_code == 202
    assert queued.headers["location"] == f"/api/v1/runs/{queued.json()['id']}"
    assert (queued.json()["source"], queued.json()["trigger"]) == ("sync", "api")
    busy = api.post(path)
    assert (busy.status_code, busy.json()["code"]) == (409, "sync_busy")
    assert str(queued.json()["id"]) in busy.json()["detail"]
    since, until = now() - timedelta(days=9), now() - timedelta(days=8)
    window = api.post(path, {"since": since.isoformat(), "until": until.isoformat()})
    assert window.status_code == 202
    assert window.json()["window_since"].replace("Z", "+00:00") == since.isoformat()
    for wrong in ({"since": until.isoformat(), "until": since.isoformat()}, {"until": until.isoformat()}):
        assert api.post(path, wrong).json()["errors"][0]["code"] == "bad_window"
    with world.scope():
        StoreConnection.objects.filter(pk=world.store_id).update(state="paused", pause_reason="keys revoked")
    paused = api.post(path)
    assert (paused.status_code, paused.json()["code"]) == (409, "connection_paused")
    assert "keys revoked" in paused.json()["detail"]


def test_stores_and_warehouses_are_listed(api: Caller, world: World) -> None:
    store = api.get("/stores")["items"][0]
    assert (store["id"], store["channel"], store["state"], store["country"]) == (
        world.store_id,
        "shopee",
        "connected",
        "TH",
    )
    warehouse = api.get("/warehouses")["items"][0]
    assert (warehouse["id"], warehouse["code"], warehouse["partner"], warehouse["account_state"]) == (
        world.warehouse_id,
        "TH01",
        "eccang",
        "connected",
    )
