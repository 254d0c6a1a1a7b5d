"""One action over many orders as a run: in chunks, with each row's outcome, stopped, lost and taken up again (R113)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from salur.connectors.base.types import OrderStatus
from salur.flows import bulk
from salur.flows.bulk import Chosen, carry_on_bulk, go_on_bulk, start_bulk, stop_bulk
from salur.flows.bulk_actions import ACTIONS, DONE, ORDERS, TABLE, Asking, BulkAction, skipped
from salur.flows.worker import sweep
from salur.foundation.clock import now
from salur.foundation.problems import PROBLEMS, Refusal
from salur.orders.models import Order, SyncRun
from salur.outbound.bulk import BulkRow, BulkRun
from salur.outbound.models import Outbound
from salur.outbound.queries import OrderFilter, OutboundFilter, matching_lists, matching_orders
from tests.flows.stage import Stage
from tests.world import INSTANT, World, make_world, store_order

pytestmark = pytest.mark.usefixtures("db")
ORDERS_OF_WORLD = 30


@pytest.fixture
def world(db: Any) -> World:
    """Orders whose lists the warehouse refused."""
    made = make_world()
    made.add_product("TEA", pieces=100)
    made.ingest(
        *(store_order(f"A{n:02}", "TEA", status=OrderStatus.PAID, courier=INSTANT) for n in range(ORDERS_OF_WORLD))
    )
    with made.scope():
        SyncRun.objects.update(state="stopped")
        Outbound.objects.update(push="pushing", push_lease_until=now())
        Outbound.objects.update(push="rejected", push_lease_until=None)
    return made


class Killed(BaseException):
    """A worker that is gone without a word."""


@pytest.fixture
def noted(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """An action that notes its rows, so that twice would be seen; and the ids it was called with."""
    seen: list[int] = []

    def note(ids: Any, asking: Asking) -> Any:
        seen.extend(ids)
        with connection.cursor() as cursor:
            cursor.execute("UPDATE orders_order SET note = note || 'x' WHERE id = ANY(%s)", [list(ids)])
        return dict.fromkeys(ids, DONE)

    monkeypatch.setitem(ACTIONS, "note", BulkAction("note", ORDERS, "Note", note))
    monkeypatch.setattr(bulk, "CHUNK", 10)
    return seen


def begin(world: World, action: str, **wanted: Any) -> int:
    with world.scope():
        return start_bulk(action, Chosen(orders=matching_orders(OrderFilter(**wanted))), actor="user:7").pk


def read(world: World, run_id: int) -> BulkRun:
    with world.scope():
        return BulkRun.objects.get(pk=run_id)


def figures(run: BulkRun) -> tuple[str, int, int, int, int]:
    return run.state, run.total, run.done, run.skipped, run.failed


def notes(world: World) -> set[str]:
    with world.scope():
        return set(Order.objects.values_list("note", flat=True))


def test_every_list_of_the_orders_that_match_is_acted_on_and_told(world: World) -> None:
    with world.scope():
        Outbound.objects.filter(order__external_id__gte="A20").update(push="waiting")
    run_id = begin(world, "push_again", status="paid")
    assert carry_on_bulk(world.merchant_id, run_id) == 1
    assert figures(read(world, run_id)) == ("done", 30, 20, 10, 0)
    with world.scope():
        assert not Outbound.objects.filter(push="rejected").exists()
        told = set(BulkRow.objects.values_list("order__external_id", "outcome", "code"))
    assert ("A00", "done", "") in told and ("A29", "skipped", "bulk_not_concerned") in told
    assert carry_on_bulk(world.merchant_id, run_id) == 0, "a run that ended is not carried on"


def test_it_is_done_in_the_name_of_who_asked(world: World, db: Any) -> None:
    run_id = begin(world, "push_again")
    carry_on_bulk(world.merchant_id, run_id)
    moved = (
        "SELECT DISTINCT actor, cause FROM tenancy_transition WHERE machine = 'outbound_push' AND origin = 'rejected'"
    )
    assert db.rows(moved) == [("user:7", f"bulk:{run_id}")]


def test_only_what_matches_is_chosen_and_what_comes_later_is_not(world: World, noted: list[int]) -> None:
    run_id = begin(world, "note", search="A1")
    world.ingest(store_order("A1999", "TEA"))
    carry_on_bulk(world.merchant_id, run_id)
    with world.scope():
        assert sorted(noted) == sorted(
            Order.objects.filter(external_id__gte="A10", external_id__lt="A1999")
            .exclude(external_id__gte="A20")
            .values_list("pk", flat=True)
        )


def test_lists_may_be_chosen_for_what_is_done_with_orders(world: World, noted: list[int]) -> None:
    with world.scope():
        chosen = Chosen(lists=matching_lists(OutboundFilter(push="rejected", search="A05")))
        run_id = start_bulk("note", chosen, actor="user:7").pk
    carry_on_bulk(world.merchant_id, run_id)
    assert noted == [world.order("A05").pk]


def test_a_run_that_is_stopped_half_way_says_what_was_not_begun_and_may_go_on(
    world: World, noted: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id = begin(world, "note")
    monkeypatch.setattr(bulk, "TURN_SECONDS", -1.0)  # a turn is one chunk
    carry_on_bulk(world.merchant_id, run_id)
    assert figures(read(world, run_id)) == ("queued", 30, 10, 0, 0)
    with world.scope():
        assert stop_bulk(run_id)
        assert not stop_bulk(run_id)
    assert carry_on_bulk(world.merchant_id, run_id) == 0
    assert (read(world, run_id).state, read(world, run_id).left) == ("stopped", 20)
    with world.scope():
        assert go_on_bulk(run_id)
    monkeypatch.setattr(bulk, "TURN_SECONDS", 60.0)
    carry_on_bulk(world.merchant_id, run_id)
    assert figures(read(world, run_id)) == ("done", 30, 30, 0, 0)
    assert notes(world) == {"x"}
    with world.scope():
        assert not go_on_bulk(run_id), "nothing is left"


def test_stopped_while_a_chunk_is_at_work_nothing_more_is_begun(
    world: World, noted: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id = begin(world, "note")
    chunk = bulk._act_on_chunk

    def stopped_after_it(hold: bulk.Hold) -> int:
        done = chunk(hold)
        with world.scope():
            stop_bulk(run_id)
        return done

    monkeypatch.setattr(bulk, "_act_on_chunk", stopped_after_it)
    carry_on_bulk(world.merchant_id, run_id)
    assert figures(read(world, run_id)) == ("stopped", 30, 10, 0, 0)
    assert len(noted) == 10


def test_a_worker_lost_in_a_chunk_leaves_nothing_half_done_and_the_next_one_goes_on(
    world: World, noted: list[int], monkeypatch: pytest.MonkeyPatch, db: Any
) -> None:
    run_id = begin(world, "note")
    settle, chunks = bulk._settle, []

    def killed_in_the_second(*given: Any) -> None:
        chunks.append(1)
        if len(chunks) == 2:
            raise Killed
        settle(*given)

    monkeypatch.setattr(bulk, "_settle", killed_in_the_second)
    with pytest.raises(Killed):
        carry_on_bulk(world.merchant_id, run_id)
    assert figures(read(world, run_id)) == ("running", 30, 10, 0, 0)
    assert carry_on_bulk(world.merchant_id, run_id) == 0, "its lease has not run out"
    with world.scope():
        BulkRun.objects.update(lease_until=now() - timedelta(seconds=1))
    db.admin.execute("TRUNCATE procrastinate_jobs CASCADE")
    sweep()
    waiting = db.rows("SELECT args->>'target_id' FROM procrastinate_jobs WHERE args->>'kind' = 'bulk'")
    assert waiting == [(str(run_id),)]
    carry_on_bulk(world.merchant_id, run_id)
    assert figures(read(world, run_id)) == ("done", 30, 30, 0, 0)
    assert notes(world) == {"x"}, "nothing twice"


def test_a_worker_that_was_thought_lost_writes_nothing_any_more(world: World, noted: list[int]) -> None:
    run_id = begin(world, "note")
    with world.scope():
        late = bulk._claim(world.merchant_id, run_id)
        BulkRun.objects.update(lease_until=now() - timedelta(seconds=1))
    assert late is not None
    carry_on_bulk(world.merchant_id, run_id)
    with pytest.raises(bulk.BulkLost):
        bulk._act_on_chunk(late)
    assert figures(read(world, run_id)) == ("done", 30, 30, 0, 0)
    assert notes(world) == {"x"}


def test_one_row_that_breaks_does_not_keep_the_others_from_being_done(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad, gone, refused = (world.order(f"A{n:02}").pk for n in (3, 17, 18))

    def choosy(ids: Any, asking: Asking) -> Any:
        if bad in ids:
            raise ZeroDivisionError
        if refused in ids:
            raise Refusal("run_ended", run=1, state="x")
        return {one: skipped("bulk_gone") if one == gone else DONE for one in ids}

    monkeypatch.setitem(ACTIONS, "note", BulkAction("note", ORDERS, "Note", choosy))
    run_id = begin(world, "note")
    carry_on_bulk(world.merchant_id, run_id)
    assert figures(read(world, run_id)) == ("done", 30, 27, 1, 2)
    with world.scope():
        told = dict(BulkRow.objects.exclude(outcome="done").values_list("order_id", "code"))
    assert told == {bad: "bulk_row_failed", gone: "bulk_gone", refused: "run_ended"}


def test_a_run_over_nothing_too_much_or_of_an_unknown_action_is_refused_and_leaves_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    for action, wanted, code in (("push_again", "Z", "bulk_none"), ("dance", "", "bulk_action_unknown")):
        with pytest.raises(Refusal) as refusal:
            begin(world, action, search=wanted)
        assert refusal.value.code == code
    monkeypatch.setattr(bulk, "MOST_ROWS", 29)
    with pytest.raises(Refusal) as refusal:
        begin(world, "push_again")
    assert (refusal.value.code, refusal.value.evidence["count"]) == ("bulk_too_many", 30)
    with world.scope():
        assert not BulkRun.objects.exists()
        assert not BulkRow.objects.exists()


def test_orders_are_cancelled_at_their_store_once_each_though_the_worker_is_lost_after_the_calls(
    db: Any, sandbox: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = Stage(sandbox)
    numbers = stage.take_order(count=3)
    monkeypatch.setattr(bulk, "CHUNK_OF_CALLS", 2)
    with stage.world.scope():
        run_id = start_bulk("cancel", Chosen(orders=matching_orders(OrderFilter())), actor="user:7").pk
    settle = bulk._settle

    def killed(*given: Any) -> None:
        raise Killed

    monkeypatch.setattr(bulk, "_settle", killed)
    with pytest.raises(Killed):
        carry_on_bulk(stage.merchant_id, run_id)
    monkeypatch.setattr(bulk, "_settle", settle)
    with stage.world.scope():
        BulkRun.objects.update(lease_until=now() - timedelta(seconds=1))
    carry_on_bulk(stage.merchant_id, run_id)
    assert {stage.world.order(number).status for number in numbers} == {"cancelled"}
    run = read(stage.world, run_id)
    assert (run.state, run.settled, run.failed) == ("done", 3, 0)
    assert stage.calls("shopee", "order/cancel_order") == 3, "none was cancelled twice"


def test_every_action_of_the_table_is_named_once_and_every_reason_is_in_the_catalogue() -> None:
    assert len(ACTIONS) == len(TABLE)
    assert {code for code in PROBLEMS if code.startswith("bulk_")} >= {"bulk_not_concerned", "bulk_row_failed"}
    assert {action.takes for action in TABLE} == {"order", "outbound"}
