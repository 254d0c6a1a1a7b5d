"""Problem orders: what holds them, each evidence once with its remedy in place, and every cause (R112 to R114)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import ngettext

from salur.flows.cure_groups import KIND_OF, cure_groups
from salur.flows.cures import Given, apply_cure, cure_report, find_cure, last_cures, runs_by_group
from salur.flows.told import actor_names
from salur.foundation.problems import Refusal
from salur.orders.models import OrderProblem
from salur.orders.problems import ProblemCause
from salur.orders.queries import ProblemGroup, open_problems_of, problem_examples, problem_groups
from salur.outbound.by_hand import lists_without_label, orders_without_address
from salur.stock.queries import warehouses
from salur.tenancy.models import Role
from salur.web import words
from salur.web.access import MerchantRequest, fragment_or_page, page
from salur.web.acting import acting, tell_refusal
from salur.web.countries import country_choices
from salur.web.filters import row_id, word
from salur.web.orders.address import address_of, fields
from salur.web.pace import remaining_words
from salur.web.paging import at_cursor
from salur.web.templatetags.ui import number

from .words import group_words, remedy_words


@page()
def problem_list(request: MerchantRequest) -> HttpResponseBase:
    """Groups that one remedy cures, and every cause with its count, its cure and a few of its orders."""
    groups = problem_groups()
    examples = problem_examples([group.cause for group in groups])
    cause, runs = word(request.GET, "cause"), runs_by_group()
    held = [group for group in groups if cause in ("", group.cause)]
    context = {
        "groups": [_shown(group, examples[group.cause]) for group in groups],
        "cures": [
            (one, group_words(one.cause, {**one.key, **one.shown}), runs.get((one.cause, one.told)))
            for one in cure_groups(held)
        ],
        "cause": cause,
        "causes": [(code, words.problem_title(code)) for code in KIND_OF],
        "warehouses": warehouses(active_only=True),
        "last": [(row, total, group_words(row.cause, row.key | row.shown)) for row, total in last_cures()],
    }
    return fragment_or_page(request, "web/problems/list.html", context)


def _shown(group: ProblemGroup, examples: Sequence[OrderProblem]) -> dict[str, Any]:
    """A cause with the cure that its examples share; where they differ, each says its own."""
    told = [(problem, words.problem_words(problem.cause, problem.evidence)) for problem in examples]
    cures = {one.cure for _problem, one in told}
    cure = cures.pop() if len(cures) == 1 else words.problem_cure(group.cause)
    counted = number(group.count) + ("+" if group.more else "")
    amount = ngettext("%(n)s order", "%(n)s orders", group.count) % {"n": counted}
    return {"group": group, "amount": amount, "title": words.problem_title(group.cause), "cure": cure, "examples": told}


@page(get=Role.OPERATOR, post=Role.OPERATOR)
def problem_cure(request: MerchantRequest) -> HttpResponseBase:
    """Apply one remedy to everything that its group holds; leads to what became of each order."""
    if request.method != "POST":
        return redirect("web:problems")
    cause = request.POST.get("cause", "")
    kind = KIND_OF.get(cause)
    key = {name: request.POST.get(f"key_{name}", "") for name in kind.keys} if kind else {}
    given = Given(request.POST.get("msku", ""), request.POST.get("pieces", "1"), row_id(request.POST, "warehouse"))
    try:
        with acting(request, "problems"):
            cure = apply_cure(cause, key, given, source=reverse("web:problems"))
    except Refusal as refusal:
        tell_refusal(request, refusal)
        return redirect("web:problems")
    return redirect("web:problem_cured", cure.pk)


@page(get=Role.OPERATOR)
def problem_each(request: MerchantRequest, cause: str) -> HttpResponseBase:
    """One small form for each order that this cause holds, the oldest first."""
    context: dict[str, Any] = {"title": words.problem_title(cause), "cure": words.problem_cure(cause)}
    if cause == ProblemCause.LABEL_MISSING:
        context["page"] = at_cursor(request, lists_without_label)
    elif cause == ProblemCause.ADDRESS_INCOMPLETE:
        context["page"] = found = at_cursor(request, orders_without_address)
        open_ones = open_problems_of([one.pk for one in found.rows])
        told = {one: row for one, rows in open_ones.items() for row in rows if row.cause == cause}
        context["forms"] = [
            (one, fields(address_of(one)), words.problem_words(cause, told[one.pk].evidence)) for one in found.rows
        ]
        context["countries"] = country_choices()
    else:
        raise Http404
    return fragment_or_page(request, "web/problems/each.html", context)


@page()
def problem_cured(request: MerchantRequest, cure_id: int) -> HttpResponseBase:
    """What became of the orders of a remedy, and why some are still held."""
    cure = find_cure(cure_id)
    if cure is None:
        raise Http404
    report = cure_report(cure)
    context = {
        "cure": cure,
        "title": group_words(cure.cause, cure.key | cure.shown),
        "remedy": remedy_words(cure.remedy),
        "who": actor_names([cure.actor])[cure.actor],
        "report": report,
        "remaining": remaining_words(report.run.remaining) if report.run is not None else "",
        "moving": report.same or (report.run is not None and report.run.moving),
        "held": [(row, words.problem_words(row.cause, row.evidence)) for row in report.held],
    }
    return fragment_or_page(request, "web/problems/cured.html", context, fragment="web/problems/cured_body.html")
