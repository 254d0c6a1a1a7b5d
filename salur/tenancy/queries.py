"""What pages read of moves and tokens."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Q

from .models import ApiToken, Transition


def moves_of(subjects: Sequence[tuple[str, Sequence[int]]]) -> list[Transition]:
    """Every recorded move of some rows, each named by its machine and id, oldest first."""
    wanted = Q(pk__in=[])
    for machine, ids in subjects:
        wanted |= Q(machine=machine, subject_id__in=list(ids))
    return list(Transition.objects.filter(wanted).order_by("id"))


def tokens() -> list[ApiToken]:
    """API tokens, those in force first."""
    rows = ApiToken.objects.select_related("created_by").order_by("-id")
    return sorted(rows, key=lambda t: t.revoked_at is not None)
