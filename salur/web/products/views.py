"""Master products: listed, made, changed, added to warehouses (R44 to R50)."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext, ngettext

from salur.catalog.editing import MskuTaken, save_product
from salur.catalog.models import MasterProduct
from salur.catalog.queries import added_to, bindings_of_products, find_product, product_page
from salur.flows.products import add_to_warehouse, push_again
from salur.flows.wakeups import bindings_changed
from salur.stock.queries import balances_of, find_warehouse, warehouses
from salur.tenancy.models import Entitlement, Role
from salur.web.access import MerchantRequest, fragment_or_page, page, reading
from salur.web.acting import acting, back_to
from salur.web.filters import word
from salur.web.paging import at_cursor
from salur.web.stock.rows import stock_rows

from .details import needed_fields
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
    with reading(request):
        added = added_to([product_id]).get(product_id, [])
        places = warehouses()
        context = {
            "product": product,
            "form": form,
            "added": added,
            "bindings": bindings_of_products([product_id]).get(product_id, []),
            "stock": stock_rows([product], None, places) if balances_of([product_id]) or added else [],
            "add_form": AddForm(places=[p for p in places if p.active]),
            "needed": needed_fields(added),
        }
    return fragment_or_page(request, "web/products/product.html", context, status=422 if form.is_bound else 200)


def _found(product_id: int) -> MasterProduct:
    product = find_product(product_id)
    if product is None:
        raise Http404
    return product


@page(get=Role.OPERATOR, entitlement=Entitlement.MASTER_PRODUCTS)
def product_new(request: MerchantRequest) -> HttpResponseBase:
    """Make a master product; its page then offers the warehouses (R45, way 2)."""
    form = ProductForm(request.POST or None, initial={"msku": word(request.GET, "msku")} if request.GET else None)
    if request.method == "POST" and form.is_valid():
        try:
            with acting(request, "products"):
                product = save_product(form.fill(MasterProduct()))
                bindings_changed()
        except MskuTaken:
            form.add_error("msku", gettext("Another master product has this MSKU."))
        else:
            messages.success(request, gettext("The product is made. Add it to a warehouse next."))
            return redirect("web:product", product.pk)
    return fragment_or_page(request, "web/products/new.html", {"form": form}, status=422 if form.is_bound else 200)


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
