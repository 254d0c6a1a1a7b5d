"""What needs me now: one look before the work begins."""

from __future__ import annotations

from django.http import HttpResponseBase

from salur.integrations.queries import accounts, stores, unwell
from salur.orders.queries import last_runs, problem_groups, status_counts
from salur.orders.states import OrderState, RunState
from salur.outbound.confirmations import confirmation_counts
from salur.outbound.queries import blocked_groups, push_counts, stuck_lists
from salur.outbound.states import PushState
from salur.routing.queries import rules
from salur.stock.queries import alerts
from salur.web import words
from salur.web.access import MerchantRequest, fragment_or_page, page

SHOWN = (OrderState.UNPAID, OrderState.PAID, OrderState.READY, OrderState.SHIPPED, OrderState.CANCEL_REQUESTED)


def _next_steps() -> list[str]:
    """What a new merchant has not done yet, in order."""
    steps = []
    if not stores():
        steps.append("store")
    if not accounts():
        steps.append("service")
    if not rules():
        steps.append("rule")
    return steps


@page()
def dashboard(request: MerchantRequest) -> HttpResponseBase:
    """Counts, what is blocked and why, what broke, what runs."""
    counts, pushes, runs = status_counts(), push_counts(), last_runs(6)
    context = {
        "orders": [(status.value, counts[status]) for status in SHOWN if status in counts],
        "pushes": [(state, pushes[state]) for state in PushState.values if pushes[state].count and state != "draft"],
        "blocked": [(group, words.gate_title(group.code)) for group in blocked_groups()],
        "problems": [(group, words.problem_title(group.cause)) for group in problem_groups()],
        "runs": runs,
        "running": any(run.state in (RunState.RUNNING, RunState.QUEUED) for run in runs),
        "unwell": unwell(),
        "stuck": stuck_lists(),
        "unconfirmed": confirmation_counts(),
        "stock": alerts(),
        "steps": _next_steps(),
    }
    return fragment_or_page(request, "web/dashboard/page.html", context, fragment="web/dashboard/now.html")
