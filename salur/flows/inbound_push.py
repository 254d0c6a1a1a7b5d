"""Telling warehouses of inbound lists: claim, call, record; in doubt look up by reference (R66, R71; design 8).

As with outbound lists exactly one list reaches the warehouse: an unknown outcome is never sent again before the
warehouse was asked for our reference, and the answer of a worker whose lease ran out changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

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
from salur.connectors.base.inbound import InboundReport
from salur.connectors.base.types import PartnerRef
from salur.foundation.clock import now
from salur.foundation.locks import claim_rows, lock_ids
from salur.inbound.checking import CheckedLine, Rules
from salur.inbound.editing import Head, announce_checked, push_rejected_again, submit
from salur.inbound.expecting import expect
from salur.inbound.models import InboundList, InboundPushAttempt
from salur.inbound.requests import InboundContent, inbound_contents
from salur.inbound.states import InboundCancellationState, InboundFlag, InboundPushState
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
from .receive import apply_inbound_reports, recount
from .wakeups import account_changed, wake

BATCH, WIDTH = 16, 8
ROUNDS = -(-BATCH // WIDTH)
FIRST_LOOK = timedelta(seconds=2)
ACTOR = "worker"
LISTS = "inbound_inboundlist"


@dataclass(frozen=True, slots=True)
class Claim:
    """A list taken for one try; ``epoch`` fences off whoever held it before."""

    id: int
    epoch: int
    attempts: int
    reference: str
    digest: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a try means for the row."""

    push: str
    next_at: datetime | None = None
    code: str = ""
    message: str = ""
    number: str = ""
    warning: str = ""
    counted: bool = True


# -- what people do -------------------------------------------------------------------------------------------------


def submit_inbound(list_id: int) -> InboundList:
    """Submit a draft and wake its pusher (inside a scope). Raises what ``salur.inbound.editing.submit`` does."""
    return _wake_pusher(submit(list_id))


def announce_inbound(rules: Rules, lines: Sequence[CheckedLine], head: Head, *, source: str) -> InboundList:
    """Make and submit a list of lines that this transaction has judged, and wake its pusher (inside a scope).

    Raises what ``salur.inbound.editing.announce_checked`` does.
    """
    return _wake_pusher(announce_checked(rules, lines, head, source=source))


def _wake_pusher(row: InboundList) -> InboundList:
    if row.account_id is not None:
        wake("inbound_push", row.account_id)
    return row


def push_inbound_again(list_ids: Iterable[int]) -> list[int]:
    """Send refused lists once more (inside a scope; R71, R122); answers which."""
    rows = push_rejected_again(list_ids)
    for account in {row.account_id for row in rows if row.account_id is not None}:
        wake("inbound_push", account)
    return [row.pk for row in rows]


# -- push -----------------------------------------------------------------------------------------------------------


def push_inbound_due(merchant_id: int, account_id: int) -> int:
    """Push the lists of one account that are ready, batch after batch; answers how many tries were made."""
    tries = 0
    while True:
        with merchant_scope(merchant_id, actor=ACTOR, cause="push inbound"):
            try:
                line = account_line(account_id)
            except (ConnectionPaused, NotConnected):
                return tries
            claims, contents = _claim(line)
        if not claims:
            return tries
        results = call_many(line, [Job(c.id, _push_call(contents[c.id])) for c in claims], width=WIDTH)
        settle = warehouse_capabilities(line.plugin).lookup_settles_after
        verdicts = [_verdict(r, c, settle) for r, c in zip(results, claims, strict=True)]
        with merchant_scope(merchant_id, actor=ACTOR, cause="push inbound"):
            record(line, results)
            _save(line, claims, verdicts, results, kind="push", origin=InboundPushState.PUSHING)
        tries += len(claims)


def _lease(line: PartnerLine) -> datetime:
    # The last call of a claim may begin when all before it took their whole time, and renewing access takes one more.
    return now() + timedelta(seconds=(ROUNDS + 1) * line.plugin.capabilities.call_deadline + 30)


