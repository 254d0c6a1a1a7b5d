"""When X changed, re-judge the gates of Y (R94), and wake whoever carries on.

A wake-up is a job without state, deferred in the very transaction that changed the rows; identical ones fold into
one. If it is lost, each worker's own sweep finds the rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Any

from django.db import connection, transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from salur.foundation.clock import now
from salur.foundation.locks import lock_ids
from salur.integrations.models import StoreConnection
from salur.orders.problems import ProblemCause
from salur.outbound.judge import Verdicts, judge_outbounds
from salur.stock.reserve import Need, reserve_stock
from salur.tenancy.scope import current_scope

from .planning import plan_again

CARRY_ON = "salur.carry_on"

# Causes that leave an order without an outbound list, until it is planned again.
WITHOUT_A_WAY = [ProblemCause.UNMAPPED_SKU, ProblemCause.NO_RULE, ProblemCause.COUNTRY_NOT_SERVED]

# kind of work -> (queue, priority): instant couriers come first inside a kind, by the row's own priority.
QUEUES = {
    "push": ("push", 50),
    "doubt": ("push", 60),
    "cancel": ("push", 70),
    "shipment": ("arrange", 40),
    "follow": ("follow-up", 30),
    "confirm": ("follow-up", 30),
    "run": ("ingest", 20),
    "hold": ("follow-up", 26),
    "rule_run": ("ingest", 28),  # somebody waits for the answer here, too
    "preview": ("ingest", 30),  # somebody looks at the page and waits
    "poll": ("ingest", 20),
    "bulk": ("arrange", 20),  # a person waits, but orders that must leave go first
    "store_event": ("follow-up", 35),
    "account_event": ("follow-up", 35),
    "recheck": ("follow-up", 25),
    "products": ("stock", 10),
    "inbound_push": ("push", 45),
    "inbound_doubt": ("push", 55),
    "inbound_cancel": ("push", 65),
    "inbound_follow": ("follow-up", 28),
    "inbound_submit": ("stock", 12),
    "restock": ("stock", 15),
    "stock_sync": ("stock", 5),
    "daily_sync": ("stock", 5),
    "stock_changed": ("stock", 18),
    "store_stock": ("stock", 17),
    "recount": ("stock", 8),
    "product_import": ("ingest", 25),
    "stock_file": ("stock", 20),
}


def wake(kind: str, target_id: int) -> None:
    """Defer a wake-up at the end of the scope's transaction (folded with its equals)."""
    scope = current_scope()
    merchant_id = scope.merchant_id
    scope.before_commit[("wake", kind, str(target_id))] = lambda: defer_wakeup(kind, merchant_id, target_id)


def wake_recheck() -> None:
    """Ask for a second look after this transaction, at what another one is making right now (see ``recheck``)."""
    wake("recheck", current_scope().merchant_id)


WAITS = "SELECT 1 FROM procrastinate_jobs WHERE queueing_lock = %s AND status = 'todo'"


def defer_wakeup(kind: str, merchant_id: int, target_id: int) -> None:
    """Put the job into the queue unless an equal one waits there already."""
    queue, priority = QUEUES[kind]
    lock = f"{kind}:{target_id}"
    with connection.cursor() as cursor:  # asked first: a refused row costs several times as much, and is left behind
        cursor.execute(WAITS, [lock])
        if cursor.fetchone():
            return
    task = app.configure_task(CARRY_ON, queue=queue, priority=priority, queueing_lock=lock)
    with suppress(AlreadyEnqueued), transaction.atomic():
        task.defer(kind=kind, merchant_id=merchant_id, target_id=target_id)


TARGETS = "SELECT DISTINCT {column} FROM outbound_outbound WHERE merchant_id = %s AND id = ANY(%s)"


def _targets(column: str, ids: Iterable[int]) -> list[int]:
    wanted = list(ids)
    if not wanted:
        return []
    with connection.cursor() as cursor:
        cursor.execute(TARGETS.format(column=column), [current_scope().merchant_id, wanted])
        return [row[0] for row in cursor.fetchall() if row[0] is not None]


