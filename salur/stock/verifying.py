"""Proof that figures are the sums of their movements, and setting them to these sums again (design 10)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import connection

from salur.foundation.locks import lock_ids
from salur.tenancy import audit
from salur.tenancy.scope import current_scope


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """A figure that is not what proves it: ``balance`` stands there, ``ledger`` it should be."""

    balance_id: int
    figure: str
    balance: int
    ledger: int


FIGURES = ("on_hand", "reserved", "incoming", "disputed")

SUMS = """
SELECT balance_id, sum(d_on_hand) AS on_hand, sum(d_reserved) AS reserved, sum(d_incoming) AS incoming,
       sum(d_disputed) AS disputed
FROM stock_movement WHERE merchant_id = %(merchant)s GROUP BY balance_id
"""
VERIFY = f"""
SELECT b.id, b.on_hand, b.reserved, b.incoming, b.disputed,
       coalesce(m.on_hand, 0), coalesce(m.reserved, 0), coalesce(m.incoming, 0), coalesce(m.disputed, 0)
FROM stock_balance b LEFT JOIN ({SUMS}) m ON m.balance_id = b.id
WHERE b.merchant_id = %(merchant)s AND (b.on_hand, b.reserved, b.incoming, b.disputed) IS DISTINCT FROM
      (coalesce(m.on_hand, 0), coalesce(m.reserved, 0), coalesce(m.incoming, 0), coalesce(m.disputed, 0))
ORDER BY b.id
"""
SHIPPED = """
SELECT coalesce(d.balance_id, m.balance_id), coalesce(d.pieces, 0), coalesce(m.pieces, 0)
FROM (SELECT balance_id, sum(pieces) AS pieces FROM stock_dailyshipped WHERE merchant_id = %(merchant)s
      GROUP BY balance_id) d
FULL JOIN (SELECT balance_id, -sum(d_on_hand) AS pieces FROM stock_movement
           WHERE merchant_id = %(merchant)s AND cause = 'ship' GROUP BY balance_id) m ON m.balance_id = d.balance_id
WHERE coalesce(d.pieces, 0) <> coalesce(m.pieces, 0)
ORDER BY 1
"""


def verify() -> list[Discrepancy]:
    """Figures of the scope's merchant that differ from the sum of their movements (none, if all is well).

    ``shipped by day`` names the sums from which days of cover are reckoned.
    """
    values = {"merchant": current_scope().merchant_id}
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '256MB'")  # a million sums; by default they would go to disk
        cursor.execute(VERIFY, values)
        found = [
            Discrepancy(row[0], figure, row[1 + i], int(row[5 + i]))
            for row in cursor.fetchall()
            for i, figure in enumerate(FIGURES)
            if row[1 + i] != row[5 + i]
        ]
        cursor.execute(SHIPPED, values)
        return found + [Discrepancy(i, "shipped by day", int(kept), int(sums)) for i, kept, sums in cursor.fetchall()]


RECOMPUTE = """
WITH m AS (
  SELECT b.id, coalesce(sum(m.d_on_hand), 0)::int AS on_hand, coalesce(sum(m.d_reserved), 0)::int AS reserved,
         coalesce(sum(m.d_incoming), 0)::int AS incoming, coalesce(sum(m.d_disputed), 0)::int AS disputed
  FROM stock_balance b
  LEFT JOIN stock_movement m ON m.merchant_id = b.merchant_id AND m.balance_id = b.id
  WHERE b.merchant_id = %(merchant)s AND b.id = ANY(%(ids)s::bigint[]) GROUP BY b.id
)
UPDATE stock_balance b SET on_hand = m.on_hand, reserved = m.reserved, incoming = m.incoming, disputed = m.disputed
FROM m WHERE b.merchant_id = %(merchant)s AND b.id = m.id
"""
FORGET_SHIPPED = (
    "DELETE FROM stock_dailyshipped WHERE merchant_id = %(merchant)s AND balance_id = ANY(%(ids)s::bigint[])"
)
RECOUNT_SHIPPED = """
INSERT INTO stock_dailyshipped (merchant_id, balance_id, day, pieces)
SELECT merchant_id, balance_id, (at AT TIME ZONE 'UTC')::date, -sum(d_on_hand) FROM stock_movement
WHERE merchant_id = %(merchant)s AND cause = 'ship' AND balance_id = ANY(%(ids)s::bigint[]) GROUP BY 1, 2, 3
"""


def recompute() -> list[Discrepancy]:
    """Set every figure that differs to the sum of its movements (inside a scope); answers what differed.

    The movements are the truth; nothing is added to them. The database still refuses what would be impossible.
    """
    merchant = current_scope().merchant_id
    wrong = verify()
    if not wrong:
        return []
    held = lock_ids("stock_balance", merchant, {one.balance_id for one in wrong})
    values: dict[str, Any] = {"merchant": merchant, "ids": held}
    with connection.cursor() as cursor:
        for statement in (RECOMPUTE, FORGET_SHIPPED, RECOUNT_SHIPPED):
            cursor.execute(statement, values)
    audit.record("stock.recomputed", "", balances=held[:100], count=len(held))
    return wrong
