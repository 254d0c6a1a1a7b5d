"""Orders of a store by update time: none lost, none doubled, whatever happens on the way (R138 to R142, R148)."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from salur.flows import ahead, runs, sync
from salur.flows.runs import carry_on_run, retry_run, stop_run
from salur.flows.sync import poll_store, start_store_sync
from salur.foundation.clock import now
from salur.integrations.models import Credential, RateBudget, StoreConnection
from salur.orders.models import Order, SyncRun, SyncRunRow
from tests.flows.stage import Stage

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def stage(db: Any, sandbox: Any) -> Stage:
    made = Stage(sandbox)
    with made.world.scope():
        SyncRun.objects.update(source="api")  # the world's own run is none of the store's
    return made


def orders(stage: Stage, count: int, **more: Any) -> list[str]:
    """Orders at the shop."""
    made = stage.sandbox.control("shopee/orders", {"count": count, **more})
    return list(made["order_sns"])


def start(stage: Stage, **window: Any) -> int:
    with stage.world.scope():
        run = start_store_sync(stage.store_id, trigger="button", **window)
        assert run is not None
        return run.pk


def carry_on(stage: Stage, run_id: int) -> SyncRun:
    carry_on_run(stage.merchant_id, run_id)
    with stage.world.scope():
        return SyncRun.objects.get(pk=run_id)


def due_now(stage: Stage, run_id: int) -> None:
    with stage.world.scope():
        SyncRun.objects.filter(pk=run_id).update(next_at=now(), lease_until=None)


def known(stage: Stage) -> set[str]:
    with stage.world.scope():
        return set(Order.objects.values_list("external_id", flat=True))


def test_all_pages_are_brought_in_and_the_store_remembers_how_far(stage: Stage) -> None:
    made = orders(stage, 230)
    run = carry_on(stage, start(stage))
    assert (run.state, run.found, run.created, run.failed) == ("done", 230, 230, 0)
    assert known(stage) == set(made)
    with stage.world.scope():
        store = StoreConnection.objects.get(pk=stage.store_id)
        assert store.synced_until == run.window_until
        assert SyncRunRow.objects.filter(outcome="created").count() == 230


def test_the_next_run_begins_before_the_last_one_ended_and_doubles_nothing(stage: Stage) -> None:
    orders(stage, 3)
    first = carry_on(stage, start(stage))
    second = carry_on(stage, start(stage))
    assert second.window_since is not None
    assert first.window_until is not None
    assert second.window_since < first.window_until
    assert (second.created, second.unchanged) == (0, 3)
    assert len(known(stage)) == 3
    with stage.world.scope():
        listed = SyncRunRow.objects.filter(run=second)
        assert {row.external_id for row in listed} == known(stage), "who asked for it sees every order of it"
        assert {row.outcome for row in listed} == {"unchanged"}


def test_a_poll_by_itself_lists_only_what_is_news(stage: Stage) -> None:
    orders(stage, 3)
    carry_on(stage, start(stage))
    with stage.world.scope():
        run = start_store_sync(stage.store_id, trigger="schedule")
    assert run is not None
    polled = carry_on(stage, run.pk)
    assert polled.unchanged == 3
    with stage.world.scope():
        assert not SyncRunRow.objects.filter(run=polled).exists()


def test_a_change_at_the_store_comes_with_the_next_run(stage: Stage) -> None:
    (order,) = orders(stage, 1)
    carry_on(stage, start(stage))
    stage.sandbox.control("clock", {"advance": 5})
    stage.sandbox.control(f"shopee/orders/{order}/status", {"status": "CANCELLED"})
    run = carry_on(stage, start(stage, until=now() + timedelta(minutes=1)))
    assert run.updated == 1
    assert stage.world.order(order).status == "cancelled"


def test_a_run_whose_worker_was_lost_is_carried_on_where_it_stood(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    orders(stage, 250)
    run_id = start(stage)
    taken = sync._take_pages
    pages: list[int] = []

    def lost(*arguments: Any) -> None:
        if pages:
            raise KeyboardInterrupt
        pages.append(1)
        taken(*arguments)

    monkeypatch.setattr(ahead, "BATCH", 1)  # a page at a time, however many are there
    monkeypatch.setattr(sync, "_take_pages", lost)
    with pytest.raises(KeyboardInterrupt):
        carry_on_run(stage.merchant_id, run_id)
    monkeypatch.undo()
    before = len(known(stage))
    assert 0 < before < 250
    assert carry_on(stage, run_id).state == "running", "its lease has not run out"
    with stage.world.scope():
        SyncRun.objects.update(lease_until=now() - timedelta(seconds=1))
    run = carry_on(stage, run_id)
    assert (run.state, run.found, run.created) == ("done", 250, 250)
    assert len(known(stage)) == 250


def test_the_next_page_is_fetched_while_the_last_one_is_stored_by_a_thread_without_a_database(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    orders(stage, 250)
    more = threading.Event()
    taken, page = sync._take_pages, sync._page
    connected: list[object] = []

    def fetching(*arguments: Any) -> Any:
        answer = page(*arguments)
        connected.append(connection.connection)  # this thread's own
        if len(connected) > 1:
            more.set()
        return answer

    def storing(*arguments: Any) -> None:
        assert more.wait(60), "nothing was fetched meanwhile"
        taken(*arguments)

    monkeypatch.setattr(sync, "_page", fetching)
    monkeypatch.setattr(sync, "_take_pages", storing)
    run = carry_on(stage, start(stage))
    assert (run.state, run.created) == ("done", 250)
    assert len(connected) == 3
    assert set(connected) == {None}


@pytest.mark.parametrize(("fails", "left"), [(False, 38), (True, 39)])
def test_calls_that_were_granted_and_not_made_are_given_back(stage: Stage, fails: bool, left: int) -> None:
    orders(stage, 5)
    if fails:
        stage.fault("shopee", "order/get_order_list", "error_before")
    with stage.world.scope():
        RateBudget.objects.filter(store_id=stage.store_id).update(per_second=0.001, burst=40, tokens=40)
    assert carry_on(stage, start(stage)).created == (0 if fails else 5)
    with stage.world.scope():
        assert round(RateBudget.objects.get(store_id=stage.store_id).tokens) == left, "a page, a batch of details"


def test_what_a_fenced_off_worker_would_write_is_rolled_back(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    orders(stage, 5)
    run_id = start(stage)
    taken = sync._take_pages

    def meanwhile(*arguments: Any) -> None:
        with stage.world.scope():
            SyncRun.objects.update(epoch=99)
        taken(*arguments)

    monkeypatch.setattr(sync, "_take_pages", meanwhile)
    run = carry_on(stage, run_id)
    assert (run.state, run.found) == ("running", 0)
    assert known(stage) == set()


def test_429_puts_the_run_off_as_long_as_the_store_asks(stage: Stage) -> None:
    orders(stage, 5)
    stage.fault("shopee", "order/get_order_list", "rate_limit", retry_after=40)
    run_id = start(stage)
    run = carry_on(stage, run_id)
    assert run.state == "queued"
    assert run.next_at is not None
    assert 30 < (run.next_at - now()).total_seconds() <= 40
    assert carry_on_run(stage.merchant_id, run_id) == 0, "not before its time"
    stage_is_free(stage)
    due_now(stage, run_id)
    assert carry_on(stage, run_id).state == "done"
    assert len(known(stage)) == 5


def stage_is_free(stage: Stage) -> None:
    with stage.world.scope():
        RateBudget.objects.update(blocked_until=None, tokens=1000)


@pytest.mark.parametrize("kind", ["error_before", "cut_after", "garbage"])
def test_a_passing_fault_is_tried_again_and_loses_nothing(stage: Stage, kind: str) -> None:
    made = orders(stage, 60)
    stage.fault("shopee", "order/get_order_detail", kind)
    run_id = start(stage)
    run = carry_on(stage, run_id)
    if run.state == "failed":
        with stage.world.scope():
            assert retry_run(run_id)
    else:
        assert run.state == "queued"
        due_now(stage, run_id)
    run = carry_on(stage, run_id)
    assert (run.state, run.created) == ("done", 60)
    assert known(stage) == set(made)


def test_a_token_that_expires_in_the_middle_is_refreshed_once(stage: Stage) -> None:
    orders(stage, 120)
    stage.settings(shopee={"old_token_grace": 0})
    stage.sandbox.control("shopee/tokens", {"expire": "access"})
    run = carry_on(stage, start(stage))
    assert (run.state, run.created) == ("done", 120)
    assert stage.calls("shopee", "auth/access_token/get") == 1
    with stage.world.scope():
        assert Credential.objects.get(store_id=stage.store_id).version == 2


def test_refused_credentials_fail_the_run_with_the_stores_words_and_pause_the_store(stage: Stage) -> None:
    orders(stage, 1)
    stage.sandbox.control("shopee/app", {"partner_key": "another"})
    run = carry_on(stage, start(stage))
    assert run.state == "failed"
    assert run.error_code
    assert run.error_message
    with stage.world.scope():
        store = StoreConnection.objects.get(pk=stage.store_id)
        assert store.state == "paused"
        assert start_store_sync(stage.store_id, trigger="button") is None


def test_a_window_longer_than_the_store_allows_is_cut_into_parts(stage: Stage) -> None:
    made = [
        *orders(stage, 2, updated_seconds_ago=20 * 86400, prefix="OLD"),
        *orders(stage, 2, updated_seconds_ago=3600, prefix="NEW"),
    ]
    run = carry_on(stage, start(stage, since=now() - timedelta(days=40), until=now()))
    assert (run.state, run.created) == ("done", 4)
    assert run.progress["parts"] == 3
    assert known(stage) == set(made)


def test_a_stopped_run_keeps_what_it_brought_and_is_not_carried_on(stage: Stage) -> None:
    orders(stage, 5)
    run_id = start(stage)
    with stage.world.scope():
        assert stop_run(run_id)
    assert carry_on_run(stage.merchant_id, run_id) == 0
    with stage.world.scope():
        assert SyncRun.objects.get(pk=run_id).state == "stopped"
        assert not stop_run(run_id)


def test_the_schedule_starts_one_run_at_a_time_and_sets_its_next_turn(stage: Stage) -> None:
    assert [poll_store(stage.merchant_id, stage.store_id), poll_store(stage.merchant_id, stage.store_id)] == [1, 0]
    with stage.world.scope():
        store = StoreConnection.objects.get(pk=stage.store_id)
        assert store.next_poll_at is not None
        assert store.next_poll_at > now()


def test_scheduled_runs_that_changed_nothing_fold_into_the_last_one(stage: Stage) -> None:
    orders(stage, 2)
    states = []
    for _turn in range(4):
        poll_store(stage.merchant_id, stage.store_id)
        with stage.world.scope():
            newest = SyncRun.objects.exclude(pk=stage.world.run_id).latest("pk")
        states.append(carry_on(stage, newest.pk).state)
    with stage.world.scope():
        rest = SyncRun.objects.exclude(pk=stage.world.run_id).order_by("pk")
        assert list(rest.values_list("created", "unchanged")) == [(2, 0), (0, 2)]


def test_another_run_of_the_same_store_may_be_asked_for_its_own_window(stage: Stage) -> None:
    start(stage)
    with stage.world.scope():
        assert start_store_sync(stage.store_id, trigger="button") is None
        assert start_store_sync(stage.store_id, trigger="button", since=now() - timedelta(hours=1)) is not None


def test_a_run_that_never_gets_through_fails_in_the_end(stage: Stage) -> None:
    stage.fault("shopee", "order/get_order_list", "error_before", times=100)
    run_id = start(stage)
    with stage.world.scope():
        SyncRun.objects.filter(pk=run_id).update(attempts=runs.MOST_ATTEMPTS)
    run = carry_on(stage, run_id)
    assert (run.state, bool(run.error_message)) == ("failed", True)
