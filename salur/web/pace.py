"""How long something will still take, and what it waits for, in words."""

from __future__ import annotations

from datetime import timedelta

from django.utils.formats import number_format
from django.utils.translation import gettext, ngettext

from salur.integrations.queries import Budget


def remaining_words(remaining: timedelta | None) -> str:
    """How long something will still take; empty while that cannot be told."""
    if remaining is None:
        return ""
    seconds = remaining.total_seconds()
    if seconds < 60:
        return gettext("less than a minute left")
    minutes = round(seconds / 60)
    if minutes < 90:
        return ngettext("about %(n)s minute left", "about %(n)s minutes left", minutes) % {"n": minutes}
    hours = round(seconds / 3600)
    told = ngettext("about %(n)s hour left", "about %(n)s hours left", hours)
    return told % {"n": number_format(hours)}


def limit_words(budget: Budget | None, partner: str) -> str:
    """What keeps a job from being faster at this moment: the partner's limit on calls, or the hub itself."""
    if budget is not None and budget.used_up:
        return gettext("limited by the calls that %(partner)s allows") % {"partner": partner}
    return gettext("limited by the hub's own speed")


def span_words(span: timedelta) -> str:
    """A short span of time."""
    seconds = span.total_seconds()
    if seconds < 60:
        return gettext("%(n)s s") % {"n": number_format(round(seconds, 1))}
    return gettext("%(n)s min %(s)s s") % {"n": number_format(int(seconds // 60)), "s": int(seconds % 60)}


def refill_words(budget: Budget) -> str:
    """When a rate budget is full again."""
    if budget.free >= budget.burst:
        return gettext("full")
    return gettext("full again in %(time)s") % {"time": span_words(budget.full_in)}
