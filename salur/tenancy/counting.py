"""Counts that stop at a limit, so that what a page costs does not grow with the table."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, LiteralString

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
    return {value: _counted(n) for value, n in _of_each(one, values)}


def groups_by(
    model: type[TenantModel], field: str, values: Iterable[str], *, since: str, only: LiteralString
) -> list[tuple[str, Counted, Any]]:
    """Rows of the scope's merchant by those of the values that have any, the most first, each with its least ``since``.

    ``only`` is the condition of a partial index that begins with the field; of a value the first rows are looked at.
    """
    one = sql.SQL(
        "SELECT %s, count(*), min({since}) FROM (SELECT {since} FROM {table}"
        " WHERE merchant_id = %s AND {field} = %s AND {only} ORDER BY id LIMIT %s) AS x"
    ).format(
        since=sql.Identifier(since),
        table=sql.Identifier(model._meta.db_table),
        field=sql.Identifier(field),
        only=sql.SQL(only),
    )
    rows = [(value, _counted(n), least) for value, n, least in _of_each(one, values) if n]
    return sorted(rows, key=lambda row: (-row[1].count, row[0]))


def _of_each(one: sql.Composed, values: Iterable[str]) -> list[tuple[Any, ...]]:
    """The answers for all values in one statement; ``one`` takes the value, the merchant, the value and a limit."""
    merchant = current_scope().merchant_id
    given = [(value, merchant, value, COUNTED_UP_TO + 1) for value in values]
    if not given:
        return []
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL(" UNION ALL ").join([one] * len(given)), [part for row in given for part in row])
        return list(cursor.fetchall())


def _counted(n: int) -> Counted:
    return Counted(min(n, COUNTED_UP_TO), n > COUNTED_UP_TO)
