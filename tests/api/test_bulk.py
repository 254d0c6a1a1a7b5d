"""Bulk runs through the API: begun over ids or over what matches, followed, stopped, read row by row."""

from __future__ import annotations

from typing import Any

import pytest

from salur.connectors.base.types import OrderStatus
from salur.flows import cures
from salur.flows.bulk import carry_on_bulk
from salur.foundation.clock import now
from salur.outbound.flagged import flag_lists
from salur.outbound.models import Outbound
from tests.world import INSTANT, World, store_order

from .conftest import Caller


@pytest.fixture
def orders(world: World) -> dict[str, int]:
    """Three orders by number."""
    world.ingest(*(store_order(f"A{n}", "TEA") for n in range(3)))
    return {f"A{n}": world.order(f"A{n}").pk for n in range(3)}


def test_a_run_over_what_matches_is_followed_to_each_rows_reason(
    api: Caller, world: World, orders: dict[str, int]
) -> None:
    begun = api.call("POST", "/bulk-runs", json={"action": "push_again", "orders": {"number_begins": "A"}})
    assert begun.status_code == 202, begun.text
    run = begun.json()
    assert (run["state"], run["total"]) == ("queued", 3)
    assert begun.headers["location"].endswith(f"/bulk-runs/{run['id']}")
    carry_on_bulk(world.merchant_id, run["id"])
    run = api.get(f"/bulk-runs/{run['id']}")
    assert (run["state"], run["done"], run["skipped"], run["failed"]) == ("done", 0, 3, 0)
    rows = api.get(f"/bulk-runs/{run['id']}/rows?outcome=skipped")["items"]
    assert [row["external_id"] for row in rows] == ["A0", "A1", "A2"]
    assert {(row["code"], bool(row["reason"]), row["outbound_id"] is None) for row in rows} == {
        ("bulk_not_concerned", True, False)
    }


def test_the_remedy_of_a_great_group_is_a_run_as_moving_many_orders_is(
    api: Caller, world: World, orders: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    move = {"action": "move", "order_ids": list(orders.values())}
    assert api.call("POST", "/bulk-runs", json=move | {"warehouse_id": 2**40}).json()["code"] == "invalid"
    run = api.call("POST", "/bulk-runs", json=move | {"warehouse_id": world.warehouse_id}).json()
    carry_on_bulk(world.merchant_id, run["id"])
    rows = api.get(f"/bulk-runs/{run['id']}/rows")["items"]
    assert [(row["outcome"], row["code"]) for row in rows] == [("skipped", "move_there_already")] * 3
    monkeypatch.setattr(cures, "AT_ONCE", 1)
    world.ingest(*(store_order(f"B{n}", "TEA", status=OrderStatus.PAID, courier=INSTANT) for n in range(3)))
    with world.scope():
        lists = Outbound.objects.filter(push="ready")
        refused = list(lists.values_list("pk", flat=True))
        lists.update(push="pushing", push_lease_until=now())
        Outbound.objects.filter(pk__in=refused).update(push="rejected", push_lease_until=None)
        flag_lists(refused)
    (group,) = api.get("/problems/groups")
    cured = api.call("POST", "/problems/cures", json={"cause": group["cause"], "key": group["key"]}).json()
    assert (cured["orders"], cured["same"], cured["cured"]) == (3, 3, 0)
    carry_on_bulk(world.merchant_id, cured["bulk_run_id"])
    assert api.get(f"/bulk-runs/{cured['bulk_run_id']}")["done"] == 3
    assert api.get(f"/problems/cures/{cured['id']}")["cured"] == 3


def test_a_run_is_stopped_and_goes_on(api: Caller, world: World, orders: dict[str, int]) -> None:
    run = api.call("POST", "/bulk-runs", json={"action": "anew", "order_ids": list(orders.values())}).json()
    stopped = api.call("POST", f"/bulk-runs/{run['id']}/stop")
    assert (stopped.status_code, stopped.json()["state"]) == (200, "stopped")
    again = api.call("POST", f"/bulk-runs/{run['id']}/stop")
    assert (again.status_code, again.json()["code"]) == (409, "run_ended")
    assert api.call("POST", f"/bulk-runs/{run['id']}/go-on").json()["state"] == "queued"
    carry_on_bulk(world.merchant_id, run["id"])
    left = api.call("POST", f"/bulk-runs/{run['id']}/go-on")
    assert (left.status_code, left.json()["code"]) == (409, "bulk_nothing_left")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"action": "refresh"}, "invalid"),
        ({"action": "refresh", "orders": {}, "order_ids": [1]}, "invalid"),
        ({"action": "refresh", "orders": {"colour": "red"}}, "invalid"),
        ({"action": "dance", "orders": {}}, "bulk_action_unknown"),
        ({"action": "refresh", "order_ids": [2**62]}, "bulk_none"),
    ],
)
def test_what_is_not_clear_begins_nothing(api: Caller, orders: dict[str, int], body: dict[str, Any], code: str) -> None:
    answer = api.call("POST", "/bulk-runs", json=body)
    assert answer.status_code in (409, 422)
    assert answer.json()["code"] == code
    assert api.get("/bulk-runs")["items"] == []


def test_cancelling_needs_the_scope_of_orders_too(world: World, orders: dict[str, int], caller_of: Any) -> None:
    answer = caller_of(world, "outbound:write").call("POST", "/bulk-runs", json={"action": "cancel", "orders": {}})
    assert (answer.status_code, answer.json()["code"]) == (403, "scope_missing")
