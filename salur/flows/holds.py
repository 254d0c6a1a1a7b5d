"""Holding orders and letting them go (inside a scope): a held order keeps its lists and its stock, and is not pushed.

The stock stays reserved, because a hold is a pause and not a refusal: what was promised to the buyer is still there
when the hold ends. An order that a warehouse has already cannot be held; it can be stopped there.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection
from django.utils.translation import gettext_lazy as _

from salur.foundation.clock import now
from salur.foundation.locks import lock_ids
from salur.foundation.problems import Problem, Refusal
from salur.orders.desk import LONGEST_NOTE, put_on_hold, take_off_hold
from salur.orders.models import HoldReason, Order
from salur.tenancy import audit
from salur.tenancy.scope import current_scope, merchant_scope

from .wakeups import lists_changed

ACTOR = "worker"

PROBLEMS: tuple[Problem, ...] = (
    Problem(
        "hold_refused",
        _("The order cannot be held so"),
        _("The reason is not one of the list, the note is too long, or the time of release has passed."),
        _("Choose a reason and a time to come."),
        "operator",
    ),
    Problem(
        "held_too_late",
        _("The warehouse has it already"),
        _("Its outbound list was pushed, or is being pushed right now: a hold would stop nothing."),
        _("Stop the outbound list at the warehouse instead."),
        "operator",
    ),
    Problem(
        "order_over",
        _("The order is over"),
        _("It was shipped, completed or cancelled: there is nothing left to hold."),
        _("Nothing to do."),
        "nobody",
    ),
    Problem(
        "note_refused",
        _("The note cannot be kept"),
        _("It is empty, or longer than %(most)s characters."),
        _("Write a shorter one."),
        "operator",
    ),
    Problem(
        "tags_refused",
        _("The tags cannot be kept"),
        _("A tag is longer than 40 characters, or an order would carry more than 30."),
        _("Use fewer or shorter tags."),
        "operator",
    ),
)
CHUNK = 500
OVER = ("shipped", "completed", "cancelled")


class HoldRefused(Refusal):
    """A hold with a reason that is none, a note that is too long, or an end that has passed."""

    code = "hold_refused"


@dataclass(slots=True)
class Held:
    """What became of each order: held, or the code of what stands in the way."""

    done: list[int] = field(default_factory=list)
    refused: dict[int, str] = field(default_factory=dict)


LISTS = """
SELECT o.id, o.order_id, o.push FROM outbound_outbound o
WHERE o.merchant_id = %s AND o.order_id = ANY(%s) AND o.push <> 'void' ORDER BY o.id
"""


def hold_orders(order_ids: Sequence[int], reason: str, note: str = "", until: datetime | None = None) -> Held:
    """Hold these orders, also those held already: the newest reason and end count. Raises :class:`HoldRefused`.

    Refused one by one: ``order_over`` (shipped, completed or cancelled), ``held_too_late`` (a warehouse has it, or is
    being told of it right now).
    """
    _check(reason, note, until)
    merchant = current_scope().merchant_id
    ids = lock_ids("orders_order", merchant, set(order_ids))
    lists = _lists(ids)
    held = Held()
    statuses = dict(Order.objects.filter(pk__in=ids).values_list("pk", "status"))
    for order in ids:
        pushes = [push for _, push in lists.get(order, [])]
        if statuses[order] in OVER:
            held.refused[order] = "order_over"
        elif any(push in ("pushing", "unknown", "pushed") for push in pushes):
            held.refused[order] = "held_too_late"
        else:
            held.done.append(order)
    put_on_hold(held.done, reason, note.strip(), until)
    audit.record_each("order.held", "order", held.done, reason=reason)
    lists_changed(pk for order in held.done for pk, _ in lists.get(order, []))
    return held


def release_orders(order_ids: Sequence[int], *, by_time: bool = False) -> list[int]:
    """Let held orders go on; answers those that were held."""
    ids = lock_ids("orders_order", current_scope().merchant_id, set(order_ids))
    lists = _lists(ids)
    released = take_off_hold(ids, by_time=by_time)
    audit.record_each("order.released", "order", released, by_time=by_time)
    lists_changed(pk for order in released for pk, _ in lists.get(order, []))
    return released


def release_due(merchant_id: int, target_id: int) -> int:
    """Let go those whose time has come (no scope open); answers how many."""
    done = 0
    while True:
        with merchant_scope(merchant_id, actor=ACTOR, cause="hold ended"):
            due = Order.objects.filter(hold_until__lte=now()).order_by("pk").values_list("pk", flat=True)
            released = release_orders(list(due[:CHUNK]), by_time=True)
        done += len(released)
        if len(released) < CHUNK:
            return done


def _check(reason: str, note: str, until: datetime | None) -> None:
    if reason not in HoldReason.values or len(note) > LONGEST_NOTE or "\x00" in note:
        raise HoldRefused
    if until is not None and until <= now():
        raise HoldRefused


def _lists(order_ids: Iterable[int]) -> dict[int, list[tuple[int, str]]]:
    """Lists in force by order, locked."""
    merchant, ids = current_scope().merchant_id, list(order_ids)
    with connection.cursor() as cursor:
        cursor.execute(LISTS, [merchant, ids])
        lock_ids("outbound_outbound", merchant, [row[0] for row in cursor.fetchall()])
        cursor.execute(LISTS, [merchant, ids])
        found: dict[int, list[tuple[int, str]]] = {}
        for pk, order, push in cursor.fetchall():
            found.setdefault(order, []).append((pk, push))
    return found
