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
        # Mostly empty already; TRUNCATE would make new files each time.
        cursor.execute(f"DELETE FROM {name}")
        with cursor.cursor.copy(f"COPY {name} ({names}) FROM STDIN") as copy:
            write = copy.write_row
            for row in rows:
                write(row)


def int_array(values: Iterable[int | None]) -> str:
    """Whole numbers as PostgreSQL writes an array: many times cheaper than adapting a list item by item."""
    return "{" + ",".join(["NULL" if value is None else str(value) for value in values]) + "}"


def text_array(values: Iterable[str]) -> str:
    """Texts as PostgreSQL writes an array."""
    return "{" + ",".join([_quoted(value) for value in values]) + "}"


def _quoted(value: str) -> str:
    if "\\" in value or '"' in value:
        value = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{value}"'
