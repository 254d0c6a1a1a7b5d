"""COPY into temporary tables: the way many rows reach PostgreSQL at once.

COPY into a table under row-level security is refused by PostgreSQL; a temporary table has none, and what is merged
from it passes the policies.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection


def stage(name: str, columns: Sequence[tuple[str, str]], rows: Iterable[Sequence[Any]]) -> None:
    """Create the temporary table ``name`` for this transaction (emptied if it exists) and COPY ``rows`` into it.

    ``columns`` are (name, type) pairs of our own making, never user input.
    """
    spec = ", ".join(f"{column} {kind}" for column, kind in columns)
    names = ", ".join(column for column, _ in columns)
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMP TABLE IF NOT EXISTS {name} ({spec}) ON COMMIT DELETE ROWS")
        cursor.execute(f"TRUNCATE {name}")
        with cursor.cursor.copy(f"COPY {name} ({names}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
