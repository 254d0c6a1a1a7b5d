"""Telling the store that the parcel is under way, and reading back that it shows so (design 7, mission R85)."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from salur.connectors.base.errors import AuthRejected, RateLimited, Rejected, TooLate
from salur.connectors.base.types import ConfirmResult, ShippedLine
from salur.foundation.clock import now
from salur.foundation.locks import claim_rows, lock_ids
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
from salur.integrations.models import StoreConnection
from salur.integrations.registry import STORE, find_plugin, plugins, store_capabilities
from salur.outbound.awb import clean_awb
from salur.outbound.states import Told
from salur.tenancy.scope import current_scope, merchant_scope

from .backoff import next_try
from .wakeups import store_changed, wake

BATCH, WIDTH = 50, 50
CALLS_PER_LIST = 2  # the order and its number as the store shows them
TURN_SECONDS = 10.0
MOST_LOOKS = 12  # about two hours; after that a person should look why the store shows something else
ACTOR = "worker"

DUE = """c.store_id = %(store)s AND c.confirmation = 'due'
 AND (c.confirmation_next_at IS NULL OR c.confirmation_next_at <= %(now)s)
 AND (c.confirmation_lease_until IS NULL OR c.confirmation_lease_until < %(now)s)"""
GONE = """EXISTS (SELECT 1 FROM orders_order r WHERE r.merchant_id = c.merchant_id AND r.id = c.order_id
 AND r.status = 'cancelled')"""


@dataclass(frozen=True, slots=True)
class Claim:
    """A completed list whose store is told; ``epoch`` fences off whoever held it before."""

    id: int
    epoch: int
    attempts: int
    awb: str
    courier: str
    tells: str
    order: str
    lines: tuple[ShippedLine, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a try means for the row."""

    id: int
    epoch: int
    state: str
    attempts: int
    next_at: datetime | None = None
    code: str = ""
    message: str = ""
    awb: str = ""


def confirms(channel: str) -> bool:
    """Whether stores of this channel can be told that a parcel is under way."""
    plugin = find_plugin(STORE, channel)
    return plugin is not None and "confirm" in plugin.capabilities.abilities


def confirm_due(merchant_id: int, store_id: int) -> int:
    """Confirm what is due at one store, batch after batch; answers how many tries were made."""
    ends = time.monotonic() + TURN_SECONDS
    tries = 0
    while True:
        with merchant_scope(merchant_id, actor=ACTOR, cause="confirm"):
            _fail_unconfirmable(store_id)
            try:
                line = store_line(store_id)
            except (ConnectionPaused, NotConnected):
                return tries
            taken, claims = _claim(line)
            if claims and time.monotonic() > ends:
                wake("confirm", store_id)
        if not claims:
            return tries
        _confirm_and_save(line, claims, taken)
        tries += len(claims)
        if time.monotonic() > ends:
            return tries


def _fail_unconfirmable(store_id: int) -> None:
    """Rows that can never be confirmed do not wait for ever: the order is cancelled, or its channel takes no word."""
    store = StoreConnection.objects.filter(pk=store_id).first()
    never = store is None or not confirms(store.channel)
    claim_rows(
        "outbound_outbound",
        merchant_id=current_scope().merchant_id,
        where=DUE if never else f"{DUE} AND {GONE}",
        order="c.id",
        changes="confirmation = 'failed', confirmation_next_at = NULL, confirmation_error_code = %(code)s,"
        " confirmation_error_message = ''",
        returning="t.id",
        limit=500,
        values={"store": store_id, "now": now(), "code": "not_supported" if never else "order_gone"},
    )


