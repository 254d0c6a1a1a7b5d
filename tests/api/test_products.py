"""Master products over the API: made, changed by version, set at once, archived, pictured (R44 to R52)."""

from __future__ import annotations

import io
from typing import Any

from PIL import Image

from salur.catalog.models import MasterProduct, WarehouseProduct
from tests.world import World, store_order

from .conftest import Caller


def patch(api: Caller, product: int, **body: Any) -> Any:
    return api.call("PATCH", f"/products/{product}", json=body)


def pointers(answer: Any) -> list[tuple[str, str]]:
    assert answer.status_code == 422, answer.text
    return [(one["pointer"], one["code"]) for one in answer.json()["errors"]]


def test_a_product_is_made_read_and_changed_by_its_version(api: Caller, world: World) -> None:
    wanted = {"msku": "POT", "weight_g": 300, "tags": ["Fragile", "fragile"]}
    made = api.post("/products", wanted, key="one")
    assert made.status_code == 201, made.text
    pot = made.json()
    assert (pot["name"], pot["version"], pot["kind"], pot["tags"]) == ("POT", 1, "single", ["fragile"])
    assert (
        api.post("/products", {"msku": "POT", "weight_g": 300, "tags": ["Fragile", "fragile"]}, key="one").json() == pot
    )
    assert api.post("/products", {"msku": "POT"}).json()["code"] == "msku_taken"
    changed = patch(api, pot["id"], version=1, shelf_life_days=365, inbound_days=90, declared_value="12.50")
    assert changed.json()["version"] == 2
    late = patch(api, pot["id"], version=1, name="Late")
    assert (late.status_code, late.json()["code"]) == (409, "product_changed")
    assert "shelf_life_days: 0 → 365" in late.json()["detail"]
    assert api.get(f"/products/{pot['id']}")["name"] == "POT"
    assert pointers(patch(api, pot["id"], outbound_days=365)) == [("/outbound_days", "limit_beyond_life")]
    assert pointers(patch(api, pot["id"], weight_g=-1, name=" ")) == [
        ("/name", "missing_value"),
        ("/weight_g", "bad_number"),
    ]
    assert [one["msku"] for one in api.get("/products", search="fragile")["items"]] == ["POT"]


def test_a_bundle_is_free_as_often_as_its_scarcest_part(api: Caller, world: World) -> None:
    world.add_product("CUP", pieces=7)
    parts = [{"msku": "TEA", "quantity": 3}, {"msku": "CUP", "quantity": 2}]
    made = api.post("/products", {"msku": "GIFT", "parts": parts})
    assert made.json()["free_bundles"] == {str(world.warehouse_id): 3}
    nest = {"msku": "NEST", "parts": [{"msku": "GIFT", "quantity": 1}, {"msku": "NEST", "quantity": 1}]}
    assert pointers(api.post("/products", nest)) == [("/parts", "bundle_nested"), ("/parts", "bundle_itself")]
    assert pointers(patch(api, world.products["CUP"], parts=[{"msku": "TEA", "quantity": 1}])) == [
        ("/parts", "bundle_has_past")
    ]
    added = api.post(f"/warehouses/{world.warehouse_id}/products", {"mskus": ["GIFT"]})
    assert added.json() == {"products": 1, "pushing": 0}, "its parts are there already"
    with world.scope():
        assert not WarehouseProduct.objects.filter(product__msku="GIFT").exists()


def test_many_are_set_at_once_or_none_is(api: Caller, world: World) -> None:
    good = [
        {"msku": "TEA", "name": "Tea", "barcode": "885"},
        {"msku": "BOX"},
        {"msku": "SET", "parts": [{"msku": "BOX", "quantity": 2}]},
    ]
    wrong = [*good, {"msku": "BOX"}, {"msku": "ODD", "shelf_life_days": 3, "inbound_days": 3}]
    assert pointers(api.put("/products", {"products": wrong})) == [
        ("/products/3/msku", "msku_twice"),
        ("/products/4/inbound_days", "limit_beyond_life"),
    ]
    with world.scope():
        assert not MasterProduct.objects.filter(msku="BOX").exists()
    assert api.put("/products", {"products": good}).json() == {"new": 2, "changed": 1, "same": 0}
    assert api.put("/products", {"products": good}).json() == {"new": 0, "changed": 0, "same": 3}
    assert api.put("/products", {"products": [{"msku": "TEA", "barcode": ""}]}).json()["changed"] == 1
    assert api.get("/products", search="TEA")["items"][0]["barcode"] == ""


