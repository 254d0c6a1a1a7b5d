"""The forms of stock counts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from salur.stock.models import Warehouse
from salur.stocktakes.starting import LONGEST_NOTE, MOST_LINES, Part
from salur.web.pasted import Columns
from salur.web.pasting import PasteForm

SHEET = Columns(
    {
        "msku": "msku",
        "sku": "msku",
        "master sku": "msku",
        "location": "location",
        "counted": "counted",
        "quantity": "counted",
        "pieces": "counted",
        "barcode": "barcode",
        "product name": "product_name",
        "name": "product_name",
        "expected": "expected",
    },
    ("msku", "location", "counted"),
    frozenset({"msku", "counted"}),
)


class StartForm(forms.Form):
    """What is to be counted; nothing named means the whole warehouse."""

    warehouse = forms.TypedChoiceField(label=_("Warehouse"), coerce=int)
    zones = forms.MultipleChoiceField(label=_("Zones"), required=False, widget=forms.CheckboxSelectMultiple)
    locations = forms.CharField(
        label=_("Locations"),
        required=False,
        help_text=_("Separated by comma or new line."),
        widget=forms.Textarea(attrs={"rows": 2, "spellcheck": "false"}),
    )
    mskus = forms.CharField(
        label=_("MSKUs"),
        required=False,
        help_text=_("Separated by comma or new line."),
        widget=forms.Textarea(attrs={"rows": 2, "spellcheck": "false"}),
    )
    blind = forms.BooleanField(
        label=_("Blind: the figures expected are not shown while people count"), required=False, initial=True
    )
    note = forms.CharField(label=_("Note"), max_length=LONGEST_NOTE, required=False)

    def __init__(self, *args: Any, places: Sequence[Warehouse], zones: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._choose("warehouse", [(place.pk, place.name) for place in places])
        self._choose("zones", [(zone, zone) for zone in zones])
        if not zones:
            del self.fields["zones"]

    def _choose(self, name: str, choices: list[tuple[Any, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  # declared so above
        field.choices = choices

    def part(self) -> Part:
        """What was chosen; only of a valid form."""
        typed = self.cleaned_data
        return Part(typed.get("zones", []), _named(typed["locations"]), _named(typed["mskus"]))


def _named(text: str) -> list[str]:
    """Names parted by comma, semicolon or new line; a location's number may hold blanks."""
    names = (" ".join(part.split()) for part in re.split(r"[,;\t\n]", text))
    return list(dict.fromkeys(name for name in names if name))


class SheetForm(PasteForm):
    """A filled-in sheet."""

    columns = SHEET
    most = MOST_LINES
    field_order = ("lines", "file")
    lines_help = _("One line each: MSKU, location (may be empty), counted pieces.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["lines"].widget.attrs["rows"] = 4
