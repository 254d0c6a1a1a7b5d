"""Making and changing master products, and saying what a store's SKU means (inside a scope)."""

from __future__ import annotations

from django.db import IntegrityError, transaction

from salur.foundation.clock import now
from salur.tenancy import audit

from .models import Binding, MasterProduct


class MskuTaken(Exception):
    """Another master product has that MSKU."""


def save_product(product: MasterProduct) -> MasterProduct:
    """Save a new or changed master product; raises :class:`MskuTaken`."""
    if product._state.adding:
        product.created_at = now()
    try:
        with transaction.atomic():
            product.save()
    except IntegrityError as error:
        if "catalog_msku_once" not in str(error):
            raise
        raise MskuTaken(product.msku) from error
    audit.record("product.saved", f"product:{product.pk}", msku=product.msku)
    return product


def bind_sku(store_id: int, sku: str, product_id: int, quantity: int) -> Binding:
    """One unit of the store's SKU means ``quantity`` pieces of the product; binding it again sets the quantity."""
    binding, _ = Binding.objects.update_or_create(
        store_id=store_id, sku=sku, product_id=product_id, defaults={"quantity": quantity}
    )
    audit.record("sku.bound", f"product:{product_id}", store=store_id, sku=sku, quantity=quantity)
    return binding


def unbind(binding_id: int) -> bool:
    """End a binding; orders already allocated keep their lines."""
    deleted, _ = Binding.objects.filter(pk=binding_id).delete()
    if deleted:
        audit.record("sku.unbound", f"binding:{binding_id}")
    return bool(deleted)
