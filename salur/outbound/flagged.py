"""Lists that somebody must settle with the warehouse, shown as problems of their orders (R119, R120).

The lists decide: the problems are made to agree with them, so whatever moves a list also ends its problem.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from django.db import connection

from salur.orders.problems import Found, ProblemCause, settle_problems
from salur.tenancy.scope import current_scope

FLAGS = (
    ProblemCause.LABEL_MISSING,
    ProblemCause.PUSH_REJECTED,
    ProblemCause.CANCEL_REFUSED,
    ProblemCause.CANCEL_CONFLICT,
    ProblemCause.PUSH_WARNING,
)

FLAGGED_GATES = {
    "address_complete": ProblemCause.ADDRESS_INCOMPLETE,
    "one_parcel": ProblemCause.MIXED_WAREHOUSES,
}
"""Gates that make the order a problem order for as long as a waiting list of it has them closed."""

CLOSED = """
SELECT o.order_id, g.gate, o.closed_gates #> ARRAY[g.gate, 'evidence']
FROM outbound_outbound o CROSS JOIN unnest(%s::text[]) AS g(gate)
WHERE o.merchant_id = %s AND o.order_id = ANY(%s) AND o.push = 'waiting' AND o.closed_gates ? g.gate
ORDER BY o.id DESC
"""
FLAGGED = """
SELECT o.order_id, f.cause, w.name, o.reference, o.partner_number, f.reason
FROM outbound_outbound o
JOIN stock_warehouse w ON w.merchant_id = o.merchant_id AND w.id = o.warehouse_id
CROSS JOIN LATERAL (VALUES
  ('label_missing', coalesce(nullif(o.shipment_error_message, ''), o.shipment_error_code),
                    o.shipment = 'failed' AND o.push IN ('waiting', 'ready')),
  ('push_rejected', coalesce(nullif(o.push_error_message, ''), o.push_error_code), o.push = 'rejected'),
  ('cancel_refused', o.cancellation_reason, o.cancellation = 'refused'),
  ('cancel_conflict', '', o.cancellation = 'conflict' AND o.settled_at IS NULL),
  ('push_warning', o.push_warning, o.push_warning <> '' AND o.warning_settled_at IS NULL AND o.push = 'pushed'
                                   AND o.task NOT IN ('completed', 'cancelled'))
) AS f(cause, reason, holds)
WHERE o.merchant_id = %s AND o.order_id = ANY(%s) AND f.holds
ORDER BY o.id DESC  -- of several lists of one order the oldest is named
"""


def flag_orders(order_ids: Iterable[int]) -> None:
    """Open and close the flags of these orders, so that they say what their lists say now."""
    orders = sorted(set(order_ids))
    if not orders:
        return
    with connection.cursor() as cursor:
        cursor.execute(FLAGGED, [current_scope().merchant_id, orders])
        rows = cursor.fetchall()
        cursor.execute(CLOSED, [list(FLAGGED_GATES), current_scope().merchant_id, orders])
        gates = cursor.fetchall()
    named = {
        (order, cause): Found(
            order, cause, {"warehouse": warehouse, "reference": reference, "number": number, "reason": reason}
        )
        for order, cause, warehouse, reference, number, reason in rows
    }
    for order, gate, evidence in gates:
        cause = FLAGGED_GATES[gate]
        told = json.loads(evidence) if isinstance(evidence, str) else evidence
        named[order, cause] = Found(order, cause, told)
    settle_problems(orders, list(named.values()), causes=(*FLAGS, *FLAGGED_GATES.values()))


ORDERS = "SELECT DISTINCT order_id FROM outbound_outbound WHERE merchant_id = %s AND id = ANY(%s)"


def flag_lists(outbound_ids: Iterable[int]) -> None:
    """:func:`flag_orders` for the orders of these lists."""
    ids = sorted(set(outbound_ids))
    if not ids:
        return
    with connection.cursor() as cursor:
        cursor.execute(ORDERS, [current_scope().merchant_id, ids])
        orders = [row[0] for row in cursor.fetchall()]
    flag_orders(orders)


STOPPED = """
SELECT DISTINCT ON (o.order_id) o.order_id, o.reference, w.name
FROM outbound_outbound o
JOIN orders_order r ON r.merchant_id = o.merchant_id AND r.id = o.order_id
JOIN stock_warehouse w ON w.merchant_id = o.merchant_id AND w.id = o.warehouse_id
WHERE o.merchant_id = %s AND o.id = ANY(%s) AND o.cancellation = 'done' AND o.push = 'void'
  AND r.status NOT IN ('cancelled', 'shipped', 'completed')
ORDER BY o.order_id, o.id
"""


def flag_stopped(outbound_ids: Iterable[int]) -> None:
    """Orders whose list was stopped by hand although they are not cancelled wait until somebody decides."""
    ids = sorted(set(outbound_ids))
    if not ids:
        return
    with connection.cursor() as cursor:
        cursor.execute(STOPPED, [current_scope().merchant_id, ids])
        found = [
            Found(order, ProblemCause.INTERCEPTED, {"warehouse": warehouse, "reference": reference})
            for order, reference, warehouse in cursor.fetchall()
        ]
    settle_problems([one.order_id for one in found], found, causes=[ProblemCause.INTERCEPTED])
