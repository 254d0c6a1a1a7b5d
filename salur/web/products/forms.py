"""Forms of master products and of what a store's SKU means."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from salur.catalog.models import MasterProduct
from salur.stock.models import Warehouse

LARGEST = 100_000_000
LONGEST_LIFE = 36_500  # days


class ProductForm(forms.Form):
    """A master product; weight in grams, lengths in millimetres."""

    msku = forms.CharField(label=_("MSKU"), max_length=100, help_text=_("Your own SKU; it never changes."))
    name = forms.CharField(label=_("Name"), max_length=255)
    barcode = forms.CharField(label=_("Barcode"), max_length=100, required=False)
    weight_g = forms.IntegerField(label=_("Weight (g)"), min_value=0, max_value=LARGEST, initial=0)
    length_mm = forms.IntegerField(label=_("Length (mm)"), min_value=0, max_value=LARGEST, initial=0)
    width_mm = forms.IntegerField(label=_("Width (mm)"), min_value=0, max_value=LARGEST, initial=0)
    height_mm = forms.IntegerField(label=_("Height (mm)"), min_value=0, max_value=LARGEST, initial=0)
    declared_value = forms.DecimalField(
        label=_("Declared value"), min_value=Decimal(0), max_digits=18, decimal_places=4, initial=Decimal(0)
    )

    shelf_life_days = forms.IntegerField(
        label=_("Shelf life (days)"),
        min_value=0,
        max_value=LONGEST_LIFE,
        initial=0,
        required=False,
        help_text=_("From production to expiry; 0 for goods that do not expire."),
    )
    inbound_days = forms.IntegerField(
        label=_("Days left at receiving, at least"), min_value=0, max_value=LONGEST_LIFE, initial=0, required=False
    )
    outbound_days = forms.IntegerField(
        label=_("Days left at shipping, at least"), min_value=0, max_value=LONGEST_LIFE, initial=0, required=False
    )

    def __init__(self, *args: Any, known: MasterProduct | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if known is not None:
            self.fields["msku"].disabled = True  # warehouses know the product by it

    def fill(self, product: MasterProduct) -> MasterProduct:
        """Put what was entered into a product."""
        for name in self.fields:
            value = self.cleaned_data[name]
            setattr(product, name, 0 if value is None else value)  # a figure left empty is not known: 0
        return product


def initial_of(product: MasterProduct) -> dict[str, Any]:
    """A product as the form shows it."""
    return {name: getattr(product, name) for name in ProductForm.base_fields}


class AddForm(forms.Form):
    """Add products to a warehouse."""

    warehouse = forms.TypedChoiceField(label=_("Warehouse"), coerce=int)

    def __init__(self, *args: Any, places: Sequence[Warehouse], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["warehouse"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  # declared so above
        field.choices = [(place.pk, place.name) for place in places]


class FirstPlaceForm(forms.Form):
    """Where a new product goes at once, and the pieces announced there (R46, R60); figures are judged like a list's.

    ``costly`` names the partners that take no goods without their cost, ``making`` those that make them to order.
    """

    warehouse = forms.TypedChoiceField(
        label=_("Warehouse"),
        coerce=int,
        empty_value=None,
        required=False,
        help_text=_("A partner's warehouse is sent the product at once."),
    )
    quantity = forms.CharField(
        label=_("Pieces to announce"),
        max_length=20,
        required=False,
        help_text=_("Pieces on their way there. Salur makes an inbound list for them."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    unit_cost = forms.CharField(
        label=_("Cost of a piece"),
        max_length=30,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )

    def __init__(
        self, *args: Any, places: Sequence[Warehouse], costly: Sequence[str], making: Sequence[str], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["warehouse"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  # declared so above
        field.choices = [("", gettext("None yet")), *((place.pk, place.name) for place in places)]
        if costly:
            told = gettext("Needed by %(partners)s when pieces are announced.")
            self.fields["unit_cost"].help_text = told % {"partners": ", ".join(costly)}
        if making:
            told = gettext("Leave it empty for %(partners)s: the goods are made there to order.")
            self.fields["quantity"].help_text += " " + told % {"partners": ", ".join(making)}

    def clean(self) -> dict[str, Any]:
        """Pieces need a place."""
        given = self.cleaned_data
        pieces = given.get("quantity") or given.get("unit_cost")
        if pieces and not given.get("warehouse") and "warehouse" not in self.errors:
            self.add_error("warehouse", gettext("Choose the warehouse to which the pieces go."))
        return given


class BindForm(forms.Form):
    """What one unit of a store's SKU means."""

    msku = forms.CharField(label=_("MSKU"), max_length=100)
    quantity = forms.IntegerField(label=_("Pieces of it in one unit"), min_value=1, max_value=100_000, initial=1)
