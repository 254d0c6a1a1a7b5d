"""Amazon's order reports (unshipped orders, new orders), after the contract sheet ``csv-orders``.

- Text separated by tabs in which quotation marks mean nothing; one row per order item. A file that a spreadsheet has
  saved with commas is read as well.
- The reports hold paid orders only, so an order is paid unless every item is shipped (``quantity-to-ship`` 0). What has
  left is left out. ``is-buyer-requested-cancellation`` makes it a cancellation to decide.
- ``item-price`` is the price of all pieces of the item (assumed), so it is divided by the quantity bought.
- ``promise-date`` is when it must be sent (observed in one importer).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from salur.connectors.base.types import Address, OrderStatus, StoreOrder, StoreOrderLine

from .cells import Cells, Column
from .exports import Export, ExportRow, each_of
from .results import FormatInfo
from .template import version_of

_ADDED = ("item-price", "item-tax", "shipping-price", "shipping-tax")
_TAKEN_OFF = ("item-promotion-discount", "ship-promotion-discount")
_LIMIT = 100_000


class Amazon(Export):
    """See the module."""

    info = FormatInfo("amazon", "Amazon order report", "amazon")
    quoted_tabs = False
    key = Column("order-id", 40, "code", required=True)
    head: tuple[Column, ...] = (
        key,
        Column("purchase-date", 40),
        Column("payments-date", 40),
        Column("promise-date", 40),
        Column("buyer-email", 254),
        Column("buyer-name", 200),
        Column("buyer-phone-number", 40, "code"),
        Column("ship-service-level", 100),
        Column("recipient-name", 200, required=True),
        Column("ship-address-1", 255, required=True),
        Column("ship-address-2", 255),
        Column("ship-address-3", 255),
        Column("ship-city", 100),
        Column("ship-state", 100),
        Column("ship-postal-code", 20, "code"),
        Column("ship-country", 80, required=True),
        Column("ship-phone-number", 40, "code"),
        Column("delivery-Instructions", 5_000, "note"),
        Column("currency", 3),
    )
    line: tuple[Column, ...] = (
        Column("order-item-id", 40, "code", required=True),
        Column("sku", 100, "code", required=True),
        Column("product-name", 500),
        Column("quantity-purchased", 12, required=True),
        Column("quantity-shipped", 12),
        Column("quantity-to-ship", 12),
        Column("is-buyer-requested-cancellation", 10),
        *(Column(name, 20) for name in (*_ADDED, *_TAKEN_OFF)),
    )
    needed = frozenset(
        (
            "order-id",
            "order-item-id",
            "purchase-date",
            "sku",
            "quantity-purchased",
            "recipient-name",
            "ship-address-1",
            "ship-country",
        )
    )

    def order(self, at: int, head: Mapping[str, str], rows: Sequence[ExportRow], cells: Cells) -> StoreOrder:
        """See the module."""
        ordered_at = cells.time(head["purchase-date"], "purchase-date", at)
        paid_at = cells.time(head["payments-date"], "payments-date", at)
        currency = cells.currency(head["currency"], "currency", at)
        name = "is-buyer-requested-cancellation"
        asked = [cells.yes_no(row[name], name, row.at) for row in rows].count(True) > 0
        lines, total = self._lines(rows, currency, cells)
        open_lines = tuple(line for line, left in lines if left)
        status = OrderStatus.PAID if open_lines else OrderStatus.SHIPPED
        return StoreOrder(
            external_id=head["order-id"],
            status=OrderStatus.CANCEL_REQUESTED if asked and open_lines else status,
            raw_status="cancellation requested" if asked else "unshipped" if open_lines else "shipped",
            version=version_of(cells.now, ordered_at, paid_at),
            ordered_at=ordered_at or cells.now,
            currency=currency,
            total=total,
            address=_address(at, head, cells),
            lines=open_lines or tuple(line for line, _ in lines),
            paid_at=paid_at,
            ship_by=cells.deadline(head["promise-date"], "promise-date", at),
            courier=head["ship-service-level"],
            buyer=head["buyer-name"] or head["buyer-email"],
            note=head["delivery-Instructions"],
        )

    def _lines(
        self, rows: Sequence[ExportRow], currency: str, cells: Cells
    ) -> tuple[list[tuple[StoreOrderLine, int]], Decimal]:
        """Each line with how many of its pieces are left (those are its quantity while any are), and the total."""
        lines = []
        total = Decimal(0)
        for row in rows:
            self.required_in(row, cells)
            amounts = {name: _signed(row, name, currency, cells) for name in (*_ADDED, *_TAKEN_OFF)}
            total += sum(amounts[name] for name in _ADDED) - sum(abs(amounts[name]) for name in _TAKEN_OFF)
            bought = (
                cells.quantity(row["quantity-purchased"], "quantity-purchased", row.at)
                if row["quantity-purchased"]
                else 1
            )
            left = _left(row, bought, cells)
            line = StoreOrderLine(
                key=row["order-item-id"],
                sku=row["sku"],
                name=row["product-name"],
                quantity=left or bought,
                unit_price=each_of(amounts["item-price"], bought),
            )
            lines.append((line, left))
        return lines, max(total, Decimal(0))


def _signed(row: ExportRow, name: str, currency: str, cells: Cells) -> Decimal:
    """Discounts are written with a minus or without."""
    text = row[name]
    return cells.money(text.lstrip("-") if name in _TAKEN_OFF else text, name, row.at, currency)


def _left(row: ExportRow, bought: int, cells: Cells) -> int:
    for name in ("quantity-to-ship", "quantity-shipped"):
        text = row[name]
        if not text:
            continue
        if not text.isascii() or not text.isdigit() or int(text) > bought:
            cells.fault(row.at, name, "bad_quantity", value=text[:60], limit=str(_LIMIT))
            return bought
        return int(text) if name == "quantity-to-ship" else bought - int(text)
    return bought


def _address(at: int, head: Mapping[str, str], cells: Cells) -> Address:
    return Address(
        name=head["recipient-name"],
        phone=head["ship-phone-number"] or head["buyer-phone-number"],
        email=head["buyer-email"],
        lines=tuple(filter(None, (head["ship-address-1"], head["ship-address-2"], head["ship-address-3"]))),
        city=head["ship-city"],
        province=head["ship-state"],
        postal_code=head["ship-postal-code"],
        country=cells.country(head["ship-country"], "ship-country", at),
    )
