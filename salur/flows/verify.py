"""Proof that stock is told truly: figures equal their movements, and equal the lists that they are made of."""

from __future__ import annotations

from django.db import connection

from salur.stock.verifying import Discrepancy, verify
from salur.tenancy.scope import current_scope

RESERVED = """
SELECT b.id, b.reserved, coalesce(h.pieces, 0)
FROM stock_balance b
LEFT JOIN (
  SELECT o.warehouse_id, l.product_id, sum(l.quantity) AS pieces
  FROM outbound_outbound o
  JOIN outbound_outboundline l ON l.merchant_id = o.merchant_id AND l.outbound_id = o.id
  WHERE o.merchant_id = %(merchant)s AND o.reserved
  GROUP BY o.warehouse_id, l.product_id) h ON h.warehouse_id = b.warehouse_id AND h.product_id = b.product_id
WHERE b.merchant_id = %(merchant)s AND b.reserved <> coalesce(h.pieces, 0)
ORDER BY b.id
"""
INCOMING = """
SELECT b.id, b.incoming, coalesce(a.pieces, 0)
FROM stock_balance b
LEFT JOIN (
  SELECT i.warehouse_id, l.product_id, sum(l.expected) AS pieces
  FROM inbound_inboundlist i
  JOIN inbound_inboundline l ON l.merchant_id = i.merchant_id AND l.inbound_id = i.id
  WHERE i.merchant_id = %(merchant)s AND l.expected > 0
  GROUP BY i.warehouse_id, l.product_id) a ON a.warehouse_id = b.warehouse_id AND a.product_id = b.product_id
WHERE b.merchant_id = %(merchant)s AND b.incoming <> coalesce(a.pieces, 0)
ORDER BY b.id
"""
PROOFS = (("reserved by lists", RESERVED), ("announced by lists", INCOMING))


def verify_stock() -> list[Discrepancy]:
    """What does not add up for the scope's merchant: ``figure`` names which proof failed (none, if all is well).

    ``reserved by lists`` and ``announced by lists``: ``balance`` is what the balance holds reserved or incoming,
    ``ledger`` what the open lists hold.
    """
    found = verify()
    with connection.cursor() as cursor:
        for figure, statement in PROOFS:
            cursor.execute(statement, {"merchant": current_scope().merchant_id})
            found += [Discrepancy(i, figure, held, int(lists)) for i, held, lists in cursor.fetchall()]
    return found
