"""The own template: what each column becomes."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from salur.connectors.base.types import Address, OrderStatus, StoreOrder, StoreOrderLine
from salur.orders.formats import ParsedOrder, recognise, template_csv
from salur.orders.formats.template import NO_TIME

from .files import NOW, OWN, order, orders, own, read, table

NEEDED = ("order_id", "recipient_name", "address1", "country", "sku", "quantity")


def test_every_column_reaches_the_order() -> None:
    second = own(line_id="2", sku="PLATE", item_name="Plate", quantity="1", unit_price="240")
    assert read(table([own(), second])) == [
        ParsedOrder(
            StoreOrder(
                external_id="A1",
                status=OrderStatus.PAID,
                raw_status="paid",
                version=datetime(2026, 5, 1, 3, 2, tzinfo=UTC),
                ordered_at=datetime(2026, 5, 1, 2, 59, tzinfo=UTC),
                paid_at=datetime(2026, 5, 1, 3, 2, tzinfo=UTC),
                currency="THB",
                total=Decimal("480.00"),
                address=Address(
                    name="Somchai Jaidee",
                    phone="+66812345678",
                    email="somchai@example.com",
                    lines=("99/1 Rama IV Road", "Unit 5B"),
                    district="Khlong Toei",
                    city="Bangkok",
                    province="Krung Thep",
                    postal_code="10110",
                    country="TH",
                ),
                lines=(
                    StoreOrderLine("1", "MUG", "Mug, blue", 2, Decimal("120.00")),
                    StoreOrderLine("2", "PLATE", "Plate", 1, Decimal("240")),
                ),
                courier="Flash Express",
                buyer="somchai88",
                note="ring twice",
            ),
            line=2,
        )
    ]


def test_the_template_itself_is_an_order_of_two_lines() -> None:
    (example,) = orders(template_csv().encode())
    assert [line.sku for line in example.lines] == ["MUG-BLUE", "PLATE-WHITE"]
    assert template_csv().splitlines()[0].split(",") == list(OWN)
    assert recognise(template_csv().encode()).name == "salur"


def test_columns_may_stand_in_any_order_among_unknown_ones() -> None:
    plain = read(table([own()]))
    for seed in range(5):
        columns = [*OWN, "colour", "", "warehouse"]
        random.Random(seed).shuffle(columns)
        row = {**own(), "colour": "=RED()", "": "", "warehouse": "x\x01y"}
        assert read(table([row], columns)) == plain


def test_column_names_are_known_in_any_case() -> None:
    row = {name.upper().join("  "): value for name, value in own().items()}
    assert read(table([row])) == read(table([own()]))


def test_needed_columns_are_enough() -> None:
    row = {name: OWN[name] for name in NEEDED}
    least = order(row)
    assert (least.status, least.raw_status, least.currency, least.total) == (OrderStatus.PAID, "", "", Decimal(0))
    assert (least.ordered_at, least.paid_at, least.cash_on_delivery) == (NOW, None, False)
    assert least.lines == (StoreOrderLine("1", "MUG", "", 2),)
    assert least.address.lines == ("99/1 Rama IV Road",)


@pytest.mark.parametrize(
    ("cell", "status"),
    [
        ("unpaid", OrderStatus.UNPAID),
        ("Paid", OrderStatus.PAID),
        ("READY", OrderStatus.READY),
        ("shipped", OrderStatus.SHIPPED),
        ("completed", OrderStatus.COMPLETED),
        ("cancelled", OrderStatus.CANCELLED),
        ("", OrderStatus.PAID),
    ],
)
def test_status_is_read_and_the_cell_kept(cell: str, status: OrderStatus) -> None:
    read_order = order(own(status=cell))
    assert (read_order.status, read_order.raw_status) == (status, cell)


@pytest.mark.parametrize(
    ("cell", "moment"),
    [
        ("2026-05-01T09:59:00+07:00", datetime(2026, 5, 1, 2, 59, tzinfo=UTC)),
        ("2026-05-01T02:59:00Z", datetime(2026, 5, 1, 2, 59, tzinfo=UTC)),
        ("2026-05-01 09:59:00 +0700", datetime(2026, 5, 1, 2, 59, tzinfo=UTC)),
        ("2026-05-01 09:59:00.250 -07:00", datetime(2026, 5, 1, 16, 59, 0, 250_000, tzinfo=UTC)),
        ("2026-05-01 09:59", datetime(2026, 5, 1, 2, 59, tzinfo=UTC)),
        ("2026-05-01", datetime(2026, 4, 30, 17, 0, tzinfo=UTC)),
    ],
)
def test_times_come_in_utc_and_without_an_offset_from_the_merchants_zone(cell: str, moment: datetime) -> None:
    assert order(own(ordered_at=cell)).ordered_at == moment


def test_a_local_time_that_occurs_twice_is_the_earlier_one() -> None:
    twice = own(ordered_at="2025-11-02 01:30")
    assert order(twice, zone="America/Los_Angeles").ordered_at == datetime(2025, 11, 2, 8, 30, tzinfo=UTC)


def test_the_version_is_the_latest_time_that_the_row_states() -> None:
    early, late = "2026-05-01T00:00:00Z", "2026-05-03T00:00:00Z"
    third = datetime(2026, 5, 3, tzinfo=UTC)
    assert order(own(ordered_at=early, paid_at=late)).version == third
    assert order(own(ordered_at=late, paid_at=early)).version == third
    assert order({**own(ordered_at=early, paid_at=""), "updated_at": late}).version == third


def test_without_any_time_every_other_sight_is_newer_and_the_same_file_is_the_same_sight() -> None:
    assert order(own(ordered_at="", paid_at="")).version == NO_TIME


def test_the_version_is_never_later_than_now() -> None:
    slightly_ahead = "2026-09-01T12:05:00Z"
    assert order(own(ordered_at=slightly_ahead)).version == NOW


def test_blank_line_ids_are_numbered_around_the_given_ones() -> None:
    rows = [own(line_id=line_id) for line_id in ("", "1", "", "4", "")]
    assert [line.key for line in order(*rows).lines] == ["2", "1", "3", "4", "5"]


def test_order_level_cells_may_be_blank_after_the_first_row() -> None:
    bare = dict.fromkeys(OWN, "") | {"order_id": "A1", "sku": "PLATE", "quantity": "1"}
    both = order(own(), bare)
    assert both.address.name == "Somchai Jaidee"
    assert [line.sku for line in both.lines] == ["MUG", "PLATE"]
    swapped = order(bare, own())
    assert (swapped.address, swapped.paid_at) == (both.address, both.paid_at)


@pytest.mark.parametrize(
    ("cell", "amount"),
    [("150000", "150000"), ("60,25", "60.25"), ("0.125", "0.125"), ("", "0"), ("1234567.8", "1234567.8")],
)
def test_amounts_are_decimals_and_a_decimal_comma_is_understood(cell: str, amount: str) -> None:
    assert order(own(unit_price=cell)).lines[0].unit_price == Decimal(amount)


def test_three_decimals_are_decimals_only_where_the_currency_has_three() -> None:
    assert order(own(currency="KWD", total="5.250")).total == Decimal("5.250")


@pytest.mark.parametrize(("cell", "answer"), [("Yes", True), ("true", True), ("1", True), ("NO", False), ("", False)])
def test_cash_on_delivery_is_yes_or_no(cell: str, answer: bool) -> None:
    assert order(own(cash_on_delivery=cell)).cash_on_delivery is answer


def test_country_and_currency_come_in_capitals() -> None:
    read_order = order(own(country="th", currency="thb"))
    assert (read_order.address.country, read_order.currency) == ("TH", "THB")


def test_a_spreadsheets_apostrophe_is_removed_and_a_names_own_is_kept() -> None:
    read_order = order(own(postal_code="'01234", recipient_phone="'+6681", city="'s-Hertogenbosch", order_id="'0007"))
    assert (read_order.address.postal_code, read_order.address.phone) == ("01234", "+6681")
    assert (read_order.address.city, read_order.external_id) == ("'s-Hertogenbosch", "0007")


def test_lines_within_a_cell_stay_in_the_note_and_become_blanks_elsewhere() -> None:
    read_order = order(own(note="ring\r\ntwice", address1="99/1\nRama IV", item_name="Mug\tblue"))
    assert read_order.note == "ring\ntwice"
    assert read_order.address.lines[0] == "99/1 Rama IV"
    assert read_order.lines[0].name == "Mug blue"


def test_signs_that_begin_no_formula_are_text() -> None:
    read_order = order(own(buyer="@somchai", note="- ring (twice)", address2="-5 floor", recipient_phone="+66(0)81"))
    assert (read_order.buyer, read_order.note) == ("@somchai", "- ring (twice)")
    assert (read_order.address.lines[1], read_order.address.phone) == ("-5 floor", "+66(0)81")
