"""What goes first: instant couriers from the beginning, and every list whose order must leave soon (R97, R113).

``priority`` of a list is what every claim sorts by, the smaller the sooner. A list whose deadline comes near is put
among the urgent ones when its account or store has its turn, so a queue of thousands does not make it late.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import connection

from salur.foundation.clock import now
from salur.foundation.locks import lock_ids
from salur.tenancy.scope import current_scope

URGENT, SOON, ORDINARY = 10, 20, 100
"""Instant couriers, lists that must leave soon, all others."""

NEAR = timedelta(hours=4)
"""How long before the store's deadline a list becomes urgent."""

TO_PUSH = "c.account_id = %(id)s AND c.push = 'ready'"
TO_ARRANGE = "c.store_id = %(id)s AND c.shipment IN ('due', 'arranged', 'numbered')"

LATE = """
SELECT c.id FROM outbound_outbound c JOIN orders_order r ON r.merchant_id = c.merchant_id AND r.id = c.order_id
WHERE c.merchant_id = %(merchant)s AND {which} AND c.priority > %(soon)s AND r.ship_by <= %(before)s
"""
RAISE = "UPDATE outbound_outbound SET priority = %s WHERE merchant_id = %s AND id = ANY(%s) AND priority > %s"


def hurry(which: str, connection_id: int) -> int:
    """Put lists that must leave soon before the others (inside a scope); answers how many.

    ``which`` is :data:`TO_PUSH` of an account, or :data:`TO_ARRANGE` of a store.
    """
    merchant = current_scope().merchant_id
    with connection.cursor() as cursor:
        values: dict[str, Any] = {"merchant": merchant, "id": connection_id, "soon": SOON, "before": now() + NEAR}
        cursor.execute(LATE.format(which=which), values)
        late = [row[0] for row in cursor.fetchall()]
        if late:
            cursor.execute(RAISE, [SOON, merchant, lock_ids("outbound_outbound", merchant, late), SOON])
    return len(late)
