"""The partner's stock is the truth, no unit is invented, and what is missing is shown (R126 to R134, design 10)."""

from __future__ import annotations

from typing import Any

import pytest

from salur.flows import calibrate
from salur.flows.calibrate import NoStockReport, carry_on_sync, request_sync, restock, sync_stock
from salur.flows.calibrate_read import read_on
from salur.flows.follow_up import follow_account
from salur.flows.own_stock import adjust_own_stock
from salur.flows.push import push_ready
from salur.foundation.clock import now
from salur.integrations.models import WarehouseAccount
from salur.outbound.models import Outbound
from salur.stock.adjust import AdjustmentsRefused, Wanted
from salur.stock.models import Balance, Movement, StockSyncLine, StockSyncRun, Warehouse
from salur.tenancy.models import AuditEntry
from tests.flows.stage import Stage, side_by_side


def sync(stage: Stage, skus: list[str] | None = None) -> StockSyncRun:
    run_id = sync_stock(stage.merchant_id, stage.warehouse_id, "button", skus)
    with stage.world.scope():
        run = StockSyncRun.objects.get(pk=run_id)
    assert run.finished_at is not None
    return run


def says(stage: Stage, **pieces: int) -> None:
    """What the partner has to sell."""
    stage.sandbox.control("eccang/stock", {"stock": pieces})


def line(stage: Stage, run: StockSyncRun, sku: str) -> StockSyncLine:
    with stage.world.scope():
        return StockSyncLine.objects.get(run=run, sku=sku)


def figures(stage: Stage, sku: str) -> tuple[int, int, int]:
    """(on hand, reserved, disputed)."""
    with stage.world.scope():
        b = Balance.objects.get(product__msku=sku, warehouse_id=stage.warehouse_id)
        return b.on_hand, b.reserved, b.disputed


def follow(stage: Stage) -> None:
    with stage.world.scope():
        WarehouseAccount.objects.update(next_follow_up_at=now())
    follow_account(stage.merchant_id, stage.account_id)


def test_r126_syncing_sets_our_figure_to_the_partners_and_records_before_and_after(stage: Stage) -> None:
    says(stage, TEA=130, CUP=70)
    run = sync(stage)
    assert (run.trigger, run.skus, run.changed, run.error) == ("button", 2, 2, "")
    assert (figures(stage, "TEA"), figures(stage, "CUP")) == ((130, 0, 0), (70, 0, 0))
    tea = line(stage, run, "TEA")
    assert (tea.before, tea.partner_sellable, tea.partner_allocated, tea.after, tea.reason) == (100, 130, 0, 130, "")
    with stage.world.scope():
        causes = set(Movement.objects.filter(cause="count").values_list("cause_id", flat=True))
    assert causes == {run.pk}
    stage.books_agree()


def test_a_sync_without_differences_moves_nothing(stage: Stage) -> None:
    run = sync(stage)
    assert (run.skus, run.changed) == (2, 0)
    with stage.world.scope():
        assert not Movement.objects.filter(cause="count").exists()


def test_r127_named_skus_only_are_synced(stage: Stage) -> None:
    says(stage, TEA=130, CUP=70)
    run = sync(stage, ["TEA"])
    assert (figures(stage, "TEA"), figures(stage, "CUP")) == ((130, 0, 0), (100, 0, 0))
    assert run.skus == 1


def test_the_batches_and_pages_of_one_sku_add_up(stage: Stage) -> None:
    stage.settings(eccang={"inventory_batches": 3})
    stage.sandbox.control("eccang/products", {"skus": [f"X{n:03}" for n in range(80)], "quantity": 7})
    says(stage, TEA=131)
    run = sync(stage)
    assert run.skus == 82
    assert figures(stage, "TEA") == (131, 0, 0)
    assert stage.calls("eccang", "getProductInventory") >= 3


def test_skus_that_are_no_products_of_ours_are_listed_with_the_reason(stage: Stage) -> None:
    stage.sandbox.control("eccang/products", {"skus": ["STRANGE"], "quantity": 5})
    run = sync(stage)
    strange = line(stage, run, "STRANGE")
    assert (strange.reason, strange.before, strange.after, strange.partner_sellable) == ("unknown_sku", None, None, 5)


def test_a_product_the_partner_does_not_name_is_not_there(stage: Stage) -> None:
    stage.world.add_product("GHOST", pieces=9)
    run = sync(stage)
    assert figures(stage, "GHOST") == (0, 0, 0)
    assert line(stage, run, "GHOST").reason == "not_listed"


def test_lists_at_the_partner_stay_in_the_figure_as_its_allocated_pieces(stage: Stage) -> None:
    stage.pushed_order("TEA", 10)
    run = sync(stage)
    tea = line(stage, run, "TEA")
    assert (tea.partner_sellable, tea.partner_allocated, tea.after) == (90, 10, 100)
    assert figures(stage, "TEA") == (100, 10, 0)


