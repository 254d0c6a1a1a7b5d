"""Channel products (the stores' listings) and their links to master products (R44)."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext

from salur.catalog.editing import bind_sku, unbind
from salur.catalog.listing_stock import stock_of_listings
from salur.catalog.models import Listing
from salur.catalog.queries import (
    bindings_of_listings,
    find_listing,
    listing_page,
    products_named,
)
from salur.flows.listings import pull_listings
from salur.flows.wakeups import bindings_changed
from salur.foundation.problems import Refusal
from salur.integrations.queries import find_store, stores
from salur.orders.queries import unlinked_skus
from salur.tenancy.models import Role
from salur.web.access import MerchantRequest, actor, fragment_or_page, page, reading
from salur.web.acting import acting, tell_refusal
from salur.web.filters import as_id, row_id, word
from salur.web.paging import at_cursor

from .forms import BindForm


@page()
def listing_list(request: MerchantRequest) -> HttpResponseBase:
    """All listings with what they mean."""
    store_id, search, linked = row_id(request.GET, "store"), word(request.GET, "q"), word(request.GET, "linked")
    listed = at_cursor(request, lambda cursor: listing_page(store_id, search, linked, cursor))
    bound = bindings_of_listings(listed.rows)
    same = products_named(row.sku for row in listed.rows)
    known = stores()
    told = stock_of_listings(row.pk for row in listed.rows)
    rows = [(row, bound.get((row.store_id, row.sku), []), same.get(row.sku), told.get(row.pk)) for row in listed.rows]
    context = {
        "page": listed,
        "rows": rows,
        "tells": bool(told),
        "stores": known,
        "chosen_store": next((s for s in known if s.pk == store_id), None),
        "store_id": store_id,
        "search": search,
        "linked": linked,
        "choices": [("yes", gettext("Linked")), ("no", gettext("Not linked"))],
        "wanting": unlinked_skus(),
        "filtered": bool(store_id or search or linked),
    }
    return fragment_or_page(request, "web/products/listings.html", context, fragment="web/products/listings_rows.html")


@page(post=Role.OPERATOR)
def make_products(request: MerchantRequest) -> HttpResponseBase:
    """Fetch a store's products, or lead to what can be made of those that mean nothing yet (R45, way 3)."""
    with reading(request):
        store = find_store(row_id(request.POST, "store") or 0)
    if store is None:
        raise Http404
    try:
        if request.POST.get("action") == "fetch":
            found = pull_listings(request.merchant.id, store.pk, actor=actor(request))
            messages.success(request, gettext("Products fetched: %(n)s.") % {"n": found})
        else:
            return redirect("web:products_from_store", store.pk)
    except Refusal as refusal:
        tell_refusal(request, refusal)
    return redirect(f"{reverse('web:listings')}?store={store.pk}")


def _found(listing_id: int) -> Listing:
    listing = find_listing(listing_id)
    if listing is None or not listing.sku:
        raise Http404
    return listing


@page(get=Role.OPERATOR, post=Role.OPERATOR)
def listing_link(request: MerchantRequest, listing_id: int) -> HttpResponseBase:
    """Say what a listing's SKU means."""
    with reading(request):
        listing = _found(listing_id)
    return _link(request, listing.store_id, listing.sku, listing)


@page(get=Role.OPERATOR, post=Role.OPERATOR)
def sku_link(request: MerchantRequest, store_id: int) -> HttpResponseBase:
    """Say what a SKU that came with an order means, where no listing is known (file imports)."""
    sku = word(request.GET, "sku")
    with reading(request):
        store = find_store(store_id)
    if store is None or not sku:
        raise Http404
    return _link(request, store.pk, sku)


def _link(request: MerchantRequest, store_id: int, sku: str, known: Listing | None = None) -> HttpResponseBase:
    action, _, number = request.POST.get("action", "bind").partition(":")
    form = BindForm(request.POST if request.method == "POST" and action == "bind" else None)
    if action == "unbind":
        with acting(request, "link"):
            unbind(as_id(number) or 0)
        return redirect(request.get_full_path())
    if form.is_bound and form.is_valid() and _bind(request, form, store_id, sku):
        messages.success(request, gettext("Linked. Orders that waited for it go on by themselves."))
        return redirect(request.get_full_path())
    with reading(request):
        listing = Listing(store_id=store_id, sku=sku)
        context = {
            "sku": sku,
            "name": known.name if known else "",
            "listing": known,
            "store": find_store(store_id),
            "bindings": bindings_of_listings([listing]).get((store_id, sku), []),
            "same": products_named([sku]).get(sku),
            "form": form,
        }
    return fragment_or_page(request, "web/products/link.html", context, status=422 if form.is_bound else 200)


def _bind(request: MerchantRequest, form: BindForm, store_id: int, sku: str) -> bool:
    with acting(request, "link"):
        product = products_named([form.cleaned_data["msku"]]).get(form.cleaned_data["msku"])
        if product is None:
            form.add_error("msku", gettext("There is no master product with this MSKU. Make it first."))
            return False
        bind_sku(store_id, sku, product.pk, form.cleaned_data["quantity"])
        bindings_changed([store_id])
    return True
