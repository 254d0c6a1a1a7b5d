"""The links of a store's SKUs as a spreadsheet: down as they stand, up again to set them (R44)."""

from __future__ import annotations

import io

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from salur.catalog.models import Binding, Listing

from .shop import Shop


def page(shop: Shop) -> str:
    return f"/products/channel/store/{shop.ids['store_id']}/links"


def links(shop: Shop) -> set[tuple[str, str, int]]:
    with shop.world.scope():
        return set(Binding.objects.values_list("sku", "product__msku", "quantity"))


def test_a_downloaded_file_may_be_uploaded_as_it_is(shop: Shop, operator: Client) -> None:
    with shop.world.scope():
        Binding.objects.filter(sku="L-2").update(sku="=2+3")
        Listing.objects.filter(sku="L-2").update(sku="=2+3", name="=1+1")
    before = links(shop)
    for kind in ("csv", "xlsx"):
        content = operator.get(f"{page(shop)}.{kind}").content
        with shop.world.scope():
            Binding.objects.all().delete()
        sent = operator.post(f"{page(shop)}/", {"file": SimpleUploadedFile(f"a.{kind}", content)})
        assert sent.status_code == 302, sent.content.decode()
        assert links(shop) == before
    rows = list(openpyxl.load_workbook(io.BytesIO(content)).worksheets[0].values)
    assert rows[0] == ("sku", "product_name", "variation", "msku", "quantity")
    assert rows[1][:2] == ("'=2+3", "'=1+1")
    assert operator.get(f"{page(shop)}.pdf").status_code == 404


def test_a_bundle_is_set_by_a_file_and_what_is_not_listed_is_said(shop: Shop, operator: Client) -> None:
    table = b"SKU;MSKU;Quantity\nL-0;M-0000;2\nL-0;M-0001;1\n\nFREE;M-0001;5\n"
    answer = operator.post(f"{page(shop)}/", {"file": SimpleUploadedFile("a.csv", table)}, follow=True)
    told = answer.content.decode()
    assert "Links set for 2 SKUs" in told and "(1): FREE" in told
    assert {("L-0", "M-0000", 2), ("L-0", "M-0001", 1), ("FREE", "M-0001", 5), ("L-1", "M-0001", 1)} <= links(shop)


def test_wrong_rows_are_told_by_line_and_column_and_nothing_is_saved(shop: Shop, operator: Client) -> None:
    before = links(shop)
    table = b"sku,msku,quantity\nL-0,M-0001,1\n\nL-1,NONE,1\nL-2,M-0001,two <b>\n"
    answer = operator.post(f"{page(shop)}/", {"file": SimpleUploadedFile("a.csv", table)})
    told = answer.content.decode()
    assert answer.status_code == 422
    assert "Line 4, msku: There is no master product with this MSKU." in told
    assert "Line 5, quantity: “two &lt;b&gt;” is not a number of pieces." in told
    assert links(shop) == before


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"sku,msku\nL-0,M-0000\n", "missing: quantity"),
        (b"sku,msku,msku,quantity\nL-0,M-0000,M-0001,1\n", "stands in the header twice"),
        (b"sku,msku,quantity\n", "The file holds no line below its header."),
        (b"sku,msku,quantity\nL-0,M-0000\n", "Line 2: This row has 2 cells, the header 3."),
        (b"PK\x03\x04broken", "The workbook cannot be opened"),
        (b"%PDF-1.7", "missing"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(shop: Shop, operator: Client, content: bytes, told: str) -> None:
    before = links(shop)
    answer = operator.post(f"{page(shop)}/", {"file": SimpleUploadedFile("a.csv", content)})
    assert answer.status_code == 422
    assert told in answer.content.decode()
    assert links(shop) == before