def wake_after(verdicts: Verdicts) -> None:
    """Wake the pushers of what became ready and the arrangers of what became due."""
    for account in _targets("account_id", verdicts.ready):
        wake("push", account)
    for store in _targets("store_id", verdicts.due):
        wake("shipment", store)


def _ids(query: str, values: list[Any]) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(query, [current_scope().merchant_id, *values])
        return [row[0] for row in cursor.fetchall()]


def lists_changed(outbound_ids: Iterable[int]) -> Verdicts:
    """An input of these lists themselves changed (AWB, label, reservation): judge them again."""
    verdicts = judge_outbounds(outbound_ids)
    wake_after(verdicts)
    return verdicts


def products_changed(warehouse_ids: Iterable[int]) -> Verdicts:
    """Products of these warehouses were pushed, failed or added."""
    wake_recheck()
    verdicts = lists_changed(
        _ids(
            "SELECT id FROM outbound_outbound WHERE merchant_id = %s AND warehouse_id = ANY(%s) AND push = 'waiting'"
            " AND closed_gates ? 'products_pushed'",
            [sorted(set(warehouse_ids))],
        )
    )
    close_gate_problems()
    return verdicts


def account_changed(account_id: int) -> Verdicts:
    """A warehouse account was paused, connected again or ended."""
    wake_recheck()
    with connection.cursor() as cursor:  # what waited for the account need not wait for its backoff as well
        cursor.execute(
            "UPDATE outbound_outbound SET push_next_at = NULL WHERE merchant_id = %s AND account_id = %s"
            " AND push = 'waiting' AND push_next_at IS NOT NULL",
            [current_scope().merchant_id, account_id],
        )
    return lists_changed(
        _ids(
            "SELECT id FROM outbound_outbound WHERE merchant_id = %s AND account_id = %s"
            " AND push IN ('waiting', 'ready')",
            [account_id],
        )
    )


def store_changed(store_id: int) -> Verdicts:
    """A store was paused, connected again, or its automatic arranging was switched."""
    wake_recheck()
    return lists_changed(
        _ids(
            "SELECT id FROM outbound_outbound WHERE merchant_id = %s AND store_id = %s"
            " AND push IN ('waiting', 'ready')",
            [store_id],
        )
    )


SHORT = """
SELECT o.id, o.order_id, o.warehouse_id, l.product_id, sum(l.quantity)
FROM outbound_outbound o JOIN outbound_outboundline l ON l.merchant_id = o.merchant_id AND l.outbound_id = o.id
WHERE o.merchant_id = %s AND o.push = 'waiting' AND NOT o.reserved AND o.closed_gates ? 'stock_reserved'
  AND o.order_id IN (SELECT w.order_id FROM outbound_outbound w
                     WHERE w.merchant_id = o.merchant_id AND w.warehouse_id = ANY(%s) AND w.push = 'waiting'
                       AND NOT w.reserved AND w.closed_gates ? 'stock_reserved' AND NOT w.closed_gates ? 'not_shipped')
GROUP BY o.id, o.order_id, o.warehouse_id, o.priority, l.product_id
ORDER BY o.priority, o.order_id, o.id
"""


def stock_freed(outbound_ids: Iterable[int]) -> None:
    """Reservations of these lists were given back: whoever waits for the stock is looked at by a job of its own.

    Not at once, because lists are locked before balances, and the caller holds balances already.
    """
    for warehouse in _targets("warehouse_id", outbound_ids):
        wake("restock", warehouse)


def _short_lists(warehouse_ids: list[int]) -> list[tuple[int, int, int, int, int]]:
    """Lists that wait for stock, locked, as (list, order, warehouse, product, pieces)."""
    merchant = current_scope().merchant_id
    with connection.cursor() as cursor:
        cursor.execute(SHORT, [merchant, warehouse_ids])
        held = set(lock_ids("outbound_outbound", merchant, {row[0] for row in cursor.fetchall()}))
        cursor.execute(SHORT, [merchant, warehouse_ids])
        return [row for row in cursor.fetchall() if row[0] in held]


