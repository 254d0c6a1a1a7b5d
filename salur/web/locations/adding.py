"""Warehouse Stock Details > Add product to location: one product in one warehouse (R56, R57)."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext, ngettext

from salur.catalog.images import first_images
from salur.catalog.queries import find_product
from salur.locations.binding import bind, unbind
from salur.locations.editing import LocationRefused
from salur.locations.queries import offered_locations, places_of
from salur.stock.queries import find_warehouse
from salur.tenancy.models import Role
from salur.web.access import MerchantRequest, fragment_or_page, page, reading
from salur.web.acting import acting, tell_refusal
from salur.web.filters import row_ids, word

from .views import NEEDS


@page(get=Role.OPERATOR, post=Role.OPERATOR, entitlement=NEEDS)
def location_add(request: MerchantRequest, warehouse_id: int, product_id: int) -> HttpResponseBase:
    """Where the product lies, and the locations that it can still be bound to (A10)."""
    with reading(request):
        place, product = find_warehouse(warehouse_id), find_product(product_id)
        if place is None or product is None:
            raise Http404
        search = word(request.GET, "q")
        context = {
            "place": place,
            "product": product,
            "picture": first_images([product.pk]).get(product.pk),
            "search": search,
            "offered": offered_locations(place.pk, product.pk, search),
            "bound": places_of([product.pk], place.pk).get((product.pk, place.pk), []),
        }
    if request.method == "POST":
        _act(request, warehouse_id, product_id)
        return redirect("web:location_add", warehouse_id, product_id)
    return fragment_or_page(request, "web/locations/add.html", context)


def _act(request: MerchantRequest, warehouse_id: int, product_id: int) -> None:
    action, _colon, value = request.POST.get("action", "").partition(":")
    if action == "unbind" and value.isdecimal() and len(value) < 19:
        with acting(request, "locations"):
            unbind([int(value)])
        messages.success(request, gettext("The product no longer lies there."))
        return
    chosen = row_ids(request.POST, "location")
    if not chosen:
        messages.warning(request, gettext("Choose a location."))
        return
    try:
        with acting(request, "locations"):
            count = bind(warehouse_id, product_id, chosen)
    except LocationRefused as refusal:
        tell_refusal(request, refusal)
        return
    messages.success(request, ngettext("Bound to %(n)s location.", "Bound to %(n)s locations.", count) % {"n": count})
