"""The safety gate: just before a list is pushed its store is asked how the order stands (R93, R115).

A store is asked once for a batch of orders, by its own list of details, and only where it was not heard of a moment
before. What it says goes the way of every sight: a cancelled order's list is void and its stock is free. A store that
does not answer is asked again; then its setting decides whether the list is pushed all the same or held.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from salur.connectors.base.errors import AuthRejected
from salur.connectors.base.types import StoreOrder
from salur.foundation.clock import now
from salur.foundation.locks import lock_ids
from salur.integrations import budgets
from salur.integrations.calling import (
    ConnectionPaused,
    Job,
    NotConnected,
    PartnerLine,
    Result,
    call_many,
    record,
    store_line,
)
from salur.integrations.models import LastLook, StoreConnection
from salur.integrations.registry import STORE, plugins, store_capabilities
from salur.tenancy import audit
from salur.tenancy.scope import current_scope, merchant_scope

from .fetched import take_fetched
from .wakeups import store_changed

WIDTH = 8
ACTOR, TRIGGER = "worker", "last_look"
LEAST_FRESH, MOST_FRESH, MOST_WAIT = 5, 3600, 86400

# A store that can be asked and is to be. Rows: ``c`` the list, ``r`` its order, ``s`` the store.
ASKED = """s.last_look <> 'off' AND s.identity_key <> '' AND s.state <> 'disconnected' AND s.channel = ANY(%(channels)s)
 AND EXISTS (SELECT 1 FROM integrations_credential k WHERE k.merchant_id = s.merchant_id AND k.store_id = s.id)"""
FRESH = """coalesce(greatest(c.looked_at, r.changed_at, s.synced_until)
 >= %(now)s - make_interval(secs => s.look_fresh_seconds), false)"""
WAIVED = """(s.last_look = 'push'
 AND coalesce(c.look_failed_since <= %(now)s - make_interval(secs => s.look_wait_seconds), false))"""

MAY_GO = f"""EXISTS (SELECT 1 FROM orders_order r
 JOIN integrations_storeconnection s ON s.merchant_id = r.merchant_id AND s.id = r.store_id
 WHERE r.merchant_id = c.merchant_id AND r.id = c.order_id AND r.status NOT IN ('cancelled', 'cancel_requested')
   AND (NOT ({ASKED}) OR {FRESH} OR {WAIVED}))"""
"""The condition of a claim: the order stands as far as is known, and that is known well enough."""

NOTED = f"""CASE WHEN t.look = 'silent' THEN 'waived'
 WHEN t.look = '' AND EXISTS (SELECT 1 FROM integrations_storeconnection s
   WHERE s.merchant_id = t.merchant_id AND s.id = t.store_id AND {ASKED}) THEN 'fresh' ELSE t.look END"""
"""What the claim notes of the look."""

NEEDED = f"""
SELECT c.id, c.store_id, r.external_id, r.version, r.status
FROM (SELECT o.* FROM outbound_outbound o
      WHERE o.merchant_id = %(merchant)s AND o.account_id = %(account)s AND o.push = 'ready'
        AND (o.push_next_at IS NULL OR o.push_next_at <= %(now)s)
      ORDER BY o.priority, o.id LIMIT %(limit)s) c
