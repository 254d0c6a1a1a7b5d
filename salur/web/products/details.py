"""The fields that a warehouse partner needs of a product, filled in on the product's page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext

from salur.catalog.details import completed, lacking, product_fields_of, save_details
from salur.catalog.models import WarehouseProduct
from salur.catalog.queries import find_added
from salur.connectors.base.capabilities import FormField
from salur.flows.products import push_again
from salur.integrations.connect import FormInvalid
from salur.tenancy.models import Entitlement
from salur.web.access import MerchantRequest, page, reading
from salur.web.acting import acting
from salur.web.formfields import DeclaredForm
from salur.web.words import told_words


@dataclass(frozen=True)
class NeededFields:
    """What one warehouse's partner wants to know of the product, as a form."""

    row: WarehouseProduct
    partner: str
    form: DeclaredForm
    missing: list[FormField]


def needed_fields(rows: Sequence[WarehouseProduct]) -> list[NeededFields]:
    """A form for each warehouse whose partner declares fields."""
    needed = []
    for row in rows:
        partner, declared = product_fields_of(row)
        if declared:
            form = DeclaredForm(initial=completed(declared, row.details), auto_id=f"id_{row.pk}_%s")
            form.add_declared(declared)
            needed.append(NeededFields(row, partner, form, lacking(declared, row.details)))
    return needed


@page(entitlement=Entitlement.MASTER_PRODUCTS)
def product_fields(request: MerchantRequest, product_id: int, row_id: int) -> HttpResponseBase:
    """Save the fields for one warehouse; the product is then pushed there by itself."""
    with reading(request):
        row = find_added(product_id, row_id)
        declared = product_fields_of(row)[1] if row else ()
    if row is None:
        raise Http404
    if request.method == "POST":
        try:
            with acting(request, "products"):
                save_details(row, declared, request.POST.dict())
                push_again([row.pk])
            messages.success(request, gettext("Saved. The product is being pushed to the warehouse."))
        except FormInvalid as invalid:
            labels = {one.key: gettext(one.label) for one in declared}
            for name, told in invalid.checked.errors.items():
                messages.error(request, f"{labels.get(name, name)}: {told_words(told)}")
    return redirect("web:product", product_id)
