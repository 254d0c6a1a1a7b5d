"""``salur migrate`` and ``salur manage``: Django's own commands, with the database started and the right role."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from salur.config.boot import start_database, start_django
from salur.config.environment import Environment, SettingWrong

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]


def register(commands: Commands) -> None:
    """Add the commands."""
    migrate = commands.add_parser("migrate", help="bring the tables up to date, as the role that owns them")
    migrate.set_defaults(run=lambda _: run_migrate())
    manage = commands.add_parser("manage", help="run one of Django's management commands")
    manage.set_defaults(run=_manage)


def run_migrate(verbosity: int = 1) -> int:
    """Migrate on the owner's connection, then check that the application's role can use every table."""
    environment, _ = start_database()
    refuse_missing_owner(environment)
    start_django()
    from django.core.management import call_command

    call_command("migrate", database="owner", interactive=False, verbosity=verbosity)
    if missing := tables_without_grant():
        print(
            f"salur: the application's role may not read {', '.join(missing)}. Run `salur database prepare` again; "
            "tables made by another role than the owner's must be given to it.",
            file=sys.stderr,
        )
        return 1
    return 0


def refuse_missing_owner(environment: Environment) -> None:
    """Raise `SettingWrong` where an external database is used and the owner's URL is not set."""
    if not environment.owner_database_url:
        raise SettingWrong(
            "SALUR_OWNER_DATABASE_URL: is needed beside DATABASE_URL to migrate, because the application's role may "
            "not change tables. `salur database prepare --admin-url URL` makes both roles and prints both URLs."
        )


class TablesOld(Exception):
    """The program needs migrations that were not applied yet."""


def pending_migrations() -> list[str]:
    """Migrations that this program has and the database has not."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _ in plan]


def refuse_old_tables() -> None:
    """Raise :class:`TablesOld` while migrations are pending: a process would fail on its first query."""
    if pending := pending_migrations():
        raise TablesOld(f"The tables are not up to date ({len(pending)} migrations pending). Run: salur migrate")


def tables_without_grant() -> list[str]:
    """Tables that the application's role may not read."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')"
            " AND NOT has_table_privilege(oid, 'SELECT') ORDER BY relname"
        )
        return [str(row[0]) for row in cursor.fetchall()]


def _manage(chosen: argparse.Namespace) -> int:
    start_django()
    from django.core.management import execute_from_command_line

    execute_from_command_line(["salur manage", *chosen.arguments])
    return 0
