"""Asking warehouses what has arrived: by schedule, by button and after their own messages (R68, R69, R123, R124)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q

from salur.connectors.base.errors import AuthRejected, PartnerError, RateLimited
from salur.connectors.base.inbound import InboundReport
from salur.connectors.base.types import PartnerRef
from salur.foundation.clock import now
from salur.foundation.locks import claim_rows
from salur.inbound.models import InboundList
from salur.inbound.states import ENDED, InboundPushState
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
from salur.integrations.registry import warehouse_capabilities
from salur.tenancy.scope import merchant_scope

from .backoff import next_try
from .receive import Applied, apply_inbound_reports, recount
from .wakeups import account_changed, wake

ROUND, WIDTH = 100, 8
SUBSCRIBED, ALONE = timedelta(minutes=5), timedelta(minutes=2)  # between two looks, with and without messages
NO_BUDGET = timedelta(seconds=2)
TURN = timedelta(seconds=180)  # a list asked for now is nobody else's meanwhile
ACTOR = "worker"

Asked = tuple[int, str, str, int]  # id, partner's number, our reference, failures so far

OPEN = Q(push=InboundPushState.PUSHED) & ~Q(task__in=ENDED)


def follow_inbound(merchant_id: int, account_id: int) -> int:
    """Ask for the account's lists that are due; answers how many were asked for."""
    asked = 0
    while True:
        with merchant_scope(merchant_id, actor=ACTOR, cause="follow inbound"):
            try:
                line = account_line(account_id)
            except (ConnectionPaused, NotConnected):
                return asked
            due = _claim(line)
            pages = _pages(line, due)
            granted = budgets.take("account", line.id, len(pages)) if pages else 0
            _put_off([row for page in pages[granted:] for row in page], now() + NO_BUDGET)
        if not granted:
            return asked
        _ask(line, pages[:granted])
        asked += sum(len(page) for page in pages[:granted])


def _claim(line: PartnerLine) -> list[Asked]:
    rows = claim_rows(
        "inbound_inboundlist",
        merchant_id=line.merchant_id,
        where="c.account_id = %(account)s AND c.push = 'pushed' AND c.task NOT IN ('completed', 'cancelled')"
        " AND (c.task_next_at IS NULL OR c.task_next_at <= %(now)s)",
        order="c.task_next_at NULLS FIRST, c.id",
        changes="task_next_at = %(turn)s",
        returning="t.id, t.partner_number, t.reference, t.task_attempts",
        limit=ROUND,
        values={"account": line.id, "now": now(), "turn": now() + TURN},
    )
    return sorted(rows)


def _pages(line: PartnerLine, rows: Sequence[Asked]) -> list[list[Asked]]:
    """Lists whose number we know are asked for together; one without a number by its reference."""
    size = warehouse_capabilities(line.plugin).inbound_report_batch
    known = [row for row in rows if row[1]]
    pages = [known[i : i + size] for i in range(0, len(known), size)]
    return pages + [[row] for row in rows if not row[1]]


def _call(page: Sequence[Asked]) -> Any:
    refs = [PartnerRef(number, reference) for _, number, reference, _ in page]
    if refs[0].number:
        return lambda connector: connector.inbound_reports(refs)

    def find(connector: Any) -> Sequence[InboundReport]:
        found = connector.find_inbound(refs[0].reference)
        return [] if found is None else [found]

    return find


def _ask(line: PartnerLine, pages: Sequence[Sequence[Asked]]) -> Applied:
    """The warehouse's word on these lists, applied; a page that could not be asked for is tried again later."""
    asked_at = now()
    results: list[Result[Sequence[InboundReport]]] = call_many(
        line, [Job(page[0][0], _call(page)) for page in pages], width=WIDTH
    )
    with merchant_scope(line.merchant_id, actor=ACTOR, cause="follow inbound"):
        record(line, results)
        if any(isinstance(r.error, AuthRejected) for r in results):
            account_changed(line.id)
        reports = [x for r in results if r.error is None for x in r.answer()]
        applied = apply_inbound_reports(line.id, reports, asked_at)
        for page, result in zip(pages, results, strict=True):
            _note(line, page, result.error, asked_at)
    recount(line, applied)
    return applied


def _note(line: PartnerLine, page: Sequence[Asked], error: PartnerError | None, asked_at: datetime) -> None:
    """When these lists are asked for next, and what hindered it (lists that were said nothing of count as asked)."""
    rows = InboundList.objects.filter(pk__in=[row[0] for row in page])
    if error is None:
        rows.update(
            task_checked_at=asked_at,
            task_next_at=now() + _interval(line),
            task_attempts=0,
            task_error_code="",
            task_error_message="",
        )
        return
    tries = max(row[3] for row in page)
    waits = now() + timedelta(seconds=error.retry_after) if isinstance(error, RateLimited) else next_try(tries + 1)
    rows.update(
        task_next_at=waits, task_attempts=tries + 1, task_error_code=error.code, task_error_message=error.message
    )


def _interval(line: PartnerLine) -> timedelta:
    default = SUBSCRIBED if line.settings.get("subscribed") else ALONE
    try:
        seconds = float(line.settings.get("inbound_follow_seconds") or default.total_seconds())
    except (TypeError, ValueError):
        return default
    return timedelta(seconds=max(1.0, seconds))


def _put_off(rows: Sequence[Asked], until: datetime) -> None:
    InboundList.objects.filter(pk__in=[row[0] for row in rows]).update(task_next_at=until)


# -- the button, and the warehouse's own messages -------------------------------------------------------------------


def refresh_inbound_now(list_ids: Iterable[int]) -> int:
    """The button: ask the warehouse for these lists at once (inside a scope); answers for how many (R68, R123).

    One whose push is in doubt is looked up at once as well.
    """
    chosen = InboundList.objects.filter(pk__in=set(list_ids), account__isnull=False)
    followed = chosen.filter(OPEN)
    doubtful = chosen.filter(push=InboundPushState.UNKNOWN, push_lease_until__isnull=True)
    for kind, rows in (("inbound_follow", followed), ("inbound_doubt", doubtful)):
        for account in set(rows.values_list("account_id", flat=True)):
            wake(kind, account)
    return followed.update(task_next_at=None) + doubtful.update(push_next_at=now())


def ask_for_named(line: PartnerLine, subjects: Sequence[str]) -> Applied:
    """After messages that name lists by number or reference, also ones in doubt (no scope open; R124).

    Those that cannot be asked for now are left to the regular look.
    """
    with merchant_scope(line.merchant_id, actor=ACTOR, cause="message"):
        named = InboundList.objects.filter(Q(reference__in=subjects) | Q(partner_number__in=subjects))
        there = named.filter(account_id=line.id).exclude(push__in=("draft", "ready", "void")).order_by("pk")
        rows = list(there.values_list("pk", "partner_number", "reference", "task_attempts"))
        pages = _pages(line, rows)
        granted = budgets.take("account", line.id, len(pages)) if pages else 0
        refresh_inbound_now([row[0] for page in pages[granted:] for row in page])
    return _ask(line, pages[:granted]) if granted else Applied()
