"""Master products made in sets: from a list, or from what a store has listed (R44, R45)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import connection

from salur.foundation.clock import now
from salur.tenancy import audit
from salur.tenancy.scope import current_scope


@dataclass(frozen=True, slots=True)
class NewProduct:
    """A master product to be made. Weight in grams, lengths in millimetres; 0 means not known."""

    msku: str
    name: str
    barcode: str = ""
    weight_g: int = 0
    length_mm: int = 0
    width_mm: int = 0
    height_mm: int = 0
    declared_value: Decimal = Decimal(0)


INSERT = """
INSERT INTO catalog_masterproduct (merchant_id, msku, name, barcode, weight_g, length_mm, width_mm, height_mm,
                                   declared_value, created_at)
SELECT %(merchant)s, n.*, %(at)s
FROM unnest(%(mskus)s::text[], %(names)s::text[], %(barcodes)s::text[], %(weights)s::int[], %(lengths)s::int[],
            %(widths)s::int[], %(heights)s::int[], %(values)s::numeric[]) AS n
ON CONFLICT (merchant_id, msku) DO NOTHING
RETURNING id
"""


def create_products(wanted: Sequence[NewProduct]) -> list[int]:
    """Make the products (inside a scope); answers the ids of the new ones. An MSKU that exists stays as it is."""
    by_msku = {p.msku: p for p in wanted if p.msku}
    rows = [by_msku[msku] for msku in sorted(by_msku)]
    with connection.cursor() as cursor:
        cursor.execute(
            INSERT,
            {
                "merchant": current_scope().merchant_id,
                "at": now(),
                "mskus": [p.msku for p in rows],
                "names": [p.name or p.msku for p in rows],
                "barcodes": [p.barcode for p in rows],
                "weights": [p.weight_g for p in rows],
                "lengths": [p.length_mm for p in rows],
                "widths": [p.width_mm for p in rows],
                "heights": [p.height_mm for p in rows],
                "values": [p.declared_value for p in rows],
            },
        )
        made = [row[0] for row in cursor.fetchall()]
    if made:
        audit.record("products.created", count=len(made))
    return made


UPSERT = """
INSERT INTO catalog_listing (merchant_id, store_id, item_id, model_id, sku, name, variation, weight_g,
                             length_mm, width_mm, height_mm, seen_at)
SELECT %(merchant)s, %(store)s, n.*, %(at)s
FROM unnest(%(items)s::text[], %(models)s::text[], %(skus)s::text[], %(names)s::text[], %(variations)s::text[],
            %(weights)s::int[], %(lengths)s::int[], %(widths)s::int[], %(heights)s::int[]) AS n
ON CONFLICT (merchant_id, store_id, item_id, model_id) DO UPDATE
SET sku = EXCLUDED.sku, name = EXCLUDED.name, variation = EXCLUDED.variation, weight_g = EXCLUDED.weight_g,
    length_mm = EXCLUDED.length_mm, width_mm = EXCLUDED.width_mm, height_mm = EXCLUDED.height_mm,
    seen_at = EXCLUDED.seen_at
"""


@dataclass(frozen=True, slots=True)
class SeenListing:
    """A listing as the store shows it now: one sellable variation."""

    item_id: str
    model_id: str
    sku: str
    name: str
    variation: str = ""
    weight_g: int = 0
    length_mm: int = 0
    width_mm: int = 0
    height_mm: int = 0


def save_listings(store_id: int, seen: Sequence[SeenListing]) -> int:
    """Write a store's listings (inside a scope), new or changed; answers how many there were, each counted once."""
    unique = {(one.item_id, one.model_id): one for one in seen}
    rows = [unique[key] for key in sorted(unique)]
    with connection.cursor() as cursor:
        cursor.execute(
            UPSERT,
            {
                "merchant": current_scope().merchant_id,
                "store": store_id,
                "at": now(),
                "items": [one.item_id for one in rows],
                "models": [one.model_id for one in rows],
                "skus": [one.sku.strip() for one in rows],
                "names": [one.name for one in rows],
                "variations": [one.variation for one in rows],
                "weights": [one.weight_g for one in rows],
                "lengths": [one.length_mm for one in rows],
                "widths": [one.width_mm for one in rows],
                "heights": [one.height_mm for one in rows],
            },
        )
    return len(rows)
