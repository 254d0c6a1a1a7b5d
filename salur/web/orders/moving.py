"""Orders sent from another warehouse, and a list's pieces divided over warehouses, by hand (R75, R105, R112)."""

from __future__ import annotations

from collections.abc import Sequence

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from salur.flows.moving import move_orders, split_list
from salur.foundation.problems import Refusal
from salur.outbound.floor import pieces_of
from salur.outbound.models import Outbound
from salur.outbound.queries import find_outbound, lists_of_orders, orders_named
from salur.stock.models import Warehouse
from salur.stock.queries import find_warehouse, warehouses
from salur.tenancy.models import Entitlement, Role
from salur.web.access import MerchantRequest, fragment_or_page, page, reading
from salur.web.acting import acting, back_to, tell_refusal
from salur.web.filters import row_id
from salur.web.floor.chosen import chosen_ids, tell_held

NEEDS = Entitlement.WAREHOUSE_MANAGEMENT
MOST = 200


def _places() -> list[tuple[object, str]]:
    return [("", "–"), *((place.pk, f"{place.name} ({place.country})") for place in warehouses(active_only=True))]


class MoveForm(forms.Form):
    """Where all orders of a bulk run are sent from."""

    warehouse = forms.TypedChoiceField(label=_("Warehouse"), choices=_places, coerce=int)


@page(get=Role.OPERATOR, post=Role.OPERATOR, entitlement=NEEDS)
def move(request: MerchantRequest) -> HttpResponseBase:
    """Choose the warehouse for some orders; a POST moves them, each as a whole or not at all."""
    if request.method == "POST":
        return _move(request)
    orders = orders_named(chosen_ids(request.GET, "order", MOST))
    lists = lists_of_orders([order.pk for order in orders])
    context = {
        "rows": [(order, lists.get(order.pk, [])) for order in orders],
        "warehouses": warehouses(active_only=True),
        "next": request.GET.get("next", ""),
    }
    return fragment_or_page(request, "web/orders/move.html", context)


def _move(request: MerchantRequest) -> HttpResponse:
    target = row_id(request.POST, "warehouse")
    with reading(request):
        place = find_warehouse(target) if target else None
    if place is None:
        messages.warning(request, gettext("Choose a warehouse."))
        return back_to(request, reverse("web:orders"))
    with acting(request, "move"):
        moved = move_orders(chosen_ids(request.POST, "order", MOST), place.pk)
    n = len(moved.lists)
    if n:
        told = ngettext(
            "%(n)s order is sent from %(warehouse)s now.", "%(n)s orders are sent from %(warehouse)s now.", n
        )
        messages.success(request, told % {"n": n, "warehouse": place.name})
    tell_held(request, moved.held)
    return back_to(request, reverse("web:orders"))


@page(get=Role.OPERATOR, post=Role.OPERATOR, entitlement=NEEDS)
def split(request: MerchantRequest, outbound_id: int) -> HttpResponseBase:
    """Divide a list's pieces over warehouses; what is not named stays."""
    with reading(request):
        row = find_outbound(outbound_id)
        if row is None:
            raise Http404
        places = [place for place in warehouses(active_only=True) if place.pk != row.warehouse_id]
        lines = _products(row)
    if request.method == "POST":
        return _split(request, row, places, [product for product, _msku, _name, _n in lines])
    context = {"outbound": row, "lines": lines, "places": places}
    return fragment_or_page(request, "web/orders/split.html", context)


def _products(row: Outbound) -> list[tuple[int, str, str, int]]:
    """Products of a list with their pieces: id, MSKU, name, pieces."""
    sums: dict[int, tuple[int, str, str, int]] = {}
    for line in pieces_of([row.pk]).get(row.pk, []):
        _id, _msku, _name, known = sums.get(line.product_id, (0, "", "", 0))
        sums[line.product_id] = (line.product_id, line.product.msku, line.product.name, known + line.quantity)
    return list(sums.values())


def _split(
    request: MerchantRequest, row: Outbound, places: Sequence[Warehouse], products: Sequence[int]
) -> HttpResponse:
    pieces = {
        (product, place.pk): n
        for product in products
        for place in places
        if (n := _pieces(request.POST, f"pieces_{product}_{place.pk}"))
    }
    try:
        with acting(request, "move"):
            made = split_list(row.pk, pieces)
    except Refusal as refusal:
        tell_refusal(request, refusal)
        return redirect("web:outbound_split", row.pk)
    told = ngettext("The order has %(n)s list now.", "The order has %(n)s lists now.", len(made))
    messages.success(request, told % {"n": len(made)})
    return redirect("web:order", row.order_id)


def _pieces(sent: QueryDict, name: str) -> int:
    """Whole pieces as typed; what is no figure is refused by the service as one too many."""
    text = sent.get(name, "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1 if text else 0
