"""Balances by warehouse, the ledger behind each figure, and stock sync records (R50, R132, R133)."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from salur.catalog.models import ProductPushState
from salur.catalog.queries import mskus_of, product_page
from salur.flows.calibrate import sync_stock
from salur.foundation.problems import Refusal
from salur.outbound.queries import outbound_links
from salur.stock.models import MovementCause
from salur.stock.queries import (
    find_balance,
    find_sync,
    find_warehouse,
    movement_page,
    sync_lines,
    sync_page,
    totals,
    warehouses,
)
from salur.tenancy.models import Entitlement
from salur.web.access import MerchantRequest, actor, fragment_or_page, page, reading
from salur.web.acting import tell_refusal
from salur.web.filters import row_id, word
from salur.web.paging import at_cursor
from salur.web.words import actor_names

from .rows import in_stock, stock_rows
from .words import line_words, sync_error_words

FIGURES: dict[str, str | Promise] = {
    "on_hand": _("On hand"),
    "reserved": _("Reserved"),
    "free": _("Free"),
    "incoming": _("Incoming"),
    "disputed": _("Disputed"),
}
ABOUT_A_LIST = (MovementCause.RESERVE, MovementCause.RELEASE, MovementCause.SHIP)


@page(entitlement=Entitlement.WAREHOUSE_MANAGEMENT)
def stock_list(request: MerchantRequest) -> HttpResponseBase:
    """Figures of every product in every warehouse, or in one."""
    warehouse_id, search, push = row_id(request.GET, "warehouse"), word(request.GET, "q"), word(request.GET, "push")
    places = warehouses()
    listed = at_cursor(request, lambda cursor: product_page(search, cursor, only=in_stock(warehouse_id, push)))
    context = {
        "page": listed,
        "rows": stock_rows(listed.rows, warehouse_id, places),
        "warehouses": places,
        "warehouse_id": warehouse_id,
        "search": search,
        "push": push,
        "pushes": ProductPushState.choices,
        "totals": totals(warehouse_id),
        "filtered": bool(warehouse_id or search or push),
    }
    return fragment_or_page(request, "web/stock/list.html", context, fragment="web/stock/list_rows.html")


MOST_SKUS = 50


@page(entitlement=Entitlement.WAREHOUSE_MANAGEMENT)
def sync_chosen(request: MerchantRequest) -> HttpResponseBase:
    """Sync the chosen SKUs of one warehouse with its partner, now (R127, R128)."""
    chosen = [value.partition(":") for value in request.POST.getlist("row")]
    places = {int(place) for place, _colon, _product in chosen if place.isdigit()}
    products = [int(product) for _place, _colon, product in chosen if product.isdigit()]
    if len(places) != 1 or not 0 < len(products) <= MOST_SKUS:
        most = {"most": MOST_SKUS}
        messages.warning(request, gettext("Choose between 1 and %(most)s products of one warehouse.") % most)
        return redirect("web:stock")
    place_id = places.pop()
    with reading(request):
        if find_warehouse(place_id) is None:
            raise Http404
        skus = mskus_of(products)
    try:
        run_id = sync_stock(request.merchant.id, place_id, "button", skus, actor=actor(request))
    except Refusal as refusal:
        tell_refusal(request, refusal)
        return redirect("web:stock")
    return redirect("web:stock_sync", run_id)


@page(entitlement=Entitlement.WAREHOUSE_MANAGEMENT)
def movement_list(request: MerchantRequest, balance_id: int) -> HttpResponseBase:
    """What moved a figure, line by line."""
    balance = find_balance(balance_id)
    if balance is None:
        raise Http404
    figure = word(request.GET, "figure")
    listed = at_cursor(request, lambda cursor: movement_page(balance, figure, cursor))
    links = outbound_links(m.cause_id for m in listed.rows if m.cause in ABOUT_A_LIST)
    names = actor_names(m.actor for m in listed.rows)
    context = {
        "balance": balance,
        "free": balance.on_hand - balance.reserved,
        "figures": FIGURES.items(),
        "figure": figure if figure in FIGURES else "",
        "page": listed,
        "rows": [(m, links.get(m.cause_id) if m.cause in ABOUT_A_LIST else None, names[m.actor]) for m in listed.rows],
    }
    return fragment_or_page(request, "web/stock/movements.html", context)


@page(entitlement=Entitlement.WAREHOUSE_MANAGEMENT)
def sync_list(request: MerchantRequest) -> HttpResponseBase:
    """Every stock sync (R132)."""
    warehouse_id = row_id(request.GET, "warehouse")
    listed = at_cursor(request, lambda cursor: sync_page(warehouse_id, cursor))
    runs = [(run, sync_error_words(run)) for run in listed.rows]
    context = {"page": listed, "runs": runs, "warehouses": warehouses(), "warehouse_id": warehouse_id}
    return fragment_or_page(request, "web/stock/syncs.html", context)


@page(entitlement=Entitlement.WAREHOUSE_MANAGEMENT)
def sync_detail(request: MerchantRequest, run_id: int) -> HttpResponseBase:
    """The SKUs of one stock sync with the values before and after."""
    run = find_sync(run_id)
    if run is None:
        raise Http404
    listed = at_cursor(request, lambda cursor: sync_lines(run, cursor))
    context = {
        "run": run,
        "error": sync_error_words(run),
        "page": listed,
        "lines": [(line, line_words(line.reason)) for line in listed.rows],
    }
    return fragment_or_page(request, "web/stock/sync.html", context)
