"""What a warehouse reports, applied by one function: only forward, only if newer (design 5, R84, R85)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import structlog
from django.db import connection

from salur.connectors.base.types import OutboundReport, OutboundTask, Unmapped
from salur.foundation.clock import now
from salur.foundation.locks import lock_ids
from salur.integrations.registry import STORE, find_plugin
from salur.outbound.awb import clean_awb, other_form
from salur.outbound.flagged import flag_orders, flag_stopped
from salur.outbound.states import may_be_reported, told_by_switches
from salur.stock.reserve import release_stock, ship_stock
from salur.tenancy.scope import current_scope

from .wakeups import stock_freed, wake, wake_recheck

log = structlog.get_logger(__name__)

READ = """
SELECT o.id, o.reference, o.task, o.task_version, o.task_raw, o.reserved, o.cancellation, o.order_id, o.store_id,
       o.push, o.push_warning <> '', s.auto_confirm AND s.identity_key <> '',
       s.sync_tracking AND s.identity_key <> '', s.channel
FROM outbound_outbound o JOIN integrations_storeconnection s ON s.merchant_id = o.merchant_id AND s.id = o.store_id
WHERE o.merchant_id = %s AND o.id = ANY(%s)
ORDER BY o.id
"""
FIND = """
SELECT id FROM outbound_outbound
WHERE merchant_id = %s AND account_id IS NOT DISTINCT FROM %s AND reference = ANY(%s)
"""
SEEN = """
UPDATE outbound_outbound o SET task = v.task, task_raw = v.raw, task_version = v.version, task_reason = v.reason,
  task_checked_at = %(at)s, completed_at = CASE WHEN v.task = 'completed' AND o.task <> 'completed' THEN %(at)s
                                                ELSE o.completed_at END,
  reserved = o.reserved AND v.task NOT IN ('completed', 'cancelled'),
  awb = CASE WHEN o.awb = '' THEN v.tracking ELSE o.awb END,
  awb_given = CASE WHEN o.awb = '' THEN v.given ELSE o.awb_given END,
  confirmation = CASE WHEN v.task = 'completed' AND o.task <> 'completed' AND v.tells <> ''
                           AND o.confirmation = 'none' THEN 'due' ELSE o.confirmation END,
  confirmation_tells = CASE WHEN v.tells <> '' THEN v.tells ELSE o.confirmation_tells END
FROM unnest(%(ids)s::bigint[], %(tasks)s::text[], %(raws)s::text[], %(versions)s::timestamptz[], %(reasons)s::text[],
            %(trackings)s::text[], %(givens)s::text[], %(tells)s::text[])
  AS v(id, task, raw, version, reason, tracking, given, tells)
