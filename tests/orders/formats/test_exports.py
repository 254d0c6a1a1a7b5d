"""Exports of Etsy, Amazon, eBay and WooCommerce, as the contract sheet ``csv-orders`` describes them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salur.connectors.base.types import OrderStatus, StoreOrder
from salur.orders.formats import recognise

from .exports import (
    AMAZON,
    AMAZON_NEW,
    AMAZON_UNSHIPPED,
    EBAY,
    EBAY_HEADER,
    EBAY_UK,
    ETSY,
    ETSY_NEW,
    ETSY_OLD,
    WOO,
    row,
)
from .files import orders, problems, refusal, table, taken
from .test_properties import assert_harmless

DAY = Mapping[str, str]


def the_order(*rows: DAY, separator: str = ",", zone: str = "America/New_York") -> StoreOrder:
    (only,) = orders(table(rows, separator=separator), zone)
    return only


def skus(order: StoreOrder) -> list[tuple[str, str, int]]:
    return [(line.key, line.sku, line.quantity) for line in order.lines]


ETSY_ROW = row(ETSY, ETSY_NEW)
AMAZON_ROW = row(AMAZON, AMAZON_UNSHIPPED)
AMAZON_NEW_ROW = row(AMAZON, AMAZON_NEW)
EBAY_ROW = row(EBAY, EBAY_HEADER)
WOO_ROW = row(WOO)
ALL = [
    ("etsy", ETSY_ROW, ",", "Order ID", "3300000001"),
    ("amazon", AMAZON_ROW, "\t", "order-id", "111-0000001-0000001"),
    ("ebay", EBAY_ROW, ",", "Order Number", "12-34567-89012"),
    ("woocommerce", WOO_ROW, ",", "Order Number", "5001"),
]


@pytest.mark.parametrize(("name", "whole", "separator", "_key", "number"), ALL)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_each_export_is_known_by_its_header_in_any_order_and_separator(
    name: str, whole: DAY, separator: str, _key: str, number: str, encoding: str
) -> None:
    assert recognise(table([whole], sorted(whole), separator=separator, encoding=encoding)).name == name
    for other in ",;\t":
        assert taken(table([whole], separator=other, encoding=encoding)) == [number]


@pytest.mark.parametrize(("name", "whole", "separator", "_key", "number"), ALL)
def test_a_missing_column_is_named_and_nothing_is_read(
    name: str, whole: DAY, separator: str, _key: str, number: str
) -> None:
    from salur.orders.formats.recognition import FORMATS

    (layout,) = [one() for one in FORMATS if one.info.name == name]
    ours = layout.names()
    lost = [column for column in whole if ours.get(column.casefold()) == max(layout.needed)]
    refused = refusal(table([{c: v for c, v in whole.items() if c not in lost}], separator=separator))
    assert (refused.code, refused.detail["missing"]) == ("missing_columns", max(layout.needed))


@given(data=st.data())
@pytest.mark.parametrize(("name", "whole", "separator", "key", "number"), ALL)
def test_any_text_in_any_cell_spoils_at_most_its_own_order(
    name: str, whole: DAY, separator: str, key: str, number: str, data: st.DataObject
) -> None:
    column = data.draw(st.sampled_from(list(whole)))
    cell = data.draw(st.text(max_size=40)).encode("utf-8", "ignore").decode()
    rows = [{**whole, key: "7001"}, {**whole, column: cell}, {**whole, key: "7002"}]
    content = table(rows, separator=separator)
    assert_harmless(content)
    # In a file without quotation marks a line end or separator inside a cell ends the cell.
    if separator == "\t" and any(mark in cell for mark in '\t\r\n"'):
        return
    assert {"7001", "7002"} <= set(taken(content)) or (column == key and cell.strip(" '#") in ("7001", "7002"))


# -- Etsy -----------------------------------------------------------------------------------------------------------


def test_an_etsy_order_of_two_items_is_read_in_full() -> None:
    second = {
        **ETSY_ROW,
        "Transaction ID": "900002",
        "SKU": "",
        "Quantity": "1",
        "Item Total": "8.00",
        "Variations": "",
    }
    order = the_order(ETSY_ROW, second)
    assert (order.external_id, order.status, order.raw_status) == ("3300000001", OrderStatus.PAID, "paid")
    assert order.ordered_at == datetime(2026, 5, 1, 4, 0, tzinfo=UTC)  # midnight in New York
    assert order.paid_at == order.version == datetime(2026, 5, 2, 4, 0, tzinfo=UTC)
    assert (order.currency, order.total) == ("USD", Decimal("38.50"))
    assert (order.address.lines, order.address.country) == (("1 High Street", "Flat 2"), "US")
    assert (order.address.city, order.address.province, order.address.postal_code) == ("Austin", "TX", "73301")
    assert skus(order) == [("900001", "MUG-BLUE", 2), ("900002", "700001", 1)]
    assert (order.lines[0].name, order.lines[0].unit_price) == ("Mug (Color:Blue)", Decimal("12.50"))
    assert order.buyer == "ann (Ann Lee)"


def test_an_etsy_order_partly_shipped_keeps_what_is_left() -> None:
    gone = {**ETSY_ROW, "Date Shipped": "05/03/26"}
    left = {**ETSY_ROW, "Transaction ID": "900002"}
    order = the_order(gone, left)
    assert (order.status, skus(order)) == (OrderStatus.PAID, [("900002", "MUG-BLUE", 2)])
    whole = the_order(gone, {**left, "Date Shipped": "05/04/26"})
    assert (whole.status, len(whole.lines)) == (OrderStatus.SHIPPED, 2)
    assert whole.version == datetime(2026, 5, 4, 4, 0, tzinfo=UTC)


@pytest.mark.parametrize(("paid", "status"), [("05/02/26", "paid"), ("", "unpaid")])
def test_an_etsy_order_is_paid_when_the_file_says_so(paid: str, status: str) -> None:
    assert the_order({**ETSY_ROW, "Date Paid": paid}).status == status


def test_etsys_older_file_without_sku_and_with_a_hash_is_read() -> None:
    old = row(ETSY, ETSY_OLD, **{"Order ID": "#3300000001"})
    order = the_order(old)
    assert (order.external_id, skus(order)) == ("3300000001", [("900001", "700001", 2)])


def test_etsys_decimal_commas_and_country_names_are_understood() -> None:
    order = the_order({**ETSY_ROW, "Price": "12,50", "Item Total": "25,00", "Ship Country": "The Netherlands"})
    assert (order.lines[0].unit_price, order.address.country) == (Decimal("12.50"), "NL")
    content = table([{**ETSY_ROW, "Ship Country": "Atlantis"}])
    assert problems(content) == [(2, "Ship Country", "bad_country", "3300000001")]


# -- Amazon ---------------------------------------------------------------------------------------------------------


def test_amazons_unshipped_report_keeps_quotation_marks_and_ships_what_is_left() -> None:
    content = b"\t".join(c.encode() for c in AMAZON_UNSHIPPED) + b"\r\n"
    content += b"\t".join(AMAZON.get(c, "").encode() for c in AMAZON_UNSHIPPED) + b"\r\n"
    other = {**AMAZON, "order-id": "111-2", "product-name": '"Best" mug 12"'}
    content += b"\t".join(other.get(c, "").encode() for c in AMAZON_UNSHIPPED) + b"\r\n"
    order, second = orders(content)
    assert (order.lines[0].name, second.lines[0].name) == ('Frame 12" x 16"', '"Best" mug 12"')
    assert (order.external_id, order.status, skus(order)) == (
        "111-0000001-0000001",
        OrderStatus.PAID,
        [("20000000001", "MUG", 2)],
    )
    assert order.ordered_at == order.paid_at == datetime(2026, 5, 1, 8, 34, 47, tzinfo=UTC)
    assert order.ship_by == datetime(2026, 9, 4, 6, 59, 59, tzinfo=UTC)
    assert (order.courier, order.address.phone, order.address.lines[2]) == ("Standard", "+1 512 555 0100", "Back door")


def test_amazons_new_orders_have_prices_by_the_piece_and_a_total() -> None:
    order = the_order(AMAZON_NEW_ROW)
    assert (order.currency, order.lines[0].unit_price, order.lines[0].quantity) == ("USD", Decimal("10.0000"), 3)
    assert order.total == Decimal("33.80")  # 30 + 2.40 + 5 + 0.40, less 3 and 1
    assert order.note == "ring twice"


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"quantity-to-ship": "0", "quantity-shipped": "3"}, OrderStatus.SHIPPED),
        ({"is-buyer-requested-cancellation": "true"}, OrderStatus.CANCEL_REQUESTED),
        ({"is-buyer-requested-cancellation": "false"}, OrderStatus.PAID),
    ],
)
def test_what_amazons_report_says_of_an_order(changes: dict[str, str], status: OrderStatus) -> None:
    assert the_order({**AMAZON_ROW, **changes}, separator="\t").status == status


def test_amazons_report_in_another_encoding_loses_only_the_orders_it_touches() -> None:
    rows = [AMAZON_ROW, {**AMAZON_ROW, "order-id": "111-2", "recipient-name": "José"}]
    content = table(rows, separator="\t", encoding="cp1252")
    assert taken(content) == ["111-0000001-0000001"]
    assert problems(content) == [(3, "recipient-name", "bad_bytes", "111-2")]


# -- eBay -----------------------------------------------------------------------------------------------------------


def test_an_ebay_order_is_read_between_preamble_and_footer() -> None:
    content = b"sep=,\r\nOrders report\r\n\r\n" + table([EBAY_ROW])
    content += b"\r\n1 record(s) downloaded\r\nSeller ID : my_shop\r\n"
    (order,) = orders(content, "America/Los_Angeles")
    assert (order.external_id, order.status, order.total) == ("12-34567-89012", OrderStatus.PAID, Decimal("1098.98"))
    assert order.ordered_at == datetime(2026, 7, 21, 7, 0, tzinfo=UTC)
    assert order.ship_by == datetime(2026, 9, 4, 7, 0, tzinfo=UTC)
    assert skus(order) == [("10000001", "MUG", 2)]
    assert (order.lines[0].unit_price, order.lines[0].item_id) == (Decimal("45.99"), "110000000001")
    assert (order.buyer, order.courier, order.address.country) == ("ann_lee", "USPS Ground", "US")
    assert order.note == "blue please"


def test_an_ebay_order_with_a_row_above_its_items_is_one_order() -> None:
    above = {**EBAY_ROW, "Item Number": "", "Item Title": "", "Custom Label": "", "Quantity": "3", "Transaction ID": ""}
    item = dict.fromkeys(EBAY_ROW, "") | {
        "Order Number": "12-34567-89012",
        "Item Title": "Mug",
        "Custom Label": "MUG",
        "Quantity": "2",
        "Sold For": "$45.99",
        "Transaction ID": "1",
    }
    order = the_order(
        above, item, {**item, "Custom Label": "", "Item Number": "55", "Quantity": "1", "Transaction ID": "2"}
    )
    assert skus(order) == [("1", "MUG", 2), ("2", "55", 1)]
    assert order.total == Decimal("1098.98")


def test_ebays_shipped_items_stay_out_and_a_reference_is_kept() -> None:
    gone = {**EBAY_ROW, "Shipped On Date": "Jul-23-26", "Global Shipping Reference ID": "G77"}
    left = {**EBAY_ROW, "Transaction ID": "2", "Item Number": "2", "Global Shipping Reference ID": "G77"}
    order = the_order(gone, left)
    assert (order.status, [line.key for line in order.lines]) == (OrderStatus.PAID, ["2"])
    assert order.address.lines[-1] == "Reference #G77"
    assert the_order(gone).status == OrderStatus.SHIPPED


def test_ebays_uk_headers_are_known_and_named_as_they_stand_in_the_file() -> None:
    uk = {EBAY_UK.get(column, column): value for column, value in EBAY_ROW.items()}
    uk |= {"Post to country": "United Kingdom", "Total Price": "£45.99"}
    order = the_order(uk)
    assert (order.address.country, order.currency) == ("GB", "GBP")
    assert problems(table([{**uk, "Post to name": ""}])) == [(2, "Post to name", "missing_value", "12-34567-89012")]


def test_ebays_german_dates_and_amounts_are_understood() -> None:
    german = {**EBAY_ROW, "Sale Date": "10-Dez-25", "Paid On Date": "11-Mär-26", "Total Price": "1.116,99 €"}
    order = the_order(german, separator=";", zone="Europe/Berlin")
    assert (order.total, order.currency) == (Decimal("1116.99"), "EUR")
    assert order.ordered_at == datetime(2025, 12, 9, 23, 0, tzinfo=UTC)
    assert order.paid_at == datetime(2026, 3, 10, 23, 0, tzinfo=UTC)


# -- WooCommerce ----------------------------------------------------------------------------------------------------


def test_a_woocommerce_order_is_read_in_full() -> None:
    order = the_order(WOO_ROW, {**WOO_ROW, "SKU": "PLATE", "Quantity (- Refund)": "0"}, zone="Europe/Paris")
    assert (order.external_id, order.status, order.raw_status) == ("5001", OrderStatus.PAID, "Processing")
    assert order.ordered_at == datetime(2026, 5, 1, 8, 0, tzinfo=UTC)
    assert skus(order) == [("1", "MUG", 2)]
    assert (order.lines[0].name, order.lines[0].unit_price) == ("Mug (Blue)", Decimal("12.50"))
    assert (order.address.name, order.address.phone, order.address.country) == ("Ann Lee", "+33100000000", "US")
    assert (order.cash_on_delivery, order.total, order.note) == (True, Decimal("29.00"), "ring twice")


def test_a_woocommerce_order_without_shipping_address_goes_to_the_payer() -> None:
    order = the_order({c: "" if "(Shipping)" in c else v for c, v in WOO_ROW.items()})
    assert (order.address.name, order.address.lines, order.address.country) == ("Bob Payer", ("9 Bill Road",), "FR")


def test_the_other_spelling_of_woocommerce_columns_is_read_and_the_id_goes_before_the_number() -> None:
    other = {
        "order_id": "812",
        "order_number": "WEB-5001",
        "status": "wc-on-hold",
        "order_date": "2026-05-01 10:00:00",
        "order_currency": "EUR",
        "order_total": "29.00",
        "shipping_first_name": "Ann",
        "shipping_last_name": "Lee",
        "shipping_address_1": "1 High Street",
        "shipping_address_2": "Flat 2",
        "shipping_city": "Austin",
        "shipping_state": "TX",
        "shipping_postcode": "73301",
        "shipping_country": "US",
        "item_id": "31",
        "item_name": "Mug",
        "item_sku": "MUG",
        "item_quantity": "2",
    }
    order = the_order(other)
    assert (order.external_id, order.note, order.status) == ("812", "WEB-5001", OrderStatus.UNPAID)
    assert (skus(order), order.currency) == ([("31", "MUG", 2)], "EUR")


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("Pending payment", OrderStatus.UNPAID),
        ("On hold", OrderStatus.UNPAID),
        ("wc-processing", OrderStatus.PAID),
        ("Completed", OrderStatus.SHIPPED),
        ("Refunded", OrderStatus.CANCELLED),
        ("Cancelled", OrderStatus.CANCELLED),
        ("Failed", OrderStatus.CANCELLED),
        ("Packing (plugin)", OrderStatus.UNKNOWN),
    ],
)
def test_woocommerces_statuses_and_a_plugins_own(word: str, status: OrderStatus) -> None:
    order = the_order({**WOO_ROW, "Order Status": word})
    assert (order.status, order.raw_status) == (status, word)


def test_two_rows_of_one_number_that_disagree_are_named_and_the_rest_is_read() -> None:
    for _, whole, separator, key, number in ALL:
        head = {"etsy": "Ship Name", "amazon": "recipient-name", "ebay": "Ship To Name"}
        name = next((c for c in head.values() if c in whole), "First Name (Shipping)")
        rows = [whole, {**whole, name: "Somebody Else"}, {**whole, key: "7002"}]
        content = table(rows, separator=separator)
        assert taken(content) == ["7002"]
        assert problems(content) == [(3, name, "order_rows_differ", number)]
