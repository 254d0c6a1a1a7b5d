"""What a store is told that it may sell, over the API (R134)."""

from __future__ import annotations

from typing import Any

import pytest

from salur.connectors.base.types import OrderStatus
from salur.integrations.models import StoreConnection
from tests.world import World, store_order

from .conftest import Caller


def test_the_rule_is_read_and_set(api: Caller, world: World) -> None:
    address = f"/stores/{world.store_id}/stock"
    assert api.get(address)["on"] is False
    answer = api.put(address, {"on": True, "warehouses": [world.warehouse_id], "buffer": 2, "share": 50})
    assert answer.status_code == 200
    shown = answer.json()
    assert (shown["on"], shown["warehouses"], shown["buffer"], shown["share"]) == (True, [world.warehouse_id], 2, 50)
    assert shown["supported"] is True
    assert api.get(address) == shown
    assert api.post(f"{address}/retry").status_code == 200


@pytest.mark.parametrize(
    "wrong",
    [
        {"on": True, "share": 0},
        {"on": True, "share": 101},
        {"on": True, "buffer": -1},
        {"on": True, "warehouses": [999999]},
    ],
)
def test_a_wrong_rule_is_refused(api: Caller, world: World, wrong: Any) -> None:
    assert api.put(f"/stores/{world.store_id}/stock", wrong).status_code == 422
    with world.scope():
        assert not StoreConnection.objects.get(pk=world.store_id).push_stock


def test_a_store_by_file_cannot_be_told(api: Caller, world: World) -> None:
    with world.scope():
        StoreConnection.objects.filter(pk=world.store_id).update(channel="manual")
    answer = api.put(f"/stores/{world.store_id}/stock", {"on": True})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["code"] == "takes_no_stock"


def test_what_is_done_with_an_order_at_its_store_is_told_one_by_one(api: Caller, world: World) -> None:
    world.ingest(store_order("A", "TEA", status=OrderStatus.SHIPPED), store_order("B", "TEA", status=OrderStatus.PAID))
    ids = [world.order(number).pk for number in ("A", "B")]
    answer = api.post("/order-actions", {"action": "cancel", "ids": [*ids, 2**40]})
    assert answer.status_code == 200
    told = {one["external_id"]: one for one in answer.json()["outcomes"]}
    assert set(told) == {"A", "B"}
    assert not any(one["done"] for one in told.values())
    assert told["B"]["code"] in ("not_connected", "connection_paused")
    assert told["B"]["reason"]