def _claim(line: PartnerLine) -> tuple[list[Claim], dict[int, InboundContent]]:
    granted = budgets.take("account", line.id, BATCH)
    rows = claim_rows(
        LISTS,
        merchant_id=line.merchant_id,
        where="c.account_id = %(account)s AND c.push = 'ready'"
        " AND (c.push_next_at IS NULL OR c.push_next_at <= %(now)s)",
        order="c.id",
        changes="push = 'pushing', push_epoch = t.push_epoch + 1, push_attempts = t.push_attempts + 1,"
        " push_lease_until = %(lease)s",
        returning="t.id, t.push_epoch, t.push_attempts, t.reference",
        limit=granted,
        values={"account": line.id, "now": now(), "lease": _lease(line)},
    )
    budgets.refund("account", line.id, granted - len(rows))
    contents = inbound_contents(row[0] for row in rows)
    for pk, content in contents.items():
        InboundList.objects.filter(pk=pk).update(push_digest=content.digest)
    return [Claim(i, epoch, tries, ref, contents[i].digest) for i, epoch, tries, ref in rows], contents


def _push_call(content: InboundContent) -> Any:
    return lambda connector: connector.push_inbound(content.request)


def _verdict(result: Result[PartnerRef], claim: Claim, settle: float) -> Verdict:
    """The error class is the policy (design 4)."""
    error = result.error
    if error is None:
        ref = result.answer()
        return Verdict("pushed", number=ref.number, warning=ref.warning)
    if isinstance(error, AlreadyExists) and error.ref:
        return Verdict("pushed", number=error.ref)
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
    return Verdict(push, until, error.code, error.message, counted=not isinstance(error, RateLimited))


def _save(
    line: PartnerLine,
    claims: Sequence[Claim],
    verdicts: Sequence[Verdict],
    results: Sequence[Result[Any]],
    *,
    kind: str,
    origin: str,
) -> set[int]:
    """Write the verdicts of rows still ours and a receipt of every try (late ones as evidence only)."""
    held = set(lock_ids(LISTS, line.merchant_id, [c.id for c in claims]))
    ours = {c.id for c, v in zip(claims, verdicts, strict=True) if c.id in held and _save_one(c, v, origin)}
    InboundPushAttempt.objects.bulk_create(
        _attempt(line, c, v, r, kind, late=c.id not in ours)
        for c, v, r in zip(claims, verdicts, results, strict=True)
        if c.id in held
    )
    if any(isinstance(r.error, AuthRejected) for r in results):
        account_changed(line.id)  # before any balance is locked
    pushed = [(c, r) for c, v, r in zip(claims, verdicts, results, strict=True) if v.push == "pushed" and c.id in ours]
    _flag_other_content([c for c, r in pushed if kind == "lookup" or r.error is not None])
    expect([c.id for c, _ in pushed])
    states = {v.push for v in verdicts}
    if "unknown" in states:
        wake("inbound_doubt", line.id)
    if any(v.push == "pushed" for v in verdicts):
        wake("inbound_cancel", line.id)  # somebody may have asked for it while it was on its way
    return ours


def _save_one(claim: Claim, verdict: Verdict, origin: str) -> bool:
    changes: dict[str, Any] = {
        "push": verdict.push,
        "push_next_at": verdict.next_at,
        "push_lease_until": None,
        "push_error_code": verdict.code,
        "push_error_message": verdict.message,
    }
    if not verdict.counted:
        changes["push_attempts"] = max(0, claim.attempts - 1)
    if verdict.push == "pushed":
        changes |= {"pushed_at": now(), "warning": verdict.warning, "task_next_at": now() + FIRST_LOOK}
    if verdict.number:
        changes["partner_number"] = verdict.number
    mine = InboundList.objects.filter(pk=claim.id, push_epoch=claim.epoch, push=origin)
    return bool(mine.update(**changes))


def _flag_other_content(bound: Sequence[Claim]) -> None:
    """The warehouse had the list before this try: where an earlier, lost try sent other lines, it may have those."""
    lost = ("UnknownOutcome", "ContractBroken", "pushed")
    for claim in bound:
        earlier = InboundPushAttempt.objects.filter(inbound_id=claim.id, kind="push", outcome__in=lost)
        if earlier.exclude(digest=claim.digest).exists():
            row = InboundList.objects.get(pk=claim.id)
            flags = sorted({*row.flags, str(InboundFlag.OTHER_CONTENT)})
            InboundList.objects.filter(pk=claim.id).update(flags=flags)


