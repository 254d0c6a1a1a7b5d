"""What each listing of a store is to offer (R134): free stock over the chosen warehouses, less buffer, of that a share.

One statement works it out for all listings of a store, or for all listings of all stores that sell some products.
A share is a part in per cent, or a number of pieces at most. Never more than is free: figures are rounded down, and a
bundle offers what its scarcest part allows. A listing is left alone where Salur does not know all of its parts, or
where none of the chosen warehouses has ever held one of them.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection

from salur.foundation.clock import now
from salur.foundation.locks import hold_alone
from salur.integrations.registry import WAREHOUSE, find_plugin, warehouse_capabilities
from salur.stock.models import Warehouse
from salur.tenancy.scope import current_scope

LOCK = "store stock"

PARTS = """
  SELECT l.id AS listing_id, l.store_id, b.product_id, b.quantity
  FROM catalog_listing l JOIN told s ON s.id = l.store_id
  JOIN catalog_binding b ON b.merchant_id = l.merchant_id AND b.store_id = l.store_id AND b.sku = l.sku
  WHERE l.merchant_id = %(merchant)s AND l.sku <> ''
  UNION ALL
  SELECT l.id, l.store_id, p.id, 1
  FROM catalog_listing l JOIN told s ON s.id = l.store_id
  JOIN catalog_masterproduct p ON p.merchant_id = l.merchant_id AND p.msku = l.sku
  WHERE l.merchant_id = %(merchant)s AND NOT EXISTS (
    SELECT 1 FROM catalog_binding b WHERE b.merchant_id = l.merchant_id AND b.store_id = l.store_id AND b.sku = l.sku)
"""
RECOUNT = f"""
WITH told AS MATERIALIZED (
  SELECT s.id, s.stock_warehouses, s.stock_buffer, s.stock_share, s.stock_most FROM integrations_storeconnection s
  WHERE s.merchant_id = %(merchant)s AND s.push_stock AND (%(store)s::bigint IS NULL OR s.id = %(store)s)
), meant AS ({PARTS}
), part AS MATERIALIZED (
  SELECT m.listing_id, m.store_id, coalesce(k.part_id, m.product_id) AS product_id,
    sum(m.quantity * coalesce(k.quantity, 1)) AS quantity
  FROM meant m LEFT JOIN catalog_bundlepart k ON k.merchant_id = %(merchant)s AND k.bundle_id = m.product_id
  GROUP BY 1, 2, 3
), concerned AS (
  SELECT DISTINCT listing_id FROM part WHERE %(products)s::bigint[] IS NULL OR product_id = ANY(%(products)s)
), free AS (
  SELECT s.id AS store_id, b.product_id, sum(b.on_hand - b.reserved) AS pieces
  FROM told s
  JOIN stock_balance b ON b.merchant_id = %(merchant)s AND b.warehouse_id = ANY(%(counted)s)
    AND (cardinality(s.stock_warehouses) = 0 OR b.warehouse_id = ANY(s.stock_warehouses))
  WHERE b.product_id IN (SELECT product_id FROM part)
  GROUP BY 1, 2
), offer AS (
  SELECT p.listing_id, p.store_id,
    min(least(greatest(0, f.pieces - s.stock_buffer) * s.stock_share / 100, s.stock_most) / p.quantity)::int AS wanted
  FROM part p JOIN concerned USING (listing_id) JOIN told s ON s.id = p.store_id
  LEFT JOIN free f ON f.store_id = p.store_id AND f.product_id = p.product_id
  GROUP BY 1, 2 HAVING count(*) = count(f.product_id)
)
INSERT INTO catalog_listingstock AS c (merchant_id, listing_id, store_id, wanted, state, changed_at, error_code,
  error_message, attempts, epoch)
SELECT %(merchant)s, listing_id, store_id, wanted, 'due', %(at)s, '', '', 0, 0 FROM offer ORDER BY listing_id
ON CONFLICT (merchant_id, listing_id) DO UPDATE SET wanted = excluded.wanted, changed_at = excluded.changed_at,
  state = CASE WHEN c.shown = excluded.wanted THEN 'same' ELSE 'due' END,
  attempts = 0, next_at = NULL, error_code = '', error_message = ''
WHERE c.wanted <> excluded.wanted OR (c.state = 'same' AND c.shown IS DISTINCT FROM c.wanted)
RETURNING CASE WHEN state = 'due' THEN store_id END
"""


def counted_warehouses() -> list[int]:
    """Warehouses whose stock is ours to offer: active, and not of a partner that sells its own goods."""
    return [row.pk for row in Warehouse.objects.filter(active=True).select_related("account") if _counts(row)]


def _counts(warehouse: Warehouse) -> bool:
    plugin = None if warehouse.account is None else find_plugin(WAREHOUSE, warehouse.account.partner)
    return plugin is None or warehouse_capabilities(plugin).keeps_stock


def recount(*, store_id: int | None = None, products: Iterable[int] | None = None) -> set[int]:
    """Work out anew what is to be offered (inside a scope); answers the stores that have to be told something.

    Nobody else works it out meanwhile for this merchant: an older sum must not be written over a newer one.
    """
    merchant = current_scope().merchant_id
    hold_alone(LOCK, merchant)
    with connection.cursor() as cursor:
        cursor.execute(
            RECOUNT,
            {
                "merchant": merchant,
                "store": store_id,
                "products": None if products is None else sorted(set(products)),
                "counted": counted_warehouses(),
                "at": now(),
            },
        )
        return {row[0] for row in cursor.fetchall() if row[0] is not None}
