"""Holds, notes and tags on orders: what is held is not pushed, its stock stays, and it goes on by hand or by time."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import InternalError, ProgrammingError

from salur.connectors.base.types import OrderStatus
from salur.flows.holds import HoldRefused, hold_orders, release_due, release_orders
from salur.flows.wakeups import bindings_changed
from salur.flows.worker import sweep
from salur.foundation.clock import now
from salur.orders.desk import NoteRefused, add_note, change_tags, notes_of, tags_of_orders
from salur.orders.models import Order, OrderNote
from salur.outbound.models import Outbound
from salur.outbound.queries import OrderFilter, order_rows
from salur.tenancy.tags import TagsRefused
from tests.harness.database import Database
from tests.world import INSTANT, World, make_world, store_order


@pytest.fixture
def world(db: Database) -> World:
    """Instant orders need no AWB number: with stock they are ready to be pushed at once."""
    world = make_world()
    world.add_product("TEA", pieces=10)
    return world


def instant(number: str, **said: Any) -> Any:
    """An order that is ready as soon as it is here."""
    return store_order(number, "TEA", status=OrderStatus.PAID, courier=INSTANT, **said)


def ids(world: World, *numbers: str) -> list[int]:
    """Their ids."""
    return [world.order(number).pk for number in numbers]


def test_a_held_order_is_not_pushed_keeps_its_stock_and_goes_on_when_released(world: World) -> None:
    world.ingest(instant("A1"), instant("A2"))
    assert [world.the_list(n).push for n in ("A1", "A2")] == ["ready", "ready"]
    with world.scope():
        held = hold_orders(ids(world, "A1"), "address", "ask for the floor")
    assert (held.done, held.refused) == (ids(world, "A1"), {})
    one = world.the_list("A1")
    assert (one.push, one.blocked_by, one.reserved) == ("waiting", "order_held", True)
    assert one.closed_gates["not_held"]["evidence"] == {"held_for": "address", "note": "ask for the floor", "until": ""}
    assert world.the_list("A2").push == "ready"
    world.ingest(instant("A1", version=9))
    assert world.the_list("A1").blocked_by == "order_held", "news from the store end no hold"
    with world.scope():
        assert release_orders(ids(world, "A1", "A2")) == ids(world, "A1")
    assert world.the_list("A1").push == "ready"
    with world.scope():
        assert [note.kind for note in notes_of(world.order("A1").pk)] == ["held", "released"]


def test_a_hold_ends_by_itself_at_its_time(world: World) -> None:
    world.ingest(instant("A1"), instant("A2"))
    with world.scope():
        hold_orders(ids(world, "A1", "A2"), "buyer", until=now() + timedelta(hours=1))
        Order.objects.filter(external_id="A1").update(hold_until=now() - timedelta(seconds=1))
    assert world.the_list("A1").blocked_by == "order_held_until"
    assert sweep() >= 1
    assert release_due(world.merchant_id, world.merchant_id) == 1
    assert [world.the_list(n).push for n in ("A1", "A2")] == ["ready", "waiting"]
    assert release_due(world.merchant_id, world.merchant_id) == 0


def test_an_order_held_before_it_has_a_warehouse_is_held_when_it_gets_one(db: Database) -> None:
    world = make_world(rule=False)
    world.add_product("TEA", pieces=1)
    world.ingest(instant("A1"))
    with world.scope():
        hold_orders(ids(world, "A1"), "fraud")
    world.add_rule()
    with world.scope():
        bindings_changed()
    assert (world.the_list("A1").push, world.the_list("A1").blocked_by) == ("waiting", "order_held")
    assert world.the_list("A1").reserved


def test_what_a_warehouse_has_or_is_over_cannot_be_held_and_says_so(world: World) -> None:
    world.ingest(instant("A1"), instant("A2"), instant("A3"))
    with world.scope():
        for state in ("pushing", "pushed"):
            Outbound.objects.filter(order__external_id="A1").update(push=state, push_lease_until=now())
    world.ingest(store_order("A2", "TEA", status=OrderStatus.CANCELLED, version=5))
    first, second, third = ids(world, "A1", "A2", "A3")
    with world.scope():
        held = hold_orders([first, second, third, 2**40], "stock")
        assert held.refused == {first: "held_too_late", second: "order_over"}
        assert held.done == [third]
        for wrong in ({"reason": "nonsense"}, {"reason": "other", "until": now()}):
            with pytest.raises(HoldRefused):
                hold_orders([third], **wrong)


def test_notes_are_never_changed_and_tags_are_counted_by_what_is_different(world: World) -> None:
    world.ingest(instant("A1"), instant("A2"))
    both = ids(world, "A1", "A2")
    with world.scope():
        assert add_note(both, "  call first ") == 2
        with pytest.raises(NoteRefused):
            add_note(both, "  ")
        assert change_tags(both[:1], add=["VIP", "Gift  wrap"]) == 1
        assert change_tags(both, add=["vip"], remove=["gift wrap"]) == 2
        assert change_tags(both, add=["vip"]) == 0
        assert tags_of_orders(both) == {both[0]: ["vip"], both[1]: ["vip"]}
        with pytest.raises(TagsRefused):
            change_tags(both, add=(f"t{n}" for n in range(30)))
        assert [note.detail.get("tags") for note in notes_of(both[0])] == [
            None,
            ["vip", "gift wrap"],
            ["gift wrap"],
        ]
    with pytest.raises((InternalError, ProgrammingError)), world.scope():
        OrderNote.objects.filter(order_id=both[0]).update(text="never said")


def test_the_list_is_narrowed_by_tag_hold_courier_country_deadline_and_value(world: World) -> None:
    soon = now() + timedelta(hours=3)
    world.ingest(instant("A1", ship_by=soon), instant("A2"), store_order("A3", "TEA"))
    with world.scope():
        change_tags(ids(world, "A1"), add=["vip"])
        hold_orders(ids(world, "A2"), "buyer")

        def found(**wanted: Any) -> list[str]:
            return [row.order.external_id for row in order_rows(OrderFilter(**wanted), None).rows]

        assert found(tag="vip") == ["A1"]
        assert (found(held="any"), found(held="buyer"), found(held="fraud")) == (["A2"], ["A2"], [])
        assert found(courier="SPX Standard") == ["A3"]
        assert found(country="TH") == ["A3", "A2", "A1"]
        assert (found(country="MY"), found(ship_within=24), found(ship_within=1)) == ([], ["A1"], [])
        assert found(value_from=199, value_to=199, currency="THB", tag="vip") == ["A1"]
        assert found(value_from=200, currency="THB") == []
        assert order_rows(OrderFilter(tag="vip"), None).rows[0].tags == ["vip"]
