"""One test run: its folder, its PostgreSQL, and the environment that Salur's settings are read from.

Without ``DATABASE_URL`` the run has an embedded server of its own. With it, that URL must be an administrator's, and
the run makes (and removes) its own roles and databases there. Parallel test processes share server and folder and
have a database each.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import psycopg
import pytest
from cryptography.fernet import Fernet
from psycopg import sql

from salur.config.cli_database import role_url
from salur.foundation.postgres import roles
from salur.foundation.postgres.configuration import Profile
from salur.foundation.postgres.server import ADMIN, APP, OWNER, EmbeddedServer

PREFIX = "salur-tests-"
FOLDER = "SALUR_TEST_RUN"


@dataclass(frozen=True)
class TestRun:
    """Where this run's things are; the same in all its processes."""

    __test__ = False

    folder: str
    admin_url: str
    embedded: bool
    owner: str
    owner_password: str
    app: str
    app_password: str
    template: str

    def url(self, database: str) -> str:
        """The application's URL."""
        return role_url(self.admin_url, roles.Login(self.app, self.app_password), database)

    def owner_url(self, database: str) -> str:
        """The owner's URL."""
        return role_url(self.admin_url, roles.Login(self.owner, self.owner_password), database)

    def database_name(self, process: str) -> str:
        """The database of one test process (``gw0``, ``gw1``, ``main``)."""
        return f"{self.template}_{process}"

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """One process of the run at a time."""
        with (Path(self.folder) / "lock").open("a") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    # -- server and databases --------------------------------------------------------------------------------------

    def create_database(self, name: str) -> None:
        """An empty, migrated database; the first call of a run migrates a template, the others copy it."""
        with self.locked():
            self._server().ensure() if self.embedded else None
            if not (Path(self.folder) / "template-ready").exists():
                self._migrate_template()
                (Path(self.folder) / "template-ready").touch()
            with psycopg.connect(self.admin_url, autocommit=True) as admin:
                admin.execute(
                    sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
                        sql.Identifier(name), sql.Identifier(self.template)
                    )
                )
            self._prepare(name)

    def _prepare(self, name: str) -> None:
        roles.prepare(
            self.admin_url,
            database=name,
            owner=roles.Login(self.owner, self.owner_password),
            app=roles.Login(self.app, self.app_password),
        )

    def _migrate_template(self) -> None:
        self._prepare(self.template)
        environment = {
            **os.environ,
            "DATABASE_URL": self.url(self.template),
            "SALUR_OWNER_DATABASE_URL": self.owner_url(self.template),
        }
        done = subprocess.run(
            [sys.executable, "-c", "import sys; from salur.config.cli import main; sys.exit(main())", "migrate"],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"the migrations failed:\n{done.stdout}{done.stderr}")
        from tests.harness.pristine import keep_pristine

        with psycopg.connect(self.admin_url, dbname=self.template, autocommit=True) as admin:
            keep_pristine(admin)

    def _server(self) -> EmbeddedServer:
        return _server_of(Path(self.folder))

    def end(self) -> None:
        """Stop the server or remove what was made on the given one, and remove the folder."""
        if self.embedded:
            self._server().stop()
        elif (Path(self.folder) / "lock").exists():
            self._clear_given_server()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _clear_given_server(self) -> None:
        with psycopg.connect(self.admin_url, autocommit=True) as admin:
            pattern = self.template.replace("_", r"\_") + "%"
            for (name,) in admin.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", [pattern]).fetchall():
                admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
            for role in (self.app, self.owner):
                admin.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(sql.Identifier(role)))


RUN = pytest.StashKey[TestRun]()
"""Where pytest's configuration keeps the run."""


def begin() -> TestRun:
    """Start a run (in the process that the developer started)."""
    _end_abandoned()
    folder = Path(tempfile.mkdtemp(prefix=PREFIX))
    folder.chmod(0o755)  # the embedded server's user passes through
    (folder / "starter").write_text(str(os.getpid()))
    given = os.environ.get("DATABASE_URL", "").strip()
    suffix = folder.name.removeprefix(PREFIX).lower()
    if given:
        run = TestRun(
            folder=str(folder),
            admin_url=given,
            embedded=False,
            owner=f"salur_test_{suffix}_owner",
            owner_password=secrets.token_urlsafe(12),
            app=f"salur_test_{suffix}_app",
            app_password=secrets.token_urlsafe(12),
            template=f"salur_test_{suffix}",
        )
    else:
        server = _server_of(folder)
        server.prepare_access()
        run = TestRun(
            folder=str(folder),
            admin_url=server.url(ADMIN, "postgres"),
            embedded=True,
            owner=OWNER,
            owner_password=server.login(OWNER).password,
            app=APP,
            app_password=server.login(APP).password,
            template=f"salur_test_{suffix}",
        )
    (folder / "run.json").write_text(json.dumps(asdict(run)))
    (folder / "run.json").chmod(0o600)
    os.environ[FOLDER] = str(folder)
    return run


def joined() -> TestRun:
    """The run that this parallel process belongs to."""
    return TestRun(**json.loads((Path(os.environ[FOLDER]) / "run.json").read_text()))


def set_environment(run: TestRun, database: str) -> None:
    """Make Salur's settings, here and in programs that tests start, point to ``database``."""
    for name in [name for name in os.environ if name.startswith("SALUR_") and name != FOLDER]:
        del os.environ[name]
    os.environ.update(
        {
            "DJANGO_SETTINGS_MODULE": "salur.config.settings",
            "SALUR_HOME": str(Path(run.folder) / "home"),
            "DATABASE_URL": run.url(database),
            "SALUR_OWNER_DATABASE_URL": run.owner_url(database),
            "SALUR_DATABASE_POOL": "48",
            "SALUR_SECRET_KEY": "only-for-tests",
            "SALUR_CREDENTIAL_KEYS": Fernet.generate_key().decode(),
        }
    )


def _server_of(folder: Path) -> EmbeddedServer:
    return EmbeddedServer(folder / "postgres", Profile.FAST)


def _end_abandoned() -> None:
    """Stop servers of runs that were killed before they could do it themselves."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        try:
            starter = int((folder / "starter").read_text())
            os.kill(starter, 0)
        except ProcessLookupError:
            _server_of(folder).stop()
            shutil.rmtree(folder, ignore_errors=True)
        except (OSError, ValueError):
            continue  # being made just now, or another user's
