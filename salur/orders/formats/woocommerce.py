"""WooCommerce orders as two widely used export plugins write them, one row per item.

WooCommerce itself exports no orders; the contract sheet ``csv-orders`` records no header list. The names below were
seen in public files that read such exports: "Advanced Order Export" writes them like ``First Name (Shipping)``, others
like ``shipping_first_name``. Whoever has other columns uses the column mapper.

- ``external_id`` is ``Order ID`` where there is one, because the API knows the order by it, else ``Order Number``.
- ``completed`` means sent (assumed, as in the contract sheet woocommerce); a plugin's own status is kept and unknown.
- An empty shipping address means that of the bill, as WooCommerce itself has it.
- Quantities are those after refunds, where the file tells them; a line of nothing is left out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from salur.connectors.base.types import Address, OrderStatus, StoreOrder, StoreOrderLine

from .cells import Cells, Column
from .exports import Export, ExportRow, named_with
from .results import FormatInfo
from .shopify import says_cash_on_delivery
from .template import version_of

STATUSES: Mapping[str, OrderStatus] = {
    "pending": OrderStatus.UNPAID,
    "pending payment": OrderStatus.UNPAID,
    "on hold": OrderStatus.UNPAID,
    "processing": OrderStatus.PAID,
    "completed": OrderStatus.SHIPPED,
    "cancelled": OrderStatus.CANCELLED,
    "refunded": OrderStatus.CANCELLED,
    "failed": OrderStatus.CANCELLED,
    "trash": OrderStatus.CANCELLED,
}
_ADDRESS = (
    ("First Name", 100),
    ("Last Name", 100),
    ("Company", 200),
    ("Address 1", 255),
    ("Address 2", 255),
    ("City", 100),
    ("State", 100),
    ("Postcode", 20),
    ("Country", 80),
)
_SIDES = ("Shipping", "Billing")
_NO_PIECES = re.compile(r"0+(?:\.0+)?")


def _address_columns() -> tuple[Column, ...]:
    return tuple(
        Column(f"{name} ({side})", limit, "code" if name == "Postcode" else "text")
        for side in _SIDES
        for name, limit in _ADDRESS
    )


def _aliases() -> dict[str, str]:
    """Other spellings of our column names: joint address lines, codes, and names with underscores."""
    found = {
        "order_id": "Order ID",
        "order_number": "Order Number",
        "order_number_formatted": "Order Number",
        "status": "Order Status",
        "order_status": "Order Status",
        "order_date": "Order Date",
        "date_paid": "Paid Date",
        "paid_date": "Paid Date",
        "order_currency": "Currency",
        "order_total": "Order Total Amount",
        "payment_method": "Payment Method Title",
        "payment_method_title": "Payment Method Title",
        "shipping_method": "Shipping Method Title",
        "shipping_method_title": "Shipping Method Title",
        "customer_note": "Customer Note",
        "billing_email": "Email (Billing)",
        "billing_phone": "Phone (Billing)",
        "shipping_phone": "Phone (Shipping)",
        "item_id": "Item ID",
        "item_sku": "SKU",
        "item_name": "Item Name",
        "name": "Item Name",
        "product name": "Item Name",
        "item_quantity": "Quantity",
        "item_variation": "Product Variation",
        "item_meta": "Product Variation",
        "item_price": "Item Cost",
    }
    for side in _SIDES:
        low = side.lower()
        for name, _ in _ADDRESS:
            found[f"{low}_{name.lower().replace(' ', '_')}"] = f"{name} ({side})"
        found[f"address 1&2 ({low})"] = f"Address 1 ({side})"
        for code in ("State", "Country"):
            found[f"{code.lower()} code ({low})"] = f"{code} ({side})"
            found[f"{code.lower()} name ({low})"] = f"{code} ({side})"
    return found


class WooCommerce(Export):
    """See the module."""

    info = FormatInfo("woocommerce", "WooCommerce order export", "woocommerce")
    key = Column("Order Number", 100, "code", required=True)
    head: tuple[Column, ...] = (
        key,
        Column("Order ID", 40, "code"),
        Column("Order Status", 60, required=True),
        Column("Order Date", 40),
        Column("Paid Date", 40),
        Column("Currency", 3),
        Column("Order Total Amount", 20),
        Column("Payment Method Title", 200),
        Column("Shipping Method Title", 200),
        Column("Customer Note", 5_000, "note"),
        Column("Email (Billing)", 254),
        Column("Phone (Billing)", 40, "code"),
        Column("Phone (Shipping)", 40, "code"),
        *_address_columns(),
    )
    line: tuple[Column, ...] = (
        Column("SKU", 100, "code"),
        Column("Item Name", 500, required=True),
        Column("Product Variation", 500, "note"),
        Column("Quantity", 12),
        Column("Quantity (- Refund)", 12),
        Column("Item Cost", 20),
        Column("Item ID", 40, "code"),
    )
    needed = frozenset(
        (
            "Order Number",
            "Order Status",
            "Order Date",
            "SKU",
            "Item Name",
            "First Name (Shipping)",
            "Address 1 (Shipping)",
            "Country (Shipping)",
        )
    )
    aliases: Mapping[str, str] = _aliases()

    def order(self, at: int, head: Mapping[str, str], rows: Sequence[ExportRow], cells: Cells) -> StoreOrder:
        """See the module."""
        ordered_at = cells.time(head["Order Date"], "Order Date", at)
        paid_at = cells.time(head["Paid Date"], "Paid Date", at)
        currency = cells.currency(head["Currency"], "Currency", at)
        address = _address(at, head, cells)
        number, status = head["Order Number"], head["Order Status"]
        note = head["Customer Note"]
        if head["Order ID"] and head["Order ID"] != number.removeprefix("#"):
            note = f"{number}\n{note}" if note else number
        return StoreOrder(
            external_id=head["Order ID"] or number.removeprefix("#"),
            status=STATUSES.get(_plain_status(status), OrderStatus.UNKNOWN),
            raw_status=status,
            version=version_of(cells.now, ordered_at, paid_at),
            ordered_at=ordered_at or cells.now,
            currency=currency,
            total=cells.money(head["Order Total Amount"], "Order Total Amount", at, currency),
            address=address,
            lines=self._lines(at, rows, currency, cells),
            paid_at=paid_at,
            courier=head["Shipping Method Title"],
            buyer=head["Email (Billing)"] or address.name,
            note=note[:5_000],
            cash_on_delivery=says_cash_on_delivery(head["Payment Method Title"]),
        )

    def _lines(self, at: int, rows: Sequence[ExportRow], currency: str, cells: Cells) -> tuple[StoreOrderLine, ...]:
        """The lines to ship; a key without ``Item ID`` is the line's place among all lines."""
        name = "Quantity (- Refund)" if "Quantity (- Refund)" in self.present else "Quantity"
        lines = []
        for place, row in enumerate(rows, 1):
            if _NO_PIECES.fullmatch(row[name]):
                continue
            self.required_in(row, cells)
            if not row[name]:
                cells.fault(row.at, name, "missing_value")
            lines.append(
                StoreOrderLine(
                    key=row["Item ID"] or str(place),
                    sku=row["SKU"],
                    name=named_with(row["Item Name"], " ".join(row["Product Variation"].split())),
                    quantity=cells.quantity(row[name], name, row.at) if row[name] else 1,
                    unit_price=cells.money(row["Item Cost"], "Item Cost", row.at, currency),
                )
            )
        if not lines and not cells.faults:
            cells.fault(at, "", "nothing_to_ship")
        return tuple(lines)


def _plain_status(status: str) -> str:
    return status.lower().removeprefix("wc-").replace("-", " ").replace("_", " ").strip()


def _address(at: int, head: Mapping[str, str], cells: Cells) -> Address:
    side = "Shipping" if head["Address 1 (Shipping)"] or head["First Name (Shipping)"] else "Billing"
    first, last, company, line1, line2, city, state, postcode, country = (
        head[f"{name} ({side})"] for name, _ in _ADDRESS
    )
    name = " ".join(filter(None, (first, last))) or company
    for column, value in (("First Name", name), ("Address 1", line1), ("Country", country)):
        if not value:
            cells.fault(at, f"{column} ({side})", "missing_value")
    return Address(
        name=name,
        phone=head["Phone (Shipping)"] or head["Phone (Billing)"],
        email=head["Email (Billing)"],
        lines=tuple(filter(None, (line1, line2, company if company != name else ""))),
        city=city,
        province=state,
        postal_code=postcode,
        country=cells.country(country, f"Country ({side})", at),
    )
