"""Many products by a spreadsheet: judged before anything is written, the good rows imported, nothing lost (R44)."""

from __future__ import annotations

import csv
import html
import io
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from salur.catalog.bundles import parts_of_bundles
from salur.catalog.models import MasterProduct, ProductImport, WarehouseProduct
from salur.flows import product_imports
from salur.flows.product_imports import begin_import, carry_on_import, keep_import
from salur.flows.worker import sweep

from .shop import Shop


def upload(operator: Client, content: bytes, name: str = "a.csv") -> tuple[str, str]:
    """The address of the preview, and what it says."""
    answer = operator.post("/products/import/", {"file": SimpleUploadedFile(name, content)}, follow=True)
    assert answer.status_code == 200
    return answer.redirect_chain[-1][0], html.unescape(answer.content.decode())


def known(shop: Shop, *mskus: str) -> dict[str, Any]:
    with shop.world.scope():
        return {p.msku: p for p in MasterProduct.objects.filter(msku__in=mskus)}


WRONG = b"""msku,name,weight_g,shelf_life_days,inbound_days,parts
NEW-1,New one,250,365,180,
M-0000,Changed,,,,
NEW-1,Twice,1,,,
NEW-2,,heavy,30,30,
,No name,,,,
BOX,Box,,,,NEW-1:2; M-0001:1
LOOP-A,A,,,,LOOP-B:1
LOOP-B,B,,,,LOOP-A:1
SELF,Self,,,,SELF:1
M-0001,Was kept,,,,NEW-1:1
NEST,Nest,,,,BOX:1
ODD,Odd,,,,NONE:1; NEW-1:0
"""


def test_every_error_is_told_by_line_and_column_and_the_rest_is_imported(shop: Shop, operator: Client) -> None:
    address, told = upload(operator, WRONG)
    with shop.world.scope():
        row = ProductImport.objects.get(pk=address.strip("/").split("/")[-1])
    assert [(f["line"], f["column"], f["code"]) for f in row.faults] == [
        (4, "msku", "msku_twice"),
        (5, "weight_g", "bad_number"),
        (6, "msku", "missing_value"),
        (8, "parts", "bundle_itself"),
        (9, "parts", "bundle_itself"),
        (10, "parts", "bundle_itself"),
        (11, "parts", "bundle_has_past"),
        (12, "parts", "bundle_nested"),
        (13, "parts", "part_unknown"),
        (13, "parts", "part_quantity"),
    ]
    assert "A bundle cannot contain itself: LOOP-A → LOOP-B → LOOP-A." in told
    assert "This MSKU stands in row 2 already." in told
    assert not known(shop, "NEW-1"), "nothing is written before somebody says so"
    operator.post(address, {"action": "import"})
    found = known(shop, "NEW-1", "NEW-2", "M-0000", "BOX", "LOOP-A", "SELF", "ODD")
    assert sorted(found) == ["BOX", "M-0000", "NEW-1"]
    assert (found["NEW-1"].weight_g, found["NEW-1"].shelf_life_days, found["NEW-1"].inbound_days) == (250, 365, 180)
    assert found["M-0000"].name == "Changed"
    with shop.world.scope():
        parts = parts_of_bundles([found["BOX"].pk])[found["BOX"].pk]
        assert [(p.part.msku, p.quantity) for p in parts] == [("M-0001", 1), ("NEW-1", 2)]
        assert WarehouseProduct.objects.get(product=found["M-0000"]).push == "not_pushed", "told of the change"
    left = operator.get(f"{address}left.csv").content.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(left)))
    assert rows[0][-1] == "problem"
    assert [line[0] for line in rows[1:]] == ["NEW-1", "NEW-2", "", "LOOP-A", "LOOP-B", "SELF", "M-0001", "NEST", "ODD"]


def test_a_downloaded_table_changes_nothing_when_uploaded_again(shop: Shop, operator: Client) -> None:
    with shop.world.scope():
        MasterProduct.objects.filter(msku="M-0000").update(name="=1+1", tags=["a", "b"], declared_value="12.5")
    for kind in ("csv", "xlsx"):
        content = operator.get(f"/products/export.{kind}").content
        _address, told = upload(operator, content, f"a.{kind}")
        assert "Left out<strong>0</strong>" in told
        assert "As they are<strong>3</strong>" in told
    book = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    assert [cell.value for cell in book[1]][:2] == ["msku", "name"]
    assert operator.get("/products/export.csv?q=M-0001").content.count(b"\r\n") == 2, "as the list is filtered"


def test_a_row_made_from_an_older_version_does_not_undo_what_somebody_changed(shop: Shop, operator: Client) -> None:
    table = b"msku,name,version\nM-0000,From the file,1\nM-0001,Product M-0001,1\n"
    operator.post(
        f"/products/{known(shop, 'M-0000')['M-0000'].pk}/",
        {"version": "1", "name": "By hand", **dict.fromkeys(("weight_g", "length_mm", "width_mm"), "0")}
        | {"height_mm": "0", "declared_value": "0"},
    )
    _address, told = upload(operator, table)
    assert "Somebody changed this product after the file was made: name Product M-0000 → By hand." in told
    assert "As they are<strong>1</strong>" in told
    _address, odd = upload(operator, b"msku,name,version\nM-0001,Changed," + b"9" * 5000 + b"\n")
    assert "Left out<strong>0</strong>" in odd, "a version that nobody gave is none"


def test_a_large_file_is_checked_and_imported_by_a_worker(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(product_imports, "CHUNK", 20)
    lines = ["msku,name,parts", "SET,Set,P-001:1", *(f"P-{i:03d},Part {i}," for i in range(50))]
    with shop.world.scope():
        kept = keep_import("large.csv", "\n".join(lines).encode())
    assert carry_on_import(shop.world.merchant_id, kept.pk) == 1
    assert carry_on_import(shop.world.merchant_id, kept.pk) == 0, "it waits for a person"
    with shop.world.scope():
        begin_import(kept.pk)
    original = product_imports._write
    calls = iter(range(100))

    def lost(rows: Any) -> int:
        if next(calls) == 1:
            raise RuntimeError("the worker is lost")
        return original(rows)

    monkeypatch.setattr(product_imports, "_write", lost)
    with pytest.raises(RuntimeError):
        carry_on_import(shop.world.merchant_id, kept.pk)
    with shop.world.scope():
        assert MasterProduct.objects.filter(msku__startswith="P-").count() == 20, "what was done stays done"
        ProductImport.objects.filter(pk=kept.pk).update(lease_until="2020-01-01T00:00:00Z")
    assert sweep() > 0
    assert carry_on_import(shop.world.merchant_id, kept.pk) == 1
    with shop.world.scope():
        row = ProductImport.objects.get(pk=kept.pk)
        assert (row.state, row.counts["written"]) == ("done", 51)
        assert MasterProduct.objects.filter(msku__startswith="P-").count() == 50
        assert MasterProduct.objects.get(msku="SET").is_bundle


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"name\nX\n", "missing: msku"),
        (b"msku,msku\nX,Y\n", "stands in the header twice"),
        (b"PK\x03\x04broken", "The workbook cannot be opened"),
        (b"msku,name\nX\n", "This row has 1 cells, the header 2."),
    ],
)
def test_a_file_that_cannot_be_read_says_why(shop: Shop, operator: Client, content: bytes, told: str) -> None:
    assert told in upload(operator, content)[1]
