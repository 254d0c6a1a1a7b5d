"""Transfers: the source is lowered once, the target rises by its inbound list only, and no piece gets lost unsaid."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest
from django.db import DatabaseError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from salur.catalog.models import WarehouseProduct
from salur.flows.inbound_cancel import cancel_inbound
from salur.flows.receive import receive_by_hand
from salur.flows.transfers import call_off, send_transfer, settle_transfer
from salur.flows.verify import verify_stock
from salur.foundation.clock import now
from salur.foundation.problems import Refusal
from salur.foundation.transitions import pairs_in_source
from salur.inbound.checking import WantedLine
from salur.inbound.editing import LinesRefused, delete_draft
from salur.inbound.editing import change_draft as change_list
from salur.inbound.editing import wanted_lines as list_lines
from salur.inbound.models import InboundLine, InboundList
from salur.stock.models import Balance, Movement, MovementCause, Warehouse
from salur.transfers.editing import cancel_draft, change_draft, create_transfer
from salur.transfers.models import Transfer, TransferLine, TransferMove
from salur.transfers.problems import TransferRefused
from salur.transfers.states import TRANSFER, TransferState
from tests.world import World, make_world, store_order


@dataclass
class Two:
    """Two own halls; 10 TEA and 10 CUP in the first. ``partner`` is a partner's warehouse that knows both."""

    world: World
    first: int
    second: int
    partner: int

    def figures(self, place: int, msku: str = "TEA") -> tuple[int, int]:
        """(on hand, incoming)."""
        row = Balance.objects.filter(warehouse_id=place, product_id=self.world.products[msku]).first()
        return (row.on_hand, row.incoming) if row else (0, 0)

    def sent(self, target: int | None = None, **pieces: int) -> Transfer:
        return send_transfer(self.draft(target, **pieces).pk)

    def draft(self, target: int | None = None, **pieces: int) -> Transfer:
        wanted = [WantedLine(msku, many, "1.00", number=n) for n, (msku, many) in enumerate(pieces.items(), start=1)]
        return create_transfer(self.first, target or self.second, wanted)

    def receive(self, transfer: Transfer, good: int, bad: int = 0, *, complete: bool = False) -> None:
        """So many of the first line's pieces have come so far."""
        inbound = Transfer.objects.values_list("inbound_id", flat=True).get(pk=transfer.pk)
        line = InboundLine.objects.filter(inbound_id=inbound).order_by("pk")[0]
        receive_by_hand(inbound, {line.pk: good}, {line.pk: bad}, complete=complete)


def state(transfer: Transfer) -> str:
    return Transfer.objects.values_list("state", flat=True).get(pk=transfer.pk)


def lines(transfer: Transfer) -> list[int]:
    return list(TransferLine.objects.filter(transfer=transfer).order_by("pk").values_list("pk", flat=True))


def refused(code: str, work: Callable[[], object]) -> Refusal:
    with pytest.raises(Refusal) as told:
        work()
    assert told.value.code == code
    return told.value


def two_halls() -> Two:
    world = make_world(rule=False)
    partner = world.warehouse_id
    with world.scope():
        halls = [Warehouse(code=c, name=f"Hall {c}", country="TH", created_at=now()) for c in ("A", "B")]
        for hall in halls:
            hall.save()
    world.warehouse_id = halls[0].pk
    for msku in ("TEA", "CUP"):
        world.add_product(msku, pieces=10)
        with world.scope():
            row = WarehouseProduct(product_id=world.products[msku], warehouse_id=partner)
            row.save()
            for step in ("pushing", "pushed"):
                WarehouseProduct.objects.filter(pk=row.pk).update(push=step)
    return Two(world, halls[0].pk, halls[1].pk, partner)


@pytest.fixture
def two(db: Any) -> Two:
    return two_halls()


