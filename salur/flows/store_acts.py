"""What a person does with orders at their store: accept, cancel, answer a buyer's wish to cancel (R101, R117, R121).

The store is called at once, and then asked how the order stands: what counts is what it shows, also after a lost
answer. What follows from that (lists void, warehouses asked to stop, AWB numbers taken) is the ingest's work.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from salur.connectors.base.errors import AlreadyExists, AuthRejected, RateLimited, Rejected, Retryable, UnknownOutcome
from salur.connectors.base.types import CancelOutcome, StoreOrder
from salur.foundation.problems import Problem, Refusal, code_of, evidence_of
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
from salur.integrations.registry import store_capabilities
from salur.orders.models import Order
from salur.tenancy import audit
from salur.tenancy.scope import merchant_scope

from .fetched import take_fetched
from .patience import take_patiently
from .wakeups import store_changed

WIDTH = 8
CALLS_PER_ORDER = 2


@dataclass(frozen=True, slots=True)
class Act:
    """One thing that may be done: the ability it needs, the statuses in which it makes sense, and the call."""

    ability: str
    statuses: frozenset[str]
    call: Callable[[Any, str, str], object]


ACTS: Mapping[str, Act] = {
    "accept": Act("accept", frozenset({"paid"}), lambda store, order, reason: store.accept(order)),
    "cancel": Act(
        "cancel",
        frozenset({"unpaid", "paid", "ready"}),
        lambda store, order, reason: store.cancel_order(order, reason),
    ),
    "agree": Act(
        "decide",
        frozenset({"cancel_requested"}),
        lambda store, order, reason: store.answer_cancellation(order, True, reason),
    ),
    "disagree": Act(
        "decide",
        frozenset({"cancel_requested"}),
        lambda store, order, reason: store.answer_cancellation(order, False, reason),
    ),
}


PROBLEMS: tuple[Problem, ...] = (
    Problem(
        "store_cannot",
        _("%(partner)s does not offer this"),
        _("%(partner)s lets nobody do this through its service."),
        _("Do it on the store's own page. Salur takes the change over by itself."),
        "operator",
    ),
    Problem(
        "order_not_in_status",
        _("Not in its present status"),
        _("Order %(order)s has moved on, so this makes no sense for it any more."),
        _("Look at the order's page: it says what may be done now."),
        "operator",
    ),
    Problem(
        "not_done_now",
        _("%(partner)s gave no clear answer"),
        _("It is not certain whether %(partner)s has done it. It answered: %(partner_code)s %(message)s"),
        _("Look at the order in a minute: its status says. If nothing has changed, do it again."),
        "operator",
    ),
)


@dataclass(frozen=True, slots=True)
class ActOutcome:
    """What became of one order: ``code`` and ``evidence`` of the problem, empty where it was done."""

    order_id: int
    external_id: str
    shown: str
    code: str = ""
    evidence: Mapping[str, Any] | None = None


def acts_of(order: Order, abilities: frozenset[str]) -> list[str]:
    """What may be done with this order at its store now."""
    return [name for name, act in ACTS.items() if act.ability in abilities and order.status in act.statuses]


def act_at_store(
    merchant_id: int, order_ids: Iterable[int], act: str, reason: str = "", *, actor: str
) -> list[ActOutcome]:
    """Do it (no scope open), store by store; answers an outcome for each order that exists.

    ``act`` is a key of :data:`ACTS`; ``reason`` one of the store's ``cancel_reasons``, or empty for its usual one.
    """
    with merchant_scope(merchant_id, actor=actor, cause="store act"):
        orders = list(Order.objects.filter(pk__in=list(order_ids)).order_by("store_id", "pk"))
    by_store: dict[int, list[Order]] = {}
    for order in orders:
        by_store.setdefault(order.store_id, []).append(order)
    outcomes: list[ActOutcome] = []
    for store_id, own in by_store.items():
        outcomes += _at_one_store(merchant_id, store_id, own, act, reason, actor)
    return outcomes


def _at_one_store(
    merchant_id: int, store_id: int, orders: Sequence[Order], act: str, reason: str, actor: str
) -> list[ActOutcome]:
    wanted = ACTS[act]
    try:
        with merchant_scope(merchant_id, actor=actor, cause="store act"):
            line = store_line(store_id)
    except (ConnectionPaused, NotConnected) as refusal:
        return [_refused(order, refusal) for order in orders]
    can = store_capabilities(line.plugin)
    if wanted.ability not in can.abilities:
        return [_refused(order, Refusal("store_cannot", partner=can.title)) for order in orders]
    ready = [order for order in orders if order.status in wanted.statuses]
    late = [order for order in orders if order.status not in wanted.statuses]
    told = reason or (can.cancel_reasons[0][0] if can.cancel_reasons else "")
    take_patiently(line, CALLS_PER_ORDER * len(ready), actor)  # a while; then the store is asked all the same
    results = call_many(line, [Job(o.pk, _call(wanted, o.external_id, told)) for o in ready], width=WIDTH)
    shown = _look_again(line, ready, results, act, actor)
    done = [_outcome(line, order, result, shown) for order, result in zip(ready, results, strict=True)]
    return done + [_refused(o, Refusal("order_not_in_status", order=o.shown)) for o in late]


def _call(act: Act, external_id: str, reason: str) -> Callable[[Any], object]:
    return lambda store: act.call(store, external_id, reason)


def _look_again(
    line: PartnerLine, orders: Sequence[Order], results: Sequence[Result[object]], act: str, actor: str
) -> dict[str, StoreOrder]:
    """The orders as the store shows them now, taken into the hub; by their number."""
    size = store_capabilities(line.plugin).detail_batch
    numbers = [order.external_id for order in orders]
    pages = [numbers[i : i + size] for i in range(0, len(numbers), size)]
    read: list[Result[Sequence[StoreOrder]]] = call_many(
        line, [Job(i, _details(page)) for i, page in enumerate(pages)], width=WIDTH
    )
    found = [order for result in read if result.error is None for order in result.answer()]
    with merchant_scope(line.merchant_id, actor=actor, cause="store act"):
        record(line, [*results, *read])
        if found:
            take_fetched(line, found, trigger="button", actor=actor)
        audit.record_each(f"order.{act}", "order", [order.pk for order in orders])
        if any(isinstance(result.error, AuthRejected) for result in results):
            store_changed(line.id)
    return {order.external_id: order for order in found}


def _details(numbers: Sequence[str]) -> Callable[[Any], Sequence[StoreOrder]]:
    return lambda store: store.order_details(numbers)


def _outcome(line: PartnerLine, order: Order, result: Result[object], shown: Mapping[str, StoreOrder]) -> ActOutcome:
    error = result.error
    said = result.value if error is None else None
    if isinstance(said, CancelOutcome) and said.state == "refused":
        error = Rejected("refused", said.reason)
    if error is None or isinstance(error, AlreadyExists):
        return _told(order)
    now_there = shown.get(order.external_id)
    unclear = isinstance(error, RateLimited | Retryable | UnknownOutcome)
    if unclear and now_there is not None and str(now_there.status) != order.status:
        return _told(order)  # the answer was lost, the deed was not
    title = line.plugin.capabilities.title
    code = "not_done_now" if unclear else code_of(error)
    return _told(order, code, evidence_of(error, title))


def _refused(order: Order, refusal: Refusal) -> ActOutcome:
    return _told(order, refusal.code, refusal.evidence)


def _told(order: Order, code: str = "", evidence: Mapping[str, Any] | None = None) -> ActOutcome:
    return ActOutcome(order.pk, order.external_id, order.shown, code, evidence)