def _attempt(
    line: PartnerLine, claim: Claim, verdict: Verdict, result: Result[Any], kind: str, *, late: bool
) -> InboundPushAttempt:
    error: PartnerError | None = result.error
    return InboundPushAttempt(
        merchant_id=line.merchant_id,
        inbound_id=claim.id,
        kind=kind,
        epoch=claim.epoch,
        digest=claim.digest,
        outcome=verdict.push if error is None else type(error).__name__,
        code=error.code if error else "",
        message=error.message if error else "",
        exchange_id=result.exchanges[-1].id if result.exchanges else "",
        at=now(),
        late=late,
    )


# -- doubt ----------------------------------------------------------------------------------------------------------


def look_up_inbound(merchant_id: int, account_id: int) -> int:
    """Ask the warehouse for the references of lists whose outcome is not known; answers how many were asked for.

    A lease that ran out makes the row unknown, never ready: the lost worker may have reached the partner.
    """
    with merchant_scope(merchant_id, actor=ACTOR, cause="look up inbound"):
        try:
            line = account_line(account_id)
        except (ConnectionPaused, NotConnected):
            return 0
        _take_from_lost(line)
        claims = _claim_doubtful(line)
    if not claims:
        return 0
    asked_at = now()
    results = call_many(line, [Job(c.id, _find_call(c.reference)) for c in claims], width=WIDTH)
    verdicts = [_found_verdict(r, c) for r, c in zip(results, claims, strict=True)]
    reports = [r.value for r in results if r.error is None and r.value is not None]
    with merchant_scope(merchant_id, actor=ACTOR, cause="look up inbound"):
        record(line, results)
        ours = _save(line, claims, verdicts, results, kind="lookup", origin=InboundPushState.UNKNOWN)
        applied = apply_inbound_reports(line.id, reports, asked_at)
        absent = [c.id for c, v in zip(claims, verdicts, strict=True) if v.push == "ready" and c.id in ours]
        _settle_absent(line.id, absent)
    recount(line, applied)
    return len(claims)


def _take_from_lost(line: PartnerLine) -> None:
    claim_rows(
        LISTS,
        merchant_id=line.merchant_id,
        where="c.account_id = %(account)s AND c.push = 'pushing' AND c.push_lease_until < %(now)s",
        order="c.id",
        changes="push = 'unknown', push_lease_until = NULL, push_error_code = 'worker_lost', push_error_message = '',"
        " push_next_at = t.push_lease_until + make_interval(secs => %(settle)s)",
        returning="t.id",
        limit=1000,
        values={
            "account": line.id,
            "now": now(),
            "settle": warehouse_capabilities(line.plugin).lookup_settles_after,
        },
    )


def _claim_doubtful(line: PartnerLine) -> list[Claim]:
    granted = budgets.take("account", line.id, BATCH)
    rows = claim_rows(
        LISTS,
        merchant_id=line.merchant_id,
        where="c.account_id = %(account)s AND c.push = 'unknown'"
        " AND (c.push_next_at IS NULL OR c.push_next_at <= %(now)s)"
        " AND (c.push_lease_until IS NULL OR c.push_lease_until < %(now)s)",
        order="c.id",
        changes="push_epoch = t.push_epoch + 1, push_lease_until = %(lease)s",
        returning="t.id, t.push_epoch, t.push_attempts, t.reference, t.push_digest",
        limit=granted,
        values={"account": line.id, "now": now(), "lease": _lease(line)},
    )
    budgets.refund("account", line.id, granted - len(rows))
    return [Claim(*row) for row in rows]


def _find_call(reference: str) -> Any:
    return lambda connector: connector.find_inbound(reference)


def _found_verdict(result: Result[InboundReport | None], claim: Claim) -> Verdict:
    error = result.error
    if error is not None:
        return Verdict("unknown", next_try(claim.attempts), error.code, error.message)
    if result.value is None:
        return Verdict("ready")
    return Verdict("pushed", number=result.value.ref.number)


def _settle_absent(account_id: int, list_ids: Sequence[int]) -> None:
    """Certainly not at the warehouse: those that nobody wants any more are void, the others are pushed again."""
    if not list_ids:
        return
    InboundList.objects.filter(
        pk__in=list_ids, push=InboundPushState.READY, cancellation=InboundCancellationState.ASKED
    ).update(push=InboundPushState.VOID, cancellation=InboundCancellationState.DONE)
    wake("inbound_push", account_id)
