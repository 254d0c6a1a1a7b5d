"""The forms of locations and of what lies there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from salur.locations.binding import MOST_PAIRS
from salur.locations.editing import LONGEST_NOTE, LONGEST_ZONE
from salur.locations.models import Location
from salur.locations.numbers import LONGEST, MOST
from salur.stock.models import Warehouse
from salur.web.pasted import Columns
from salur.web.pasting import PasteForm

LOCATION = {"location": "location", "location number": "location", "shelf": "location", "number": "location"}
NEW_COLUMNS = Columns(
    {**LOCATION, "zone": "zone", "note": "note"}, ("location", "zone", "note"), frozenset({"location"})
)
PAIR_COLUMNS = Columns(
    {**LOCATION, "msku": "msku", "sku": "msku", "master sku": "msku"},
    ("location", "msku"),
    frozenset({"location", "msku"}),
)


def _choose_place(form: forms.Form, places: Sequence[Warehouse]) -> None:
    field = form.fields["warehouse"]
    assert isinstance(field, forms.ChoiceField)  # noqa: S101  # declared so below
    field.choices = [(place.pk, place.name) for place in places]


class LocationForm(forms.Form):
    """One location. ``warehouse`` is left out where it stands fast."""

    warehouse = forms.TypedChoiceField(label=_("Warehouse"), coerce=int)
    number = forms.CharField(label=_("Location number"), max_length=LONGEST, help_text=_("As it stands on the shelf."))
    zone = forms.CharField(
        label=_("Zone"),
        max_length=LONGEST_ZONE,
        required=False,
        help_text=_("A part of the warehouse, as you call it."),
    )
    note = forms.CharField(label=_("Note"), max_length=LONGEST_NOTE, required=False)
    virtual = forms.BooleanField(label=_("Virtual: there is no such shelf, it stands in the hub only"), required=False)

    def __init__(self, *args: Any, places: Sequence[Warehouse], known: Location | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if known is None:
            _choose_place(self, places)
            return
        del self.fields["warehouse"]
        if known.warehouse.account_id is not None:  # always virtual (R55)
            del self.fields["virtual"]


class ManyLocationsForm(PasteForm):
    """Many at once (R54): a list, or ranges."""

    columns = NEW_COLUMNS
    most = MOST
    field_order = ("warehouse", "lines", "file", "zone", "virtual")
    lines_help = _(
        "One line each: location, and if you like zone and note. A range makes all between its ends: A-01-01 .. A-03-20"
    )

    warehouse = forms.TypedChoiceField(label=_("Warehouse"), coerce=int)
    zone = forms.CharField(label=_("Zone of all that name none"), max_length=LONGEST_ZONE, required=False)
    virtual = forms.BooleanField(label=_("Virtual: there is no such shelf, it stands in the hub only"), required=False)

    def __init__(self, *args: Any, places: Sequence[Warehouse], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose_place(self, places)
        self.fields["lines"].label = _("Location numbers")


class BindForm(PasteForm):
    """Many products to their locations (R58)."""

    columns = PAIR_COLUMNS
    most = MOST_PAIRS
    field_order = ("warehouse", "lines", "file")
    lines_help = _("One line each: location, MSKU.")

    warehouse = forms.TypedChoiceField(label=_("Warehouse"), coerce=int)

    def __init__(self, *args: Any, places: Sequence[Warehouse], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose_place(self, places)
