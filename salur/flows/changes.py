"""What a change of an order at its store does to its outbound lists (R93, R115 to R119)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db import connection

from salur.connectors.base.types import StoreOrder
from salur.orders.changed_lines import differing, drop_lines
from salur.orders.problems import Found, ProblemCause, settle_problems
from salur.outbound.awb import clean_awb, other_form
from salur.outbound.flagged import flag_orders
from salur.outbound.judge import Verdicts, judge_outbounds
from salur.stock.reserve import release_stock
from salur.tenancy.scope import current_scope

from .planning import PLAN_CAUSES
from .wakeups import stock_freed, wake, wake_recheck

READ = """
SELECT o.id, o.order_id, r.status, o.push, o.task, o.reserved, o.cancellation, o.account_id
FROM outbound_outbound o JOIN orders_order r ON r.merchant_id = o.merchant_id AND r.id = o.order_id
WHERE o.merchant_id = %s AND o.order_id = ANY(%s) AND o.push <> 'void'
ORDER BY o.id
"""
VOID = """
UPDATE outbound_outbound SET push = 'void', reserved = false, push_lease_until = NULL
WHERE merchant_id = %s AND id = ANY(%s) AND push IN ('draft', 'waiting', 'ready', 'rejected')
RETURNING id, awb <> ''
"""
FREE = """
UPDATE outbound_outbound SET reserved = false WHERE merchant_id = %s AND id = ANY(%s) AND reserved RETURNING id
"""
ASK = """
UPDATE outbound_outbound
SET cancellation = 'asked', cancellation_reason = 'order_cancelled', cancellation_next_at = NULL
WHERE merchant_id = %s AND id = ANY(%s) AND cancellation = 'none'
"""
CONFLICT = """
UPDATE outbound_outbound SET cancellation = 'conflict'
WHERE merchant_id = %s AND id = ANY(%s) AND cancellation = 'asked'
"""

UNPUSHED = ("draft", "waiting", "ready", "rejected")


STOP_OWN = """
UPDATE outbound_outbound SET cancellation = 'done', push = 'void', reserved = false, task = 'cancelled'
WHERE merchant_id = %s AND id = ANY(%s) AND account_id IS NULL AND cancellation = 'asked' AND push = 'pushed'
  AND task <> 'completed'
RETURNING id
"""


def stop_own(outbound_ids: Sequence[int]) -> list[int]:
    """End lists of own warehouses that are asked to stop: at once, there is nobody else to ask; answers which.

    Those on their way to the door stay as they are. The stock is given back once.
    """
    with connection.cursor() as cursor:
        cursor.execute(STOP_OWN, [current_scope().merchant_id, sorted(set(outbound_ids))])
        stopped = [row[0] for row in cursor.fetchall()]
    release_stock(stopped)
    stock_freed(stopped)
    return stopped


def follow_changed_orders(order_ids: Sequence[int]) -> Verdicts:
    """Void, release, ask the warehouse to stop, or judge again; each list by the status its order now has."""
    merchant = current_scope().merchant_id
    with connection.cursor() as cursor:
        cursor.execute(READ, [merchant, list(order_ids)])
        rows = cursor.fetchall()
        cancelled = [r for r in rows if r[2] == "cancelled"]
        void_lists([r[0] for r in cancelled if r[3] in UNPUSHED])
        pushed = [r for r in cancelled if r[3] in ("pushed", "unknown", "pushing") and r[6] == "none"]
        cursor.execute(ASK, [merchant, [r[0] for r in pushed]])
        cursor.execute(CONFLICT, [merchant, [r[0] for r in pushed if r[4] == "completed"]])
        stop_own([r[0] for r in pushed if r[7] is None])
        gone = [r for r in rows if r[2] in ("shipped", "completed") and r[3] in UNPUSHED and r[5]]
        cursor.execute(FREE, [merchant, [r[0] for r in gone]])
        freed = [row[0] for row in cursor.fetchall()]
    release_stock(freed)
    stock_freed(freed)
    for account in {r[7] for r in pushed if r[7] and r[4] != "completed"}:
        wake("cancel", account)
    _settle(rows, pushed)
    _settle_intercepted(order_ids)
    return judge_outbounds([r[0] for r in rows if r[2] != "cancelled" and r[3] in ("waiting", "ready")])


LIVE = """
SELECT order_id, array_agg(id ORDER BY id), bool_and(push IN ('draft', 'waiting', 'ready', 'rejected'))
FROM outbound_outbound WHERE merchant_id = %s AND order_id = ANY(%s) AND push <> 'void' GROUP BY order_id
"""


def take_back_changed_goods(sights: Mapping[int, StoreOrder]) -> frozenset[int]:
    """Make room for the new lines of changed orders; answers the orders whose stored lines must stay as they are.

    Same goods: nothing to write. Other goods while no warehouse knows of them: the lists are void, the lines dropped,
    and the order is planned anew. Other goods after the push: the warehouse has the old ones, a problem says so.
    """
    other = differing(sights)
    with connection.cursor() as cursor:
        cursor.execute(LIVE, [current_scope().merchant_id, other])
        live = {order: (ids, unpushed) for order, ids, unpushed in cursor.fetchall()}
    fixed = [order for order in other if order in live and not live[order][1]]
    free = [order for order in other if order not in fixed]
    void_lists([i for order in free if order in live for i in live[order][0]])
    drop_lines(free)
    found = [Found(order, ProblemCause.LINES_CHANGED, {}) for order in fixed]
    settle_problems(sights, found, causes=[ProblemCause.LINES_CHANGED])
    return frozenset(sights) - frozenset(free)


NUMBER = """
UPDATE outbound_outbound o
SET awb = n.awb, awb_given = n.given, package = n.package, shipment = 'numbered', shipment_next_at = NULL,
  shipment_attempts = 0,
  shipment_epoch = o.shipment_epoch + 1, shipment_lease_until = NULL  -- whoever is arranging it now comes too late
