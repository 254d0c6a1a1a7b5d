"""A worker looks after its own job engine: one that stands still while jobs wait is ended, so that a new one begins.

Whatever the reason (a connection that never answers, a loop that is blocked, an error in a library): jobs are only
alarms and rows are under leases, so ending a worker loses nothing, while one that stands still keeps a merchant's
orders where they are and nobody sees it.
"""

from __future__ import annotations

import faulthandler
import os
import sys
import threading
import time
from collections.abc import Callable, Sequence

import structlog
from django.db import connection, connections

from .engine import Engine

log = structlog.get_logger(__name__)

STILL_SECONDS = 45.0
"""Above the 30 s that the engine itself waits for a connection: what mends itself is left to itself."""
LOOK_SECONDS = 5.0
DRAIN_SECONDS = 30.0
"""How long work at hand may still take before the worker ends."""
STOOD_STILL = 75
"""Exit code: try again (as EX_TEMPFAIL of sysexits.h)."""

WAITING = """
SELECT count(*) FROM procrastinate_jobs WHERE status = 'todo' AND (scheduled_at IS NULL OR scheduled_at <= now())
  AND (%(queues)s::text[] IS NULL OR queue_name = ANY(%(queues)s))
"""


def jobs_waiting(queues: Sequence[str] | None) -> int:
    """Jobs that a worker of these queues (None: of all) could begin now."""
    with connection.cursor() as cursor:
        cursor.execute(WAITING, {"queues": list(queues) if queues else None})
        return int(cursor.fetchone()[0])


def end_process() -> None:
    """End at once: the engine is stuck, so nothing that asks it to end in order would be heard."""
    sys.stderr.flush()
    os._exit(STOOD_STILL)


class Watch(threading.Thread):
    """Looks every few seconds whether the engine moves, on a timer of its own, until stopped."""

    def __init__(
        self,
        engine: Engine,
        queues: Sequence[str] | None = None,
        *,
        still: float | None = None,
        end: Callable[[], None] = end_process,
    ) -> None:
        super().__init__(name="watch", daemon=True)
        self._engine, self._queues, self._end = engine, queues, end
        self._still = STILL_SECONDS if still is None else still
        self._ended = threading.Event()

    def run(self) -> None:
        """See the class."""
        while not self._ended.wait(min(LOOK_SECONDS, self._still)):
            if self.stands_still():
                self._give_up()
                return

    def stands_still(self) -> bool:
        """Whether jobs wait and there is a place for them, but the engine has not asked for any for long."""
        if self._engine.ending or self._engine.silent_for < self._still:
            return False
        try:
            return jobs_waiting(self._queues) > 0
        except Exception:
            log.exception("watch_failed")  # the database is away: no fault of the engine, and a new one would not help
            return False
        finally:
            connections.close_all()

    def _give_up(self) -> None:
        log.error(
            "engine_stands_still",
            seconds=round(self._engine.silent_for),
            busy=self._engine.busy,
            hint="This worker ends, so that another one is started in its place. Nothing is lost.",
        )
        faulthandler.dump_traceback(all_threads=True)
        until = time.monotonic() + DRAIN_SECONDS
        while self._engine.busy and time.monotonic() < until and not self._ended.wait(0.1):
            pass
        self._end()

    def stop(self) -> None:
        """End after the look under way."""
        self._ended.set()
