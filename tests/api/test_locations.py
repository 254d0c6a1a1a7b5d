"""Locations by API: created by list and range, bound, unbound, deleted; each wrong line named (R53 to R58)."""

from __future__ import annotations

from tests.world import World

from .conftest import Caller


def test_locations_are_made_bound_and_removed(api: Caller, world: World) -> None:
    place = world.warehouse_id
    body = {"warehouse_id": place, "locations": [{"number": "a-1 .. a-3", "zone": "Z"}, {"number": "A-2"}]}
    made = api.post("/locations", body, key="k1").json()
    assert (made["made"], [(f["line"], f["code"], f["harmless"]) for f in made["faults"]]) == (
        ["A-1", "A-2", "A-3"],
        [(2, "location_twice", True)],
    )
    assert api.post("/locations", body, key="k1").json() == made, "the same key: done once, answered alike"
    pairs = {
        "warehouse_id": place,
        "bindings": [{"location": "A-1", "msku": "TEA"}, {"location": "B-9", "msku": "TEA"}],
    }
    bound = api.post("/locations/bind", pairs).json()
    assert (bound["changed"], [f["code"] for f in bound["faults"]]) == (1, ["location_not_there"])
    shown = api.get("/locations", warehouse=place, search="TEA")["items"]
    assert [(one["number"], one["zone"], one["virtual"], one["mskus"]) for one in shown] == [
        ("A-1", "Z", True, ["TEA"])
    ]
    ids = [one["id"] for one in api.get("/locations")["items"]]
    kept = api.post("/locations/act", {"action": "delete", "ids": ids}).json()
    assert kept == {"changed": 2, "kept": ["A-1"]}
    assert api.post("/locations/unbind", pairs).json()["changed"] == 1
    assert api.post("/locations/act", {"action": "delete", "ids": ids}).json() == {"changed": 1, "kept": []}


def test_a_location_is_renamed_but_not_to_one_there_is(api: Caller, world: World) -> None:
    api.post("/locations", {"warehouse_id": world.warehouse_id, "locations": [{"number": "A-1"}, {"number": "A-2"}]})
    first = api.get("/locations")["items"][0]["id"]
    refused = api.put(f"/locations/{first}", {"number": "a-2"})
    assert (refused.status_code, refused.json()["code"]) == (409, "location_taken")
    assert api.put(f"/locations/{first}", {"number": "C-1", "zone": "Cold"}).json()["number"] == "C-1"
