"""Goods announced on the pages: singly, as text, by spreadsheet, by updating stock; errors by line (R60 to R71)."""

from __future__ import annotations

import csv
import html
import io
from dataclasses import replace

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from salur.flows import stock_files
from salur.flows.stock_files import carry_on_stock_file
from salur.foundation.clock import now
from salur.inbound.models import InboundList
from salur.stock.models import Balance, StockFile, Warehouse

from .addresses import OPERATOR, VIEWER
from .inbound import count, errors, id_of, new, own_warehouse, row, stored, typed
from .shop import Shop, open_shop


def test_products_are_added_singly_and_the_list_is_submitted(shop: Shop, operator: Client) -> None:
    page = operator.get(new(shop)).content.decode()
    assert "M-0001" in page
    first = operator.post(new(shop), {"action": "add:M-0001"}).content.decode()
    assert 'name="sku" id="id_sku_1" value="M-0001"' in first
    sent = typed(("M-0001", "12", "18.5", "L1", "2099-01-31"), ("M-0000", "3", "", "", ""), ("", "", "", "", ""))
    answer = operator.post(new(shop), sent | {"action": "submit", "carrier": "Truck", "expected_on": "2098-12-01"})
    made = id_of(answer)
    assert stored(shop, made) == [("M-0001", 12, "18.5000", "L1", "2099-01-31"), ("M-0000", 3, "", "", "")]
    kept = row(shop, made)
    assert (kept.push, kept.carrier, f"{kept.expected_on}", kept.currency) == ("ready", "Truck", "2098-12-01", "THB")
    assert kept.created_by == f"user:{shop.people[OPERATOR].pk}"


def test_wrong_lines_are_told_by_line_and_what_was_typed_is_kept(shop: Shop, operator: Client) -> None:
    before = count(shop)
    box = 'M-0001, 4, , A\r\n\r\nNOBODY, 3\r\nM-0001, 2, , A\r\n"M-0000, 1\r\nM-0002, 1, 2, 3, 2099-01-01, 6'
    sent = typed(("M-0000", "-4", "x", "", "2001-01-01")) | {"lines": box, "note": "keep <me>", "action": "submit"}
    answer = operator.post(new(shop), sent)
    shown = answer.content.decode()
    assert answer.status_code == 422
    assert count(shop) == before
    for field in ("quantity", "unit_cost", "expires_on"):
        assert f'aria-describedby="id_{field}_1_error"' in shown, field
    assert errors(shown) == [
        "Line 3: There is no master product with the MSKU NOBODY",
        "Line 4: MSKU M-0001 with the batch A stands in line 1 already",
        "Line 5: A quotation mark in this line is never closed",
        "Line 6: There are 6 values in this line, but only 5 columns",
    ]
    assert 'value="-4"' in shown and "NOBODY, 3" in shown and "keep &lt;me&gt;" in shown


def test_a_product_that_the_warehouse_has_not_accepted_is_neither_offered_nor_taken(
    shop: Shop, operator: Client
) -> None:
    shop.world.add_product("LATE", pushed=False)
    found = operator.get(
        f"/inbound/products/?warehouse={shop.world.warehouse_id}&q=LATE", headers={"hx-request": "true"}
    )
    assert "add:LATE" not in found.content.decode()
    known = operator.get(
        f"/inbound/products/?warehouse={shop.world.warehouse_id}&q=m-00", headers={"hx-request": "true"}
    )
    assert known.content.decode().count("add:M-00") == 3
    answer = operator.post(new(shop), typed(("LATE", "1", "", "", "")) | {"action": "save"})
    assert answer.status_code == 422
    assert "has not accepted MSKU LATE yet" in answer.content.decode()


@pytest.mark.parametrize(
    "box",
    [
        "M-0001, 4, 2.50, B, 2099-01-31",
        "M-0001\t4\t2.50\tB\t2099-01-31",
        "M-0001;4;2.50;B;2099-01-31\n",
        'MSKU,Quantity,Cost,Batch,Expiry\r\n"M-0001","4","2.50","B","2099-01-31"',
        "expiry\tbatch\tunit_cost\tqty\tsku\n2099-01-31\tB\t2.50\t4\tM-0001",
    ],
)
def test_pasted_lines_become_lines_of_the_table_whatever_parts_them(shop: Shop, operator: Client, box: str) -> None:
    shown = operator.post(new(shop), {"action": "lines", "lines": box}).content.decode()
    for name, value in zip(
        ("sku", "quantity", "unit_cost", "batch", "expires_on"), ("M-0001", "4", "2.50", "B", "2099-01-31"), strict=True
    ):
        assert f'name="{name}" id="id_{name}_1" value="{value}"' in shown, name
    assert errors(shown) == []
    assert count(shop) == 5


