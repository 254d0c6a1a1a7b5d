"""Own warehouses over the API: made, picked, packed, shipped, short."""

from __future__ import annotations

import pytest

from salur.stock.models import Warehouse
from tests.flows.own import books_agree, take
from tests.world import World

from .conftest import Caller


@pytest.fixture
def own(world: World) -> World:
    """The world's warehouse as one of its own; what the store gives for the parcel is there already."""
    with world.scope():
        Warehouse.objects.filter(pk=world.warehouse_id).update(account=None)
    return world


def test_an_own_warehouse_is_made_changed_and_refused_in_words(api: Caller, world: World) -> None:
    wanted = {"code": "SHED", "name": "Shed", "country": "TH"}
    answer = api.post("/own-warehouses", wanted)
    assert (answer.status_code, answer.json()["partner"], answer.json()["time_zone"]) == (201, None, "Asia/Bangkok")
    made = answer.json()["id"]
    assert api.post("/own-warehouses", wanted).json()["code"] == "warehouse_code_taken"
    assert api.post("/own-warehouses", {**wanted, "country": "Siam"}).json()["code"] == "warehouse_country"
    changed = api.call("PATCH", f"/warehouses/{made}", json={"return_address": "1 Road", "country": "MY"}).json()
    assert (changed["return_address"], changed["country"], changed["code"]) == ("1 Road", "MY", "SHED")
    partners = api.call("PATCH", f"/warehouses/{world.warehouse_id}", json={"country": "MY"})
    assert (partners.status_code, partners.json()["code"]) == (409, "warehouse_not_own")


def test_lists_are_picked_scanned_and_shipped(api: Caller, own: World) -> None:
    with own.scope():
        from salur.integrations.models import StoreConnection

        StoreConnection.objects.update(channel="manual")
    first, second = take(own, "A", ("TEA", 2)), take(own, "B", "TEA")
    picked = api.post("/floor-actions", {"action": "pick", "ids": [first.pk, second.pk, 2**60]}).json()
    assert (picked["done"], [one["code"] for one in picked["left"]]) == ([first.pk, second.pk], ["not_found"])
    (number,) = picked["pick_lists"]
    (stop,) = api.get(f"/pick-lists/{number}")["stops"]
    assert (stop["msku"], stop["pieces"], stop["lists"]) == ("TEA", 3, [[first.pk, 2], [second.pk, 1]])
    wrong = api.post(f"/outbound/{first.pk}/scan", {"code": "CUP"})
    assert (wrong.status_code, wrong.json()["code"]) == (409, "scan_wrong")
    assert [api.post(f"/outbound/{first.pk}/scan", {"code": "TEA"}).json()["left"] for _ in range(2)] == [1, 0]
    assert api.post(f"/outbound/{first.pk}/ship", {}).json()["code"] == "ship_number_missing"
    shipped = api.post(f"/outbound/{first.pk}/ship", {"awb": "X1", "courier": "Flash"}, key="k1")
    assert (shipped.json()["task"], shipped.json()["awb"]) == ("completed", "X1")
    again = api.post(f"/outbound/{first.pk}/ship", {"awb": "X1", "courier": "Flash"}, key="k1")
    assert (again.status_code, again.headers["idempotent-replayed"]) == (200, "true")
    both = api.post("/shipments", {"parcels": [{"outbound_id": i.pk, "awb": "X2"} for i in (first, second)]}).json()
    assert (both["done"], [one["code"] for one in both["left"]]) == ([second.pk], ["floor_gone"])
    books_agree(own)


def test_a_shortage_answers_the_list_that_waits_in_its_place(api: Caller, own: World) -> None:
    made = take(own, "A", "TEA", awb="TH1")
    assert api.post(f"/outbound/{made.pk}/shortage", {"msku": "TEA", "found": 0}).json()["code"] == "floor_not_ready"
    with own.scope():
        from salur.flows.arrange import attach_label
        from tests.flows.pdf import pdf

        attach_label(made.pk, "TH1", pdf())
    answer = api.post(f"/outbound/{made.pk}/shortage", {"msku": "TEA", "found": 0}).json()
    assert (answer["id"] != made.pk, answer["awb"], answer["has_label"]) == (True, "TH1", True)
    assert own.problems("A")["short_picked"]["missing"] == 1
