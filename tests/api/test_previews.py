"""Files over the API without importing them: previews, columns, and Import (R145)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from salur.flows.previews import carry_on_preview
from salur.flows.runs import carry_on_run
from salur.orders.models import ColumnMapping, Order, OrderUpload
from tests.world import World

from .conftest import Caller

HEADER = "order_id,recipient_name,address1,country,sku,quantity\r\n"
OTHER = "Bestellnr;Kunde;Adresse;Artnr;Menge;Bezahlt;Status\r\nL1;Ann;Weg 1;TEA;1;03.05.2026;verpackt\r\n"
COLUMNS = {
    "Bestellnr": "order_id",
    "Kunde": "recipient_name",
    "Adresse": "address1",
    "Artnr": "sku",
    "Menge": "quantity",
    "Bezahlt": "paid_at",
    "Status": "status",
}
OPTIONS = {"dates": "dmy", "country": "DE", "zone": "Europe/Berlin"}


def kept(api: Caller, world: World, content: str | bytes, **fields: str) -> Any:
    body = content.encode() if isinstance(content, str) else content
    data = {"store_id": str(world.store_id), **fields}
    return api.post("/imports/previews", data=data, files={"file": ("orders.csv", body)})


def numbers(world: World) -> list[str]:
    with world.scope():
        return sorted(Order.objects.values_list("external_id", flat=True))


def test_a_file_is_previewed_and_then_imported(api: Caller, world: World) -> None:
    answer = kept(api, world, HEADER + "A,Som,Road 1,TH,TEA,2\r\nB,Som,Road 1,XX,TEA,1\r\n")
    assert answer.status_code == 202
    preview = answer.json()
    where = f"/imports/previews/{preview['id']}"
    assert (preview["state"], answer.headers["location"]) == ("queued", f"/api/v1{where}")
    early = api.post(f"{where}/import")
    assert (early.status_code, early.json()["code"]) == (409, "preview_not_ready")
    carry_on_preview(world.merchant_id, preview["id"])
    done = api.get(where)
    assert (done["state"], done["orders"], done["known"], done["problems"]) == ("ready", 1, 0, 1)
    (first,) = done["first_orders"]
    assert (first["order_id"], first["line"], first["lines"]) == ("A", 2, [{"sku": "TEA", "name": "", "quantity": 2}])
    (wrong,) = api.get(f"{where}/problems")["items"]
    assert (wrong["line"], wrong["column"], wrong["code"], wrong["external_id"]) == (3, "country", "bad_country", "B")
    assert "XX" in wrong["reason"]
    assert numbers(world) == []
    run = api.post(f"{where}/import", key="k1")
    again = api.post(f"{where}/import", key="k1")
    assert (run.status_code, run.json()["id"]) == (202, again.json()["id"])
    carry_on_run(world.merchant_id, run.json()["id"])
    assert numbers(world) == ["A"]
    assert api.call("GET", where).status_code == 404


def test_an_unknown_file_says_its_columns_and_is_told_them(api: Caller, world: World) -> None:
    preview = kept(api, world, OTHER).json()
    where = f"/imports/previews/{preview['id']}"
    assert (preview["state"], preview["code"], preview["headers"]) == ("columns", "unknown_header", list(COLUMNS))
    assert preview["columns"]["Kunde"] == "buyer" and preview["columns"]["Menge"] == "quantity"
    wrong = api.post(
        f"{where}/columns",
        {
            "name": "Laden",
            "columns": {**COLUMNS, "Kunde": "sku", "Nichts": "city"},
            "options": {"country": "Germany", "statuses": {"verpackt": "parked"}},
        },
    )
    assert wrong.status_code == 422
    told = {(one["pointer"], one["code"]) for one in wrong.json()["errors"]}
    assert told == {
        ("/columns/Nichts", "unknown_column"),
        ("/columns", "column_twice"),
        ("/columns", "column_missing"),
        ("/options/country", "not_usable"),
        ("/options/statuses/verpackt", "not_usable"),
    }
    said = {"name": "Laden", "columns": COLUMNS, "options": OPTIONS}
    assert api.post(f"{where}/columns", said).json()["state"] == "queued"
    carry_on_preview(world.merchant_id, preview["id"])
    assert api.get(where)["unknown_statuses"] == ["verpackt"]
    said["options"] = {**OPTIONS, "statuses": {"verpackt": "ready"}}
    api.post(f"{where}/columns", said)
    carry_on_preview(world.merchant_id, preview["id"])
    assert api.get(where)["orders"] == 1
    api.post(f"{where}/import")
    (mapping,) = api.get("/imports/columns")["items"]
    assert (mapping["name"], mapping["columns"], mapping["options"]["country"]) == ("Laden", COLUMNS, "DE")
    next_file = OTHER.replace("L1", "L2").encode()
    run = api.post("/imports", data={"store_id": str(world.store_id)}, files={"file": ("x.csv", next_file)}).json()
    carry_on_run(world.merchant_id, run["id"])
    assert api.get(f"/runs/{run['id']}")["file_format"] == "mapped"
    assert numbers(world) == ["L2"]


def test_remembered_columns_are_changed_and_forgotten(api: Caller, world: World) -> None:
    preview = kept(api, world, OTHER).json()["id"]
    api.post(f"/imports/previews/{preview}/columns", {"name": "Laden", "columns": COLUMNS, "options": OPTIONS})
    (mapping,) = api.get("/imports/columns")["items"]
    where = f"/imports/columns/{mapping['id']}"
    body = {"name": "Shop", "columns": COLUMNS, "options": {**OPTIONS, "currency": "eur"}}
    changed = api.call("PUT", where, json=body)
    assert (changed.json()["id"], changed.json()["options"]["currency"]) == (mapping["id"], "EUR")
    gone = api.call("DELETE", where)
    assert gone.json() == {"id": mapping["id"], "name": "Shop"}
    assert api.call("DELETE", where).status_code == 404
    with world.scope():
        assert not ColumnMapping.objects.exists()


def test_a_previewed_file_is_dropped(api: Caller, world: World) -> None:
    preview = kept(api, world, HEADER).json()["id"]
    assert api.call("DELETE", f"/imports/previews/{preview}").json() == {"id": preview, "name": "orders.csv"}
    with world.scope():
        assert not OrderUpload.objects.exists()


def test_encoding_and_zone_are_said_and_must_be_known(api: Caller, world: World) -> None:
    thai = (HEADER + "A,สมชาย,Road 1,TH,TEA,2\r\n").encode("cp874")
    wrong = kept(api, world, thai, encoding="klingon", time_zone="Mars/Base")
    assert {(e["pointer"], e["code"]) for e in wrong.json()["errors"]} == {
        ("encoding", "not_usable"),
        ("time_zone", "not_usable"),
    }
    preview = kept(api, world, thai, encoding="cp874").json()["id"]
    carry_on_preview(world.merchant_id, preview)
    assert api.get(f"/imports/previews/{preview}")["first_orders"][0]["recipient_name"] == "สมชาย"
    data = {"store_id": str(world.store_id), "encoding": "cp874"}
    run = api.post("/imports", data=data, files={"file": ("a.csv", thai)}).json()
    carry_on_run(world.merchant_id, run["id"])
    assert world.order("A").recipient_name == "สมชาย"


def test_another_merchants_previews_and_columns_are_not_found(
    api: Caller, world: World, new_world: Callable[[], World], caller_of: Callable[..., Caller]
) -> None:
    preview = kept(api, world, OTHER).json()["id"]
    api.post(f"/imports/previews/{preview}/columns", {"name": "Laden", "columns": COLUMNS, "options": OPTIONS})
    mapping = api.get("/imports/columns")["items"][0]["id"]
    stranger = caller_of(new_world())
    for method, path in (
        ("GET", f"/imports/previews/{preview}"),
        ("GET", f"/imports/previews/{preview}/problems"),
        ("POST", f"/imports/previews/{preview}/import"),
        ("DELETE", f"/imports/previews/{preview}"),
        ("DELETE", f"/imports/columns/{mapping}"),
    ):
        assert stranger.call(method, path).status_code == 404, path
    assert stranger.get("/imports/columns")["items"] == []
    assert kept(stranger, world, OTHER).status_code == 404, "nor into another merchant's store"


def test_reading_needs_one_scope_and_writing_another(world: World, caller_of: Callable[..., Caller]) -> None:
    reader, writer = caller_of(world, "runs:read"), caller_of(world, "imports:write")
    preview = kept(writer, world, HEADER + "A,Som,Road 1,TH,TEA,2\r\n").json()["id"]
    assert kept(reader, world, HEADER).status_code == 403
    assert reader.get(f"/imports/previews/{preview}")["state"] == "queued"
    assert writer.call("GET", f"/imports/previews/{preview}").status_code == 403
    assert reader.call("DELETE", f"/imports/previews/{preview}").status_code == 403
