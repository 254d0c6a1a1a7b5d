"""Runs of the rules over orders: a dry run, which changes nothing, and applying the published rules (R72).

A run goes page after page, each in a transaction of its own; it can be stopped. One whose worker was lost begins anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta

from django.db import connection

from salur.foundation.clock import now
from salur.foundation.locks import lock_ids
from salur.foundation.problems import Refusal
from salur.foundation.staging import int_array, stage, text_array
from salur.orders.models import Order
from salur.orders.queries import has_number
from salur.outbound.models import Outbound
from salur.routing.comparing import Outcome, Summary
from salur.routing.drafts import find_draft
from salur.routing.evaluate import Answer, Routed
from salur.routing.models import RuleRun, RuleRunRow, RunChoice, RunKind, RunState
from salur.routing.versions import current_version
from salur.tenancy import audit
from salur.tenancy.scope import current_scope, merchant_scope

from .changes import void_lists
from .planned_orders import unplanned
from .planning import plan_orders
from .recheck import look_again_at
from .rule_facts import UNPUSHED, count_orders, order_page
from .rule_trials import Tried, begin_trial
from .wakeups import wake, wake_after

ACTOR = "worker"
LEASE = timedelta(seconds=120)
KEPT = 20
MOST_PICKED = 10_000
AT_ONCE = 500

CLAIM = """
UPDATE routing_rulerun SET state = 'running', epoch = epoch + 1, lease_until = %(lease)s,
  started_at = coalesce(started_at, %(now)s)
WHERE merchant_id = %(merchant)s AND id = %(id)s
  AND (state = 'queued' OR (state = 'running' AND lease_until < %(now)s))
RETURNING epoch
"""
COLUMNS = (
    ("order_id", "bigint"),
    ("outcome", "text"),
    ("fixed", "bool"),
    ("now_at", "bigint[]"),
    ("before_at", "bigint[]"),
    ("before_rules", "text[]"),
    ("before_cause", "text"),
    ("after_at", "bigint[]"),
    ("after_rules", "text[]"),
    ("after_cause", "text"),
)
NAMES = ", ".join(name for name, _ in COLUMNS)
INSERT = f"INSERT INTO routing_rulerunrow (merchant_id, run_id, {NAMES}) SELECT %s, %s, {NAMES} FROM salur_in_rule_row"


class NothingPicked(Refusal):
    """No order was named, or too many."""

    code = "no_orders_picked"


class RunLost(Exception):
    """The run was stopped, or another worker has it."""


def orders_numbered(numbers: Sequence[str]) -> tuple[list[int], list[str]]:
    """Orders of any store by their numbers: ids, and the numbers that are nobody's."""
    wanted = list(dict.fromkeys(number for number in numbers if number))
    found = list(Order.objects.filter(has_number(wanted)).only("pk", "external_id", "number"))
    there = {name for order in found for name in order.names}
    return sorted(order.pk for order in found), [number for number in wanted if number not in there]


def start_run(
    kind: RunKind,
    choice: RunChoice,
    *,
    order_ids: Sequence[int] = (),
    numbers: Sequence[str] = (),
    also_by_hand: bool = False,
) -> RuleRun:
    """Ask for a run (inside a scope). Raises :class:`NothingPicked` where orders are to be named and none is there.

    Of all open orders, those that a person placed stay where they are, but for ``also_by_hand``; who names orders means
    them.
    """
    named, unknown = orders_numbered(numbers)
    ids = sorted({*named, *Order.objects.filter(pk__in=list(order_ids)).values_list("pk", flat=True)})
    if choice == RunChoice.PICKED and not 0 < len(ids) <= MOST_PICKED:
        raise NothingPicked(most=MOST_PICKED, unknown=", ".join(unknown[:10]) or "–")
    run = RuleRun(
        kind=kind,
        choice=choice,
        order_ids=ids if choice == RunChoice.PICKED else [],
        unknown=unknown,
        draft=kind == RunKind.TRIAL and find_draft() is not None,
        also_by_hand=also_by_hand,
        version=current_version(),
        actor=current_scope().actor,
        created_at=now(),
    )
    run.expected = count_orders(run)
    run.save()
    if kind == RunKind.APPLY:
        audit.record("rules.applied", f"rule_run:{run.pk}", choice=choice)
    _forget_old()
    wake("rule_run", run.pk)
    return run


def stop_run(run_id: int) -> bool:
    """End a run after the page it is at; False where it has ended already. What was moved stays moved."""
    going = RuleRun.objects.filter(pk=run_id, state__in=[RunState.QUEUED, RunState.RUNNING])
    return bool(going.update(state=RunState.STOPPED, finished_at=now(), lease_until=None))


