"""Stock by API: the list, what explains each figure, setting figures and levels (R133)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from salur.flows.stock_files import carry_on_stock_file
from salur.foundation.clock import now
from salur.stock.ledger import Entry, balance_ids, post
from salur.stock.models import Balance, MovementCause, StockFile, Warehouse
from tests.world import World, store_order

from .conftest import Caller


@pytest.fixture
def own(world: World) -> int:
    """An own warehouse with 7 TEA."""
    with world.scope():
        place = Warehouse.objects.create(code="OWN", name="Back room", country="TH", created_at=now())
        pair = (place.pk, world.products["TEA"])
        post([Entry(balance_ids([pair])[pair], MovementCause.ADJUST, 900_001, d_on_hand=7)])
        return place.pk


def row(api: Caller, place: int) -> dict[str, Any]:
    found: list[dict[str, Any]] = api.get("/stock", warehouse=place)["items"]
    assert len(found) == 1
    return found[0]


def test_the_list_is_filtered_and_ordered(api: Caller, world: World, own: int) -> None:
    world.add_product("CUP")
    assert [one["msku"] for one in api.get("/stock", show="out")["items"]] == ["CUP"]
    assert len(api.get("/stock", search="tea")["items"]) == 2
    most = api.get("/stock", warehouse=world.warehouse_id, sort="-free", limit=1)
    assert [one["msku"] for one in most["items"]] == ["TEA"]
    following = api.get("/stock", warehouse=world.warehouse_id, sort="-free", limit=1, cursor=most["next"])
    assert [one["msku"] for one in following["items"]] == ["CUP"]
    assert api.call("GET", "/stock", params={"sort": "free"}).status_code == 422
    assert [one["push"] for one in api.get("/stock", push="pushed")["items"]] == ["pushed", "pushed"]


def test_reserved_and_each_movement_are_explained(api: Caller, world: World) -> None:
    world.ingest(store_order("A1", ("TEA", 3)))
    balance = row(api, world.warehouse_id)
    held = api.get(f"/stock/{balance['id']}/reservations")["items"]
    assert [(one["order_number"], one["pieces"]) for one in held] == [("A1", 3)]
    assert sum(one["pieces"] for one in held) == balance["reserved"]
    assert api.get(f"/stock/{balance['id']}/arrivals")["items"] == []
    lines = api.get(f"/stock/{balance['id']}/movements")["items"]
    assert [(one["cause"], one["on_hand_after"], one["reserved_after"]) for one in lines] == [
        ("reserve", 100, 3),
        ("adjust", 100, 0),
    ]
    only = api.get(f"/stock/{balance['id']}/movements", figure="on_hand", cause="adjust")["items"]
    assert [one["on_hand_after"] for one in only] == [100]
    assert api.get(f"/stock/{balance['id']}")["dispute"] is None


UNKNOWN = (("/lines/0/msku", "unknown_msku"), ("/lines/0/msku", "inbound_sku_missing"))


def test_figures_are_adjusted_once_all_or_none(api: Caller, world: World, own: int) -> None:
    line = {"warehouse_id": own, "msku": "TEA", "on_hand": 5, "expected_on_hand": 7}
    body = {"reason": "counted", "note": "shelf 4", "lines": [line]}
    for _again in range(2):
        answer = api.post("/stock-adjustments", body, key="count-1")
        assert (answer.status_code, answer.json()) == (200, {"changes": [-2]})
    assert row(api, own)["on_hand"] == 5
    partner = {"warehouse_id": world.warehouse_id, "msku": "TEA", "on_hand": 1}
    good = {"warehouse_id": own, "msku": "TEA", "on_hand": 9}
    for wrong, pointer, code in (
        (partner, "/lines/1", "partner_stock"),
        (good, "/lines/1", "stock_twice"),
        ({**good, "msku": "NIX"}, "/lines/1/msku", "unknown_msku"),
        ({**good, "warehouse_id": 999999}, "/lines/1/warehouse_id", "unknown_warehouse"),
    ):
        answer = api.post("/stock-adjustments", {"reason": "lost", "lines": [good, wrong]})
        assert answer.status_code == 422
        assert [(one["pointer"], one["code"]) for one in answer.json()["errors"]] == [(pointer, code)]
    assert api.post("/stock-adjustments", {"reason": "because", "lines": [good]}).status_code == 422
    odd = b'"lines":[{"warehouse_id":%d,"msku":"\\u0000","%s":1}]}'
    for address, head, figure in (
        ("/stock-adjustments", b'{"reason":"lost","note":"\\u0000",', b"on_hand"),
        ("/stock-updates", b'{"kind":"set","note":"\\u0000",', b"quantity"),
    ):
        sent = {"content": head + odd % (own, figure), "headers": {"Content-Type": "application/json"}}
        (told,) = api.call("POST", address, **sent).json()["errors"]
        assert (told["pointer"], told["code"]) in UNKNOWN, "no table holds NUL"
    assert row(api, own)["on_hand"] == 5


def test_r135_stock_is_updated_by_rows_in_own_and_partners_warehouses_all_or_none(
    api: Caller, world: World, own: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.add_product("CUP")
    partner = world.warehouse_id

    def line(place: int | None, msku: str, quantity: int) -> dict[str, Any]:
        return {"warehouse_id": place, "msku": msku, "quantity": quantity}

    def send(kind: str, *lines: dict[str, Any], key: str = "", **more: Any) -> Any:
        return api.post("/stock-updates", {"kind": kind, "lines": lines, **more}, key=key)

    def refused(answer: Any) -> list[tuple[str, str]]:
        assert answer.status_code == 422, answer.text
        return [(one["pointer"], one["code"]) for one in answer.json()["errors"]]

    assert refused(send("set", line(own, "TEA", -1), line(own, "NONE", 1), line(partner, "TEA", 99))) == [
        ("/lines/0/quantity", "update_quantity"),
        ("/lines/1/msku", "inbound_sku_unknown"),
        ("/lines/2/quantity", "update_lowers_partner"),
    ]
    assert refused(send("set", line(own, "TEA", 5), line(own, "TEA", 6))) == [("/lines/1/msku", "inbound_line_twice")]
    assert refused(send("add", line(None, "TEA", 1), line(1 << 40, "TEA", 1))) == [
        ("/lines/0/warehouse_id", "missing"),
        ("/lines/1/warehouse_id", "unknown_warehouse"),
    ]
    assert refused(send("total", line(own, "TEA", 1))) == [
        ("/warehouse_id", "missing"),
        ("/lines/0/warehouse_id", "not_usable"),
    ]
    assert row(api, own)["on_hand"] == 7, "nothing was taken of any of these"
    monkeypatch.setattr("salur.flows.stock_updates.LIST_LINES", 1)
    done = send("set", line(own, "TEA", 9), line(partner, "TEA", 110), line(partner, "CUP", 2), key="once")
    assert done.json()["changed"] == 1
    assert [one["warehouse"]["id"] for one in done.json()["inbound_lists"]] == [partner, partner]
    assert row(api, own)["on_hand"] == 9
    announced = api.get("/inbound")["items"]
    assert sorted(one["quantity"] for one in announced) == [2, 10], "no list is longer than the warehouse takes"
    assert send("total", line(None, "TEA", 130), warehouse_id=own).json() == {"inbound_lists": [], "changed": 1}
    assert row(api, own)["on_hand"] == 30, "100 are at the partner; what is announced is on its way when it is pushed"
    lines = api.get(f"/stock/{row(api, own)['id']}/movements")["items"]
    assert [one["reason"] for one in lines] == ["counted", "counted", ""]


def test_a_large_table_is_taken_at_once_and_read_until_it_is_written(
    api: Caller, world: World, own: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("salur.flows.stock_files.AT_ONCE", 1)
    world.add_product("CUP")
    partner = world.warehouse_id

    def send(kind: str, *lines: tuple[int, str, object]) -> dict[str, Any]:
        rows = [{"warehouse_id": place, "msku": msku, "quantity": quantity} for place, msku, quantity in lines]
        answer = api.post("/stock-updates", {"kind": kind, "lines": rows}, key=f"{kind}-{len(lines)}")
        assert (answer.status_code, answer.json()["state"], answer.json()["done"]) == (202, "queued", 0), answer.text
        again = api.post("/stock-updates", {"kind": kind, "lines": rows}, key=f"{kind}-{len(lines)}")
        assert again.json() == answer.json(), "the same key is the same table"
        address = answer.headers["location"].removeprefix("/api/v1")
        carry_on_stock_file(world.merchant_id, answer.json()["id"])
        read: dict[str, Any] = api.get(address)
        return read

    refused = send("set", (own, "TEA", 9), (own, "NONE", 1), (partner, "TEA", "two"))
    assert (refused["state"], refused["wrong"], refused["changed"]) == ("refused", 2, 0)
    assert [(one["line"], one["field"], one["code"]) for one in refused["faults"]] == [
        (2, "msku", "inbound_sku_unknown"),
        (3, "quantity", "update_quantity"),
    ]
    assert row(api, own)["on_hand"] == 7
    done = send("add", (own, "TEA", 2), (partner, "CUP", 4))
    assert (done["state"], done["done"], done["wrong"], done["changed"]) == ("done", 2, 0, 1)
    assert [one["warehouse"]["id"] for one in done["inbound_lists"]] == [partner]
    assert row(api, own)["on_hand"] == 9
    with world.scope():
        assert StockFile.objects.count() == 2


def test_levels_make_rows_low(api: Caller, world: World, own: int, caller_of: Callable[..., Caller]) -> None:
    assert api.put("/stock-settings", {"low_at": 10, "cover_weeks": 2}).json() == {"low_at": 10, "cover_weeks": 2}
    assert api.get("/stock-settings") == {"low_at": 10, "cover_weeks": 2}
    assert [one["warehouse"]["id"] for one in api.get("/stock", show="low")["items"]] == [own]
    lines = [{"warehouse_id": world.warehouse_id, "msku": "TEA"}]
    assert api.put("/stock-levels", {"level": 200, "lines": lines}).json() == {"count": 1}
    assert len(api.get("/stock", show="low")["items"]) == 2
    api.put("/stock-levels", {"use_default": True, "lines": lines})
    assert len(api.get("/stock", show="low")["items"]) == 1
    with world.scope():
        assert Balance.objects.filter(low_own=True).count() == 0
    assert caller_of(world, "stock:write").put("/stock-settings", {"cover_weeks": 3}).status_code == 403
