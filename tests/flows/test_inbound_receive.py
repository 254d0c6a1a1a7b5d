"""What arrives enters the ledger once, however it is reported (R67, R68, R69, R124, R133; A12)."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from salur.connectors.base.inbound import InboundLineReport, InboundReport, InboundTask
from salur.connectors.base.types import PartnerRef, Unmapped
from salur.flows.inbound_cancel import cancel_inbound
from salur.flows.inbound_push import submit_inbound
from salur.flows.receive import Applied, LessThanBefore, apply_inbound_reports, receive_by_hand
from salur.foundation.clock import now
from salur.inbound.checking import WantedLine
from salur.inbound.editing import ListRefused, create_inbound_list
from salur.inbound.models import InboundLine, InboundList, InboundReceipt
from salur.integrations.models import WarehouseAccount
from salur.stock.ledger import Entry, balance_ids, post, verify
from salur.stock.models import Balance, Movement, MovementCause, StockSyncRun, Warehouse
from tests.flows.stage import side_by_side
from tests.flows.test_worker import waiting
from tests.world import World, make_world

pytestmark = pytest.mark.usefixtures("db")

BEGUN = datetime(2026, 11, 11, 8, 0, tzinfo=UTC)
_causes = itertools.count(10_000)


class Room:
    """A list that the warehouse has, and its reports, without any partner."""

    def __init__(self, *lines: WantedLine, partner: str = "qimen") -> None:
        self.world: World = make_world()
        with self.world.scope():  # a partner whose goods are stock with each report
            WarehouseAccount.objects.filter(pk=self.world.account_id).update(partner=partner)
        for sku in ("TEA", "CUP"):
            self.world.add_product(sku)
        with self.world.scope():
            made = create_inbound_list(self.world.warehouse_id, lines or [WantedLine("TEA", 10)])
            submit_inbound(made.pk)
        self.id, self.reference = made.pk, made.reference
        with self.world.scope():
            rows = InboundList.objects.filter(pk=made.pk)
            rows.update(push="pushing", push_lease_until=now())
            rows.update(push="pushed", pushed_at=now(), partner_number="RV1")
            from salur.inbound.expecting import expect

            expect([made.pk])

    def says(
        self,
        status: InboundTask | Unmapped = InboundTask.RECEIVING,
        *lines: InboundLineReport,
        minute: int | None = 0,
        said: bool = True,
    ) -> InboundReport:
        """A report; ``minute`` is its version."""
        version = None if minute is None else BEGUN + timedelta(minutes=minute)
        raw = status.raw if isinstance(status, Unmapped) else str(status).upper()
        return InboundReport(
            PartnerRef("RV1", self.reference), self.reference, status, raw, version, lines if said else None
        )

    def apply(self, *reports: InboundReport) -> Applied:
        """Reports of one answer."""
        with self.world.scope():
            return apply_inbound_reports(self.world.account_id, reports)

    def tea(self, total: int, *, minute: int = 0, status: InboundTask = InboundTask.RECEIVING) -> Applied:
        """TEA received in total."""
        return self.apply(self.says(status, InboundLineReport("TEA", total), minute=minute))

    def row(self) -> InboundList:
        """The list as it stands."""
        with self.world.scope():
            return InboundList.objects.get(pk=self.id)

    def figures(self, sku: str = "TEA") -> tuple[int, int]:
        """(on hand, incoming)."""
        with self.world.scope():
            assert verify() == []
            row = Balance.objects.get(product_id=self.world.products[sku])
            return row.on_hand, row.incoming

    def lines(self) -> list[tuple[str, int, int, int]]:
        """(batch, received, damaged, expected) by line."""
        with self.world.scope():
            rows = InboundLine.objects.filter(inbound_id=self.id).order_by("pk")
            return list(rows.values_list("batch", "received", "damaged", "expected"))

    def receipts(self) -> list[tuple[str, str, str, int, int]]:
        """(kind, SKU, batch, pieces, damaged), oldest first."""
        with self.world.scope():
            rows = InboundReceipt.objects.filter(inbound_id=self.id).order_by("pk")
            return list(rows.values_list("kind", "sku", "batch", "pieces", "damaged"))

    def received(self) -> int:
        """Pieces of all RECEIVE movements."""
        with self.world.scope():
            return sum(Movement.objects.filter(cause="receive").values_list("d_on_hand", flat=True))


@pytest.fixture
def room(db: Any) -> Room:
    return Room()


def test_r67_what_was_received_comes_to_stock_and_is_expected_no_more(room: Room) -> None:
    assert room.figures() == (0, 10)
    room.tea(4)
    assert room.figures() == (4, 6)
    done = room.tea(10, minute=5, status=InboundTask.COMPLETED)
    assert (room.figures(), done.completed, done.pieces) == ((10, 0), [room.id], 6)
    row = room.row()
    assert (row.task, row.task_raw, row.flags) == ("completed", "COMPLETED", [])
    assert row.completed_at is not None
    assert room.receipts() == [("received", "TEA", "", 4, 0), ("received", "TEA", "", 6, 0)]


@pytest.mark.parametrize("ended", [InboundTask.COMPLETED, InboundTask.CANCELLED])
def test_r67_a_partner_whose_goods_are_stock_when_the_list_is_done_shows_what_came_until_then(
    db: Any, ended: InboundTask
) -> None:
    """A12: received in parts, stock rises once, with the end of the list."""
    room = Room(partner="jd")
    room.tea(4)
    room.tea(3, minute=1)
    with room.world.scope():
        line = InboundLine.objects.get(inbound_id=room.id)
    assert ((line.arrived, line.received), room.figures(), room.receipts()) == ((4, 0), (0, 10), [])
    room.tea(12 if ended is InboundTask.COMPLETED else 4, minute=2, status=ended)
    total = 12 if ended is InboundTask.COMPLETED else 4
    assert room.figures() == (total, 0)
    assert room.received() == total
    room.tea(total, minute=3, status=ended)
    assert room.figures() == (total, 0)


def test_r124_the_same_report_again_moves_nothing(room: Room) -> None:
    for _again in range(3):
        room.tea(4)
    assert (room.figures(), len(room.receipts())) == ((4, 6), 1)


def test_a_late_report_changes_nothing(room: Room) -> None:
    room.tea(10, minute=9, status=InboundTask.COMPLETED)
    room.apply(room.says(InboundTask.ARRIVING, InboundLineReport("TEA", 3), minute=2))
    row = room.row()
    assert (row.task, row.flags, room.figures()) == ("completed", [], (10, 0))


def test_a_total_that_falls_is_kept_and_flagged_and_takes_nothing_away(room: Room) -> None:
    room.tea(8)
    for _again in range(3):
        room.tea(5, minute=1)
    assert (room.figures(), room.row().flags) == ((8, 2), ["total_fell"])
    assert [r[0] for r in room.receipts()] == ["received", "fell"]
    room.tea(9, minute=2)
    assert (room.figures(), room.row().flags) == ((9, 1), [])


def test_more_than_was_announced_is_accepted_and_visible(room: Room) -> None:
    room.tea(13, status=InboundTask.COMPLETED)
    assert (room.figures(), room.row().flags, room.lines()) == ((13, 0), ["over_received"], [("", 13, 0, 0)])


def test_less_than_was_announced_ends_the_expectation_of_the_rest(room: Room) -> None:
    room.tea(7, status=InboundTask.COMPLETED)
    assert room.figures() == (7, 0)
    with room.world.scope():
        assert [m.d_incoming for m in Movement.objects.filter(cause="unexpect")] == [-3]


def test_what_arrives_after_completion_still_counts(room: Room) -> None:
    room.tea(7, status=InboundTask.COMPLETED)
    room.tea(9, minute=3, status=InboundTask.COMPLETED)
    assert room.figures() == (9, 0)


def test_a_list_cancelled_at_the_warehouse_is_expected_no_more(room: Room) -> None:
    room.tea(2)
    done = room.apply(room.says(InboundTask.CANCELLED, InboundLineReport("TEA", 2), minute=1))
    assert (room.figures(), done.cancelled, room.row().task) == ((2, 0), [room.id], "cancelled")


def test_damaged_pieces_are_shown_and_never_come_to_stock(room: Room) -> None:
    for _again in range(2):
        room.apply(room.says(InboundTask.COMPLETED, InboundLineReport("TEA", 8, damaged=2)))
    assert (room.figures(), room.lines()) == ((8, 0), [("", 8, 2, 0)])
    assert room.receipts() == [("received", "TEA", "", 8, 0), ("received", "TEA", "", 0, 2)]


def test_a_sku_of_no_line_is_kept_and_shown(room: Room) -> None:
    for _again in range(2):
        room.apply(room.says(InboundTask.RECEIVING, InboundLineReport("TEA", 1), InboundLineReport("POT", 3)))
    assert (room.figures(), room.row().flags) == ((1, 9), ["unknown_sku"])
    assert ("unknown_sku", "POT", "", 0, 0) in room.receipts()
    assert len(room.receipts()) == 2


def test_a_status_nobody_documented_is_kept_and_its_quantities_count(room: Room) -> None:
    room.apply(room.says(Unmapped("Q7"), InboundLineReport("TEA", 4)))
    row = room.row()
    assert (row.task, row.task_raw, room.figures()) == ("none", "Q7", (4, 6))


def test_a_step_back_is_not_taken(room: Room) -> None:
    room.apply(room.says(InboundTask.RECEIVING, minute=1, said=False))
    room.apply(room.says(InboundTask.ARRIVING, minute=2, said=False))
    assert (room.row().task, room.row().task_raw) == ("receiving", "ARRIVING")


def test_a_partner_that_says_nothing_of_quantities_invents_no_stock(room: Room) -> None:
    done = room.apply(room.says(InboundTask.COMPLETED, said=False))
    assert (room.figures(), room.row().flags) == ((0, 0), ["no_quantities"])
    assert done.recount == {room.world.warehouse_id: {"TEA"}}, "the stock sync brings what is there"


def test_a_report_without_reference_is_known_by_the_partners_number(room: Room) -> None:
    room.apply(replace(room.says(InboundTask.RECEIVING, InboundLineReport("TEA", 4)), reference=""))
    assert room.figures() == (4, 6)


def test_another_accounts_report_is_not_ours(room: Room) -> None:
    with room.world.scope():
        apply_inbound_reports(
            room.world.account_id + 1, [room.says(InboundTask.COMPLETED, InboundLineReport("TEA", 4))]
        )
    assert room.figures() == (0, 10)


@pytest.mark.parametrize("state", ["unknown", "rejected"])
def test_who_reports_on_a_list_in_doubt_has_it(db: Any, state: str) -> None:
    room = Room()
    with room.world.scope():
        made = create_inbound_list(room.world.warehouse_id, [WantedLine("CUP", 6)])
        submit_inbound(made.pk)
        for step in ("pushing", state):
            InboundList.objects.filter(pk=made.pk).update(push=step, push_lease_until=now())
        ref = PartnerRef("RV2", made.reference)
        lines = (InboundLineReport("CUP", 2),)
        apply_inbound_reports(
            room.world.account_id,
            [InboundReport(ref, made.reference, InboundTask.RECEIVING, "P", BEGUN, lines)],
        )
        row = InboundList.objects.get(pk=made.pk)
    assert (row.push, row.partner_number, row.task) == ("pushed", "RV2", "receiving")
    assert room.figures("CUP") == (2, 4)


def test_what_arrived_wakes_those_who_wait_for_stock(room: Room, db: Any) -> None:
    db.admin.execute("TRUNCATE procrastinate_jobs CASCADE")
    room.tea(3)
    assert ("restock", room.world.warehouse_id) in waiting()


# -- batches ----------------------------------------------------------------------------------------------------------


def test_batches_are_kept_where_the_warehouse_names_them(db: Any) -> None:
    room = Room(WantedLine("TEA", 6, batch="A"), WantedLine("TEA", 4, batch="B"))
    room.apply(
        room.says(InboundTask.RECEIVING, InboundLineReport("TEA", 3, batch="B"), InboundLineReport("TEA", 1, batch="A"))
    )
    assert room.lines() == [("A", 1, 0, 5), ("B", 3, 0, 1)]
    assert sorted(room.receipts()) == [("received", "TEA", "A", 1, 0), ("received", "TEA", "B", 3, 0)]
    room.apply(
        room.says(
            InboundTask.RECEIVING,
            InboundLineReport("TEA", 6, batch="A"),
            InboundLineReport("TEA", 3, batch="B"),
            minute=1,
        )
    )
    assert room.lines() == [("A", 6, 0, 0), ("B", 3, 0, 1)]
    assert room.figures() == (9, 1)


def test_totals_without_batches_fill_the_lines_in_order(db: Any) -> None:
    room = Room(WantedLine("TEA", 6, batch="A"), WantedLine("TEA", 4, batch="B"), WantedLine("CUP", 2))
    room.apply(room.says(InboundTask.RECEIVING, InboundLineReport("TEA", 8), InboundLineReport("CUP", 2)))
    assert room.lines() == [("A", 6, 0, 0), ("B", 2, 0, 2), ("", 2, 0, 0)]


def test_a_warehouse_that_names_batches_only_later_counts_no_piece_twice(db: Any) -> None:
    room = Room()
    room.tea(5)
    room.apply(
        room.says(
            InboundTask.RECEIVING,
            InboundLineReport("TEA", 4, batch="X"),
            InboundLineReport("TEA", 3, batch="Y"),
            minute=1,
        )
    )
    assert room.figures() == (7, 3)


# -- at once ---------------------------------------------------------------------------------------------------


def test_reports_at_the_same_moment_count_once(room: Room) -> None:
    side_by_side(*(lambda n=n: room.tea(n, minute=n) for n in (2, 6, 6, 9, 9, 4)))
    assert room.figures()[0] >= 9
    assert (room.received(), room.figures()) == (9, (9, 1))


def test_pieces_that_a_stock_sync_counted_meanwhile_are_counted_again(room: Room) -> None:
    with room.world.scope():
        pair = (room.world.warehouse_id, room.world.products["TEA"])
        post([Entry(balance_ids([pair])[pair], MovementCause.COUNT, next(_causes), d_on_hand=4)])
    assert room.tea(4).recount == {room.world.warehouse_id: {"TEA"}}
    assert room.tea(5, minute=1).recount == {}, "looked at since"
    with room.world.scope():
        StockSyncRun.objects.create(warehouse_id=room.world.warehouse_id, trigger="t", started_at=now())
    assert room.tea(6, minute=2).recount == {room.world.warehouse_id: {"TEA"}}


def test_a_sync_that_counted_while_the_warehouse_was_asked_is_seen(room: Room) -> None:
    asked_at = now()
    with room.world.scope():
        pair = (room.world.warehouse_id, room.world.products["TEA"])
        post([Entry(balance_ids([pair])[pair], MovementCause.COUNT, next(_causes), d_on_hand=4)])
        reports = [room.says(InboundTask.RECEIVING)]
        apply_inbound_reports(room.world.account_id, reports, asked_at)
    assert room.tea(4, minute=1).recount == {room.world.warehouse_id: {"TEA"}}


def test_reports_and_counts_of_the_same_goods_do_not_wait_for_each_other_for_ever(db: Any) -> None:
    room = Room(WantedLine("TEA", 50), WantedLine("CUP", 50))
    balances = [balance_of(room, sku) for sku in ("CUP", "TEA")]

    def count() -> None:
        for _turn in range(15):
            with room.world.scope():
                post([Entry(b, MovementCause.COUNT, next(_causes), d_on_hand=1) for b in balances])

    def report(*skus: str) -> None:
        for turn in range(15):
            lines = [InboundLineReport(sku, turn) for sku in skus]
            room.apply(room.says(InboundTask.RECEIVING, *lines, minute=turn))

    side_by_side(count, lambda: report("TEA", "CUP"), lambda: report("CUP", "TEA"))
    assert (room.figures("TEA"), room.figures("CUP")) == ((29, 36), (29, 36))


def balance_of(room: Room, sku: str) -> int:
    with room.world.scope():
        pair = (room.world.warehouse_id, room.world.products[sku])
        return balance_ids([pair])[pair]


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


def count_to(room: Room, pieces: int) -> None:
    """A stock sync sets the figure."""
    with room.world.scope():
        pair = (room.world.warehouse_id, room.world.products["TEA"])
        balance = Balance.objects.get(pk=balance_ids([pair])[pair])
        post([Entry(balance.pk, MovementCause.COUNT, next(_causes), d_on_hand=pieces - balance.on_hand)])


# -- by hand ---------------------------------------------------------------------------------------------------


class Own(Room):
    """A list of an own warehouse."""

    def __init__(self) -> None:
        self.world = make_world()
        self.world.add_product("TEA", in_warehouse=False)
        with self.world.scope():
            warehouse = Warehouse(code="OWN", name="Own", country="TH", created_at=now())
            warehouse.save()
            made = create_inbound_list(warehouse.pk, [WantedLine("TEA", 10)])
            submit_inbound(made.pk)
            self.line = InboundLine.objects.get(inbound=made).pk
        self.id, self.reference = made.pk, made.reference

    def take(self, total: int, **more: Any) -> int:
        """Count by hand."""
        with self.world.scope():
            return receive_by_hand(self.id, {self.line: total}, **more)


def test_an_own_warehouse_is_received_by_hand(db: Any) -> None:
    own = Own()
    assert (own.take(4), own.figures(), own.row().task) == (4, (4, 6), "receiving")
    assert (own.take(4), own.figures()) == (0, (4, 6)), "totals, not increments"
    assert (own.take(9, complete=True, damaged={own.line: 1}), own.figures()) == (5, (9, 0))
    assert (own.row().task, own.row().completed_at is not None, own.lines()) == ("completed", True, [("", 9, 1, 0)])
    with pytest.raises(ListRefused):
        own.take(10)


def test_an_own_list_that_is_called_off_is_expected_no_more(db: Any) -> None:
    own = Own()
    own.take(4)
    with own.world.scope():
        cancel_inbound(own.id)
    assert (own.figures(), own.row().task, own.row().push) == ((4, 0), "cancelled", "pushed")


def test_by_hand_a_total_may_not_fall(db: Any) -> None:
    own = Own()
    own.take(4)
    with pytest.raises(LessThanBefore):
        own.take(3)
    assert own.figures() == (4, 6)


def test_a_partners_goods_are_not_received_by_hand(room: Room) -> None:
    with pytest.raises(ListRefused) as refused, room.world.scope():
        receive_by_hand(room.id, {})
    assert refused.value.code == "inbound_partner_receives"