def _forget_old() -> None:
    """Dry runs are for looking at, not for keeping."""
    trials = RuleRun.objects.filter(kind=RunKind.TRIAL).exclude(state__in=[RunState.QUEUED, RunState.RUNNING])
    old = list(trials.order_by("-pk").values_list("pk", flat=True)[KEPT:])
    RuleRunRow.objects.filter(run_id__in=old).delete()
    RuleRun.objects.filter(pk__in=old).delete()


def carry_on_rule_run(merchant_id: int, run_id: int) -> int:
    """Do a run if nobody is at it (no scope open); answers how many orders were looked at."""
    cause = "rules"
    with merchant_scope(merchant_id, actor=ACTOR, cause=cause):
        epoch = _claim(run_id)
        if epoch is None:
            return 0
        RuleRunRow.objects.filter(run_id=run_id).delete()
        run = RuleRun.objects.get(pk=run_id)
        trial = begin_trial(run)
    summary, done, last = Summary(), 0, 0
    try:
        while True:
            with merchant_scope(merchant_id, actor=run.actor, cause=cause):
                orders = order_page(run, last)
                if not orders:
                    _note(run, epoch, state=RunState.DONE, done=done, finished_at=now(), lease_until=None)
                    return done
                tried = list(trial.look_at(orders))
                if run.kind == RunKind.APPLY:
                    tried = _apply(tried)
                for one in tried:
                    summary.add(one.outcome, one.before, one.after, fixed=one.now.pushed)
                _write(run_id, tried)
                done, last = done + len(orders), orders[-1].id
                _note(
                    run,
                    epoch,
                    done=done,
                    summary={**summary.stored(), "held": dict(trial.held)},
                    lease_until=now() + LEASE,
                )
    except RunLost:
        return done


def _claim(run_id: int) -> int | None:
    with connection.cursor() as cursor:
        at = now()
        cursor.execute(CLAIM, {"merchant": current_scope().merchant_id, "id": run_id, "now": at, "lease": at + LEASE})
        row = cursor.fetchone()
    return None if row is None else int(row[0])


def _note(run: RuleRun, epoch: int, **changes: object) -> None:
    """Write only while this run is ours; else what was done with it is rolled back."""
    if not RuleRun.objects.filter(pk=run.pk, epoch=epoch, state=RunState.RUNNING).update(**changes):
        raise RunLost


def _write(run_id: int, tried: Iterable[Tried]) -> None:
    stage(
        "salur_in_rule_row",
        COLUMNS,
        (
            (
                one.order.id,
                str(one.outcome),
                one.now.pushed,
                int_array(one.now.at),
                int_array(one.before.at),
                text_array(one.before.rules),
                one.before.cause,
                int_array(one.after.at),
                text_array(one.after.rules),
                one.after.cause,
            )
            for one in tried
        ),
    )
    with connection.cursor() as cursor:
        cursor.execute(INSERT, [current_scope().merchant_id, run_id])


# -- applying --------------------------------------------------------------------------------------------------------


def _apply(tried: Sequence[Tried]) -> list[Tried]:
    """Send orders where the rules say, if no warehouse has anything of them; those with no way to go stay."""
    wanted = {
        one.order.id: one.answer
        for one in tried
        if isinstance(one.answer, Routed) and not one.now.pushed and sorted(one.now.at) != sorted(one.after.at)
    }
    moved = _replan(wanted)
    return [_as_done(one, one.order.id in wanted, one.order.id in moved) for one in tried]


def _as_done(one: Tried, wanted: bool, moved: bool) -> Tried:
    """The outcome as it became: an order that has no way to go, or could not be moved, stays where it is."""
    if one.answer is None or moved or (isinstance(one.answer, Routed) and not wanted):
        return one
    return one._replace(outcome=Outcome.STUCK_BOTH if one.before.cause else Outcome.SAME, after=one.before)


def _replan(wanted: Mapping[int, Answer]) -> frozenset[int]:
    """Void the orders' lists and plan them as decided; answers which. Locks orders, then lists."""
    merchant = current_scope().merchant_id
    ids = lock_ids("orders_order", merchant, wanted)
    lists = Outbound.objects.filter(order_id__in=ids).exclude(push="void")
    held = lock_ids("outbound_outbound", merchant, lists.values_list("pk", flat=True))
    there = list(Outbound.objects.filter(pk__in=held).values_list("pk", "order_id", "push"))
    gone = {order for _, order, push in there if push not in UNPUSHED}
    void_lists([pk for pk, order, _ in there if order not in gone])
    done: set[int] = set()
    for orders in unplanned(i for i in ids if i not in gone).values():
        wake_after(plan_orders(orders, None, {order.id: wanted[order.id] for order in orders}))
        done.update(order.id for order in orders)
    look_again_at(sorted(done))
    return frozenset(done)
