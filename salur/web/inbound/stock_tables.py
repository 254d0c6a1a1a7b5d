"""A large table of stock: how far it is, what is wrong with it, and its lines that were not taken (R135)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpResponse, HttpResponseBase

from salur.flows.stock_files import GOING, fault_text, find_stock_file, left_lines
from salur.inbound.models import InboundList
from salur.stock.models import StockFile
from salur.tenancy.models import Entitlement, Role
from salur.web.access import MerchantRequest, fragment_or_page, page
from salur.web.spreadsheets import TYPES, safe_cell, written
from salur.web.words import sentences

from .sheets import HEADER

NEEDS = Entitlement.WAREHOUSE_MANAGEMENT
SHOWN = 200  # faults on the page; more are in the file of what was left out
LISTS_SHOWN = 50
COLUMN_OF = {"sku": "msku", "unit_cost": "cost", "expires_on": "expiry"}
"""Fields of a line that a file names otherwise."""


def _found(file_id: int) -> StockFile:
    row = find_stock_file(file_id)
    if row is None:
        raise Http404
    return row


@page(get=Role.OPERATOR, entitlement=NEEDS)
def stock_table(request: MerchantRequest, file_id: int) -> HttpResponseBase:
    """How far the table is, everything that is wrong with it, and what it led to."""
    row = _found(file_id)
    context = {
        "row": row,
        "moving": row.state in GOING,
        "lists": InboundList.objects.filter(pk__in=row.made[:LISTS_SHOWN]).select_related("warehouse").order_by("pk"),
        "more_lists": max(0, len(row.made) - LISTS_SHOWN),
        "faults": [_fault(one) for one in row.faults[:SHOWN]],
        "more": max(0, len(row.faults) - SHOWN),
    }
    template = "web/inbound/table.html"
    return fragment_or_page(request, template, context, fragment="web/inbound/table_body.html")


def _fault(one: Mapping[str, Any]) -> tuple[int, str, str, str]:
    text = fault_text(one)
    return one["line"], one["msku"], COLUMN_OF.get(one["column"], one["column"]), sentences(text.cause, text.cure)


@page(get=Role.OPERATOR, entitlement=NEEDS)
def stock_table_left(request: MerchantRequest, file_id: int, kind: str) -> HttpResponseBase:
    """The lines that were not taken, as they were written, with what is wrong: to be mended and uploaded again."""
    row = _found(file_id)
    if kind not in TYPES:
        raise Http404
    rows = [["warehouse", *HEADER, "line", "problem"]]
    for place, line, texts in left_lines(row):
        told = " ".join(sentences(text.cause, text.cure) for text in texts)
        cells = [line.sku, line.quantity, line.unit_cost, line.batch, line.expires_on]
        rows.append([*map(safe_cell, (place, *cells)), str(line.number), told])
    response = HttpResponse(written(kind, rows, "stock"), content_type=TYPES[kind])
    response["Content-Disposition"] = f'attachment; filename="salur-stock-left-{row.pk}.{kind}"'
    return response
