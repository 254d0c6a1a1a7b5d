"""The stock list as a file: exactly what its filter shows, whatever its length."""

from __future__ import annotations

from collections.abc import Iterator

from django.http import Http404, HttpResponseBase
from django.utils.translation import gettext

from salur.flows.stock_list import StockRow, every_row
from salur.web.access import MerchantRequest, page

from .files import KINDS, Row, file_answer
from .views import NEEDS, read_filter


@page(entitlement=NEEDS)
def stock_file(request: MerchantRequest, kind: str) -> HttpResponseBase:
    """One row for each product and warehouse, also where the page shows sums."""
    if kind not in KINDS:
        raise Http404
    wanted = read_filter(request)

    def rows() -> Iterator[Row]:
        yield _header()
        yield from map(_cells, every_row(wanted))

    return file_answer(request, rows, kind, "stock", gettext("Stock list"))


def _header() -> Row:
    return [
        "MSKU",
        gettext("Name"),
        gettext("Barcode"),
        gettext("Warehouse"),
        gettext("Location"),
        gettext("On hand"),
        gettext("Reserved"),
        gettext("Free"),
        gettext("Incoming"),
        gettext("Disputed"),
        gettext("Low-stock level"),
        gettext("Low stock"),
        gettext("Days of cover"),
        gettext("Third-party warehouse push status"),
        gettext("Reason"),
    ]


def _cells(row: StockRow) -> Row:
    held = row.balance
    return [
        row.product.msku,
        row.product.name,
        row.product.barcode,
        row.warehouse.name,
        ", ".join(one.location.number for one in row.bound),
        held.on_hand,
        held.reserved,
        held.free,
        held.incoming,
        held.disputed,
        "" if held.low_at is None else held.low_at,
        gettext("yes") if held.low else gettext("no"),
        "" if row.cover is None else row.cover,
        row.added.get_push_display() if row.added else "",
        row.reason,
    ]
