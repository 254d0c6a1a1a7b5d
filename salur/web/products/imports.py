"""Many master products by a spreadsheet: downloaded, filled in, looked over, imported (R44)."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from salur.catalog.models import ImportState, ProductImport
from salur.catalog.product_table import COLUMNS, table_rows
from salur.flows.product_imports import (
    AT_ONCE,
    begin_import,
    carry_on_import,
    drop_import,
    fault_words,
    keep_import,
    left_out,
    refusal_words,
)
from salur.foundation.problems import Refusal
from salur.tenancy.models import Entitlement, Role
from salur.web.access import MerchantRequest, fragment_or_page, page, reading
from salur.web.acting import acting, tell_refusal
from salur.web.spreadsheets import LARGEST, TYPES, safe_cell, written

from .views import product_filter

NEEDS = Entitlement.MASTER_PRODUCTS
SHOWN = 200  # faults on the page; all of them are in the file of what was left out
RECENT = 10
MOST_EXPORTED = 50_000
IMPORT_COLUMNS = COLUMNS[:-1]
EXAMPLES = (
    ("TEA-250", "Green tea 250 g", "8991234567890", "260", "120", "80", "60", "45000", "365", "180", "30", "food", ""),
    ("GIFT-BOX", "Gift box", "", "900", "300", "200", "120", "", "", "", "", "", "TEA-250:2; CUP-WHITE:1"),
)


class ImportForm(forms.Form):
    """The filled-in spreadsheet."""

    file = forms.FileField(
        label=_("File"),
        help_text=_("CSV (UTF-8) or Excel workbook (.xlsx); its first row names the columns."),
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.xlsx"}),
    )


@page(get=Role.OPERATOR, post=Role.OPERATOR, entitlement=NEEDS)
def product_imports(request: MerchantRequest) -> HttpResponseBase:
    """The upload, the template, and the files of the last days."""
    posted = request.method == "POST"
    form = ImportForm(request.POST if posted else None, request.FILES if posted else None)
    if form.is_valid():
        file = form.cleaned_data["file"]
        with acting(request, "products"):
            kept = keep_import(file.name or "", file.read(LARGEST + 1))
        _look_at_once(request, kept)
        return redirect("web:product_import", kept.pk)
    with reading(request):
        rows = list(ProductImport.objects.only("name", "state", "created_at").order_by("-id")[:RECENT])
    context = {"form": form, "rows": rows, "columns": IMPORT_COLUMNS}
    return fragment_or_page(request, "web/products/imports.html", context, status=422 if posted else 200)


def _look_at_once(request: MerchantRequest, kept: ProductImport) -> None:
    """A small file need not wait for a worker."""
    if kept.size <= AT_ONCE:
        carry_on_import(request.merchant.id, kept.pk)


def _found(import_id: int) -> ProductImport:
    row = ProductImport.objects.filter(pk=import_id).first()
    if row is None:
        raise Http404
    return row


@page(get=Role.OPERATOR, post=Role.OPERATOR, entitlement=NEEDS)
def product_import(request: MerchantRequest, import_id: int) -> HttpResponseBase:
    """What the file would do, everything that is wrong with it, and what it has done."""
    if request.method == "POST":
        return _act(request, import_id)
    row = _found(import_id)
    moving = row.state in (ImportState.QUEUED, ImportState.IMPORTING)
    context = {
        "row": row,
        "moving": moving,
        "good": row.counts.get("new", 0) + row.counts.get("changed", 0),
        "left": row.counts.get("wrong", 0) + row.counts.get("bad", 0),
        "faults": [_fault(one) for one in row.faults[:SHOWN]],
        "more": max(0, len(row.faults) - SHOWN),
        "refused": refusal_words(row),
    }
    template = "web/products/import.html"
    return fragment_or_page(request, template, context, fragment="web/products/import_body.html")


def _fault(one: dict[str, Any]) -> tuple[int, str, str, str]:
    return one["line"], one["msku"], one["column"], fault_words(one)


def _act(request: MerchantRequest, import_id: int) -> HttpResponseBase:
    with reading(request):
        row = _found(import_id)
    if request.POST.get("action") == "drop":
        with acting(request, "products"):
            drop_import(import_id)
        return redirect("web:product_imports")
    try:
        with acting(request, "products"):
            begin_import(import_id)
    except Refusal as refusal:
        tell_refusal(request, refusal)
        return redirect("web:product_import", import_id)
    _look_at_once(request, row)
    messages.success(request, gettext("The file is being imported. This page shows how far it is."))
    return redirect("web:product_import", import_id)


@page(get=Role.OPERATOR, entitlement=NEEDS)
def product_import_left(request: MerchantRequest, import_id: int, kind: str) -> HttpResponseBase:
    """The rows that were not taken, as they were written, with what is wrong: to be mended and uploaded again."""
    row = _found(import_id)
    if kind not in TYPES or row.state == ImportState.REFUSED:
        raise Http404
    told: dict[int, list[str]] = {}
    for one in row.faults:
        told.setdefault(one["line"], []).append(
            f"{one['column']}: {fault_words(one)}" if one["column"] else fault_words(one)
        )
    header, *lines = left_out(row)
    rows = [[*header[:-1], "problem"], *([*line[:-1], " ".join(told[int(line[-1])])] for line in lines)]
    return _file(kind, rows, f"salur-products-left-{row.pk}", "products")


@page(entitlement=NEEDS)
def product_export(request: MerchantRequest, kind: str) -> HttpResponseBase:
    """The products that the list shows, all pages of them, as a table that may be changed and uploaded again."""
    if kind not in TYPES:
        raise Http404
    products = product_filter(request).rows().order_by("msku", "id")[:MOST_EXPORTED]
    rows = [list(COLUMNS), *([safe_cell(cell) for cell in row] for row in table_rows(list(products)))]
    return _file(kind, rows, "salur-products", "products")


@page(get=Role.OPERATOR, entitlement=NEEDS)
def product_template(request: MerchantRequest, kind: str) -> HttpResponseBase:
    """An empty table with two examples, one of them a bundle."""
    if kind not in TYPES:
        raise Http404
    return _file(kind, [list(IMPORT_COLUMNS), *map(list, EXAMPLES)], "salur-products-template", "products")


def _file(kind: str, rows: list[list[str]], name: str, title: str) -> HttpResponse:
    response = HttpResponse(written(kind, rows, title), content_type=TYPES[kind])
    response["Content-Disposition"] = f'attachment; filename="{re.sub("[^a-z0-9-]", "", name)}.{kind}"'
    return response
