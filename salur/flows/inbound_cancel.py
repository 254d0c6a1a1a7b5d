"""Calling inbound lists off: at once where no warehouse has them, else by asking the warehouse (asked, sent, done).

A wish that the warehouse only takes note of stays ``sent`` until its next report tells how it ended.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from salur.connectors.base.errors import AlreadyExists, AuthRejected, PartnerError, RateLimited, Rejected, TooLate
from salur.connectors.base.types import CancelOutcome, PartnerRef
from salur.foundation.clock import now
from salur.foundation.locks import claim_rows, lock_ids
from salur.inbound.editing import ListRefused
from salur.inbound.expecting import unexpect_entries
from salur.inbound.models import InboundLine, InboundList, InboundPushAttempt
from salur.inbound.states import ENDED, InboundCancellationState, InboundPushState, InboundTaskState
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
from salur.stock.ledger import balance_ids, post
from salur.tenancy import audit
from salur.tenancy.scope import current_scope, merchant_scope

from .backoff import next_try
from .transfer_follow import follow_transfers
from .wakeups import account_changed, wake

BATCH, WIDTH = 16, 8
LONGEST_REASON = 500
ACTOR = "worker"
LISTS = "inbound_inboundlist"
Cancellation = InboundCancellationState


def cancel_inbound(list_id: int, reason: str = "") -> InboundList:
    """Call a list off (inside a scope). Answers it: void, cancelled, or with the wish ``asked``.

    Raises :class:`ListRefused` for one that has ended, or is still a draft (which is deleted instead), and
    ``InboundList.DoesNotExist``.
    """
    held = lock_ids(LISTS, current_scope().merchant_id, [list_id])
    row = InboundList.objects.filter(pk__in=held).first()
    if row is None:
        raise InboundList.DoesNotExist(list_id)
    if row.push == InboundPushState.DRAFT:
        raise ListRefused("inbound_not_submitted", reference=row.reference)
    if row.push == InboundPushState.VOID or row.task in ENDED:
        raise ListRefused("inbound_ended", reference=row.reference)
    audit.record("inbound.cancelled", f"inbound:{row.pk}", reference=row.reference)
    row.cancellation_reason = reason[:LONGEST_REASON]
    if row.push in (InboundPushState.READY, InboundPushState.REJECTED):
        row.push = InboundPushState.VOID
    elif row.account_id is None:
        row.task = InboundTaskState.CANCELLED
    elif row.cancellation in (Cancellation.NONE, Cancellation.REFUSED):
        row.cancellation, row.cancellation_attempts, row.cancellation_next_at = Cancellation.ASKED, 0, None
        row.cancellation_error_code = row.cancellation_error_message = ""
        wake("inbound_cancel", row.account_id)
    row.save()
    if row.task == InboundTaskState.CANCELLED:
        _expect_no_more([row.pk])
    follow_transfers([row.pk])
    return row


def _expect_no_more(list_ids: Sequence[int]) -> None:
    """What cancelled lists still expected will not come (inside a scope, the lists locked)."""
    rows = list(InboundLine.objects.filter(inbound_id__in=list_ids, expected__gt=0).select_related("inbound"))
    ids = balance_ids([(line.inbound.warehouse_id, line.product_id) for line in rows])
    left = [(line.inbound_id, ids[line.inbound.warehouse_id, line.product_id], line.expected) for line in rows]
    InboundLine.objects.filter(pk__in=[line.pk for line in rows]).update(expected=0)
    post(unexpect_entries(left))


# -- asking the warehouse -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Claim:
    """A list to be called off; ``epoch`` fences off whoever held it before."""

    id: int
    epoch: int
    attempts: int
    ref: PartnerRef
    reason: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a try means for the wish."""

    state: str
    next_at: datetime | None = None
    code: str = ""
    message: str = ""
    counted: bool = True


def cancel_inbound_due(merchant_id: int, account_id: int) -> int:
    """Carry on the wishes of one account; answers how many tries were made."""
    tries = 0
    while True:
        with merchant_scope(merchant_id, actor=ACTOR, cause="cancel inbound"):
            _end_unpushed(account_id)
            try:
                line = account_line(account_id)
            except (ConnectionPaused, NotConnected):
                return tries
            claims = _claim(line)
        if not claims:
            return tries
        results = call_many(line, [Job(c.id, _call_of(c)) for c in claims], width=WIDTH)
        with merchant_scope(merchant_id, actor=ACTOR, cause="cancel inbound"):
            record(line, results)
            if any(isinstance(r.error, AuthRejected) for r in results):
                account_changed(line.id)
            _save(line, claims, results)
        tries += len(claims)


def _end_unpushed(account_id: int) -> None:
    """A wish for a list that the warehouse never got after all is fulfilled by voiding the list."""
    voided = claim_rows(
        LISTS,
        merchant_id=current_scope().merchant_id,
        where="c.account_id = %(account)s AND c.cancellation = 'asked' AND c.push IN ('ready', 'rejected')",
        order="c.id",
        changes="cancellation = 'done', push = 'void'",
        returning="t.id",
        limit=500,
        values={"account": account_id},
    )
    follow_transfers([row[0] for row in voided])


