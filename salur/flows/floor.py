"""What people of an own warehouse do with its lists: pick, pack, ship by hand, take a step back (R40, R85).

The warehouse's own view of a list is the same machine that partners report on, and the same function applies it: what
follows from a completed list (stock deducted once, store told) stands in ``reports`` alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from salur.connectors.base.types import OutboundReport, OutboundTask, PartnerRef
from salur.foundation.clock import now
from salur.foundation.locks import lock_ids
from salur.foundation.problems import Refusal
from salur.orders.problems import ProblemCause, settle_problems
from salur.outbound.messages import GATE_TEXTS
from salur.outbound.models import Outbound, PickList
from salur.outbound.states import TaskState
from salur.tenancy import audit
from salur.tenancy.scope import current_scope

from .reports import apply_reports
from .wakeups import lists_changed

STAGES = (TaskState.NONE, TaskState.PICKING, TaskState.PICKED, TaskState.PACKED, TaskState.COMPLETED)
"""How an own warehouse goes through a list."""

TOLD = {
    TaskState.PICKING: "outbound.picking",
    TaskState.PICKED: "outbound.picked",
    TaskState.PACKED: "outbound.packed",
    TaskState.COMPLETED: "outbound.shipped",
}


@dataclass(frozen=True, slots=True)
class Held:
    """Why something is not done with a list: a problem's code and what its texts name."""

    code: str
    evidence: Mapping[str, Any]

    def refusal(self) -> Refusal:
        """The same as an error."""
        return Refusal(self.code, **self.evidence)


@dataclass(slots=True)
class Walked:
    """Which lists went on, and why the others did not; by id."""

    done: list[int] = field(default_factory=list)
    held: dict[int, Held] = field(default_factory=dict)

    def only(self, outbound_id: int) -> None:
        """Raise the refusal of the one list that was meant."""
        if outbound_id in self.held:
            raise self.held[outbound_id].refusal()


def why_held(row: Outbound) -> Held | None:
    """Why nobody may touch this list now, or None. Takes lists with their order and store."""
    named: dict[str, Any] = {"reference": row.reference, "order": row.order.shown, "store": row.store.name}
    if row.account_id is not None:
        return Held("floor_partner", named)
    if row.task == TaskState.COMPLETED:
        return Held("floor_gone", named)
    if row.order.status == "cancelled" or row.cancellation != "none":
        return Held("floor_stop", named)
    if row.push == "void":
        return Held("floor_void", named)
    if row.order.status == "cancel_requested":
        return Held("floor_hold", named)
    if row.push not in ("ready", "pushed"):
        text = GATE_TEXTS.get(row.blocked_by)
        return Held("floor_not_ready", {**named, "reason": str(text.title) if text else row.blocked_by or row.push})
    return None


def locked_lists(outbound_ids: Iterable[int]) -> list[Outbound]:
    """These lists, held until the transaction ends, their orders before them; so no store's word comes between."""
    merchant = current_scope().merchant_id
    ids = sorted(set(outbound_ids))
    orders = Outbound.objects.filter(pk__in=ids).values_list("order_id", flat=True)
    lock_ids("orders_order", merchant, set(orders))
    held = lock_ids("outbound_outbound", merchant, ids)
    return list(Outbound.objects.filter(pk__in=held).select_related("order", "store", "warehouse").order_by("pk"))


def walk(outbound_ids: Iterable[int], target: TaskState) -> Walked:
    """Move lists on to ``target`` (inside a scope), over the stages between; those that may not go stay and say why."""
    return walk_on(locked_lists(outbound_ids), target)


def walk_on(rows: Sequence[Outbound], target: TaskState, tracking: Mapping[int, str] | None = None) -> Walked:
    """:func:`walk` for locked lists; ``tracking``: the courier's number by id, where one was typed."""
    walked = Walked()
    going: list[Outbound] = []
    for row in rows:
        held = why_held(row) or _ahead(row, target)
        if held is not None:
            walked.held[row.pk] = held
        else:
            going.append(row)
    _take_up([row.pk for row in going if row.push == "ready"])
    status = OutboundTask(target.value)
    apply_reports(
        None,
        [
            OutboundReport(
                PartnerRef("", row.reference), row.reference, status, "", now(), (tracking or {}).get(row.pk, "")
            )
            for row in going
        ],
    )
    walked.done = [row.pk for row in going]
    if target != TaskState.PICKING:
        settle_problems([row.order_id for row in going], [], causes=[ProblemCause.SHORT_PICKED])
    audit.record_each(TOLD[target], "outbound", walked.done)
    return walked


