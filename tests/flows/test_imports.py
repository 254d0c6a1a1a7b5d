"""Order files on the same path as any order: partial acceptance, never doubled, carried on after a loss (R145)."""

from __future__ import annotations

import io
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from salur.flows import imports
from salur.flows.imports import ImportBusy, start_file_import
from salur.flows.ingest import ingest_batch
from salur.flows.runs import carry_on_run
from salur.foundation.clock import now
from salur.orders.formats import FileRefused
from salur.orders.models import ImportChunk, Order, SyncRun, SyncRunRow
from tests.world import World, make_world

pytestmark = pytest.mark.usefixtures("db")
HEADER = "order_id,status,recipient_name,address1,country,line_id,sku,quantity"


@pytest.fixture
def world(db: Any) -> World:
    made = make_world()
    made.add_product("TEA", pieces=10_000)
    return made


def rows(*numbers: int, sku: str = "TEA", pieces: int | str = 1) -> str:
    return "".join(f"F{n:05d},ready,สมชาย,99 ถนนสุขุมวิท,TH,1,{sku},{pieces}\r\n" for n in numbers)


def bring(world: World, content: str | bytes, name: str = "orders.csv") -> SyncRun:
    raw = content.encode() if isinstance(content, str) else content
    with world.scope():
        run = start_file_import(world.store_id, name, io.BytesIO(raw), trigger="file")
    carry_on_run(world.merchant_id, run.pk)
    with world.scope():
        return SyncRun.objects.get(pk=run.pk)


def counts(run: SyncRun) -> tuple[str, int, int, int, int]:
    return run.state, run.created, run.updated, run.unchanged, run.failed


def test_good_rows_come_in_and_bad_ones_are_named_by_line_column_and_reason(world: World) -> None:
    run = bring(world, f"{HEADER}\r\n{rows(1)}{rows(2, pieces='none')}{rows(3)}")
    assert counts(run) == ("done", 2, 0, 0, 1)
    with world.scope():
        bad = SyncRunRow.objects.get(outcome="failed")
    assert (bad.line, bad.column, bad.external_id) == (3, "quantity", "F00002")
    assert bad.code
    assert world.the_list("F00001").reserved


def test_the_same_file_twice_changes_nothing(world: World) -> None:
    content = f"{HEADER}\r\n{rows(1, 2, 3)}"
    bring(world, content)
    before = {n: world.the_list(f"F{n:05d}").reference for n in (1, 2, 3)}
    run = bring(world, content)
    assert counts(run) == ("done", 0, 0, 3, 0)
    assert {n: world.the_list(f"F{n:05d}").reference for n in (1, 2, 3)} == before
    assert world.balance("TEA") == (10_000, 3)


