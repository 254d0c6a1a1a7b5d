"""The ledger: each cause once, figures never impossible, balances always the sum of their movements (R133)."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, connections
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from salur.stock.ledger import Entry, balance_ids, post, verify
from salur.stock.models import Balance, Movement, MovementCause
from salur.stock.reserve import Need, release_stock, reserve_stock, ship_stock
from tests.world import World, make_world

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def world(db: Any) -> World:
    made = make_world()
    made.add_product("TEA", pieces=10)
    made.add_product("CUP", pieces=10)
    return made


def balance_of(world: World, msku: str) -> int:
    pair = (world.warehouse_id, world.products[msku])
    with world.scope():
        return balance_ids([pair])[pair]


def need(world: World, outbound: int, **pieces: int) -> Need:
    return Need(outbound, outbound, world.warehouse_id, {world.products[k]: v for k, v in pieces.items()})


def test_a_repeated_cause_moves_nothing(world: World) -> None:
    entry = Entry(balance_of(world, "TEA"), MovementCause.RECEIVE, 77, d_on_hand=5)
    with world.scope():
        assert post([entry]) == 1
        assert post([entry]) == 0
    assert world.balance("TEA") == (15, 0)


def test_what_would_make_a_figure_impossible_is_refused_whole(world: World) -> None:
    tea, cup = balance_of(world, "TEA"), balance_of(world, "CUP")
    with pytest.raises(IntegrityError), world.scope():
        post(
            [
                Entry(cup, MovementCause.RECEIVE, 78, d_on_hand=5),
                Entry(tea, MovementCause.ADJUST, 78, d_on_hand=-11),
            ]
        )
    assert (world.balance("TEA"), world.balance("CUP")) == ((10, 0), (10, 0))


CHANGES = ["UPDATE stock_movement SET d_on_hand = 1", "DELETE FROM stock_movement", "TRUNCATE stock_movement"]


@pytest.mark.parametrize("statement", CHANGES)
def test_the_database_refuses_to_change_the_ledger(world: World, statement: str) -> None:
    with pytest.raises(DatabaseError), world.scope(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize("statement", CHANGES)
def test_even_its_owner_cannot_change_the_ledger(world: World, db: Any, statement: str) -> None:
    import psycopg

    with psycopg.connect(db.owner_url) as owner, pytest.raises(psycopg.Error, match="append-only"):
        owner.execute("SELECT set_config('salur.merchant', %s, true)", [str(world.merchant_id)])
        owner.execute(statement)


def test_verify_names_a_balance_that_its_movements_do_not_explain(world: World) -> None:
    with world.scope():
        assert verify() == []
        Balance.objects.filter(product_id=world.products["TEA"]).update(on_hand=11)
        found = verify()
    assert [(f.figure, f.balance, f.ledger) for f in found] == [("on_hand", 11, 10)]


def test_lists_of_one_order_are_reserved_together_or_not_at_all(world: World) -> None:
    first = Need(1, 9, world.warehouse_id, {world.products["TEA"]: 6})
    second = Need(2, 9, world.warehouse_id, {world.products["TEA"]: 6})
    with world.scope():
        outcome = reserve_stock([first, second])
    assert [(s.free, s.needed) for s in outcome[1]] == [(10, 12)]
    assert outcome[2]
    assert world.balance("TEA") == (10, 0)


def test_shipping_deducts_both_figures_once(world: World) -> None:
    with world.scope():
        reserve_stock([need(world, 1, TEA=4)])
        assert ship_stock([1]) == 1
        assert ship_stock([1]) == 0
    assert world.balance("TEA") == (6, 0)


def test_releasing_gives_back_once(world: World) -> None:
    with world.scope():
        reserve_stock([need(world, 1, TEA=4)])
        assert [release_stock([1]), release_stock([1])] == [1, 0]
    assert world.balance("TEA") == (10, 0)


def test_two_transactions_locking_in_opposite_orders_do_not_deadlock(world: World) -> None:
    start = threading.Barrier(2)
    errors: list[BaseException] = []

    def work(first: str, second: str, base: int) -> None:
        try:
            start.wait(10)
            for turn in range(20):
                with world.scope():
                    reserve_stock([need(world, base + turn, **{first: 1, second: 1})])
                with world.scope():
                    release_stock([base + turn])
        except BaseException as error:  # noqa: BLE001 - shown by the assertion below
            errors.append(error)
        finally:
            connections.close_all()

    threads = [
        threading.Thread(target=work, args=("TEA", "CUP", 1000)),
        threading.Thread(target=work, args=("CUP", "TEA", 2000)),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert (world.balance("TEA"), world.balance("CUP")) == ((10, 0), (10, 0))


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("reserve"), st.integers(1, 8), st.integers(1, 7)),
        st.tuples(st.sampled_from(["release", "ship"]), st.integers(1, 8), st.just(0)),
        st.tuples(st.just("receive"), st.integers(1, 8), st.integers(1, 9)),
        st.tuples(st.just("adjust"), st.integers(1, 8), st.integers(-9, 9)),
    ),
    max_size=25,
)


class Model:
    """The plain model: what the figures must be."""

    def __init__(self) -> None:
        self.on_hand, self.reserved = 10, 0
        self.held: dict[int, int] = {}
        self.seen: set[tuple[str, int]] = set()

    def take(self, kind: str, number: int, pieces: int) -> None:
        """One step; what happened before, or is impossible, changes nothing."""
        if kind == "reserve":
            if (kind, number) not in self.seen and self.on_hand - self.reserved >= pieces:
                self.seen.add((kind, number))
                self.held[number] = pieces
                self.reserved += pieces
        elif kind in ("release", "ship"):
            pieces = self.held.pop(number, 0)
            self.reserved -= pieces
            self.on_hand -= pieces if kind == "ship" else 0
        elif (kind, number) not in self.seen and self.on_hand + pieces >= self.reserved:
            self.seen.add((kind, number))
            self.on_hand += pieces


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_random_interleavings_agree_with_a_plain_model(db: Any, steps: list[tuple[str, int, int]]) -> None:
    db.reset()
    world, model = make_world(), Model()
    world.add_product("TEA", pieces=10)
    balance = balance_of(world, "TEA")
    open_lists: set[int] = set()
    for kind, number, pieces in steps:
        model.take(kind, number, pieces)
        try:
            with world.scope():
                step(world, balance, open_lists, kind, number, pieces)
        except IntegrityError:
            continue
    assert world.balance("TEA") == (model.on_hand, model.reserved)
    with world.scope():
        assert verify() == []
        assert Movement.objects.filter(cause="reserve").count() == len([s for s in model.seen if s[0] == "reserve"])


def step(world: World, balance: int, open_lists: set[int], kind: str, number: int, pieces: int) -> None:
    """The real thing, guarded as the flows guard it: a list is reserved once and ended once."""
    if kind == "reserve":
        with world.scope():
            once = Movement.objects.filter(cause="reserve", cause_id=number).exists()
        if not once and not reserve_stock([need(world, number, TEA=pieces)])[number]:
            open_lists.add(number)
    elif kind in ("release", "ship"):
        if number in open_lists:
            open_lists.discard(number)
            (release_stock if kind == "release" else ship_stock)([number])
    else:
        cause = MovementCause.RECEIVE if kind == "receive" else MovementCause.ADJUST
        post([Entry(balance, cause, number, d_on_hand=pieces)])
