"""Pushing outbound lists to their warehouse: claim, call, record; in doubt look up by reference (design 8, R81, R82).

Exactly one list reaches the warehouse whatever is lost on the way: an unknown outcome is never sent again before the
warehouse was asked for our reference, and an answer of a worker whose lease ran out changes nothing.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from salur.connectors.base.errors import (
    AlreadyExists,
    AuthExpired,
    AuthRejected,
    PartnerError,
    RateLimited,
    Rejected,
    Retryable,
    TooLate,
)
from salur.connectors.base.types import OutboundReport, PartnerRef
from salur.foundation.clock import now
from salur.foundation.locks import claim_rows
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
from salur.outbound.flagged import flag_lists, flag_stopped
from salur.outbound.requests import PushContent, push_contents
from salur.outbound.urgency import TO_PUSH, hurry
from salur.tenancy.scope import current_scope, merchant_scope

from . import last_look
from .backoff import next_try
from .changes import void_lists
from .reports import apply_reports
from .wakeups import account_changed, wake

BATCH, WIDTH = 192, 96
ROUNDS = -(-BATCH // WIDTH)
TURN_SECONDS = 10.0
LONGEST_WARNING = 500
FIRST_LOOK = timedelta(seconds=2)
ACTOR = "worker"


@dataclass(frozen=True, slots=True)
class Claim:
    """A list taken for one try; ``epoch`` fences off whoever held it before."""

    id: int
    epoch: int
    attempts: int
    content: PushContent


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a try means for the row."""

    id: int
    epoch: int
    push: str
    next_at: datetime | None = None
    code: str = ""
    message: str = ""
    number: str = ""
    counted: bool = True
    warning: str = ""


def push_ready(merchant_id: int, account_id: int) -> int:
    """Push what is ready for one account, batch after batch; answers how many tries were made.

    Ends after a turn of some seconds (and wakes itself again), so that no account starves the others.
    """
    ends = time.monotonic() + TURN_SECONDS
    tries = 0
    while True:
        with merchant_scope(merchant_id, actor=ACTOR, cause="push"):
            try:
                line = account_line(account_id)
            except (ConnectionPaused, NotConnected):
                account_changed(account_id)
                return tries
            if not tries:
                hurry(TO_PUSH, account_id)
            unsure = last_look.needed(account_id, BATCH)
            claims = [] if unsure else _claim(line)
            if (claims or unsure) and time.monotonic() > ends:
                wake("push", account_id)
        if unsure:
            last_look.look(merchant_id, unsure)
            if time.monotonic() > ends:
                return tries
            continue
        if not claims:
            return tries
        _call_and_record(line, claims)
        tries += len(claims)
        if time.monotonic() > ends:
            return tries


def _claim(line: PartnerLine) -> list[Claim]:
    granted = budgets.take("account", line.id, BATCH)
    # The last call of a claim may begin when all before it took their whole time, and renewing access takes one more.
    lease = now() + timedelta(seconds=(ROUNDS + 1) * line.plugin.capabilities.call_deadline + 30)
    rows = claim_rows(
        "outbound_outbound",
        merchant_id=line.merchant_id,
        where="c.account_id = %(account)s AND c.push = 'ready'"
        " AND (c.push_next_at IS NULL OR c.push_next_at <= %(now)s)"
        f" AND {last_look.MAY_GO}",
        order="c.priority, c.id",
        changes="push = 'pushing', push_epoch = t.push_epoch + 1, push_attempts = t.push_attempts + 1,"
        f" push_lease_until = %(lease)s, look = {last_look.NOTED}",
        returning="t.id, t.push_epoch, t.push_attempts",
        limit=granted,
        values={"account": line.id, "now": now(), "lease": lease, "channels": last_look.askable()},
    )
    budgets.refund("account", line.id, granted - len(rows))
    contents = push_contents([row[0] for row in rows])
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE outbound_outbound o SET push_digest = d.digest"
            " FROM unnest(%s::bigint[], %s::text[]) AS d(id, digest) WHERE o.merchant_id = %s AND o.id = d.id"
            " AND o.push_digest <> d.digest",
            [list(contents), [c.digest for c in contents.values()], line.merchant_id],
        )
    return [Claim(i, epoch, attempts, contents[i]) for i, epoch, attempts in rows]


def _call_and_record(line: PartnerLine, claims: Sequence[Claim]) -> None:
    jobs = [Job(claim, _push_call(claim.content)) for claim in claims]
    results = call_many(line, jobs, width=WIDTH)
    settle = warehouse_capabilities(line.plugin).lookup_settles_after
    with merchant_scope(line.merchant_id, actor=ACTOR, cause="push"):
        record(line, results)
        verdicts = [_verdict(result, claim, settle) for result, claim in zip(results, claims, strict=True)]
        save_verdicts(
            line.id, verdicts, results, kind="push", origin="pushing", digests=[c.content.digest for c in claims]
        )


