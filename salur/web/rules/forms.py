"""The form of a delivery-warehouse rule."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from salur.integrations.channels import channels
from salur.integrations.models import StoreConnection
from salur.routing.models import RoutingRule
from salur.stock.models import Warehouse
from salur.web.words import channel_title

SEPARATORS = re.compile(r"[\s,;]+")
MOST_MSKUS = 5000


def split_words(text: str) -> list[str]:
    """Words separated by comma, semicolon or white space, each once, in their order."""
    return list(dict.fromkeys(word for word in SEPARATORS.split(text) if word))


class RuleForm(forms.Form):
    """Conditions left empty mean any."""

    name = forms.CharField(label=_("Name"), max_length=100)
    warehouse = forms.TypedChoiceField(label=_("Warehouse"), coerce=int)
    store_ids = forms.TypedMultipleChoiceField(
        label=_("Stores"),
        help_text=_("None ticked means any store."),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    channels = forms.MultipleChoiceField(
        label=_("Channels"),
        help_text=_("None ticked means any channel."),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    countries = forms.CharField(
        label=_("Countries of delivery"),
        help_text=_("Two-letter codes separated by comma, for instance TH, MY. Empty means any."),
        required=False,
    )
    mskus = forms.CharField(
        label=_("MSKUs"),
        help_text=_("Separated by comma or new line. Empty means any."),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    active = forms.BooleanField(
        label=pgettext_lazy("checkbox: the rule is used", "Active"), required=False, initial=True
    )

    def __init__(self, *args: Any, stores: Sequence[StoreConnection], places: Sequence[Warehouse], **kw: Any) -> None:
        super().__init__(*args, **kw)
        self._choose("warehouse", [(p.pk, f"{p.name} ({p.country})") for p in places])
        self._choose("store_ids", [(s.pk, s.name) for s in stores])
        self._choose("channels", [(c.name, channel_title(c.name)) for c in channels()])

    def _choose(self, name: str, choices: list[tuple[Any, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  # declared so above
        field.choices = choices

    def clean_countries(self) -> list[str]:
        """Two letters each."""
        codes = [code.upper() for code in split_words(self.cleaned_data["countries"])]
        wrong = [code for code in codes if not re.fullmatch(r"[A-Z]{2}", code)]
        if wrong:
            raise forms.ValidationError(
                _("No two-letter country code: %(codes)s"), params={"codes": ", ".join(wrong[:10])}
            )
        return codes

    def clean_mskus(self) -> list[str]:
        """A list of MSKUs."""
        mskus = split_words(self.cleaned_data["mskus"])
        if len(mskus) > MOST_MSKUS:
            raise forms.ValidationError(_("At most %(most)s MSKUs in one rule."), params={"most": MOST_MSKUS})
        return mskus

    def fill(self, rule: RoutingRule) -> RoutingRule:
        """Put what was entered into a rule."""
        entered = self.cleaned_data
        rule.name, rule.warehouse_id, rule.active = entered["name"], entered["warehouse"], entered["active"]
        rule.store_ids, rule.channels = entered["store_ids"], entered["channels"]
        rule.countries, rule.mskus = entered["countries"], entered["mskus"]
        return rule


def initial_of(rule: RoutingRule) -> dict[str, Any]:
    """A rule as the form shows it."""
    return {
        "name": rule.name,
        "warehouse": rule.warehouse_id,
        "store_ids": rule.store_ids,
        "channels": rule.channels,
        "countries": ", ".join(rule.countries),
        "mskus": "\n".join(rule.mskus),
        "active": rule.active,
    }
