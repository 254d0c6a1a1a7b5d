"""A great warehouse is read page by page and written in chunks; a lost worker's run goes on (R129 to R132)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from salur.connectors.base.capabilities import WarehouseCapabilities
from salur.connectors.base.errors import ContractBroken
from salur.flows import calibrate, calibrate_read
from salur.flows.calibrate import NoStockReport, carry_on_sync, request_sync, sync_stock
from salur.flows.calibrate_read import read_on
from salur.flows.calibrate_write import write_chunk
from salur.flows.worker import sweep
from salur.foundation.clock import fixed, now
from salur.integrations.calling import PartnerLine, call
from salur.integrations.models import RateBudget
from salur.integrations.registry import warehouse_capabilities
from salur.stock.ledger import Entry, balance_ids, post
from salur.stock.messages import explain, unexplained
from salur.stock.models import Balance, Movement, MovementCause, StockSyncFigure, StockSyncLine, StockSyncRun, Warehouse
from salur.stock.sync_runs import ClaimedRun, keep_pages
from tests.flows.stage import Stage

Reads = Callable[[PartnerLine, ClaimedRun, str, str, Callable[[], bool]], bool]
INVENTORY = "getProductInventory"


@pytest.fixture(autouse=True)
def page_by_page(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each page is kept at once, so that a test sees where a reading stands."""
    monkeypatch.setattr(calibrate_read, "PAGES_AT_ONCE", 1)


class Killed(BaseException):
    """The worker's process ends here."""


def says(stage: Stage, **pieces: int) -> None:
    stage.sandbox.control("eccang/stock", {"stock": pieces})


def many(stage: Stage, count: int, quantity: int = 7) -> list[str]:
    """Products in the hub and at the partner, more than one page of them."""
    skus = [f"X{n:03}" for n in range(count)]
    for sku in skus:
        stage.world.add_product(sku)
    stage.sandbox.control("eccang/products", {"skus": skus, "quantity": quantity})
    return skus


def asked(stage: Stage) -> int:
    with stage.world.scope():
        return request_sync(stage.warehouse_id, "button")


def run_of(stage: Stage, run_id: int) -> StockSyncRun:
    with stage.world.scope():
        return StockSyncRun.objects.get(pk=run_id)


def carry_on(stage: Stage, run_id: int) -> StockSyncRun:
    assert carry_on_sync(stage.merchant_id, run_id) == 1
    return run_of(stage, run_id)


def lease_runs_out(stage: Stage) -> None:
    with stage.world.scope():
        StockSyncRun.objects.filter(lease_until__isnull=False).update(lease_until=now() - timedelta(seconds=1))


def figure(stage: Stage, sku: str) -> int:
    with stage.world.scope():
        found = Balance.objects.filter(product__msku=sku, warehouse_id=stage.warehouse_id).first()
        return found.on_hand if found else 0


def line(stage: Stage, run_id: int, sku: str) -> StockSyncLine:
    with stage.world.scope():
        return StockSyncLine.objects.get(run_id=run_id, sku=sku)


def in_turns_of(monkeypatch: pytest.MonkeyPatch, steps: int, read: Reads = read_on) -> None:
    """Let a turn end after so many pages or chunks."""

    def read_some(line: PartnerLine, run: ClaimedRun, code: str, actor: str, may_go_on: Callable[[], bool]) -> bool:
        left = iter(range(steps))
        return read(line, run, code, actor, lambda: next(left, None) is not None)

    def write_some(merchant_id: int, run: Any, actor: str, may_go_on: Callable[[], bool]) -> None:
        left = iter(range(steps))
        write(merchant_id, run, actor, lambda: next(left, None) is not None)

    write = calibrate._write_on
    monkeypatch.setattr(calibrate, "read_on", read_some)
    monkeypatch.setattr(calibrate, "_write_on", write_some)


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


# -- one after the other --------------------------------------------------------------------------------------------


def second_warehouse(stage: Stage) -> int:
    with stage.world.scope():
        first = Warehouse.objects.get(pk=stage.warehouse_id)
        second = Warehouse(account_id=first.account_id, code="SG01", name="Second", country="SG", created_at=now())
        second.save()
        return second.pk


