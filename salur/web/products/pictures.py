"""Pictures of a master product: uploaded, ordered, removed, and shown to those who may see the product."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext

from salur.catalog.editing import hold_product
from salur.catalog.images import LARGEST, MOST_IMAGES, add_image, check_image, find_image, remove_image, show_first
from salur.foundation.problems import Refusal
from salur.tenancy.models import Entitlement, Role
from salur.web.access import MerchantRequest, page, reading
from salur.web.acting import acting, tell_refusal
from salur.web.filters import as_id

from .shown import found

NEEDS = Entitlement.MASTER_PRODUCTS
KEPT_SECONDS = 30 * 24 * 3600  # a picture's address never shows another picture


@page(entitlement=NEEDS)
def product_image(request: MerchantRequest, product_id: int, image_id: int, size: str) -> HttpResponseBase:
    """The picture itself: ``small`` for lists, ``full`` for whoever looks closely."""
    row = find_image(product_id, image_id, small=size == "small")
    if row is None or size not in ("small", "full"):
        raise Http404
    content = row.thumbnail if size == "small" else row.content
    response = HttpResponse(bytes(content), content_type=row.media_type)
    response["Cache-Control"] = f"private, max-age={KEPT_SECONDS}, immutable"
    response["Content-Disposition"] = "inline"
    return response


@page(get=Role.OPERATOR, post=Role.OPERATOR, entitlement=NEEDS)
def product_images(request: MerchantRequest, product_id: int) -> HttpResponseBase:
    """Add the uploaded pictures, remove one, or let one be the first."""
    with reading(request):
        found(product_id)
    if request.method == "POST":
        action, _colon, number = request.POST.get("action", "").partition(":")
        try:
            if action == "add":
                _add(request, product_id)
            elif (image := as_id(number)) is not None:
                with acting(request, "products"):
                    (remove_image if action == "remove" else show_first)(product_id, image)
        except Refusal as refusal:
            tell_refusal(request, refusal)
    return redirect("web:product", product_id)


def _add(request: MerchantRequest, product_id: int) -> None:
    files = request.FILES.getlist("picture")[: MOST_IMAGES + 1]
    checked = [check_image(file.name or "", file.read(LARGEST + 1)) for file in files]
    if not checked:
        messages.error(request, gettext("Choose a picture first."))
        return
    with acting(request, "products"):
        product = hold_product(product_id)
        for image in checked:
            add_image(product, image)