FROM unnest(%(orders)s::bigint[], %(awbs)s::text[], %(givens)s::text[], %(packages)s::text[])
  AS n(order_id, awb, given, package)
WHERE o.merchant_id = %(merchant)s AND o.order_id = n.order_id AND o.awb = '' AND o.shipment IN ('none', 'due')
  AND o.push IN ('draft', 'waiting', 'ready')
  AND NOT EXISTS (SELECT 1 FROM outbound_outbound other WHERE other.merchant_id = o.merchant_id
                  AND other.order_id = o.order_id AND other.id <> o.id AND other.push <> 'void')
RETURNING o.id
"""


def take_awbs(sights: Mapping[int, StoreOrder]) -> list[int]:
    """AWB numbers that the store issued without us (arranged in its own back office, R94, R101); answers the lists.

    An order with several lists has several parcels: which number is whose, only arranging can tell.
    """
    numbered = {i: order for i, order in sights.items() if order.awb}
    with connection.cursor() as cursor:
        cursor.execute(
            NUMBER,
            {
                "merchant": current_scope().merchant_id,
                "orders": list(numbered),
                "awbs": [clean_awb(order.awb) for order in numbered.values()],
                "givens": [other_form(order.awb) for order in numbered.values()],
                "packages": [order.package for order in numbered.values()],
            },
        )
        return [row[0] for row in cursor.fetchall()]


def void_lists(outbound_ids: Sequence[int]) -> list[int]:
    """Void lists that the warehouse never got and give their stock back; answers which were voided."""
    merchant = current_scope().merchant_id
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM outbound_outbound WHERE merchant_id = %s AND id = ANY(%s) AND reserved",
            [merchant, list(outbound_ids)],
        )
        reserved = {row[0] for row in cursor.fetchall()}
        cursor.execute(VOID, [merchant, list(outbound_ids)])
        rows = cursor.fetchall()
    voided = [row[0] for row in rows]
    if any(numbered for _, numbered in rows):
        wake_recheck()  # its AWB number may be what another list waits for
    freed = [i for i in voided if i in reserved]
    release_stock(freed)
    stock_freed(freed)
    return voided


def _settle(rows: Sequence[tuple[object, ...]], pushed: Sequence[tuple[object, ...]]) -> None:
    ended = {int(str(r[1])) for r in rows if r[2] in ("cancelled", "shipped", "completed")}
    settle_problems(ended, [], causes=(*PLAN_CAUSES, ProblemCause.SHORT_PICKED))
    flag_orders([*ended, *(int(str(r[1])) for r in pushed if r[4] == "completed")])


INTERCEPTED = """
SELECT p.order_id FROM orders_orderproblem p
JOIN orders_order r ON r.merchant_id = p.merchant_id AND r.id = p.order_id
WHERE p.merchant_id = %s AND p.order_id = ANY(%s) AND p.cause = 'intercepted' AND p.closed_at IS NULL
  AND r.status IN ('cancelled', 'shipped', 'completed')
"""


def _settle_intercepted(order_ids: Sequence[int]) -> None:
    """The store has decided about orders whose lists were stopped by hand (their lists are void already)."""
    with connection.cursor() as cursor:
        cursor.execute(INTERCEPTED, [current_scope().merchant_id, list(order_ids)])
        decided = [row[0] for row in cursor.fetchall()]
    settle_problems(decided, [], causes=[ProblemCause.INTERCEPTED])
