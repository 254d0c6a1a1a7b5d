"""Stock syncs, warehouse switches and product pushes over the API (R47 to R49, R126 to R132)."""

from __future__ import annotations

from typing import Any

import pytest

from salur.catalog.models import WarehouseProduct
from salur.flows.calibrate import carry_on_sync
from salur.foundation.clock import now
from salur.stock.models import StockSyncLine, StockSyncRun, Warehouse
from tests.world import World, connect_eccang

from .conftest import Caller


@pytest.fixture
def connected(world: World, sandbox: Any) -> Any:
    """The warehouse's account is connected to a partner that has 130 TEA."""
    connect_eccang(world, sandbox, {"TEA": 130})
    return sandbox


def start(api: Caller, world: World, body: Any = None, **more: Any) -> Any:
    return api.post(f"/warehouses/{world.warehouse_id}/stock-syncs", body, **more)


def test_r129_a_whole_warehouse_is_synchronised_and_followed(api: Caller, world: World, connected: Any) -> None:
    answer = start(api, world)
    assert answer.status_code == 202
    begun = answer.json()
    assert answer.headers["location"] == f"/api/v1/stock-syncs/{begun['id']}"
    assert (begun["whole"], begun["trigger"], begun["finished_at"]) == (True, "api", None)
    assert start(api, world).json()["id"] == begun["id"], "one is under way"
    carry_on_sync(world.merchant_id, begun["id"])
    done = api.get(f"/stock-syncs/{begun['id']}")
    assert (done["skus"], done["done"], done["changed"], done["error"]) == (1, 1, 1, "")
    assert done["finished_at"]
    assert [one["id"] for one in api.get("/stock-syncs", warehouse=world.warehouse_id)["items"]] == [begun["id"]]
    (line,) = api.get(f"/stock-syncs/{begun['id']}/lines", show="different")["items"]
    assert (line["sku"], line["before"], line["after"], line["difference"], line["unexplained"]) == (
        "TEA",
        100,
        130,
        30,
        30,
    )
    assert line["explanation"][0].startswith("The warehouse says 130")


def test_r128_chosen_skus_are_synchronised(api: Caller, world: World, connected: Any) -> None:
    begun = start(api, world, {"skus": ["TEA", "TEA"]}).json()
    assert begun["whole"] is False
    with world.scope():
        assert StockSyncRun.objects.get(pk=begun["id"]).wanted == ["TEA"]


@pytest.mark.parametrize("skus", [[], ["  "], ["x" * 201], [1], "TEA", ["TEA"] * 1001])
def test_a_selection_that_cannot_be_is_refused(api: Caller, world: World, skus: Any) -> None:
    answer = start(api, world, {"skus": skus})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    with world.scope():
        assert not StockSyncRun.objects.exists()


def test_a_request_repeated_with_its_key_begins_one_sync(api: Caller, world: World, connected: Any) -> None:
    first, again = (start(api, world, {"skus": ["TEA"]}, key="k1") for _time in range(2))
    assert first.json() == again.json()
    with world.scope():
        assert StockSyncRun.objects.count() == 1


def test_a_warehouse_without_partner_cannot_be_asked(api: Caller, world: World) -> None:
    with world.scope():
        Warehouse.objects.update(account=None)
    answer = start(api, world)
    assert (answer.status_code, answer.json()["code"]) == (409, "stock_not_reported")


def test_a_failed_sync_says_why(api: Caller, world: World) -> None:
    begun = start(api, world).json()
    carry_on_sync(world.merchant_id, begun["id"])
    done = api.get(f"/stock-syncs/{begun['id']}")
    assert done["error"] == "not_connected"
    assert done["error_title"]


# -- the warehouse --------------------------------------------------------------------------------------------------


def change(api: Caller, world: World, **wanted: Any) -> Any:
    return api.call("PATCH", f"/warehouses/{world.warehouse_id}", json=wanted)