WHERE o.merchant_id = %(merchant)s AND o.id = v.id
"""


@dataclass(slots=True)
class Row:
    """An outbound list as it stands before the report."""

    id: int
    reference: str
    task: str
    version: datetime | None
    raw: str
    reserved: bool
    cancellation: str
    order_id: int
    store_id: int
    push: str
    warned: bool
    auto_confirm: bool
    sync_tracking: bool
    channel: str

    @property
    def tells(self) -> str:
        """What the store is told of the completion; empty: nothing."""
        plugin = find_plugin(STORE, self.channel) if self.auto_confirm or self.sync_tracking else None
        if plugin is None:
            return ""
        return told_by_switches(plugin.capabilities.abilities, confirms=self.auto_confirm, tracks=self.sync_tracking)


@dataclass(slots=True)
class Applied:
    """What the reports did: how many rows moved, and which lists ended how.

    ``shipped_after_all``: stopped, as the warehouse or a person had said, and now reported as sent.
    """

    moved: int
    completed: list[int]
    cancelled: list[int]
    shipped_after_all: list[int] = field(default_factory=list)


def apply_reports(account_id: int | None, reports: Sequence[OutboundReport]) -> Applied:
    """Apply the warehouse's reports on lists of one account; older or repeated ones change nothing.

    ``account_id`` None: people of own warehouses say how far they are (see ``floor``), and the same follows from it.

    Completion deducts the stock once and makes the confirmation at the store due; a list that the warehouse cancelled
    gives its stock back.
    """
    done = Applied(0, [], [])
    if not reports:
        return done
    merchant = current_scope().merchant_id
    newest = {r.reference: r for r in sorted(reports, key=lambda r: r.version or now())}
    with connection.cursor() as cursor:
        cursor.execute(FIND, [merchant, account_id, list(newest)])
        held_rows = lock_ids("outbound_outbound", merchant, [row[0] for row in cursor.fetchall()])
        cursor.execute(READ, [merchant, held_rows])
        rows = [Row(*row) for row in cursor.fetchall()]
    updates = [(row, report, task) for row in rows if (task := _task(row, report := newest[row.reference])) is not None]
    _write(updates)
    for row, _, task in updates:
        done.moved += task != row.task
        if task == "completed" and row.task != "completed":
            done.completed.append(row.id)
        elif task == "cancelled" and row.task != "cancelled":
            done.cancelled.append(row.id)
        elif row.cancellation == "done" and newest[row.reference].status == OutboundTask.COMPLETED:
            done.shipped_after_all.append(row.id)
    held = {row.id for row in rows if row.reserved}
    ship_stock([i for i in done.completed if i in held])
    freed = [i for i in done.cancelled if i in held]
    release_stock(freed)
    stock_freed(freed)
    _end_cancellations(rows, done)
    for store in {row.store_id for row in rows if row.id in done.completed and row.tells}:
        wake("confirm", store)
    return done


def _task(row: Row, report: OutboundReport) -> str | None:
    """The task the report leads to; None: the report is older, or nothing new. An illegal step stays where it is."""
    if report.version is not None and row.version is not None and report.version < row.version:
        return None
    if isinstance(report.status, Unmapped):
        log.warning("unknown_partner_status", reference=row.reference, status=report.status.raw)
        return row.task
    target = str(report.status)
    if target == row.task or target == OutboundTask.NONE or not may_be_reported(row.task, target):
        return row.task
    return target


def _write(updates: Sequence[tuple[Row, OutboundReport, str]]) -> None:
    if not updates:
        return
    values: dict[str, Any] = {
        "merchant": current_scope().merchant_id,
        "at": now(),
        "ids": [row.id for row, _, _ in updates],
        "tasks": [task for _, _, task in updates],
        "raws": [report.raw_status for _, report, _ in updates],
        "versions": [report.version or row.version for row, report, _ in updates],
        "reasons": [report.reason for _, report, _ in updates],
        "trackings": [clean_awb(report.tracking) for _, report, _ in updates],
        "givens": [other_form(report.tracking) for _, report, _ in updates],
        "tells": [row.tells for row, _, _ in updates],
    }
    with connection.cursor() as cursor:
        cursor.execute(SEEN, values)


VOID = """
UPDATE outbound_outbound SET push = 'void',
  cancellation = CASE WHEN cancellation IN ('sent', 'pending', 'asked', 'refused') THEN 'done' ELSE cancellation END
WHERE merchant_id = %s AND id = ANY(%s) AND push = 'pushed'
"""
CONFLICT = """
UPDATE outbound_outbound SET cancellation = 'conflict',
  settled_at = CASE WHEN cancellation = 'done' THEN NULL ELSE settled_at END  -- what was agreed did not come true
WHERE merchant_id = %s AND id = ANY(%s) AND cancellation IN ('asked', 'sent', 'pending', 'refused', 'done')
"""


def _end_cancellations(rows: Sequence[Row], done: Applied) -> None:
    """Cancelled at the warehouse: the list is void. Completed although its order is cancelled: a visible conflict.

    Where the goods left after the list was void, its stock is free already: the next stock sync puts it right.
    """
    merchant = current_scope().merchant_id
    if done.cancelled:
        wake_recheck()
    with connection.cursor() as cursor:
        cursor.execute(VOID, [merchant, done.cancelled])
        cursor.execute(CONFLICT, [merchant, done.completed + done.shipped_after_all])
    ended = {*done.completed, *done.cancelled, *done.shipped_after_all}
    flag_orders(row.order_id for row in rows if row.id in ended and (row.cancellation != "none" or row.warned))
    flag_stopped(row.id for row in rows if row.id in done.cancelled and row.cancellation != "none")
