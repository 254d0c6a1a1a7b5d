"""Failed orders of a store's run alone: asked for by number, once, in a run of their own (R142)."""

from __future__ import annotations

from typing import Any

import pytest

from salur.flows.failed_again import retry_failed_orders
from salur.flows.runs import carry_on_run
from salur.flows.sync import start_store_sync
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
