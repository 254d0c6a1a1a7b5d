"""Counts that stop at a limit, so that what a page costs does not grow with the table."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection
from psycopg import sql

from .scope import current_scope
from .tenant_model import TenantModel

COUNTED_UP_TO = 10_000


@dataclass(frozen=True)
class Counted:
    """A count that stops at its limit. ``more``: there are more than that."""

    count: int
    more: bool = False


def counts_by(model: type[TenantModel], field: str, values: Iterable[str]) -> dict[str, Counted]:
    """Rows of the scope's merchant by each of these values of a field; needs an index that begins with the field."""
    one = sql.SQL(
        "SELECT %s, count(*) FROM (SELECT 1 FROM {} WHERE merchant_id = %s AND {} = %s LIMIT %s) AS x"
    ).format(sql.Identifier(model._meta.db_table), sql.Identifier(field))
    merchant = current_scope().merchant_id
    given = [part for value in values for part in (value, merchant, value, COUNTED_UP_TO + 1)]
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL(" UNION ALL ").join([one] * (len(given) // 4)), given)
        return {value: Counted(min(n, COUNTED_UP_TO), n > COUNTED_UP_TO) for value, n in cursor.fetchall()}