def _claim(line: PartnerLine) -> tuple[int, list[Claim]]:
    taken = budgets.take("store", line.id, BATCH * CALLS_PER_LIST)
    if not taken:
        return 0, []
    lease = now() + timedelta(seconds=3 * CALLS_PER_LIST * line.plugin.capabilities.call_deadline + 30)
    rows = claim_rows(
        "outbound_outbound",
        merchant_id=line.merchant_id,
        where=DUE,
        order="c.id",
        changes="confirmation_epoch = t.confirmation_epoch + 1, confirmation_attempts = t.confirmation_attempts + 1,"
        " confirmation_lease_until = %(lease)s",
        returning="t.id, t.confirmation_epoch, t.confirmation_attempts,"
        " coalesce(nullif(t.awb_given, ''), t.awb), t.courier, t.confirmation_tells,"
        " (SELECT r.external_id FROM orders_order r WHERE r.merchant_id = t.merchant_id AND r.id = t.order_id)",
        limit=max(1, taken // CALLS_PER_LIST),
        values={"store": line.id, "now": now(), "lease": lease},
    )
    kept = min(taken, len(rows) * CALLS_PER_LIST)
    budgets.refund("store", line.id, taken - kept)
    claims = [Claim(*row) for row in rows]
    return kept, _with_lines(claims) if store_capabilities(line.plugin).confirms_lines else claims


LINES = """
SELECT DISTINCT b.outbound_id, l.id, l.key, l.quantity FROM outbound_outboundline b
JOIN orders_orderline l ON l.merchant_id = b.merchant_id AND l.id = b.order_line_id
WHERE b.merchant_id = %s AND b.outbound_id = ANY(%s) ORDER BY b.outbound_id, l.id
"""


def _with_lines(claims: Sequence[Claim]) -> list[Claim]:
    """What is in each list, in the store's own lines: of a bundle the line counts, not the goods it is made of."""
    held: dict[int, list[ShippedLine]] = {claim.id: [] for claim in claims}
    with connection.cursor() as cursor:
        cursor.execute(LINES, [current_scope().merchant_id, list(held)])
        for outbound_id, _line_id, key, quantity in cursor.fetchall():
            held[outbound_id].append(ShippedLine(key, quantity))
    return [replace(claim, lines=tuple(held[claim.id])) for claim in claims]


def _confirm_and_save(line: PartnerLine, claims: Sequence[Claim], taken: int) -> None:
    by_line = store_capabilities(line.plugin).confirms_lines
    jobs = [Job(c.id, _confirm_call(c, by_line=by_line)) for c in claims]
    results: list[Result[ConfirmResult]] = call_many(line, jobs, width=WIDTH)
    verdicts = [_verdict(claim, result) for claim, result in zip(claims, results, strict=True)]
    with merchant_scope(line.merchant_id, actor=ACTOR, cause="confirm"):
        _save(verdicts)
        record(line, results)
        budgets.refund("store", line.id, max(0, taken - sum(len(r.exchanges) for r in results)))
        if any(isinstance(r.error, AuthRejected) for r in results):
            store_changed(line.id)


def _confirm_call(claim: Claim, *, by_line: bool) -> Any:
    if claim.tells == Told.NUMBER:
        return lambda connector: connector.track(claim.order, claim.awb, claim.courier)
    if claim.tells == Told.SHIPMENT:
        claim = replace(claim, awb="", courier="")
    if by_line:
        return lambda connector: connector.confirm(claim.order, claim.awb, claim.courier, claim.lines)
    return lambda connector: connector.confirm(claim.order, claim.awb, claim.courier)


def _verdict(claim: Claim, result: Result[ConfirmResult]) -> Verdict:
    """Confirmed is what the store shows, not what it answered when told."""
    tries, error = claim.attempts, result.error
    if error is None:
        shown = result.answer()
        if shown.confirmed:
            return Verdict(claim.id, claim.epoch, "confirmed", tries)
        learns = not claim.awb and claim.tells == Told.BOTH
        found = shown.tracking if learns else ""  # a list sent without a number learns it here (R97)
        said: dict[str, Any] = {"code": "not_shown", "message": shown.detail or shown.raw_status, "awb": found}
        if tries >= MOST_LOOKS:
            return Verdict(claim.id, claim.epoch, "failed", tries, **said)
        return Verdict(claim.id, claim.epoch, "due", tries, now() if found else next_try(tries), **said)
    told: dict[str, Any] = {"code": error.code or type(error).__name__, "message": error.message or error.code}
    if isinstance(error, RateLimited):
        later = now() + timedelta(seconds=error.retry_after)
        return Verdict(claim.id, claim.epoch, "due", max(0, tries - 1), later, **told)
    if isinstance(error, Rejected | TooLate):
        return Verdict(claim.id, claim.epoch, "failed", tries, **told)
    return Verdict(claim.id, claim.epoch, "due", tries, next_try(tries), **told)


SAVE = """
UPDATE outbound_outbound o SET confirmation = v.state, confirmation_attempts = v.attempts,
  confirmation_next_at = v.next_at, confirmation_lease_until = NULL, confirmation_error_code = v.code,
  confirmation_error_message = v.message, awb = CASE WHEN o.awb = '' THEN v.awb ELSE o.awb END,
  confirmed_at = CASE WHEN v.state = 'confirmed' THEN %(at)s ELSE o.confirmed_at END
FROM unnest(%(ids)s::bigint[], %(epochs)s::int[], %(states)s::text[], %(attempts)s::int[], %(nexts)s::timestamptz[],
            %(codes)s::text[], %(messages)s::text[], %(awbs)s::text[])
  AS v(id, epoch, state, attempts, next_at, code, message, awb)
WHERE o.merchant_id = %(merchant)s AND o.id = v.id AND o.confirmation_epoch = v.epoch AND o.confirmation = 'due'
"""


def _save(verdicts: Sequence[Verdict]) -> None:
    """Write the verdicts of rows that are still ours."""
    merchant = current_scope().merchant_id
    lock_ids("outbound_outbound", merchant, [v.id for v in verdicts])
    with connection.cursor() as cursor:
        cursor.execute(
            SAVE,
            {
                "merchant": merchant,
                "at": now(),
                "ids": [v.id for v in verdicts],
                "epochs": [v.epoch for v in verdicts],
                "states": [v.state for v in verdicts],
                "attempts": [v.attempts for v in verdicts],
                "nexts": [v.next_at for v in verdicts],
                "codes": [v.code for v in verdicts],
                "messages": [v.message for v in verdicts],
                "awbs": [clean_awb(v.awb) for v in verdicts],
            },
        )


AGAIN = """
UPDATE outbound_outbound o SET confirmation = 'due', confirmation_attempts = 0, confirmation_next_at = NULL,
  confirmation_tells = CASE WHEN o.confirmation = 'none' THEN 'both' ELSE o.confirmation_tells END
FROM integrations_storeconnection s, orders_order r
WHERE o.merchant_id = %(merchant)s AND o.id = ANY(%(ids)s) AND s.merchant_id = o.merchant_id AND s.id = o.store_id
  AND r.merchant_id = o.merchant_id AND r.id = o.order_id
  AND (o.confirmation IN ('due', 'failed') OR (o.confirmation = 'none' AND o.task = 'completed'
    AND s.identity_key <> '' AND s.channel = ANY(%(channels)s) AND r.status <> 'cancelled'))
RETURNING o.id, o.store_id
"""


def confirm_again(outbound_ids: Sequence[int]) -> list[int]:
    """Tell the store now (inside a scope): what failed, what waits for its next try, what was never to be told by
    itself; answers for which lists. Those that are confirmed, or have not left, are left out.
    """
    merchant = current_scope().merchant_id
    held = lock_ids("outbound_outbound", merchant, outbound_ids)
    with connection.cursor() as cursor:
        cursor.execute(AGAIN, {"merchant": merchant, "ids": held, "channels": confirming_channels()})
        rows = cursor.fetchall()
    for store in {store_id for _, store_id in rows}:
        wake("confirm", store)
    return [outbound_id for outbound_id, _ in rows]


def confirming_channels() -> list[str]:
    """Channels whose stores can be told that a parcel is under way."""
    return [plugin.name for plugin in plugins(STORE) if "confirm" in plugin.capabilities.abilities]
