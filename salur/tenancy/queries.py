"""What pages read of moves and tokens."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Q

from .models import ApiToken, AuditEntry, Transition


def moves_of(subjects: Sequence[tuple[str, Sequence[int]]]) -> list[Transition]:
    """Every recorded move of some rows, each named by its machine and id, oldest first."""
    wanted = Q(pk__in=[])
    for machine, ids in subjects:
        wanted |= Q(machine=machine, subject_id__in=list(ids))
    return list(Transition.objects.filter(wanted).order_by("id"))


def acts_on(subjects: Sequence[str], limit: int = 500) -> list[AuditEntry]:
    """What was done to some rows (``order:7``), oldest first; the latest where there is more than the limit."""
    return list(AuditEntry.objects.filter(subject__in=subjects).order_by("-id")[:limit])[::-1]


def tokens() -> list[ApiToken]:
    """API tokens, those in force first."""
    rows = ApiToken.objects.select_related("created_by").order_by("-id")
    return sorted(rows, key=lambda t: t.revoked_at is not None)