def stock_rose(warehouse_ids: Iterable[int]) -> Verdicts:
    """Free stock came to these warehouses: reserve for those that wait for it, oldest and most urgent first.

    To be called before the transaction has locked any balance.
    """
    pieces: dict[tuple[int, int, int], dict[int, int]] = {}
    for outbound, order, warehouse, product, quantity in _short_lists(sorted(set(warehouse_ids))):
        pieces.setdefault((outbound, order, warehouse), {})[product] = int(quantity)
    needs = {key[0]: Need(*key, wanted) for key, wanted in pieces.items()}
    granted = [o for o, shortages in reserve_stock(list(needs.values())).items() if not shortages]
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE outbound_outbound SET reserved = true WHERE merchant_id = %s AND id = ANY(%s)",
            [current_scope().merchant_id, granted],
        )
    verdicts = lists_changed(needs)
    close_gate_problems()
    return verdicts


CLOSE_CURED = """
UPDATE orders_orderproblem p SET closed_at = clock_timestamp()
WHERE p.merchant_id = %s AND p.closed_at IS NULL AND p.cause = ANY(%s)
  AND (%s::bigint[] IS NULL OR p.order_id = ANY(%s))
  AND NOT EXISTS (SELECT 1 FROM outbound_outbound o WHERE o.merchant_id = p.merchant_id AND o.order_id = p.order_id
                  AND o.push IN ('waiting', 'ready') AND o.blocked_by = ANY(%s))
  AND EXISTS (SELECT 1 FROM outbound_outbound o WHERE o.merchant_id = p.merchant_id AND o.order_id = p.order_id)
"""
GATE_CODES_OF_CAUSE = {
    ProblemCause.NO_STOCK: ["not_enough_stock", "stock_not_reserved"],
    ProblemCause.NOT_IN_WAREHOUSE: ["product_not_in_warehouse"],
    ProblemCause.CHANNEL_UNSUPPORTED: ["channel_gives_no_label", "channel_gives_no_awb"],
}


def close_gate_problems(order_ids: Sequence[int] | None = None) -> None:
    """Problems that mirror a gate close when no list of the order is held by it any more; of all orders or of these."""
    orders = None if order_ids is None else list(order_ids)
    with connection.cursor() as cursor:
        for cause, codes in GATE_CODES_OF_CAUSE.items():
            cursor.execute(CLOSE_CURED, [current_scope().merchant_id, [cause], orders, orders, codes])


def offers_changed(store_ids: Iterable[int] | None = None) -> None:
    """What listings mean has changed: these stores, or all, are told anew what they may sell."""
    told = StoreConnection.objects.filter(push_stock=True)
    if store_ids is not None:
        told = told.filter(pk__in=list(store_ids))
    stores = list(told.values_list("pk", flat=True))
    StoreConnection.objects.filter(pk__in=stores).update(stock_recount_at=now())
    for store in stores:
        wake("recount", store)


def bindings_changed(store_ids: Iterable[int] | None = None) -> Verdicts:
    """SKUs were linked, MSKUs made or rules changed: plan the orders that had no way to go."""
    wake_recheck()
    offers_changed(store_ids)
    order_ids = _ids(
        "SELECT DISTINCT p.order_id FROM orders_orderproblem p JOIN orders_order o"
        " ON o.merchant_id = p.merchant_id AND o.id = p.order_id"
        " WHERE p.merchant_id = %s AND p.closed_at IS NULL AND p.cause = ANY(%s)"
        " AND (%s::bigint[] IS NULL OR o.store_id = ANY(%s))",
        [WITHOUT_A_WAY, *([None, None] if store_ids is None else [sorted(store_ids)] * 2)],
    )
    verdicts = plan_again(order_ids)
    wake_after(verdicts)
    return verdicts
