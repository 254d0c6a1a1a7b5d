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
from salur.orders.models import HoldReason
from salur.routing.checking import LONGEST_NAME, RuleFault, RuleRefused
from salur.routing.contents import AMOUNTS, content_of, content_of_hold, fill, fill_hold
from salur.routing.models import MOST_DAYS, CashOnDelivery, HoldRule, RoutingRule
from salur.stock.models import Warehouse
from salur.tenancy.tags import TagsRefused, clean_tags
from salur.web.words import channel_title

SEPARATORS = re.compile(r"[\s,;]+")
BETWEEN = re.compile(r"[,;\n]+")
FALLBACKS = 5
VALUE = ("value_from", "value_to", "value_currency", "cash_on_delivery")
LINES = ("provinces", "cities", "postcodes", "couriers")


def split_words(text: str) -> list[str]:
    """Words separated by comma, semicolon or white space, each once, in their order."""
    return list(dict.fromkeys(word for word in SEPARATORS.split(text) if word))


def split_lines(text: str) -> list[str]:
    """Entries that may hold spaces, separated by comma, semicolon or new line, each once."""
    return list(dict.fromkeys(word for part in BETWEEN.split(text) if (word := " ".join(part.split()))))


def _few(label: Any, help_text: Any) -> forms.CharField:
    return forms.CharField(label=label, help_text=help_text, required=False)


