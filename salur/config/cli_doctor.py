"""``salur doctor``: what is set, what is unsafe, and whether the database is as it must be."""

from __future__ import annotations

import argparse
import os
import platform
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import psycopg

from salur import __version__
from salur.config.boot import start_database, start_django
from salur.config.environment import VARIABLES, Environment, Variable
from salur.foundation.postgres.roles import RoleUnsafe, ServerTooOld, check_application_role

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]


@dataclass(frozen=True)
class Finding:
    """One line of the report."""

    good: bool
    text: str


def register(commands: Commands) -> None:
    """Add the command."""
    command = commands.add_parser("doctor", help="show what is set, what is unsafe and whether the database is right")
    command.set_defaults(run=_doctor)


def _doctor(_: argparse.Namespace) -> int:
    environment, _started = start_database()
    print(f"Salur {__version__}, Python {platform.python_version()}, {platform.system()} {platform.machine()}")
    for variable in VARIABLES:
        print(f"  {variable.name:24} {shown(variable)}")
    findings = [*settings_findings(environment), *database_findings(environment)]
    for finding in findings:
        print(f"{'ok  ' if finding.good else 'BAD '} {finding.text}")
    return 0 if all(finding.good for finding in findings) else 1


def shown(variable: Variable) -> str:
    """The variable's value as it may be shown."""
    value = os.environ.get(variable.name, "")
    if not value:
        return "(not set)"
    return "*** (set)" if variable.secret else value


def settings_findings(environment: Environment) -> Iterator[Finding]:
    """What the settings alone tell."""
    yield Finding(True, f"data and keys are in {environment.home}")
    local = _is_local(urlsplit(environment.base_url).hostname or "")
    if environment.debug:
        yield Finding(local, "SALUR_DEBUG is on: error pages show program internals")
    if not local:
        yield Finding(
            environment.secure, f"SALUR_BASE_URL is {environment.base_url}; sign-in must travel by https only"
        )
    if "*" in environment.allowed_hosts:
        yield Finding(False, "SALUR_ALLOWED_HOSTS holds *: any host name is believed")
    if environment.open_signup:
        yield Finding(True, "anyone may create an account (SALUR_OPEN_SIGNUP)")
    yield Finding(
        bool(environment.credential_keys), f"keys for partner credentials: {len(environment.credential_keys)}"
    )
    yield Finding(len(environment.secret_key) >= 32, "SALUR_SECRET_KEY has 32 characters or more")


def database_findings(environment: Environment) -> Iterator[Finding]:
    """What the database tells; stops at the first thing without which the rest cannot be asked."""
    kind = "embedded" if environment.embedded else "DATABASE_URL"
    try:
        check_application_role(environment.database_url)
        with psycopg.connect(environment.database_url) as connection:
            version = connection.info.parameter_status("server_version")
    except (psycopg.Error, RoleUnsafe, ServerTooOld) as error:
        yield Finding(False, f"database ({kind}): {error}")
        return
    yield Finding(True, f"database ({kind}): PostgreSQL {version}, the application's role is bound by the policies")
    yield _owner(environment)
    yield from _tables()


def _owner(environment: Environment) -> Finding:
    if not environment.owner_database_url:
        return Finding(True, "SALUR_OWNER_DATABASE_URL is not set: this process cannot migrate (that may be wanted)")
    try:
        psycopg.connect(environment.owner_database_url).close()
    except psycopg.Error as error:
        return Finding(False, f"owner's role: {error}")
    return Finding(True, "owner's role: connects")


def _tables() -> Iterator[Finding]:
    start_django()
    from salur.config.cli_manage import pending_migrations, tables_without_grant

    pending = pending_migrations()
    yield Finding(not pending, f"migrations pending: {len(pending)}" + (" (run: salur migrate)" if pending else ""))
    closed = tables_without_grant()
    yield Finding(not closed, f"tables that the application cannot read: {', '.join(closed) or 'none'}")


def _is_local(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
