"""The product-push machine's rows: added to a warehouse, claimed for one worker, settled (R45 to R49)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import connection

from salur.connectors.base.types import ProductRequest
from salur.foundation.clock import now
from salur.foundation.locks import claim_rows, lock_ids
from salur.tenancy.scope import current_scope

from .models import MasterProduct, ProductPushState, WarehouseProduct

ADD = """
INSERT INTO catalog_warehouseproduct (merchant_id, product_id, warehouse_id, push, partner_number, error_code,
                                      error_message, attempts, epoch)
SELECT p.merchant_id, p.id, %(warehouse)s, 'not_pushed', '', '', '', 0, 0 FROM catalog_masterproduct p
WHERE p.merchant_id = %(merchant)s AND p.id = ANY(%(products)s)
ORDER BY p.id
ON CONFLICT (merchant_id, warehouse_id, product_id) DO NOTHING
RETURNING id
"""
AGAIN = """
UPDATE catalog_warehouseproduct SET push = 'not_pushed', attempts = 0, next_at = NULL
WHERE merchant_id = %s AND id = ANY(%s) AND push = ANY(%s) RETURNING id
"""


def add_products(product_ids: Iterable[int], warehouse_id: int) -> list[int]:
    """Add master products to a warehouse; answers the rows now waiting to be pushed.

    One that was refused before waits again (R49); one that is there or under way stays as it is.
    """
    merchant, products = current_scope().merchant_id, sorted(set(product_ids))
    with connection.cursor() as cursor:
        cursor.execute(ADD, {"merchant": merchant, "warehouse": warehouse_id, "products": products})
        added = [row[0] for row in cursor.fetchall()]
    known = WarehouseProduct.objects.filter(warehouse_id=warehouse_id, product_id__in=products)
    return added + push_rows_again(known.values_list("id", flat=True), (ProductPushState.FAILED,))


def push_rows_again(
    row_ids: Iterable[int], states: Sequence[str] = (ProductPushState.FAILED, ProductPushState.PUSHED)
) -> list[int]:
    """Let rows in these states wait for another push; answers which do."""
    merchant = current_scope().merchant_id
    held = lock_ids("catalog_warehouseproduct", merchant, set(row_ids))
    with connection.cursor() as cursor:
        cursor.execute(AGAIN, [merchant, held, [str(s) for s in states]])
        return [row[0] for row in cursor.fetchall()]


CHANGED = """
UPDATE catalog_warehouseproduct SET
  push = CASE WHEN push = 'pushing' THEN push ELSE 'not_pushed' END,
  -- whoever is at it now sends what the product was: its answer is not wanted, and the row is taken back
  epoch = CASE WHEN push = 'pushing' THEN epoch + 1 ELSE epoch END,
  attempts = 0, next_at = NULL
