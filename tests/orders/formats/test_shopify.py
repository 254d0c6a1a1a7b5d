"""Shopify's order export: what the sheet's columns mean to an order."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from salur.connectors.base.types import Address, OrderStatus, StoreOrder, StoreOrderLine
from salur.orders.formats import ParsedOrder, recognise

from .files import order, problems, read, shopify, shopify_more, table, taken


def lines_of(*rows: Mapping[str, str]) -> list[tuple[str, str, int]]:
    return [(line.key, line.sku, line.quantity) for line in order(*rows).lines]


def test_every_column_reaches_the_order_and_later_rows_carry_lines_only() -> None:
    second = shopify_more({"Lineitem name": "Plate", "Lineitem sku": "", "Lineitem quantity": "3"})
    other = shopify({"Name": "#1002", "Id": "5123456790"})
    results = read(table([shopify(), second, other]))
    assert results[0] == ParsedOrder(
        StoreOrder(
            external_id="5123456789",
            status=OrderStatus.PAID,
            raw_status="paid/unfulfilled",
            version=datetime(2026, 5, 1, 7, 59, tzinfo=UTC),
            ordered_at=datetime(2026, 5, 1, 7, 58, tzinfo=UTC),
            paid_at=datetime(2026, 5, 1, 7, 59, tzinfo=UTC),
            currency="EUR",
            total=Decimal("100.00"),
            address=Address(
                name="Ann Lee",
                phone="+66811111111",
                email="ann@example.com",
                lines=("1 High Street", "Flat 2", "Lee & Co"),
                city="Bangkok",
                province="Bangkok",
                postal_code="10110",
                country="TH",
            ),
            lines=(
                StoreOrderLine("1", "MUG", "Mug - Blue", 1, Decimal("60.00")),
                StoreOrderLine("2", "", "Plate", 3, Decimal("60.00")),
            ),
            courier="Standard",
            buyer="ann@example.com",
            note="#1001\nleave at the door",
            number="#1001",
        ),
        line=2,
    )
    assert taken(table([shopify(), second, other])) == ["5123456789", "5123456790"]
    assert recognise(table([shopify()])).channel == "shopify"


def test_rows_are_grouped_by_name_even_where_the_e_mail_is_blank() -> None:
    assert lines_of(shopify(), shopify_more({"Email": "", "Lineitem sku": "PLATE"})) == [
        ("1", "MUG", 1),
        ("2", "PLATE", 1),
    ]


def test_without_an_id_the_order_goes_by_its_name() -> None:
    assert order(shopify({"Id": "", "Notes": ""})).external_id == "#1001"
    assert order(shopify({"Id": "", "Notes": ""})).note == "#1001"


@pytest.mark.parametrize(
    ("financial", "fulfillment", "cancelled", "payment", "status"),
    [
        ("paid", "unfulfilled", "", "Card", OrderStatus.PAID),
        ("Paid", "", "", "Card", OrderStatus.PAID),
        ("partially_refunded", "unfulfilled", "", "Card", OrderStatus.PAID),
        ("pending", "unfulfilled", "", "Bank", OrderStatus.UNPAID),
        ("authorized", "unfulfilled", "", "Card", OrderStatus.UNPAID),
        ("partially_paid", "unfulfilled", "", "Card", OrderStatus.UNPAID),
        ("pending", "unfulfilled", "", "Cash on Delivery (COD)", OrderStatus.PAID),
        ("paid", "fulfilled", "", "Card", OrderStatus.SHIPPED),
        ("refunded", "unfulfilled", "", "Card", OrderStatus.CANCELLED),
        ("voided", "unfulfilled", "", "Card", OrderStatus.CANCELLED),
        ("paid", "restocked", "", "Card", OrderStatus.CANCELLED),
        ("paid", "unfulfilled", "2026-05-02 10:00:00 +0200", "Card", OrderStatus.CANCELLED),
    ],
)
def test_status_follows_cancellation_then_goods_then_money(
    financial: str, fulfillment: str, cancelled: str, payment: str, status: OrderStatus
) -> None:
    changes = {
        "Financial Status": financial,
        "Fulfillment Status": fulfillment,
        "Cancelled at": cancelled,
        "Payment Method": payment,
    }
    read_order = order(shopify(changes))
    assert read_order.status is status
    assert read_order.cash_on_delivery is ("COD" in payment)


def test_the_latest_time_is_the_version_so_that_a_later_export_counts_as_newer() -> None:
    shipped = shopify({"Fulfillment Status": "fulfilled", "Fulfilled at": "2026-05-03 10:00:00 +0200"})
    assert order(shipped).version == datetime(2026, 5, 3, 8, tzinfo=UTC)
    cancelled = shopify({"Cancelled at": "2026-05-04 10:00:00 +0200"})
    assert order(cancelled).version == datetime(2026, 5, 4, 8, tzinfo=UTC)


def test_fulfillment_date_is_another_name_of_fulfilled_at() -> None:
    row = shopify({"Fulfillment Status": "fulfilled"})
    row["Fulfillment Date"] = "2026-05-03 10:00:00 +0200"
    del row["Fulfilled at"]
    assert order(row).version == datetime(2026, 5, 3, 8, tzinfo=UTC)


def test_lines_that_need_no_shipping_are_left_out_and_move_no_keys() -> None:
    gift = shopify({"Lineitem sku": "GIFT", "Lineitem requires shipping": "false"})
    assert lines_of(gift, shopify_more({"Lineitem sku": "PLATE"})) == [("2", "PLATE", 1)]


def test_an_order_with_nothing_to_ship_is_reported() -> None:
    content = table([shopify({"Lineitem requires shipping": "false"}), shopify({"Name": "#1002", "Id": "2"})])
    assert problems(content) == [(2, "", "nothing_to_ship", "5123456789")]
    assert taken(content) == ["2"]


def test_of_a_partly_fulfilled_order_what_has_left_is_left_out() -> None:
    first = shopify({"Fulfillment Status": "partial", "Lineitem fulfillment status": "fulfilled"})
    rest = shopify_more({"Lineitem sku": "PLATE", "Lineitem fulfillment status": "pending"})
    assert lines_of(first, rest) == [("2", "PLATE", 1)]


def test_a_partly_shipped_line_is_left_to_people() -> None:
    row = shopify({"Fulfillment Status": "partial", "Lineitem fulfillment status": "partial"})
    assert problems(table([row]))[0][:3] == (2, "Lineitem fulfillment status", "partly_shipped_line")


def test_a_row_with_payments_only_is_no_line() -> None:
    blank = {"Lineitem quantity": "", "Lineitem name": "", "Lineitem price": "", "Lineitem sku": ""}
    assert lines_of(shopify(), shopify_more(blank)) == [("1", "MUG", 1)]


def test_the_street_stands_in_for_a_blank_first_address_line() -> None:
    assert order(shopify({"Shipping Address1": ""})).address.lines[0] == "1 High Street, Flat 2"


@pytest.mark.parametrize(
    ("column", "cell", "code"),
    [
        ("Shipping Name", "", "missing_value"),
        ("Shipping Country", "", "missing_value"),
        ("Shipping Country", "Thailand", "too_long"),
        ("Lineitem quantity", "0", "bad_quantity"),
        ("Lineitem quantity", "", "missing_value"),
        ("Lineitem price", "$60", "bad_money"),
        ("Total", "€100", "bad_money"),
        ("Financial Status", "", "unknown_status"),
        ("Fulfillment Status", "on the way", "unknown_status"),
        ("Created at", "May 1st", "bad_time"),
        ("Lineitem requires shipping", "perhaps", "bad_yes_no"),
        ("Lineitem name", "=1+1", "formula_cell"),
        ("Name", "", "missing_value"),
    ],
)
def test_a_bad_cell_is_named_and_its_neighbours_are_read(column: str, cell: str, code: str) -> None:
    rows = [shopify(), shopify({"Name": "#2", "Id": "2", column: cell}), shopify({"Name": "#3", "Id": "3"})]
    assert [(line, place, found) for line, place, found, _ in problems(table(rows))][:1] == [(3, column, code)]
    assert taken(table(rows)) == ["5123456789", "3"]


def test_a_bad_later_row_spoils_its_whole_order() -> None:
    rows = [shopify(), shopify_more({"Lineitem quantity": "-1"}), shopify({"Name": "#2", "Id": "2"})]
    assert problems(table(rows)) == [(3, "Lineitem quantity", "bad_quantity", "5123456789")]
    assert taken(table(rows)) == ["2"]


def test_an_order_without_any_street_is_reported() -> None:
    row = shopify({"Shipping Address1": "", "Shipping Street": ""})
    assert problems(table([row])) == [(2, "Shipping Address1", "missing_value", "5123456789")]
