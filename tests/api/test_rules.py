"""Delivery-warehouse rules over the API (R72)."""

from __future__ import annotations

from tests.world import World, store_order

from .conftest import Caller


def test_rules_are_made_changed_ordered_and_removed(api: Caller, world: World) -> None:
    world.ingest(store_order("A1", "TEA"))
    first = api.get("/rules")["items"][0]
    api.call("DELETE", f"/rules/{first['id']}")
    world.ingest(store_order("A2", "TEA"))
    assert set(world.problems("A2")) == {"no_rule"}

    body = {
        "name": "Bangkok",
        "warehouse_id": world.warehouse_id,
        "provinces": ["กรุงเทพมหานคร"],
        "tags": ["Cold  Chain"],
    }
    made = api.post("/rules", body, key="k1")
    assert (made.status_code, made.json()["tags"], made.headers["location"]) == (
        201,
        ["cold chain"],
        f"/api/v1/rules/{made.json()['id']}",
    )
    assert api.post("/rules", body, key="k1").json() == made.json()
    assert [one["code"] for one in made.json()["warnings"]] == ["tag_unknown"]
    changed = api.put(f"/rules/{made.json()['id']}", body | {"tags": [], "value_from": "100", "value_currency": "THB"})
    assert (changed.status_code, changed.json()["value_from"]) == (200, "100.0000")
    assert not world.problems("A2"), "it found its warehouse by itself"

    other = api.post("/rules", {"name": "Rest", "warehouse_id": world.warehouse_id}).json()["id"]
    ordered = api.put("/rules/order", {"ids": [other, made.json()["id"]]}).json()
    assert [one["name"] for one in ordered["items"]] == ["Rest", "Bangkok"]
    assert [one["code"] for one in ordered["items"][1]["warnings"]] == ["shadowed"]
    assert api.put("/rules/order", {"ids": [other]}).json()["code"] == "rules_moved"


def test_faults_of_a_rule_are_pointed_at(api: Caller, world: World) -> None:
    wrong = {
        "name": "R",
        "warehouse_id": 2**40,
        "fallback_ids": [world.warehouse_id, 999_999_999],
        "countries": ["TH", "ZZ"],
        "postcodes": ["20-10"],
        "value_from": 2,
        "value_to": 1,
    }
    answer = api.post("/rules", wrong)
    assert answer.status_code == 422
    assert [(e["pointer"], e["code"]) for e in answer.json()["errors"]] == [
        ("/warehouse_id", "warehouse_unknown"),
        ("/fallback_ids/1", "warehouse_unknown"),
        ("/countries/1", "country_unknown"),
        ("/postcodes/0", "postcode_unusable"),
        ("/value_currency", "currency_missing"),
        ("/value_to", "value_range"),
    ]
    assert api.post("/rules", {"name": "R", "warehouse_id": 1, "colour": "red"}).status_code == 422


def test_a_draft_is_published_and_an_earlier_version_brought_back(api: Caller, world: World) -> None:
    assert api.post("/rules?set=draft", {"name": "R", "warehouse_id": world.warehouse_id}).json()["code"] == "no_draft"
    assert api.post("/rules/draft").json() == {"open": True, "base": 1, "version": 1}
    copy = api.get("/rules", set="draft")["items"][0]
    api.put(f"/rules/{copy['id']}", {"name": "Changed", "warehouse_id": world.warehouse_id})
    assert api.get("/rules")["items"][0]["name"] != "Changed"
    assert api.post("/rules/draft/publish").json()["items"][0]["name"] == "Changed"
    assert api.call("DELETE", "/rules/draft").json()["code"] == "no_draft"
    assert [one["reason"] for one in api.get("/rules/versions")] == ["publish", "first"]
    assert api.post("/rules/versions/1/restore").json()["items"][0]["name"] != "Changed"
    assert api.post("/rules/versions/9/restore").status_code == 404
