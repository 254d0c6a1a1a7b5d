"""A large table of stock is judged whole, then written in parts: lost, doubled and late workers do nothing twice."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import psycopg
import pytest

from salur.catalog.models import MasterProduct
from salur.flows import stock_files, stock_updates
from salur.flows.kept_files import KEPT, Held, Lost, claim
from salur.flows.own_stock import adjust_own_stock
from salur.flows.stock_files import carry_on_stock_file, forget_old_stock_files, keep_stock_file, left_lines, lines_of
from salur.flows.stock_updates import UpdateKind
from salur.flows.worker import sweep
from salur.foundation.clock import now
from salur.inbound.checking import WantedLine
from salur.inbound.models import InboundLine, InboundList
from salur.stock.ledger import balance_ids, verify
from salur.stock.models import Balance, StockFile, Warehouse
from tests.faults.killable import open_transactions, wait_for, waits_for_a_lock, worker
from tests.flows.test_worker import no_alarms, waiting
from tests.world import World, make_world

pytestmark = pytest.mark.usefixtures("db")
Lines = dict[int, list[tuple[str, object]]]
MSKUS = ("CUP", "JAR", "LID", "POT", "TEA")


@pytest.fixture
def world(db: Any, monkeypatch: pytest.MonkeyPatch) -> World:
    """A merchant whose five products are at a partner's, and parts of two lines."""
    monkeypatch.setattr(stock_files, "PART", 2)
    made = make_world()
    for msku in MSKUS:
        made.add_product(msku)
    return made


@pytest.fixture
def own(world: World) -> int:
    """An own warehouse."""
    with world.scope():
        row = Warehouse(code="OWN", name="Shed", country="TH", created_at=now())
        row.save()
    return row.pk


def keep(world: World, kind: UpdateKind, lines: Lines) -> StockFile:
    number = iter(range(2, 1000))
    with world.scope():
        wanted = {place: [WantedLine(*one, number=next(number)) for one in some] for place, some in lines.items()}
        return keep_stock_file("s.csv", kind, wanted, "Nov")


def stands(world: World, kept: StockFile) -> StockFile:
    with world.scope():
        return StockFile.objects.get(pk=kept.pk)


def let_lease_run_out(world: World, kept: StockFile) -> None:
    with world.scope():
        StockFile.objects.filter(pk=kept.pk).update(lease_until=now() - timedelta(milliseconds=1))


def pieces(world: World, place: int) -> dict[str, int]:
    with world.scope():
        return dict(Balance.objects.filter(warehouse_id=place).order_by("msku").values_list("msku", "on_hand"))


def announced(world: World) -> list[tuple[str, int]]:
    with world.scope():
        return list(InboundLine.objects.order_by("pk").values_list("product__msku", "quantity"))


def taken(world: World, kept: StockFile) -> Held[StockFile]:
    with world.scope():
        held = claim(StockFile, kept.pk, stock_files.GOING, "test")
    assert held is not None
    return held


def told(row: StockFile) -> list[tuple[int, str, str]]:
    return [(one["line"], one["column"], one["code"]) for one in row.faults]