def test_goods_leave_once_are_on_their_way_and_arrive_in_parts(two: Two) -> None:
    with two.world.scope():
        transfer = two.sent(TEA=6)
        assert (two.figures(two.first), two.figures(two.second)) == ((4, 0), (0, 6))
        two.receive(transfer, 2)
        assert (state(transfer), two.figures(two.second)) == ("receiving", (2, 4))
        two.receive(transfer, 2)  # reported twice
        two.receive(transfer, 6)
        assert (state(transfer), two.figures(two.second)) == ("completed", (6, 0))
        two.receive(transfer, 7)  # one more turns up when all was there
        assert (state(transfer), two.figures(two.second)) == ("completed", (7, 0))
        assert TransferLine.objects.get(transfer=transfer).too_many == 1
        assert two.figures(two.first) == (4, 0)
        refused("transfer_not_draft", lambda: send_transfer(transfer.pk))
        left = Movement.objects.filter(cause=MovementCause.TRANSFER)
        assert [(move.d_on_hand, move.note) for move in left] == [(-6, transfer.reference)]
        assert verify_stock() == []


def test_reserved_pieces_cannot_be_sent(two: Two) -> None:
    two.world.add_rule()
    two.world.ingest(store_order("A", ("TEA", 7)))
    with two.world.scope():
        transfer = two.draft(CUP=1, TEA=4)
        told = refused("transfer_short", lambda: send_transfer(transfer.pk))
        assert "TEA: 3 free, 4 to be sent." in str(told)
    with two.world.scope():
        assert (two.figures(two.first, "CUP"), state(transfer)) == ((10, 0), "draft")


def test_what_never_arrives_is_settled_with_a_reason(two: Two) -> None:
    with two.world.scope():
        transfer = two.sent(TEA=6)
        (line,) = lines(transfer)
        refused("transfer_awaited", lambda: settle_transfer(transfer.pk, {line: 6}))
        two.receive(transfer, 3, 1, complete=True)
        assert state(transfer) == "short"
        refused("transfer_unsettled", lambda: settle_transfer(transfer.pk, {line: 1}))
        refused("transfer_reason", lambda: settle_transfer(transfer.pk, {line: 1}, {line: 1}))
        settle_transfer(transfer.pk, {line: 1}, {line: 1}, "fell off the lorry")
        row = TransferLine.objects.get(pk=line)
        assert (row.received, row.damaged, row.back, row.lost) == (3, 1, 1, 1)
        assert (two.figures(two.first), two.figures(two.second), state(transfer)) == ((5, 0), (3, 0), "completed")
        refused("transfer_not_sent", lambda: settle_transfer(transfer.pk, {line: 1}))
        assert two.figures(two.first) == (5, 0)
        assert verify_stock() == []


def test_a_transfer_that_was_sent_is_called_off_and_comes_back(two: Two) -> None:
    with two.world.scope():
        transfer = two.sent(TEA=6)
        assert call_off(transfer.pk, "wrong goods").state == TransferState.SHORT
        assert two.figures(two.second) == (0, 0)
        assert settle_transfer(transfer.pk, dict.fromkeys(lines(transfer), 6)).state == TransferState.CANCELLED
        assert two.figures(two.first) == (10, 0)


def test_a_draft_is_changed_and_cancelled_and_moves_nothing(two: Two) -> None:
    with two.world.scope():
        transfer = two.draft(TEA=6)
        change_draft(transfer.pk, [WantedLine("CUP", 2, number=1)])
        assert cancel_draft(transfer.pk).state == TransferState.CANCELLED
        refused("transfer_not_draft", lambda: send_transfer(transfer.pk))
        refused("transfer_not_draft", lambda: change_draft(transfer.pk, [WantedLine("CUP", 2, number=1)]))
        assert not TransferMove.objects.exists()


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        ([WantedLine("TEA", -1, number=1)], "inbound_quantity_wrong"),
        ([WantedLine("NONE", 1, number=1)], "inbound_sku_unknown"),
        ([WantedLine("TEA", 1, number=1), WantedLine("TEA", 2, number=2)], "inbound_line_twice"),
        ([WantedLine("TEA", 1, number=1), WantedLine("TEA", 2, batch="B", number=2)], "transfer_line_twice"),
    ],
    ids=["negative", "unknown", "twice", "twice in two batches"],
)
def test_wrong_lines_are_told_and_nothing_is_made(two: Two, wanted: list[WantedLine], code: str) -> None:
    with two.world.scope():
        with pytest.raises(LinesRefused) as told:
            create_transfer(two.first, two.second, wanted)
        assert code in {p.code for result in told.value.results for p in result.problems}
        refused("transfer_same", lambda: create_transfer(two.first, two.first, [WantedLine("TEA", 1)]))
        assert not Transfer.objects.exists()


