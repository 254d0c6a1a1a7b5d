"""Stopping lists at the warehouse by hand, and settling by hand what it refused to stop (R116 to R120).

The order itself stays as its store says: a warehouse's refusal never un-cancels it (R119), and a list that was stopped
by hand does not cancel it. Until somebody decides, such an order gets no new list.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from salur.connectors.base.types import OutboundReport, OutboundTask, PartnerRef
from salur.foundation.clock import now
from salur.foundation.locks import lock_ids
from salur.foundation.problems import Refusal
from salur.orders.problems import ProblemCause, settle_problems
from salur.outbound.flagged import flag_lists, flag_stopped
from salur.outbound.models import Outbound
from salur.outbound.states import CancellationState
from salur.outbound.stopping import cut_off
from salur.stock.reserve import release_stock
from salur.tenancy import audit
from salur.tenancy.scope import current_scope

from .cancel import ask_again
from .changes import stop_own
from .planning import plan_again
from .reports import apply_reports
from .wakeups import stock_freed, wake, wake_after

LONGEST_NOTE = 500

ASK = """
UPDATE outbound_outbound SET cancellation = 'asked', cancellation_reason = 'stopped_by_hand',
  cancellation_next_at = NULL, cancellation_attempts = 0
WHERE merchant_id = %s AND id = ANY(%s) AND cancellation = 'none'
"""


@dataclass(frozen=True, slots=True)
class Intercepted:
    """Which lists the warehouse is being asked to stop, and which not, each with the code of a problem."""

    asked: list[int] = field(default_factory=list)
    held: dict[int, str] = field(default_factory=dict)


def intercept(outbound_ids: Iterable[int]) -> Intercepted:
    """Ask the warehouses to stop these lists (inside a scope), also those that had refused once."""
    merchant = current_scope().merchant_id
    ids = lock_ids("outbound_outbound", merchant, set(outbound_ids))
    outcome = Intercepted()
    refused: list[int] = []
    for outbound in Outbound.objects.filter(pk__in=ids).select_related("account").order_by("pk"):
        held = cut_off(outbound).held
        if held:
            outcome.held[outbound.pk] = held
            continue
        outcome.asked.append(outbound.pk)
        if outbound.cancellation == "refused":
            refused.append(outbound.pk)
        elif outbound.account_id is not None:
            wake("cancel", outbound.account_id)
    ask_again(refused)
    with connection.cursor() as cursor:
        cursor.execute(ASK, [merchant, outcome.asked])
    flag_stopped(stop_own(outcome.asked))
    audit.record_each("outbound.stop_asked", "outbound", outcome.asked)
    return outcome


# -- settled by hand ------------------------------------------------------------------------------------------------

SHIPPED, STOPPED, SEEN = "shipped", "stopped", "seen"

STOP = """
UPDATE outbound_outbound SET cancellation = 'done', push = 'void', reserved = false, settled_at = %(at)s,
  settled_note = %(note)s, task = CASE WHEN task = 'cancelled' THEN task ELSE 'cancelled' END
WHERE merchant_id = %(merchant)s AND id = %(id)s AND cancellation = 'refused' AND push = 'pushed'
  AND task <> 'completed'
"""
SEE = """
UPDATE outbound_outbound SET settled_at = %(at)s, settled_note = %(note)s
WHERE merchant_id = %(merchant)s AND id = %(id)s AND cancellation = 'conflict' AND settled_at IS NULL
"""


def settle_by_hand(outbound_id: int, how: str, note: str) -> None:
    """What a person learnt from the warehouse about a list that it would not stop (inside a scope; R120).

    ``stopped``: it was not sent after all, so the list is void and its stock free. ``shipped``: it has left, so its
    stock is deducted; the order stays cancelled. ``seen``: a conflict that the reports found was talked over. Raises
    Refusal where nothing is to be settled, or nothing was written down.
    """
    told = " ".join(note.split())[:LONGEST_NOTE]
    if not told:
        raise Refusal("settle_note_missing")
    merchant = current_scope().merchant_id
    lock_ids("outbound_outbound", merchant, [outbound_id])
    row = Outbound.objects.get(pk=outbound_id)
    if how == SHIPPED and row.cancellation == CancellationState.REFUSED and row.account_id is not None:
        apply_reports(row.account_id, [_as_reported(row)])
    with connection.cursor() as cursor:
        values: dict[str, Any] = {"merchant": merchant, "id": outbound_id, "at": now(), "note": told}
        cursor.execute(STOP if how == STOPPED else SEE, values)
        if not cursor.rowcount:
            raise Refusal("settle_nothing", reference=row.reference)
    if row.reserved and how == STOPPED:
        release_stock([outbound_id])
        stock_freed([outbound_id])
    flag_lists([outbound_id])
    if how == STOPPED:
        flag_stopped([outbound_id])
    audit.record("outbound.settled", f"outbound:{outbound_id}", how=how, note=told)


def _as_reported(row: Outbound) -> OutboundReport:
    """What the warehouse said on the telephone, as if it had reported it: the same function then acts on it."""
    ref = PartnerRef(row.partner_number, row.reference)
    return OutboundReport(ref, row.reference, OutboundTask.COMPLETED, row.task_raw, None, reason=row.task_reason)


def settle_warning(outbound_id: int, note: str) -> None:
    """What the warehouse had not taken is with it now (inside a scope); raises Refusal where nothing is open."""
    told = " ".join(note.split())[:LONGEST_NOTE]
    merchant = current_scope().merchant_id
    lock_ids("outbound_outbound", merchant, [outbound_id])
    row = Outbound.objects.get(pk=outbound_id)
    if not row.push_warning or row.warning_settled_at is not None:
        raise Refusal("settle_nothing", reference=row.reference)
    Outbound.objects.filter(pk=outbound_id).update(warning_settled_at=now(), settled_note=told or row.settled_note)
    flag_lists([outbound_id])
    audit.record("outbound.warning_settled", f"outbound:{outbound_id}", note=told)


def send_anew(order_ids: Iterable[int]) -> int:
    """:func:`sent_anew`, answering for how many."""
    return len(sent_anew(order_ids))


def sent_anew(order_ids: Iterable[int]) -> list[int]:
    """Orders whose lists were stopped by hand get new lists after all (inside a scope); answers for which."""
    ids = sorted(set(order_ids))
    with connection.cursor() as cursor:
        cursor.execute(OPEN, [current_scope().merchant_id, ids, ProblemCause.INTERCEPTED])
        waiting = [row[0] for row in cursor.fetchall()]
    settle_problems(waiting, [], causes=[ProblemCause.INTERCEPTED])
    audit.record_each("order.sent_anew", "order", waiting)
    wake_after(plan_again(waiting))
    return waiting


OPEN = """
SELECT order_id FROM orders_orderproblem WHERE merchant_id = %s AND order_id = ANY(%s) AND cause = %s
  AND closed_at IS NULL
"""
