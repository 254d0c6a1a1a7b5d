"""Forms of master products and of what a store's SKU means."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from salur.catalog.bundles import WantedPart, read_parts, written_parts
from salur.catalog.models import BundlePart, MasterProduct
from salur.catalog.product_data import (
    DAYS,
    FIELDS,
    LARGEST,
    LONGEST_LIFE,
    DataFault,
    fault_text,
    life_faults,
    read_msku,
    read_values,
)
from salur.stock.models import Warehouse

HIDDEN = forms.HiddenInput


class ProductForm(forms.Form):
    """A master product; weight in grams, lengths in millimetres. ``known``: the one that is changed."""

    version = forms.IntegerField(required=False, min_value=1, widget=HIDDEN)
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
    tags = forms.CharField(
        label=_("Tags"),
        max_length=1500,
        required=False,
        help_text=_("Words of your own, separated by commas; delivery rules can name them."),
    )
    parts = forms.CharField(
        label=_("Parts of a bundle"),
        max_length=10_000,
        required=False,
        help_text=_(
            "Only where this product is made of others: one line each, MSKU and pieces, like TEA-250: 2. A bundle has"
            " no stock of its own: it is free as often as its parts are."
        ),
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false", "autocapitalize": "off"}),
    )

    def __init__(self, *args: Any, known: MasterProduct | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if known is not None:
            self.fields["msku"].disabled = True  # warehouses know the product by it

    def clean(self) -> dict[str, Any]:
        """Limits that the shelf life does not allow, and texts that cannot be kept, stand at their fields."""
        values, faults = read_values(self._given())
        if not faults and set(DAYS) <= values.keys():
            faults = life_faults(values)
        if "msku" in self.cleaned_data:
            faults += read_msku(self.cleaned_data["msku"])[1]
        self.take_faults(faults)
        return self.cleaned_data

    def take_faults(self, faults: Sequence[DataFault]) -> None:
        """Show what is wrong at its field."""
        for fault in faults:
            self.add_error(fault.field, fault_text(fault.code, fault.detail))

    def _given(self) -> dict[str, Any]:
        """What was entered and understood; a figure left empty is not known: 0."""
        given = self.cleaned_data
        return {name: 0 if given[name] is None else given[name] for name in FIELDS if name in given}

    def values(self) -> dict[str, Any]:
        """The product's fields, once the form is valid."""
        return read_values(self._given())[0]

    def wanted_parts(self) -> list[WantedPart] | None:
        """The parts, once the form is valid; None where the form did not ask for them."""
        return read_parts(self.cleaned_data["parts"]) if "parts" in self.data else None


def initial_of(product: MasterProduct, parts: Sequence[BundlePart] = ()) -> dict[str, Any]:
    """A product as the form shows it."""
    shown: dict[str, Any] = {name: getattr(product, name) for name in ("version", "msku", *FIELDS)}
    return {**shown, "tags": ", ".join(product.tags), "parts": shown_parts(written_parts(parts))}


def shown_parts(written: str) -> str:
    """Parts as the form's box holds them: a line each."""
    return "\n".join(line.strip() for line in written.split(";") if line.strip())


class AddForm(forms.Form):
    """Add products to a warehouse."""

    warehouse = forms.TypedChoiceField(label=_("Warehouse"), coerce=int)

    def __init__(self, *args: Any, places: Sequence[Warehouse], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["warehouse"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  # declared so above
        field.choices = [(place.pk, place.name) for place in places]


class BindForm(forms.Form):
    """What one unit of a store's SKU means."""

    msku = forms.CharField(label=_("MSKU"), max_length=100)
    quantity = forms.IntegerField(label=_("Pieces of it in one unit"), min_value=1, max_value=100_000, initial=1)
