"""“Why is this order here?”: every condition of an order and of each of its lists, passed or not, with what frees it.

One answer for the page, the API and the command line (users' idea 1). The push conditions are those of ``gates``;
beside them stand what comes before a list exists (a warehouse was found) and what comes after all of them (the
partner's rate budget, its answer).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from salur.foundation.clock import now
from salur.integrations.channels import channel
from salur.integrations.lines import wish_binds
from salur.integrations.queries import Budget, budget_of
from salur.orders.models import Order, OrderProblem
from salur.orders.problems import ProblemCause
from salur.orders.queries import open_problems_of
from salur.orders.rules import rule_for

from .gates import GATES, Closed, standing
from .judge import hold_of
from .models import Outbound
from .queries import GatedList, every_list_of, gated_lists
from .states import PushState

PASSED, CLOSED, NOT_ASKED = "passed", "closed", "not_asked"

ALLOCATED, BUDGET, ACCEPTED = "allocated", "rate_budget", "accepted"
ALL = tuple(name for name, _ in GATES)
LINKED = ALL.index("items_linked") + 1
EVERY = (*ALL[:LINKED], ALLOCATED, *ALL[LINKED:], BUDGET, ACCEPTED)
"""Every condition in the order in which it is told."""

BEFORE_A_LIST = {
    ProblemCause.NO_ITEMS: ("items_linked", "no_items"),
    ProblemCause.UNMAPPED_SKU: ("items_linked", "items_unlinked"),
    ProblemCause.NO_RULE: (ALLOCATED, "no_rule"),
    ProblemCause.COUNTRY_NOT_SERVED: ("country_served", "country_not_served"),
    ProblemCause.INTERCEPTED: (ALLOCATED, "intercepted"),
}

REMEDIES = {
    "cancel_requested": "answer_buyer",
    "cancel_wish": "ship_anyway",
    "order_held": "release",
    "order_held_until": "release",
    "items_unlinked": "link",
    "no_rule": "rules",
    "intercepted": "send_anew",
    "country_not_served": "rules",
    "address_incomplete": "address",
    "warehouse_inactive": "warehouse",
    "account_not_connected": "account",
    "product_not_in_warehouse": "products",
    "product_push_failed": "products",
    "product_incomplete": "products",
    "not_enough_stock": "stock",
    "status_not_pushed": "accept",
    "shipment_not_arranged": "arrange",
    "arranging_failed": "arrange",
    "label_failed": "arrange",
    "awb_in_use": "give_awb",
    "mixed_warehouses": "move",
    "channel_gives_no_awb": "give_awb",
    "store_not_connected": "store",
    "push_refused": "push_again",
}
"""Which button cures a reason; reasons that are not named need none, or have none."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition. ``code`` and ``evidence`` say why it is closed, ``remedy`` names the button."""

    gate: str
    state: str
    code: str = ""
    evidence: Mapping[str, Any] = field(default_factory=dict)
    since: datetime | None = None

    @property
    def remedy(self) -> str:
        """The button, '' where there is none."""
        return REMEDIES.get(self.code, "")


@dataclass(frozen=True, slots=True)
class Answer:
    """All conditions of one list; ``outbound`` None: of an order that has none. ``over``: nothing is waited for."""

    outbound: Outbound | None
    conditions: list[Condition]
    over: bool = False

    @property
    def first(self) -> Condition | None:
        """The condition that holds it."""
        return next((one for one in self.conditions if one.state == CLOSED), None)


def explain(order: Order) -> list[Answer]:
    """One answer for each list in force, or one for the order if it has none (inside a scope)."""
    lists = [one for one in every_list_of(order) if one.push != PushState.VOID]
    if not lists:
        return [_without_a_list(order, open_problems_of([order.pk]).get(order.pk, []))]
    budgets = {one.account_id: budget_of(account_id=one.account_id) for one in lists if one.account_id}
    return [conditions_of(gated, budgets.get(gated.outbound.account_id or 0)) for gated in gated_lists(lists)]


def conditions_of(gated: GatedList, budget: Budget | None) -> Answer:
    """Of one list."""
    outbound = gated.outbound
    if outbound.push == PushState.PUSHED or outbound.push == PushState.VOID:
        return Answer(outbound, [Condition(name, PASSED) for name in EVERY], over=True)
    sent = outbound.push in (PushState.PUSHING, PushState.UNKNOWN, PushState.REJECTED)
    judged = {
        one.gate: Condition(one.gate, PASSED)
        if one.open or sent
        else Condition(one.gate, CLOSED, one.code, one.evidence or {}, gated.since(one.gate))
        for one in gated.gates
    }
    judged[ALLOCATED] = Condition(ALLOCATED, PASSED)
    waits = any(one.state == CLOSED for one in judged.values())
    judged |= _last_steps(outbound, budget, waits)
    return Answer(outbound, [judged[name] for name in EVERY])


