"""Changing a master product: also where somebody else was faster, without losing what either wrote."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext

from salur.catalog.bundles import parts_of_bundles
from salur.catalog.editing import FieldChange, ProductChanged
from salur.catalog.models import MasterProduct
from salur.catalog.product_data import DataRefused
from salur.flows.product_changes import save_change
from salur.foundation.problems import Refusal
from salur.tenancy.models import Entitlement, Role
from salur.web.access import MerchantRequest, page, reading
from salur.web.acting import acting, refusal_text
from salur.web.formfields import focus_first_error
from salur.web.words import told_words

from .barcodes import warn_of_barcode
from .forms import ProductForm, initial_of, shown_parts
from .shown import found, shown_product


@page(post=Role.OPERATOR, entitlement=Entitlement.MASTER_PRODUCTS)
def product_page_view(request: MerchantRequest, product_id: int) -> HttpResponseBase:
    """One master product: its data (a POST changes them), warehouses, SKUs that mean it."""
    with reading(request):
        product = found(product_id)
        initial = initial_of(product, parts_of_bundles([product_id]).get(product_id, []))
    if request.method != "POST":
        return shown_product(request, product, None)
    form = ProductForm(request.POST, initial=initial, known=product)
    if form.is_valid():
        try:
            return _save(request, product, form)
        except ProductChanged as changed:
            return _merged(request, form, changed)
        except DataRefused as refused:
            form.take_faults(refused.faults)
        except Refusal as refusal:
            form.add_error(None, told_words(refusal_text(refusal)))
    focus_first_error(form)
    return shown_product(request, product, form, status=422)


def _save(request: MerchantRequest, product: MasterProduct, form: ProductForm) -> HttpResponseBase:
    with acting(request, "products"):
        done = save_change(product.pk, form.cleaned_data["version"], form.values(), form.wanted_parts())
    if done.pushed:
        told = gettext("The product is saved. Warehouses that have it are being told of the change.")
    else:
        told = gettext("The product is saved.") if done.fields else gettext("Nothing was changed.")
    messages.success(request, told)
    if "barcode" in done.fields:
        with reading(request):
            warn_of_barcode(request, done.product)
    return redirect("web:product", product.pk)


def _merged(request: MerchantRequest, form: ProductForm, changed: ProductChanged) -> HttpResponseBase:
    """The form again, with both: what this person wrote stays, what only the other one changed is taken over."""
    sent: dict[str, Any] = {name: form.data.get(name, "") for name in form.fields}
    both: list[FieldChange] = []
    for name, change in changed.changes.items():
        if _as_typed(name, change.before) == " ".join(str(sent.get(name, "")).split()):
            sent[name] = _as_shown(name, change.after)
        elif _as_typed(name, change.after) != " ".join(str(sent.get(name, "")).split()):
            both.append(change)
    sent["version"] = str(changed.product.version)
    merged = ProductForm(sent, known=changed.product, initial={"msku": changed.product.msku})
    for change in both:
        told = gettext("Somebody else wrote “%(theirs)s” here meanwhile. Saving keeps yours.")
        merged.add_error(change.field, told % {"theirs": _as_typed(change.field, change.after) or "–"})
    return shown_product(request, changed.product, merged, theirs=list(changed.changes.values()), status=409)


def _as_shown(name: str, value: Any) -> str:
    """A value of the history as the form shows it."""
    if name == "parts":
        return shown_parts(value)
    return ", ".join(value) if isinstance(value, list) else str(value)


def _as_typed(name: str, value: Any) -> str:
    """The same, comparable: without regard to line ends and spaces."""
    return " ".join(_as_shown(name, value).split())
