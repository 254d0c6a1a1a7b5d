"""Proof that stock is told truly: balances equal their movements, reservations equal the lists that hold them."""

from __future__ import annotations

from django.db import connection

from salur.stock.ledger import Discrepancy, verify
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


def verify_stock() -> list[Discrepancy]:
    """What does not add up for the scope's merchant: ``figure`` names which proof failed (none, if all is well).

    ``reserved by lists``: ``balance`` is what the balance holds reserved, ``ledger`` what the open lists hold.
    """
    with connection.cursor() as cursor:
        cursor.execute(RESERVED, {"merchant": current_scope().merchant_id})
        held = [Discrepancy(i, "reserved by lists", reserved, int(lists)) for i, reserved, lists in cursor.fetchall()]
    return [*verify(), *held]