def test_lists_reserved_here_and_unknown_there_stay_reserved(stage: Stage) -> None:
    stage.one_order("TEA", 10)
    sync(stage)
    assert figures(stage, "TEA") == (100, 10, 0)
    says(stage, TEA=50)
    sync(stage)
    assert figures(stage, "TEA") == (50, 10, 0)


def test_a_list_completed_there_and_not_yet_reported_here_is_deducted_once_in_the_end(stage: Stage) -> None:
    number = stage.pushed_order("TEA", 10)
    stage.move(number, status="D")
    sync(stage)
    assert figures(stage, "TEA") == (100, 10, 0), "free stock is right before and after the report"
    follow(stage)
    assert figures(stage, "TEA") == (90, 0, 0)
    sync(stage)
    assert figures(stage, "TEA") == (90, 0, 0)
    stage.books_agree()


def test_a_list_reported_here_while_the_partner_was_being_asked_invents_no_unit(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = stage.pushed_order("TEA", 10)

    def read_then_complete(*arguments: Any) -> Any:
        ended = read_on(*arguments)
        stage.move(number, status="D")
        follow(stage)
        return ended

    monkeypatch.setattr(calibrate, "read_on", read_then_complete)
    sync(stage)
    assert figures(stage, "TEA") == (90, 0, 0)


def test_a_list_pushed_while_the_partner_was_being_asked_invents_no_unit(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.one_order("TEA", 10)
    stage.arrange()

    def read_then_push(*arguments: Any) -> Any:
        ended = read_on(*arguments)
        push_ready(stage.merchant_id, stage.account_id)
        return ended

    monkeypatch.setattr(calibrate, "read_on", read_then_push)
    sync(stage)
    assert figures(stage, "TEA") == (100, 10, 0)


def test_less_than_is_reserved_makes_the_youngest_orders_wait_as_problem_orders(stage: Stage) -> None:
    older, younger = stage.one_order("TEA", 40), stage.one_order("TEA", 40)
    says(stage, TEA=50)
    sync(stage)
    assert figures(stage, "TEA") == (50, 40, 0)
    assert stage.world.the_list(older).reserved
    void, waiting = stage.world.lists(younger)
    assert (void.push, waiting.push, waiting.reserved) == ("void", "waiting", False)
    assert waiting.blocked_by == "not_enough_stock"
    assert "no_stock" in stage.world.problems(younger)
    assert stage.world.problems(older) == {}
    says(stage, TEA=90)
    sync(stage)
    restock(stage.merchant_id, stage.warehouse_id)
    assert stage.world.lists(younger)[1].reserved
    assert stage.world.problems(younger) == {}
    assert figures(stage, "TEA") == (90, 80, 0)
    stage.books_agree()


def test_what_is_missing_for_lists_at_the_partner_is_disputed_and_never_below_reserved(stage: Stage) -> None:
    stage.one_order("TEA", 60)
    stage.arrange()
    with stage.world.scope():  # the partner has the list, but took it back into its own books
        Outbound.objects.update(push="pushing", push_epoch=1, push_lease_until=now())
    says(stage, TEA=25)
    run = sync(stage)
    assert figures(stage, "TEA") == (60, 60, 35)
    assert line(stage, run, "TEA").reason == "disputed"
    says(stage, TEA=100)
    sync(stage)
    assert figures(stage, "TEA") == (100, 60, 0), "the dispute ends when the pieces are there"
    stage.books_agree()


def test_r134_stock_that_rose_lets_waiting_orders_go_on(stage: Stage) -> None:
    number = stage.one_order("TEA", 150)
    assert stage.world.the_list(number).blocked_by == "not_enough_stock"
    says(stage, TEA=200)
    sync(stage)
    restock(stage.merchant_id, stage.warehouse_id)
    assert stage.world.the_list(number).shipment == "due"
    assert figures(stage, "TEA") == (200, 150, 0)


def test_r129_a_whole_warehouse_is_synced_in_the_background_once(stage: Stage) -> None:
    says(stage, TEA=130)
    with stage.world.scope():
        run_id = request_sync(stage.warehouse_id, "button")
        assert request_sync(stage.warehouse_id, "button") == run_id, "one is under way"
    assert [carry_on_sync(stage.merchant_id, run_id), carry_on_sync(stage.merchant_id, run_id)] == [1, 0]
    assert figures(stage, "TEA") == (130, 0, 0)
    with stage.world.scope():
        assert request_sync(stage.warehouse_id, "button") != run_id


def test_one_run_carried_on_twice_at_once_counts_once(stage: Stage) -> None:
    says(stage, TEA=130)
    with stage.world.scope():
        run_id = request_sync(stage.warehouse_id, "button")
    side_by_side(*(lambda: carry_on_sync(stage.merchant_id, run_id) for _worker in range(3)))
    assert figures(stage, "TEA") == (130, 0, 0)
    with stage.world.scope():
        assert Movement.objects.filter(cause="count").count() == 1
        assert StockSyncLine.objects.filter(run_id=run_id, sku="TEA").count() == 1


def test_syncs_pushes_and_reports_at_once_keep_the_books(stage: Stage) -> None:
    numbers = stage.take_order("TEA", 2, count=20)
    stage.arrange()

    def work() -> None:
        push_ready(stage.merchant_id, stage.account_id)
        for number in numbers:
            if stage.world.the_list(number).push == "pushed":
                stage.move(number, status="D")
        follow(stage)

    side_by_side(work, *(lambda: sync(stage) for _run in range(4)))
    follow(stage)
    sync(stage)
    assert figures(stage, "TEA") == (60, 0, 0)
    stage.books_agree()


@pytest.mark.parametrize("kind", ["error_before", "garbage", "cut_after"])
def test_a_failed_reading_changes_nothing_and_says_why(stage: Stage, kind: str) -> None:
    says(stage, TEA=5)
    stage.fault("eccang", "getProductInventory", kind)
    run = sync(stage)
    assert run.error
    assert figures(stage, "TEA") == (100, 0, 0)


def test_a_pause_the_partner_asks_for_is_kept_and_the_sync_goes_on(stage: Stage) -> None:
    says(stage, TEA=130)
    stage.fault("eccang", "getProductInventory", "rate_limit", retry_after=1)
    assert sync(stage).error == ""
    assert figures(stage, "TEA") == (130, 0, 0)


def test_an_account_that_is_paused_is_not_asked(stage: Stage) -> None:
    with stage.world.scope():
        WarehouseAccount.objects.update(state="paused")
    assert sync(stage).error == "connection_paused"
    assert stage.calls("eccang", "getProductInventory") == 0


# -- own warehouses -------------------------------------------------------------------------------------------------


def own_warehouse(stage: Stage) -> int:
    with stage.world.scope():
        own = Warehouse(code="OWN", name="Own", country="TH", created_at=now())
        own.save()
        return own.pk


def test_an_own_warehouse_is_set_by_hand_with_its_reason_on_record(stage: Stage) -> None:
    own, tea = own_warehouse(stage), stage.world.products["TEA"]
    with stage.world.scope():
        assert adjust_own_stock([Wanted(own, tea, 12)], "counted", "in May") == [12]
        assert adjust_own_stock([Wanted(own, tea, 12)], "counted") == [0]
        assert adjust_own_stock([Wanted(own, tea, -7, added=True)], "lost") == [-7]
        assert Balance.objects.get(warehouse_id=own).on_hand == 5
        moved = Movement.objects.filter(balance__warehouse_id=own).order_by("pk")
        assert list(moved.values_list("reason", "note")) == [("counted", "in May"), ("lost", "")]
        told = AuditEntry.objects.filter(action="stock.adjusted").order_by("pk")
        assert [one.detail["lines"] for one in told] == [[[own, tea, 12]], [[own, tea, -7]]]
    stage.books_agree()


def test_what_cannot_be_set_by_hand_is_told_by_line_and_nothing_is_set(stage: Stage) -> None:
    own, tea = own_warehouse(stage), stage.world.products["TEA"]
    bag = stage.world.add_product("BAG")
    with stage.world.scope():
        for partners in (Wanted(stage.warehouse_id, tea, 5), Wanted(stage.warehouse_id, tea, 5, added=True)):
            with pytest.raises(AdjustmentsRefused) as refused:
                adjust_own_stock([Wanted(own, bag, 1), partners], "counted")
            assert {n: one.code for n, one in refused.value.refused.items()} == {1: "partner_stock"}
        adjust_own_stock([Wanted(own, tea, 5)], "counted")
        Balance.objects.filter(warehouse_id=own, product_id=tea).update(reserved=3)
        for low in (Wanted(own, tea, 2), Wanted(own, tea, -3, added=True)):
            with pytest.raises(AdjustmentsRefused) as refused:
                adjust_own_stock([Wanted(own, bag, 1), low], "counted")
            assert refused.value.first.code == "less_than_reserved"
        assert not Movement.objects.filter(balance__product_id=bag, balance__warehouse_id=own).exists()


def test_nobody_can_be_asked_for_an_own_warehouses_stock(stage: Stage) -> None:
    own = own_warehouse(stage)
    with pytest.raises(NoStockReport):
        sync_stock(stage.merchant_id, own, "button")
