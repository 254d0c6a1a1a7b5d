"""What stands in the form of an inbound list between two answers: lines, text, head; judged, but not stored here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from salur.inbound.checking import LineProblem, LineResult, WantedLine
from salur.inbound.editing import LIMITS, Head
from salur.inbound.models import InboundLine, InboundList
from salur.stock.models import Warehouse

from .typed import MOST_ROWS, Row, TextLine, read_lines, text_of_rows, words_by_field, words_of

SHOWN_WRONG = 100  # lines of text whose errors are spelt out


class HeadForm(forms.Form):
    """What a list says besides its lines."""

    expected_on = forms.DateField(
        label=_("Expected on"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    carrier = forms.CharField(label=_("Carrier"), max_length=LIMITS["carrier"], required=False)
    tracking = forms.CharField(label=_("Tracking number"), max_length=LIMITS["tracking"], required=False)
    currency = forms.RegexField(
        r"^[A-Za-z]{3}$",
        label=_("Currency of the costs"),
        required=False,
        help_text=_("Three letters, for example THB."),
        error_messages={"invalid": _("A currency has three letters, for example THB.")},
        widget=forms.TextInput(attrs={"maxlength": 3, "autocapitalize": "characters"}),
    )
    note = forms.CharField(
        label=_("Note for the warehouse"),
        max_length=LIMITS["note"],
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def head(self) -> Head:
        """The head as the domain takes it, once the form is valid."""
        given = self.cleaned_data
        return Head(given["note"], given["currency"], given["expected_on"], given["carrier"], given["tracking"])


def head_of(row: InboundList) -> dict[str, Any]:
    """A stored list's head as the form shows it."""
    return {name: getattr(row, name) for name in HeadForm.base_fields}


def row_of(line: InboundLine) -> Row:
    """A stored line as the form shows it."""
    cost = "" if line.unit_cost is None else f"{line.unit_cost.normalize():f}"
    return Row(
        line.product.msku,
        str(line.quantity),
        cost,
        line.batch,
        line.expires_on.isoformat() if line.expires_on else "",
        name=line.product.name,
    )


@dataclass
class Sheet:
    """The form's content. ``text`` holds lines that were typed, pasted or read from a file.

    ``wrong`` is what of the text is not right, as (line, words), ``told`` good news about it; ``refused`` is what is
    wrong with the list as a whole.
    """

    place: Warehouse
    head: HeadForm
    rows: list[Row] = field(default_factory=list)
    text: str = ""
    search: str = ""
    wrong: list[tuple[int, str]] = field(default_factory=list)
    more_wrong: int = 0
    told: str = ""
    refused: str = ""
    file_error: str = ""

    def lines(self) -> tuple[list[WantedLine], list[TextLine]]:
        """All lines in order, those of the text numbered after the form's; and the text's, unreadable ones too."""
        texts = read_lines(self.text)
        wanted = [row.wanted(number) for number, row in enumerate(self.rows, start=1)]
        return wanted + [line.wanted(len(self.rows)) for line in texts if not line.wrong], texts

    def mark(self, results: Sequence[LineResult], texts: Sequence[TextLine], *, rows_too: bool = True) -> bool:
        """Write what is wrong beside the lines; whether everything that was looked at is right."""
        count = len(self.rows)
        wrong = [(line.number, line.wrong) for line in texts if line.wrong]
        for result in results:
            if result.number > count:
                own = [words_of(_renumbered(problem, count)) for problem in result.problems]
                wrong += [(result.number - count, words) for words in own]
            elif rows_too:
                self.rows[result.number - 1].errors = words_by_field(result)
        wrong.sort()
        self.wrong, self.more_wrong = wrong[:SHOWN_WRONG], max(0, len(wrong) - SHOWN_WRONG)
        return not wrong and not (rows_too and any(row.errors for row in self.rows))

    def take_text(self, texts: Sequence[TextLine]) -> int:
        """Lines of the text become lines of the form, where they fit; answers how many."""
        if len(self.rows) + len(texts) > MOST_ROWS:
            return 0
        self.rows += [line.row() for line in texts]
        self.text = ""
        return len(texts)

    def take_rows(self, rows: Sequence[Row]) -> None:
        """Stored lines, as text if they are more than the form holds."""
        if len(rows) <= MOST_ROWS:
            self.rows = list(rows)
        else:
            self.text = text_of_rows(rows)

    def add(self, row: Row) -> bool:
        """One more line, if there is room."""
        if len(self.rows) >= MOST_ROWS:
            return False
        self.rows.append(row)
        return True


def _renumbered(problem: LineProblem, count: int) -> LineProblem:
    """The other line of the same text is named by its number there."""
    other = problem.evidence.get("other")
    if not isinstance(other, int) or other <= count:
        return problem
    return replace(problem, evidence={**problem.evidence, "other": other - count})
