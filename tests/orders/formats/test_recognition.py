"""Which kind of file a header belongs to, and what a refused header's owner is told."""

from __future__ import annotations

import pytest

from salur.orders.formats import FileRefused, recognise, template_csv
from salur.orders.formats.messages import text_of

from .exports import ETSY_ORDERS
from .files import SHOPIFY, own, problems, refusal, shopify, table, taken


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


def test_a_file_without_the_lines_of_its_orders_names_the_one_that_has_them() -> None:
    refused = refusal(header(*ETSY_ORDERS))
    assert (refused.code, refused.detail["instead"]) == ("no_lines", "EtsySoldOrderItems")


@pytest.mark.parametrize("above", [1, 3])
def test_rows_above_the_header_are_passed_over_and_counted(above: int) -> None:
    content = b"Orders report;;\r\n\r\n" * above + table([own(), own(order_id="A2", quantity="x")])
    assert taken(content) == ["A1"]
    assert problems(content) == [(2 * above + 3, "quantity", "bad_quantity", "A2")]


@pytest.mark.parametrize("footer", ["3 record(s) downloaded", "Seller ID : shop-1", "Total,,,480.00", "Jumlah,,"])
def test_rows_below_the_orders_are_passed_over(footer: str) -> None:
    content = table([own(), own(order_id="A2")]) + f"\r\n{footer}\r\n".encode()
    assert (taken(content), problems(content)) == (["A1", "A2"], [])


def test_a_row_that_says_more_than_a_sum_is_no_footer() -> None:
    assert taken(table([own(order_id="Total"), own(order_id="A2")])) == ["Total", "A2"]


def test_recognise_refuses_what_reading_would_refuse() -> None:
    with pytest.raises(FileRefused) as caught:
        recognise(b"")
    assert caught.value.code == "empty_file"
