"""Orders and stock as a run of the rules reads them: a page at a time, stock once (R72)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import connection

from salur.foundation.clock import now
from salur.routing.models import RuleRun, RunChoice
from salur.tenancy.scope import current_scope

from .planned_orders import PlanLine, PlanOrder

CHUNK = 5000
RECENT = timedelta(days=30)
OPEN = "('unpaid', 'paid', 'ready', 'cancel_requested', 'unknown')"
UNPUSHED = frozenset({"draft", "waiting", "ready", "rejected"})

CHOICES = {
    RunChoice.PICKED: "r.id = ANY(%(ids)s)",
    RunChoice.OPEN: f"r.status IN {OPEN}",
    RunChoice.RECENT: "r.ordered_at >= %(since)s",
}
HEADS = """
SELECT r.id, r.store_id, r.status, r.raw_status, r.courier, r.country, r.province, r.city, r.postal_code, r.currency,
  r.total, r.cash_on_delivery
FROM orders_order r WHERE r.merchant_id = %(merchant)s AND r.id > %(after)s AND {choice} ORDER BY r.id LIMIT %(size)s
"""
LINES = (
    "SELECT order_id, id, sku, quantity FROM orders_orderline WHERE merchant_id = %s AND order_id = ANY(%s) ORDER BY id"
)
LISTS = """
SELECT order_id, warehouse_id, push, by_hand FROM outbound_outbound
WHERE merchant_id = %s AND order_id = ANY(%s) AND push <> 'void' ORDER BY id
"""
STUCK = """
SELECT order_id, min(cause) FROM orders_orderproblem
WHERE merchant_id = %s AND order_id = ANY(%s) AND closed_at IS NULL AND cause = ANY(%s) GROUP BY order_id
"""
FREE = """
SELECT warehouse_id, product_id, on_hand - reserved FROM stock_balance WHERE merchant_id = %s AND warehouse_id = ANY(%s)
"""
# What the orders looked at hold or have taken is theirs to have again. Of all open orders those at a warehouse,
# and those that a person placed, stay.
HELD = """
SELECT o.warehouse_id, l.product_id, sum(l.quantity)
FROM orders_order r
JOIN outbound_outbound o ON o.merchant_id = r.merchant_id AND o.order_id = r.id AND o.push <> 'void'
JOIN outbound_outboundline l ON l.merchant_id = o.merchant_id AND l.outbound_id = o.id
WHERE r.merchant_id = %(merchant)s AND {choice} AND (o.reserved OR (o.task = 'completed' AND NOT %(open)s))
  AND (NOT %(open)s OR NOT EXISTS (
    SELECT 1 FROM outbound_outbound p WHERE p.merchant_id = r.merchant_id AND p.order_id = r.id
      AND (p.push NOT IN ('draft', 'waiting', 'ready', 'rejected', 'void')
           OR (p.by_hand AND p.push <> 'void' AND NOT %(also_by_hand)s))))
GROUP BY 1, 2
"""
KNOWN = """
SELECT warehouse_id, product_id FROM catalog_warehouseproduct
WHERE merchant_id = %s AND warehouse_id = ANY(%s) AND push = 'pushed'
"""
TAGGED = "SELECT id, tags FROM catalog_masterproduct WHERE merchant_id = %s AND tags <> '{}'"


@dataclass(slots=True)
class Now:
    """Where an order is: the warehouses of its lists, whether one of them is at a warehouse already, what holds it, and
    whether a person chose one of the warehouses."""

    at: tuple[int, ...] = ()
    pushed: bool = False
    cause: str = ""
    by_hand: bool = False


def _values(run: RuleRun) -> dict[str, Any]:
    return {
        "merchant": current_scope().merchant_id,
        "ids": list(run.order_ids),
        "since": now() - RECENT,
        "open": run.choice == RunChoice.OPEN,
        "also_by_hand": run.also_by_hand,
    }


def count_orders(run: RuleRun) -> int:
    """How many orders the run will look at."""
    chosen = CHOICES[RunChoice(run.choice)]
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*) FROM orders_order r WHERE r.merchant_id = %(merchant)s AND {chosen}", _values(run)
        )
        return int(cursor.fetchone()[0])


def order_page(run: RuleRun, after: int, size: int = CHUNK) -> list[PlanOrder]:
    """The next orders by their id, with their lines."""
    with connection.cursor() as cursor:
        query = HEADS.format(choice=CHOICES[RunChoice(run.choice)])
        cursor.execute(query, {**_values(run), "after": after, "size": size})
        heads = cursor.fetchall()
        cursor.execute(LINES, [current_scope().merchant_id, [head[0] for head in heads]])
        lines: dict[int, list[PlanLine]] = {}
        for order, *line in cursor.fetchall():
            lines.setdefault(order, []).append(PlanLine(*line))
    return [PlanOrder._make((*head[:6], tuple(lines.get(head[0], ())), "", "", *head[6:], None, ())) for head in heads]


def where_now(orders: Sequence[PlanOrder], causes: Iterable[str]) -> dict[int, Now]:
    """Where these orders are; ``causes`` are the problems that count as stuck."""
    merchant, ids = current_scope().merchant_id, [order.id for order in orders]
    found: dict[int, Now] = {order.id: Now() for order in orders}
    with connection.cursor() as cursor:
        cursor.execute(LISTS, [merchant, ids])
        for order, warehouse, push, by_hand in cursor.fetchall():
            here = found[order]
            here.at = (*here.at, warehouse)
            here.pushed = here.pushed or push not in UNPUSHED
            here.by_hand = here.by_hand or by_hand
        cursor.execute(STUCK, [merchant, ids, list(causes)])
        for order, cause in cursor.fetchall():
            found[order].cause = cause
    return found


def free_for(run: RuleRun, warehouse_ids: Iterable[int]) -> dict[tuple[int, int], int]:
    """Free pieces by (warehouse, product), with what the run's own orders hold given back."""
    values = _values(run)
    with connection.cursor() as cursor:
        cursor.execute(FREE, [values["merchant"], list(warehouse_ids)])
        free = {(warehouse, product): pieces for warehouse, product, pieces in cursor.fetchall()}
        cursor.execute(HELD.format(choice=CHOICES[RunChoice(run.choice)]), values)
        for warehouse, product, pieces in cursor.fetchall():
            free[warehouse, product] = free.get((warehouse, product), 0) + int(pieces)
    return free


def products_known(warehouse_ids: Iterable[int]) -> frozenset[tuple[int, int]]:
    """(warehouse, product) of products that the warehouse knows."""
    with connection.cursor() as cursor:
        cursor.execute(KNOWN, [current_scope().merchant_id, list(warehouse_ids)])
        return frozenset(cursor.fetchall())


def first_orders() -> dict[str, int]:
    """The first order to each country."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT country, min(id) FROM orders_order WHERE merchant_id = %s GROUP BY country",
            [current_scope().merchant_id],
        )
        return dict(cursor.fetchall())


def all_tags() -> dict[int, frozenset[str]]:
    """Tags of every product that has any."""
    with connection.cursor() as cursor:
        cursor.execute(TAGGED, [current_scope().merchant_id])
        return {product: frozenset(tags) for product, tags in cursor.fetchall()}
