"""Dry runs of the rules over orders that are there, and applying the published rules to open orders (R72)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from salur.flows.rule_runs import AT_ONCE, carry_on_rule_run, start_run, stop_run
from salur.foundation.problems import Refusal
from salur.routing.comparing import Outcome
from salur.routing.drafts import find_draft
from salur.routing.models import RuleRun, RuleRunRow, RunChoice, RunKind, RunState
from salur.routing.run_queries import every_rule_run_row, find_rule_run, last_rule_runs, rule_run_rows
from salur.stock.queries import warehouses
from salur.tenancy.models import Entitlement, Role
from salur.web.access import MerchantRequest, fragment_or_page, page
from salur.web.acting import acting, tell_refusal
from salur.web.downloads import csv_answer
from salur.web.filters import row_ids, word
from salur.web.paging import at_cursor
from salur.web.words import problem_title

from .forms import split_words

MOVING = (RunState.QUEUED, RunState.RUNNING)
HEADER = (_("Order"), _("Store"), _("Outcome"), _("Now at"), _("Before"), _("Rule before"), _("After"), _("Rule after"))


@dataclass(frozen=True)
class ShownRow:
    """A row in words. ``before`` and ``after`` are warehouses, or why the order is stuck."""

    row: RuleRunRow
    outcome: str
    tone: str
    now: str
    before: str
    after: str
    before_rules: str
    after_rules: str


TONES = {Outcome.MOVED: "info", Outcome.STUCK: "bad", Outcome.CURED: "good", Outcome.STUCK_BOTH: "warn"}


def _shown(row: RuleRunRow, houses: Mapping[int, str]) -> ShownRow:
    def place(at: list[int], cause: str) -> str:
        names = " + ".join(houses.get(one, f"#{one}") for one in at)
        if not cause:
            return names or "–"
        return f"{names}: {problem_title(cause)}" if names else problem_title(cause)

    outcome = Outcome(row.outcome)
    return ShownRow(
        row,
        str(outcome.label),
        TONES.get(outcome, "quiet"),
        place(row.now_at, ""),
        place(row.before_at, row.before_cause),
        place(row.after_at, row.after_cause),
        ", ".join(row.before_rules),
        ", ".join(row.after_rules),
    )


def _houses() -> dict[int, str]:
    return {place.pk: place.name for place in warehouses()}


@page(get=Role.OPERATOR, post=Role.OPERATOR, entitlement=Entitlement.WAREHOUSE_MANAGEMENT)
def rule_trial_new(request: MerchantRequest) -> HttpResponseBase:
    """Which orders to look at, and the runs there were; a POST begins a run."""
    if request.method == "POST":
        return _begin(request)
    context = {
        "opened": find_draft(),
        "numbers": word(request.GET, "numbers"),
        "runs": last_rule_runs(),
        "choices": RunChoice,
    }
    return fragment_or_page(request, "web/rules/trial_new.html", context)


def _begin(request: MerchantRequest) -> HttpResponseBase:
    kind = RunKind.APPLY if request.POST.get("action") == "apply" else RunKind.TRIAL
    wanted = request.POST.get("choice", "")
    choice = RunChoice(wanted) if wanted in RunChoice.values else RunChoice.PICKED
    picked = row_ids(request.POST, "order")
    try:
        with acting(request, "rules"):
            run = start_run(
                kind,
                RunChoice.OPEN if kind == RunKind.APPLY and choice == RunChoice.RECENT else choice,
                order_ids=picked,
                numbers=split_words(request.POST.get("numbers", "").replace("\x00", "")),
                also_by_hand="also_by_hand" in request.POST,
            )
    except Refusal as refusal:
        tell_refusal(request, refusal)
        return redirect("web:rule_trial_new")
    if run.expected <= AT_ONCE:
        carry_on_rule_run(request.merchant.id, run.pk)
    return redirect("web:rule_trial", run_id=run.pk)


def _found(run_id: int) -> RuleRun:
    run = find_rule_run(run_id)
    if run is None:
        raise Http404
    return run


@page(post=Role.OPERATOR, entitlement=Entitlement.WAREHOUSE_MANAGEMENT)
def rule_trial(request: MerchantRequest, run_id: int) -> HttpResponseBase:
    """One run: how far it is, what it counts, order by order; a POST stops it."""
    if request.method == "POST":
        with acting(request, "rules"):
            _found(run_id)
            if stop_run(run_id):
                messages.success(request, gettext("The run is stopped."))
        return redirect("web:rule_trial", run_id=run_id)
    run = _found(run_id)
    outcome = word(request.GET, "outcome")
    listed = at_cursor(request, lambda cursor: rule_run_rows(run_id, outcome, cursor))
    counts = run.summary.get("outcomes", {})
    houses = _houses()
    context = {
        "run": run,
        "page": listed,
        "rows": [_shown(row, houses) for row in listed.rows],
        "outcome": outcome,
        "outcomes": [(name, label, counts[name]) for name, label in Outcome.choices if counts.get(name)],
        "causes": [(problem_title(cause), n) for cause, n in sorted(run.summary.get("causes", {}).items())],
        "held": sorted(run.summary.get("held", {}).items()),
        "moving": run.state in MOVING,
        "opened": find_draft(),
    }
    return fragment_or_page(request, "web/rules/trial.html", context, fragment="web/rules/trial_body.html")


@page(get=Role.OPERATOR, entitlement=Entitlement.WAREHOUSE_MANAGEMENT)
def rule_trial_file(request: MerchantRequest, run_id: int) -> HttpResponseBase:
    """Every row of a run as a file."""
    _found(run_id)
    return csv_answer(request, lambda: _csv_rows(run_id), f"rules-{run_id}.csv")


def _csv_rows(run_id: int) -> Iterator[list[str]]:
    houses = _houses()
    yield [str(name) for name in HEADER]
    for row in every_rule_run_row(run_id):
        one = _shown(row, houses)
        cells = [row.order.shown, row.order.store.name, one.outcome, one.now, one.before, one.before_rules]
        yield [*cells, one.after, one.after_rules]