def test_r130_a_warehouse_is_changed_and_its_daily_sync_switched(api: Caller, world: World) -> None:
    answer = change(api, world, name="Bangkok", time_zone="Asia/Bangkok", daily_sync=True)
    assert answer.status_code == 200
    shown = answer.json()
    assert (shown["name"], shown["time_zone"], shown["daily_sync"], shown["active"]) == (
        "Bangkok",
        "Asia/Bangkok",
        True,
        True,
    )
    assert shown["next_sync_at"].endswith("T19:00:00Z")
    shown = change(api, world, daily_sync=False, active=False).json()
    assert (shown["next_sync_at"], shown["active"], shown["name"]) == (None, False, "Bangkok")
    assert api.get(f"/warehouses/{world.warehouse_id}") == shown


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        ({"name": ""}, "warehouse_name"),
        ({"time_zone": "Bangkok"}, "warehouse_zone"),
        ({"daily": True}, "invalid"),
        ({"active": "perhaps"}, "invalid"),
    ],
)
def test_a_change_that_cannot_be_changes_nothing(api: Caller, world: World, wanted: Any, code: str) -> None:
    answer = change(api, world, **wanted)
    assert (answer.status_code, answer.json()["code"]) == (422, code)


# -- product pushes -------------------------------------------------------------------------------------------------


def refuse(world: World, *mskus: str) -> None:
    """The warehouse refused these products."""
    with world.scope():
        for msku in mskus:
            rows = WarehouseProduct.objects.filter(product__msku=msku)
            rows.update(push="not_pushed")
            rows.update(push="pushing")
            rows.update(push="failed", error_code="10001", error_message="weight must be above 0")


def test_r48_the_push_states_are_listed_with_the_partners_reason(api: Caller, world: World) -> None:
    world.add_product("CUP")
    refuse(world, "CUP")
    (cup,) = api.get("/product-pushes", warehouse=world.warehouse_id, push="failed")["items"]
    assert (cup["msku"], cup["push"], cup["error_message"]) == ("CUP", "failed", "weight must be above 0")
    assert cup["reason"].startswith("The warehouse refused it: weight must be above 0.")
    (tea,) = api.get("/product-pushes", msku="TEA")["items"]
    assert (tea["push"], tea["reason"]) == ("pushed", "")


def test_r49_refused_products_are_pushed_again_all_or_by_name(api: Caller, world: World) -> None:
    for msku in ("CUP", "MUG"):
        world.add_product(msku)
    refuse(world, "CUP", "MUG")
    address = f"/warehouses/{world.warehouse_id}/products/push-again"
    assert api.post(address, {"mskus": ["MUG", "TEA"]}).json() == {"count": 2, "mskus": ["TEA", "MUG"]}
    assert api.post(address).json() == {"count": 1, "mskus": ["CUP"]}
    assert api.post(address).json() == {"count": 0, "mskus": []}
    answer = api.post(address, {"mskus": ["TEA", "NONE"]})
    assert answer.status_code == 422
    assert [(e["pointer"], e["code"]) for e in answer.json()["errors"]] == [("/mskus/1", "not_added")]


def test_the_lines_of_a_sync_come_page_by_page(api: Caller, world: World) -> None:
    with world.scope():
        run = StockSyncRun.objects.create(warehouse_id=world.warehouse_id, trigger="button", started_at=now())
        for number in range(5):
            StockSyncLine(run=run, sku=f"S{number}", before=1, after=1, partner_sellable=1, partner_allocated=0).save()
    page = api.get(f"/stock-syncs/{run.pk}/lines", limit=3)
    assert [line["sku"] for line in page["items"]] == ["S0", "S1", "S2"]
    rest = api.get(f"/stock-syncs/{run.pk}/lines", limit=3, cursor=page["next"])
    assert [line["sku"] for line in rest["items"]] == ["S3", "S4"]
    assert api.get(f"/stock-syncs/{run.pk}/lines", show="different")["items"] == []