def test_a_lost_a_doubled_and_a_late_worker_write_every_line_once(
    world: World, own: int, db: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    each: list[tuple[str, object]] = [(msku, 3) for msku in MSKUS]
    kept = keep(world, UpdateKind.ADD, {own: each, world.warehouse_id: each})
    assert ("stock_file", kept.pk) in waiting()
    go_on, calls = Held.go_on, iter(range(100))

    def lost(held: Any, **changes: Any) -> None:
        if next(calls) == 4:  # the table was judged, three parts are written; a list has just been made of the fourth
            raise RuntimeError("the worker is killed")
        go_on(held, **changes)

    with monkeypatch.context() as during, pytest.raises(RuntimeError):
        during.setattr(Held, "go_on", lost)
        carry_on_stock_file(world.merchant_id, kept.pk)
    half = stands(world, kept)
    assert (half.state, half.done, half.written, half.changed) == ("writing", 5, 5, 5)
    assert (pieces(world, own), announced(world)) == (dict.fromkeys(MSKUS, 3), []), "the part under way is rolled back"
    assert carry_on_stock_file(world.merchant_id, kept.pk) == 0, "a doubled job finds it held"
    let_lease_run_out(world, kept)
    late = taken(world, kept)  # hangs, and wakes up when everything is done
    let_lease_run_out(world, kept)
    no_alarms(db)
    sweep()
    assert ("stock_file", kept.pk) in waiting(), "a lost wake-up is made up for"
    assert carry_on_stock_file(world.merchant_id, kept.pk) == 1
    with pytest.raises(Lost):
        stock_files._write(late, lines_of(late.row))
    assert carry_on_stock_file(world.merchant_id, kept.pk) == 0
    done = stands(world, kept)
    assert (done.state, done.done, done.wrong, done.changed, len(done.made)) == ("done", 10, 0, 5, 3)
    assert pieces(world, own) == dict.fromkeys(MSKUS, 3)
    assert announced(world) == [(msku, 3) for msku in MSKUS]
    with world.scope():
        assert {(one.push, one.note, one.created_by) for one in InboundList.objects.all()} == {("ready", "Nov", "test")}
        assert not verify()


def test_a_worker_killed_in_the_middle_of_a_part_leaves_nothing_of_it(world: World, own: int, db: Any) -> None:
    with world.scope():
        other = Warehouse(code="TWO", name="Second shed", country="TH", created_at=now())
        other.save()
        pair = (other.pk, world.products["TEA"])
        balance = balance_ids([pair])[pair]
    kept = keep(world, UpdateKind.ADD, {own: [("TEA", 3)], other.pk: [("TEA", 4)]})
    at_work = worker(carry_on_stock_file, world.merchant_id, kept.pk)
    with psycopg.connect(db.url) as holder, at_work as process:
        holder.execute("SELECT set_config('salur.merchant', %s, true)", [str(world.merchant_id)])
        holder.execute("SELECT id FROM stock_balance WHERE id = %s FOR UPDATE", [balance])
        wait_for(lambda: waits_for_a_lock(db))  # the first part is written, the second stands before its lock
        process.kill()
        process.wait()
        holder.rollback()
        wait_for(lambda: not open_transactions(db))
    half = stands(world, kept)
    assert (half.state, half.done, pieces(world, own), pieces(world, other.pk)) == (
        "writing",
        1,
        {"TEA": 3},
        {"TEA": 0},
    )
    let_lease_run_out(world, kept)
    assert carry_on_stock_file(world.merchant_id, kept.pk) == 1
    assert (stands(world, kept).state, pieces(world, own), pieces(world, other.pk)) == ("done", {"TEA": 3}, {"TEA": 4})


def test_nothing_is_written_while_any_line_is_wrong_and_each_is_told_by_line_and_column(world: World, own: int) -> None:
    with world.scope():
        off = Warehouse(code="OFF", name="Off", country="TH", active=False, created_at=now())
        off.save()
    lines: Lines = {
        own: [("TEA", 4), ("CUP", "x"), ("NONE", 1)],
        off.pk: [("TEA", 1)],
        world.warehouse_id: [("POT", 2)],
    }
    kept = keep(world, UpdateKind.SET, lines)
    assert carry_on_stock_file(world.merchant_id, kept.pk) == 1
    row = stands(world, kept)
    assert (row.state, row.total, row.done, row.wrong) == ("refused", 5, 0, 3)
    assert told(row) == [
        (3, "quantity", "update_quantity"),
        (4, "sku", "inbound_sku_unknown"),
        (5, "warehouse", "inbound_warehouse_off"),
    ]
    assert (pieces(world, own), announced(world)) == ({}, [])
    total = keep(world, UpdateKind.TOTAL, {own: [("NONE", 1)]})
    carry_on_stock_file(world.merchant_id, total.pk)
    with world.scope():
        left = [left_lines(row) for row in StockFile.objects.order_by("pk")]
        assert [place for place, _line, _texts in left[0]] == ["Shed", "Shed", "Off"]
        assert [(place, line.sku) for place, line, _texts in left[1]] == [("", "NONE")], "all warehouses together"
        assert forget_old_stock_files() == 0
        StockFile.objects.update(created_at=now() - KEPT)
        assert forget_old_stock_files() == 2


def test_what_changed_between_judging_and_writing_is_left_out_and_told(
    world: World, own: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = keep(world, UpdateKind.SET, {own: [(msku, 5) for msku in MSKUS]})
    held = taken(world, kept)
    assert stock_files._judged_good(held, lines_of(held.row))
    with world.scope():
        MasterProduct.objects.filter(msku="JAR").update(archived_at=now())
    find = stock_updates._figures

    def breaks(wanted: Any, *given: Any) -> list[int]:
        if world.products["LID"] in {one.product_id for one in wanted}:
            raise ZeroDivisionError
        return adjust_own_stock(wanted, *given)

    def reserved_since(place: int, products: Any) -> Any:
        found = find(place, products)
        if world.products["TEA"] in products:  # an order takes them while nothing is locked yet
            Balance.objects.get_or_create(warehouse_id=place, product_id=world.products["TEA"], msku="TEA")
            Balance.objects.filter(warehouse_id=place, msku="TEA").update(on_hand=9, reserved=9)
        return found

    monkeypatch.setattr(stock_updates, "adjust_own_stock", breaks)
    monkeypatch.setattr(stock_updates, "_figures", reserved_since)
    let_lease_run_out(world, kept)
    carry_on_stock_file(world.merchant_id, kept.pk)
    row = stands(world, kept)
    assert (row.state, row.done, row.written, row.changed) == ("done", 5, 2, 2)
    assert told(row) == [
        (3, "sku", "inbound_sku_archived"),
        (4, "", "update_line_failed"),
        (6, "quantity", "less_than_reserved"),
    ]
    assert pieces(world, own) == {"CUP": 5, "POT": 5, "TEA": 9}
