"""``salur database``: the embedded server, and the roles on any other."""

from __future__ import annotations

import argparse
import os
import secrets
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from psycopg.conninfo import conninfo_to_dict

from salur.config.boot import start_database, stop_database
from salur.config.environment import SettingWrong, read
from salur.foundation.postgres import roles, wheels

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]


def register(commands: Commands) -> None:
    """Add the commands."""
    group = commands.add_parser("database", help="prepare, stop or look into the database")
    actions = group.add_subparsers(metavar="ACTION", required=True)
    prepare = actions.add_parser("prepare", help="make the two roles and the database on your own PostgreSQL")
    prepare.add_argument("--admin-url", required=True, help="URL of a superuser, or a role that may create both")
    prepare.add_argument("--database", default="salur", help="name of the database (salur)")
    prepare.add_argument("--owner", default="salur_owner", help="name of the role that owns the tables (salur_owner)")
    prepare.add_argument("--app", default="salur_app", help="name of the application's role (salur_app)")
    prepare.set_defaults(run=_prepare)
    actions.add_parser("stop", help="stop the embedded server").set_defaults(run=_stop)
    url = actions.add_parser("url", help="print the connection URL (holds the password)")
    url.add_argument("--owner", action="store_true", help="of the role that owns the tables")
    url.set_defaults(run=_url)
    psql = actions.add_parser("psql", help="open psql as the application's role; --owner: as the tables' owner")
    psql.set_defaults(run=_psql)


def _prepare(chosen: argparse.Namespace) -> int:
    owner = roles.Login(chosen.owner, secrets.token_urlsafe(24))
    app = roles.Login(chosen.app, secrets.token_urlsafe(24))
    roles.prepare(chosen.admin_url, database=chosen.database, owner=owner, app=app)
    print("# Both roles have new passwords. Keep these lines secret:")
    print(f"DATABASE_URL={role_url(chosen.admin_url, app, chosen.database)}")
    print(f"SALUR_OWNER_DATABASE_URL={role_url(chosen.admin_url, owner, chosen.database)}")
    return 0


def role_url(admin_url: str, login: roles.Login, database: str) -> str:
    """The URL of ``login`` on the server of ``admin_url``, with the same further options."""
    parts = {k: str(v) for k, v in conninfo_to_dict(admin_url).items() if k not in {"user", "password", "dbname"}}
    query = "&".join(f"{name}={quote(value, safe='')}" for name, value in parts.items())
    return f"postgresql://{quote(login.name)}:{quote(login.password)}@/{quote(database)}" + (query and f"?{query}")


def _stop(_: argparse.Namespace) -> int:
    environment = read()
    if not environment.embedded:
        raise SettingWrong("DATABASE_URL is set: that server is not Salur's to stop.")
    print("stopped" if stop_database(environment) else "it was not running")
    return 0


def _chosen_url(owner: bool) -> str:
    environment, _ = start_database()
    if not owner:
        return environment.database_url
    if not environment.owner_database_url:
        raise SettingWrong("SALUR_OWNER_DATABASE_URL: is not set.")
    return environment.owner_database_url


def _url(chosen: argparse.Namespace) -> int:
    print(_chosen_url(chosen.owner))
    return 0


def _psql(chosen: argparse.Namespace) -> int:
    url = _chosen_url("--owner" in chosen.arguments)
    arguments = [argument for argument in chosen.arguments if argument != "--owner"]
    program = "psql"
    if read().embedded:
        program = str(Path(wheels.installation()) / "bin" / "psql")
    try:
        # The password goes by the environment, where other users of the machine do not see it.
        parts = conninfo_to_dict(url)
        os.environ["PGPASSWORD"] = str(parts.pop("password", "") or "")
        public = " ".join(f"{name}='{value}'" for name, value in parts.items())
        os.execvp(program, [program, public, *arguments])  # noqa: S606  # replaces this process by psql
    except FileNotFoundError as error:
        raise SettingWrong("psql is not on the PATH; install PostgreSQL's client programs.") from error