@pytest.mark.parametrize(
    "written",
    [
        lambda text: text.encode("utf-8-sig"),
        lambda text: text.replace(",", ";").encode(),
        lambda text: text.replace(",", "\t").encode("utf-16"),
    ],
    ids=["BOM", "semicolons", "UTF-16 with tabs"],
)
def test_files_as_spreadsheets_write_them(world: World, written: Any) -> None:
    run = bring(world, written(f"{HEADER}\r\n{rows(1, 2)}"))
    assert counts(run) == ("done", 2, 0, 0, 0)
    assert world.order("F00001").recipient_name == "สมชาย"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b"order_id,recipient_name,address1,country,sku\r\nA,B,C,TH,TEA\r\n", "columns"),
        (HEADER.encode("utf-32"), "encoding"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_and_nothing_is_kept(world: World, content: bytes, code: str) -> None:
    with pytest.raises(FileRefused) as refused, world.scope():
        start_file_import(world.store_id, "orders.csv", io.BytesIO(content), trigger="file")
    assert code in refused.value.code
    with world.scope():
        assert not SyncRun.objects.exclude(pk=world.run_id).exists()
        assert not ImportChunk.objects.exists()


def test_rows_of_another_encoding_are_named_and_the_rest_comes_in(world: World) -> None:
    thai = "F00002,ready,สมชาย,x,TH,1,TEA,1\r\n".encode("cp874")
    run = bring(world, f"{HEADER}\r\n".encode() + rows(1).encode() + thai + rows(3).encode())
    assert counts(run) == ("done", 2, 0, 0, 1)
    with world.scope():
        bad = SyncRunRow.objects.get(outcome="failed")
    assert (bad.line, bad.column, bad.code, bad.external_id) == (3, "recipient_name", "bad_bytes", "F00002")


def test_a_cell_of_ten_megabytes_spoils_its_own_order_only(world: World) -> None:
    huge = f'F00002,ready,"{"x" * 10_000_000}",a,TH,1,TEA,1\r\n'
    run = bring(world, f"{HEADER}\r\n{rows(1)}{huge}{rows(3)}")
    assert (run.state, run.created) == ("done", 2)
    assert run.failed >= 1


def test_a_formula_cell_is_refused_with_its_row(world: World) -> None:
    run = bring(world, f"{HEADER}\r\n{rows(1)}F2,ready,=cmd|' /C calc'!A0,x,TH,1,TEA,1\r\n")
    assert counts(run) == ("done", 1, 0, 0, 1)
    with world.scope():
        assert SyncRunRow.objects.get(outcome="failed").code == "formula_cell"


def test_the_very_same_file_is_not_imported_twice_at_a_time(world: World) -> None:
    content = f"{HEADER}\r\n{rows(1)}".encode()
    with world.scope():
        run = start_file_import(world.store_id, "orders.csv", io.BytesIO(content), trigger="file")
        with pytest.raises(ImportBusy) as busy:
            start_file_import(world.store_id, "again.csv", io.BytesIO(content), trigger="file")
    assert busy.value.run_id == run.pk
    carry_on_run(world.merchant_id, run.pk)
    assert bring(world, content).unchanged == 1


def test_an_import_whose_worker_was_lost_goes_on_where_it_stood(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "BATCH", 100)
    content = f"{HEADER}\r\n{rows(*range(450))}".encode()
    with world.scope():
        run = start_file_import(world.store_id, "orders.csv", io.BytesIO(content), trigger="file")
    batches: list[int] = []

    def lost(*arguments: Any, **named: Any) -> Any:
        if len(batches) == 2:
            raise KeyboardInterrupt
        batches.append(1)
        return ingest_batch(*arguments, **named)

    monkeypatch.setattr(imports, "ingest_batch", lost)
    with pytest.raises(KeyboardInterrupt):
        carry_on_run(world.merchant_id, run.pk)
    monkeypatch.setattr(imports, "ingest_batch", ingest_batch)
    with world.scope():
        before = Order.objects.count()
        SyncRun.objects.filter(pk=run.pk).update(lease_until=now() - timedelta(seconds=1))
    assert 0 < before < 450
    carry_on_run(world.merchant_id, run.pk)
    with world.scope():
        done = SyncRun.objects.get(pk=run.pk)
        assert Order.objects.count() == 450
        assert not ImportChunk.objects.exists(), "the file is not kept once it is in"
    assert counts(done) == ("done", 450, 0, 0, 0)
    assert world.balance("TEA") == (10_000, 450)


def test_bad_rows_are_counted_once_when_an_import_is_carried_on(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "BATCH", 10)
    content = f"{HEADER}\r\n" + "".join(rows(n, pieces="x" if n % 7 == 0 else 1) for n in range(1, 101))
    run = bring(world, content)
    assert (run.created, run.failed) == (86, 14)
    with world.scope():
        lines = list(SyncRunRow.objects.filter(outcome="failed").order_by("line").values_list("line", flat=True))
    assert lines == [n + 1 for n in range(1, 101) if n % 7 == 0]


def test_a_file_row_never_overwrites_what_the_store_said_later(world: World) -> None:
    from salur.connectors.base.types import OrderStatus
    from tests.world import store_order

    world.ingest(store_order("F00001", "TEA", status=OrderStatus.SHIPPED, version=600_000))
    run = bring(world, f"{HEADER}\r\n{rows(1)}")
    assert run.unchanged == 1
    assert world.order("F00001").status == "shipped"


def test_a_shopify_export_is_recognised_and_its_orders_are_held(world: World, tmp_path: Path, sandbox: Any) -> None:
    import httpx

    shop = make_world(channel="shopify")
    sandbox.control("demo", {"orders": 0, "csv_orders": 0, "shopify_orders": 8})
    export = httpx.get(f"{sandbox.url}/_control/demo/shopify.csv").content
    with shop.scope():
        run = start_file_import(shop.store_id, "orders_export.csv", io.BytesIO(export), trigger="file")
    carry_on_run(shop.merchant_id, run.pk)
    with shop.scope():
        done = SyncRun.objects.get(pk=run.pk)
        assert (done.file_format, done.created, done.failed) == ("shopify", 8, 0)
        assert Order.objects.count() == 8
