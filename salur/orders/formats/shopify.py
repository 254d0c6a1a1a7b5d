"""Shopify's order export (Orders > Export), after the contract sheet ``csv-orders``.

- One row per line item; rows of one order repeat ``Name``, the later ones leave the order's own columns blank.
- ``external_id`` is ``Id`` where it is filled, because that is the number by which Shopify's API knows the order: a
  later store sync then meets the same order. People know the order by ``Name`` ("#1001"), so that is the first line
  of the note. Without ``Id`` (older exports) ``Name`` as written is the external id.
- Lines that need no shipping are left out, and of a partly fulfilled order the lines that are already fulfilled: what
  has left must not leave again.
- ``version`` is the latest time in the export (created, paid, fulfilled, cancelled), so that a later export of the
  same order counts as newer and the same file twice as the same sight.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from salur.connectors.base.types import Address, OrderStatus, StoreOrder, StoreOrderLine

from .cells import Cells, Column
from .grouping import Format, Group
from .results import FormatInfo
from .template import version_of

FINANCIAL: Mapping[str, str] = {
    "paid": OrderStatus.PAID,
    "partially_refunded": OrderStatus.PAID,
    "pending": OrderStatus.UNPAID,
    "authorized": OrderStatus.UNPAID,
    "partially_paid": OrderStatus.UNPAID,
    "unpaid": OrderStatus.UNPAID,
    "expired": OrderStatus.UNPAID,
    "refunded": OrderStatus.CANCELLED,
    "voided": OrderStatus.CANCELLED,
}
FULFILLMENT: Mapping[str, str] = {
    "": "",
    "unfulfilled": "",
    "pending": "",
    "partial": "",
    "fulfilled": OrderStatus.SHIPPED,
    "restocked": OrderStatus.CANCELLED,
}
LINE_FULFILLMENT: Mapping[str, str] = {
    "": "open",
    "pending": "open",
    "unfulfilled": "open",
    "partial": "partial",
    "fulfilled": "gone",
    "restocked": "gone",
}
_COD = re.compile(r"\bcod\b|cash[ _]on[ _]delivery", re.IGNORECASE)


def says_cash_on_delivery(payment: str) -> bool:
    """Whether a payment method is paid at the door."""
    return bool(_COD.search(payment))


class Shopify(Format):
    """See the module."""

    info = FormatInfo("shopify", "Shopify order export", "shopify")
    key = Column("Name", 100, "code", required=True)
    head: tuple[Column, ...] = (
        key,
        Column("Id", 40, "code"),
        Column("Financial Status", 40),
        Column("Fulfillment Status", 40),
        Column("Created at", 40),
        Column("Paid at", 40),
        Column("Fulfilled at", 40),
        Column("Cancelled at", 40),
        Column("Currency", 3),
        Column("Total", 20),
        Column("Payment Method", 200),
        Column("Shipping Method", 200),
        Column("Notes", 5_000, "note"),
        Column("Email", 254),
        Column("Phone", 40, "code"),
        Column("Shipping Name", 200, required=True),
        Column("Shipping Street", 600),
        Column("Shipping Address1", 255),
        Column("Shipping Address2", 255),
        Column("Shipping Company", 200),
        Column("Shipping City", 100),
        Column("Shipping Zip", 20, "code"),
        Column("Shipping Province", 100),
        Column("Shipping Province Name", 100),
        Column("Shipping Country", 2, required=True),
        Column("Shipping Phone", 40, "code"),
    )
    line: tuple[Column, ...] = (
        Column("Lineitem quantity", 12, required=True),
        Column("Lineitem name", 500, required=True),
        Column("Lineitem price", 20),
        Column("Lineitem sku", 100, "code"),
        Column("Lineitem requires shipping", 10),
        Column("Lineitem fulfillment status", 40),
    )
    needed = frozenset(
        (
            "Name",
            "Financial Status",
            "Created at",
            "Lineitem quantity",
            "Lineitem name",
            "Lineitem sku",
            "Shipping Name",
            "Shipping Address1",
            "Shipping Country",
        )
    )
    aliases: Mapping[str, str] = {"fulfillment date": "Fulfilled at"}
    _line_limits = [column.limit for column in line]

    def build(self, group: Group, head: list[str], cells: Cells) -> StoreOrder:
        """See the module."""
        at = group.line
        name, number, financial, fulfillment = head[:4]
        created_at, paid_at, fulfilled_at, cancelled_at = (
            cells.time(text, column.name, at) for text, column in zip(head[4:8], self.head[4:8], strict=True)
        )
        currency, total, payment, courier, note, email, phone = head[8:15]
        currency = cells.currency(currency, "Currency", at)
        cod = says_cash_on_delivery(payment)
        return StoreOrder(
            external_id=number or name,
            status=self._status(financial, fulfillment, bool(head[7]), cod, at, cells),
            raw_status=f"{financial}/{fulfillment or 'unfulfilled'}" + ("/cancelled" if head[7] else ""),
            version=version_of(cells.now, created_at, paid_at, fulfilled_at, cancelled_at),
            ordered_at=created_at or cells.now,
            currency=currency,
            total=cells.money(total, "Total", at, currency),
            address=self._address(head[15:], email, phone, at, cells),
            lines=self._lines(group, fulfillment.lower() == "partial", currency, cells),
            paid_at=paid_at,
            courier=courier,
            buyer=email or head[15],
            note=f"{name}\n{note}" if note else name,
            number=name,
            cash_on_delivery=cod,
        )

    def _status(
        self, financial: str, fulfillment: str, cancelled: bool, cod: bool, at: int, cells: Cells
    ) -> OrderStatus:
        """Cancelled, then shipped, then what was paid. Cash on delivery is paid at the door: as good as paid here."""
        money = cells.word(financial, FINANCIAL, "Financial Status", at)
        goods = cells.word(fulfillment, FULFILLMENT, "Fulfillment Status", at)
        if cancelled:
            return OrderStatus.CANCELLED
        if cod and money == OrderStatus.UNPAID:
            money = OrderStatus.PAID
        return OrderStatus(goods or money or OrderStatus.UNKNOWN)

    def _address(self, head: list[str], email: str, phone: str, at: int, cells: Cells) -> Address:
        name, street, address1, address2, company, city, zip_code, province, province_name, country, own_phone = head
        first = address1 or street
        if not first:
            cells.fault(at, "Shipping Address1", "missing_value")
        return Address(
            name=name,
            phone=own_phone or phone,
            email=email,
            lines=tuple(text for text in (first, address2, company) if text),
            city=city,
            province=province_name or province,
            postal_code=zip_code,
            country=cells.country(country, "Shipping Country", at),
        )

    def _lines(self, group: Group, partly: bool, currency: str, cells: Cells) -> tuple[StoreOrderLine, ...]:
        """The lines to ship. A key is the line's place among all lines, so that leaving some out moves none."""
        lines = []
        items = 0
        for at, row in group.lines:
            quantity, name, price, sku, shipping, state = tidy = cells.tidy(row, self.line, self._line_limits, at)
            if not quantity and not name and not sku:
                continue  # a row that carries only payments or refunds
            items += 1
            if shipping and not cells.yes_no(shipping, "Lineitem requires shipping", at):
                continue
            cells.required(tidy, self.line, at)
            if partly:
                known = cells.word(state, LINE_FULFILLMENT, "Lineitem fulfillment status", at)
                if known == "partial":
                    cells.fault(at, "Lineitem fulfillment status", "partly_shipped_line", value=name[:60])
                if known == "gone":
                    continue
            pieces = cells.quantity(quantity, "Lineitem quantity", at) if quantity else 1
            amount = cells.money(price, "Lineitem price", at, currency)
            lines.append(StoreOrderLine(str(items), sku, name, pieces, amount))
        if not lines and not cells.faults:
            cells.fault(group.line, "", "nothing_to_ship")
        return tuple(lines)