JOIN orders_order r ON r.merchant_id = c.merchant_id AND r.id = c.order_id
JOIN integrations_storeconnection s ON s.merchant_id = c.merchant_id AND s.id = c.store_id
WHERE r.status NOT IN ('cancelled', 'cancel_requested') AND {ASKED} AND NOT {FRESH} AND NOT {WAIVED}
ORDER BY c.store_id, c.priority, c.id
"""


@dataclass(frozen=True, slots=True)
class Row:
    """A list that is about to be pushed, and its order as the hub knows it."""

    id: int
    store_id: int
    order: str
    version: datetime
    status: str


def askable() -> list[str]:
    """Channels whose stores can be asked."""
    return [plugin.name for plugin in plugins(STORE)]


def needed(account_id: int, limit: int) -> list[Row]:
    """Of the next ``limit`` lists to be pushed those whose store must be asked first (inside a scope)."""
    with connection.cursor() as cursor:
        values: dict[str, Any] = {"merchant": current_scope().merchant_id, "account": account_id, "now": now()}
        cursor.execute(NEEDED, {**values, "limit": limit, "channels": askable()})
        return [Row(*row) for row in cursor.fetchall()]


def look(merchant_id: int, rows: Sequence[Row]) -> None:
    """Ask the stores of these lists (no scope open); each list is then fresh, gone, or waits."""
    for store_id in sorted({row.store_id for row in rows}):
        _look_at_store(merchant_id, store_id, [row for row in rows if row.store_id == store_id])


def _look_at_store(merchant_id: int, store_id: int, rows: Sequence[Row]) -> None:
    orders = list(dict.fromkeys(row.order for row in rows))
    with merchant_scope(merchant_id, actor=ACTOR, cause=TRIGGER):
        try:
            line = store_line(store_id)
        except (ConnectionPaused, NotConnected):
            _silent(row.id for row in rows)
            return
        size = store_capabilities(line.plugin).detail_batch
        taken = budgets.take("store", store_id, -(-len(orders) // size))
    pages = [orders[i : i + size] for i in range(0, len(orders), size)][:taken]
    results: list[Result[Sequence[StoreOrder]]] = call_many(
        line, [Job(i, _details(page)) for i, page in enumerate(pages)], width=WIDTH
    )
    shown = {order.external_id: order for r in results if r.error is None for order in r.answer()}
    with merchant_scope(merchant_id, actor=ACTOR, cause=TRIGGER):
        record(line, results)
        made = sum(len(result.exchanges) for result in results)
        budgets.refund("store", store_id, max(0, taken - made))
        if any(isinstance(result.error, AuthRejected) for result in results):
            store_changed(store_id)
        _take(line, rows, shown)


def _details(orders: Sequence[str]) -> Any:
    return lambda store: store.order_details(orders)


def _take(line: PartnerLine, rows: Sequence[Row], shown: dict[str, StoreOrder]) -> None:
    """What the store said goes the way of every sight; orders it said nothing of wait."""
    known = {row.order: row for row in rows}
    news = [o for o in shown.values() if o.version > known[o.external_id].version or _differs(o, known)]
    if news:
        take_fetched(line, news, trigger=TRIGGER, actor=ACTOR)
    _looked(row.id for row in rows if row.order in shown)
    _silent(row.id for row in rows if row.order not in shown)


def _differs(order: StoreOrder, known: dict[str, Row]) -> bool:
    return str(order.status) != known[order.external_id].status


LOOKED = """
UPDATE outbound_outbound SET looked_at = %(at)s, look_failed_since = NULL,
  look = CASE WHEN push = 'ready' THEN 'stands' ELSE 'gone' END
WHERE merchant_id = %(merchant)s AND id = ANY(%(ids)s) AND push IN ('ready', 'waiting', 'void')
"""
# Asked again after some seconds, later less often; where the list goes all the same, when the time has come.
SILENT = """
UPDATE outbound_outbound o SET look = 'silent', look_failed_since = coalesce(o.look_failed_since, %(at)s),
  push_next_at = least(
    %(at)s + greatest(interval '5 seconds', least(interval '15 minutes', (%(at)s - o.look_failed_since) / 2)),
    CASE WHEN s.last_look = 'push'
         THEN greatest(%(at)s, coalesce(o.look_failed_since, %(at)s) + make_interval(secs => s.look_wait_seconds)) END)
FROM integrations_storeconnection s
WHERE o.merchant_id = %(merchant)s AND o.id = ANY(%(ids)s) AND o.push = 'ready'
  AND s.merchant_id = o.merchant_id AND s.id = o.store_id
"""


def _looked(ids: Iterable[int]) -> None:
    _mark(LOOKED, ids)


def _silent(ids: Iterable[int]) -> None:
    _mark(SILENT, ids)


def _mark(statement: str, ids: Iterable[int]) -> None:
    merchant = current_scope().merchant_id
    held = lock_ids("outbound_outbound", merchant, list(ids))
    if held:
        with connection.cursor() as cursor:
            cursor.execute(statement, {"merchant": merchant, "at": now(), "ids": held})


# -- people ---------------------------------------------------------------------------------------------------------


def set_last_look(store_id: int, policy: str, *, fresh_seconds: int, wait_seconds: int) -> None:
    """Whether a store is asked before each push, and what its silence means (inside a scope).

    Raises ValueError for a policy that does not exist, a freshness outside 5 seconds to an hour, a wait over a day.
    """
    fits = LEAST_FRESH <= fresh_seconds <= MOST_FRESH and 0 <= wait_seconds <= MOST_WAIT
    if policy not in LastLook.values or not fits:
        raise ValueError("the policy must be one of LastLook, fresh 5 to 3600 seconds, wait at most a day")
    StoreConnection.objects.filter(pk=store_id).update(
        last_look=policy, look_fresh_seconds=fresh_seconds, look_wait_seconds=wait_seconds
    )
    audit.record("store.last_look", f"store:{store_id}", policy=policy, fresh=fresh_seconds, wait=wait_seconds)
    _ask_at_once(store_id)


def _ask_at_once(store_id: int) -> None:
    """Lists that wait for the store's answer are looked at by the new rule at once."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM outbound_outbound WHERE merchant_id = %s AND store_id = %s AND push = 'ready'"
            " AND look = 'silent'",
            [current_scope().merchant_id, store_id],
        )
        waiting = lock_ids("outbound_outbound", current_scope().merchant_id, [row[0] for row in cursor.fetchall()])
        cursor.execute(
            "UPDATE outbound_outbound SET push_next_at = NULL WHERE merchant_id = %s AND id = ANY(%s)",
            [current_scope().merchant_id, waiting],
        )