def _ahead(row: Outbound, target: TaskState) -> Held | None:
    """A list does not go back by going on; twice the same step is told, not repeated."""
    stage = TaskState(row.task)
    if stage in STAGES and STAGES.index(stage) < STAGES.index(target):
        return None
    return Held("floor_ahead", {"reference": row.reference, "state": stage.label})


TAKE_UP = """
UPDATE outbound_outbound SET push = 'pushed', pushed_at = %s WHERE merchant_id = %s AND id = ANY(%s) AND push = 'ready'
"""


def _take_up(ids: Sequence[int]) -> None:
    """From now on the list is with the warehouse: whoever wants it back must stop it there."""
    with connection.cursor() as cursor:
        cursor.execute(TAKE_UP, [now(), current_scope().merchant_id, list(ids)])


@dataclass(frozen=True, slots=True)
class Fetching:
    """The pick lists that were made (one for each warehouse), and the lists that could not be put on one."""

    pick_lists: list[PickList]
    walked: Walked


def make_pick_lists(outbound_ids: Iterable[int]) -> Fetching:
    """Put ready lists on a pick list, all of one warehouse on one (inside a scope); they are being picked then."""
    rows = locked_lists(outbound_ids)
    walked = walk_on(rows, TaskState.PICKING)
    taken = set(walked.done)
    by_warehouse: dict[int, list[int]] = {}
    for row in rows:
        if row.pk in taken:
            by_warehouse.setdefault(row.warehouse_id, []).append(row.pk)
    made = []
    for warehouse, ids in by_warehouse.items():
        pick_list = PickList(warehouse_id=warehouse, created_at=now(), created_by=current_scope().actor)
        pick_list.save()
        Outbound.objects.filter(pk__in=ids).update(pick_list=pick_list)
        made.append(pick_list)
    return Fetching(made, walked)


BACK: tuple[tuple[str, str], ...] = (("picking", "none"), ("picked", "picking"), ("packed", "picked"))
STEP_BACK = """
UPDATE outbound_outbound SET task = %(to)s,
  push = CASE WHEN %(to)s = 'none' THEN 'ready' ELSE push END,
  pushed_at = CASE WHEN %(to)s = 'none' THEN NULL ELSE pushed_at END,
  pick_list_id = CASE WHEN %(to)s = 'none' THEN NULL ELSE pick_list_id END
WHERE merchant_id = %(merchant)s AND id = ANY(%(ids)s) AND task = %(from)s AND account_id IS NULL
"""
UNPACK = "UPDATE outbound_outboundline SET packed = 0 WHERE merchant_id = %s AND outbound_id = ANY(%s) AND packed > 0"


def step_back(outbound_ids: Iterable[int]) -> Walked:
    """Take the last step back (inside a scope): packed, picked, being picked. What was shipped stays shipped."""
    rows = locked_lists(outbound_ids)
    walked = Walked()
    merchant = current_scope().merchant_id
    by_stage: dict[str, list[int]] = {}
    for row in rows:
        held = why_held(row)
        if held is None and row.task not in dict(BACK):
            held = Held("floor_not_begun", {"reference": row.reference})
        if held is not None:
            walked.held[row.pk] = held
        else:
            by_stage.setdefault(row.task, []).append(row.pk)
    with connection.cursor() as cursor:
        for origin, target in BACK:
            ids = by_stage.get(origin, [])
            cursor.execute(STEP_BACK, {"to": target, "from": origin, "merchant": merchant, "ids": ids})
            walked.done += ids
        cursor.execute(UNPACK, [merchant, walked.done])
    lists_changed(by_stage.get("picking", []))
    audit.record_each("outbound.step_back", "outbound", walked.done)
    return walked