WHERE merchant_id = %s AND id = ANY(%s) AND push IN ('pushed', 'failed', 'pushing') RETURNING id
"""


def push_changed_rows(held: Sequence[int]) -> list[int]:
    """Rows (held by the caller) whose product changed wait for another push; answers which do."""
    with connection.cursor() as cursor:
        cursor.execute(CHANGED, [current_scope().merchant_id, list(held)])
        return [row[0] for row in cursor.fetchall()]


@dataclass(frozen=True, slots=True)
class ProductClaim:
    """A row taken for one try; ``epoch`` fences off whoever held it before."""

    id: int
    epoch: int
    attempts: int
    warehouse_id: int
    request: ProductRequest


AT_ACCOUNT = """c.warehouse_id IN (SELECT w.id FROM stock_warehouse w
  WHERE w.merchant_id = c.merchant_id AND w.account_id = %(account)s)"""


def take_back_lost(account_id: int) -> int:
    """Rows whose worker was lost wait again: pushing a product twice does no harm."""
    return len(
        claim_rows(
            "catalog_warehouseproduct",
            merchant_id=current_scope().merchant_id,
            where=f"{AT_ACCOUNT} AND c.push = 'pushing' AND c.lease_until < %(now)s",
            order="c.id",
            changes="push = 'not_pushed', lease_until = NULL, next_at = NULL",
            returning="t.id",
            limit=5000,
            values={"account": account_id, "now": now()},
        )
    )


def claim_products(account_id: int, limit: int, lease: timedelta) -> list[ProductClaim]:
    """Take at most ``limit`` rows that wait for the account's partner."""
    rows = claim_rows(
        "catalog_warehouseproduct",
        merchant_id=current_scope().merchant_id,
        where=f"{AT_ACCOUNT} AND c.push = 'not_pushed' AND (c.next_at IS NULL OR c.next_at <= %(now)s)",
        order="c.id",
        changes="push = 'pushing', epoch = t.epoch + 1, attempts = t.attempts + 1, lease_until = %(lease)s",
        returning="t.id, t.epoch, t.attempts, t.warehouse_id, t.product_id, t.partner_number, t.details::text,"
        " (SELECT w.code FROM stock_warehouse w WHERE w.merchant_id = t.merchant_id AND w.id = t.warehouse_id)",
        limit=limit,
        values={"account": account_id, "now": now(), "lease": now() + lease},
    )
    products = MasterProduct.objects.in_bulk([row[4] for row in rows])
    return [
        ProductClaim(i, epoch, tries, at, _request(products[product], *own))
        for i, epoch, tries, at, product, *own in rows
    ]


def _request(product: MasterProduct, partner_number: str, details: str, warehouse_code: str) -> ProductRequest:
    return ProductRequest(
        sku=product.msku,
        name=product.name,
        weight_g=product.weight_g,
        length_mm=product.length_mm,
        width_mm=product.width_mm,
        height_mm=product.height_mm,
        declared_value=Decimal(product.declared_value),
        barcode=product.barcode,
        warehouse_code=warehouse_code,
        partner_number=partner_number,
        shelf_life_days=product.shelf_life_days,
        inbound_days=product.inbound_days,
        outbound_days=product.outbound_days,
        details={key: str(value) for key, value in json.loads(details).items()},
    )


@dataclass(frozen=True, slots=True)
class ProductVerdict:
    """What a try means for the row."""

    id: int
    epoch: int
    push: str
    attempts: int
    next_at: datetime | None = None
    code: str = ""
    message: str = ""
    number: str = ""


SAVE = """
UPDATE catalog_warehouseproduct p SET push = v.push, attempts = v.attempts, next_at = v.next_at, lease_until = NULL,
  error_code = v.code, error_message = v.message,
  partner_number = CASE WHEN v.number <> '' THEN v.number ELSE p.partner_number END,
  pushed_at = CASE WHEN v.push = 'pushed' THEN %(at)s ELSE p.pushed_at END
FROM unnest(%(ids)s::bigint[], %(epochs)s::int[], %(pushes)s::text[], %(attempts)s::int[], %(nexts)s::timestamptz[],
            %(codes)s::text[], %(messages)s::text[], %(numbers)s::text[])
  AS v(id, epoch, push, attempts, next_at, code, message, number)
WHERE p.merchant_id = %(merchant)s AND p.id = v.id AND p.epoch = v.epoch AND p.push = 'pushing'
RETURNING p.id
"""


def save_product_verdicts(verdicts: Sequence[ProductVerdict]) -> list[int]:
    """Write the verdicts of rows that are still ours; answers which were."""
    merchant = current_scope().merchant_id
    lock_ids("catalog_warehouseproduct", merchant, [v.id for v in verdicts])
    with connection.cursor() as cursor:
        cursor.execute(
            SAVE,
            {
                "merchant": merchant,
                "at": now(),
                "ids": [v.id for v in verdicts],
                "epochs": [v.epoch for v in verdicts],
                "pushes": [v.push for v in verdicts],
                "attempts": [v.attempts for v in verdicts],
                "nexts": [v.next_at for v in verdicts],
                "codes": [v.code for v in verdicts],
                "messages": [v.message for v in verdicts],
                "numbers": [v.number for v in verdicts],
            },
        )
        return [row[0] for row in cursor.fetchall()]
