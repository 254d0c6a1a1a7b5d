"""Etsy's sold order items (Settings > Options > Download data), after the contract sheet ``csv-orders``.

- One row per line item (transaction). The file of whole orders, ``EtsySoldOrders``, holds no lines and is refused.
- ``external_id`` is ``Order ID``, the number by which Etsy's API knows the order (receipt_id, assumed in the sheet).
- The file has no status column: shipped if every line has ``Date Shipped``, else paid, unless there is a column
  ``Date Paid`` and it is empty. Of an order partly shipped, the lines that have left are left out.
- Dates are month/day/year without a zone; they are read in the merchant's time zone.
- A line without SKU is known by its ``Listing ID``, so that it can be linked by hand.
- The total is put together: items, and the order's shipping and sales tax, which every row repeats (assumed).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from salur.connectors.base.types import Address, StoreOrder, StoreOrderLine

from .cells import Cells, Column
from .exports import Export, ExportRow, named_with, paid_status, times_of
from .results import FormatInfo
from .template import version_of


class EtsyItems(Export):
    """See the module."""

    info = FormatInfo("etsy", "Etsy sold order items", "etsy")
    dates = "mdy"
    shipped_column = "Date Shipped"
    key = Column("Order ID", 40, "code", required=True)
    head: tuple[Column, ...] = (
        key,
        Column("Sale Date", 40),
        Column("Date Paid", 40),
        Column("Buyer", 200),
        Column("Currency", 3),
        Column("Ship Name", 200, required=True),
        Column("Ship Address1", 255, required=True),
        Column("Ship Address2", 255),
        Column("Ship City", 100),
        Column("Ship State", 100),
        Column("Ship Zipcode", 20, "code"),
        Column("Ship Country", 80, required=True),
    )
    line: tuple[Column, ...] = (
        Column("Transaction ID", 40, "code", required=True),
        Column("Item Name", 500, required=True),
        Column("Quantity", 12, required=True),
        Column("Price", 20),
        Column("Item Total", 20),
        Column("Order Shipping", 20),
        Column("Order Sales Tax", 20),
        Column("Listing ID", 40, "code"),
        Column("Variations", 500),
        Column("SKU", 100, "code"),
        Column("Date Shipped", 40),
    )
    needed = frozenset(
        (
            "Order ID",
            "Transaction ID",
            "Item Name",
            "Quantity",
            "Ship Name",
            "Ship Address1",
            "Ship Country",
        )
    )

    def order(self, at: int, head: Mapping[str, str], rows: Sequence[ExportRow], cells: Cells) -> StoreOrder:
        """See the module."""
        for row in rows:
            self.required_in(row, cells)
        ordered_at = cells.time(head["Sale Date"], "Sale Date", at)
        paid_at = cells.time(head["Date Paid"], "Date Paid", at)
        shipped_at = times_of(cells, rows, "Date Shipped")
        open_rows, shipped = self.to_ship(rows)
        currency = cells.currency(head["Currency"], "Currency", at)
        paid = bool(head["Date Paid"]) or "Date Paid" not in self.present
        return StoreOrder(
            external_id=head["Order ID"].removeprefix("#"),
            status=paid_status(shipped=shipped, paid=paid),
            raw_status="shipped" if shipped else "paid" if paid else "unpaid",
            version=version_of(cells.now, ordered_at, paid_at, *shipped_at),
            ordered_at=ordered_at or cells.now,
            currency=currency,
            total=_total(rows, currency, cells),
            address=Address(
                name=head["Ship Name"],
                lines=tuple(filter(None, (head["Ship Address1"], head["Ship Address2"]))),
                city=head["Ship City"],
                province=head["Ship State"],
                postal_code=head["Ship Zipcode"],
                country=cells.country(head["Ship Country"], "Ship Country", at),
            ),
            lines=tuple(_line(row, currency, cells) for row in open_rows),
            paid_at=paid_at,
            buyer=head["Buyer"],
        )


def _total(rows: Sequence[ExportRow], currency: str, cells: Cells) -> Decimal:
    def amounts(column: str) -> list[Decimal]:
        return [cells.money(row[column], column, row.at, currency) for row in rows]

    return sum(amounts("Item Total"), Decimal(0)) + max(amounts("Order Shipping")) + max(amounts("Order Sales Tax"))


def _line(row: ExportRow, currency: str, cells: Cells) -> StoreOrderLine:
    return StoreOrderLine(
        key=row["Transaction ID"],
        sku=row["SKU"] or row["Listing ID"],
        name=named_with(row["Item Name"], row["Variations"]),
        quantity=cells.quantity(row["Quantity"], "Quantity", row.at) if row["Quantity"] else 1,
        unit_price=cells.money(row["Price"], "Price", row.at, currency),
        item_id=row["Listing ID"],
    )
