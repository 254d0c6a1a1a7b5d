"""What master products a store's listings would become, and where their SKUs collide (R45)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection

from salur.tenancy.scope import current_scope

from .product_data import LONGEST, storable
from .products import NewProduct, create_products

SHOWN_NAMES = 3


@dataclass(frozen=True, slots=True)
class ListedSku:
    """A SKU that a store lists, as the master product that it would become.

    ``names`` are its listings' titles, several where it stands on ``listings`` of them; ``existing`` is the name of the
    master product that has this MSKU already (empty: none), ``similar`` are MSKUs that differ in case or blanks only.
    """

    sku: str
    names: tuple[str, ...]
    listings: int
    weight_g: int
    length_mm: int
    width_mm: int
    height_mm: int
    existing_id: int | None
    existing: str
    similar: tuple[str, ...]

    @property
    def makes(self) -> bool:
        """Whether a product can be made of it."""
        return self.existing_id is None and len(self.sku) <= LONGEST["msku"]

    @property
    def collides(self) -> bool:
        """Whether a person should look before it is made."""
        return self.makes and (bool(self.similar) or len(self.names) > 1)

    def product(self) -> NewProduct:
        """The product: SKU, name and sizes taken over."""
        name = self.names[0][: LONGEST["name"]] if self.names else self.sku
        return NewProduct(self.sku, name, "", self.weight_g, self.length_mm, self.width_mm, self.height_mm)


LISTED = """
SELECT s.sku, s.names, s.listings, s.weight_g, s.length_mm, s.width_mm, s.height_mm, p.id, coalesce(p.name, ''),
  (SELECT coalesce(array_agg(o.msku ORDER BY o.msku), '{}') FROM catalog_masterproduct o
   WHERE o.merchant_id = %(merchant)s AND o.msku <> s.sku AND o.msku = ANY(f.close))
FROM (
  SELECT l.sku, count(*) AS listings, max(l.weight_g) AS weight_g, max(l.length_mm) AS length_mm,
    max(l.width_mm) AS width_mm, max(l.height_mm) AS height_mm,
    (array_agg(DISTINCT CASE WHEN l.variation = '' THEN l.name ELSE l.name || ' - ' || l.variation END))[:%(names)s]
      AS names
  FROM catalog_listing l
  WHERE l.merchant_id = %(merchant)s AND l.store_id = %(store)s AND l.sku <> ''
    AND (%(skus)s::text[] IS NULL OR l.sku = ANY(%(skus)s))
    AND NOT EXISTS (SELECT 1 FROM catalog_binding b
                    WHERE b.merchant_id = l.merchant_id AND b.store_id = l.store_id AND b.sku = l.sku)
  GROUP BY l.sku
) AS s
LEFT JOIN catalog_masterproduct p ON p.merchant_id = %(merchant)s AND p.msku = s.sku
LEFT JOIN LATERAL (
  SELECT array_agg(c.msku) AS close FROM close c WHERE c.folded = lower(regexp_replace(s.sku, '\\s', '', 'g'))
) AS f ON true
ORDER BY s.sku
"""
# MSKUs by what they are without case and blanks: made once, whatever the number of SKUs.
WITH_CLOSE = (
    """
WITH close AS MATERIALIZED (
  SELECT m.msku, lower(regexp_replace(m.msku, '\\s', '', 'g')) AS folded FROM catalog_masterproduct m
  WHERE m.merchant_id = %(merchant)s
)"""
    + LISTED
)


def listed_skus(store_id: int, skus: Sequence[str] | None = None) -> list[ListedSku]:
    """The SKUs of a store (or those named) that no link gives a meaning, by SKU (inside a scope)."""
    values = {
        "merchant": current_scope().merchant_id,
        "store": store_id,
        "names": SHOWN_NAMES,
        "skus": None if skus is None else sorted(storable(skus)),
    }
    with connection.cursor() as cursor:
        cursor.execute(WITH_CLOSE, values)
        return [
            ListedSku(sku, tuple(names), listings, weight, length, width, height, product, name, tuple(similar))
            for sku, names, listings, weight, length, width, height, product, name, similar in cursor.fetchall()
        ]


def without_doubt(listed: Sequence[ListedSku]) -> list[str]:
    """The SKUs that may be made without anybody having looked: those that collide with nothing."""
    return [one.sku for one in listed if one.makes and not one.collides]


def create_from_listings(store_id: int, skus: Sequence[str] | None = None) -> list[int]:
    """One master product per SKU that the store lists (or of those named) and that means nothing yet (in a scope).

    The MSKU is the SKU itself, which links the two (an MSKU of the same name is meant where there is no binding).
    Answers the new ids.
    """
    return create_products([one.product() for one in listed_skus(store_id, skus) if one.makes])
