"""Asking the warehouse how far its lists are: by schedule, by button and after its own messages (R84, A6)."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from salur.connectors.base.errors import AuthRejected, RateLimited
from salur.connectors.base.types import OutboundReport, PartnerRef
from salur.foundation.clock import now
from salur.integrations import budgets
from salur.integrations.calling import (
    ConnectionPaused,
    Job,
    NotConnected,
    PartnerLine,
    Result,
    account_line,
    call_many,
    record,
)
from salur.integrations.models import WarehouseAccount
from salur.integrations.registry import warehouse_capabilities
from salur.tenancy import audit
from salur.tenancy.scope import current_scope, merchant_scope

from .reports import Applied, apply_reports
from .wakeups import account_changed, wake

PAGES = 8
TURN_SECONDS = 10.0
SUBSCRIBED_SECONDS, ALONE_SECONDS = 60.0, 30.0  # between two looks while the warehouse works, with and without messages
QUIET = timedelta(minutes=10)
AFTER_FAILURE = timedelta(seconds=15)
NO_BUDGET = timedelta(seconds=2)
TURN = timedelta(seconds=120)  # nobody else begins a round while one goes on
ACTOR = "worker"

Asked = list[tuple[int, str, str]]  # id, partner's number, our reference

UNDER_WAY = "push = 'pushed' AND task NOT IN ('completed', 'cancelled')"
BEGIN = """
UPDATE integrations_warehouseaccount SET next_follow_up_at = %s
WHERE merchant_id = %s AND id = %s AND state = 'connected' AND next_follow_up_at <= %s
"""
OLDEST = f"""
SELECT id, partner_number, reference FROM outbound_outbound
WHERE merchant_id = %s AND account_id = %s AND {UNDER_WAY} AND (task_checked_at IS NULL OR task_checked_at < %s)
ORDER BY task_checked_at NULLS FIRST, id LIMIT %s
"""
CHECKED = "UPDATE outbound_outbound SET task_checked_at = %s WHERE merchant_id = %s AND id = ANY(%s)"
LEFT = f"SELECT EXISTS (SELECT 1 FROM outbound_outbound WHERE merchant_id = %s AND account_id = %s AND {UNDER_WAY})"


def follow_account(merchant_id: int, account_id: int) -> int:
    """One round over the lists that the account's warehouses work on, if a round is due; answers how many were asked.

    Those not looked at for the longest come first, so a round that is cut short goes on where it ended.
    """
    ends, begun = time.monotonic() + TURN_SECONDS, now()
    asked = 0
    with merchant_scope(merchant_id, actor=ACTOR, cause="follow up"):
        if not _begin(account_id, begun):
            return 0
        line = _line(account_id)
    while line is not None:
        with merchant_scope(merchant_id, actor=ACTOR, cause="follow up"):
            waiting = _waiting(line, begun)
            pages = waiting[: budgets.take("account", line.id, len(waiting), patient=True)]
            if not pages:
                _end(line, begun, now() + NO_BUDGET if waiting else None)
                return asked
        errors = _ask_and_apply(line, pages)
        asked += sum(len(page) for page in pages)
        if errors or time.monotonic() > ends:
            with merchant_scope(merchant_id, actor=ACTOR, cause="follow up"):
                _end(line, begun, _later(errors))
            return asked
    return asked


def _begin(account_id: int, at: datetime) -> bool:
    """Whether a round is due; it is ours then, because the next is not due before this one has ended."""
    with connection.cursor() as cursor:
        cursor.execute(BEGIN, [at + TURN, current_scope().merchant_id, account_id, at])
        return bool(cursor.rowcount)


def _line(account_id: int) -> PartnerLine | None:
    try:
        return account_line(account_id)
    except (ConnectionPaused, NotConnected):
        return None


def _waiting(line: PartnerLine, begun: datetime) -> list[Asked]:
    """The next pages of what this round has not asked for yet."""
    size = warehouse_capabilities(line.plugin).report_batch
    with connection.cursor() as cursor:
        cursor.execute(OLDEST, [line.merchant_id, line.id, begun, PAGES * size])
        rows = cursor.fetchall()
    return [rows[i : i + size] for i in range(0, len(rows), size)]


def _ask_and_apply(line: PartnerLine, pages: Sequence[Asked]) -> list[Exception]:
    jobs = [Job(i, _reports_call(page)) for i, page in enumerate(pages)]
    results: list[Result[Sequence[OutboundReport]]] = call_many(line, jobs, width=PAGES)
    with merchant_scope(line.merchant_id, actor=ACTOR, cause="follow up"):
        answered = [row for page, r in zip(pages, results, strict=True) if r.error is None for row in page]
        apply_and_check(line, [row[0] for row in answered], [x for r in results if r.error is None for x in r.answer()])
        record(line, results)
        if any(isinstance(r.error, AuthRejected) for r in results):
            account_changed(line.id)
    return [r.error for r in results if r.error is not None]


def apply_and_check(line: PartnerLine, asked_ids: Sequence[int], reports: Sequence[OutboundReport]) -> Applied:
    """Apply what was reported; lists of which nothing was said count as looked at as well (inside a scope)."""
    applied = apply_reports(line.id, reports)
    with connection.cursor() as cursor:
        cursor.execute(CHECKED, [now(), line.merchant_id, sorted(asked_ids)])
    return applied


def _reports_call(page: Asked) -> Any:
    refs = [PartnerRef(number, reference) for _, number, reference in page]
    return lambda connector: connector.outbound_reports(refs)


def _later(errors: Sequence[Exception]) -> datetime:
    """When to go on after a round that was cut short: at once, or when the partner is ready again."""
    waits = [timedelta(seconds=e.retry_after) for e in errors if isinstance(e, RateLimited)]
    if waits:
        return now() + max(waits)
    return now() + AFTER_FAILURE if errors else now()


def _end(line: PartnerLine, begun: datetime, later: datetime | None) -> None:
    """When the next round is due: as the settings say while anything is under way, else after a long pause."""
    if later is None:
        with connection.cursor() as cursor:
            cursor.execute(LEFT, [line.merchant_id, line.id])
            later = now() + (_interval(line) if cursor.fetchone()[0] else QUIET)
    # Whoever asked for an earlier look meanwhile (a push, the button) has moved our mark: theirs stays.
    WarehouseAccount.objects.filter(pk=line.id, next_follow_up_at__gte=begun + TURN).update(next_follow_up_at=later)


def _interval(line: PartnerLine) -> timedelta:
    default = SUBSCRIBED_SECONDS if line.settings.get("subscribed") else ALONE_SECONDS
    try:
        seconds = float(line.settings.get("follow_seconds") or default)
    except (TypeError, ValueError):
        seconds = default
    return timedelta(seconds=max(1.0, seconds))


def refresh_now(outbound_ids: Iterable[int]) -> int:
    """The button: ask the warehouse for these lists before all others, at once (inside a scope); answers how many."""
    return len(refreshed_now(outbound_ids))


def refreshed_now(outbound_ids: Iterable[int]) -> list[int]:
    """:func:`refresh_now`, answering which lists are asked for: those under way at a partner, whatever partner."""
    merchant = current_scope().merchant_id
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, account_id FROM outbound_outbound WHERE merchant_id = %s AND id = ANY(%s)"
            f" AND account_id IS NOT NULL AND {UNDER_WAY}",
            [merchant, sorted(set(outbound_ids))],
        )
        rows = cursor.fetchall()
        cursor.execute(CHECKED, [None, merchant, [row[0] for row in rows]])
        cursor.execute(
            "UPDATE integrations_warehouseaccount SET next_follow_up_at = %s WHERE merchant_id = %s AND id = ANY(%s)",
            [now(), merchant, sorted({row[1] for row in rows})],
        )
    audit.record_each("outbound.refresh_asked", "outbound", [row[0] for row in rows])
    for account in {row[1] for row in rows}:
        wake("follow", account)
    return [row[0] for row in rows]
