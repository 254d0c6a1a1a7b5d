"""A buyer's wish to cancel that the seller need not follow: shipped anyway, by a person's word (R93, R121)."""

from __future__ import annotations

from typing import Any

import pytest

from salur.connectors.base.types import OrderStatus
from salur.flows.wishes import Overruled, ship_anyway
from salur.integrations.lines import wish_binds
from salur.integrations.models import StoreConnection
from salur.orders.models import Order
from salur.outbound.why import explain
from salur.tenancy.models import AuditEntry
from tests.world import World, make_world, store_order

from .stage import Stage
from .test_last_look import long_ago, push, ready

WISH = OrderStatus.CANCEL_REQUESTED


def anyway(world: World, *numbers: str) -> Overruled:
    ids = [world.order(number).pk for number in numbers]
    with world.scope("ship anyway"):
        return ship_anyway(ids)


def held_by(world: World, number: str) -> tuple[str, str]:
    """The code and the button of the first condition that holds it."""
    with world.scope():
        (answer,) = explain(Order.objects.select_related("store").get(external_id=number))
    assert answer.first is not None
    return answer.first.code, answer.first.remedy


def test_an_order_that_amazon_leaves_to_the_seller_goes_on_until_a_real_cancellation(db: Any) -> None:
    world = make_world(channel="amazon")
    world.add_product("TEA", pieces=10)
    with world.scope():
        StoreConnection.objects.update(identity_key="A2XYZ")  # connected: its orders are shown again and again
    world.ingest(store_order("A1", "TEA", status=OrderStatus.READY))
    world.ingest(store_order("A1", "TEA", status=WISH, version=1))
    assert held_by(world, "A1") == ("cancel_wish", "ship_anyway")
    assert anyway(world, "A1") == Overruled(done=[world.order("A1").pk])
    order = world.order("A1")
    assert (order.status, order.wish_overruled_at is not None) == ("ready", True), "as before the wish"
    assert held_by(world, "A1")[0] == "channel_gives_no_label", "the wish holds it no more; what else does, still does"
    world.ingest(store_order("A1", "TEA", status=WISH, version=2, raw_status="UNSHIPPED"))
    assert world.order("A1").status == "ready", "the same wish, seen again"
    world.ingest(store_order("A1", "TEA", status=OrderStatus.READY, version=3))
    world.ingest(store_order("A1", "TEA", status=WISH, version=4))
    assert held_by(world, "A1")[0] == "cancel_wish", "a wish made anew is asked about anew"
    anyway(world, "A1")
    world.ingest(store_order("A1", "TEA", status=OrderStatus.CANCELLED, version=5))
    assert (world.order("A1").status, world.the_list("A1").push) == ("cancelled", "void")
    assert world.balance("TEA") == (10, 0)
    with world.scope():
        assert AuditEntry.objects.filter(action="order.shipped_anyway", actor="test").count() == 2


def test_a_wish_first_seen_in_a_file_is_overruled_too_and_other_orders_are_left_with_a_reason(db: Any) -> None:
    world = make_world(channel="manual")
    world.ingest(store_order("A1", "TEA", status=WISH), store_order("A2", "TEA"))
    done = anyway(world, "A1", "A2")
    assert done.done == [world.order("A1").pk]
    assert world.order("A1").status == "paid"
    assert done.refused == {world.order("A2").pk: ("order_not_in_status", {"order": "A2"})}


def test_a_store_that_wants_an_answer_is_not_passed_over(db: Any) -> None:
    world = make_world(channel="shopee")
    world.ingest(store_order("A1", "TEA", status=WISH))
    assert held_by(world, "A1") == ("cancel_requested", "answer_buyer")
    assert anyway(world, "A1").refused == {world.order("A1").pk: ("wish_binds", {"store": "Store"})}
    assert world.order("A1").status == "cancel_requested"


def test_the_last_look_before_the_push_respects_it_and_a_later_cancellation_still_stops_the_parcel(
    db: Any, sandbox: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = Stage(sandbox)
    for module in ("salur.flows.wishes", "salur.outbound.facts"):  # Shopee's labels, with Amazon's freedom
        monkeypatch.setattr(f"{module}.{wish_binds.__name__}", lambda store: False)
    (number,) = ready(stage)
    stage.sandbox.control(f"shopee/orders/{number}/status", {"status": "IN_CANCEL"})
    assert push(stage) == 0
    assert stage.world.the_list(number).blocked_by == "cancel_wish"
    assert anyway(stage.world, number).refused == {}
    long_ago(stage)
    assert push(stage) == 1, "the store was asked again and still shows the wish"
    made = stage.world.the_list(number)
    assert (made.push, made.look) == ("pushed", "stands")
    stage.world.ingest(store_order(number, "TEA", status=OrderStatus.CANCELLED, version=10**6))
    assert stage.world.the_list(number).cancellation == "asked"
