"""The one statement that moves stock: movements and balances together, a replay changes nothing (design 10).

The same statement notes which products have more or less free than before, for the stores that are told of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from django.db import connection

from salur.foundation.clock import now
from salur.foundation.locks import lock_ids
from salur.foundation.staging import int_array, text_array
from salur.tenancy.scope import current_scope

from .models import MovementCause
from .verifying import Discrepancy, verify

__all__ = ["Discrepancy", "Entry", "balance_ids", "post", "verify"]


class Entry(NamedTuple):
    """What one cause does to one balance, in pieces. ``cause_id`` names the row that is the cause."""

    balance_id: int
    cause: MovementCause
    cause_id: int
    d_on_hand: int = 0
    d_reserved: int = 0
    d_incoming: int = 0
    d_disputed: int = 0
    note: str = ""
    reason: str = ""


POST = """
WITH put AS (
  INSERT INTO stock_movement (merchant_id, balance_id, cause, cause_id, d_on_hand, d_reserved, d_incoming, d_disputed,
                              note, reason, actor, at)
  SELECT %(merchant)s, e.balance_id, e.cause, e.cause_id, e.d_on_hand, e.d_reserved, e.d_incoming, e.d_disputed,
         e.note, e.reason, %(actor)s, %(at)s
  FROM unnest(%(balances)s::bigint[], %(causes)s::text[], %(cause_ids)s::bigint[], %(on_hand)s::int[],
              %(reserved)s::int[], %(incoming)s::int[], %(disputed)s::int[], %(notes)s::text[],
              %(reasons)s::text[])
    AS e(balance_id, cause, cause_id, d_on_hand, d_reserved, d_incoming, d_disputed, note, reason)
  ON CONFLICT (merchant_id, cause, cause_id, balance_id) DO NOTHING
  RETURNING balance_id, cause, d_on_hand, d_reserved, d_incoming, d_disputed
), moved AS (
  SELECT balance_id, sum(d_on_hand)::int AS on_hand, sum(d_reserved)::int AS reserved,
         sum(d_incoming)::int AS incoming, sum(d_disputed)::int AS disputed, count(*) AS entries
  FROM put GROUP BY balance_id
), applied AS (
  UPDATE stock_balance b SET on_hand = b.on_hand + m.on_hand, reserved = b.reserved + m.reserved,
         incoming = b.incoming + m.incoming, disputed = b.disputed + m.disputed
  FROM moved m WHERE b.merchant_id = %(merchant)s AND b.id = m.balance_id
  RETURNING m.entries, b.product_id, m.on_hand <> m.reserved AS free_changed
), told AS (
  INSERT INTO stock_stockchange (merchant_id, product_id)
  SELECT DISTINCT %(merchant)s, product_id FROM applied WHERE free_changed AND EXISTS (
    SELECT 1 FROM integrations_storeconnection s WHERE s.merchant_id = %(merchant)s AND s.push_stock)
), shipped AS (
  INSERT INTO stock_dailyshipped AS d (merchant_id, balance_id, day, pieces)
  SELECT %(merchant)s, balance_id, (%(at)s::timestamptz AT TIME ZONE 'UTC')::date, -sum(d_on_hand)
  FROM put WHERE cause = 'ship' GROUP BY balance_id
  ON CONFLICT (merchant_id, balance_id, day) DO UPDATE SET pieces = d.pieces + EXCLUDED.pieces
)
SELECT coalesce(sum(entries), 0) FROM applied
"""


def post(entries: Iterable[Entry], *, locked: bool = False) -> int:
    """Write the entries that are not yet in the ledger and move their balances; answers how many were new.

    Balances are locked in id order first unless the caller holds them (``locked``). The database refuses what would
    make a figure impossible (IntegrityError): nothing of the call is kept then.
    """
    batch = list(entries)
    if not batch:
        return 0
    scope = current_scope()
    if not locked:
        lock_ids("stock_balance", scope.merchant_id, {e.balance_id for e in batch})
    with connection.cursor() as cursor:
        cursor.execute(
            POST,
            {
                "merchant": scope.merchant_id,
                "actor": scope.actor,
                "at": now(),
                "balances": int_array([e.balance_id for e in batch]),
                "causes": text_array([e.cause for e in batch]),
                "cause_ids": int_array([e.cause_id for e in batch]),
                "on_hand": int_array([e.d_on_hand for e in batch]),
                "reserved": int_array([e.d_reserved for e in batch]),
                "incoming": int_array([e.d_incoming for e in batch]),
                "disputed": int_array([e.d_disputed for e in batch]),
                "notes": text_array([e.note for e in batch]),
                "reasons": text_array([e.reason for e in batch]),
            },
        )
        return int(cursor.fetchone()[0])


ENSURE = """
INSERT INTO stock_balance (merchant_id, warehouse_id, product_id, msku, on_hand, reserved, incoming, disputed, low_at)
SELECT m.merchant_id, p.warehouse_id, m.id, m.msku, 0, 0, 0, 0,
       (SELECT s.low_at FROM stock_stocksettings s WHERE s.merchant_id = %(merchant)s)
FROM unnest(%(warehouses)s::bigint[], %(products)s::bigint[]) AS p(warehouse_id, product_id)
JOIN catalog_masterproduct m ON m.merchant_id = %(merchant)s AND m.id = p.product_id
ORDER BY p.warehouse_id, m.id
ON CONFLICT (merchant_id, warehouse_id, product_id) DO NOTHING
"""

FIND = """
SELECT b.warehouse_id, b.product_id, b.id
FROM stock_balance b
JOIN unnest(%(warehouses)s::bigint[], %(products)s::bigint[]) AS p(warehouse_id, product_id)
  ON b.merchant_id = %(merchant)s AND b.warehouse_id = p.warehouse_id AND b.product_id = p.product_id
"""


def balance_ids(pairs: Sequence[tuple[int, int]]) -> dict[tuple[int, int], int]:
    """Ids of the balances of (warehouse, product) pairs; missing ones are made with zero figures."""
    if not pairs:
        return {}
    unique = sorted(set(pairs))
    values: dict[str, Any] = {
        "merchant": current_scope().merchant_id,
        "warehouses": int_array(w for w, _ in unique),
        "products": int_array(p for _, p in unique),
    }
    with connection.cursor() as cursor:
        cursor.execute(FIND, values)
        found = {(w, p): i for w, p, i in cursor.fetchall()}
        if len(found) < len(unique):
            cursor.execute(ENSURE, values)
            cursor.execute(FIND, values)
            found = {(w, p): i for w, p, i in cursor.fetchall()}
    return found
