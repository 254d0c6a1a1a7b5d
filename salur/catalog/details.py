"""What a warehouse partner needs of a product beyond the master product, kept per warehouse.

The connector declares the fields (``WarehouseCapabilities.product_fields``); a product that lacks a required one is
not sent, because the partner would refuse it, and its push says which field is empty.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from salur.connectors.base.capabilities import FormField
from salur.integrations.forms import needed_values
from salur.integrations.registry import WAREHOUSE, find_plugin, warehouse_capabilities
from salur.tenancy import audit

from .models import WarehouseProduct

INCOMPLETE = "product_incomplete"
"""The error code of a push that was not tried; its message names the empty fields (see :func:`named`)."""

BETWEEN = "; "


def product_fields_of(row: WarehouseProduct) -> tuple[str, tuple[FormField, ...]]:
    """Title and product fields of the partner whose warehouse this is; none for an own warehouse."""
    account = row.warehouse.account
    plugin = find_plugin(WAREHOUSE, account.partner) if account else None
    if plugin is None:
        return "", ()
    can = warehouse_capabilities(plugin)
    return can.title, can.product_fields


def completed(declared: Sequence[FormField], details: Mapping[str, str]) -> dict[str, str]:
    """The details with the declared defaults where nothing was entered."""
    return {**{one.key: one.default for one in declared if one.default}, **{k: v for k, v in details.items() if v}}


def lacking(declared: Sequence[FormField], details: Mapping[str, str]) -> list[FormField]:
    """Required fields for which there is neither an entry nor a default."""
    known = completed(declared, details)
    return [one for one in declared if one.required and not known.get(one.key)]


def named(fields: Sequence[FormField]) -> str:
    """The fields' labels as a push keeps them: untranslated, so that each reader gets them in their own language."""
    return BETWEEN.join(one.label for one in fields)


def labels_in(message: str) -> list[str]:
    """The labels that :func:`named` wrote down."""
    return message.split(BETWEEN)


def save_details(row: WarehouseProduct, declared: Sequence[FormField], values: Mapping[str, str]) -> None:
    """Keep what was entered for a product in a warehouse (inside a scope); raises FormInvalid.

    What stands there under other names stays: a connector may have declared more once.
    """
    read = needed_values(declared, values)
    row.details = {**row.details, **read}
    row.save(update_fields=["details"])
    audit.record("product.details", f"product:{row.product_id}", warehouse=row.warehouse_id, fields=sorted(read))
