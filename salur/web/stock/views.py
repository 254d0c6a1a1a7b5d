"""Balances by warehouse with the products' push states, and the ledger behind each figure (R48 to R50, R133)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from salur.catalog.models import ProductPushState
from salur.catalog.queries import mskus_of, product_page, rows_added
from salur.flows.calibrate import sync_stock
from salur.flows.products import push_again
from salur.foundation.problems import Refusal
from salur.inbound.queries import links_of_lists, links_of_receipts
from salur.outbound.queries import outbound_links
from salur.returns.queries import links_of_receipts as links_of_receipts_back
from salur.stock.models import Movement, MovementCause
from salur.stock.queries import ADDED_UP, find_balance, find_warehouse, movement_page, totals, warehouses
from salur.tenancy.models import Entitlement
from salur.transfers.queries import links_of_moves
from salur.web.access import MerchantRequest, actor, fragment_or_page, page, reading
from salur.web.acting import acting, back_to, tell_refusal
from salur.web.filters import row_id, word
from salur.web.paging import at_cursor
from salur.web.words import actor_names

from .rows import ABSENT, NO_LOCATION, in_stock, lies_at, stock_rows

FIGURES: dict[str, str | Promise] = {
    "on_hand": _("On hand"),
    "reserved": _("Reserved"),
    "free": _("Free"),
    "incoming": _("Incoming"),
    "disputed": _("Disputed"),
}
ROWS, FEWEST = 50, 10
"""About so many rows to a page, each a product in a warehouse; but never fewer products than that."""
ABOUT_A_LIST = (MovementCause.RESERVE, MovementCause.RELEASE, MovementCause.SHIP)
ANNOUNCED = (MovementCause.EXPECT, MovementCause.UNEXPECT)


@page(entitlement=Entitlement.WAREHOUSE_MANAGEMENT)
def stock_list(request: MerchantRequest) -> HttpResponseBase:
    """Figures of every product in every warehouse, or in one."""
    warehouse_id, search, push = row_id(request.GET, "warehouse"), word(request.GET, "q"), word(request.GET, "push")
    location = word(request.GET, "location")
    places = warehouses()
    only = in_stock(warehouse_id, push) & lies_at(warehouse_id, location)
    size = ROWS if warehouse_id else max(FEWEST, ROWS // max(1, len(places)))
    listed = at_cursor(request, lambda cursor: product_page(search, cursor, only=only, size=size))
    context = {
        "page": listed,
        "rows": stock_rows(listed.rows, warehouse_id, places, push, location),
        "warehouses": places,
        "warehouse_id": warehouse_id,
        "search": search,
        "push": push,
        "pushes": [*ProductPushState.choices, (ABSENT, _("Not added"))],
        "totals": totals(warehouse_id, most=None if word(request.GET, "totals") else ADDED_UP),
        "location": location,
        "no_location": NO_LOCATION,
        "filtered": bool(warehouse_id or search or push or location),
    }
    return fragment_or_page(request, "web/stock/list.html", context, fragment="web/stock/list_rows.html")


MOST_SKUS = 50
MOST_PUSHED = 500


@page(entitlement=Entitlement.WAREHOUSE_MANAGEMENT)
def stock_act(request: MerchantRequest) -> HttpResponseBase:
    """Do with the chosen rows (or the one whose button it was) what was asked: sync, or push the product again."""
    if request.method != "POST":
        return redirect("web:stock")
    action, _colon, one = request.POST.get("action", "").partition(":")
    chosen = _chosen([one] if one else request.POST.getlist("row"))
    if action == "push_again":
        return _push_again(request, chosen)
    return _sync_chosen(request, chosen)


def _chosen(values: Iterable[str]) -> list[tuple[int, int]]:
    """(warehouse, product) of each row that was ticked."""
    pairs = [value.partition(":") for value in values]
    return [(int(place), int(product)) for place, _colon, product in pairs if place.isdigit() and product.isdigit()]


def _sync_chosen(request: MerchantRequest, chosen: Sequence[tuple[int, int]]) -> HttpResponseBase:
    """Sync SKUs of one warehouse with its partner, now (R127, R128)."""
    places = {place for place, _product in chosen}
    if len(places) != 1 or not 0 < len(chosen) <= MOST_SKUS:
        most = {"most": MOST_SKUS}
        messages.warning(request, gettext("Choose between 1 and %(most)s products of one warehouse.") % most)
        return back_to(request, reverse("web:stock"))
    place_id = places.pop()
    with reading(request):
        if find_warehouse(place_id) is None:
            raise Http404
        skus = mskus_of(product for _place, product in chosen)
    try:
        run_id = sync_stock(request.merchant.id, place_id, "button", skus, actor=actor(request))
    except Refusal as refusal:
        tell_refusal(request, refusal)
        return back_to(request, reverse("web:stock"))
    return redirect("web:stock_sync", run_id)


def _push_again(request: MerchantRequest, chosen: Sequence[tuple[int, int]]) -> HttpResponseBase:
    """Push products to their warehouses once more (R49, R122)."""
    if 0 < len(chosen) <= MOST_PUSHED:
        with acting(request, "products"):
            tell_pushed(request, len(push_again(row.pk for row in rows_added(chosen))))
    else:
        most = {"most": MOST_PUSHED}
        messages.warning(request, gettext("Choose between 1 and %(most)s products.") % most)
    return back_to(request, reverse("web:stock"))


def tell_pushed(request: MerchantRequest, count: int) -> None:
    """Say how many products are being pushed again."""
    if not count:
        messages.warning(
            request, gettext("Nothing to push again: these products wait or are being pushed, or were never added.")
        )
        return
    messages.success(
        request,
        ngettext(
            "%(n)s product is being pushed again. This list shows what the warehouse answers.",
            "%(n)s products are being pushed again. This list shows what the warehouse answers.",
            count,
        )
        % {"n": count},
    )


@page(entitlement=Entitlement.WAREHOUSE_MANAGEMENT)
def movement_list(request: MerchantRequest, balance_id: int) -> HttpResponseBase:
    """What moved a figure, line by line."""
    balance = find_balance(balance_id)
    if balance is None:
        raise Http404
    figure = word(request.GET, "figure")
    listed = at_cursor(request, lambda cursor: movement_page(balance, figure, cursor))
    links = outbound_links(m.cause_id for m in listed.rows if m.cause in ABOUT_A_LIST)
    arrivals = _arrivals(listed.rows)
    sent = links_of_moves(m.cause_id for m in listed.rows if m.cause == MovementCause.TRANSFER)
    back = links_of_receipts_back(m.cause_id for m in listed.rows if m.cause == MovementCause.RETURN)
    names = actor_names(m.actor for m in listed.rows)
    context = {
        "balance": balance,
        "free": balance.on_hand - balance.reserved,
        "figures": FIGURES.items(),
        "figure": figure if figure in FIGURES else "",
        "page": listed,
        "rows": [
            (
                m,
                links.get(m.cause_id) if m.cause in ABOUT_A_LIST else None,
                arrivals.get(m.pk),
                _transfer_of(m, sent),
                back.get(m.cause_id) if m.cause == MovementCause.RETURN else None,
                names[m.actor],
            )
            for m in listed.rows
        ],
    }
    return fragment_or_page(request, "web/stock/movements.html", context)


def _transfer_of(movement: Movement, sent: dict[int, tuple[int, str]]) -> tuple[int, str] | None:
    return sent.get(movement.cause_id) if movement.cause == MovementCause.TRANSFER else None


def _arrivals(movements: Sequence[Movement]) -> dict[int, tuple[int, str]]:
    """The inbound list (id, reference) that each movement of arriving goods belongs to, by movement."""
    receipts = links_of_receipts(m.cause_id for m in movements if m.cause == MovementCause.RECEIVE)
    lists = links_of_lists(m.cause_id for m in movements if m.cause in ANNOUNCED)
    found = {
        m.pk: receipts[m.cause_id] for m in movements if m.cause == MovementCause.RECEIVE and m.cause_id in receipts
    }
    return found | {
        m.pk: (m.cause_id, lists[m.cause_id]) for m in movements if m.cause in ANNOUNCED and m.cause_id in lists
    }
