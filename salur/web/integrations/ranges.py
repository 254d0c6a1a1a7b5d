"""Syncing the orders of a time range that somebody sets, in a time zone of their choice (R140)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django import forms
from django.utils.translation import gettext_lazy as _

from salur.foundation.clock import now

LONGEST = timedelta(days=60)
FIRST_YEAR, LAST_YEAR = 2000, 2100
PREFIX = "range"
FORMAT = "%Y-%m-%dT%H:%M"  # what browsers send and expect

ZONES = (
    ("America/New_York", _("US Eastern")),
    ("America/Chicago", _("US Central")),
    ("America/Denver", _("US Mountain")),
    ("America/Phoenix", _("US Arizona")),
    ("America/Los_Angeles", _("US Pacific")),
    ("America/Anchorage", _("US Alaska")),
    ("Pacific/Honolulu", _("US Hawaii")),
    ("UTC", _("UTC")),
)
PARTS = ("Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")


@cache
def all_zones() -> tuple[str, ...]:
    """Every zone that is named by a city, as in the database of time zones; not its old names and abbreviations."""
    return tuple(sorted(name for name in available_timezones() if name.partition("/")[0] in PARTS))


class WallTime(forms.Field):
    """A date and time as a clock on the wall shows it, without zone."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format=FORMAT)

    def to_python(self, value: Any) -> datetime | None:
        """The time without zone; None where nothing was entered."""
        if not value:
            return None
        try:
            wall = datetime.fromisoformat(str(value).strip())
        except ValueError:
            wall = None
        if wall is None or wall.tzinfo is not None or not FIRST_YEAR <= wall.year <= LAST_YEAR:
            raise forms.ValidationError(_("Write a date and time like 2026-05-01 09:59."))
        return wall


def instants(wall: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The earliest and the latest moment that a clock in the zone may mean by ``wall``, in UTC.

    They differ in the hour that the clock shows twice, and in the one that it leaves out (PEP 495).
    """
    meant = sorted(wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    return meant[0], meant[1]


class RangeForm(forms.Form):
    """From, to and the zone in which both are read. After ``is_valid``, ``since`` and ``until`` are in UTC."""

    since = WallTime(label=_("Orders changed from"))
    until = WallTime(label=_("Orders changed until"))
    zone = forms.ChoiceField(label=_("Time zone"))

    def __init__(self, data: Mapping[str, Any] | None = None, *, home: ZoneInfo) -> None:
        here = now().astimezone(home)
        initial = {"since": here - timedelta(days=1), "until": here, "zone": home.key}
        super().__init__(data, prefix=PREFIX, initial=initial)
        field = self.fields["zone"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  # declared so above
        first = {home.key: home.key, **dict(ZONES)}
        others = [(key, key) for key in all_zones() if key not in first]
        field.choices = [*first.items(), (_("Other time zones"), others)]

    def clean(self) -> dict[str, Any]:
        """The range must be one, and no longer than is sensible. A clock's doubtful hour lies inside it (DST)."""
        entered = super().clean() or self.cleaned_data
        if not {"since", "until", "zone"} <= entered.keys():
            return entered
        zone = ZoneInfo(entered["zone"])
        since, until = instants(entered["since"], zone)[0], min(instants(entered["until"], zone)[1], now())
        if since >= until:
            self.add_error("since", _("The beginning must lie before the end, and not in the future."))
        elif entered["until"] - entered["since"] > LONGEST:
            self.add_error(
                "until", forms.ValidationError(_("At most %(days)s days at a time."), params={"days": LONGEST.days})
            )
        return {**entered, "since": since, "until": until}
