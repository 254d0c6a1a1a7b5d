"""Named filters of the order list: kept and removed."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext

from salur.foundation.problems import Refusal
from salur.orders.saved_filters import find_filter, remove_filter, save_filter
from salur.tenancy.models import Role
from salur.web.access import MerchantRequest, page
from salur.web.acting import acting, back_to, tell_refusal
from salur.web.filters import row_id


@page(post=Role.VIEWER)
def order_filters(request: MerchantRequest) -> HttpResponseBase:
    """A POST keeps the filter that it names, or removes one; everybody has filters of their own."""
    if request.method != "POST":
        return redirect("web:orders")
    try:
        with acting(request):
            if request.POST.get("action") == "remove":
                return _remove(request)
            shared = "shared" in request.POST
            if shared and not request.merchant.may_operate:
                raise PermissionDenied(gettext("Only operators and owners keep filters for all."))
            kept = save_filter(request.POST.get("name", ""), request.POST.get("query", ""), shared=shared)
    except Refusal as refusal:
        tell_refusal(request, refusal)
        return back_to(request, reverse("web:orders"))
    messages.success(request, gettext("The filter “%(name)s” is kept.") % {"name": kept.name})
    return redirect(f"{reverse('web:orders')}?{kept.query}")


def _remove(request: MerchantRequest) -> HttpResponseBase:
    row = find_filter(row_id(request.POST, "filter") or 0)
    if row is None:
        raise Http404
    if not row.owner and not request.merchant.may_operate:
        raise PermissionDenied(gettext("Only operators and owners keep filters for all."))
    remove_filter(row)
    messages.success(request, gettext("The filter “%(name)s” is removed.") % {"name": row.name})
    return back_to(request, reverse("web:orders"))
