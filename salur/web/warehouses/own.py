"""Own warehouses: the form that makes one and changes one."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from salur.flows.own_warehouses import (
    LONGEST_ADDRESS,
    LONGEST_CODE,
    OwnWarehouse,
    change_own_warehouse,
    create_own_warehouse,
)
from salur.flows.warehouses import LONGEST_NAME, WarehouseRefused
from salur.stock.models import Warehouse
from salur.tenancy.models import Entitlement, Role
from salur.web.access import MerchantRequest, fragment_or_page, page
from salur.web.acting import acting, refusal_text
from salur.web.countries import country_choices
from salur.web.formfields import focus_first_error
from salur.web.words import sentences

from .forms import zone_choices

FIELD_OF = {
    "warehouse_code": "code",
    "warehouse_code_taken": "code",
    "warehouse_country": "country",
    "warehouse_zone": "time_zone",
    "warehouse_address": "return_address",
}


class OwnWarehouseForm(forms.Form):
    """What a merchant says of an own warehouse; the checks that count are the service's."""

    name = forms.CharField(label=_("Name"), max_length=LONGEST_NAME)
    code = forms.CharField(
        label=_("Code"),
        max_length=LONGEST_CODE,
        help_text=_("Short, as it is to stand in files, for instance HOME or BKK-1."),
    )
    country = forms.ChoiceField(label=_("Country"), choices=country_choices)
    time_zone = forms.ChoiceField(label=_("Time zone"), required=False)
    return_address = forms.CharField(
        label=_("Return address"),
        required=False,
        max_length=LONGEST_ADDRESS,
        help_text=_("Printed on packing slips: name, street, town, telephone."),
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(self, *arguments: object, **named: object) -> None:
        super().__init__(*arguments, **named)  # type: ignore[arg-type]  # passed on as they are
        self.fields["time_zone"].choices = [("", _("The country’s")), *zone_choices()]  # type: ignore[attr-defined]  # a choice field

    @classmethod
    def of(cls, place: Warehouse, data: object = None) -> OwnWarehouseForm:
        """The form with what is known of a warehouse."""
        names = ("name", "code", "country", "time_zone", "return_address")
        return cls(data, initial={name: getattr(place, name) for name in names})

    def wanted(self) -> OwnWarehouse:
        """What was typed."""
        return OwnWarehouse(**{name: self.cleaned_data[name] for name in OwnWarehouse.__dataclass_fields__})

    def take_refusal(self, refusal: WarehouseRefused) -> None:
        """Show a refusal at its field."""
        told = refusal_text(refusal)
        self.add_error(FIELD_OF.get(refusal.code, "name"), sentences(str(told.cause), str(told.cure)))


@page(get=Role.OWNER, post=Role.OWNER, entitlement=Entitlement.WAREHOUSE_MANAGEMENT)
def warehouse_new(request: MerchantRequest) -> HttpResponseBase:
    """Make an own warehouse."""
    form = OwnWarehouseForm(request.POST or None, initial={"country": request.merchant.country})
    if request.method == "POST" and form.is_valid():
        try:
            with acting(request, "settings"):
                made = create_own_warehouse(form.wanted())
        except WarehouseRefused as refusal:
            form.take_refusal(refusal)
        else:
            messages.success(
                request, gettext("The warehouse is made. Name it in a delivery-warehouse rule, and bring stock in.")
            )
            return redirect("web:warehouse", made.pk)
    focus_first_error(form)
    return fragment_or_page(request, "web/warehouses/new.html", {"form": form}, status=422 if form.is_bound else 200)


def save_own(request: MerchantRequest, place: Warehouse, form: OwnWarehouseForm) -> HttpResponseBase | None:
    """Change it; None if the form has to be shown again with its errors."""
    if not form.is_valid():
        return None
    try:
        with acting(request, "settings"):
            change_own_warehouse(place.pk, form.wanted())
    except WarehouseRefused as refusal:
        form.take_refusal(refusal)
        return None
    messages.success(request, gettext("Saved."))
    return redirect("web:warehouse", place.pk)
