"""Asking a warehouse to stop a list whose order was cancelled (R115 to R120).

The wish is a machine of its own: asked → sent → done, pending (the warehouse tries), or refused. A list that is
completed meanwhile is a conflict, which the reports find (see ``reports``). Only lists that the warehouse certainly
has are cancelled there: one whose push is in doubt waits for its look-up.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from salur.connectors.base.errors import AlreadyExists, AuthRejected, RateLimited, Rejected, TooLate
from salur.connectors.base.types import CancelOutcome, OutboundReport, OutboundTask, PartnerRef
from salur.foundation.clock import now
from salur.foundation.locks import claim_rows, lock_ids
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
from salur.outbound.flagged import flag_lists, flag_stopped
from salur.outbound.stopping import NOT_SUPPORTED
from salur.stock.reserve import release_stock
from salur.tenancy.scope import current_scope, merchant_scope

from .backoff import next_try
from .changes import void_lists
from .reports import apply_reports
from .wakeups import account_changed, stock_freed, wake, wake_recheck

BATCH, WIDTH = 50, 32
TURN_SECONDS = 20.0
LONGEST_REASON = 500
ACTOR = "worker"

UNPUSHED = "('draft', 'waiting', 'ready', 'rejected')"
DUE = """c.account_id = %(account)s
 AND (c.cancellation_next_at IS NULL OR c.cancellation_next_at <= %(now)s)
 AND (c.cancellation_lease_until IS NULL OR c.cancellation_lease_until < %(now)s)"""


@dataclass(frozen=True, slots=True)
class Claim:
    """A list to be stopped (``sent``) or whose stopping is awaited (``pending``)."""

    id: int
    epoch: int
    attempts: int
    state: str
    ref: PartnerRef
    reason: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a try means for the row; ``state`` None leaves it to the report."""

    id: int
    epoch: int
    origin: str
    state: str
    attempts: int
    next_at: datetime | None = None
    reason: str = ""


def cancel_due(merchant_id: int, account_id: int) -> int:
    """Carry on the cancellations of one account, batch after batch; answers how many tries were made."""
    ends = time.monotonic() + TURN_SECONDS
    tries = 0
    while True:
        with merchant_scope(merchant_id, actor=ACTOR, cause="cancel"):
            _end_unpushed(account_id)
            try:
                line = account_line(account_id)
            except (ConnectionPaused, NotConnected):
                return tries
            claims = _claim(line)
            if claims and time.monotonic() > ends:
                wake("cancel", account_id)
        if not claims:
            return tries
        _call_and_save(line, claims)
        tries += len(claims)
        if time.monotonic() > ends:
            return tries


def _end_unpushed(account_id: int) -> None:
    """A wish for a list that the warehouse never got after all is fulfilled by voiding the list."""
    rows = claim_rows(
        "outbound_outbound",
        merchant_id=current_scope().merchant_id,
        where=f"{DUE} AND c.cancellation = 'asked' AND c.push IN {UNPUSHED}",
        order="c.id",
        changes="cancellation = 'done'",
        returning="t.id",
        limit=500,
        values={"account": account_id, "now": now()},
    )
    ended = [row[0] for row in rows]
    void_lists(ended)
    flag_stopped(ended)


