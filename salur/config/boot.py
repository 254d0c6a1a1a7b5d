"""Starting up, in the order that everything else relies on: keys, database, Django."""

from __future__ import annotations

import os

import django

from salur.config.environment import Environment, prepare_home, read
from salur.foundation.postgres.roles import check_application_role


def start_database() -> tuple[Environment, bool]:
    """Make the keys, start the embedded server if it is the one in use; the flag tells whether this call started it.

    Raises `environment.SettingWrong` or `server.ServerFailed`, each with what to do.
    """
    prepare_home()
    started = False
    if not os.environ.get("DATABASE_URL", "").strip():
        from salur.foundation.postgres.server import EmbeddedServer  # POSIX only

        started = EmbeddedServer(read().postgres_folder).ensure()
    return read(), started


def stop_database(environment: Environment) -> bool:
    """Stop the embedded server; False if it did not run or is not the one in use."""
    if not environment.embedded:
        return False
    from salur.foundation.postgres.server import EmbeddedServer  # POSIX only

    return EmbeddedServer(environment.postgres_folder).stop()


def start_django() -> Environment:
    """Start the database and Django; refuses an application role that could step around row-level security."""
    environment, _ = start_database()
    check_application_role(environment.database_url)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "salur.config.settings")
    django.setup()
    return environment
