"""Master products: listed, shown, added to warehouses (R44 to R50)."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from salur.catalog.bundles import parts_of_bundles
from salur.catalog.details import product_fields_of, save_details
from salur.catalog.images import first_images
from salur.catalog.models import ProductKind, ProductPushState
from salur.catalog.queries import (
    ProductFilter,
    added_to,
    bindings_of_products,
    filtered_page,
    find_added,
    found_products,
)
from salur.flows.products import add_to_warehouse, push_again
from salur.integrations.forms import FormInvalid
from salur.stock.queries import find_warehouse, warehouses
from salur.tenancy.models import Entitlement, Role
from salur.web.access import MerchantRequest, fragment_or_page, page, reading
from salur.web.acting import acting, back_to
from salur.web.filters import row_id, row_ids, word
from salur.web.paging import at_cursor

from .details import Wrong
from .ends import end_products
from .shown import found, shown_product

MOST_CHOSEN = 200


def product_filter(request: MerchantRequest) -> ProductFilter:
    """What the address asks to see."""
    return ProductFilter(
        search=word(request.GET, "q"),
        kind=word(request.GET, "kind"),
        state=word(request.GET, "state"),
        push=word(request.GET, "push"),
        warehouse=row_id(request.GET, "warehouse"),
    )


@page(entitlement=Entitlement.MASTER_PRODUCTS)
def product_list(request: MerchantRequest) -> HttpResponseBase:
    """All master products with what means them and where they are."""
    wanted = product_filter(request)
    listed = at_cursor(request, lambda cursor: filtered_page(wanted, cursor))
    ids = [product.pk for product in listed.rows]
    added, bound, pictures = added_to(ids), bindings_of_products(ids), first_images(ids)
    parts = parts_of_bundles(product.pk for product in listed.rows if product.is_bundle)
    context = {
        "page": listed,
        "rows": [
            (p, added.get(p.pk, []), bound.get(p.pk, []), pictures.get(p.pk), parts.get(p.pk, [])) for p in listed.rows
        ],
        "wanted": wanted,
        "filtered": wanted != ProductFilter(),
        "kinds": ProductKind.choices,
        "states": [("archived", _("Archived"))],
        "pushes": [*ProductPushState.choices, ("absent", _("In no warehouse"))],
        "warehouses": warehouses(active_only=True),
    }
    return fragment_or_page(request, "web/products/list.html", context, fragment="web/products/list_rows.html")


@page(post=Role.OPERATOR, entitlement=Entitlement.MASTER_PRODUCTS)
def product_fields(request: MerchantRequest, product_id: int, row_id: int) -> HttpResponseBase:
    """Save what one warehouse's partner needs of the product, which is then pushed there by itself.

    Where something is wrong the product's page is shown again, with what was typed and the errors at their fields.
    """
    with reading(request):
        row = find_added(product_id, row_id)
        declared = product_fields_of(row)[1] if row else ()
    if row is None:
        raise Http404
    if request.method != "POST":
        return redirect("web:product", product_id)
    typed = request.POST.dict()
    try:
        with acting(request, "products"):
            save_details(row, declared, typed)
            push_again([row.pk])
    except FormInvalid as invalid:
        with reading(request):
            product = found(product_id)
        return shown_product(request, product, None, Wrong(row.pk, typed, invalid), status=422)
    messages.success(request, gettext("Saved. The product is being pushed to the warehouse."))
    return redirect("web:product", product_id)


@page(get=Role.OPERATOR, post=Role.OPERATOR, entitlement=Entitlement.MASTER_PRODUCTS)
def product_act(request: MerchantRequest) -> HttpResponseBase:
    """Do with the chosen products what the bulk bar asks: warehouses, archive, restore."""
    if request.method != "POST":
        return redirect("web:products")
    chosen = row_ids(request.POST, "product")
    action = request.POST.get("action", "")
    if not 0 < len(chosen) <= MOST_CHOSEN:
        messages.error(request, gettext("Choose between 1 and %(most)s products.") % {"most": MOST_CHOSEN})
    elif action in ("archive", "restore"):
        end_products(request, action, chosen)
    return back_to(request, "/products/")


@page(get=Role.OPERATOR, post=Role.OPERATOR, entitlement=Entitlement.WAREHOUSE_MANAGEMENT)
def product_add(request: MerchantRequest) -> HttpResponseBase:
    """Add the chosen products to the chosen warehouses, or push them again there; both may be repeated (R47, R49)."""
    if request.method != "POST":
        return redirect("web:products")
    ids = row_ids(request.POST, "product", MOST_CHOSEN + 1)
    place_ids = row_ids(request.POST, "warehouse")
    with acting(request, "products"):
        places = [place for place_id in place_ids if (place := find_warehouse(place_id)) is not None]
        products = found_products(ids) if len(ids) <= MOST_CHOSEN else []
        if not places or not products:
            messages.error(request, gettext("Choose at least one product, and a warehouse."))
        for place in places if products else []:
            if request.POST.get("action") == "push_again":
                rows = [row.pk for there in added_to(products, place.pk).values() for row in there]
                _tell(request, len(push_again(rows)), place.name)
            else:
                add_to_warehouse(products, place.pk)
                _tell(request, len(products), place.name, pushed=place.account_id is not None)
    return back_to(request, "/products/")


def _tell(request: MerchantRequest, count: int, name: str, *, pushed: bool = True) -> None:
    told = (
        ngettext(
            "%(n)s product is being pushed to %(name)s. The stock list shows when the warehouse has it.",
            "%(n)s products are being pushed to %(name)s. The stock list shows when the warehouse has them.",
            count,
        )
        if pushed
        else ngettext(
            "%(n)s product stands in the stock list of %(name)s.",
            "%(n)s products stand in the stock list of %(name)s.",
            count,
        )
    )
    messages.success(request, told % {"n": count, "name": name})
