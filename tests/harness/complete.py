"""``python -m tests.harness.complete``: no model change without its migration, no text without its translations."""

from __future__ import annotations

import os
import sys

import django


def models_without_migration() -> list[str]:
    """Changes of models that no migration makes; asks the files only, no database."""
    from django.apps import apps
    from django.db.migrations.autodetector import MigrationAutodetector
    from django.db.migrations.loader import MigrationLoader
    from django.db.migrations.state import ProjectState

    loader = MigrationLoader(None)
    detector = MigrationAutodetector(loader.project_state(), ProjectState.from_apps(apps))
    changes = detector.changes(graph=loader.graph)
    return [
        f"{label}: {operation.describe()} has no migration (salur manage makemigrations)"
        for label, migrations in changes.items()
        for migration in migrations
        for operation in migration.operations
    ]


def main() -> int:
    """Print what is missing; 1 if anything is."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "salur.config.settings")
    django.setup()
    from tests.harness import messages

    found = [*models_without_migration(), *messages.complaints()]
    for line in found:
        sys.stderr.write(line + "\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