def test_a_spreadsheet_is_looked_over_whole_and_then_its_good_rows_are_written(api: Caller, world: World) -> None:
    from salur.flows.product_imports import carry_on_import

    content = b"msku,name,weight_g\nTEA,Green tea,\nPOT,Pot,300\nBAD,,-1\nPOT,Again,\n"
    sent = api.call("POST", "/product-files", files={"file": ("p.csv", content)}, headers={"Idempotency-Key": "f"})
    assert (sent.status_code, sent.json()["state"]) == (202, "queued"), sent.text
    again = api.call("POST", "/product-files", files={"file": ("p.csv", content)}, headers={"Idempotency-Key": "f"})
    assert again.json() == sent.json()
    address = sent.headers["location"].removeprefix("/api/v1")
    assert api.post(f"{address}/import").json()["code"] == "import_not_ready"
    carry_on_import(world.merchant_id, sent.json()["id"])
    seen = api.get(address)
    assert (seen["state"], seen["new"], seen["changed"], seen["wrong"]) == ("ready", 1, 1, 2)
    assert [(one["line"], one["column"], one["code"]) for one in seen["faults"]] == [
        (4, "weight_g", "bad_number"),
        (5, "msku", "msku_twice"),
    ]
    assert api.get("/products", search="POT")["items"] == [], "nothing is written before somebody says so"
    assert api.post(f"{address}/import").json()["state"] == "importing"
    carry_on_import(world.merchant_id, sent.json()["id"])
    done = api.get(address)
    assert (done["state"], done["written"]) == ("done", 2)
    assert [one["name"] for one in api.get("/products", search="POT")["items"]] == ["Pot"]
    assert api.call("DELETE", address).status_code == 200
    assert api.call("GET", address).status_code == 404
    unread = api.call("POST", "/product-files", files={"file": ("p.csv", b"colour\nred\n")}).json()["id"]
    carry_on_import(world.merchant_id, unread)
    refused = api.get(f"/product-files/{unread}")
    assert (refused["state"], bool(refused["code"]), bool(refused["reason"])) == ("refused", True, True)


def test_r45_products_are_made_of_all_listings_that_collide_with_nothing_or_of_those_named(
    api: Caller, world: World
) -> None:
    from salur.catalog.products import SeenListing, save_listings

    listed = [("1", "TEA", "Tea"), ("2", "POT", "Pot"), ("3", "tea", "Tea too"), ("4", "CUP", "A"), ("5", "CUP", "B")]
    with world.scope():
        save_listings(world.store_id, [SeenListing(item, "", sku, name, "", 0, 0, 0, 0) for item, sku, name in listed])
    address = f"/stores/{world.store_id}/products"
    looked = api.post(address, {"dry_run": True}).json()
    assert looked["made"] == 1
    assert {one["sku"]: one["why"] for one in looked["left"]} == {
        "CUP": "several_names",
        "TEA": "exists",
        "tea": "similar",
    }
    assert api.get("/products", search="POT")["items"] == []
    places = {"warehouse_ids": [world.warehouse_id]}
    assert pointers(api.post(address, {"warehouse_ids": [1 << 40]})) == [("/warehouse_ids/0", "unknown_warehouse")]
    assert api.post(address, places).json() == looked
    assert api.post(address, {"skus": ["CUP", "TEA"]}).json()["made"] == 1
    assert [one["name"] for one in api.get("/products", search="CUP")["items"]] == ["A"]
    assert [one["msku"] for one in api.get("/products", warehouse=world.warehouse_id)["items"]] == ["POT", "TEA"]


def test_what_is_still_needed_is_not_archived(api: Caller, world: World) -> None:
    world.ingest(store_order("A1", "TEA"))
    api.post("/products", {"msku": "OLD"})
    done = api.post("/products/archive", {"mskus": ["TEA", "OLD"]}).json()
    assert done["archived"] == ["OLD"]
    (kept,) = done["kept"]
    assert (kept["msku"], kept["codes"]) == ("TEA", ["product_in_stock", "product_reserved", "product_on_outbound"])
    assert [one["msku"] for one in api.get("/products", archived=True)["items"]] == ["OLD"]
    old = api.get("/products", archived=True)["items"][0]["id"]
    assert patch(api, old, name="New").json()["code"] == "product_archived"
    assert api.post("/products/restore", {"mskus": ["OLD"]}).json() == {"restored": 1}
    assert api.call("DELETE", f"/products/{world.products['TEA']}").json()["code"] == "product_in_stock"
    assert api.call("DELETE", f"/products/{old}").json() == {"id": old, "msku": "OLD"}
    assert pointers(api.post("/products/archive", {"mskus": ["TEA", "OLD"]})) == [("/mskus/1", "unknown_msku")]


def test_a_picture_goes_in_and_comes_out_small(api: Caller, world: World) -> None:
    content = io.BytesIO()
    Image.new("RGBA", (400, 400), (0, 0, 0, 0)).save(content, "PNG")
    address = f"/products/{world.products['TEA']}/images"
    made = api.post(address, files={"picture": ("a.png", content.getvalue())})
    assert made.status_code == 201, made.text
    image = made.json()["id"]
    assert api.get(address) == [made.json()]
    small = api.call("GET", f"{address}/{image}", params={"size": "small"})
    assert small.headers["content-type"] == "image/png"
    assert Image.open(io.BytesIO(small.content)).size == (160, 160)
    bad = api.post(address, files={"picture": ("a.png", b"<svg/>")})
    assert (bad.status_code, bad.json()["code"]) == (422, "image_unreadable")
    assert api.call("DELETE", f"{address}/{image}").json() == {"id": image}
    assert api.get(address) == []
