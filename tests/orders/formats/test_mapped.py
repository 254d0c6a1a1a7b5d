"""Any other file, after a person has said which column is what; and what is suggested to that person."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salur.connectors.base.types import OrderStatus
from salur.orders.formats import ColumnMap, FileRefused, ParsedOrder, ReadOptions, RowProblem, peek, read_orders
from salur.orders.formats.mapped import JOINS, headers_key, restored_map, wrong_columns
from salur.orders.formats.messages import text_of
from salur.orders.formats.suggesting import suggest_options
from salur.orders.formats.words import guess_columns

from .files import NOW, table

ROW = {
    "No. Pesanan": "P-1",
    "Tanggal": "03/05/2026 14:30",
    "Nama depan": "Siti",
    "Nama belakang": "Aminah",
    "Alamat": "Jl. Sudirman 1",
    "Kota": "Jakarta",
    "Negara": "Indonesia",
    "SKU": "MUG",
    "Variasi": "Biru",
    "Jumlah barang": "2",
    "Harga": "Rp150.000",
    "Status": "Perlu dikirim",
}
COLUMNS = {
    "No. Pesanan": "order_id",
    "Tanggal": "ordered_at",
    "Nama depan": "recipient_name",
    "Nama belakang": "recipient_name",
    "Alamat": "address1",
    "Kota": "city",
    "Negara": "country",
    "SKU": "sku",
    "Variasi": "item_name",
    "Jumlah barang": "quantity",
    "Harga": "unit_price",
    "Status": "status",
}
OPTIONS = ReadOptions(dates="dmy", currency="IDR", zone="Asia/Jakarta")


def read(
    content: bytes, columns: dict[str, str] = COLUMNS, options: ReadOptions = OPTIONS
) -> list[ParsedOrder | RowProblem]:
    said = ColumnMap(tuple(columns), columns, options, "Toko")
    results = list(read_orders(BytesIO(content), zone="UTC", now=NOW, mapping=restored_map(said.stored())))
    assert all("%(" not in text_of(item) for item in results if isinstance(item, RowProblem))
    return results


def test_a_file_is_read_as_the_person_said() -> None:
    (item,) = read(table([ROW, {**ROW, "SKU": "CUP", "Jumlah barang": "1"}]))
    assert isinstance(item, ParsedOrder)
    order = item.order
    assert (order.external_id, order.status, order.currency) == ("P-1", OrderStatus.PAID, "IDR")
    assert order.ordered_at == datetime(2026, 5, 3, 7, 30, tzinfo=UTC)
    assert (order.address.name, order.address.country) == ("Siti Aminah", "ID")
    assert [(line.sku, line.name, line.quantity, line.unit_price) for line in order.lines] == [
        ("MUG", "Biru", 2, Decimal(150000)),
        ("CUP", "Biru", 1, Decimal(150000)),
    ]


def test_problems_name_the_column_as_it_stands_in_the_file() -> None:
    rows = [
        {**ROW, "Tanggal": "31/02/2026", "Negara": "Narnia"},
        {**ROW, "No. Pesanan": "P-2", "Status": "Dibungkus"},
        {**ROW, "No. Pesanan": "P-3", "Nama depan": "", "Nama belakang": ""},
        {**ROW, "No. Pesanan": "P-4"},
    ]
    results = read(table(rows))
    assert [item.order.external_id for item in results if isinstance(item, ParsedOrder)] == ["P-4"]
    told = [(item.line, item.column, item.code) for item in results if isinstance(item, RowProblem)]
    assert told == [
        (2, "Tanggal", "bad_time"),
        (2, "Negara", "bad_country"),
        (3, "Status", "unknown_status"),
        (4, "Nama depan + Nama belakang", "missing_value"),
    ]


def test_a_word_for_a_status_can_be_taught() -> None:
    options = ReadOptions(dates="dmy", currency="IDR", statuses={"dibungkus": "ready"})
    (item,) = read(table([{**ROW, "Status": "Dibungkus"}]), options=options)
    assert isinstance(item, ParsedOrder)
    assert item.order.status == OrderStatus.READY


@pytest.mark.parametrize(
    ("written", "options", "amount"),
    [
        ("1.234,50", ReadOptions(decimal=","), "1234.50"),
        ("1,234.50", ReadOptions(decimal="."), "1234.50"),
        ("1.234", ReadOptions(decimal=","), "1234"),
        ("1.234", ReadOptions(decimal="."), "1.234"),
        ("1.234", ReadOptions(), None),
        ("1.234", ReadOptions(currency="VND"), "1234"),
        ("1'234.50", ReadOptions(), "1234.50"),
        ("12,34.5", ReadOptions(), None),
        ("US $1,234.50", ReadOptions(), "1234.50"),
        ("116,99 €", ReadOptions(), "116.99"),
        ("฿99", ReadOptions(), "99"),
        ("-5", ReadOptions(), None),
        ("1e5", ReadOptions(), None),
        ("5 of 6", ReadOptions(), None),
    ],
)
def test_amounts_in_the_ways_people_write_them(written: str, options: ReadOptions, amount: str | None) -> None:
    columns = {**COLUMNS, "Tanggal": "updated_at"}
    results = read(table([{**ROW, "Tanggal": "", "Harga": written}]), columns, options)
    if amount is None:
        assert [item.code for item in results if isinstance(item, RowProblem)] == ["bad_money"]
    else:
        (item,) = results
        assert isinstance(item, ParsedOrder)
        assert item.order.lines[0].unit_price == Decimal(amount)


@pytest.mark.parametrize(
    ("written", "dates", "moment"),
    [
        ("03/05/2026", "dmy", (2026, 5, 3, 0, 0)),
        ("03/05/2026", "mdy", (2026, 3, 5, 0, 0)),
        ("03/05/2026", "", None),
        ("13/05/26", "mdy", None),
        ("3.5.2026 9:05", "dmy", (2026, 5, 3, 9, 5)),
        ("5/3/2026 12:05 AM", "mdy", (2026, 5, 3, 0, 5)),
        ("5/3/2026 13:05 PM", "mdy", None),
        ("3 Mei 2026", "", (2026, 5, 3, 0, 0)),
        ("May 3, 2026 09:05", "", (2026, 5, 3, 9, 5)),
        ("2026年5月3日", "", (2026, 5, 3, 0, 0)),
        ("2026/05/03 09:05:07", "", (2026, 5, 3, 9, 5, 7)),
        ("2026-05-03T09:05:00Z", "dmy", (2026, 5, 3, 9, 5)),
        ("Foo 3, 2026", "", None),
    ],
)
def test_dates_in_the_ways_people_write_them(written: str, dates: str, moment: tuple[int, ...] | None) -> None:
    results = read(table([{**ROW, "Tanggal": written}]), options=ReadOptions(dates=dates, currency="IDR"))
    if moment is None:
        assert [item.code for item in results if isinstance(item, RowProblem)] == ["bad_time"]
    else:
        (item,) = results
        assert isinstance(item, ParsedOrder)
        assert item.order.ordered_at == datetime(*moment, tzinfo=UTC)  # type: ignore[misc,arg-type]  # 5 or 6 numbers


def test_a_column_that_the_file_has_lost_refuses_it_by_name() -> None:
    content = table([{name: cell for name, cell in ROW.items() if name != "SKU"}])
    with pytest.raises(FileRefused) as caught:
        read(content)
    assert (caught.value.code, caught.value.detail["missing"]) == ("missing_columns", "SKU")


def test_headers_that_are_blank_or_stand_twice_are_told_apart() -> None:
    content = b"Order,Name,,Name\r\n1,Ann,x,Bob\r\n2,Cid,y,Dan\r\n"
    seen = peek(BytesIO(content), most=1)
    assert (seen.headers, seen.rows) == (["Order", "Name", "#3", "Name (2)"], [(2, ["1", "Ann", "x", "Bob"])])


def test_the_same_set_of_headers_has_one_key() -> None:
    assert headers_key(["Order", " name "]) == headers_key(["NAME", "order"])
    assert headers_key(["Order"]) != headers_key(["Order", "Name"])


def test_what_a_mapping_lacks_or_has_twice_is_named() -> None:
    lacking = {name: target for name, target in COLUMNS.items() if target not in ("sku", "country")}
    assert wrong_columns(lacking, ReadOptions()) == {"sku": "missing", "country": "missing"}
    assert wrong_columns(lacking, ReadOptions(country="ID")) == {"sku": "missing"}
    assert wrong_columns({**COLUMNS, "x": "sku", "y": "recipient_name"}, ReadOptions()) == {"sku": "twice"}
    assert wrong_columns({**COLUMNS, "x": "password"}, ReadOptions()) == {"password": "unknown"}


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        (
            "Order Number,Order Date,Ship To Name,Shipping Address 1,Shipping City,Zip,Country,SKU,Qty,Price",
            "order_id,ordered_at,recipient_name,address1,city,postal_code,country,sku,quantity,unit_price",
        ),
        (
            "No. Pesanan,Nama Penerima,No. Telepon,Alamat Pengiriman,Kota/Kabupaten,Provinsi,SKU,Kuantitas",
            "order_id,recipient_name,recipient_phone,address1,city,province,sku,quantity",
        ),
        (
            "Nombor Pesanan,Nama,Alamat,Bandar,Poskod,Negeri,Kod Produk,Kuantiti",
            "order_id,recipient_name,address1,city,postal_code,province,sku,quantity",
        ),
        (
            "Mã đơn hàng,Người nhận,Số điện thoại,Địa chỉ,Tỉnh/Thành phố,Mã sản phẩm,Số lượng",
            "order_id,recipient_name,recipient_phone,address1,province,sku,quantity",
        ),
        (
            "订单编号,收货人姓名,手机,收货地址,商品编码,数量,单价",
            "order_id,recipient_name,recipient_phone,address1,sku,quantity,unit_price",
        ),
    ],
)
def test_headers_in_the_five_languages_are_guessed(headers: str, expected: str) -> None:
    names = headers.split(",")
    assert [guess_columns(names, JOINS).get(name, "") for name in names] == expected.split(",")


def test_a_billing_address_is_not_taken_for_the_parcels() -> None:
    names = ["Billing Name", "Billing Address", "First Name", "Last Name", "Address", "Internal code"]
    guessed = guess_columns(names, JOINS)
    assert guessed == {"First Name": "recipient_name", "Last Name": "recipient_name", "Address": "address1"}


def test_a_day_above_twelve_gives_the_order_of_dates_away() -> None:
    columns = {"d": "ordered_at", "p": "unit_price"}
    for written, dates in (("25/12/2025", "dmy"), ("12/25/2025", "mdy"), ("01/02/2026", ""), ("2026-01-02", "")):
        assert suggest_options(columns, ["d", "p"], [["01/02/2026", ""], [written, ""]]).dates == dates
    for written, sign in (("1.234,50", ","), ("1,234.50", "."), ("1.234", ""), ("12,5", ",")):
        assert suggest_options(columns, ["d", "p"], [["", written]]).decimal == sign


@given(cells=st.lists(st.text(max_size=30), min_size=len(ROW), max_size=len(ROW)))
def test_any_text_in_a_mapped_row_spoils_at_most_its_own_order(cells: list[str]) -> None:
    clean = [cell.encode("utf-8", "ignore").decode() for cell in cells]
    content = table(
        [{**ROW, "No. Pesanan": "before"}, dict(zip(ROW, clean, strict=True)), {**ROW, "No. Pesanan": "after"}]
    )
    taken = {item.order.external_id for item in read(content) if isinstance(item, ParsedOrder)}
    assert {"before", "after"} <= taken or clean[0].strip(" '") in ("before", "after")
