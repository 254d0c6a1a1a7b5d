"""Problem orders grouped by cause, each with its cure (R112 to R114)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpResponseBase

from salur.orders.models import OrderProblem
from salur.orders.queries import ProblemGroup, problem_examples, problem_groups
from salur.web import words
from salur.web.access import MerchantRequest, fragment_or_page, page


@page()
def problem_list(request: MerchantRequest) -> HttpResponseBase:
    """Every cause with its count, its cure and a few of its orders."""
    groups = problem_groups()
    examples = problem_examples([group.cause for group in groups])
    shown = [_shown(group, examples[group.cause]) for group in groups]
    return fragment_or_page(request, "web/problems/list.html", {"groups": shown})


def _shown(group: ProblemGroup, examples: Sequence[OrderProblem]) -> dict[str, Any]:
    """A cause with the cure that its examples share; where they differ, each says its own."""
    told = [(problem, words.problem_words(problem.cause, problem.evidence)) for problem in examples]
    cures = {one.cure for _problem, one in told}
    cure = cures.pop() if len(cures) == 1 else words.problem_cure(group.cause)
    return {"group": group, "title": words.problem_title(group.cause), "cure": cure, "examples": told}
