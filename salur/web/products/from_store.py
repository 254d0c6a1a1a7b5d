"""Master products made from what a store lists: looked over first, some or all, put into warehouses at once (R45)."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext, ngettext

from salur.catalog.from_listings import ListedSku, listed_skus, without_doubt
from salur.flows.listings import products_from_listings
from salur.integrations.models import StoreConnection
from salur.integrations.queries import find_store
from salur.stock.queries import warehouses
from salur.tenancy.models import Entitlement, Role
from salur.web.access import MerchantRequest, fragment_or_page, page, reading
from salur.web.acting import acting

SHOWN = 300  # SKUs of a page; all of them can be made at once all the same


@page(get=Role.OPERATOR, post=Role.OPERATOR, entitlement=Entitlement.MASTER_PRODUCTS)
def products_from_store(request: MerchantRequest, store_id: int) -> HttpResponseBase:
    """What each unlinked SKU would become and where it collides; a POST makes those ticked, or all."""
    with reading(request):
        store = find_store(store_id)
        listed = listed_skus(store_id) if store is not None else []
    if store is None:
        raise Http404
    if request.method == "POST":
        return _make(request, store, listed)
    makes = [one for one in listed if one.makes]
    context = {
        "store": store,
        "rows": makes[:SHOWN],
        "count": len(makes),
        "more": max(0, len(makes) - SHOWN),
        "collide": sum(one.collides for one in makes),
        "existing": [one for one in listed if one.existing_id is not None][:SHOWN],
        "long": [one for one in listed if one.existing_id is None and not one.makes][:SHOWN],
        "places": warehouses(active_only=True) if _may_add(request) else [],
    }
    return fragment_or_page(request, "web/products/from_store.html", context)


def _may_add(request: MerchantRequest) -> bool:
    return Entitlement.WAREHOUSE_MANAGEMENT in request.merchant.entitlements


def _make(request: MerchantRequest, store: StoreConnection, listed: Sequence[ListedSku]) -> HttpResponseBase:
    """“All” leaves out what collides: that is made only when somebody ticked it."""
    skus = without_doubt(listed) if request.POST.get("action") == "all" else request.POST.getlist("sku")
    with reading(request):
        known = warehouses(active_only=True) if _may_add(request) else []
    places = [place for place in known if str(place.pk) in request.POST.getlist("warehouse")]
    if not skus:
        messages.error(request, gettext("Choose at least one SKU."))
        return redirect("web:products_from_store", store.pk)
    with acting(request, "products"):
        made = len(products_from_listings(store.pk, skus, [place.pk for place in places]))
    told = ngettext("%(n)s master product is made.", "%(n)s master products are made.", made) % {"n": made}
    if made and any(place.account_id is not None for place in places):
        told += " " + gettext("They are being added to the chosen warehouses; the stock list shows their push status.")
    messages.success(request, told)
    return redirect(f"{reverse('web:listings')}?store={store.pk}")
