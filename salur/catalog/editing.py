"""Making and changing master products, and saying what a store's SKU means (inside a scope)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from salur.foundation.clock import now
from salur.foundation.locks import lock_rows
from salur.foundation.problems import Problem, Refusal
from salur.tenancy import audit
from salur.tenancy.scope import current_scope

from .bundles import WantedPart, set_parts
from .models import Binding, MasterProduct, ProductChange
from .product_data import FIELDS, PUSHED, DataRefused, life_faults, plain, values_of

PROBLEMS: tuple[Problem, ...] = (
    Problem(
        "product_changed",
        _("Somebody else changed this product"),
        _("The master product %(msku)s is version %(version)s now. Changed since yours: %(changes)s."),
        _("Look at what was changed, then save again. Nothing of yours is lost, and nothing of theirs."),
        "operator",
    ),
    Problem(
        "product_archived",
        _("This product is archived"),
        _("The master product %(msku)s is archived, so nothing new is done with it."),
        _("Restore it on its page first."),
        "operator",
    ),
    Problem(
        "product_is_bundle",
        _("This product is a bundle"),
        _("The master product %(msku)s is made of others and has no stock of its own."),
        _("Do this with its parts instead."),
        "operator",
    ),
    Problem(
        "msku_taken",
        _("This MSKU is taken"),
        _("Another master product has the MSKU %(msku)s."),
        _("Choose another MSKU, or change that product."),
        "operator",
    ),
)


class MskuTaken(Refusal):
    """Another master product has that MSKU."""

    code = "msku_taken"


@dataclass(frozen=True, slots=True)
class FieldChange:
    """What became of one field since a version: ``before`` as it was in that version, ``after`` as it is now."""

    field: str
    before: Any
    after: Any
    actor: str
    at: datetime


class ProductChanged(Refusal):
    """Somebody changed the product since the version that was looked at; ``changes`` says what, by field."""

    code = "product_changed"

    def __init__(self, product: MasterProduct, changes: Mapping[str, FieldChange]) -> None:
        told = "; ".join(f"{one.field}: {one.before} → {one.after}" for one in changes.values())
        super().__init__(msku=product.msku, version=product.version, changes=told or "–")
        self.product, self.changes = product, dict(changes)


def changes_since(product_id: int, version: int) -> dict[str, FieldChange]:
    """What was changed after a version, by field."""
    found: dict[str, FieldChange] = {}
    rows = ProductChange.objects.filter(product_id=product_id, version__gt=version).order_by("version")
    for row in rows:
        for name, (before, after) in row.fields.items():
            first = found[name].before if name in found else before
            found[name] = FieldChange(name, first, after, row.actor, row.at)
    return {name: one for name, one in found.items() if one.before != one.after}


def create_product(msku: str, values: Mapping[str, Any], parts: Sequence[WantedPart] = ()) -> MasterProduct:
    """Make a master product of values that :func:`~.product_data.read_values` answered; with parts: a bundle.

    Raises :class:`MskuTaken`, and :class:`DataRefused` with all that is wrong.
    """
    product = MasterProduct(msku=msku, created_at=now(), **values)
    if faults := life_faults(values_of(product)):
        raise DataRefused(faults)
    try:
        with transaction.atomic():
            product.save()
    except IntegrityError as error:
        if "catalog_msku_once" not in str(error):
            raise
        raise MskuTaken(msku=msku) from error
    set_parts(product, parts)
    audit.record("product.saved", f"product:{product.pk}", msku=product.msku, version=product.version)
    return product


@dataclass(frozen=True, slots=True)
class Changed:
    """What a change did: nothing (``fields`` empty), or something that warehouses are told (``pushed``)."""

    product: MasterProduct
    fields: Mapping[str, tuple[Any, Any]]

    @property
    def pushed(self) -> bool:
        """Whether warehouses have to hear of it."""
        return bool(PUSHED & self.fields.keys())


def hold_product(product_id: int) -> MasterProduct:
    """The product, held until the transaction ends; raises ``MasterProduct.DoesNotExist``."""
    rows = lock_rows(MasterProduct.objects.all(), [product_id])
    if not rows:
        raise MasterProduct.DoesNotExist(product_id)
    return rows[0]


def change_product(
    product: MasterProduct, version: int | None, values: Mapping[str, Any], parts: Sequence[WantedPart] | None = None
) -> Changed:
    """Change a held product; ``parts`` None leaves them. ``version`` is the one that was looked at (None: whatever).

    Raises :class:`ProductChanged`, :class:`DataRefused`, and Refusal ``product_archived``.
    """
    if version is not None and version != product.version:
        raise ProductChanged(product, changes_since(product.pk, version))
    if product.archived_at is not None:
        raise Refusal("product_archived", msku=product.msku)
    before = values_of(product)
    for name in FIELDS:
        if name in values:
            setattr(product, name, values[name])
    if faults := life_faults(values_of(product)):
        raise DataRefused(faults)
    fields = {n: (plain(before[n]), plain(v)) for n, v in values_of(product).items() if plain(before[n]) != plain(v)}
    if parts is not None:
        for change in set_parts(product, parts):
            fields["parts"] = change
    if fields:
        product.version += 1
        product.save()
        note_change(product, fields)
    return Changed(product, fields)


def note_change(product: MasterProduct, fields: Mapping[str, tuple[Any, Any]]) -> None:
    """Write into the product's history what a change made of it."""
    actor = current_scope().actor
    row = ProductChange(product=product, version=product.version, fields=dict(fields), actor=actor, at=now())
    row.save()
    audit.record("product.saved", f"product:{product.pk}", msku=product.msku, version=product.version)


def bind_sku(store_id: int, sku: str, product_id: int, quantity: int) -> Binding:
    """One unit of the store's SKU means ``quantity`` pieces of the product; binding it again sets the quantity."""
    binding, _made = Binding.objects.update_or_create(
        store_id=store_id, sku=sku, product_id=product_id, defaults={"quantity": quantity}
    )
    audit.record("sku.bound", f"product:{product_id}", store=store_id, sku=sku, quantity=quantity)
    return binding


def unbind(binding_id: int) -> bool:
    """End a binding; orders already allocated keep their lines."""
    deleted, _tables = Binding.objects.filter(pk=binding_id).delete()
    if deleted:
        audit.record("sku.unbound", f"binding:{binding_id}")
    return bool(deleted)