def test_whole_warehouses_of_one_account_are_read_one_after_the_other(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    many(stage, 150)
    first = asked(stage)
    with stage.world.scope():
        second = request_sync(second_warehouse(stage), "daily")
    tried: list[int] = []

    def meanwhile(*arguments: Any) -> bool:
        if not tried:
            tried.append(carry_on_sync(stage.merchant_id, second))
            tried.append(sweep())
        return read_on(*arguments)

    in_turns_of(monkeypatch, 1, meanwhile)
    carry_on(stage, first)
    assert tried[0] == 0
    assert run_of(stage, second).epoch == 0


def test_a_selection_does_not_wait_for_a_great_warehouse_and_its_newer_word_stands(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    many(stage, 150)
    in_turns_of(monkeypatch, 1)
    says(stage, CUP=130)
    whole = asked(stage)
    assert carry_on(stage, whole).pages == 1, "the page with CUP"
    says(stage, CUP=90)
    chosen = sync_stock(stage.merchant_id, stage.warehouse_id, "button", ["CUP"])
    assert (run_of(stage, chosen).error, figure(stage, "CUP")) == ("", 90)
    while run_of(stage, whole).finished_at is None:
        carry_on(stage, whole)
    assert figure(stage, "CUP") == 90
    assert line(stage, whole, "CUP").partner_sellable == 90


def test_r131_a_partner_that_reports_as_a_whole_only_is_not_asked_for_single_skus(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole_only(monkeypatch)
    with pytest.raises(NoStockReport) as refused:
        sync_stock(stage.merchant_id, stage.warehouse_id, "button", ["TEA"])
    assert refused.value.code == "stock_as_a_whole"
    assert stage.calls("eccang", INVENTORY) == 0
    assert run_of(stage, sync_stock(stage.merchant_id, stage.warehouse_id, "button")).error == ""


def whole_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the partner be one of those that list a whole warehouse only."""
    from dataclasses import replace

    def without_skus(plugin: Any) -> WarehouseCapabilities:
        return replace(warehouse_capabilities(plugin), stock_by_sku=False)

    monkeypatch.setattr(calibrate, "warehouse_capabilities", without_skus)


# -- what is under way ----------------------------------------------------------------------------------------------


def announce(stage: Stage, sku: str, pieces: int, cause_id: int = 1) -> None:
    """An inbound list announces pieces."""
    book(stage, sku, Entry(0, MovementCause.EXPECT, cause_id, d_incoming=pieces))


def receive(stage: Stage, sku: str, pieces: int, cause_id: int = 1) -> None:
    """Its receipt is reported."""
    book(stage, sku, Entry(0, MovementCause.RECEIVE, cause_id, d_on_hand=pieces, d_incoming=-pieces))


def book(stage: Stage, sku: str, entry: Entry) -> None:
    with stage.world.scope():
        pair = (stage.warehouse_id, stage.world.products[sku])
        post([entry._replace(balance_id=balance_ids([pair])[pair])])


def test_pieces_of_an_inbound_list_that_are_there_before_their_receipt_is_reported_enter_once(stage: Stage) -> None:
    announce(stage, "TEA", 30)
    says(stage, TEA=130)
    run_id = sync_stock(stage.merchant_id, stage.warehouse_id, "button")
    assert figure(stage, "TEA") == 100
    told = line(stage, run_id, "TEA")
    assert (told.reason, told.evidence["arriving"], unexplained(told)) == ("arriving", 30, 0)
    receive(stage, "TEA", 30)
    assert figure(stage, "TEA") == 130
    run_id = sync_stock(stage.merchant_id, stage.warehouse_id, "button")
    assert (figure(stage, "TEA"), line(stage, run_id, "TEA").reason) == (130, "")
    stage.books_agree()


def test_more_than_is_announced_is_an_unexplained_difference(stage: Stage) -> None:
    announce(stage, "TEA", 10)
    says(stage, TEA=130)
    run_id = sync_stock(stage.merchant_id, stage.warehouse_id, "button")
    assert figure(stage, "TEA") == 120
    assert unexplained(line(stage, run_id, "TEA")) == 20


def test_less_than_before_is_less_whatever_is_announced(stage: Stage) -> None:
    announce(stage, "TEA", 50)
    says(stage, TEA=80)
    sync_stock(stage.merchant_id, stage.warehouse_id, "button")
    assert figure(stage, "TEA") == 80


def test_pieces_received_here_while_the_partner_was_being_asked_are_not_lost(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    announce(stage, "TEA", 30)

    def read_then_receive(*arguments: Any) -> bool:
        ended = read_on(*arguments)
        receive(stage, "TEA", 30)
        return ended

    monkeypatch.setattr(calibrate, "read_on", read_then_receive)
    sync_stock(stage.merchant_id, stage.warehouse_id, "button")
    assert figure(stage, "TEA") == 130


def test_r132_a_line_says_what_the_warehouse_says_what_is_under_way_and_what_remains(stage: Stage) -> None:
    number = stage.pushed_order("TEA", 5)
    stage.move(number, status="D")
    stage.one_order("TEA", 2)
    announce(stage, "TEA", 40)
    says(stage, TEA=92)
    run_id = sync_stock(stage.merchant_id, stage.warehouse_id, "button")
    told = line(stage, run_id, "TEA")
    assert (told.before, told.after, told.difference, unexplained(told)) == (100, 97, -3, -3)
    assert explain(told) == [
        "The warehouse says 92: 92 to sell and 0 set aside for orders; here stood 100.",
        "Reserved for outbound lists that the warehouse has: 5.",
        "Reserved for outbound lists that the warehouse has not got yet: 2.",
        "Shipped there, but not reported as completed yet: 5; they stay in the figure until then.",
        "Announced by inbound lists: 40.",
        "Unexplained: −3. The figure was set to 97.",
    ]


def test_a_line_says_what_is_missing_for_orders_and_who_gave_up(stage: Stage) -> None:
    stage.one_order("TEA", 40)
    stage.one_order("TEA", 40)
    says(stage, TEA=50)
    run_id = sync_stock(stage.merchant_id, stage.warehouse_id, "button")
    told = explain(line(stage, run_id, "TEA"))
    assert "Given up by orders not yet sent to the warehouse, which now wait for stock: 40." in told
    assert told[-1] == "Unexplained: −50. The figure was set to 50."


def test_an_impossible_figure_of_the_partner_ends_in_the_largest_we_can_hold(stage: Stage) -> None:
    stage.pushed_order("TEA", 1)
    says(stage, TEA=2**31 - 1)
    run = run_of(stage, sync_stock(stage.merchant_id, stage.warehouse_id, "button"))
    assert (run.error, figure(stage, "TEA")) == ("", 2**31 - 1)
