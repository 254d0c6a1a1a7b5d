"""What the figures are taken on: a database of its own, as durable as in production, and gone afterwards.

Without ``DATABASE_URL`` that is an embedded server in a temporary home. With it, the URL must be an administrator's:
a database and two roles are made there and dropped at the end.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from salur.config.cli_database import role_url
from salur.foundation.postgres import roles


@contextlib.contextmanager
def ground() -> Iterator[None]:
    """The environment of this process and of its children points to a fresh, migrated database until the end."""
    home = Path(tempfile.mkdtemp(prefix="salur-bench-"))
    home.chmod(0o755)  # the embedded server's user passes through
    given = os.environ.pop("DATABASE_URL", "").strip()
    for name in [name for name in os.environ if name.startswith("SALUR_")]:
        del os.environ[name]
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "salur.config.settings",
        "SALUR_HOME": str(home),
        "SALUR_LOG_LEVEL": "WARNING",
    }
    try:
        with _given(given) if given else _embedded():
            yield
    finally:
        shutil.rmtree(home, ignore_errors=True)


ADMIN = "SALUR_TEST_ADMIN_URL"
"""Names an administrator's URL of the same database to the children: great tables are filled past all triggers."""


@contextlib.contextmanager
def _embedded() -> Iterator[None]:
    from salur.config.boot import start_database, stop_database
    from salur.foundation.postgres import server

    environment, _ = start_database()
    os.environ[ADMIN] = server.EmbeddedServer(environment.postgres_folder).url(server.ADMIN)
    try:
        yield
    finally:
        stop_database(environment)


@contextlib.contextmanager
def _given(admin_url: str) -> Iterator[None]:
    name = f"salur_bench_{secrets.token_hex(4)}"
    owner, app = (roles.Login(f"{name}_{role}", secrets.token_urlsafe(12)) for role in ("owner", "app"))
    roles.prepare(admin_url, database=name, owner=owner, app=app)
    os.environ |= {
        "DATABASE_URL": role_url(admin_url, app, name),
        "SALUR_OWNER_DATABASE_URL": role_url(admin_url, owner, name),
        ADMIN: make_conninfo(admin_url, dbname=name),
    }
    try:
        yield
    finally:
        with psycopg.connect(admin_url, autocommit=True) as admin:
            admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
            for login in (app, owner):
                admin.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(login.name)))
