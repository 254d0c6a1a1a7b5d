"""Bringing a test database back to what the migrations left, cheaply: only tables that were written are emptied.

PostgreSQL keeps a table's file at zero bytes until its first row, so one look at file sizes tells which tables were
ever used. Rows are deleted, not truncated: a TRUNCATE with all that hangs on it makes some 400 new files, which costs a
test more than most tests do. A table that a test made great is vacuumed, so that its file does not stay great.
"""

from __future__ import annotations

from collections.abc import Iterable

import psycopg
from psycopg import sql

SCHEMA = "pristine"  # holds copies of the tables in which migrations put rows
KEPT = "django_migrations"

GREAT = 1 << 20  # bytes

_USED = (
    "SELECT relname, pg_relation_size(oid) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"
    " AND pg_relation_size(oid) > 0 ORDER BY relname"
)
_NUMBERS_AGAIN = """
SELECT setval(s.seqrelid::regclass, s.seqstart, false)
FROM pg_sequence s
JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = s.seqrelid AND d.deptype IN ('a', 'i')
    AND d.refclassid = 'pg_class'::regclass
JOIN pg_class t ON t.oid = d.refobjid AND t.relnamespace = 'public'::regnamespace AND t.relname <> ALL(%s)
WHERE pg_sequence_last_value(s.seqrelid) IS NOT NULL
"""
"""Identities begin anew, but not those of tables in which migrations put rows."""


def keep_pristine(admin: psycopg.Connection) -> None:
    """Copy every table that holds rows after the migrations (an administrator sees them all)."""
    admin.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(SCHEMA)))
    for name, _size in admin.execute(_USED).fetchall():
        if name != KEPT:
            admin.execute(sql.SQL("CREATE TABLE {} AS TABLE {}").format(*_both(name)))


def restore(admin: psycopg.Connection) -> None:
    """Empty what was used and put the migrations' rows back where they were changed."""
    seeded = _seeded(admin)
    sizes = {name: size for name, size in admin.execute(_USED).fetchall() if name not in (*seeded, KEPT)}
    admin.execute(_NUMBERS_AGAIN, [[*seeded, KEPT]])
    changed = _changed(admin, seeded)
    with admin.transaction():
        admin.execute("SET LOCAL lock_timeout = '10s'")
        # Rows come back in any order, and the ledger lets nobody empty it otherwise.
        admin.execute("SET LOCAL session_replication_role = replica")
        if sizes or changed:  # an earlier test that left a transaction open is found out here
            tables = sql.SQL(", ").join(sql.Identifier("public", name) for name in (*sizes, *changed))
            admin.execute(sql.SQL("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE").format(tables))
        for name in (*_filled(admin, sizes), *changed):
            admin.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier("public", name)))
        for name in changed:
            copy, table = _both(name)
            admin.execute(sql.SQL("INSERT INTO {} SELECT * FROM {}").format(table, copy))
    for name, size in sizes.items():
        if size > GREAT:
            admin.execute(sql.SQL("VACUUM {}").format(sql.Identifier("public", name)))


def _filled(admin: psycopg.Connection, names: Iterable[str]) -> list[str]:
    """Those of the tables that hold a row."""
    one = sql.SQL("SELECT {} WHERE EXISTS (SELECT FROM {})")
    queries = [one.format(sql.Literal(name), sql.Identifier("public", name)) for name in names]
    return [name for (name,) in admin.execute(sql.SQL(" UNION ALL ").join(queries)).fetchall()] if queries else []


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
