"""Master products: listed, made, changed, added to warehouses (R44 to R50)."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext, ngettext

from salur.catalog.details import product_fields_of, save_details
from salur.catalog.editing import save_product
from salur.catalog.models import MasterProduct
from salur.catalog.queries import added_to, bindings_of_products, find_added, find_product, product_page
from salur.flows.products import add_to_warehouse, push_again
from salur.integrations.forms import FormInvalid
from salur.stock.queries import balances_of, find_warehouse, warehouses
from salur.tenancy.models import Entitlement, Role
from salur.web.access import MerchantRequest, fragment_or_page, page, reading
from salur.web.acting import acting, back_to
from salur.web.filters import word
from salur.web.paging import at_cursor
from salur.web.stock.rows import stock_rows

from .details import Wrong, needed_fields
from .forms import AddForm, ProductForm, initial_of


@page(entitlement=Entitlement.MASTER_PRODUCTS)
def product_list(request: MerchantRequest) -> HttpResponseBase:
    """All master products with what means them and where they are."""
    search = word(request.GET, "q")
    listed = at_cursor(request, lambda cursor: product_page(search, cursor))
    ids = [product.pk for product in listed.rows]
    added, bound = added_to(ids), bindings_of_products(ids)
    context = {
        "page": listed,
        "rows": [(p, added.get(p.pk, []), bound.get(p.pk, [])) for p in listed.rows],
        "search": search,
        "warehouses": warehouses(active_only=True),
    }
    return fragment_or_page(request, "web/products/list.html", context, fragment="web/products/list_rows.html")


@page(post=Role.OPERATOR, entitlement=Entitlement.MASTER_PRODUCTS)
def product_page_view(request: MerchantRequest, product_id: int) -> HttpResponseBase:
    """One master product: its data (a POST changes them), warehouses, SKUs that mean it."""
    with reading(request):
        product = _found(product_id)
    form = ProductForm(request.POST or None, initial=initial_of(product), known=product)
    if request.method == "POST" and form.is_valid():
        with acting(request, "products"):
            save_product(form.fill(product))
        messages.success(
            request, gettext("The product is saved. Push it again so that its warehouses know the change.")
        )
        return redirect("web:product", product_id)
    return _shown(request, product, form, status=422 if form.is_bound else 200)


def _shown(
    request: MerchantRequest, product: MasterProduct, form: ProductForm, wrong: Wrong | None = None, *, status: int
) -> HttpResponseBase:
    with reading(request):
        added = added_to([product.pk]).get(product.pk, [])
        places = warehouses()
        context = {
            "product": product,
            "form": form,
            "added": added,
            "bindings": bindings_of_products([product.pk]).get(product.pk, []),
            "stock": stock_rows([product], None, places) if balances_of([product.pk]) or added else [],
            "add_form": AddForm(places=[p for p in places if p.active]),
            "needed": needed_fields(added, wrong),
        }
    return fragment_or_page(request, "web/products/product.html", context, status=status)


@page(entitlement=Entitlement.MASTER_PRODUCTS)
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
            product = _found(product_id)
        form = ProductForm(initial=initial_of(product), known=product)
        return _shown(request, product, form, Wrong(row.pk, typed, invalid), status=422)
    messages.success(request, gettext("Saved. The product is being pushed to the warehouse."))
    return redirect("web:product", product_id)


def _found(product_id: int) -> MasterProduct:
    product = find_product(product_id)
    if product is None:
        raise Http404
    return product


@page(get=Role.OPERATOR, entitlement=Entitlement.WAREHOUSE_MANAGEMENT)
def product_add(request: MerchantRequest) -> HttpResponseBase:
    """Add the chosen products to the chosen warehouse, or push them again there; both may be repeated (R47, R49)."""
    if request.method != "POST":
        return redirect("web:products")
    ids = [int(value) for value in request.POST.getlist("product") if value.isdigit()]
    place_id = request.POST.get("warehouse", "")
    with acting(request, "products"):
        place = find_warehouse(int(place_id)) if place_id.isdigit() else None
        products = [p for p in ids if find_product(p)] if len(ids) <= 200 else []
        if place is None or not products:
            messages.error(request, gettext("Choose at least one product, and a warehouse."))
        elif request.POST.get("action") == "push_again":
            rows = [row.pk for found in added_to(products, place.pk).values() for row in found]
            _tell(request, len(push_again(rows)), place.name)
        else:
            add_to_warehouse(products, place.pk)
            _tell(request, len(products), place.name)
    return back_to(request, "/products/")


def _tell(request: MerchantRequest, count: int, name: str) -> None:
    messages.success(
        request,
        ngettext(
            "%(n)s product is being pushed to %(name)s. The stock list shows when the warehouse has it.",
            "%(n)s products are being pushed to %(name)s. The stock list shows when the warehouse has them.",
            count,
        )
        % {"n": count, "name": name},
    )
