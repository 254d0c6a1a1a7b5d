"""Problem orders grouped by cause, each with its cure (R112 to R114)."""

from __future__ import annotations

from django.http import HttpResponseBase

from salur.orders.queries import problem_examples, problem_groups
from salur.web import words
from salur.web.access import MerchantRequest, fragment_or_page, page


@page()
def problem_list(request: MerchantRequest) -> HttpResponseBase:
    """Every cause with its count, its cure and a few of its orders."""
    groups = problem_groups()
    examples = problem_examples([group.cause for group in groups])
    shown = [
        {
            "group": group,
            "title": words.problem_title(group.cause),
            "cure": words.problem_cure(group.cause),
            "examples": [(p, words.problem_words(p.cause, p.evidence)) for p in examples[group.cause]],
        }
        for group in groups
    ]
    return fragment_or_page(request, "web/problems/list.html", {"groups": shown})
