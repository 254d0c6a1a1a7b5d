"""Order files for the tests: rows as dictionaries, written in the separator and encoding that a test wants."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from io import BytesIO, StringIO

from salur.connectors.base.types import StoreOrder
from salur.orders.formats import FileRefused, ParsedOrder, RowProblem, read_orders
from salur.orders.formats.messages import text_of

NOW = datetime(2026, 9, 1, 12, 0, tzinfo=UTC)

OWN: Mapping[str, str] = {
    "order_id": "A1",
    "status": "paid",
    "ordered_at": "2026-05-01T09:59:00+07:00",
    "paid_at": "2026-05-01T10:02:00+07:00",
    "currency": "THB",
    "total": "480.00",
    "cash_on_delivery": "no",
    "courier": "Flash Express",
    "buyer": "somchai88",
    "recipient_name": "Somchai Jaidee",
    "recipient_phone": "+66812345678",
    "recipient_email": "somchai@example.com",
    "address1": "99/1 Rama IV Road",
    "address2": "Unit 5B",
    "district": "Khlong Toei",
    "city": "Bangkok",
    "province": "Krung Thep",
    "postal_code": "10110",
    "country": "TH",
    "note": "ring twice",
    "line_id": "1",
    "sku": "MUG",
    "item_name": "Mug, blue",
    "quantity": "2",
    "unit_price": "120.00",
}

SHOPIFY: Mapping[str, str] = {
    "Name": "#1001",
    "Email": "ann@example.com",
    "Financial Status": "paid",
    "Paid at": "2026-05-01 09:59:00 +0200",
    "Fulfillment Status": "unfulfilled",
    "Fulfilled at": "",
    "Accepts Marketing": "no",
    "Currency": "EUR",
    "Total": "100.00",
    "Shipping Method": "Standard",
    "Created at": "2026-05-01 09:58:00 +0200",
    "Lineitem quantity": "1",
    "Lineitem name": "Mug - Blue",
    "Lineitem price": "60.00",
    "Lineitem sku": "MUG",
    "Lineitem requires shipping": "true",
    "Lineitem fulfillment status": "pending",
    "Shipping Name": "Ann Lee",
    "Shipping Street": "1 High Street, Flat 2",
    "Shipping Address1": "1 High Street",
    "Shipping Address2": "Flat 2",
    "Shipping Company": "Lee & Co",
    "Shipping City": "Bangkok",
    "Shipping Zip": "'10110",
    "Shipping Province": "TH-10",
    "Shipping Country": "TH",
    "Shipping Phone": "'+66811111111",
    "Notes": "leave at the door",
    "Cancelled at": "",
    "Payment Method": "Card",
    "Id": "5123456789",
    "Phone": "",
    "Shipping Province Name": "Bangkok",
}
_REPEATED = ("Name", "Email")


def own(**changes: str) -> dict[str, str]:
    """A row of the own template."""
    return {**OWN, **changes}


def shopify(changes: Mapping[str, str] | None = None) -> dict[str, str]:
    """An order's first row in Shopify's export."""
    return {**SHOPIFY, **(changes or {})}


def shopify_more(changes: Mapping[str, str]) -> dict[str, str]:
    """A later row of the same order: its name, its line and nothing else."""
    return {
        column: value if column in _REPEATED or column.startswith("Lineitem") else ""
        for column, value in SHOPIFY.items()
    } | dict(changes)


def table(
    rows: Iterable[Mapping[str, str]],
    columns: Sequence[str] | None = None,
    *,
    separator: str = ",",
    encoding: str = "utf-8",
    newline: str = "\r\n",
) -> bytes:
    """A file of ``rows``, with the columns of the first one unless told otherwise."""
    rows = list(rows)
    text = StringIO()
    writer = csv.DictWriter(
        text,
        columns or list(rows[0]),
        delimiter=separator,
        lineterminator=newline,
        extrasaction="ignore",
        # Before Python 3.13 the writer does not see that a line feed needs quoting where rows end otherwise.
        quoting=csv.QUOTE_ALL if newline == "\r" else csv.QUOTE_MINIMAL,
    )
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode(encoding)


def read(content: bytes, zone: str = "Asia/Bangkok") -> list[ParsedOrder | RowProblem]:
    """All that a file yields; every problem must have words for people."""
    results = list(read_orders(BytesIO(content), zone=zone, now=NOW))
    for result in results:
        if isinstance(result, RowProblem):
            spelled = any("%(" in str(value) for value in result.detail.values())  # by the file itself
            assert spelled or "%(" not in text_of(result)
    return results


def orders(content: bytes, zone: str = "Asia/Bangkok") -> list[StoreOrder]:
    """The orders of a file that must hold no problem."""
    results = read(content, zone)
    assert [result for result in results if isinstance(result, RowProblem)] == []
    return [result.order for result in results if isinstance(result, ParsedOrder)]


def order(*rows: Mapping[str, str], zone: str = "Asia/Bangkok") -> StoreOrder:
    """The single order that ``rows`` make."""
    (only,) = orders(table(rows), zone)
    return only


def taken(content: bytes) -> list[str]:
    """External ids of the orders that were read."""
    return [result.order.external_id for result in read(content) if isinstance(result, ParsedOrder)]


def problems(content: bytes) -> list[tuple[int, str, str, str]]:
    """Line, column, code and order of each problem."""
    return [
        (result.line, result.column, result.code, result.external_id)
        for result in read(content)
        if isinstance(result, RowProblem)
    ]


def refusal(content: bytes) -> FileRefused:
    """Why the file is refused; it must have words for people."""
    try:
        read(content)
    except FileRefused as refused:
        assert "%(" not in text_of(refused)
        return refused
    raise AssertionError("the file was read")
