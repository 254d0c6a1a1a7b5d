"""Unexplained differences above a warehouse's limit wait for a person's decision (idea 7)."""

from __future__ import annotations

import pytest

from salur.connectors.base.types import StockLevel
from salur.flows.calibrate_write import write_chunk
from salur.flows.differences import approve
from salur.flows.verify import verify_stock
from salur.flows.warehouses import change_warehouse
from salur.foundation.clock import now
from salur.stock.differences import DifferenceRefused, reject, set_limit
from salur.stock.models import Balance, DifferenceState, StockDifference, StockSyncLine, StockSyncRun, Warehouse
from salur.stock.reserve import Need, reserve_stock, ship_stock
from salur.stock.sync_runs import Position, ReadPage, claim_run, keep_pages, reading_ended
from tests.pages.addresses import OPERATOR, VIEWER
from tests.pages.shop import open_shop
from tests.world import World, make_world, store_order


@pytest.fixture
def world(db: object) -> World:
    made = make_world()
    made.add_product("TEA", pieces=100)
    made.add_product("CUP", pieces=10)
    return made


def sync(world: World, **sellable: int) -> StockSyncRun:
    """A run in which the warehouse said this; without a partner to ask."""
    with world.scope():
        made = StockSyncRun.objects.create(
            warehouse_id=world.warehouse_id, trigger="test", started_at=now(), wanted=sorted(sellable)
        )
        run = claim_run(made.pk)
        assert run is not None
        levels = [StockLevel(sku, "TH01", n, 0, 0, 0, now()) for sku, n in sellable.items()]
        keep_pages(run, [ReadPage(levels, now())], Position(1))
        reading_ended(run)
        while write_chunk(run):
            pass
        StockSyncRun.objects.filter(pk=run.id).update(finished_at=now())
        return StockSyncRun.objects.get(pk=run.id)


def ask_above(world: World, pieces: int | None, percent: int = 0) -> None:
    with world.scope():
        set_limit(world.warehouse_id, pieces, percent)


def waiting(world: World) -> dict[str, int]:
    """Id by SKU."""
    with world.scope():
        rows = StockDifference.objects.filter(state=DifferenceState.WAITING)
        return dict(rows.values_list("sku", "pk"))


def test_without_a_limit_every_difference_is_entered(world: World) -> None:
    assert sync(world, TEA=1, CUP=500).asked == 0
    assert (world.balance("TEA"), world.balance("CUP"), waiting(world)) == ((1, 0), (500, 0), {})


@pytest.mark.parametrize(
    ("pieces", "percent", "said", "asks"),
    [(5, 0, 95, False), (5, 0, 94, True), (5, 0, 106, True), (5, 10, 90, False), (5, 10, 89, True), (1, 0, 100, False)],
)
def test_above_both_limits_a_sync_asks_and_leaves_the_figure(
    world: World, pieces: int, percent: int, said: int, asks: bool
) -> None:
    ask_above(world, pieces, percent)
    run = sync(world, TEA=said, CUP=11)
    assert world.balance("TEA") == ((100 if asks else said), 0)
    assert world.balance("CUP") == (11, 0), "what is within the limit is entered beside it"
    assert (run.asked, set(waiting(world))) == ((1, {"TEA"}) if asks else (0, set()))
    if asks:
        with world.scope():
            line = StockSyncLine.objects.get(run=run, sku="TEA")
        assert (line.before, line.after, line.reason, line.evidence["asked"]) == (100, 100, "asked", said - 100)


def test_approving_enters_the_partners_word_reckoning_with_what_left_since(world: World) -> None:
    ask_above(world, 5)
    with world.scope():
        reserve_stock([Need(7, 7, world.warehouse_id, {world.products["TEA"]: 4})])
    sync(world, TEA=80)
    with world.scope():
        ship_stock([7])
    assert world.balance("TEA") == (96, 0)
    with world.scope():
        assert approve(waiting(world).values(), "counted there") == 1
    assert world.balance("TEA") == (80, 0)
    with world.scope():
        row = StockDifference.objects.get()
        assert (row.state, row.note, row.decided_by) == ("approved", "counted there", "test")
        assert row.entered is not None
        assert row.entered.trigger == "approval"
        assert verify_stock() == []
        with pytest.raises(DifferenceRefused):
            approve([row.pk])
    assert world.balance("TEA") == (80, 0)


