"""A warehouse's name here and its time zone."""

from __future__ import annotations

from zoneinfo import available_timezones

from django import forms
from django.utils.translation import gettext_lazy as _

from salur.flows.warehouses import LONGEST_NAME
from salur.stock.differences import MOST_PIECES


def zone_choices() -> list[tuple[str, str]]:
    """Time zones to choose from."""
    zones = sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith("Etc/"))
    return [(zone, zone) for zone in ("UTC", *zones)]


class WarehouseForm(forms.Form):
    """What an owner may change; the checks that count are the service's."""

    name = forms.CharField(
        label=_("Name"),
        max_length=LONGEST_NAME,
        help_text=_("The name here only: the partner knows the warehouse by its code."),
    )
    time_zone = forms.ChoiceField(
        label=_("Time zone"), help_text=_("The daily stock sync begins at 02:00 of this time zone.")
    )

    ask_above = forms.IntegerField(
        label=_("Ask before stock differences of more than (pieces)"),
        required=False,
        min_value=0,
        max_value=MOST_PIECES,
        help_text=_(
            "A stock sync enters by itself what it can explain. An unexplained difference above both limits waits for"
            " approval. Empty: every difference is entered by itself."
        ),
    )
    ask_above_percent = forms.IntegerField(
        label=_("… and of more than (per cent of the figure)"), required=False, min_value=0, max_value=100
    )

    def __init__(self, *arguments: object, **named: object) -> None:
        super().__init__(*arguments, **named)  # type: ignore[arg-type]  # passed on as they are
        self.fields["time_zone"].choices = zone_choices()  # type: ignore[attr-defined]  # a choice field
