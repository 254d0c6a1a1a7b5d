"""What a run of orders tells of its time."""

from __future__ import annotations

from django import template

from salur.orders.models import SyncRun
from salur.web.pace import refill_words
from salur.web.reports.words import duration_words, rate_words

register = template.Library()
register.filter("refill_words", refill_words)


@register.filter
def run_took(run: SyncRun) -> str:
    """How long it took."""
    return duration_words(run)


@register.filter
def run_rate(run: SyncRun) -> str:
    """How many orders a second."""
    return rate_words(run)