def _push_call(content: PushContent) -> Any:
    return lambda connector: connector.push_outbound(content.request, content.label)


def _verdict(result: Result[PartnerRef], claim: Claim, settle: float) -> Verdict:
    """The error class is the policy (design 4)."""
    error = result.error
    if error is None:
        ref = result.answer()
        return Verdict(claim.id, claim.epoch, "pushed", number=ref.number, warning=ref.warning)
    until: datetime | None
    if isinstance(error, RateLimited):
        push, until = "ready", now() + timedelta(seconds=error.retry_after)
    elif isinstance(error, Retryable | AuthExpired | AuthRejected):
        push, until = "ready", next_try(claim.attempts)
    elif isinstance(error, Rejected | TooLate):
        push, until = "rejected", None
    elif isinstance(error, AlreadyExists):
        push, until = "unknown", now()
    else:
        push, until = "unknown", now() + timedelta(seconds=settle)
    counted = not isinstance(error, RateLimited)
    return Verdict(claim.id, claim.epoch, push, until, error.code, error.message, counted=counted)


SAVE = """
UPDATE outbound_outbound o SET push = v.push, push_next_at = v.next_at, push_lease_until = NULL,
  push_error_code = v.code, push_error_message = v.message,
  push_attempts = greatest(0, o.push_attempts - CASE WHEN v.counted THEN 0 ELSE 1 END),
  partner_number = CASE WHEN v.number <> '' THEN v.number ELSE o.partner_number END,
  pushed_at = CASE WHEN v.push = 'pushed' THEN %(at)s ELSE o.pushed_at END, push_warning = v.warning
FROM unnest(%(ids)s::bigint[], %(epochs)s::int[], %(pushes)s::text[], %(nexts)s::timestamptz[], %(codes)s::text[],
            %(messages)s::text[], %(numbers)s::text[], %(counted)s::bool[], %(warnings)s::text[])
  AS v(id, epoch, push, next_at, code, message, number, counted, warning)
WHERE o.merchant_id = %(merchant)s AND o.id = v.id AND o.push_epoch = v.epoch AND o.push = %(origin)s
RETURNING o.id
"""
ATTEMPTS = """
INSERT INTO outbound_pushattempt (merchant_id, outbound_id, kind, epoch, digest, outcome, code, message, exchange_id,
                                  at, late)
SELECT %(merchant)s, a.* FROM unnest(%(ids)s::bigint[], %(kinds)s::text[], %(epochs)s::int[], %(digests)s::text[],
  %(outcomes)s::text[], %(codes)s::text[], %(messages)s::text[], %(exchanges)s::text[], %(ats)s::timestamptz[],
  %(late)s::bool[]) AS a
"""


def save_verdicts(
    account_id: int,
    verdicts: Sequence[Verdict],
    results: Sequence[Result[Any]],
    *,
    kind: str,
    origin: str,
    digests: Sequence[str],
) -> None:
    """Write the verdicts of rows that are still ours, and the receipt of every try (late ones as evidence only)."""
    merchant = current_scope().merchant_id
    at = now()
    values: dict[str, Any] = {
        "merchant": merchant,
        "at": at,
        "origin": origin,
        "ids": [v.id for v in verdicts],
        "epochs": [v.epoch for v in verdicts],
        "pushes": [v.push for v in verdicts],
        "nexts": [v.next_at for v in verdicts],
        "codes": [v.code for v in verdicts],
        "messages": [v.message for v in verdicts],
        "numbers": [v.number for v in verdicts],
        "counted": [v.counted for v in verdicts],
        "warnings": [v.warning[:LONGEST_WARNING] for v in verdicts],
    }
    with connection.cursor() as cursor:
        cursor.execute(SAVE, values)
        ours = {row[0] for row in cursor.fetchall()}
        values |= {
            "kinds": [kind] * len(verdicts),
            "digests": list(digests),
            "outcomes": [_outcome(v, r.error) for v, r in zip(verdicts, results, strict=True)],
            "exchanges": [r.exchanges[-1].id if r.exchanges else "" for r in results],
            "ats": [at] * len(verdicts),
            "late": [v.id not in ours for v in verdicts],
        }
        cursor.execute(ATTEMPTS, values)
    flag_lists(v.id for v in verdicts if (v.warning or v.push == "rejected") and v.id in ours)
    if any(isinstance(r.error, AuthRejected) for r in results):
        account_changed(account_id)
    _wake_for(account_id, verdicts)


