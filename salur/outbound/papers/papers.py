"""Pick lists and packing slips: what stands on them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext, ngettext, pgettext

from salur.foundation.clock import now
from salur.outbound.floor import Stop
from salur.outbound.models import Outbound, OutboundLine

from .drawing import FULL_SIZE, LABEL_SIZE, Sheet


def pick_list_paper(title: str, warehouse: str, stops: Sequence[Stop]) -> bytes:
    """One walk through a warehouse: location, product, pieces, and how they are divided."""
    made = date_format(localtime(now()), "Y-m-d H:i")
    sheet = Sheet(FULL_SIZE, title, foot=f"{title} · {warehouse} · {made}", margin=36)
    sheet.write(f"{gettext('Pick list')} {title}", 16, bold=True)
    pieces = sum(stop.pieces for stop in stops)
    told = ngettext("%(n)s piece", "%(n)s pieces", pieces) % {"n": pieces}
    sheet.write(f"{warehouse} · {made} · {told}", 10)
    sheet.gap()
    if title.isascii() and " " not in title:
        sheet.barcode(title)
        sheet.gap()
    shares = (0.16, 0.18, 0.30, 0.10, 0.26)
    sheet.head((gettext("Location"), "MSKU", gettext("Product"), gettext("Pieces"), gettext("For the orders")), shares)
    for stop in stops:
        product = stop.product
        barcode = f"\n{product.barcode}" if product.barcode else ""
        parts = ", ".join(f"{row.order.shown} × {n}" for row, n in stop.lists)
        sheet.row((stop.location or "–", product.msku + barcode, product.name, f"[  ] {stop.pieces}", parts), shares)
    return sheet.done()


def packing_slips(rows: Iterable[tuple[Outbound, Sequence[OutboundLine]]], merchant: str) -> bytes:
    """A slip for each list, each begun on a page of its own. Takes lists with order, store and warehouse."""
    sheet: Sheet | None = None
    for row, lines in rows:
        foot = f"{row.order.shown} · {row.reference}"
        if sheet is None:
            sheet = Sheet(LABEL_SIZE, gettext("Packing slips"), foot)
        else:
            sheet.new_foot(foot)
        _slip(sheet, row, lines, merchant)
    return b"" if sheet is None else sheet.done()


def _slip(sheet: Sheet, row: Outbound, lines: Sequence[OutboundLine], merchant: str) -> None:
    order = row.order
    sheet.write(merchant, 12, bold=True)
    sheet.write(f"{gettext('Order')} {order.shown} · {row.store.name}", 10)
    sheet.write(date_format(localtime(order.ordered_at), "Y-m-d"), 8)
    sheet.gap(4)
    sheet.barcode(row.reference)
    sheet.write(row.reference, 7)
    sheet.gap(4)
    sheet.write(order.recipient_name, 10, bold=True)
    for line in (*order.address_lines, " ".join(filter(None, (order.district, order.city)))):
        sheet.write(line, 9)
    sheet.write(" ".join(filter(None, (order.province, order.postal_code, order.country))), 9)
    sheet.gap(4)
    shares = (0.30, 0.55, 0.15)
    sheet.row(("MSKU", pgettext("goods of an order", "Items"), gettext("Pieces")), shares, 8, bold=True)
    for msku, (name, pieces) in _sums(lines).items():
        sheet.row((msku, name, str(pieces)), shares, 8)
    if order.note:
        sheet.gap(4)
        sheet.write(order.note, 8)
    if row.awb:
        sheet.gap(4)
        sheet.write(f"{gettext('AWB number')}: {row.awb} {row.courier}", 8)
    if row.warehouse.return_address:
        sheet.gap(4)
        sheet.write(gettext("Return address"), 7, bold=True)
        sheet.write(row.warehouse.return_address, 7)


def _sums(lines: Sequence[OutboundLine]) -> Mapping[str, tuple[str, int]]:
    sums: dict[str, tuple[str, int]] = {}
    for line in lines:
        known = sums.get(line.product.msku, ("", 0))[1]
        sums[line.product.msku] = (line.product.name, known + line.quantity)
    return sums


def missing_labels(rows: Sequence[tuple[str, str, str]]) -> bytes:
    """The page that says which lists have no label: (reference, order, why)."""
    sheet = Sheet(LABEL_SIZE, gettext("Labels"))
    told = ngettext("%(n)s list has no label", "%(n)s lists have no label", len(rows)) % {"n": len(rows)}
    sheet.write(told, 13, bold=True)
    sheet.gap(4)
    for reference, order, why in rows:
        sheet.row((order, reference, why), (0.36, 0.30, 0.34), 7)
    return sheet.done()
