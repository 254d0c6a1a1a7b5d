"""Bringing a test database back to what the migrations left, cheaply: only tables that were written are emptied.

PostgreSQL keeps a table's file at zero bytes until its first row, and gives it a new empty file when truncated, so
one look at file sizes tells which tables were used, also where a row was deleted or rolled back.
"""

from __future__ import annotations

import psycopg
from psycopg import sql

SCHEMA = "pristine"  # holds copies of the tables in which migrations put rows
KEPT = "django_migrations"

_USED = (
    "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"
    " AND pg_relation_size(oid) > 0 ORDER BY relname"
)


def keep_pristine(admin: psycopg.Connection) -> None:
    """Copy every table that holds rows after the migrations (an administrator sees them all)."""
    admin.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(SCHEMA)))
    for (name,) in admin.execute(_USED).fetchall():
        if name != KEPT:
            admin.execute(sql.SQL("CREATE TABLE {} AS TABLE {}").format(*_both(name)))


def restore(admin: psycopg.Connection) -> None:
    """Empty what was used and put the migrations' rows back where they were changed."""
    seeded = _seeded(admin)
    used = [name for (name,) in admin.execute(_USED).fetchall() if name not in (*seeded, KEPT)]
    changed = _changed(admin, seeded)
    if not used and not changed:
        return
    with admin.transaction():
        admin.execute("SET LOCAL lock_timeout = '10s'")
        # Rows come back in any order, and the ledger lets nobody empty it otherwise.
        admin.execute("SET LOCAL session_replication_role = replica")
        for names, restart in ((used, " RESTART IDENTITY"), (changed, "")):
            if names:
                tables = sql.SQL(", ").join(sql.Identifier("public", name) for name in names)
                admin.execute(sql.SQL("TRUNCATE {}{} CASCADE").format(tables, sql.SQL(restart)))
        for name in _changed(admin, seeded):
            copy, table = _both(name)
            admin.execute(sql.SQL("INSERT INTO {} SELECT * FROM {}").format(table, copy))


def _seeded(admin: psycopg.Connection) -> list[str]:
    return [
        name
        for (name,) in admin.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = to_regnamespace(%s) AND relkind = 'r'", [SCHEMA]
        ).fetchall()
    ]


def _changed(admin: psycopg.Connection, seeded: list[str]) -> list[str]:
    if not seeded:
        return []
    one = sql.SQL(
        "SELECT {name} WHERE EXISTS ((TABLE {table} EXCEPT TABLE {copy}) UNION ALL (TABLE {copy} EXCEPT TABLE {table}))"
    )
    queries = []
    for name in seeded:
        copy, table = _both(name)
        queries.append(one.format(name=sql.Literal(name), table=table, copy=copy))
    return [name for (name,) in admin.execute(sql.SQL(" UNION ALL ").join(queries)).fetchall()]


def _both(name: str) -> tuple[sql.Identifier, sql.Identifier]:
    return sql.Identifier(SCHEMA, name), sql.Identifier("public", name)
