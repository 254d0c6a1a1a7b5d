"""Row locks, in one fixed order: account, order, outbound, balance, each by primary key.

The only place that says FOR UPDATE, so that a deadlock cannot be written by accident.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

from django.db import models
from django.db.models import QuerySet

M = TypeVar("M", bound=models.Model)

ORDER = ("account", "order", "outbound", "balance")


def lock_rows(queryset: QuerySet[M], ids: Iterable[Any]) -> list[M]:
    """Lock rows by primary key, ascending, until the transaction ends; missing ones are left out."""
    return list(queryset.filter(pk__in=list(ids)).order_by("pk").select_for_update(of=("self",)))


def lock_free_rows(queryset: QuerySet[M], *, limit: int) -> list[M]:
    """Lock at most ``limit`` rows that nobody else holds, in the queryset's order (claiming work)."""
    return list(queryset.select_for_update(skip_locked=True, of=("self",))[:limit])