def _outcome(verdict: Verdict, error: PartnerError | None) -> str:
    return verdict.push if error is None else type(error).__name__


def _wake_for(account_id: int, verdicts: Sequence[Verdict]) -> None:
    states = {v.push for v in verdicts}
    if "unknown" in states:
        wake("doubt", account_id)
    if "pushed" in states:
        follow_soon(account_id)


def follow_soon(account_id: int) -> None:
    """Something is at the warehouse now: the next look must not wait for a long pause (nor follow every push)."""
    soon = now() + FIRST_LOOK
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE integrations_warehouseaccount SET next_follow_up_at = %s WHERE merchant_id = %s AND id = %s"
            " AND (next_follow_up_at IS NULL OR next_follow_up_at > %s)",
            [soon, current_scope().merchant_id, account_id, soon],
        )


# -- doubt ----------------------------------------------------------------------------------------------------------

LOST = """
UPDATE outbound_outbound SET push = 'unknown', push_next_at = push_lease_until + make_interval(secs => %(settle)s),
  push_lease_until = NULL, push_error_code = 'worker_lost', push_error_message = ''
WHERE merchant_id = %(merchant)s AND account_id = %(account)s AND push = 'pushing' AND push_lease_until < %(now)s
"""


def look_up_doubtful(merchant_id: int, account_id: int) -> int:
    """Ask the warehouse for the references of lists whose outcome is not known; answers how many were asked for.

    A lease that ran out makes the row unknown, never ready: the lost worker may have reached the partner.
    """
    with merchant_scope(merchant_id, actor=ACTOR, cause="look up"):
        try:
            line = account_line(account_id)
        except (ConnectionPaused, NotConnected):
            return 0
        settle = warehouse_capabilities(line.plugin).lookup_settles_after
        with connection.cursor() as cursor:
            cursor.execute(LOST, {"merchant": merchant_id, "account": account_id, "now": now(), "settle": settle})
        rows = _claim_doubtful(line)
    jobs = [Job(row[0], _find_call(row[3])) for row in rows]
    results = call_many(line, jobs, width=WIDTH)
    with merchant_scope(merchant_id, actor=ACTOR, cause="look up"):
        record(line, results)
        verdicts = [_found_verdict(result, row) for result, row in zip(results, rows, strict=True)]
        save_verdicts(account_id, verdicts, results, kind="lookup", origin="unknown", digests=[row[4] for row in rows])
        apply_reports(account_id, [r.value for r in results if r.error is None and r.value is not None])
        _settle_absent(account_id, [v.id for v in verdicts if v.push == "ready"])
    return len(rows)


def _claim_doubtful(line: PartnerLine) -> list[tuple[Any, ...]]:
    granted = budgets.take("account", line.id, BATCH)
    rows = claim_rows(
        "outbound_outbound",
        merchant_id=line.merchant_id,
        where="c.account_id = %(account)s AND c.push = 'unknown'"
        " AND (c.push_next_at IS NULL OR c.push_next_at <= %(now)s)"
        " AND (c.push_lease_until IS NULL OR c.push_lease_until < %(now)s)",
        order="c.priority, c.id",
        changes="push_epoch = t.push_epoch + 1, push_lease_until = %(lease)s",
        returning="t.id, t.push_epoch, t.push_attempts, t.reference, t.push_digest",
        limit=granted,
        values={
            "account": line.id,
            "now": now(),
            "lease": now() + timedelta(seconds=(ROUNDS + 1) * line.plugin.capabilities.call_deadline + 30),
        },
    )
    budgets.refund("account", line.id, granted - len(rows))
    return rows


def _find_call(reference: str) -> Any:
    return lambda connector: connector.find_outbound(reference)


def _found_verdict(result: Result[OutboundReport | None], row: tuple[Any, ...]) -> Verdict:
    error = result.error
    if error is not None:
        return Verdict(row[0], row[1], "unknown", next_try(row[2]), error.code, error.message)
    report = result.value
    if report is None:
        return Verdict(row[0], row[1], "ready", code="", message="")
    return Verdict(row[0], row[1], "pushed", number=report.ref.number)


def _settle_absent(account_id: int, outbound_ids: Sequence[int]) -> None:
    """Certainly not at the warehouse: those that were cancelled meanwhile are void, the others are pushed again."""
    if not outbound_ids:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE outbound_outbound SET cancellation = 'done' WHERE merchant_id = %s AND id = ANY(%s)"
            " AND cancellation = 'asked' AND push = 'ready' RETURNING id",
            [current_scope().merchant_id, list(outbound_ids)],
        )
        stopped = [row[0] for row in cursor.fetchall()]
    void_lists(stopped)
    flag_stopped(stopped)
    wake("push", account_id)
