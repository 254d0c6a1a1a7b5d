"""Files that wait for a person: nothing is an order before "Import", and what was previewed is what comes in (R145)."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest

from salur.flows import previews, uploads
from salur.flows.imports import ImportBusy, start_file_import
from salur.flows.previews import carry_on_preview
from salur.flows.runs import carry_on_run
from salur.flows.tidy import tidy_up
from salur.flows.uploads import NotReady, drop_upload, import_upload, keep_upload, read_again, say_columns
from salur.flows.worker import sweep
from salur.foundation.clock import now
from salur.orders import mappings
from salur.orders.formats import ColumnMap, FileRefused, ReadOptions
from salur.orders.models import (
    ColumnMapping,
    ImportChunk,
    Order,
    OrderLine,
    OrderUpload,
    SyncRun,
    SyncRunRow,
    UploadChunk,
    UploadProblem,
)
from tests.world import World, make_world

pytestmark = pytest.mark.usefixtures("db")
HEADER = "order_id,recipient_name,address1,country,sku,quantity\r\n"
OTHER = "Bestellung;Kunde;Straße;Land;Artikel;Menge;Datum\r\n"
COLUMNS = {
    "Bestellung": "order_id",
    "Kunde": "recipient_name",
    "Straße": "address1",
    "Land": "country",
    "Artikel": "sku",
    "Menge": "quantity",
    "Datum": "ordered_at",
}
TARGETS = ("order_id", "recipient_name", "address1", "sku", "quantity")
SAID = ColumnMap(tuple(COLUMNS), COLUMNS, ReadOptions(dates="dmy", zone="Europe/Berlin"), "Laden")


@pytest.fixture
def world(db: Any) -> World:
    made = make_world()
    made.add_product("TEA", pieces=10_000)
    return made


def rows(*numbers: int, pieces: int | str = 1) -> str:
    return "".join(f"F{n:05d},Som,Road 1,TH,TEA,{pieces}\r\n" for n in numbers)


def other(*numbers: int, day: str = "03.05.2026") -> str:
    return "".join(f"L{n};Ann;Weg 1;Deutschland;TEA;1;{day}\r\n" for n in numbers)


def keep(world: World, content: str | bytes, **options: Any) -> OrderUpload:
    raw = content.encode() if isinstance(content, str) else content
    with world.scope():
        return keep_upload(world.store_id, "orders.csv", io.BytesIO(raw), options=ReadOptions(**options))


def looked_over(world: World, upload: OrderUpload) -> OrderUpload:
    carry_on_preview(world.merchant_id, upload.pk)
    with world.scope():
        return OrderUpload.objects.get(pk=upload.pk)


def imported(world: World, upload: OrderUpload) -> SyncRun:
    with world.scope():
        run = import_upload(upload.pk, trigger="file")
    carry_on_run(world.merchant_id, run.pk)
    with world.scope():
        return SyncRun.objects.get(pk=run.pk)


def left_of(world: World) -> tuple[int, int, int]:
    with world.scope():
        return OrderUpload.objects.count(), UploadChunk.objects.count(), UploadProblem.objects.count()


def test_a_preview_counts_and_shows_everything_and_stores_no_order(world: World) -> None:
    imported(world, looked_over(world, keep(world, HEADER + rows(1))))
    upload = looked_over(world, keep(world, HEADER + rows(1, 2) + rows(3, pieces="none") + rows(4).replace("TH", "XX")))
    assert (upload.state, upload.orders, upload.lines, upload.known, upload.problems) == ("ready", 2, 2, 1, 2)
    assert [order["number"] for order in upload.sample["orders"]] == ["F00001", "F00002"]
    assert upload.sample["orders"][0]["lines"] == [{"sku": "TEA", "name": "", "quantity": 1}]
    with world.scope():
        told = list(UploadProblem.objects.order_by("id").values_list("line", "column", "code", "external_id"))
        assert told == [(4, "quantity", "bad_quantity", "F00003"), (5, "country", "bad_country", "F00004")]
        assert list(Order.objects.values_list("external_id", flat=True)) == ["F00001"]


def test_what_was_previewed_is_imported_and_the_upload_ends(world: World) -> None:
    upload = looked_over(world, keep(world, HEADER + rows(1, 2) + rows(3, pieces="x")))
    run = imported(world, upload)
    assert (run.state, run.created, run.failed, run.file_name) == ("done", 2, 1, "orders.csv")
    assert left_of(world) == (0, 0, 0)
    with world.scope(), pytest.raises(OrderUpload.DoesNotExist):
        import_upload(upload.pk, trigger="file")
    with world.scope():
        assert not ImportChunk.objects.exists()


def test_a_dropped_file_leaves_nothing(world: World) -> None:
    upload = looked_over(world, keep(world, HEADER + rows(1, pieces="x")))
    with world.scope():
        drop_upload(upload.pk)
    assert left_of(world) == (0, 0, 0)
    with world.scope():
        assert not Order.objects.exists()
        assert SyncRun.objects.exclude(pk=world.run_id).count() == 0


def test_a_file_cannot_be_imported_before_it_was_looked_over(world: World) -> None:
    waiting, unknown = keep(world, HEADER + rows(1)), keep(world, OTHER + other(1))
    for upload in (waiting, unknown):
        with world.scope(), pytest.raises(NotReady):
            import_upload(upload.pk, trigger="file")


def test_the_same_file_under_way_is_not_imported_beside_itself(world: World) -> None:
    content = HEADER + rows(1)
    upload = looked_over(world, keep(world, content))
    with world.scope():
        run = start_file_import(world.store_id, "a.csv", io.BytesIO(content.encode()), trigger="api")
        with pytest.raises(ImportBusy) as busy:
            import_upload(upload.pk, trigger="file")
    assert busy.value.run_id == run.pk
    assert left_of(world)[0] == 1, "the file still waits"


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"", "empty_file"), (b"%PDF-1.7", "not_text"), (b"Order ID,Number of Items,Order Total\r\n", "no_lines")],
)
def test_what_nobody_could_explain_is_refused_and_not_kept(world: World, content: bytes, code: str) -> None:
    with pytest.raises(FileRefused) as refused:
        keep(world, content)
    assert refused.value.code == code
    assert left_of(world)[0] == 0


def test_columns_said_once_are_used_for_every_file_like_it(world: World) -> None:
    upload = keep(world, OTHER + other(1, 2))
    assert (upload.state, upload.code) == ("columns", "unknown_header")
    with world.scope():
        say_columns(upload.pk, SAID, "")
    run = imported(world, looked_over(world, upload))
    assert (run.file_format, run.created, run.failed) == ("mapped", 2, 0)
    order = world.order("L1")
    assert (order.country, order.ordered_at.isoformat()) == ("DE", "2026-05-02T22:00:00+00:00")
    turned = "Menge;Datum;Bestellung;Kunde;Straße;Land;Artikel\r\n1;04.05.2026;L3;Bob;Weg 2;DE;TEA\r\n"
    with world.scope():
        again = start_file_import(world.store_id, "b.csv", io.BytesIO(turned.encode()), trigger="api")
    carry_on_run(world.merchant_id, again.pk)
    assert world.order("L3").recipient_name == "Bob"
    with world.scope():
        assert ColumnMapping.objects.get().used_at is not None


def test_a_run_keeps_what_it_was_told_when_the_mapping_changes_or_goes(world: World) -> None:
    with world.scope():
        mapping = mappings.save_mapping(SAID)
        run = start_file_import(world.store_id, "a.csv", io.BytesIO((OTHER + other(1)).encode()), trigger="api")
        mappings.forget_mapping(mapping.pk)
    carry_on_run(world.merchant_id, run.pk)
    assert world.order("L1").country == "DE"
    with world.scope(), pytest.raises(FileRefused):
        start_file_import(world.store_id, "b.csv", io.BytesIO((OTHER + other(2)).encode()), trigger="api")


def test_a_mapping_belongs_to_its_merchant(world: World) -> None:
    with world.scope():
        mappings.save_mapping(SAID)
    stranger = make_world()
    assert keep(stranger, OTHER + other(1)).state == "columns"
    assert keep(world, OTHER + other(1)).state == "queued"


def test_a_file_like_a_known_one_begins_with_what_was_said_of_that(world: World) -> None:
    with world.scope():
        mappings.save_mapping(SAID)
        headers = [*COLUMNS, "Telefon", "Gewicht"]
        columns, options = mappings.suggest(headers, [])
    assert columns == {**COLUMNS, "Telefon": "recipient_phone"}
    assert options.dates == "dmy"


def test_another_encoding_is_tried_without_uploading_again(world: World) -> None:
    content = (HEADER + rows(1) + "F00002,สมชาย,Road 1,TH,TEA,1\r\n").encode("cp874")
    upload = looked_over(world, keep(world, content))
    assert (upload.orders, upload.problems) == (1, 1)
    with world.scope():
        read_again(upload.pk, ReadOptions(encoding="cp874"))
    upload = looked_over(world, upload)
    assert (upload.orders, upload.problems, upload.sample["orders"][1]["recipient"]) == (2, 0, "สมชาย")
    imported(world, upload)
    assert world.order("F00002").recipient_name == "สมชาย"
    with world.scope():
        assert not SyncRunRow.objects.filter(outcome="failed").exists()


def test_an_encoding_that_was_said_beside_the_columns_is_used_for_the_next_file(world: World) -> None:
    thai = "เลขที่;ชื่อ;ที่อยู่;สินค้า;จำนวน\r\n{};สมชาย;ถนน 1;TEA;1\r\n"
    columns = dict(zip(["เลขที่", "ชื่อ", "ที่อยู่", "สินค้า", "จำนวน"], TARGETS, strict=True))
    upload = keep(world, thai.format("T1").encode("cp874"))
    assert upload.state == "columns"
    with world.scope():
        read_again(upload.pk, ReadOptions(encoding="cp874"))
        options = ReadOptions(encoding="cp874", country="TH")
        say_columns(upload.pk, ColumnMap(tuple(columns), columns, options, "ร้าน"), "cp874")
        run = start_file_import(world.store_id, "b.csv", io.BytesIO(thai.format("T2").encode("cp874")), trigger="api")
    carry_on_run(world.merchant_id, run.pk)
    assert world.order("T2").recipient_name == "สมชาย"
    stranger = keep(world, thai.replace("จำนวน", "ราคา").format("T3").encode("cp874"))
    assert stranger.state == "columns", "another header is asked about"


def test_all_that_is_wrong_with_a_file_is_told_before_as_it_is_after_and_the_rest_comes_in(world: World) -> None:
    """Two orders of one number, decimal commas, a sum below, another encoding, short rows: told line by line."""
    header = "order_id;recipient_name;address1;country;sku;quantity;unit_price\r\n"
    content = header.encode() + b"".join(
        [
            b"A1;Som;Road 1;TH;TEA;1;12,50\r\n",
            b"A2;Som;Road 1;TH;TEA;1;5\r\n",
            b"A2;Another;Road 9;TH;TEA;1;5\r\n",
            "A3;สมชาย;Road 1;TH;TEA;1;5\r\n".encode("cp874"),
            b"A4;Som;Road 1\r\n",
            b"A5;Som;Road 1;TH;TEA;1;1.500\r\n",
            b"A6;Som;Road 1;TH;TEA;2;0,75\r\n",
            b";Som;Road 1;TH;TEA;2;1\r\n",
            b"Total;;;;;8;\r\n",
        ]
    )
    upload = looked_over(world, keep(world, content))
    with world.scope():
        fields = ("line", "column", "code", "external_id")
        before = list(UploadProblem.objects.order_by("line", "column").values_list(*fields))
    assert before == [
        (4, "address1", "order_rows_differ", "A2"),
        (4, "recipient_name", "order_rows_differ", "A2"),
        (5, "recipient_name", "bad_bytes", "A3"),
        (6, "", "too_few_cells", "A4"),
        (7, "unit_price", "bad_money", "A5"),
        (9, "order_id", "missing_value", ""),
    ]
    run = imported(world, upload)
    with world.scope():
        rows_after = SyncRunRow.objects.filter(run_id=run.pk, outcome="failed")
        assert list(rows_after.order_by("line", "column").values_list(*fields)) == before
        assert sorted(Order.objects.values_list("external_id", flat=True)) == ["A1", "A6"]
        assert sorted(str(line.unit_price) for line in OrderLine.objects.all()) == ["0.7500", "12.5000"]


def test_words_of_a_status_column_that_are_not_known_are_collected(world: World) -> None:
    header, line = OTHER.replace("Datum", "Status"), "L{};Ann;Weg 1;DE;TEA;1;{}\r\n"
    columns = {**COLUMNS, "Status": "status"}
    del columns["Datum"]
    content = header + line.format(1, "Verpackt") + line.format(2, "bezahlt") + line.format(3, "verpackt")
    upload = keep(world, content)
    with world.scope():
        say_columns(upload.pk, ColumnMap(tuple(columns), columns, ReadOptions(), "x"), "")
    upload = looked_over(world, upload)
    assert (upload.orders, upload.sample["words"]) == (1, ["Verpackt", "verpackt"])


def test_a_preview_whose_worker_was_lost_is_begun_anew_and_counts_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(previews, "BATCH", 50)
    upload = keep(world, HEADER + "".join(rows(n, pieces="x" if n % 5 == 0 else 1) for n in range(200)))
    real = previews._note
    calls: list[int] = []

    def lost(*arguments: Any, **named: Any) -> None:
        if len(calls) == 2:
            raise KeyboardInterrupt
        calls.append(1)
        real(*arguments, **named)

    monkeypatch.setattr(previews, "_note", lost)
    with pytest.raises(KeyboardInterrupt):
        carry_on_preview(world.merchant_id, upload.pk)
    monkeypatch.setattr(previews, "_note", real)
    assert carry_on_preview(world.merchant_id, upload.pk) == 0, "its lease still holds"
    with world.scope():
        OrderUpload.objects.filter(pk=upload.pk).update(lease_until=now() - timedelta(seconds=1))
    upload = looked_over(world, upload)
    assert (upload.state, upload.orders, upload.problems) == ("ready", 160, 40)
    assert left_of(world)[2] == 40


def test_a_preview_of_a_dropped_or_reread_file_writes_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    upload = keep(world, HEADER + rows(1, pieces="x"))
    real = previews._known

    def meanwhile(store_id: int, batch: Any) -> int:
        uploads.drop_upload(upload.pk)
        return real(store_id, batch)

    monkeypatch.setattr(previews, "_known", meanwhile)
    carry_on_preview(world.merchant_id, upload.pk)
    with world.scope():
        drop_upload(upload.pk)
    assert left_of(world) == (0, 0, 0)


def test_a_sweep_finds_a_file_that_no_wake_up_came_for(world: World, db: Any) -> None:
    upload = keep(world, HEADER + rows(1))
    with world.scope():
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM procrastinate_jobs")
    sweep()
    found = db.rows("SELECT args->>'kind' FROM procrastinate_jobs WHERE args->>'target_id' = %s", str(upload.pk))
    assert ("preview",) in found


def test_files_that_nobody_decides_on_go_after_a_week(world: World) -> None:
    fresh, old = keep(world, HEADER + rows(1)), keep(world, HEADER + rows(2))
    with world.scope():
        OrderUpload.objects.filter(pk=old.pk).update(created_at=now() - uploads.KEPT - timedelta(minutes=1))
    tidy_up()
    with world.scope():
        assert list(OrderUpload.objects.values_list("pk", flat=True)) == [fresh.pk]


def test_a_hundred_thousand_lines_are_previewed_in_pieces(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    upload = keep(world, HEADER + rows(*range(100_000)))
    real, notes = previews._note, []

    def noted(upload_id: int, epoch: int, **changes: Any) -> None:
        notes.append(changes.get("orders"))
        real(upload_id, epoch, **changes)

    monkeypatch.setattr(previews, "_note", noted)
    upload = looked_over(world, upload)
    assert (upload.orders, upload.problems, len(upload.sample["orders"])) == (100_000, 0, previews.SHOWN_ORDERS)
    assert notes[:2] == [previews.BATCH, 2 * previews.BATCH], "the page can tell how far it is"