def workbook(*rows: tuple[object, ...]) -> bytes:
    book = openpyxl.Workbook()
    for one in rows:
        book.worksheets[0].append(list(one))
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def test_a_spreadsheet_is_read_and_its_wrong_rows_stand_in_the_box_to_be_mended(shop: Shop, operator: Client) -> None:
    from datetime import date

    good = workbook(("msku", "quantity", "cost", "batch", "expiry"), ("M-0001", 4, 2.5, "B", date(2099, 1, 31)))
    shown = operator.post(new(shop), {"action": "file", "file": SimpleUploadedFile("a.xlsx", good)}).content.decode()
    assert 'id="id_expires_on_1" value="2099-01-31"' in shown and 'id="id_unit_cost_1" value="2.5"' in shown
    bad = "msku,quantity\r\nM-0001,4\r\nM-0000,many\r\n".encode("utf-8-sig")
    answer = operator.post(new(shop), {"action": "submit", "file": SimpleUploadedFile("a.csv", bad)})
    shown = answer.content.decode()
    assert answer.status_code == 422
    assert errors(shown) == ["Line 3: many is not a whole number of pieces greater than zero (MSKU M-0000)"]
    assert "msku, quantity\nM-0001, 4\nM-0000, many" in shown


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"colour,size\r\nred,4\r\n", "The first row does not name the columns"),
        (b"", "no header row"),
        (b"\xff\xfe\x00\xd8msku", "not UTF-8"),
        (b"msku,quantity\r\nM-0001,\xe0\r\n", "not UTF-8"),
        (b"PK\x03\x04 no workbook", "cannot be opened"),
        (b"msku,quantity\r\n" + b"M-0001,1\r\n" * 2001, "at most 2000 lines"),
    ],
    ids=["columns", "empty", "utf16", "latin", "damaged", "long"],
)
def test_a_file_that_cannot_be_read_says_why(shop: Shop, operator: Client, content: bytes, told: str) -> None:
    sent = {"action": "file", "file": SimpleUploadedFile("a.csv", content or b"\n"), "lines": "M-0001, 1"}
    shown = operator.post(new(shop), sent).content.decode()
    assert told in shown
    assert "M-0001, 1</textarea>" in shown


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_template_can_be_filled_in_and_read(shop: Shop, operator: Client, kind: str) -> None:
    template = operator.get(f"/inbound/template.{kind}")
    assert f"salur-inbound.{kind}" in template["Content-Disposition"]
    upload = SimpleUploadedFile(f"a.{kind}", template.content)
    shown = operator.post(new(shop), {"action": "file", "file": upload}).content.decode()
    assert [one.split(" with")[0] for one in errors(shown)] == [
        "Line 2: There is no master product",
        "Line 3: There is no master product",
    ]


def test_more_lines_than_the_table_holds_stay_in_the_box_and_are_stored(shop: Shop, operator: Client) -> None:
    box = "\n".join(f"M-0001, 1, , B{i}" for i in range(400))
    shown = operator.post(new(shop), {"action": "lines", "lines": box}).content.decode()
    assert "All 400 lines are right" in shown and "M-0001, 1, , B399" in shown
    made = id_of(operator.post(new(shop), {"action": "save", "lines": box}))
    assert len(stored(shop, made)) == 400
    again = operator.get(f"/inbound/{made}/change/").content.decode()
    assert "M-0001, 1, , B399" in again


def test_a_line_is_removed_and_blank_ones_do_not_count(shop: Shop, operator: Client) -> None:
    sent = typed(("M-0000", "1", "", "", ""), ("M-0001", "2", "", "", "")) | {"action": "remove:1"}
    shown = operator.post(new(shop), sent).content.decode()
    assert 'id="id_sku_1" value="M-0001"' in shown and "id_sku_2" not in shown
    answer = operator.post(new(shop), typed(("", "", "", "", "")) | {"action": "submit"})
    assert answer.status_code == 422
    assert "at least one product" in answer.content.decode()


def test_a_draft_is_changed_under_its_reference_and_deleted(shop: Shop, operator: Client) -> None:
    draft = shop.ids["draft_id"]
    reference = row(shop, draft).reference
    shown = operator.get(f"/inbound/{draft}/change/").content.decode()
    assert 'id="id_quantity_1" value="7"' in shown
    operator.post(f"/inbound/{draft}/change/", typed(("M-0001", "9", "", "", "")) | {"action": "save"})
    assert (row(shop, draft).reference, stored(shop, draft)) == (reference, [("M-0001", 9, "", "", "")])
    answer = operator.post(f"/inbound/{draft}/act/", {"action": "delete"})
    assert answer["Location"] == "/inbound/"
    assert operator.get(f"/inbound/{draft}/").status_code == 404


def second_warehouse(shop: Shop, msku: str) -> int:
    """Another warehouse of the same partner, which has a product."""
    with shop.world.scope():
        place = Warehouse(account_id=shop.world.account_id, code="TH02", name="TH02", country="TH", created_at=now())
        place.save()
    replace(shop.world, warehouse_id=place.pk).add_product(msku)
    return place.pk