def _claim(line: PartnerLine) -> list[Claim]:
    """Rows for one try each. A request whose worker was lost is sent again: asking twice does no harm."""
    if "cancel" not in line.plugin.capabilities.abilities:
        _refuse_all(line)
        return []
    taken = budgets.take("account", line.id, BATCH)
    if not taken:
        return []
    values = {
        "account": line.id,
        "now": now(),
        "lease": now() + timedelta(seconds=4 * line.plugin.capabilities.call_deadline + 30),
    }
    rows = claim_rows(
        "outbound_outbound",
        merchant_id=line.merchant_id,
        where=f"{DUE} AND c.cancellation IN ('asked', 'sent', 'pending') AND c.push = 'pushed'",
        order="c.id",
        changes="cancellation = CASE WHEN t.cancellation = 'asked' THEN 'sent' ELSE t.cancellation END,"
        " cancellation_epoch = t.cancellation_epoch + 1, cancellation_attempts = t.cancellation_attempts + 1,"
        " cancellation_lease_until = %(lease)s",
        returning="t.id, t.cancellation_epoch, t.cancellation_attempts, t.cancellation, t.partner_number, t.reference,"
        " t.cancellation_reason",
        limit=taken,
        values=values,
    )
    budgets.refund("account", line.id, taken - len(rows))
    return [
        Claim(i, epoch, tries, state, PartnerRef(number, reference), reason)
        for i, epoch, tries, state, number, reference, reason in rows
    ]


def _refuse_all(line: PartnerLine) -> None:
    """This partner takes no such request: the merchant must talk to the warehouse (R120)."""
    changes = ("sent", "refused")  # the machine's steps, one after the other
    refused = []
    for state in changes:
        refused = claim_rows(
            "outbound_outbound",
            merchant_id=line.merchant_id,
            where=f"{DUE} AND c.cancellation = ANY(%(origins)s) AND c.push = 'pushed'",
            order="c.id",
            changes="cancellation = %(state)s, cancellation_reason = %(reason)s, cancellation_next_at = NULL",
            returning="t.id",
            limit=500,
            values={
                "account": line.id,
                "now": now(),
                "state": state,
                "reason": NOT_SUPPORTED,
                "origins": ["asked"] if state == "sent" else ["sent", "pending"],
            },
        )
    flag_lists(row[0] for row in refused)


# -- calls ----------------------------------------------------------------------------------------------------------


def _call_and_save(line: PartnerLine, claims: Sequence[Claim]) -> None:
    results = call_many(line, [Job(c.id, _call_of(c)) for c in claims], width=WIDTH)
    reports = [r.value for r in results if r.error is None and isinstance(r.value, OutboundReport)]
    verdicts = [_verdict(claim, result) for claim, result in zip(claims, results, strict=True)]
    with merchant_scope(line.merchant_id, actor=ACTOR, cause="cancel"):
        lock_ids("outbound_outbound", line.merchant_id, [c.id for c in claims])
        apply_reports(line.id, reports)
        _save(verdicts)
        record(line, results)
        if any(isinstance(r.error, AuthRejected) for r in results):
            account_changed(line.id)


def _call_of(claim: Claim) -> Any:
    if claim.state == "sent":
        return lambda connector: connector.cancel_outbound(claim.ref, claim.reason)

    def look(connector: Any) -> OutboundReport | None:
        reports = connector.outbound_reports([claim.ref])
        return reports[0] if reports else None

    return look


def _verdict(claim: Claim, result: Result[CancelOutcome | OutboundReport | None]) -> Verdict:
    error, tries = result.error, claim.attempts
    if error is None:
        return _outcome(claim, result.value)
    state = "asked" if claim.state == "sent" else claim.state
    told = error.message or error.code
    if isinstance(error, RateLimited):
        later = now() + timedelta(seconds=error.retry_after)
        return Verdict(claim.id, claim.epoch, claim.state, state, max(0, tries - 1), later)
    if claim.state == "sent" and isinstance(error, AlreadyExists):
        return Verdict(claim.id, claim.epoch, claim.state, "pending", 0, next_try(0))
    if claim.state == "sent" and isinstance(error, Rejected | TooLate):
        return Verdict(claim.id, claim.epoch, claim.state, "refused", tries, None, told)
    return Verdict(claim.id, claim.epoch, claim.state, state, tries, next_try(tries))


