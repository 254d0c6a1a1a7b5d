"""What a store is told that it may sell: the rule, and how far telling is (R134)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from salur.catalog.listing_stock import StockStanding, stock_standing
from salur.flows.store_stock import set_stock_rule, tell_refused_again
from salur.integrations.models import ConnectionState, StoreConnection
from salur.stock.models import Warehouse
from salur.stock.queries import warehouses
from salur.web.access import MerchantRequest, reading
from salur.web.acting import acting

RULE, AGAIN = "stock_rule", "stock_again"
LARGEST_BUFFER = 1_000_000


class StockRuleForm(forms.Form):
    """The rule, as one sets it for one store."""

    push_stock = forms.BooleanField(
        label=_("Tell the store what it may sell"),
        required=False,
        help_text=_("Within seconds of every change: orders of other stores, goods received, stock syncs."),
    )
    stock_warehouses = forms.TypedMultipleChoiceField(
        label=_("Warehouses that count"),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None chosen: all of them, also those that come later."),
    )
    stock_buffer = forms.IntegerField(
        label=_("Pieces kept back"),
        min_value=0,
        max_value=LARGEST_BUFFER,
        help_text=_("Of each product, against orders that arrive at the same moment."),
    )
    stock_share = forms.IntegerField(
        label=_("Share of the rest, in per cent"),
        min_value=1,
        max_value=100,
        help_text=_("100: all of it. Less, where other stores are to have their part."),
    )

    stock_most = forms.IntegerField(
        label=_("At most this many pieces"),
        required=False,
        min_value=0,
        max_value=LARGEST_BUFFER,
        help_text=_("Of each product, however many are free. Empty: no limit."),
    )

    def __init__(self, data: Mapping[str, Any] | None, store: StoreConnection, places: list[Warehouse]) -> None:
        first = {name: getattr(store, name) for name in self.base_fields}
        super().__init__(data, prefix="stock", initial=first)
        field = self.fields["stock_warehouses"]
        assert isinstance(field, forms.TypedMultipleChoiceField)  # noqa: S101  # declared so above
        field.choices = [(place.pk, place.name) for place in places]


@dataclass(frozen=True)
class StockPanel:
    """The form with the figures beside it."""

    form: StockRuleForm
    standing: StockStanding


def stock_panel(request: MerchantRequest, store: StoreConnection, abilities: frozenset[str]) -> StockPanel | None:
    """For a store that can be told; None for the others and for people who may not change it."""
    if "stock" not in abilities or store.state == ConnectionState.DISCONNECTED or not request.merchant.may_operate:
        return None
    posted = request.POST if request.POST.get("action") == RULE else None
    with reading(request):
        return StockPanel(StockRuleForm(posted, store, warehouses(active_only=True)), stock_standing(store.pk))


def save_stock_rule(request: MerchantRequest, store: StoreConnection, form: StockRuleForm) -> bool:
    """Take over what was posted; False where the form is to be shown again."""
    if not form.is_valid():
        return False
    typed = form.cleaned_data
    with acting(request, "settings"):
        set_stock_rule(
            store.pk,
            on=typed["push_stock"],
            chosen=typed["stock_warehouses"],
            buffer=typed["stock_buffer"],
            share=typed["stock_share"],
            most=typed["stock_most"],
        )
    messages.success(request, gettext("Saved."))
    return True


def tell_again(request: MerchantRequest, store: StoreConnection) -> None:
    """The button beside what the store refused."""
    with acting(request, "button"):
        again = tell_refused_again(store.pk)
    told = ngettext("%(n)s listing is told again.", "%(n)s listings are told again.", again) % {"n": again}
    messages.success(request, told)
