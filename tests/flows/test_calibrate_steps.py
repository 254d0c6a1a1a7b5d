"""A great warehouse is read page by page and written in chunks; a lost worker's run goes on (R129 to R132)."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from salur.connectors.base.errors import ContractBroken
from salur.flows import calibrate, calibrate_read
from salur.flows.calibrate import carry_on_sync, sync_stock
from salur.flows.calibrate_write import write_chunk
from salur.foundation.clock import fixed, now
from salur.integrations.calling import call
from salur.integrations.models import RateBudget
from salur.stock.models import Movement, StockSyncFigure, StockSyncLine, StockSyncRun
from salur.stock.sync_runs import keep_pages
from tests.flows.calibrating import (
    INVENTORY,
    Killed,
    asked,
    carry_on,
    figure,
    in_turns_of,
    lease_runs_out,
    many,
    run_of,
    says,
)
from tests.flows.stage import Stage

pytestmark = pytest.mark.usefixtures("page_by_page")


def test_r129_progress_is_seen_while_pages_are_read_and_chunks_are_written(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    many(stage, 250)
    in_turns_of(monkeypatch, 1)
    monkeypatch.setattr(calibrate, "write_chunk", partial(write_chunk, most=100))
    run_id = asked(stage)
    seen: list[StockSyncRun] = []
    while not seen or seen[-1].finished_at is None:
        seen.append(carry_on(stage, run_id))
    assert [(run.pages, run.skus, run.done, run.read_at is not None) for run in seen] == [
        (1, 100, 0, False),
        (2, 200, 0, False),
        (3, 252, 100, True),
        (3, 252, 200, True),
        (3, 252, 252, True),
        (3, 252, 252, True),
    ]
    assert (seen[-1].changed, seen[-1].lost, seen[-1].lease_until) == (250, 0, None)
    with stage.world.scope():
        assert not StockSyncFigure.objects.exists()
        skus = list(StockSyncLine.objects.filter(run_id=run_id).order_by("pk").values_list("sku", flat=True))
    assert skus == sorted(skus)
    stage.books_agree()


def test_a_worker_lost_while_reading_leaves_what_it_read_and_another_reads_on(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    many(stage, 250)
    run_id = asked(stage)

    def killed_at_the_third(run: Any, pages: Any, position: Any) -> None:
        if position.part == 1:
            raise Killed
        keep_pages(run, pages, position)

    with monkeypatch.context() as patched, pytest.raises(Killed):
        patched.setattr(calibrate_read, "keep_pages", killed_at_the_third)
        carry_on_sync(stage.merchant_id, run_id)
    assert (run_of(stage, run_id).pages, figure(stage, "X000")) == (2, 0)
    assert carry_on_sync(stage.merchant_id, run_id) == 0, "the lost worker's lease still holds"
    lease_runs_out(stage)
    run = carry_on(stage, run_id)
    assert (run.pages, run.skus, run.changed, run.lost, run.error) == (3, 252, 250, 1, "")
    assert stage.calls("eccang", INVENTORY) == 4, "two pages before, the third twice"
    assert {figure(stage, "X000"), figure(stage, "X249")} == {7}


def test_a_worker_lost_while_writing_leaves_whole_chunks_and_nothing_is_counted_twice(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    many(stage, 120)
    run_id = asked(stage)
    written: list[int] = []

    def killed_at_the_second(run: Any) -> int | None:
        if len(written) == 1:
            write_chunk(run, 50)
            raise Killed
        written.append(write_chunk(run, 50) or 0)
        return written[-1]

    with monkeypatch.context() as patched, pytest.raises(Killed):
        patched.setattr(calibrate, "write_chunk", killed_at_the_second)
        carry_on_sync(stage.merchant_id, run_id)
    assert run_of(stage, run_id).done == 50
    lease_runs_out(stage)
    run = carry_on(stage, run_id)
    assert (run.done, run.changed, run.lost, run.error) == (122, 120, 1, "")
    with stage.world.scope():
        assert StockSyncLine.objects.filter(run_id=run_id).count() == 122
        assert Movement.objects.filter(cause="count", cause_id=run_id).count() == 120
    stage.books_agree()


def test_a_run_over_which_workers_are_lost_again_and_again_ends(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    run_id = asked(stage)

    def killed(*arguments: Any) -> bool:
        raise Killed

    monkeypatch.setattr(calibrate, "read_on", killed)
    for _worker in range(calibrate.MOST_LOST + 1):
        with pytest.raises(Killed):
            carry_on_sync(stage.merchant_id, run_id)
        lease_runs_out(stage)
    run = carry_on(stage, run_id)
    assert (run.error, run.finished_at is not None) == ("worker_lost", True)


def test_a_late_worker_whose_run_was_taken_over_changes_nothing(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    says(stage, TEA=130)
    run_id = asked(stage)

    def taken_over_meanwhile(line: Any, fn: Any) -> Any:
        answer = call(line, fn)
        monkeypatch.setattr(calibrate_read, "call", call)
        lease_runs_out(stage)
        assert carry_on_sync(stage.merchant_id, run_id) == 1
        return answer

    monkeypatch.setattr(calibrate_read, "call", taken_over_meanwhile)
    run = carry_on(stage, run_id)
    assert (run.pages, run.changed, figure(stage, "TEA")) == (1, 1, 130)


def test_a_listing_that_breaks_off_changes_nothing_and_leaves_nothing_behind(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    many(stage, 150)
    says(stage, TEA=5)
    monkeypatch.setattr(calibrate_read, "PAUSES", (0.0, 0.0))
    fault = {"partner": "eccang", "operation": INVENTORY, "kind": "garbage"}

    def then_break(*arguments: Any) -> None:
        keep_pages(*arguments)
        stage.sandbox.control("faults", fault)

    monkeypatch.setattr(calibrate_read, "keep_pages", then_break)
    run = run_of(stage, sync_stock(stage.merchant_id, stage.warehouse_id, "button"))
    assert (bool(run.error), run.pages, run.changed, figure(stage, "TEA")) == (True, 1, 0, 100)
    with stage.world.scope():
        assert not StockSyncFigure.objects.exists()
        assert not StockSyncLine.objects.exists()


def test_a_page_that_fails_once_in_a_long_listing_is_asked_for_again(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    many(stage, 150)
    monkeypatch.setattr(calibrate_read, "PAUSES", (0.0, 0.0))

    def then_fail_once(run: Any, pages: Any, position: Any) -> None:
        keep_pages(run, pages, position)
        if position.part == 0:
            stage.fault("eccang", INVENTORY, "error_before")

    monkeypatch.setattr(calibrate_read, "keep_pages", then_fail_once)
    run = run_of(stage, sync_stock(stage.merchant_id, stage.warehouse_id, "button"))
    assert (run.error, run.pages, run.skus) == ("", 2, 152)


def test_pages_are_kept_several_at_once_and_calls_not_made_are_given_back(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    many(stage, 350)
    monkeypatch.setattr(calibrate_read, "PAGES_AT_ONCE", 3)
    monkeypatch.setattr(calibrate_read, "SECONDS_AT_MOST", 3600.0)
    kept: list[int] = []

    def counted(run: Any, pages: Any, position: Any) -> None:
        kept.append(len(pages))
        keep_pages(run, pages, position)

    monkeypatch.setattr(calibrate_read, "keep_pages", counted)
    with stage.world.scope():
        RateBudget.objects.update(per_second=0.0001, burst=50, tokens=50)
    run = run_of(stage, sync_stock(stage.merchant_id, stage.warehouse_id, "button"))
    assert (run.error, run.pages, run.skus, run.changed, kept) == ("", 4, 352, 350, [3, 1])
    with stage.world.scope():
        assert round(RateBudget.objects.get(account_id=stage.account_id).tokens) == 46


def test_a_listing_that_goes_in_circles_ends_the_run(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    many(stage, 250)
    monkeypatch.setattr(calibrate_read, "MOST_PAGES", 1)
    run = run_of(stage, sync_stock(stage.merchant_id, stage.warehouse_id, "button"))
    assert run.error == f"cursor {ContractBroken('cursor', 'the listing of the stock does not come to an end').message}"
    assert figure(stage, "X000") == 0


def test_a_busy_partner_is_asked_again_later_where_nobody_waits(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calibrate_read, "LONGEST_PATIENCE", 0.0)
    run_id = asked(stage)
    stage.fault("eccang", INVENTORY, "rate_limit", retry_after=300)
    run = carry_on(stage, run_id)
    assert run.finished_at is None
    assert run.next_at is not None
    assert run.next_at > now() + timedelta(seconds=250)
    assert carry_on_sync(stage.merchant_id, run_id) == 0
    with stage.world.scope():
        RateBudget.objects.update(blocked_until=None, tokens=10)
    with fixed(now() + timedelta(seconds=400)):
        assert carry_on(stage, run_id).error == ""
