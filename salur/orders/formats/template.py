"""Salur's own order file: one row per order line, documented in docs/reference/order-file.md (R145)."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from datetime import UTC, datetime
from io import StringIO

from salur.connectors.base.types import Address, OrderStatus, StoreOrder, StoreOrderLine

from .cells import Cells, Column
from .grouping import Format, Group
from .results import FormatInfo

# A file that states no time at all says nothing about how new it is: every other sight of the order is newer, and
# the same file read twice is the same sight.
NO_TIME = datetime(1970, 1, 1, tzinfo=UTC)

STATUSES: Mapping[str, str] = {
    "": OrderStatus.PAID,
    "unpaid": OrderStatus.UNPAID,
    "paid": OrderStatus.PAID,
    "ready": OrderStatus.READY,
    "shipped": OrderStatus.SHIPPED,
    "completed": OrderStatus.COMPLETED,
    "cancelled": OrderStatus.CANCELLED,
}

_EXAMPLE: Mapping[str, str] = {
    "order_id": "A-1001",
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
    "province": "Bangkok",
    "postal_code": "10110",
    "country": "TH",
    "note": "Please ring before delivery",
    "line_id": "1",
    "sku": "MUG-BLUE",
    "item_name": "Mug, blue",
    "quantity": "2",
    "unit_price": "120.00",
}


class Template(Format):
    """The own template.

    The order's version is the latest of ``ordered_at``, ``paid_at`` and the optional ``updated_at``, never later than
    now. A row of a file has no update time of its own, so what a store sync sees later always wins, and the same file
    twice is the same sight and changes nothing. Without any time the version is ``NO_TIME``.
    """

    info = FormatInfo("salur", "Salur order file")
    key = Column("order_id", 100, "code", required=True)
    head: tuple[Column, ...] = (
        key,
        Column("status", 40),
        Column("ordered_at", 40),
        Column("paid_at", 40),
        Column("updated_at", 40),
        Column("currency", 3),
        Column("total", 20),
        Column("cash_on_delivery", 10),
        Column("courier", 100),
        Column("buyer", 200),
        Column("recipient_name", 200, required=True),
        Column("recipient_phone", 40, "code"),
        Column("recipient_email", 254),
        Column("address1", 255, required=True),
        Column("address2", 255),
        Column("district", 100),
        Column("city", 100),
        Column("province", 100),
        Column("postal_code", 20, "code"),
        Column("country", 2, required=True),
        Column("note", 5_000, "note"),
    )
    line: tuple[Column, ...] = (
        Column("line_id", 100, "code"),
        Column("sku", 100, "code", required=True),
        Column("item_name", 500),
        Column("quantity", 12, required=True),
        Column("unit_price", 20),
    )
    needed = frozenset(column.name for column in (*head, *line) if column.required)
    statuses: Mapping[str, str] = STATUSES
    _line_limits = [column.limit for column in line]

    def build(self, group: Group, head: list[str], cells: Cells) -> StoreOrder:
        """See the class."""
        at = group.line
        (order_id, status, ordered_text, paid_text, updated_text, currency, total, cod, courier, buyer) = head[:10]
        (name, phone, email, address1, address2, district, city, province, postal_code, country, note) = head[10:]
        ordered_at = cells.time(ordered_text, "ordered_at", at)
        paid_at = cells.time(paid_text, "paid_at", at)
        updated_at = cells.time(updated_text, "updated_at", at)
        currency = cells.currency(currency, "currency", at)
        return StoreOrder(
            external_id=order_id,
            status=OrderStatus(cells.word(status, self.statuses, "status", at) or OrderStatus.UNKNOWN),
            raw_status=status,
            version=version_of(cells.now, ordered_at, paid_at, updated_at),
            ordered_at=ordered_at or cells.now,
            currency=currency,
            total=cells.money(total, "total", at, currency),
            address=Address(
                name=name,
                phone=phone,
                email=email,
                lines=(address1, address2) if address2 else (address1,),
                district=district,
                city=city,
                province=province,
                postal_code=postal_code,
                country=cells.country(country, "country", at),
            ),
            lines=self._lines(group, currency, cells),
            paid_at=paid_at,
            courier=courier,
            buyer=buyer,
            note=note,
            cash_on_delivery=cells.yes_no(cod, "cash_on_delivery", at),
        )

    def _lines(self, group: Group, currency: str, cells: Cells) -> tuple[StoreOrderLine, ...]:
        rows = [(at, cells.tidy(row, self.line, self._line_limits, at)) for at, row in group.lines]
        keys = line_keys(rows, cells)
        lines = []
        for (at, row), key in zip(rows, keys, strict=True):
            _, sku, name, quantity, price = row
            if not sku or not quantity:
                cells.required(row, self.line, at)
            pieces = cells.quantity(quantity, "quantity", at) if quantity else 1
            lines.append(StoreOrderLine(key, sku, name, pieces, cells.money(price, "unit_price", at, currency)))
        return tuple(lines)


# The template's columns in order. ``updated_at`` is understood but not offered: few sellers have such a time.
HEADER = tuple(column.name for column in (*Template.head, *Template.line) if column.name != "updated_at")


def template_csv() -> str:
    """The header and one example order of two rows."""
    second = dict(_EXAMPLE, line_id="2", sku="PLATE-WHITE", item_name="Plate, white", quantity="1", unit_price="240.00")
    text = StringIO()
    writer = csv.DictWriter(text, HEADER, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows([_EXAMPLE, second])
    return text.getvalue()


def version_of(now: datetime, *times: datetime | None) -> datetime:
    """The latest of ``times``, not later than ``now``; ``NO_TIME`` without any."""
    return min(now, max((time for time in times if time is not None), default=NO_TIME))


def line_keys(rows: list[tuple[int, list[str]]], cells: Cells) -> list[str]:
    """The rows' ``line_id``, where blank the row's number within its order (or the next one that is free)."""
    given: set[str] = set()
    for at, row in rows:
        if row[0] in given:
            cells.fault(at, "line_id", "duplicate_line_id", value=row[0])
        elif row[0]:
            given.add(row[0])
    keys = []
    for place, (_, row) in enumerate(rows, 1):
        key, number = row[0], place
        while not key:
            if (candidate := str(number)) not in given:
                given.add(candidate)
                key = candidate
            number += 1
        keys.append(key)
    return keys
