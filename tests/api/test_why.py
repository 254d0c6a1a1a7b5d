"""“Why is this order here?” and what people put on orders, over the API."""

from __future__ import annotations

from salur.connectors.base.types import OrderStatus
from salur.foundation.clock import now
from salur.integrations.models import StoreConnection
from tests.world import World, store_order

from .conftest import Caller


def test_the_conditions_of_an_order_and_what_all_orders_wait_for(api: Caller, world: World) -> None:
    world.ingest(store_order("A1", "NONE"), store_order("A2", "TEA"))
    (first,) = api.get(f"/orders/{world.order('A1').pk}/why")
    assert (first["outbound_id"], first["blocked_by"]) == (None, "items_unlinked")
    (told,) = [one for one in first["conditions"] if one["state"] == "closed"]
    assert (told["gate"], told["remedy"], told["who"]) == ("items_linked", "link", "operator")
    assert "NONE" in told["cause"]
    (second,) = api.get(f"/orders/{world.order('A2').pk}/why")
    waiting = {(one["kind"], one["code"]): one["count"] for one in api.get("/waiting")}
    assert waiting == {("push_condition", second["blocked_by"]): 1, ("problem", "unmapped_sku"): 1}


def test_orders_are_held_released_noted_and_tagged(api: Caller, world: World) -> None:
    world.ingest(store_order("A1", "TEA"), store_order("A2", "TEA"))
    ids = [world.order(number).pk for number in ("A1", "A2")]
    done = api.post("/order-desk", {"action": "hold", "ids": ids, "reason": "buyer", "note": "on holiday"}, key="h1")
    assert (done.status_code, done.json()) == (200, {"done": 2, "refused": []})
    assert {one["external_id"] for one in api.get("/orders", held=True)["items"]} == {"A1", "A2"}
    assert api.post("/order-desk", {"action": "release", "ids": ids[:1]}).json()["done"] == 1
    assert api.post("/order-desk", {"action": "tag", "ids": ids, "add": ["VIP"]}).json()["done"] == 2
    assert len(api.get("/orders", tag="vip")["items"]) == 2
    assert api.post("/order-desk", {"action": "note", "ids": ids[:1], "note": "called"}).json()["done"] == 1
    assert [one["kind"] for one in api.get(f"/orders/{ids[0]}/notes")["items"]] == [
        "note",
        "tagged",
        "released",
        "held",
    ]
    late = api.post("/order-desk", {"action": "hold", "ids": ids, "until": now().isoformat()})
    assert late.json()["code"] == "hold_refused"
    many = api.post("/order-desk", {"action": "tag", "ids": ids, "add": ["x" * 41]})
    assert many.json()["code"] == "tags_refused"
    assert api.post("/order-desk", {"action": "note", "ids": ids}).json()["code"] == "note_refused"


def test_orders_are_shipped_anyway_unless_their_store_wants_an_answer(api: Caller, world: World) -> None:
    world.ingest(*(store_order(number, "TEA", status=OrderStatus.CANCEL_REQUESTED) for number in ("A1", "A2")))
    ids = [world.order(number).pk for number in ("A1", "A2")]
    refused = api.post("/order-desk", {"action": "ship_anyway", "ids": ids[:1]}).json()
    assert (refused["done"], refused["refused"][0]["code"]) == (0, "wish_binds")
    with world.scope():
        StoreConnection.objects.update(identity_key="")  # by file: nobody answers through the hub
    assert api.post("/order-desk", {"action": "ship_anyway", "ids": ids}).json() == {"done": 2, "refused": []}
    shown = api.get(f"/orders/{ids[0]}")
    assert (shown["status"], shown["wish_overruled_at"] is not None) == ("paid", True)
