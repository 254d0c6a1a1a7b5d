"""“Add product (without shelf)” from the stock list: products that a warehouse does not have yet (R45, way 5; R59)."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext, ngettext

from salur.catalog.queries import found_products, product_page
from salur.flows.products import add_to_warehouse
from salur.flows.stock_list import absent_from
from salur.stock.models import Warehouse
from salur.stock.queries import find_warehouse, warehouses
from salur.tenancy.models import Entitlement, Role
from salur.web.access import MerchantRequest, fragment_or_page, page
from salur.web.acting import acting
from salur.web.filters import row_id, row_ids, word
from salur.web.paging import at_cursor

MOST = 200


@page(get=Role.OPERATOR, post=Role.OPERATOR, entitlement=Entitlement.WAREHOUSE_MANAGEMENT)
def stock_add(request: MerchantRequest) -> HttpResponseBase:
    """Products that the chosen warehouse does not have, to be ticked and added."""
    if request.method == "POST":
        return _add(request)
    places = warehouses(active_only=True)
    asked = row_id(request.GET, "warehouse")
    place = next((one for one in places if one.pk == asked), places[0] if places else None)
    search = word(request.GET, "q")
    listed = at_cursor(request, lambda cursor: product_page(search, cursor, only=absent_from(place.pk if place else 0)))
    context = {"page": listed, "rows": listed.rows, "places": places, "place": place, "search": search}
    return fragment_or_page(request, "web/stock/add.html", context, fragment="web/stock/add_rows.html")


def _add(request: MerchantRequest) -> HttpResponseBase:
    place_id = row_id(request.POST, "warehouse") or 0
    ids = row_ids(request.POST, "product", MOST + 1)
    with acting(request, "products"):
        place = find_warehouse(place_id)
        products = found_products(ids) if place is not None and len(ids) <= MOST else []
        if products:
            add_to_warehouse(products, place_id)
    if place is None:
        raise Http404
    if not products:
        messages.error(request, gettext("Choose between 1 and %(most)s products.") % {"most": MOST})
        return redirect(f"{reverse('web:stock_add')}?warehouse={place_id}")
    messages.success(request, _told(place, len(products)) % {"n": len(products), "name": place.name})
    return redirect(f"{reverse('web:stock')}?warehouse={place_id}")


def _told(place: Warehouse, count: int) -> str:
    """Only a partner's warehouse has a push status."""
    if place.account_id is None:
        return ngettext(
            "%(n)s product stands in the stock list of %(name)s.",
            "%(n)s products stand in the stock list of %(name)s.",
            count,
        )
    return ngettext(
        "%(n)s product was added to %(name)s. Its push status stands in this list.",
        "%(n)s products were added to %(name)s. Their push status stands in this list.",
        count,
    )