def _outcome(claim: Claim, value: CancelOutcome | OutboundReport | None) -> Verdict:
    """Success of the request is not success of the wish: the state that the warehouse names decides."""
    state, reason = "pending", ""
    if isinstance(value, CancelOutcome):
        state = {"accepted": "done", "refused": "refused"}.get(value.state, "pending")
        reason = value.reason
    elif isinstance(value, OutboundReport):
        if value.status == OutboundTask.CANCELLED or value.cancellation == "accepted":
            state = "done"
        elif value.cancellation == "refused":
            state, reason = "refused", value.reason or "the warehouse could not stop it"
    if state != "pending":
        return Verdict(claim.id, claim.epoch, claim.state, state, claim.attempts, None, reason)
    tries = 0 if claim.state == "sent" else claim.attempts
    return Verdict(claim.id, claim.epoch, claim.state, "pending", tries, next_try(tries))


# -- writing --------------------------------------------------------------------------------------------------------

SAVE = """
UPDATE outbound_outbound o SET cancellation = v.state, cancellation_attempts = v.attempts,
  cancellation_next_at = v.next_at, cancellation_lease_until = NULL,
  cancellation_reason = CASE WHEN v.reason <> '' THEN v.reason ELSE o.cancellation_reason END
FROM unnest(%(ids)s::bigint[], %(epochs)s::int[], %(origins)s::text[], %(states)s::text[], %(attempts)s::int[],
            %(nexts)s::timestamptz[], %(reasons)s::text[])
  AS v(id, epoch, origin, state, attempts, next_at, reason)
WHERE o.merchant_id = %(merchant)s AND o.id = v.id AND o.cancellation_epoch = v.epoch AND o.cancellation = v.origin
RETURNING o.id
"""
HELD = """
SELECT id FROM outbound_outbound
WHERE merchant_id = %s AND id = ANY(%s) AND reserved AND push = 'pushed' AND task <> 'completed'
"""
VOID = """
UPDATE outbound_outbound SET push = 'void', reserved = false,
  task = CASE WHEN task IN ('completed', 'cancelled') THEN task ELSE 'cancelled' END
WHERE merchant_id = %s AND id = ANY(%s) AND push = 'pushed' AND task <> 'completed'
"""


def _save(verdicts: Sequence[Verdict]) -> None:
    """Write the verdicts of rows still ours (and not settled by a report); done: list void, stock free once."""
    merchant = current_scope().merchant_id
    with connection.cursor() as cursor:
        cursor.execute(
            SAVE,
            {
                "merchant": merchant,
                "ids": [v.id for v in verdicts],
                "epochs": [v.epoch for v in verdicts],
                "origins": [v.origin for v in verdicts],
                "states": [v.state for v in verdicts],
                "attempts": [v.attempts for v in verdicts],
                "nexts": [v.next_at for v in verdicts],
                "reasons": [v.reason[:LONGEST_REASON] for v in verdicts],
            },
        )
        ours = {row[0] for row in cursor.fetchall()}
        done = [v.id for v in verdicts if v.state == "done" and v.id in ours]
        cursor.execute(HELD, [merchant, done])
        held = [row[0] for row in cursor.fetchall()]
        cursor.execute(VOID, [merchant, done])
    release_stock(held)
    stock_freed(held)
    flag_lists(ours.intersection(v.id for v in verdicts if v.state in ("refused", "done")))
    flag_stopped(done)
    if done:
        wake_recheck()


def ask_again(outbound_ids: Sequence[int]) -> int:
    """Ask the warehouse once more after a refusal (inside a scope); answers for how many."""
    merchant = current_scope().merchant_id
    held = lock_ids("outbound_outbound", merchant, outbound_ids)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE outbound_outbound SET cancellation = 'asked', cancellation_next_at = NULL,"
            " cancellation_attempts = 0 WHERE merchant_id = %s AND id = ANY(%s) AND cancellation = 'refused'"
            " AND push = 'pushed' AND task <> 'completed' RETURNING id, account_id",
            [merchant, held],
        )
        rows = cursor.fetchall()
    flag_lists(row[0] for row in rows)
    for account in {row[1] for row in rows}:
        wake("cancel", account)
    return len(rows)