def test_a_partner_is_told_by_an_inbound_list(two: Two) -> None:
    with two.world.scope():
        inbound_id = two.sent(two.partner, TEA=3).inbound_id
        assert inbound_id is not None
        inbound = InboundList.objects.get(pk=inbound_id)
        assert (inbound.push, inbound.source, two.figures(two.first)) == ("ready", "transfer", (7, 0))


def test_the_list_of_a_transfer_may_be_deleted_and_the_goods_come_back(two: Two) -> None:
    with two.world.scope():
        transfer = two.sent(two.partner, TEA=3)
        assert transfer.inbound_id is not None
        change_list(transfer.inbound_id, list_lines(transfer.inbound_id))
        refused("transfer_awaited", lambda: settle_transfer(transfer.pk, dict.fromkeys(lines(transfer), 3)))
        delete_draft(transfer.inbound_id)
        settle_transfer(transfer.pk, dict.fromkeys(lines(transfer), 3))
        assert (two.figures(two.first), state(transfer)) == ((10, 0), "cancelled")


def test_the_database_allows_exactly_the_moves_of_the_table(two: Two, db: Any) -> None:
    (source,) = db.rows("SELECT prosrc FROM pg_proc WHERE proname = %s", "salur_machine_transfer")[0]
    assert pairs_in_source(source) == TRANSFER.pairs
    assert set(TRANSFER.states) == set(TransferState.values)
    with pytest.raises(DatabaseError, match="draft -> completed"), two.world.scope():
        two.draft(TEA=1)
        Transfer.objects.update(state="completed")


STEPS = st.lists(
    st.tuples(st.sampled_from(["send", "receive", "end", "off", "settle"]), st.integers(0, 8), st.integers(0, 3)),
    min_size=1,
    max_size=12,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_pieces_are_conserved_whatever_happens(db: Any, steps: list[tuple[str, int, int]]) -> None:
    """Source + on the way + target + damaged + lost, less what came too many, is what there was."""
    two = two_halls()
    with two.world.scope():
        transfer = two.draft(TEA=5)
    for step, many, few in steps:
        works: dict[str, Callable[[], object]] = {
            "send": partial(send_transfer, transfer.pk),
            "receive": partial(two.receive, transfer, many, few),
            "end": partial(two.receive, transfer, many, complete=True),
            "off": partial(call_off, transfer.pk),
            "settle": partial(_settle, transfer, few),
        }
        try:
            with two.world.scope():
                works[step]()
        except (Refusal, InboundLine.DoesNotExist, IndexError):
            pass
        with two.world.scope():
            line = TransferLine.objects.get(transfer=transfer)
            on_the_way = 0 if state(transfer) == "draft" else line.under_way
            here, there = two.figures(two.first)[0], two.figures(two.second)[0]
            assert here + on_the_way + there + line.damaged + line.lost - line.too_many == 10, (step, many, few)
            assert there == line.received
    with two.world.scope():
        assert verify_stock() == []


def _settle(transfer: Transfer, few: int) -> None:
    line = TransferLine.objects.get(transfer=transfer)
    lost = min(few, line.under_way)
    settle_transfer(transfer.pk, {line.pk: line.under_way - lost}, {line.pk: lost}, "lost on the way")


def test_cancelling_the_list_itself_leads_to_settling(two: Two) -> None:
    with two.world.scope():
        transfer = two.sent(TEA=4)
        assert transfer.inbound_id is not None
        two.receive(transfer, 1)
        cancel_inbound(transfer.inbound_id)
        assert state(transfer) == "short"
        refused("transfer_short", lambda: send_transfer(two.draft(TEA=11).pk))
        assert isinstance(refused("transfer_not_sent", lambda: call_off(transfer.pk)), TransferRefused)
