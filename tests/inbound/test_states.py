"""The inbound list's machines: the database's list is the table's list, what cannot be is refused."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection

from salur.connectors.base.inbound import InboundTask
from salur.foundation.transitions import Machine, pairs_in_source
from salur.inbound.checking import WantedLine
from salur.inbound.editing import create_inbound_list
from salur.inbound.models import InboundLine, InboundList, InboundReceipt
from salur.inbound.states import MACHINES, PUSH, InboundCancellationState, InboundPushState, InboundTaskState
from salur.tenancy.models import Transition
from tests.world import World, make_world

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def world(db: Any) -> World:
    made = make_world()
    made.add_product("TEA")
    return made


def draft(world: World) -> InboundList:
    with world.scope():
        return create_inbound_list(world.warehouse_id, [WantedLine("TEA", 5)])


@pytest.mark.parametrize("machine", MACHINES, ids=lambda m: m.name)
def test_the_database_allows_exactly_the_moves_of_the_table(db: Any, machine: Machine) -> None:
    (source,) = db.rows("SELECT prosrc FROM pg_proc WHERE proname = %s", f"salur_machine_{machine.name}")[0]
    assert pairs_in_source(source) == machine.pairs


@pytest.mark.parametrize("machine", MACHINES, ids=lambda m: m.name)
def test_every_state_can_be_reached(machine: Machine) -> None:
    reached = set(machine.initial)
    while more := {m.target for m in machine.moves if m.origin in reached} - reached:
        reached |= more
    assert reached == set(machine.states)


def test_tables_and_choices_name_the_same_states() -> None:
    choices = (InboundPushState, InboundTaskState, InboundCancellationState)
    assert [set(m.states) for m in MACHINES] == [set(c.values) for c in choices]
    assert set(InboundTaskState.values) == {str(task) for task in InboundTask}


def test_a_move_that_is_not_listed_is_refused_by_hand_too(world: World) -> None:
    draft(world)
    with pytest.raises(DatabaseError, match="inbound_push: draft -> unknown"), world.scope():
        InboundList.objects.update(push="unknown")
    assert not PUSH.allows("pushing", "void"), "what may be at the warehouse is not given up unseen"


def test_each_move_is_recorded(world: World) -> None:
    draft(world)
    with world.scope("by hand"):
        InboundList.objects.update(push="ready")
        made = Transition.objects.get(machine="inbound_push")
    assert (made.origin, made.target, made.cause) == ("draft", "ready", "by hand")


@pytest.mark.parametrize(
    "impossible",
    [{"task": "arriving"}, {"push": "ready", "task": "completed"}],
    ids=["task of a draft", "completed before its push"],
)
def test_impossible_pairs_are_refused(world: World, impossible: dict[str, Any]) -> None:
    draft(world)
    with pytest.raises(IntegrityError), world.scope():
        InboundList.objects.update(**impossible)


@pytest.mark.parametrize(
    "statement", ["UPDATE inbound_inboundreceipt SET pieces = 9", "DELETE FROM inbound_inboundreceipt"]
)
def test_what_arrived_cannot_be_changed_afterwards(world: World, statement: str) -> None:
    row = draft(world)
    with world.scope():
        line = InboundLine.objects.get(inbound=row)
        InboundReceipt.objects.create(inbound=row, line=line, sku="TEA", pieces=1, at=row.created_at, actor="test")
    with pytest.raises(DatabaseError), world.scope(), connection.cursor() as cursor:
        cursor.execute(statement)
