"""A worker in a process of its own, and what shows how far it has come, so that it is killed at a chosen step."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tests.harness.database import Database


@contextmanager
def worker(job: Callable[[int, int], object], merchant_id: int, account_id: int) -> Iterator[subprocess.Popen[str]]:
    """A worker process at this job; killed without warning when the block ends."""
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "tests.faults.work_once",
            job.__module__,
            job.__name__,
            str(merchant_id),
            str(account_id),
        ],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "salur.config.settings"},
    )
    assert process.stdout is not None
    try:
        assert process.stdout.readline() == "started\n"
        yield process
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def wait_for(condition: Callable[[], bool]) -> None:
    """Wait until it is so; fails when it never comes to that."""
    ends = time.monotonic() + 180
    while not condition():
        assert time.monotonic() < ends, "it did not come to that"
        time.sleep(0.02)


def waits_for_a_lock(db: Database) -> bool:
    """Whether a connection to this database stands before a lock."""
    query = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    return bool(db.rows(query)[0][0])


def open_transactions(db: Database) -> bool:
    """Whether any other connection to this database is inside a transaction."""
    query = (
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        " AND xact_start IS NOT NULL AND backend_type = 'client backend'"
    )
    return bool(db.rows(query)[0][0])
