"""A warehouse's name here and its time zone."""

from __future__ import annotations

from zoneinfo import available_timezones

from django import forms
from django.utils.translation import gettext_lazy as _

from salur.flows.warehouses import LONGEST_NAME


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

    def __init__(self, *arguments: object, **named: object) -> None:
        super().__init__(*arguments, **named)  # type: ignore[arg-type]  # passed on as they are
        self.fields["time_zone"].choices = zone_choices()  # type: ignore[attr-defined]
