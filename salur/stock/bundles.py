"""How often a bundle can be sold: as often as its scarcest part allows, warehouse by warehouse (inside a scope)."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection

from salur.tenancy.scope import current_scope

FREE = """
SELECT k.bundle_id, w.warehouse_id, min(coalesce(b.on_hand - b.reserved, 0) / k.quantity)
FROM catalog_bundlepart k
JOIN (SELECT DISTINCT p.bundle_id, s.warehouse_id FROM catalog_bundlepart p
      JOIN stock_balance s ON s.merchant_id = p.merchant_id AND s.product_id = p.part_id
      WHERE p.merchant_id = %(merchant)s AND p.bundle_id = ANY(%(bundles)s)) AS w ON w.bundle_id = k.bundle_id
LEFT JOIN stock_balance b ON b.merchant_id = k.merchant_id AND b.warehouse_id = w.warehouse_id
  AND b.product_id = k.part_id
WHERE k.merchant_id = %(merchant)s
GROUP BY 1, 2 ORDER BY 1, 2
"""


def free_bundles(bundle_ids: Iterable[int]) -> dict[int, dict[int, int]]:
    """Whole bundles that are free, by bundle and warehouse; warehouses that keep none of the parts are left out."""
    found: dict[int, dict[int, int]] = {}
    with connection.cursor() as cursor:
        cursor.execute(FREE, {"merchant": current_scope().merchant_id, "bundles": sorted(set(bundle_ids))})
        for bundle, warehouse, pieces in cursor.fetchall():
            found.setdefault(bundle, {})[warehouse] = pieces
    return found
