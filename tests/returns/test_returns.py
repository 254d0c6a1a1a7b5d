"""Returns: what comes back enters stock once, damaged pieces never, and not before it has left."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from django.db import DatabaseError

from salur.flows.returns import expect_return, expect_returns, lists_named, receive_return
from salur.flows.verify import verify_stock
from salur.foundation.clock import now
from salur.foundation.transitions import pairs_in_source
from salur.outbound.models import Outbound
from salur.returns.models import Return, ReturnLine
from salur.returns.problems import ReturnRefused
from salur.returns.states import RETURN, ReturnState
from salur.stock.models import Balance, Movement, MovementCause, Warehouse
from salur.stock.reserve import ship_stock
from tests.world import World, make_world, store_order


@dataclass
class Hall:
    """An own hall with 10 TEA; order A of 4 TEA has left it."""

    world: World
    place: int
    list_id: int

    def on_hand(self) -> int:
        return Balance.objects.get(warehouse_id=self.place, product_id=self.world.products["TEA"]).on_hand


def leave(world: World, number: str) -> int:
    """The order's list is shipped."""
    outbound = world.the_list(number)
    with world.scope():
        ship_stock([outbound.pk])
        rows = Outbound.objects.filter(pk=outbound.pk)
        rows.update(closed_gates={}, reserved=False)
        for push in ("ready", "pushing", "pushed"):
            rows.update(push=push, push_lease_until=now())
        rows.update(task="completed", completed_at=now())
    return outbound.pk


@pytest.fixture
def hall(db: Any) -> Hall:
    world = make_world(rule=False)
    with world.scope():
        place = Warehouse(code="OWN", name="Own hall", country="TH", created_at=now())
        place.save()
    world.warehouse_id = place.pk
    world.add_product("TEA", pieces=10)
    world.add_rule()
    world.ingest(store_order("A", ("TEA", 4)), store_order("B", ("TEA", 2)))
    return Hall(world, place.pk, leave(world, "A"))


def line_of(row: Return) -> int:
    return ReturnLine.objects.get(returned=row).pk


def refused(code: str, work: Any) -> None:
    with pytest.raises(ReturnRefused) as told:
        work()
    assert told.value.code == code


def test_good_pieces_enter_stock_once_and_damaged_ones_never(hall: Hall) -> None:
    with hall.world.scope():
        assert hall.on_hand() == 6
        row = expect_return(hall.list_id)
        line = line_of(row)
        assert receive_return(row.pk, {line: (2, 0)}) == 2
        assert receive_return(row.pk, {line: (2, 0)}) == 0, "reported twice"
        assert (hall.on_hand(), Return.objects.get(pk=row.pk).state) == (8, ReturnState.RECEIVED)
        assert receive_return(row.pk, {line: (3, 1)}) == 1
        assert (hall.on_hand(), Return.objects.get(pk=row.pk).state) == (9, ReturnState.CLOSED)
        refused("return_closed", lambda: receive_return(row.pk, {line: (4, 0)}))
        moved = Movement.objects.filter(cause=MovementCause.RETURN).order_by("pk")
        assert [(move.d_on_hand, move.note) for move in moved] == [(2, row.reference), (1, row.reference)]
        assert verify_stock() == []


@pytest.mark.parametrize(
    ("figures", "code"),
    [((5, 0), "return_too_many"), ((3, 2), "return_too_many"), ((1, 0), "return_less")],
    ids=["more than sent", "good and damaged together", "less than before"],
)
def test_impossible_figures_are_refused(hall: Hall, figures: tuple[int, int], code: str) -> None:
    with hall.world.scope():
        row = expect_return(hall.list_id)
        line = line_of(row)
        receive_return(row.pk, {line: (2, 0)})
        refused(code, lambda: receive_return(row.pk, {line: figures}))
        assert hall.on_hand() == 8


def test_a_list_comes_back_once_however_many_returns_it_has(hall: Hall) -> None:
    product = hall.world.products["TEA"]
    with hall.world.scope():
        refused("return_too_many", lambda: expect_return(hall.list_id, pieces={product: 5}))
        first = expect_return(hall.list_id, pieces={product: 3})
        refused("return_nothing_left", lambda: expect_return(hall.list_id))
        receive_return(first.pk, {line_of(first): (1, 0)}, close=True, note="two are lost")
        second = expect_return(hall.list_id)
        assert ReturnLine.objects.get(returned=second).quantity == 3, "what did not come may come later"
        receive_return(second.pk, {line_of(second): (3, 0)})
        refused("return_nothing_left", lambda: expect_return(hall.list_id))
        assert hall.on_hand() == 10


def test_what_has_not_left_cannot_come_back(hall: Hall) -> None:
    outbound = hall.world.the_list("B")
    with hall.world.scope():
        refused("return_not_shipped", lambda: expect_return(outbound.pk))
        rows = Outbound.objects.filter(pk=outbound.pk)
        rows.update(closed_gates={})
        for push in ("ready", "pushing", "pushed"):
            rows.update(push=push, push_lease_until=now())
        for state in ("asked", "sent", "refused"):  # too late to stop: it will be shipped, and come back
            rows.update(cancellation=state)
        row = expect_return(outbound.pk)
        assert row.reason == "too_late"
        refused("return_not_shipped", lambda: receive_return(row.pk, {line_of(row): (2, 0)}))
        assert hall.on_hand() == 6


def test_a_partners_stock_does_not_rise_by_our_word_r61(hall: Hall) -> None:
    with hall.world.scope():
        partner = Warehouse.objects.exclude(account=None).get()
        row = expect_return(hall.list_id, partner.pk)
        assert receive_return(row.pk, {line_of(row): (4, 0)}) == 4
        assert not Movement.objects.filter(cause=MovementCause.RETURN).exists()
        assert hall.on_hand() == 6


def test_many_lists_are_expected_at_once_and_refusals_told(hall: Hall) -> None:
    with hall.world.scope():
        made, wrong = expect_returns([hall.list_id, hall.world.the_list("B").pk, 10**9])
        assert (len(made), [one.code for one in wrong]) == (1, ["return_not_shipped"])


def test_a_number_that_two_orders_have_means_neither(hall: Hall) -> None:
    hall.world.ingest(store_order("9001", ("TEA", 1), number="#A"))
    reference = hall.world.the_list("A").reference
    with hall.world.scope():
        assert lists_named(["A", "#A", reference.lower(), "NOBODY"]) == {
            "A": [],
            "#A": [hall.world.the_list("9001").pk],
            reference.lower(): [hall.list_id],
        }


def test_the_database_allows_exactly_the_moves_of_the_table(hall: Hall, db: Any) -> None:
    (source,) = db.rows("SELECT prosrc FROM pg_proc WHERE proname = %s", "salur_machine_return")[0]
    assert pairs_in_source(source) == RETURN.pairs
    assert set(RETURN.states) == set(ReturnState.values)
    with pytest.raises(DatabaseError, match="closed -> expected"), hall.world.scope():
        row = expect_return(hall.list_id)
        receive_return(row.pk, {}, close=True)
        Return.objects.update(state="expected")
