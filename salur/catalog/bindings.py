"""From a store's SKU to master products (R44)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection

from salur.tenancy.scope import current_scope


@dataclass(frozen=True, slots=True)
class Part:
    """A master product and how many pieces of it one unit of the store's SKU means."""

    product_id: int
    msku: str
    pieces: int


BOUND = """
SELECT b.sku, p.id, p.msku, b.quantity
FROM catalog_binding b JOIN catalog_masterproduct p ON p.merchant_id = b.merchant_id AND p.id = b.product_id
WHERE b.merchant_id = %s AND b.store_id = %s AND b.sku = ANY(%s)
ORDER BY b.sku, p.id
"""
NAMED = "SELECT p.msku, p.id FROM catalog_masterproduct p WHERE p.merchant_id = %s AND p.msku = ANY(%s)"


def parts_of(store_id: int, skus: Iterable[str]) -> dict[str, tuple[Part, ...]]:
    """What each SKU of a store means. A binding wins; without one, an MSKU of the very same name is meant.

    SKUs that mean nothing are left out.
    """
    wanted = sorted({s for s in skus if s})
    if not wanted:
        return {}
    merchant = current_scope().merchant_id
    meaning: dict[str, list[Part]] = {}
    with connection.cursor() as cursor:
        cursor.execute(BOUND, [merchant, store_id, wanted])
        for sku, product, msku, quantity in cursor.fetchall():
            meaning.setdefault(sku, []).append(Part(product, msku, quantity))
        cursor.execute(NAMED, [merchant, [s for s in wanted if s not in meaning]])
        for msku, product in cursor.fetchall():
            meaning[msku] = [Part(product, msku, 1)]
    return {sku: tuple(parts) for sku, parts in meaning.items()}


TAGGED = "SELECT id, tags FROM catalog_masterproduct WHERE merchant_id = %s AND id = ANY(%s) AND tags <> '{}'"


def tags_of(product_ids: Iterable[int]) -> dict[int, frozenset[str]]:
    """Tags by product; products without any are left out."""
    with connection.cursor() as cursor:
        cursor.execute(TAGGED, [current_scope().merchant_id, sorted(set(product_ids))])
        return {product: frozenset(tags) for product, tags in cursor.fetchall()}


UNPUSHED = """
SELECT w.warehouse_id, w.product_id,
  CASE WHEN w.push = 'failed' AND w.error_code = 'product_incomplete' THEN 'incomplete' ELSE w.push END, w.error_message
FROM catalog_warehouseproduct w
WHERE w.merchant_id = %s AND w.warehouse_id = ANY(%s) AND w.product_id = ANY(%s)
"""


@dataclass(frozen=True, slots=True)
class PushStanding:
    """Whether a warehouse knows a product; ``state`` is ``absent`` where it was never added.

    ``incomplete``: not sent, because fields that the warehouse needs are empty.
    """

    state: str
    reason: str = ""


def push_standing(warehouses: Iterable[int], products: Iterable[int]) -> dict[tuple[int, int], PushStanding]:
    """Push standing by (warehouse, product); pairs never added are left out."""
    with connection.cursor() as cursor:
        cursor.execute(UNPUSHED, [current_scope().merchant_id, sorted(set(warehouses)), sorted(set(products))])
        return {(w, p): PushStanding(state, reason) for w, p, state, reason in cursor.fetchall()}
