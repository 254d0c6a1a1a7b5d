"""Counts, transfers and returns by API: the whole way of each, and what is refused in words."""

from __future__ import annotations

from salur.catalog.models import WarehouseProduct
from salur.foundation.clock import now
from salur.inbound.models import InboundLine
from salur.stock.ledger import Entry, balance_ids, post
from salur.stock.models import MovementCause, Warehouse
from tests.returns.test_returns import leave
from tests.world import World, store_order

from .conftest import Caller


def hall(world: World, code: str, pieces: int = 0) -> int:
    """An own hall with some TEA."""
    with world.scope():
        place = Warehouse(code=code, name=f"Hall {code}", country="TH", created_at=now())
        place.save()
        WarehouseProduct(product_id=world.products["TEA"], warehouse=place).save()
        pair = (place.pk, world.products["TEA"])
        balance = balance_ids([pair])[pair]
        if pieces:
            post([Entry(balance, MovementCause.ADJUST, 10**9 + place.pk, d_on_hand=pieces)])
    return place.pk


def on_hand(api: Caller, place: int) -> int:
    return int(api.get("/stock", warehouse=place, msku="TEA")["items"][0]["on_hand"])


def test_a_count_from_its_start_to_the_ledger(api: Caller, world: World) -> None:
    place = hall(world, "A", 10)
    take = api.post("/stocktakes", {"warehouse_id": place, "blind": True}, key="c1").json()
    assert (take["state"], take["lines"], take["counted"]) == ("counting", 1, 0)
    path = f"/stocktakes/{take['id']}"
    figures = {"lines": [{"msku": "TEA", "counted": "8"}, {"msku": "TEA", "counted": -1}, {"msku": "NO", "counted": 1}]}
    taken = api.post(f"{path}/figures", figures).json()
    assert (taken["entered"], [f["code"] for f in taken["faults"]]) == (1, ["count_figure", "count_not_here"])
    assert api.get(f"{path}/lines")["items"][0]["counted"] == 8
    early = api.post(f"{path}/act", {"action": "approve"})
    assert (early.status_code, early.json()["code"]) == (409, "stocktake_not_checked")
    api.post(f"{path}/act", {"action": "end"})
    told = api.get(f"{path}/differences")["items"][0]
    assert (told["expected"], told["counted"], told["difference"]) == (10, 8, -2)
    assert api.post(f"{path}/act", {"action": "approve"}, key="c2").json()["state"] == "approved"
    assert api.post(f"{path}/act", {"action": "approve"}, key="c2").json()["state"] == "approved", "once, told twice"
    assert on_hand(api, place) == 8


def test_a_partners_warehouse_is_counted_by_the_partner(api: Caller, world: World) -> None:
    refused = api.post("/stocktakes", {"warehouse_id": world.warehouse_id})
    assert refused.json()["code"] == "stocktake_partner"
    assert "Synchronise its stock" in refused.json()["cure"]


def test_a_transfer_is_sent_received_and_settled(api: Caller, world: World) -> None:
    source, target = hall(world, "A", 10), hall(world, "B")
    body = {"source_id": source, "target_id": target, "lines": [{"msku": "TEA", "quantity": 4}], "send": True}
    made = api.post("/transfers", body, key="t1").json()
    assert api.post("/transfers", body, key="t1").json() == made
    assert (made["state"], on_hand(api, source), made["lines"][0]["under_way"]) == ("sent", 6, 4)
    with world.scope():
        from salur.flows.receive import receive_by_hand

        line = InboundLine.objects.get(inbound_id=made["inbound_id"])
        receive_by_hand(made["inbound_id"], {line.pk: 3}, complete=True)
    path = f"/transfers/{made['id']}"
    assert api.get(path)["state"] == "short"
    unsaid = api.post(f"{path}/settle", {"lines": [{"msku": "TEA", "lost": 1}]})
    assert unsaid.json()["code"] == "transfer_reason"
    done = api.post(f"{path}/settle", {"lines": [{"msku": "TEA", "lost": 1}], "reason": "broken box"}).json()
    assert (done["state"], done["received"], done["lost"]) == ("completed", 3, 1)
    assert (on_hand(api, source), on_hand(api, target)) == (6, 3)
    wrong = api.post("/transfers", {**body, "lines": [{"msku": "TEA", "quantity": 0}, {"msku": "NO", "quantity": 1}]})
    assert wrong.status_code == 422
    assert {one["pointer"] for one in wrong.json()["errors"]} == {"/lines/0/quantity", "/lines/1/msku"}


def test_a_return_is_expected_and_received_once(api: Caller, world: World) -> None:
    world.ingest(store_order("A", ("TEA", 3)))
    outbound, place = leave(world, "A"), hall(world, "A")
    body = {"outbound_id": outbound, "warehouse_id": place, "lines": [{"msku": "TEA", "quantity": 2}]}
    made = api.post("/returns", body, key="r1").json()
    assert (made["state"], made["expected"]) == ("expected", 2)
    assert api.post("/returns", body).json()["code"] == "return_nothing_left"
    path = f"/returns/{made['id']}/receive"
    for _ in range(2):
        told = api.post(path, {"lines": [{"msku": "TEA", "good": 1}]}).json()
        assert (told["state"], told["good"], on_hand(api, place)) == ("received", 1, 1)
    many = api.post(path, {"lines": [{"msku": "TEA", "good": 3}]})
    assert many.json()["code"] == "return_too_many"
    closed = api.post(path, {"lines": [{"msku": "TEA", "good": 1, "damaged": 1}]}).json()
    assert (closed["state"], closed["damaged"], on_hand(api, place)) == ("closed", 1, 1)
    assert api.get("/returns", state="closed")["items"][0]["id"] == made["id"]
