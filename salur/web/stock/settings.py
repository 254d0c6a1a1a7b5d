"""What an owner sets for all stock: the low-stock level and over how many weeks sales are looked at."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from salur.stock.alerts import MOST_PIECES, WEEKS, change_settings, read_settings
from salur.tenancy.models import Role
from salur.web.access import MerchantRequest, fragment_or_page, page, reading
from salur.web.acting import acting

from .views import NEEDS


class SettingsForm(forms.Form):
    """The settings; the checks that count are the service's."""

    low_at = forms.IntegerField(
        label=_("Low-stock level"),
        required=False,
        min_value=0,
        max_value=MOST_PIECES,
        help_text=_(
            "With so many free pieces in a warehouse, or fewer, a product counts as low. Empty: only products with a"
            " level of their own."
        ),
    )
    cover_weeks = forms.IntegerField(
        label=_("Weeks of sales"),
        min_value=WEEKS[0],
        max_value=WEEKS[1],
        help_text=_("The days of cover are reckoned from what was shipped in so many weeks."),
    )


@page(get=Role.OWNER, post=Role.OWNER, entitlement=NEEDS)
def stock_settings(request: MerchantRequest) -> HttpResponseBase:
    """Look at the settings and change them."""
    with reading(request):
        known = read_settings()
    initial = {"low_at": known.low_at, "cover_weeks": known.cover_weeks}
    form = SettingsForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        with acting(request, "settings"):
            change_settings(low_at=form.cleaned_data["low_at"], cover_weeks=form.cleaned_data["cover_weeks"])
        messages.success(request, gettext("Saved."))
        return redirect("web:stock_settings")
    return fragment_or_page(request, "web/stock/settings.html", {"form": form}, status=422 if form.is_bound else 200)
