"""A second look after the commit, so that two transactions that did not see each other leave nothing waiting.

An import reads that a product is still being pushed; meanwhile the push commits and looks for lists that wait for it,
and does not see those of the import, which commit later. Each side therefore asks for a second look that begins after
its own commit: whichever looks last sees both. A look that was lost is found by the sweep.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django.db import connection

from salur.foundation.clock import now
from salur.tenancy.scope import current_scope, merchant_scope

from .planning import plan_again
from .wakeups import WITHOUT_A_WAY, lists_changed, wake, wake_after

ACTOR = "worker"
CHUNK = 1000
# No transaction that could have missed a change lasts as long; older problems wait for a change of their own.
RECENT = timedelta(minutes=10)

# Reasons that another transaction may take away while the list is being made.
PASSING = [
    "product_push_waits",
    "product_not_in_warehouse",
    "product_push_failed",
    "product_incomplete",
    "account_not_connected",
    "store_not_connected",
    "stock_not_reserved",
    "awb_in_use",
    "mixed_warehouses",
]

WAITING = """
SELECT id FROM outbound_outbound
WHERE merchant_id = %s AND push = 'waiting' AND blocked_by = ANY(%s) AND id > %s ORDER BY id LIMIT %s
"""
STRANDED = """
SELECT DISTINCT order_id FROM orders_orderproblem
WHERE merchant_id = %s AND closed_at IS NULL AND cause = ANY(%s) AND opened_at > %s AND order_id > %s
ORDER BY order_id LIMIT %s
"""
LEFT_BEHIND = """
SELECT EXISTS (SELECT 1 FROM outbound_outbound
               WHERE merchant_id = %(merchant)s AND order_id = ANY(%(orders)s) AND blocked_by = ANY(%(passing)s)
                 AND push = 'waiting')
    OR EXISTS (SELECT 1 FROM orders_orderproblem
               WHERE merchant_id = %(merchant)s AND order_id = ANY(%(orders)s) AND cause = ANY(%(planned)s)
                 AND closed_at IS NULL)
"""


def look_again_at(order_ids: Sequence[int]) -> None:
    """Inside the transaction that planned these orders: ask for a second look if one of them was held up."""
    merchant = current_scope().merchant_id
    if not order_ids:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            LEFT_BEHIND,
            {"merchant": merchant, "orders": list(order_ids), "passing": PASSING, "planned": WITHOUT_A_WAY},
        )
        if cursor.fetchone()[0]:
            wake("recheck", merchant)


def recheck(merchant_id: int, target_id: int) -> int:
    """Judge lists held by a passing reason again, and plan orders that had no way to go just now; answers how many."""
    return _lists(merchant_id) + _orders(merchant_id)


def _lists(merchant_id: int) -> int:
    looked, last = 0, 0
    while True:
        with merchant_scope(merchant_id, actor=ACTOR, cause="second look"), connection.cursor() as cursor:
            cursor.execute(WAITING, [merchant_id, PASSING, last, CHUNK])
            ids = [row[0] for row in cursor.fetchall()]
            lists_changed(ids)
        looked += len(ids)
        if len(ids) < CHUNK:
            return looked
        last = ids[-1]


def _orders(merchant_id: int) -> int:
    looked, last = 0, 0
    while True:
        with merchant_scope(merchant_id, actor=ACTOR, cause="second look"), connection.cursor() as cursor:
            cursor.execute(STRANDED, [merchant_id, WITHOUT_A_WAY, now() - RECENT, last, CHUNK])
            ids = [row[0] for row in cursor.fetchall()]
            wake_after(plan_again(ids))
        looked += len(ids)
        if len(ids) < CHUNK:
            return looked
        last = ids[-1]
