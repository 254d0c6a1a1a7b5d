"""From a store's SKU to master products (R44)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import connection

from salur.tenancy.scope import current_scope


@dataclass(frozen=True, slots=True)
class Part:
    """A master product and how many pieces of it one unit of the store's SKU means."""

    product_id: int
    msku: str
    pieces: int


MEANT = """
SELECT m.sku, coalesce(q.id, p.id), coalesce(q.msku, p.msku), sum(m.quantity * coalesce(k.quantity, 1))::int,
       bool_or(p.archived_at IS NOT NULL)
FROM ({meant}) AS m
JOIN catalog_masterproduct p ON p.merchant_id = %(merchant)s AND p.id = m.product_id
LEFT JOIN catalog_bundlepart k ON k.merchant_id = p.merchant_id AND k.bundle_id = p.id
LEFT JOIN catalog_masterproduct q ON q.merchant_id = k.merchant_id AND q.id = k.part_id
GROUP BY 1, 2, 3 ORDER BY 1, 2
"""
BOUND = MEANT.format(
    meant="SELECT b.sku, b.product_id, b.quantity FROM catalog_binding b"
    " WHERE b.merchant_id = %(merchant)s AND b.store_id = %(store)s AND b.sku = ANY(%(skus)s)"
)
NAMED = MEANT.format(
    meant="SELECT n.msku AS sku, n.id AS product_id, 1 AS quantity FROM catalog_masterproduct n"
    " WHERE n.merchant_id = %(merchant)s AND n.msku = ANY(%(skus)s)"
)


def parts_of(store_id: int, skus: Iterable[str]) -> dict[str, tuple[Part, ...]]:
    """What each SKU of a store means. A binding wins; without one, an MSKU of the very same name is meant.

    A bundle means its parts. SKUs that mean nothing, or something archived, are left out.
    """
    wanted = sorted({s for s in skus if s})
    if not wanted:
        return {}
    values: dict[str, Any] = {"merchant": current_scope().merchant_id, "store": store_id, "skus": wanted}
    with connection.cursor() as cursor:
        cursor.execute(BOUND, values)
        meant = cursor.fetchall()
        bound = {row[0] for row in meant}
        cursor.execute(NAMED, {**values, "skus": [s for s in wanted if s not in bound]})
        meant += cursor.fetchall()
    ended = {sku for sku, _product, _msku, _pieces, archived in meant if archived}
    meaning: dict[str, list[Part]] = {}
    for sku, product, msku, pieces, _archived in meant:
        if sku not in ended:
            meaning.setdefault(sku, []).append(Part(product, msku, pieces))
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
