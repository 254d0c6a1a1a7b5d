"""Balances by warehouse, the ledger behind each figure, and stock sync records (R50, R132, R133)."""

from __future__ import annotations

from django.http import Http404, HttpResponseBase
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from salur.catalog.models import ProductPushState
from salur.catalog.queries import product_page
from salur.outbound.queries import outbound_links
from salur.stock.models import MovementCause
from salur.stock.queries import (
    find_balance,
    find_sync,
    movement_page,
    sync_lines,
    sync_page,
    totals,
    warehouses,
)
from salur.tenancy.models import Entitlement
from salur.web.access import MerchantRequest, fragment_or_page, page
from salur.web.filters import row_id, word
from salur.web.paging import at_cursor
from salur.web.words import actor_names

from .rows import in_stock, stock_rows

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
    context = {"page": listed, "runs": listed.rows, "warehouses": warehouses(), "warehouse_id": warehouse_id}
    return fragment_or_page(request, "web/stock/syncs.html", context)


@page(entitlement=Entitlement.WAREHOUSE_MANAGEMENT)
def sync_detail(request: MerchantRequest, run_id: int) -> HttpResponseBase:
    """The SKUs of one stock sync with the values before and after."""
    run = find_sync(run_id)
    if run is None:
        raise Http404
    listed = at_cursor(request, lambda cursor: sync_lines(run, cursor))
    return fragment_or_page(request, "web/stock/sync.html", {"run": run, "page": listed, "lines": listed.rows})
