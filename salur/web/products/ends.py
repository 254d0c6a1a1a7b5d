"""Archiving, restoring and deleting master products from their pages, each refusal with its reasons."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext, ngettext

from salur.catalog.models import MasterProduct
from salur.flows.product_ends import Ended, archive_products, delete_product, restore_products
from salur.foundation.problems import Refusal
from salur.tenancy.models import Entitlement, Role
from salur.web.access import MerchantRequest, page, reading
from salur.web.acting import acting, refusal_text, tell_refusal
from salur.web.words import told_words

from .shown import found

NAMED = 5  # products whose reasons are spelt out


def end_products(request: MerchantRequest, action: str, ids: Sequence[int]) -> None:
    """Archive or restore products, and say what became of each."""
    with acting(request, "products"):
        if action == "restore":
            count = restore_products(ids)
            told = ngettext("%(n)s product is restored.", "%(n)s products are restored.", count)
            messages.success(request, told % {"n": count})
            return
        ended = archive_products(ids)
    _tell(request, ended)


def _tell(request: MerchantRequest, ended: Ended) -> None:
    if ended.done:
        told = ngettext("%(n)s product is archived.", "%(n)s products are archived.", len(ended.done))
        messages.success(request, told % {"n": len(ended.done)})
    for reasons in list(ended.kept.values())[:NAMED]:
        messages.error(request, " ".join(told_words(refusal_text(reason)) for reason in reasons))
    more = len(ended.kept) - NAMED
    if more > 0:
        told = ngettext("%(n)s more product is still needed.", "%(n)s more products are still needed.", more)
        messages.error(request, told % {"n": more})


@page(get=Role.OPERATOR, post=Role.OPERATOR, entitlement=Entitlement.MASTER_PRODUCTS)
def product_end(request: MerchantRequest, product_id: int) -> HttpResponseBase:
    """Archive, restore or delete one product."""
    with reading(request):
        product = found(product_id)
    action = request.POST.get("action", "") if request.method == "POST" else ""
    if action in ("archive", "restore"):
        end_products(request, action, [product_id])
    elif action == "delete" and _deleted(request, product):
        return redirect("web:products")
    return redirect("web:product", product_id)


def _deleted(request: MerchantRequest, product: MasterProduct) -> bool:
    try:
        with acting(request, "products"):
            delete_product(product.pk)
    except Refusal as refusal:
        tell_refusal(request, refusal)
        return False
    messages.success(request, gettext("The product %(msku)s is deleted.") % {"msku": product.msku})
    return True
