"""Forms of the import: the file, how it is read, and what its columns are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from salur.integrations.models import ConnectionState, StoreConnection
from salur.orders.formats import ColumnMap, ReadOptions
from salur.orders.formats.countries import CODES
from salur.orders.formats.mapped import wrong_columns
from salur.orders.formats.template import STATUSES
from salur.orders.mappings import LONGEST_NAME
from salur.orders.states import OrderState

from .words import TARGETS, encoding_choices, wrong_words

ZONES = tuple(sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith("Etc/")))
SAMPLES = 3
SAMPLE_LENGTH = 40


class ImportForm(forms.Form):
    """Which store the orders belong to, and the file."""

    store = forms.TypedChoiceField(label=_("Store"), coerce=int)
    file = forms.FileField(
        label=_("File"),
        help_text=_(
            "Any table of orders, as CSV or Excel workbook (.xlsx). You see what it holds before it is imported."
        ),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.txt,.tsv,.xlsx"}),
    )

    def __init__(self, *args: Any, stores: list[StoreConnection], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self, "store", [(s.pk, s.name) for s in stores if s.state != ConnectionState.DISCONNECTED])


class ReadingForm(forms.Form):
    """How a file is to be read whose kind is known."""

    encoding = forms.ChoiceField(label=_("Encoding"), required=False)
    zone = forms.ChoiceField(label=_("Time zone"), required=False)

    def __init__(self, *args: Any, zone: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self, "encoding", encoding_choices())
        _choose(self, "zone", _zones(zone))


class ColumnsForm(forms.Form):
    """Which column is what, and how the cells are written. Columns are fields ``c0``, ``c1``, …; words ``w0``, …"""

    name = forms.CharField(label=_("Name of these columns"), max_length=LONGEST_NAME)
    dates = forms.ChoiceField(label=_("Dates"), required=False)
    decimal = forms.ChoiceField(label=_("Decimal sign"), required=False)
    zone = forms.ChoiceField(label=_("Time zone"), required=False, help_text=_("For times that name none themselves."))
    currency = forms.RegexField(
        r"^[A-Za-z]{3}$",
        label=_("Currency"),
        required=False,
        help_text=_("Where the file names none, such as THB. Empty: the store's."),
        widget=forms.TextInput(attrs={"maxlength": 3, "autocapitalize": "characters"}),
    )
    country = forms.ChoiceField(label=_("Country"), required=False, help_text=_("Where the file names none."))
    encoding = forms.ChoiceField(label=_("Encoding"), required=False)
    OPTIONS = ("dates", "decimal", "zone", "currency", "country", "encoding")

    def __init__(
        self,
        *args: Any,
        headers: Sequence[str],
        rows: Sequence[Sequence[str]],
        words: Sequence[str],
        zone: str,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.headers, self._rows, self._words = list(headers), rows, list(words)
        targets = [("", gettext("– not needed –")), *((name, str(label)) for name, label in TARGETS.items())]
        for place, header in enumerate(headers):
            self.fields[f"c{place}"] = forms.ChoiceField(label=header, choices=targets, required=False)
        statuses = [("", gettext("– not known –")), *((s, OrderState(s).label) for s in STATUSES if s)]
        for place, text in enumerate(words):
            self.fields[f"w{place}"] = forms.ChoiceField(label=text, choices=statuses, required=False)
        _choose(self, "dates", _dates())
        _choose(self, "decimal", [("", gettext("As each amount shows")), (".", "1,234.50"), (",", "1.234,50")])
        _choose(self, "zone", _zones(zone))
        _choose(self, "country", [("", "–"), *((code, code) for code in sorted(CODES))])
        _choose(self, "encoding", encoding_choices())

    def column_fields(self) -> Iterator[tuple[forms.BoundField, list[str]]]:
        """Each column's field with what stands in its first rows."""
        for place in range(len(self.headers)):
            cells = (row[place].strip() for row in self._rows if place < len(row))
            shown = list(dict.fromkeys(cell for cell in cells if cell))[:SAMPLES]
            yield self[f"c{place}"], [cell[:SAMPLE_LENGTH] for cell in shown]

    def word_fields(self) -> list[forms.BoundField]:
        """The words of the status column that were not understood."""
        return [self[f"w{place}"] for place in range(len(self._words))]

    def option_fields(self) -> list[forms.BoundField]:
        """Everything that is not a column or a word."""
        return [self[name] for name in ("name", *self.OPTIONS) if name in self.fields]

    def clean(self) -> dict[str, Any]:
        """The columns must make an order."""
        found = super().clean() or self.cleaned_data
        columns = {header: found.get(f"c{place}", "") for place, header in enumerate(self.headers)}
        columns = {header: target for header, target in columns.items() if target}
        statuses = {word.casefold(): found.get(f"w{place}", "") for place, word in enumerate(self._words)}
        options = ReadOptions(
            **{name: found.get(name) or "" for name in self.OPTIONS if name != "currency"},
            currency=(found.get("currency") or "").upper(),
            statuses={word: status for word, status in statuses.items() if status},
        )
        for text in wrong_words(wrong_columns(columns, options)):
            self.add_error(None, text)
        found["said"] = ColumnMap(tuple(self.headers), columns, options, found.get("name") or "")
        return found


def initial_of(said: ColumnMap, headers: Sequence[str], words: Sequence[str], encoding: str) -> Mapping[str, str]:
    """What the form shows at first."""
    options = said.options
    shown = {name: getattr(options, name) for name in ColumnsForm.OPTIONS} | {"name": said.title, "encoding": encoding}
    shown |= {f"c{place}": said.columns.get(header, "") for place, header in enumerate(headers)}
    return shown | {f"w{place}": options.statuses.get(word.casefold(), "") for place, word in enumerate(words)}


def _dates() -> list[tuple[str, str]]:
    return [
        ("", gettext("Year first, or months by name")),
        ("dmy", gettext("Day first: 31/12/2026")),
        ("mdy", gettext("Month first: 12/31/2026")),
    ]


def _zones(merchants: str) -> list[tuple[str, str]]:
    return [("", gettext("The merchant's: %(zone)s") % {"zone": merchants}), ("UTC", "UTC"), *((z, z) for z in ZONES)]


def _choose(form: forms.Form, name: str, choices: Sequence[tuple[Any, str]]) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)  # noqa: S101  # declared so above
    field.choices = list(choices)
