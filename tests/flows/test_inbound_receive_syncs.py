"""Reports at the same moment, and stock syncs between them: each piece enters the ledger once."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from salur.connectors.base.inbound import InboundLineReport, InboundTask
from salur.flows.receive import apply_inbound_reports
from salur.foundation.clock import now
from salur.inbound.checking import WantedLine
from salur.stock.ledger import Entry, balance_ids, post
from salur.stock.models import MovementCause, StockSyncRun
from tests.flows.receiving import CAUSES, Room, balance_of, count_to
from tests.flows.stage import side_by_side

pytestmark = pytest.mark.usefixtures("db")


def test_reports_at_the_same_moment_count_once(room: Room) -> None:
    side_by_side(*(lambda n=n: room.tea(n, minute=n) for n in (2, 6, 6, 9, 9, 4)))
    assert room.figures()[0] >= 9
    assert (room.received(), room.figures()) == (9, (9, 1))


def test_pieces_that_a_stock_sync_counted_meanwhile_are_counted_again(room: Room) -> None:
    with room.world.scope():
        pair = (room.world.warehouse_id, room.world.products["TEA"])
        post([Entry(balance_ids([pair])[pair], MovementCause.COUNT, next(CAUSES), d_on_hand=4)])
    assert room.tea(4).recount == {room.world.warehouse_id: {"TEA"}}
    assert room.tea(5, minute=1).recount == {}, "looked at since"
    with room.world.scope():
        StockSyncRun.objects.create(warehouse_id=room.world.warehouse_id, trigger="t", started_at=now())
    assert room.tea(6, minute=2).recount == {room.world.warehouse_id: {"TEA"}}


def test_a_sync_that_counted_while_the_warehouse_was_asked_is_seen(room: Room) -> None:
    asked_at = now()
    with room.world.scope():
        pair = (room.world.warehouse_id, room.world.products["TEA"])
        post([Entry(balance_ids([pair])[pair], MovementCause.COUNT, next(CAUSES), d_on_hand=4)])
        reports = [room.says(InboundTask.RECEIVING)]
        apply_inbound_reports(room.world.account_id, reports, asked_at)
    assert room.tea(4, minute=1).recount == {room.world.warehouse_id: {"TEA"}}


def test_reports_and_counts_of_the_same_goods_do_not_wait_for_each_other_for_ever(db: Any) -> None:
    room = Room(WantedLine("TEA", 50), WantedLine("CUP", 50))
    balances = [balance_of(room, sku) for sku in ("CUP", "TEA")]

    def count() -> None:
        for _turn in range(15):
            with room.world.scope():
                post([Entry(b, MovementCause.COUNT, next(CAUSES), d_on_hand=1) for b in balances])

    def report(*skus: str) -> None:
        for turn in range(15):
            lines = [InboundLineReport(sku, turn) for sku in skus]
            room.apply(room.says(InboundTask.RECEIVING, *lines, minute=turn))

    side_by_side(count, lambda: report("TEA", "CUP"), lambda: report("CUP", "TEA"))
    assert (room.figures("TEA"), room.figures("CUP")) == ((29, 36), (29, 36))


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("report"), st.integers(0, 7), st.integers(0, 3)),
        st.tuples(st.just("count"), st.integers(0, 30), st.just(0)),
    ),
    max_size=14,
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    growth=st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4), st.integers(0, 2)), min_size=8, max_size=8),
    steps=STEPS,
    ended=st.sampled_from([InboundTask.RECEIVING, InboundTask.COMPLETED, InboundTask.CANCELLED]),
)
def test_random_reports_and_stock_syncs_receive_exactly_the_highest_total(
    db: Any, growth: list[tuple[int, int, int]], steps: list[tuple[str, int, int]], ended: InboundTask
) -> None:
    """The warehouse receives step by step; its reports come repeated, late, in any order, and syncs in between."""
    db.reset()
    room = Room(WantedLine("TEA", 6, batch="A"), WantedLine("TEA", 4, batch="B"))
    totals = list(itertools.accumulate(growth, lambda a, b: (a[0] + b[0], a[1] + b[1], a[2] + b[2])))
    highest, newest = 0, -1
    for kind, number, again in steps:
        if kind == "report":
            a, b, broken = totals[number]
            lines = (InboundLineReport("TEA", a, broken, batch="A"), InboundLineReport("TEA", b, batch="B"))
            status = ended if number == 7 else InboundTask.RECEIVING
            room.apply(*[room.says(status, *lines, minute=number)] * (again + 1))
            if number >= newest:
                newest, highest = number, max(highest, a + b)
        else:
            count_to(room, number)
        on_hand, incoming = room.figures()
        assert min(on_hand, incoming) >= 0
        assert room.received() == highest
        assert sum(line[3] for line in room.lines()) == incoming, "what is incoming belongs to lines"
    ended_now = newest == 7 and ended is not InboundTask.RECEIVING
    assert room.figures()[1] == (0 if ended_now else max(0, 10 - highest))
    assert sum(line[1] for line in room.lines()) == highest
