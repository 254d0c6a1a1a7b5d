"""Filters of the order list that are kept under a name: for oneself, or for all of the merchant (inside a scope)."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from salur.foundation.clock import now
from salur.foundation.problems import Problem, Refusal
from salur.tenancy import audit
from salur.tenancy.scope import current_scope

from .models import SavedFilter

PARAMETERS = (
    *("status", "q", "store", "warehouse", "problem", "why"),
    *("tag", "held", "courier", "country", "within", "from", "to", "currency"),
)
LONGEST, LONGEST_NAME, LONGEST_VALUE, MOST = 4000, 60, 100, 50
SHARED = ""

PROBLEMS: tuple[Problem, ...] = (
    Problem(
        "filter_not_kept",
        _("The filter is not kept"),
        _("It needs a name of at most %(longest)s characters that no other has, and something to filter by."),
        _("Choose a filter first, then give it a name of its own."),
        "operator",
    ),
    Problem(
        "filters_full",
        _("Too many filters"),
        _("There are %(most)s already."),
        _("Remove those that are not needed any more."),
        "operator",
    ),
)


class FilterNotKept(Refusal):
    """A name that is taken, empty or too long, or nothing to filter by."""

    code = "filter_not_kept"


class FiltersFull(Refusal):
    """One list shows all of them."""

    code = "filters_full"


def clean_query(query: str) -> str:
    """What of an address the order list understands, in one order; empty where that is nothing."""
    said = [(name, value.replace("\x00", "").strip()[:LONGEST_VALUE]) for name, value in parse_qsl(query[:LONGEST])]
    known = [(name, value) for name, value in said if name in PARAMETERS and value]
    return urlencode(sorted(known, key=lambda one: PARAMETERS.index(one[0])))


def saved_filters() -> list[SavedFilter]:
    """Those that the scope's actor sees: one's own, and those of all."""
    return list(SavedFilter.objects.filter(Q(owner=current_scope().actor) | Q(owner=SHARED)).order_by("name", "pk"))


def save_filter(name: str, query: str, *, shared: bool) -> SavedFilter:
    """Keep a filter. Raises :class:`FilterNotKept` and :class:`FiltersFull`."""
    actor, title, kept = current_scope().actor, " ".join(name.replace("\x00", "").split()), clean_query(query)
    owner = SHARED if shared else actor
    if not title or len(title) > LONGEST_NAME or not kept:
        raise FilterNotKept(longest=LONGEST_NAME)
    if SavedFilter.objects.filter(owner=owner).count() >= MOST:
        raise FiltersFull(most=MOST)
    made = SavedFilter(name=title, query=kept, owner=owner, created_by=actor, created_at=now())
    try:
        with transaction.atomic():
            made.save()
    except IntegrityError as error:
        raise FilterNotKept(longest=LONGEST_NAME) from error
    if shared:
        audit.record("order_filter.shared", f"order_filter:{made.pk}", name=title, query=kept)
    return made


def find_filter(filter_id: int) -> SavedFilter | None:
    """One of those that the scope's actor sees."""
    return next((one for one in saved_filters() if one.pk == filter_id), None)


def remove_filter(row: SavedFilter) -> None:
    """Forget it; one that is shared, for everybody."""
    row.delete()
    if row.owner == SHARED:
        audit.record("order_filter.removed", "order_filter", name=row.name)