def _claim(line: PartnerLine) -> list[Claim]:
    """Rows for one try each. A request whose worker was lost is sent again: asking twice does no harm."""
    granted = budgets.take("account", line.id, BATCH)
    rows = claim_rows(
        LISTS,
        merchant_id=line.merchant_id,
        where="c.account_id = %(account)s AND c.push = 'pushed' AND c.task NOT IN ('completed', 'cancelled') AND ("
        "(c.cancellation = 'asked' AND (c.cancellation_next_at IS NULL OR c.cancellation_next_at <= %(now)s))"
        " OR (c.cancellation = 'sent' AND c.cancellation_lease_until < %(now)s))",
        order="c.id",
        changes="cancellation = 'sent', cancellation_epoch = t.cancellation_epoch + 1,"
        " cancellation_attempts = t.cancellation_attempts + 1, cancellation_lease_until = %(lease)s",
        returning="t.id, t.cancellation_epoch, t.cancellation_attempts, t.partner_number, t.reference,"
        " t.cancellation_reason",
        limit=granted,
        values={
            "account": line.id,
            "now": now(),
            "lease": now() + timedelta(seconds=4 * line.plugin.capabilities.call_deadline + 30),
        },
    )
    budgets.refund("account", line.id, granted - len(rows))
    return [Claim(i, epoch, tries, PartnerRef(number, ref), reason) for i, epoch, tries, number, ref, reason in rows]


def _call_of(claim: Claim) -> Any:
    return lambda connector: connector.cancel_inbound(claim.ref, claim.reason)


def _verdict(claim: Claim, result: Result[CancelOutcome]) -> Verdict:
    error = result.error
    if error is None:
        outcome = result.answer()
        state = {"accepted": Cancellation.DONE, "refused": Cancellation.REFUSED}.get(outcome.state, Cancellation.SENT)
        return Verdict(state, code="refused" if state == Cancellation.REFUSED else "", message=outcome.reason)
    if isinstance(error, AlreadyExists):  # asked for before: the next report tells
        return Verdict(Cancellation.SENT)
    if isinstance(error, Rejected | TooLate):
        return Verdict(Cancellation.REFUSED, None, error.code, error.message)
    if isinstance(error, RateLimited):
        later = now() + timedelta(seconds=error.retry_after)
        return Verdict(Cancellation.ASKED, later, error.code, error.message, counted=False)
    return Verdict(Cancellation.ASKED, next_try(claim.attempts), error.code, error.message)


def _save(line: PartnerLine, claims: Sequence[Claim], results: Sequence[Result[CancelOutcome]]) -> None:
    """Write the verdicts of rows that are still ours (and not settled by a report), and a receipt of each try."""
    held = set(lock_ids(LISTS, line.merchant_id, [c.id for c in claims]))
    done = []
    for claim, result in zip(claims, results, strict=True):
        verdict = _verdict(claim, result)
        mine = InboundList.objects.filter(
            pk=claim.id, cancellation_epoch=claim.epoch, cancellation=Cancellation.SENT
        ).update(
            cancellation=verdict.state,
            cancellation_next_at=verdict.next_at,
            cancellation_lease_until=None,
            cancellation_attempts=claim.attempts if verdict.counted else max(0, claim.attempts - 1),
            cancellation_error_code=verdict.code,
            cancellation_error_message=verdict.message,
        )
        if mine and verdict.state == Cancellation.DONE:
            done.append(claim.id)
        if (
            mine and verdict.state == Cancellation.SENT
        ):  # the report that tells how it ends should not be long in coming
            InboundList.objects.filter(pk=claim.id).update(task_next_at=now() + timedelta(seconds=10))
        if claim.id in held:
            _attempt(line, claim, verdict, result.error, result, late=not mine)
    ended = InboundList.objects.filter(pk__in=done).exclude(task__in=ENDED)
    ids = list(ended.values_list("pk", flat=True))
    InboundList.objects.filter(pk__in=ids).update(task=InboundTaskState.CANCELLED, task_checked_at=now())
    _expect_no_more(ids)
    follow_transfers(ids)


def _attempt(
    line: PartnerLine,
    claim: Claim,
    verdict: Verdict,
    error: PartnerError | None,
    result: Result[CancelOutcome],
    *,
    late: bool,
) -> None:
    InboundPushAttempt.objects.create(
        merchant_id=line.merchant_id,
        inbound_id=claim.id,
        kind="cancel",
        epoch=claim.epoch,
        outcome=type(error).__name__ if error else verdict.state,
        code=error.code if error else "",
        message=error.message if error else verdict.message,
        exchange_id=result.exchanges[-1].id if result.exchanges else "",
        at=now(),
        late=late,
    )
