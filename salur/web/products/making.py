"""A new master product, put into a warehouse at once where one is chosen (R45, R46, R60)."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext

from salur.catalog.editing import MskuTaken, save_product
from salur.catalog.models import MasterProduct
from salur.flows.inbound_ways import inbound_with_product
from salur.flows.products import add_to_warehouse
from salur.flows.wakeups import bindings_changed
from salur.inbound.checking import WantedLine
from salur.inbound.editing import LinesRefused, ListRefused
from salur.inbound.models import InboundList
from salur.stock.models import Warehouse
from salur.stock.queries import warehouses
from salur.tenancy.models import Entitlement, Role
from salur.web.access import MerchantRequest, fragment_or_page, page, reading
from salur.web.acting import acting, refusal_text
from salur.web.filters import word
from salur.web.formfields import focus_first_error
from salur.web.inbound.places import capabilities_of
from salur.web.inbound.typed import words_by_field
from salur.web.pasted import clean
from salur.web.words import told_words

from .forms import FirstPlaceForm, ProductForm

Made = tuple[MasterProduct, InboundList | None]


@page(get=Role.OPERATOR, entitlement=Entitlement.MASTER_PRODUCTS)
def product_new(request: MerchantRequest) -> HttpResponseBase:
    """Make a master product; without a warehouse its page then offers them (R45, way 2)."""
    form = ProductForm(request.POST or None, initial={"msku": word(request.GET, "msku")} if request.GET else None)
    with reading(request):
        places = warehouses(active_only=True)
    first = _first_place(request, places)
    if request.method == "POST" and form.is_valid() and (first is None or first.is_valid()):
        made = _make(request, form, first, places)
        if made is not None:
            return redirect("web:product", made.pk)
    if form.is_bound:
        focus_first_error(form, *([first] if first is not None else []))
    context = {"form": form, "first": first}
    return fragment_or_page(request, "web/products/new.html", context, status=422 if form.is_bound else 200)


def _first_place(request: MerchantRequest, places: Sequence[Warehouse]) -> FirstPlaceForm | None:
    """The choice of the warehouse, where there is one to choose."""
    if not places or Entitlement.WAREHOUSE_MANAGEMENT not in request.merchant.entitlements:
        return None
    known = {can.title: can for can in map(capabilities_of, places) if can is not None}
    return FirstPlaceForm(
        request.POST or None,
        places=places,
        costly=[title for title, can in sorted(known.items()) if can.inbound_cost_required and can.keeps_stock],
        making=[title for title, can in sorted(known.items()) if not can.keeps_stock],
    )


def _make(
    request: MerchantRequest, form: ProductForm, first: FirstPlaceForm | None, places: Sequence[Warehouse]
) -> MasterProduct | None:
    """Make it all or nothing; None where something is wrong, which then stands at its field."""
    try:
        with acting(request, "products"):
            product = save_product(form.fill(MasterProduct()))
            bindings_changed()
            listed = _put_there(product, first) if first is not None else None
    except MskuTaken:
        form.add_error("msku", gettext("Another master product has this MSKU."))
    except LinesRefused as refusal:
        _take_line_errors(first, refusal)
    except ListRefused as refusal:
        if first is not None:
            first.add_error("quantity", told_words(refusal_text(refusal)))
    else:
        chosen = first.cleaned_data["warehouse"] if first is not None else None
        _tell(request, next((place for place in places if place.pk == chosen), None), listed)
        return product
    return None


def _put_there(product: MasterProduct, first: FirstPlaceForm) -> InboundList | None:
    """Add it to the chosen warehouse, and announce its first pieces (inside a scope)."""
    given = first.cleaned_data
    quantity, cost = clean(given["quantity"]), clean(given["unit_cost"])
    if given["warehouse"] is None:
        return None
    if quantity or cost:
        return inbound_with_product(product.pk, given["warehouse"], WantedLine(product.msku, quantity, cost))
    add_to_warehouse([product.pk], given["warehouse"])
    return None


def _take_line_errors(first: FirstPlaceForm | None, refusal: LinesRefused) -> None:
    for result in refusal.results:
        for name, told in words_by_field(result).items():
            if first is not None:
                first.add_error(name if name in first.fields else "warehouse", told)


def _tell(request: MerchantRequest, place: Warehouse | None, listed: InboundList | None) -> None:
    if place is None:
        messages.success(request, gettext("The product is made. Add it to a warehouse next."))
        return
    if listed is not None:
        link = format_html('<a href="{}">{}</a>', reverse("web:inbound", args=[listed.pk]), listed.reference)
        if place.account_id is None:
            told = gettext("The product is made. The inbound list {list} announces its pieces to {warehouse}.")
        else:
            told = gettext(
                "The product is made and is being pushed to {warehouse}. The inbound list {list} follows by itself as"
                " soon as the warehouse has accepted the product."
            )
        messages.success(request, format_html(told, list=link, warehouse=place.name))
        return
    if place.account_id is None:
        told = gettext("The product is made and stands in the stock list of %(warehouse)s.")
    else:
        told = gettext("The product is made and is being pushed to %(warehouse)s.")
    messages.success(request, told % {"warehouse": place.name})
