"""The form of a transfer: where from, where to, and its lines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from salur.inbound.checking import WantedLine
from salur.inbound.editing import MOST_LINES
from salur.stock.models import Warehouse
from salur.transfers.editing import LIMITS, TransferHead
from salur.transfers.models import Transfer, TransferLine
from salur.web.inbound.typed import COLUMNS
from salur.web.pasted import Columns, text_line
from salur.web.pasting import PasteForm


class TransferForm(PasteForm):
    """A transfer. The warehouses are left out where they stand fast."""

    columns = Columns(
        {name: field for name, field in COLUMNS.items() if field in ("sku", "quantity", "unit_cost")},
        ("sku", "quantity", "unit_cost"),
        frozenset({"sku", "quantity"}),
    )
    most = MOST_LINES
    field_order = ("source", "target", "lines", "file", "carrier", "tracking", "note")
    lines_help = _("One line each: MSKU, quantity, and the cost of a piece if the target asks it.")

    source = forms.TypedChoiceField(label=_("From"), coerce=int)
    target = forms.TypedChoiceField(label=_("To"), coerce=int)
    carrier = forms.CharField(label=_("Carrier"), max_length=LIMITS["carrier"], required=False)
    tracking = forms.CharField(label=_("Tracking number"), max_length=LIMITS["tracking"], required=False)
    note = forms.CharField(label=_("Note"), max_length=LIMITS["note"], required=False)

    def __init__(
        self,
        *args: Any,
        sources: Sequence[Warehouse] = (),
        targets: Sequence[Warehouse] = (),
        known: Transfer | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        for name, places in (("source", sources), ("target", targets)):
            if known is not None:
                del self.fields[name]
                continue
            # Whoever fills it in chooses; none stands there by itself: goods sent to a wrong place are dear.
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)  # noqa: S101  # declared so above
            field.choices = [("", "–"), *((place.pk, place.name) for place in places)]

    def wanted(self) -> list[WantedLine]:
        """Its lines; what cannot be read at all is judged as an empty line."""
        return [
            WantedLine(
                one.cells.get("sku", ""),
                one.cells.get("quantity", ""),
                one.cells.get("unit_cost", ""),
                number=one.number,
            )
            for one in self.read()
        ]

    def head(self) -> TransferHead:
        """What it says besides its lines."""
        typed = self.cleaned_data
        return TransferHead(typed["note"], typed["carrier"], typed["tracking"])


def initial_of(row: Transfer, lines: Sequence[TransferLine]) -> dict[str, Any]:
    """A draft as the form shows it."""
    texts = [
        text_line([one.product.msku, str(one.quantity), "" if one.unit_cost is None else f"{one.unit_cost:f}"])
        for one in lines
    ]
    return {"lines": "\n".join(texts), "note": row.note, "carrier": row.carrier, "tracking": row.tracking}
