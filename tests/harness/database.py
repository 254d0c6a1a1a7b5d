"""Fixtures ``database`` and ``db``: a real database, real commits, the application's own role."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest

from tests.harness import pristine
from tests.harness.gate import gate
from tests.harness.run import RUN, TestRun


@dataclass
class Database:
    """This test process's database."""

    run: TestRun
    name: str
    admin: psycopg.Connection

    @property
    def url(self) -> str:
        """The application's URL, for programs that a test starts (it is in their environment, too)."""
        return self.run.url(self.name)

    @property
    def owner_url(self) -> str:
        """The URL of the role that owns the tables."""
        return self.run.owner_url(self.name)

    def rows(self, query: str, *arguments: Any) -> list[tuple[Any, ...]]:
        """Rows of ``query`` as the administrator sees them: all merchants', past row-level security."""
        return self.admin.execute(query.encode(), arguments or None).fetchall()

    def reset(self) -> None:
        """Bring the database back to what the migrations left."""
        from django.db import connections

        connections.close_all()
        try:
            pristine.restore(self.admin)
        except psycopg.errors.LockNotAvailable:
            pytest.fail(f"an earlier test left a transaction open:\n{self._others()}")

    def _others(self) -> str:
        found = self.rows(
            "SELECT pid, application_name, state, query FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start IS NOT NULL"
        )
        return "\n".join(map(str, found))


@pytest.fixture(scope="session")
def database(request: pytest.FixtureRequest) -> Iterator[Database]:
    """The migrated database of this test process. Tests ask for ``db`` instead, which cleans it first."""
    run: TestRun = request.config.stash[RUN]
    name = run.database_name(os.environ.get("PYTEST_XDIST_WORKER", "main"))
    run.create_database(name)
    with psycopg.connect(run.admin_url, dbname=name, autocommit=True) as admin:
        yield Database(run, name, admin)
        from django.db import connections

        connections.close_all()
        connections["default"].close_pool()  # type: ignore[attr-defined]  # PostgreSQL's alone has it


@pytest.fixture
def db(database: Database) -> Iterator[Database]:
    """The database as the migrations left it. What the test commits is committed."""
    database.reset()
    gate.open = True
    yield database
    from django.db import connections

    connections.close_all()
    gate.open = False
