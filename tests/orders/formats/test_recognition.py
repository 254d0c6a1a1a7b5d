"""Which kind of file a header belongs to, and what a refused header's owner is told."""

from __future__ import annotations

import pytest

from salur.orders.formats import FileRefused, recognise, template_csv
from salur.orders.formats.messages import text_of

from .files import SHOPIFY, own, refusal, shopify, table


def header(*names: str) -> bytes:
    return (",".join(names) + "\r\n").encode()


def test_own_template_and_shopifys_export_are_told_apart_by_their_names() -> None:
    assert recognise(template_csv().encode()).name == "salur"
    assert recognise(table([shopify()])).name == "shopify"
    assert recognise(header(*sorted(SHOPIFY))).name == "shopify"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_the_head_of_a_file_is_enough_even_cut_within_a_character(encoding: str) -> None:
    content = table([own(note="ทดสอบ" * 900)] * 20, encoding=encoding)
    for cut in range(65_536, 65_540):
        assert recognise(content[:cut]).name == "salur"


def test_missing_columns_are_listed() -> None:
    names = [name for name in own() if name not in ("quantity", "country")]
    refused = refusal(header(*names))
    assert (refused.code, refused.detail["missing"]) == ("missing_columns", "country, quantity")
    assert "country, quantity" in text_of(refused)


def test_missing_columns_of_shopifys_export_are_listed() -> None:
    refused = refusal(header(*(name for name in SHOPIFY if name != "Lineitem sku")))
    assert (refused.detail["format"], refused.detail["missing"]) == ("Shopify order export", "Lineitem sku")


def test_an_unknown_header_is_shown() -> None:
    refused = refusal(header("Bestellnummer", "Käufer"))
    assert (refused.code, refused.detail["found"]) == ("unknown_header", "Bestellnummer, Käufer")


def test_a_column_that_stands_there_twice_is_refused() -> None:
    refused = refusal(header(*own(), "SKU"))
    assert (refused.code, refused.detail["column"]) == ("duplicate_column", "sku")


@pytest.mark.parametrize(
    ("content", "title"),
    [
        (header("Sale Date", "Item Name", "Transaction ID", "Listing ID", "Order ID"), "Etsy sold order items"),
        (header("Sale Date", "Order ID", "Number of Items", "Order Net", "SKU"), "Etsy sold orders"),
        (header("order-id", "order-item-id", "purchase-date", "sku").replace(b",", b"\t"), "Amazon order report"),
        (header("Sales Record Number", "Order Number", "Item Title"), "eBay orders report"),
    ],
)
def test_files_of_other_shops_are_named(content: bytes, title: str) -> None:
    refused = refusal(content)
    assert (refused.code, refused.detail["format"]) == ("other_format", title)


def test_recognise_refuses_what_reading_would_refuse() -> None:
    with pytest.raises(FileRefused) as caught:
        recognise(b"")
    assert caught.value.code == "empty_file"
