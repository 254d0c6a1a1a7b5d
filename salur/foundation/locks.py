"""Row locks, in one fixed order: account, order, outbound, balance, each by primary key.

The only place that says FOR UPDATE, so that a deadlock cannot be written by accident.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from django.db import connection, models
from django.db.models import QuerySet

M = TypeVar("M", bound=models.Model)

ORDER = ("account", "order", "outbound", "balance")


def lock_rows(queryset: QuerySet[M], ids: Iterable[Any]) -> list[M]:
    """Lock rows by primary key, ascending, until the transaction ends; missing ones are left out."""
    return list(queryset.filter(pk__in=list(ids)).order_by("pk").select_for_update(of=("self",)))


def lock_free_rows(queryset: QuerySet[M], *, limit: int) -> list[M]:
    """Lock at most ``limit`` rows that nobody else holds, in the queryset's order (claiming work)."""
    return list(queryset.select_for_update(skip_locked=True, of=("self",))[:limit])


def lock_ids(table: str, merchant_id: int, ids: Iterable[int]) -> list[int]:
    """Lock rows of a tenant table by id, ascending; answers those that exist. ``table`` is a name of our own."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id FROM {table} WHERE merchant_id = %s AND id = ANY(%s) ORDER BY id FOR UPDATE",
            [merchant_id, sorted(ids)],
        )
        return [row[0] for row in cursor.fetchall()]


def hold_alone(name: str, number: int) -> None:
    """Until the transaction ends nobody else holds ``name`` for ``number``: for work that cannot run side by side."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s), %s)", [name, number % 2**31])


def claim_rows(
    table: str,
    *,
    merchant_id: int,
    where: str,
    changes: str,
    order: str,
    limit: int,
    returning: str,
    values: Mapping[str, Any],
) -> list[tuple[Any, ...]]:
    """Claim work: change at most ``limit`` rows that nobody else holds, in one statement, and answer them.

    ``where``, ``changes``, ``order`` and ``returning`` are SQL of our own with named parameters from ``values``
    (``where`` and ``order`` speak of the row as ``c``, ``changes`` and ``returning`` as ``t``).
    """
    with connection.cursor() as cursor:
        cursor.execute(
            # Materialized: as a plain sub-select it may be run once per outer row, and each run claims other rows.
            f"WITH p AS MATERIALIZED (SELECT c.id FROM {table} c WHERE c.merchant_id = %(merchant)s AND {where}"
            f" ORDER BY {order} LIMIT %(limit)s FOR UPDATE SKIP LOCKED)"
            f" UPDATE {table} t SET {changes} FROM p"
            f" WHERE t.merchant_id = %(merchant)s AND t.id = p.id RETURNING {returning}",
            {**values, "merchant": merchant_id, "limit": limit},
        )
        return list(cursor.fetchall())
