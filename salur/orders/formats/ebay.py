"""eBay's orders report (Seller Hub), after the contract sheet ``csv-orders``.

- One row per item; an order of several items may have a row of its own above them that names no item (assumed).
- Headers follow the site's language: the US ones are ours, the UK's and Germany's stand in ``aliases``. Of the German
  ones the sheet knows seven; the others are assumed and do no harm where they are not met.
- Rows above the header and below the last order (count, seller's name) are passed over.
- Paid if ``Paid On Date`` is filled; shipped if every item has ``Shipped On Date``, of an order partly shipped what has
  left is left out. Dates are ``Jul-21-25`` or ``10-Dez-25``, without a zone: read in the merchant's.
- SKU is ``Custom Label`` (assumed); an item without one is known by its ``Item Number``.
- ``Sold For`` is the price of one piece, ``Total Price`` of a row that names no item that of the whole order (assumed).
- A parcel of the Global Shipping Program must carry its reference: that stands as the last address line (assumed).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from salur.connectors.base.types import Address, StoreOrder, StoreOrderLine

from .cells import Cells, Column
from .exports import Export, ExportRow, named_with, paid_status, times_of
from .loose import sign_currency
from .results import FormatInfo
from .template import version_of

_UK = {
    "post to name": "Ship To Name",
    "post to phone": "Ship To Phone",
    "post to address 1": "Ship To Address 1",
    "post to address 2": "Ship To Address 2",
    "post to city": "Ship To City",
    "post to county": "Ship To State",
    "post to postcode": "Ship To Zip",
    "post to country": "Ship To Country",
    "post by date": "Ship By Date",
    "dispatched on date": "Shipped On Date",
    "posted on date": "Shipped On Date",
    "delivery service": "Shipping Service",
}
_DE = {
    "bestellnummer": "Order Number",
    "gesamtbetrag": "Total Price",
    "verkauft am": "Sale Date",
    "zahlungsdatum": "Paid On Date",
    "nutzername des käufers": "Buyer Username",
    # From here on assumed.
    "anmerkungen des käufers": "Buyer Note",
    "e-mail des käufers": "Buyer Email",
    "versand an name": "Ship To Name",
    "versand an telefon": "Ship To Phone",
    "versand an adresse 1": "Ship To Address 1",
    "versand an adresse 2": "Ship To Address 2",
    "versand an ort": "Ship To City",
    "versand an bundesland": "Ship To State",
    "versand an plz": "Ship To Zip",
    "versand an land": "Ship To Country",
    "artikelnummer": "Item Number",
    "angebotstitel": "Item Title",
    "bestandseinheit": "Custom Label",
    "anzahl": "Quantity",
    "verkauft für": "Sold For",
    "versand bis": "Ship By Date",
    "versanddatum": "Shipped On Date",
    "versandservice": "Shipping Service",
    "transaktions-id": "Transaction ID",
    "variationsdetails": "Variation Details",
}


class Ebay(Export):
    """See the module."""

    info = FormatInfo("ebay", "eBay orders report", "ebay")
    dates = "mdy"
    shipped_column = "Shipped On Date"
    key = Column("Order Number", 40, "code", required=True)
    head: tuple[Column, ...] = (
        key,
        Column("Sale Date", 40),
        Column("Paid On Date", 40),
        Column("Ship By Date", 40),
        Column("Buyer Username", 200),
        Column("Buyer Email", 254),
        Column("Buyer Note", 5_000, "note"),
        Column("Ship To Name", 200, required=True),
        Column("Ship To Phone", 40, "code"),
        Column("Ship To Address 1", 255, required=True),
        Column("Ship To Address 2", 255),
        Column("Ship To City", 100),
        Column("Ship To State", 100),
        Column("Ship To Zip", 20, "code"),
        Column("Ship To Country", 80, required=True),
        Column("Shipping Service", 100),
        Column("Global Shipping Reference ID", 60, "code"),
    )
    line: tuple[Column, ...] = (
        Column("Item Number", 40, "code"),
        Column("Item Title", 500),
        Column("Custom Label", 100, "code"),
        Column("Quantity", 12),
        Column("Sold For", 20),
        Column("Total Price", 20),
        Column("Transaction ID", 40, "code"),
        Column("Variation Details", 500),
        Column("Shipped On Date", 40),
    )
    needed = frozenset(
        ("Order Number", "Item Title", "Quantity", "Ship To Name", "Ship To Address 1", "Ship To Country")
    )
    aliases: Mapping[str, str] = {**_UK, **_DE}

    def order(self, at: int, head: Mapping[str, str], rows: Sequence[ExportRow], cells: Cells) -> StoreOrder:
        """See the module."""
        ordered_at = cells.time(head["Sale Date"], "Sale Date", at)
        paid_at = cells.time(head["Paid On Date"], "Paid On Date", at)
        shipped_at = times_of(cells, rows, "Shipped On Date")
        items = [row for row in rows if row["Item Title"] or row["Item Number"] or row["Custom Label"]]
        if not items:
            cells.fault(at, "Item Title", "missing_value")
        open_items, shipped = self.to_ship(items)
        summary = [row for row in rows if row not in items]
        shipped = shipped or any(row["Shipped On Date"] for row in summary)
        currency = next(filter(None, (sign_currency(row["Total Price"] or row["Sold For"]) for row in rows)), "")
        currency = currency or cells.currency("", "", at)
        totals = [cells.money(row["Total Price"], "Total Price", row.at, currency) for row in rows]
        return StoreOrder(
            external_id=head["Order Number"],
            status=paid_status(shipped=shipped, paid=paid_at is not None),
            raw_status="shipped" if shipped else "paid" if paid_at else "unpaid",
            version=version_of(cells.now, ordered_at, paid_at, *shipped_at),
            ordered_at=ordered_at or cells.now,
            currency=currency,
            total=max(totals) if summary else sum(totals, Decimal(0)),
            address=_address(at, head, cells),
            lines=_lines(items if shipped else open_items, items, currency, cells),
            paid_at=paid_at,
            ship_by=cells.deadline(head["Ship By Date"], "Ship By Date", at),
            courier=head["Shipping Service"],
            buyer=head["Buyer Username"] or head["Ship To Name"],
            note=head["Buyer Note"],
        )


def _lines(
    wanted: Sequence[ExportRow], items: Sequence[ExportRow], currency: str, cells: Cells
) -> tuple[StoreOrderLine, ...]:
    """The lines to import. A key is the transaction's number, else the line's place among all lines."""
    lines = []
    for place, row in enumerate(items, 1):
        if row not in wanted:
            continue
        if not row["Quantity"]:
            cells.fault(row.at, "Quantity", "missing_value")
        pieces = cells.quantity(row["Quantity"], "Quantity", row.at) if row["Quantity"] else 1
        lines.append(
            StoreOrderLine(
                key=_key(row, items) or str(place),
                sku=row["Custom Label"] or row["Item Number"],
                name=named_with(row["Item Title"], row["Variation Details"]),
                quantity=pieces,
                unit_price=cells.money(row["Sold For"], "Sold For", row.at, currency),
                item_id=row["Item Number"],
            )
        )
    return tuple(lines)


def _key(row: ExportRow, items: Sequence[ExportRow]) -> str:
    """The transaction's number where it is this line's alone."""
    number = row["Transaction ID"]
    return number if sum(item["Transaction ID"] == number for item in items) == 1 else ""


def _address(at: int, head: Mapping[str, str], cells: Cells) -> Address:
    reference = head["Global Shipping Reference ID"]
    lines = (head["Ship To Address 1"], head["Ship To Address 2"], f"Reference #{reference}" if reference else "")
    return Address(
        name=head["Ship To Name"],
        phone=head["Ship To Phone"],
        email=head["Buyer Email"],
        lines=tuple(filter(None, lines)),
        city=head["Ship To City"],
        province=head["Ship To State"],
        postal_code=head["Ship To Zip"],
        country=cells.country(head["Ship To Country"], "Ship To Country", at),
    )
