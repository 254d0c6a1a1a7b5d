"""The links of a store's SKUs as a spreadsheet: downloaded as they stand, and set by an uploaded one (R44)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from salur.catalog.links import LinkRow, LinksRefused, LinksSet
from salur.flows.links import link_table, set_store_links
from salur.integrations.models import StoreConnection
from salur.integrations.queries import find_store
from salur.orders.formats import FileRefused
from salur.orders.formats.messages import MESSAGES, text_of
from salur.orders.formats.table import BadRow, Table, plain_name
from salur.tenancy.models import Role
from salur.web.access import MerchantRequest, fragment_or_page, page, reading
from salur.web.acting import acting
from salur.web.spreadsheets import LARGEST, TYPES, as_typed, read_table, safe_cell, written

HEADER = ("sku", "product_name", "variation", "msku", "quantity")  # in files these stay English in every language
NEEDED = ("sku", "msku", "quantity")
MOST = 20_000  # rows of a file
SHOWN_WRONG = 100
SHOWN_UNLISTED = 10


@dataclass(frozen=True, slots=True)
class Wrong:
    """What is wrong in a row; ``column`` is empty where no single one is to blame."""

    line: int
    column: str
    words: str


class LinksForm(forms.Form):
    """The filled-in spreadsheet."""

    file = forms.FileField(
        label=_("File"),
        help_text=_("CSV (UTF-8) or Excel workbook (.xlsx); its first row names the columns."),
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.xlsx"}),
    )


def _store(request: MerchantRequest, store_id: int) -> StoreConnection:
    with reading(request):
        store = find_store(store_id)
    if store is None:
        raise Http404
    return store


@page(get=Role.OPERATOR, post=Role.OPERATOR)
def store_links(request: MerchantRequest, store_id: int) -> HttpResponseBase:
    """The upload; a good file sets the links, of a wrong one everything that is wrong is told and nothing is saved."""
    store = _store(request, store_id)
    posted = request.method == "POST"
    form = LinksForm(request.POST if posted else None, request.FILES if posted else None)
    wrong: list[Wrong] = []
    if form.is_valid():
        done = _take(request, form, store.pk, wrong)
        if done is not None:
            _tell(request, done)
            return redirect(f"{reverse('web:listings')}?store={store.pk}")
    more = max(0, len(wrong) - SHOWN_WRONG)
    context = {"store": store, "form": form, "wrong": wrong[:SHOWN_WRONG], "more_wrong": more, "header": HEADER}
    return fragment_or_page(request, "web/products/links.html", context, status=422 if posted else 200)


def _take(request: MerchantRequest, form: LinksForm, store_id: int, wrong: list[Wrong]) -> LinksSet | None:
    try:
        rows = _rows_of(form.cleaned_data["file"].read(LARGEST + 1), wrong)
    except FileRefused as refused:
        form.add_error("file", text_of(refused))
        return None
    if len(rows) > MOST:
        form.add_error("file", gettext("At most %(most)s lines are taken at once. Divide the file.") % {"most": MOST})
        return None
    if not rows and not wrong:
        form.add_error("file", gettext("The file holds no line below its header."))
    if wrong or not rows:
        return None
    try:
        with acting(request, "links"):
            return set_store_links(store_id, rows)
    except LinksRefused as refused:
        wrong += [Wrong(one.line, one.column, one.text()) for one in refused.faults]
    return None


def _rows_of(content: bytes, wrong: list[Wrong]) -> list[LinkRow]:
    """The file's rows; rows that are none go to ``wrong``. Raises FileRefused."""
    table = read_table(content, _score)
    places = _places(table)
    rows = []
    for line, row in table.rows:
        if isinstance(row, BadRow):
            column = table.names[row.column] if 0 <= row.column < len(table.names) else ""
            wrong.append(Wrong(line, column, str(MESSAGES[row.code]) % row.detail))
        elif any(cell.strip() for cell in row):
            rows.append(LinkRow(line, *(as_typed(row[places[name]]) for name in NEEDED)))
        if len(rows) + len(wrong) > MOST:
            break
    return rows


def _places(table: Table) -> dict[str, int]:
    places: dict[str, int] = {}
    for place, name in enumerate(map(_plain, table.names)):
        if name in NEEDED and name in places:
            raise FileRefused("duplicate_column", {"column": name})
        places[name] = place
    missing = [name for name in NEEDED if name not in places]
    if missing:
        raise FileRefused("missing_columns", {"format": gettext("Links of SKUs"), "missing": ", ".join(missing)})
    return places


def _plain(name: str) -> str:
    return plain_name(name).replace(" ", "_")


def _score(names: Sequence[str]) -> int:
    """How many of the names are known."""
    return sum(_plain(name) in HEADER for name in names)


def _tell(request: MerchantRequest, done: LinksSet) -> None:
    told = gettext("Links set for %(n)s SKUs. Orders that waited for them go on by themselves.")
    messages.success(request, told % {"n": done.skus})
    if done.unlisted:
        named = ", ".join(done.unlisted[:SHOWN_UNLISTED]) + (" …" if len(done.unlisted) > SHOWN_UNLISTED else "")
        told = gettext("Set as well, though this store lists no such product (%(n)s): %(skus)s")
        messages.warning(request, told % {"n": len(done.unlisted), "skus": named})


@page(get=Role.OPERATOR)
def links_file(request: MerchantRequest, store_id: int, kind: str) -> HttpResponseBase:
    """What the store's SKUs mean now, to be changed and uploaded."""
    if kind not in TYPES:
        raise Http404
    store = _store(request, store_id)
    with reading(request):
        rows = [
            [row.sku, row.name, row.variation, row.msku, "" if row.quantity is None else str(row.quantity)]
            for row in link_table(store.pk)
        ]
    safe = [[safe_cell(cell) for cell in row] for row in rows]
    response = HttpResponse(written(kind, [list(HEADER), *safe], "links"), content_type=TYPES[kind])
    response["Content-Disposition"] = f'attachment; filename="salur-links-{store.pk}.{kind}"'
    return response
