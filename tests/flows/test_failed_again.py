"""Failed orders of a store's run alone: asked for by number, once, in a run of their own (R142)."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest

from salur.connectors.base.errors import RateLimited
from salur.flows import sync
from salur.flows.failed_again import failed_can_be_retried, retry_failed_orders
from salur.flows.runs import carry_on_run
from salur.flows.sync import start_store_sync
from salur.foundation.clock import now
from salur.integrations.models import StoreConnection
from salur.orders.models import Order, SyncRun, SyncRunRow
from tests.flows.stage import Stage

pytestmark = pytest.mark.usefixtures("db")
DETAIL, LIST = "order/get_order_detail", "order/get_order_list"


@pytest.fixture
def stage(db: Any, sandbox: Any) -> Stage:
    made = Stage(sandbox)
    with made.world.scope():
        SyncRun.objects.update(source="api")  # the world's own run is none of the store's
    return made


def carry_on(stage: Stage, run_id: int) -> SyncRun:
    carry_on_run(stage.merchant_id, run_id)
    with stage.world.scope():
        return SyncRun.objects.get(pk=run_id)


def run_with_unanswered(stage: Stage, count: int, hidden: int) -> tuple[SyncRun, list[str]]:
    """A sync run that ended, and the orders that the store named without details."""
    made = stage.sandbox.control("shopee/orders", {"count": count})["order_sns"]
    for number in made[:hidden]:
        stage.sandbox.control(f"shopee/orders/{number}/hide")
    with stage.world.scope():
        begun = start_store_sync(stage.store_id, trigger="button")
    assert begun is not None
    run = carry_on(stage, begun.pk)
    assert (run.state, run.found, run.created, run.failed) == ("done", count, count - hidden, hidden)
    return run, made[:hidden]


def retry(stage: Stage, run_id: int) -> SyncRun:
    with stage.world.scope():
        made = retry_failed_orders(run_id)
    assert made is not None
    return made


def test_only_the_failed_order_is_asked_for_and_brought_in(stage: Stage) -> None:
    first, (missing,) = run_with_unanswered(stage, 5, 1)
    stage.sandbox.control(f"shopee/orders/{missing}/hide", {"hidden": False})
    reach = stage.store().synced_until
    before = stage.calls("shopee", DETAIL), stage.calls("shopee", LIST)
    made = retry(stage, first.pk)
    assert retry(stage, first.pk).pk == made.pk, "pressed twice it is one retry"
    run = carry_on(stage, made.pk)
    assert (stage.calls("shopee", DETAIL) - before[0], stage.calls("shopee", LIST) - before[1]) == (1, 0)
    assert (run.state, run.trigger, run.expected, run.found, run.created) == ("done", "retry", 1, 1, 1)
    with stage.world.scope():
        assert list(SyncRunRow.objects.filter(run_id=run.pk).values_list("external_id", "outcome")) == [
            (missing, "created")
        ]
        assert Order.objects.filter(external_id=missing).exists()
        assert StoreConnection.objects.get(pk=stage.store_id).synced_until == reach, "it says nothing of other orders"
        assert SyncRun.objects.get(pk=first.pk).failed == 1, "the first report stays as it was"


def test_an_order_still_unanswered_fails_again_and_can_be_retried_again(stage: Stage) -> None:
    first, (missing,) = run_with_unanswered(stage, 2, 1)
    again = carry_on(stage, retry(stage, first.pk).pk)
    assert (again.state, again.failed) == ("done", 1)
    stage.sandbox.control(f"shopee/orders/{missing}/hide", {"hidden": False})
    assert carry_on(stage, retry(stage, again.pk).pk).created == 1


class Killed(BaseException):
    """A worker that is gone without a word."""


def ended_run(stage: Stage, failed: list[str], *, source: str = "sync") -> SyncRun:
    """A run that ended, in which the store named these orders without details."""
    with stage.world.scope():
        run = SyncRun(store_id=stage.store_id, source=source, trigger="button", created_at=now(), failed=len(failed))
        run.save()
        for state in ("running", "done"):
            SyncRun.objects.filter(pk=run.pk).update(state=state)
        for number in failed:
            SyncRunRow(run_id=run.pk, external_id=number, outcome="failed", code="not_answered").save()
        return SyncRun.objects.get(pk=run.pk)


@pytest.mark.parametrize(
    ("stop", "left"),
    [(RateLimited("busy", "too many calls", retry_after=40), ("queued", "busy")), (Killed(), ("running", ""))],
    ids=["the store asks to wait", "the worker is killed"],
)
def test_a_retry_interrupted_half_way_goes_on_where_it_stood_and_doubles_nothing(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, stop: BaseException, left: tuple[str, str]
) -> None:
    numbers = stage.sandbox.control("shopee/orders", {"count": 60})["order_sns"]
    first = ended_run(stage, numbers)
    details, asked = sync._details, []

    def stopped_once(ahead: Any, line: Any, ids: Any) -> Any:
        asked.append(list(ids))
        if len(asked) == 2:
            raise stop
        return details(ahead, line, ids)

    monkeypatch.setattr(sync, "CALLS_AT_ONCE", 1)  # 50 orders a transaction
    monkeypatch.setattr(sync, "_details", stopped_once)
    made = retry(stage, first.pk)
    with suppress(Killed):
        carry_on(stage, made.pk)
    with stage.world.scope():
        run = SyncRun.objects.get(pk=made.pk)
        assert (run.state, run.error_code, run.created) == (*left, 50)
        SyncRun.objects.filter(pk=made.pk).update(next_at=now(), lease_until=now())
    run = carry_on(stage, made.pk)
    assert (run.state, run.found, run.created, run.failed) == ("done", 60, 60, 0)
    assert asked == [numbers[:50], numbers[50:], numbers[50:]]
    with stage.world.scope():
        rows = SyncRunRow.objects.filter(run_id=made.pk).values_list("external_id", flat=True)
        assert sorted(rows) == sorted(numbers)
        assert Order.objects.filter(external_id__in=numbers).count() == 60


def test_what_has_no_failed_orders_or_has_not_ended_is_not_retried(stage: Stage) -> None:
    nothing, file, ended = ended_run(stage, []), ended_run(stage, ["X"], source="file"), ended_run(stage, ["X"])
    with stage.world.scope():
        moving = start_store_sync(stage.store_id, trigger="button")
        assert moving is not None
        moving.failed = 1
        SyncRun.objects.filter(pk=moving.pk).update(failed=1)
        SyncRunRow(run_id=moving.pk, external_id="X", outcome="failed").save()
        for run in (nothing, file, moving):
            assert not failed_can_be_retried(run)
            assert retry_failed_orders(run.pk) is None
        assert retry_failed_orders(10**9) is None, "no such run"
        assert failed_can_be_retried(ended)
        assert not SyncRun.objects.filter(trigger="retry").exists()