def _last_steps(outbound: Outbound, budget: Budget | None, waits: bool) -> dict[str, Condition]:
    """The rate budget, and the partner's answer; not asked while something before them is closed."""
    if outbound.account_id is None:
        return {name: Condition(name, PASSED) for name in (BUDGET, ACCEPTED)}
    if waits:
        return {name: Condition(name, NOT_ASKED) for name in (BUDGET, ACCEPTED)}
    spent = rate_budget(outbound, budget)
    accepted = _closed(ACCEPTED, partner_answer(outbound))
    if spent is not None:
        return {BUDGET: _closed(BUDGET, spent), ACCEPTED: Condition(ACCEPTED, NOT_ASKED)}
    return {BUDGET: Condition(BUDGET, PASSED), ACCEPTED: accepted}


def rate_budget(outbound: Outbound, budget: Budget | None) -> Closed | None:
    """Whether the partner may be called now."""
    if budget is None or outbound.push != PushState.READY:
        return None
    account = outbound.account.name if outbound.account else ""
    if budget.blocked_until is not None:
        return "partner_asks_to_wait", {"account": account, "until": budget.blocked_until.isoformat()}
    if budget.free < 1:
        return "rate_budget_spent", {"account": account, "per_second": f"{budget.per_second:g}"}
    return None


def partner_answer(outbound: Outbound) -> Closed | None:
    """What became of the push itself."""
    named = {"warehouse": outbound.warehouse.name, "reason": outbound.push_error_message or outbound.push_error_code}
    if outbound.push == PushState.REJECTED:
        return "push_refused", named
    if outbound.push == PushState.UNKNOWN:
        return "push_in_doubt", named
    if outbound.push == PushState.PUSHING:
        return "push_under_way", named
    if outbound.push == PushState.READY and outbound.push_next_at and outbound.push_next_at > now():
        return "push_tried_again", {**named, "until": outbound.push_next_at.isoformat()}
    return ("push_waits_turn", named) if outbound.push == PushState.READY else None


def _closed(gate: str, closed: Closed | None) -> Condition:
    return Condition(gate, PASSED) if closed is None else Condition(gate, CLOSED, *closed)


# -- an order that has no list -----------------------------------------------------------------------------------------


def _without_a_list(order: Order, problems: Sequence[OrderProblem]) -> Answer:
    found = _of_the_order(order)
    for problem in problems:
        gate, code = BEFORE_A_LIST.get(ProblemCause(problem.cause), ("", ""))
        if gate and gate not in found:
            found[gate] = Condition(gate, CLOSED, code, problem.evidence, problem.opened_at)
    rule = rule_for(channel(order.store.channel).rules, order.status, order.courier)
    if not found and not rule.create:
        named = {"store": order.store.name, "status": order.raw_status or order.status}
        found[ALLOCATED] = Condition(ALLOCATED, CLOSED, "no_list_wanted", named)
    stopped = next((n for n, name in enumerate(EVERY) if name in found), len(EVERY))
    told = []
    for place, name in enumerate(EVERY):
        told.append(found.get(name) or Condition(name, PASSED if place < stopped else NOT_ASKED))
    return Answer(None, told, over=order.status in ("cancelled", "shipped", "completed"))


def _of_the_order(order: Order) -> dict[str, Condition]:
    store, raw = order.store.name, order.raw_status
    found: dict[str, Closed] = {}
    if (closed := standing(order.status, store, wish_binds(order.store))) is not None:
        found["order_stands"] = closed
    elif order.status in ("shipped", "completed"):
        found["not_shipped"] = "already_shipped", {"store": store, "status": raw}
    elif order.status == "unknown":
        found["status_known"] = "status_unknown", {"store": store, "status": raw}
    hold = hold_of(order.hold_reason, order.hold_note, order.hold_until)
    if hold is not None:
        code = "order_held_until" if hold.until else "order_held"
        found["not_held"] = code, {"held_for": hold.reason, "note": hold.note, "until": hold.until}
    since = {"not_held": order.held_at}
    return {gate: Condition(gate, CLOSED, *closed, since.get(gate)) for gate, closed in found.items()}
