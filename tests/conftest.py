"""Arranges the environment before Django reads it, and offers the fixtures of `tests.harness`."""

from __future__ import annotations

import os

import pytest

from tests.harness import run as runs
from tests.harness.gate import gate
from tests.harness.run import RUN

pytest_plugins = [
    "tests.harness.database",
    "tests.harness.web",
    "tests.harness.partners",
    "tests.harness.browser",
    "tests.harness.kargo",
]


def pytest_configure(config: pytest.Config) -> None:
    """Start a test run, or join it in a parallel process; then start Django on this process's database."""
    process = os.environ.get("PYTEST_XDIST_WORKER")
    run = runs.joined() if process else runs.begin()
    config.stash[RUN] = run
    runs.set_environment(run, run.database_name(process or "main"))
    start_django()


def start_django() -> None:
    """Django with the settings of the test run."""
    import django
    from django.conf import settings
    from django.test.utils import setup_test_environment

    django.setup()
    setup_test_environment()
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # the real one is slow on purpose
    gate.install()


def pytest_unconfigure(config: pytest.Config) -> None:
    """End the run with the process that began it."""
    if "PYTEST_XDIST_WORKER" not in os.environ and RUN in config.stash:
        config.stash[RUN].end()
