"""What arrives enters the ledger once, however it is reported (R67, R68, R69, R124, R133; A12)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from salur.connectors.base.inbound import InboundLineReport, InboundReport, InboundTask
from salur.connectors.base.types import PartnerRef, Unmapped
from salur.flows.inbound_push import submit_inbound
from salur.flows.receive import apply_inbound_reports
from salur.foundation.clock import now
from salur.inbound.checking import WantedLine
from salur.inbound.editing import create_inbound_list
from salur.inbound.models import InboundLine, InboundList
from salur.stock.models import Movement
from tests.flows.receiving import BEGUN, Room
from tests.flows.test_worker import waiting

pytestmark = pytest.mark.usefixtures("db")


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