class ConditionsForm(forms.Form):
    """Which orders a rule is for. Conditions left empty mean any."""

    name = forms.CharField(label=_("Name"), max_length=LONGEST_NAME)
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
    countries = _few(
        _("Countries of delivery"), _("Two-letter codes separated by comma, for instance TH, MY. Empty means any.")
    )
    provinces = _few(
        _("Provinces or states"), _("As the stores write them, separated by comma, for instance Bali, Jawa Timur.")
    )
    cities = _few(_("Cities or regencies"), _("As the stores write them, separated by comma."))
    postcodes = _few(_("Postcodes"), _("Beginnings (80) or ranges (80000-80999), separated by comma. Empty means any."))
    couriers = _few(_("Couriers"), _("Names separated by comma. J&T* means every courier whose name begins with J&T."))
    value_from = forms.DecimalField(
        label=_("Order value from"), required=False, min_value=0, max_digits=18, decimal_places=4
    )
    value_to = forms.DecimalField(
        label=_("Order value up to"), required=False, min_value=0, max_digits=18, decimal_places=4
    )
    value_currency = forms.RegexField(
        "^[A-Za-z]{3}$",
        label=_("Currency of the value"),
        help_text=_("Three letters, for instance IDR. Orders in another currency do not match."),
        required=False,
        max_length=3,
    )
    cash_on_delivery = forms.ChoiceField(label=_("Payment"), choices=CashOnDelivery.choices, required=False)
    mskus = forms.CharField(
        label=_("MSKUs"),
        help_text=_("Separated by comma or new line. Empty means any."),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    tags = _few(_("Product tags"), _("An item matches that has one of them. Separated by comma. Empty means any."))
    active = forms.BooleanField(
        label=pgettext_lazy("checkbox: the rule is used", "Active"), required=False, initial=True
    )

    def __init__(self, *args: Any, stores: Sequence[StoreConnection], **kw: Any) -> None:
        super().__init__(*args, **kw)
        self._choose("store_ids", [(s.pk, s.name) for s in stores])
        self._choose("channels", [(c.name, channel_title(c.name)) for c in channels()])

    def _choose(self, name: str, choices: list[tuple[Any, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  # declared so above
        field.choices = choices

    def _groups(self, *last: tuple[Any, tuple[str, ...]]) -> list[tuple[Any, list[forms.BoundField]]]:
        """The fields under their headings, in the order in which one thinks of them."""
        order = ("store_ids", "channels", "countries", "provinces", "cities", "postcodes", "couriers", *VALUE)
        headings: list[tuple[Any, tuple[str, ...]]] = [
            ("", ("name",)),
            (_("Which orders"), order),
            (_("Which items of them"), ("mskus", "tags")),
            *last,
        ]
        return [(heading, [self[name] for name in names]) for heading, names in headings]

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
        return split_words(self.cleaned_data["mskus"])

    def clean_tags(self) -> list[str]:
        """Tags as products carry them."""
        try:
            return clean_tags(split_lines(self.cleaned_data["tags"]))
        except TagsRefused as refused:
            raise forms.ValidationError(_("A tag is too long, or there are too many.")) from refused

    def clean_value_currency(self) -> str:
        """Capital letters."""
        return str(self.cleaned_data["value_currency"]).upper()

    def clean(self) -> dict[str, Any]:
        """Lists of words as lists."""
        super().clean()
        for name in LINES:
            self.cleaned_data[name] = split_lines(self.cleaned_data.get(name, ""))
        return self.cleaned_data

    def tell(self, refused: RuleRefused) -> None:
        """Put each fault beside its field."""
        for fault in refused.faults:
            name = self.field_of(fault)
            self.add_error(name if name in self.fields else None, fault.text())

    def field_of(self, fault: RuleFault) -> str:
        """The name of the field that a fault is about."""
        return fault.field


class RuleForm(ConditionsForm):
    """A rule for the way of orders."""

    warehouse = forms.TypedChoiceField(label=_("Warehouse"), coerce=int)
    only_where_free = forms.BooleanField(
        label=_("Only where enough is free: else the next warehouse"),
        help_text=_("Without this the first warehouse gets the order even if it has to wait for stock."),
        required=False,
    )
    never_split = forms.BooleanField(
        label=_("Never split: the whole order goes to one warehouse by this rule"),
        help_text=_("Also items that other rules would send elsewhere."),
        required=False,
    )

    def __init__(self, *args: Any, places: Sequence[Warehouse], **kw: Any) -> None:
        super().__init__(*args, **kw)
        offered = [(p.pk, f"{p.name} ({p.country})") for p in places]
        self._choose("warehouse", offered)
        for number in range(1, min(FALLBACKS, max(0, len(offered) - 1)) + 1):
            self.fields[f"fallback_{number}"] = forms.TypedChoiceField(
                label=_("Fall-back %(number)s") % {"number": number},
                choices=[("", "–"), *offered],
                coerce=int,
                empty_value=None,
                required=False,
            )

    @property
    def groups(self) -> list[tuple[Any, list[forms.BoundField]]]:
        """The fields under their headings."""
        fallbacks = tuple(name for name in self.fields if name.startswith("fallback_"))
        where = ("warehouse", *fallbacks, "only_where_free", "never_split", "active")
        return self._groups((_("From which warehouse"), where))

    def fill(self, rule: RoutingRule) -> RoutingRule:
        """Put what was entered into a rule."""
        entered = dict(self.cleaned_data)
        entered["warehouse_id"] = entered.pop("warehouse")
        fallbacks = [entered.pop(name, None) for name in list(entered) if name.startswith("fallback_")]
        entered["fallback_ids"] = [one for one in fallbacks if one is not None]
        return fill(rule, entered)

    def field_of(self, fault: RuleFault) -> str:
        """Warehouses have fields of their own names."""
        named = {"warehouse_id": "warehouse", "fallback_ids": f"fallback_{(fault.place or 0) + 1}"}
        return named.get(fault.field, fault.field)


class HoldRuleForm(ConditionsForm):
    """A rule that holds orders."""

    first_to_country = forms.BooleanField(label=_("Only your first order to its country"), required=False)
    reason = forms.ChoiceField(label=_("Reason"), choices=HoldReason.choices)
    days = forms.IntegerField(
        label=_("Days"),
        help_text=_("After so many days the order goes on by itself. Empty: when a person releases it."),
        required=False,
        min_value=1,
        max_value=MOST_DAYS,
    )

    @property
    def groups(self) -> list[tuple[Any, list[forms.BoundField]]]:
        """The fields under their headings."""
        return self._groups((pgettext_lazy("an order", "Hold"), ("first_to_country", "reason", "days", "active")))

    def fill(self, rule: HoldRule) -> HoldRule:
        """Put what was entered into a rule."""
        return fill_hold(rule, self.cleaned_data)


def initial_of(rule: RoutingRule) -> dict[str, Any]:
    """A rule as the form shows it."""
    shown = _entered(content_of(rule))
    shown["warehouse"] = rule.warehouse_id
    return shown | {f"fallback_{number}": one for number, one in enumerate(rule.fallback_ids, 1)}


def initial_of_hold(rule: HoldRule) -> dict[str, Any]:
    """A rule that holds orders as its form shows it."""
    return _entered(content_of_hold(rule))


def _entered(content: dict[str, Any]) -> dict[str, Any]:
    """What a rule says, as a person types it."""
    shown = dict(content)
    shown |= {name: ", ".join(shown[name]) for name in (*LINES, "countries", "tags")}
    shown["mskus"] = "\n".join(shown["mskus"])
    return shown | {name: None if shown[name] is None else rule_amount(shown[name]) for name in AMOUNTS}


def rule_amount(text: str) -> str:
    """An amount without the zeros that its column adds."""
    return text.rstrip("0").rstrip(".") if "." in text else text