def test_update_stock_makes_one_submitted_list_for_each_partners_warehouse(shop: Shop, operator: Client) -> None:
    own, other = own_warehouse(shop), second_warehouse(shop, "M-OTHER")
    table = b"warehouse,msku,quantity\r\nTH01,M-0001,4\r\nhome,M-0002,6\r\nTH01 + C1,M-0000,1\r\nth02,M-OTHER,3\r\n"
    before = count(shop)
    answer = operator.post(
        "/stock/update/", {"warehouse": "", "file": SimpleUploadedFile("s.csv", table), "note": "Nov"}
    )
    assert answer["Location"] == "/inbound/"
    assert count(shop) == before + 2
    with shop.world.scope():
        latest = list(InboundList.objects.order_by("-pk")[:2])
    assert {(one.warehouse_id, one.push, one.source, one.note) for one in latest} == {
        (shop.world.warehouse_id, "ready", "import", "Nov"),
        (other, "ready", "import", "Nov"),
    }
    lines = {one.warehouse_id: [line[:2] for line in stored(shop, one.pk)] for one in latest}
    assert lines == {shop.world.warehouse_id: [("M-0001", 4), ("M-0000", 1)], other: [("M-OTHER", 3)]}
    with shop.world.scope():
        there = Balance.objects.filter(warehouse_id=own).values_list("msku", "on_hand", "incoming")
        assert list(there) == [("M-0002", 6, 0)], "in an own warehouse the pieces are there at once"


def test_update_stock_saves_nothing_while_a_line_is_wrong(shop: Shop, operator: Client) -> None:
    before = count(shop)
    table = b"warehouse,msku,quantity\r\nTH01,M-0001,4\r\nMARS,M-0001,4\r\n,M-0001,4\r\nTH01,NOBODY,4\r\n"
    sent = {"warehouse": "", "file": SimpleUploadedFile("s.csv", table)}
    answer = operator.post("/stock/update/", sent)
    assert answer.status_code == 422
    assert errors(answer.content.decode())[:2] == [
        "Line 3: There is no warehouse “MARS” that takes goods",
        "Line 4: The line names no warehouse",
    ]
    mended = "M-0001, 4\nNOBODY, 4"
    answer = operator.post("/stock/update/", {"warehouse": str(shop.world.warehouse_id), "lines": mended})
    assert errors(answer.content.decode()) == ["Line 2: There is no master product with the MSKU NOBODY"]
    assert count(shop) == before


def test_a_large_table_of_stock_is_kept_and_its_page_tells_what_became_of_it(
    shop: Shop, operator: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stock_files, "AT_ONCE", 2)
    own, before = own_warehouse(shop), count(shop)
    table = b"warehouse,msku,quantity\r\nTH01,M-0001,90\r\nhome,M-0002,6\r\nhome,NOBODY,4\r\nhome,M-0000,-1\r\n"

    def send(content: bytes) -> tuple[str, int]:
        given = {"kind": "set", "file": SimpleUploadedFile("s.csv", content)}
        address = operator.post("/stock/update/", given)["Location"]
        assert "Being checked" in operator.get(address).content.decode()
        pk = int(address.strip("/").split("/")[-1])
        carry_on_stock_file(shop.world.merchant_id, pk)
        return address, pk

    address, _ = send(table)
    told = html.unescape(operator.get(address).content.decode())
    assert "Nothing was saved. Correct them in your file and upload the whole file again." in told
    assert "There is no master product with the MSKU NOBODY." in told
    assert "“-1” is not a whole number from 0" in told
    left = list(csv.reader(io.StringIO(operator.get(f"{address}left.csv").content.decode("utf-8-sig"))))
    assert [(line[0], line[1], line[2], line[6]) for line in left[1:]] == [
        ("Home", "NOBODY", "4", "4"),
        ("Home", "M-0000", "'-1", "5"),
    ]
    assert count(shop) == before
    rows = [left[0], ["TH01", "M-0001", "90", *left[1][3:]], ["Home", "M-0002", "6", *left[1][3:]], left[2]]
    rows[-1][2] = "6"
    mended = io.StringIO()  # the file of what was left out is taken back with its columns “line” and “problem”
    csv.writer(mended).writerows(rows)
    address, pk = send(mended.getvalue().encode())
    told = operator.get(address).content.decode()
    with shop.world.scope():
        kept = StockFile.objects.get(pk=pk)
        (made,) = InboundList.objects.filter(pk__in=kept.made)
        there = dict(Balance.objects.filter(warehouse_id=own).values_list("msku", "on_hand"))
    assert (kept.state, kept.written, kept.changed, there) == ("done", 3, 2, {"M-0002": 6, "M-0000": 6})
    assert f'href="/inbound/{made.pk}/"' in told
    assert address in operator.get("/stock/update/").content.decode(), "the last tables are found again"
    assert open_shop().client(OPERATOR).get(f"{address}left.csv").status_code == 404
    assert shop.client(VIEWER).get(f"{address}left.csv").status_code == 403