def test_approving_what_is_missing_makes_the_youngest_order_wait(world: World) -> None:
    ask_above(world, 5)
    world.ingest(store_order("OLD", ("TEA", 40)), store_order("YOUNG", ("TEA", 40)))
    sync(world, TEA=50)
    assert world.balance("TEA") == (100, 80), "orders keep their pieces until somebody has decided"
    with world.scope():
        approve(waiting(world).values())
    assert world.balance("TEA") == (50, 40)
    assert [one.reserved for one in world.lists("OLD")] == [True]
    assert "no_stock" in world.problems("YOUNG")
    with world.scope():
        assert verify_stock() == []


def test_rejecting_leaves_the_figure_and_the_next_sync_asks_again(world: World) -> None:
    ask_above(world, 5)
    sync(world, TEA=80)
    with world.scope():
        assert reject(waiting(world).values(), "they count again") == 1
    assert (world.balance("TEA"), waiting(world)) == ((100, 0), {})
    assert sync(world, TEA=80).asked == 1


def test_a_newer_sync_overtakes_what_waits(world: World) -> None:
    ask_above(world, 5)
    sync(world, TEA=80)
    first = waiting(world)["TEA"]
    sync(world, TEA=70)
    assert waiting(world)["TEA"] != first
    sync(world, TEA=98)
    assert (world.balance("TEA"), waiting(world)) == ((98, 0), {})
    with world.scope():
        with pytest.raises(DifferenceRefused):
            approve([first])
        states = StockDifference.objects.order_by("pk").values_list("state", flat=True)
        assert list(states) == ["superseded", "superseded"]


def test_all_that_are_chosen_are_decided_or_none(world: World) -> None:
    ask_above(world, 0)
    sync(world, TEA=80, CUP=1)
    ids = waiting(world)
    with world.scope():
        reject([ids["CUP"]])
    with world.scope(), pytest.raises(DifferenceRefused):
        approve(ids.values())
    assert world.balance("TEA") == (100, 0)


def test_a_limit_that_makes_no_sense_is_refused(world: World) -> None:
    for pieces, percent in ((-1, 0), (5, 101)):
        with world.scope(), pytest.raises(DifferenceRefused):
            set_limit(world.warehouse_id, pieces, percent)
    with world.scope():
        change_warehouse(world.warehouse_id, name="Other", time_zone="UTC")
        assert Warehouse.objects.get(pk=world.warehouse_id).ask_above is None


DECIDED = {"approve": "approved", "reject": "rejected"}


@pytest.mark.parametrize(("action", "figure"), [("approve", 2), ("reject", 10)])
def test_people_read_why_and_decide_on_the_page(db: object, action: str, figure: int) -> None:
    shop = open_shop()
    ask_above(shop.world, 5)
    sync(shop.world, **{"M-0001": 2})
    browser = shop.client(OPERATOR)
    shown = browser.get("/stock/differences/").content.decode()
    assert "Unexplained: −8. The figure stays at 10 until somebody has decided." in shown
    assert "1 stock difference waits for approval." in browser.get("/").content.decode()
    number = waiting(shop.world)["M-0001"]
    assert shop.client(VIEWER).post("/stock/differences/", {"action": f"{action}:{number}"}).status_code == 403
    browser.post("/stock/differences/", {"action": action, "difference": [str(number)], "note": "called them"})
    with shop.world.scope():
        assert Balance.objects.get(msku="M-0001").on_hand == figure
    assert "called them" in browser.get(f"/stock/differences/?state={DECIDED[action]}").content.decode()
