"""Master products made and changed, with everything that follows from it (inside a scope).

What warehouses were told of a product is told again when it changes (R52); what SKUs mean is looked at again when a
product comes, ends, or its parts change.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import connection

from salur.catalog.bundles import WantedPart
from salur.catalog.editing import Changed, change_product, create_product, hold_product
from salur.catalog.models import MasterProduct
from salur.catalog.product_data import DataFault, DataRefused
from salur.catalog.product_table import Written
from salur.catalog.pushes import push_changed_rows
from salur.foundation.locks import lock_ids
from salur.tenancy.scope import current_scope

from .wakeups import bindings_changed, products_changed, wake

HAS_PAST = """
SELECT p.id FROM unnest(%(products)s::bigint[]) AS p(id) WHERE
  EXISTS (SELECT 1 FROM stock_balance b WHERE b.merchant_id = %(merchant)s AND b.product_id = p.id)
  OR EXISTS (SELECT 1 FROM catalog_warehouseproduct w WHERE w.merchant_id = %(merchant)s AND w.product_id = p.id)
  OR EXISTS (SELECT 1 FROM inbound_inboundline i WHERE i.merchant_id = %(merchant)s AND i.product_id = p.id)
"""


def with_past(product_ids: Iterable[int]) -> set[int]:
    """Products that some warehouse holds, knows or was told to expect: they cannot become bundles."""
    with connection.cursor() as cursor:
        cursor.execute(HAS_PAST, {"merchant": current_scope().merchant_id, "products": sorted(set(product_ids))})
        return {row[0] for row in cursor.fetchall()}


def make_product(msku: str, values: Mapping[str, Any], parts: Sequence[WantedPart] = ()) -> MasterProduct:
    """Make a master product; orders that waited for an MSKU of this name go on. Raises MskuTaken, DataRefused."""
    product = create_product(msku, values, parts)
    bindings_changed()
    return product


def save_change(
    product_id: int, version: int | None, values: Mapping[str, Any], parts: Sequence[WantedPart] | None = None
) -> Changed:
    """Change a product; its warehouses are told, and orders that waited for its parts go on.

    Raises ProductChanged (somebody else was first), DataRefused, Refusal ``product_archived``, DoesNotExist.
    """
    product = hold_product(product_id)
    if parts and not product.is_bundle and with_past([product_id]):
        raise DataRefused([DataFault("parts", "bundle_has_past", {"msku": product.msku})])
    done = change_product(product, version, values, parts)
    if done.pushed:
        tell_warehouses([product_id])
    if "parts" in done.fields:
        bindings_changed()
    return done


def follow_table(done: Written) -> int:
    """What follows from products written by a table; answers how many were written."""
    if done.pushed:
        tell_warehouses(done.pushed)
    if done.made or done.parts:
        bindings_changed()
    return len(done.made) + len(done.changed)


ROWS = "SELECT id FROM catalog_warehouseproduct WHERE merchant_id = %s AND product_id = ANY(%s)"
PLACES = """
SELECT DISTINCT p.warehouse_id, w.account_id FROM catalog_warehouseproduct p
JOIN stock_warehouse w ON w.merchant_id = p.merchant_id AND w.id = p.warehouse_id
WHERE p.merchant_id = %s AND p.id = ANY(%s)
"""


def tell_warehouses(product_ids: Iterable[int]) -> int:
    """Push changed products again wherever they were pushed or refused; answers how many rows wait for it."""
    merchant = current_scope().merchant_id
    with connection.cursor() as cursor:
        cursor.execute(ROWS, [merchant, sorted(set(product_ids))])
        rows = lock_ids("catalog_warehouseproduct", merchant, [row[0] for row in cursor.fetchall()])
        waiting = push_changed_rows(rows)
        cursor.execute(PLACES, [merchant, waiting])
        places = cursor.fetchall()
    for account in {account for _place, account in places if account is not None}:
        wake("products", account)
    products_changed({place for place, _account in places})
    return len(waiting)
