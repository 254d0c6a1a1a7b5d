"""The fields that a warehouse partner needs of a product, filled in on the product's page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from salur.catalog.details import completed, lacking, product_fields_of
from salur.catalog.models import WarehouseProduct
from salur.connectors.base.capabilities import FormField
from salur.integrations.forms import FormInvalid
from salur.web.formfields import DeclaredForm, focus_first_error


@dataclass(frozen=True)
class NeededFields:
    """What one warehouse's partner wants to know of the product, as a form."""

    row: WarehouseProduct
    partner: str
    form: DeclaredForm
    missing: list[FormField]


@dataclass(frozen=True)
class Wrong:
    """What was typed for one warehouse and could not be kept."""

    row_id: int
    typed: Mapping[str, str]
    why: FormInvalid


def needed_fields(rows: Sequence[WarehouseProduct], wrong: Wrong | None = None) -> list[NeededFields]:
    """A form for each warehouse whose partner declares fields; one of them as it was typed, with its errors."""
    needed = []
    for row in rows:
        partner, declared = product_fields_of(row)
        if declared:
            refused = wrong if wrong is not None and wrong.row_id == row.pk else None
            form = DeclaredForm(
                refused.typed if refused else None,
                initial=completed(declared, row.details),
                auto_id=f"id_{row.pk}_%s",
            )
            form.add_declared(declared)
            if refused:
                form.errors.clear()  # what the service finds is shown, not what this form would find
                form.take_errors(refused.why.checked.errors)
                focus_first_error(form)
            needed.append(NeededFields(row, partner, form, lacking(declared, row.details)))
    return needed
