"""State machines: the database's list is the table's list, every move is recorded, the rest is refused."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from salur.catalog.models import WarehouseProduct
from salur.catalog.states import PRODUCT_PUSH
from salur.foundation.transitions import IllegalMove, Machine, pairs_in_source
from salur.orders.states import ORDER, RUN
from salur.outbound.models import Outbound
from salur.outbound.states import BULK, MACHINES, PUSH, TASK
from salur.tenancy.models import Transition
from tests.world import World, make_world, store_order

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def world(db: Any) -> World:
    made = make_world()
    made.add_product("TEA", pieces=10)
    made.ingest(store_order("A1", "TEA"))
    return made


@pytest.mark.parametrize("machine", [*MACHINES, BULK, ORDER, RUN, PRODUCT_PUSH], ids=lambda m: m.name)
def test_the_database_allows_exactly_the_moves_of_the_table(db: Any, machine: Machine) -> None:
    (source,) = db.rows("SELECT prosrc FROM pg_proc WHERE proname = %s", f"salur_machine_{machine.name}")[0]
    assert pairs_in_source(source) == machine.pairs


@pytest.mark.parametrize("machine", [*MACHINES, BULK, ORDER, RUN, PRODUCT_PUSH], ids=lambda m: m.name)
def test_every_state_can_be_reached_and_only_ends_have_no_way_out(machine: Machine) -> None:
    reached = set(machine.initial)
    while more := {m.target for m in machine.moves if m.origin in reached} - reached:
        reached |= more
    assert reached == set(machine.states)
    assert machine.diagram().count("-->") == len(machine.moves) + len(machine.initial)


def test_a_move_that_is_not_listed_is_refused_by_hand_too(world: World) -> None:
    with pytest.raises(DatabaseError, match="outbound_push: waiting -> pushed"), world.scope():
        Outbound.objects.update(push="pushed")
    with pytest.raises(IllegalMove):
        PUSH.require("waiting", "pushed")


def test_a_row_begins_only_in_an_initial_state(world: World) -> None:
    with pytest.raises(DatabaseError, match="cannot begin as pushed"), world.scope():
        product = WarehouseProduct.objects.get()
        WarehouseProduct.objects.all().delete()
        WarehouseProduct(product_id=product.product_id, warehouse_id=product.warehouse_id, push="pushed").save()


def test_each_move_is_recorded_with_time_actor_and_cause(world: World) -> None:
    with world.scope("by hand"):
        Outbound.objects.update(push="void", reserved=False)
    with world.scope():
        made = Transition.objects.filter(machine="outbound_push").get()
    assert (made.origin, made.target, made.actor, made.cause) == ("waiting", "void", "test", "by hand")
    assert made.at is not None


def test_the_record_of_moves_cannot_be_changed(world: World) -> None:
    with world.scope():
        Outbound.objects.update(push="void", reserved=False)
    with pytest.raises(DatabaseError), world.scope(), connection.cursor() as cursor:
        cursor.execute("UPDATE tenancy_transition SET target = 'pushed'")


@pytest.mark.parametrize(
    "impossible",
    [
        {"task": "accepted"},
        {"push": "ready"},
        {"shipment": "numbered", "label_id": None},
    ],
    ids=["task before push", "ready with a closed gate", "labelled without label"],
)
def test_impossible_pairs_are_refused_by_the_database(world: World, impossible: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError), world.scope():
        Outbound.objects.update(**impossible)
        if "shipment" in impossible:
            Outbound.objects.update(shipment="labelled")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(path=st.lists(st.sampled_from(sorted(TASK.states)), min_size=1, max_size=6))
def test_random_walks_are_allowed_by_the_database_exactly_where_the_table_allows_them(
    world: World, path: list[str]
) -> None:
    """Each walk begins anew: what it did is rolled back with its scope. In an own warehouse every move may be made."""

    class Undo(Exception):
        pass

    with pytest.raises(Undo), world.scope():
        with connection.cursor() as cursor:
            cursor.execute("UPDATE outbound_outbound SET push = 'void', reserved = false, account_id = NULL")
        here = "none"
        for target in path:
            allowed = target == here or TASK.allows(here, target)
            try:
                from django.db import transaction

                with transaction.atomic():
                    Outbound.objects.update(task=target)
                assert allowed, f"{here} -> {target} went through"
                here = target
            except DatabaseError:
                assert not allowed, f"{here} -> {target} was refused"
        raise Undo
