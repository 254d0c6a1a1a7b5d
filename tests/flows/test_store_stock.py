"""Stores are told what they may sell: free stock, within one round of a change, never more than is free (R134)."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from salur.catalog.editing import bind_sku
from salur.catalog.listing_stock import stock_of_listings, stock_standing
from salur.catalog.models import Listing, ListingStock
from salur.connectors.base.types import OrderStatus
from salur.flows.listings import pull_listings
from salur.flows.store_stock import follow_changes, recount_store, set_stock_rule, tell_refused_again, tell_store
from salur.flows.store_stock_wanted import recount
from salur.flows.worker import sweep
from salur.foundation.clock import now
from salur.integrations.models import StoreConnection
from salur.stock.adjust import Wanted, adjust_stock
from salur.stock.models import StockChange, Warehouse
from tests.world import make_world, store_order

from .stage import Stage, side_by_side


@pytest.fixture
def stage(db: Any, sandbox: Any) -> Stage:
    stage = Stage(sandbox)
    stage.sandbox.control("shopee/items", {"skus": ["TEA", "CUP"], "stock": 5})
    pull_listings(stage.merchant_id, stage.store_id)
    return stage


def rule(stage: Stage, **changes: Any) -> None:
    wanted: dict[str, Any] = {"on": True, "chosen": [], "buffer": 0, "share": 100, **changes}
    with stage.world.scope():
        set_stock_rule(stage.store_id, **wanted)


def rounds(stage: Stage) -> None:
    """What the workers do of it, once."""
    with stage.world.scope():
        again = StoreConnection.objects.get(pk=stage.store_id).push_stock
    if again:
        recount_store(stage.merchant_id, stage.store_id)
    one_round(stage)


def one_round(stage: Stage) -> None:
    follow_changes(stage.merchant_id, stage.merchant_id)
    tell_store(stage.merchant_id, stage.store_id)


def shown(stage: Stage) -> dict[str, int]:
    return {row["sku"]: row["stock"] for row in stage.sandbox.look("shopee/items")["items"]}


def adjust(stage: Stage, msku: str, pieces: int) -> None:
    """So many on hand from now on."""
    on_hand, _ = stage.world.balance(msku)
    stage.world.add_stock(msku, pieces - on_hand)


def own_warehouse(stage: Stage, msku: str, pieces: int) -> int:
    with stage.world.scope():
        other = Warehouse(code="OWN", name="Own", country="TH", created_at=now())
        other.save()
        adjust_stock([Wanted(other.pk, stage.world.products[msku], pieces)], "counted")
        return other.pk


def test_a_store_switched_on_is_told_what_is_free(stage: Stage) -> None:
    rule(stage)
    rounds(stage)
    assert shown(stage) == {"TEA": 100, "CUP": 100}
    with stage.world.scope():
        assert stock_standing(stage.store_id).same == 2


def test_a_store_that_is_not_switched_on_is_told_nothing_and_nothing_is_noted(stage: Stage) -> None:
    adjust(stage, "TEA", 7)
    rounds(stage)
    assert shown(stage) == {"TEA": 5, "CUP": 5}
    with stage.world.scope():
        assert not StockChange.objects.exists()


def test_a_change_is_told_in_the_next_round_and_only_what_changed(stage: Stage) -> None:
    rule(stage)
    rounds(stage)
    before = stage.calls("shopee", "product/update_stock")
    for pieces in (60, 50, 40):
        adjust(stage, "TEA", pieces)
    one_round(stage)
    assert shown(stage) == {"TEA": 40, "CUP": 100}
    assert stage.calls("shopee", "product/update_stock") == before + 1
    one_round(stage)
    assert stage.calls("shopee", "product/update_stock") == before + 1


def test_what_is_reserved_for_an_order_is_not_offered(stage: Stage) -> None:
    rule(stage)
    rounds(stage)
    stage.one_order("TEA", 3)
    one_round(stage)
    assert shown(stage)["TEA"] == 97


def test_buffer_and_share_are_kept_back_rounded_down(stage: Stage) -> None:
    rule(stage, buffer=10, share=50)
    adjust(stage, "TEA", 21)
    adjust(stage, "CUP", 4)
    rounds(stage)
    assert shown(stage) == {"TEA": 5, "CUP": 0}


def test_only_the_chosen_warehouses_count(stage: Stage) -> None:
    other = own_warehouse(stage, "TEA", 9)
    rule(stage)
    rounds(stage)
    assert shown(stage)["TEA"] == 109
    rule(stage, chosen=[other])
    rounds(stage)
    assert shown(stage) == {"TEA": 9, "CUP": 100}, "what none of them has ever held is left alone"


def test_a_bundle_offers_what_its_scarcest_part_allows(stage: Stage) -> None:
    stage.sandbox.control("shopee/items", {"skus": ["SET"], "stock": 1})
    pull_listings(stage.merchant_id, stage.store_id)
    with stage.world.scope():
        bind_sku(stage.store_id, "SET", stage.world.products["TEA"], 3)
        bind_sku(stage.store_id, "SET", stage.world.products["CUP"], 2)
    adjust(stage, "TEA", 20)
    adjust(stage, "CUP", 11)
    rule(stage)
    rounds(stage)
    assert shown(stage)["SET"] == 5


def test_a_listing_that_means_nothing_is_left_alone(stage: Stage) -> None:
    stage.sandbox.control("shopee/items", {"skus": ["STRANGE"], "stock": 8})
    pull_listings(stage.merchant_id, stage.store_id)
    rule(stage)
    rounds(stage)
    assert shown(stage)["STRANGE"] == 8


def test_a_store_that_changed_the_figure_itself_is_told_again(stage: Stage) -> None:
    rule(stage)
    rounds(stage)
    stage.sandbox.control("shopee/orders", {"items": [{"sku": "TEA", "quantity": 2}]})
    with stage.world.scope():
        ListingStock.objects.filter(listing__sku="TEA").update(shown=90)
    pull_listings(stage.merchant_id, stage.store_id)
    rounds(stage)
    assert shown(stage)["TEA"] == 100


def test_a_lost_answer_is_told_again(stage: Stage) -> None:
    stage.fault("shopee", "product/update_stock", "cut_after")
    rule(stage)
    rounds(stage)
    with stage.world.scope():
        assert stock_standing(stage.store_id).due == 1
        ListingStock.objects.update(next_at=None)
    one_round(stage)
    assert shown(stage) == {"TEA": 100, "CUP": 100}
    with stage.world.scope():
        assert stock_standing(stage.store_id).same == 2


def test_what_the_store_refuses_is_shown_with_its_words_and_tried_again_on_demand(stage: Stage) -> None:
    with stage.world.scope():
        Listing.objects.filter(sku="TEA").update(item_id="1")
    rule(stage)
    rounds(stage)
    with stage.world.scope():
        listing = Listing.objects.get(sku="TEA")
        told = stock_of_listings([listing.pk])[listing.pk]
        assert (told.state, told.shown) == ("failed", None)
        assert told.error_message
        assert tell_refused_again(stage.store_id) == 1
        assert stock_standing(stage.store_id).due == 1


def test_switched_off_nothing_more_is_told(stage: Stage) -> None:
    rule(stage)
    rounds(stage)
    rule(stage, on=False)
    adjust(stage, "TEA", 1)
    one_round(stage)
    assert shown(stage)["TEA"] == 100


def test_the_sweep_finds_each_step(stage: Stage) -> None:
    from procrastinate.contrib.django.models import ProcrastinateJob

    def kinds() -> set[str]:
        sweep()
        found = {job.args["kind"] for job in ProcrastinateJob.objects.filter(status="todo")}
        return found & {"recount", "stock_changed", "store_stock"}

    ProcrastinateJob.objects.all().delete()
    rule(stage)
    ProcrastinateJob.objects.all().delete()
    assert kinds() == {"recount"}
    recount_store(stage.merchant_id, stage.store_id)
    ProcrastinateJob.objects.all().delete()
    assert kinds() == {"store_stock"}
    tell_store(stage.merchant_id, stage.store_id)
    adjust(stage, "TEA", 3)
    ProcrastinateJob.objects.all().delete()
    assert kinds() == {"stock_changed"}


def test_two_workers_that_work_it_out_at_once_leave_the_newest_figure(stage: Stage) -> None:
    rule(stage)
    rounds(stage)
    begin = threading.Barrier(3)

    def work() -> None:
        begin.wait()
        for _ in range(4):
            stage.world.add_stock("TEA", -1)
            follow_changes(stage.merchant_id, stage.merchant_id)

    side_by_side(work, work, work)
    follow_changes(stage.merchant_id, stage.merchant_id)
    free, _ = stage.world.balance("TEA")
    with stage.world.scope():
        assert ListingStock.objects.get(listing__sku="TEA").wanted == free


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    tea=st.integers(0, 60), cup=st.integers(0, 60), buffer=st.integers(0, 20), share=st.integers(1, 100),
    per=st.integers(1, 5), reserved=st.integers(0, 30), most=st.none() | st.integers(0, 70),
)  # fmt: skip
def test_never_more_than_is_free_is_offered(
    db: Any, tea: int, cup: int, buffer: int, share: int, per: int, reserved: int, most: int | None
) -> None:
    world = make_world()
    for msku, pieces in (("TEA", tea), ("CUP", cup)):
        world.add_product(msku, pieces=30 + pieces)
    if reserved:
        world.ingest(store_order("S-1", ("TEA", reserved), ("CUP", reserved), status=OrderStatus.PAID))
    with world.scope():
        Listing(store_id=world.store_id, item_id="9", model_id="", sku="SET", name="Set", seen_at=now()).save()
        bind_sku(world.store_id, "SET", world.products["TEA"], per)
        bind_sku(world.store_id, "SET", world.products["CUP"], 1)
        set_stock_rule(world.store_id, on=True, chosen=[], buffer=buffer, share=share, most=most)
        recount(store_id=world.store_id)
        wanted = ListingStock.objects.get().wanted
    free = {msku: on_hand - held for msku in ("TEA", "CUP") for on_hand, held in [world.balance(msku)]}
    limit = 10**9 if most is None else most
    parts = [min(limit, max(0, free[m] - buffer) * share // 100) // n for m, n in (("TEA", per), ("CUP", 1))]
    assert wanted == min(parts)
    assert wanted <= limit
    assert (free["TEA"], free["CUP"]) == (30 + tea - reserved, 30 + cup - reserved)
    assert wanted * per <= free["TEA"]
    assert wanted <= free["CUP"]
