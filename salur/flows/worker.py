"""A worker: the job engine's alarm clock, and beside it a sweep of its own that finds what no alarm rang for."""

from __future__ import annotations

import faulthandler
import signal
import sys
import threading

import structlog
from django.db import connection, connections, transaction

from salur.foundation.clock import now
from salur.foundation.interpreter import look_for_cycles_seldom

from . import jobs
from .engine import Engine
from .wakeups import defer_wakeup
from .watch import STOOD_STILL, Watch

log = structlog.get_logger(__name__)

SWEEP_SECONDS = 1.0
SWITCH_SECONDS = 0.0002
CONCURRENCY = 8
FINDERS = (
    "salur_due_work(%(now)s)",
    "salur_recheck_due()",
    "salur_inbound_due(%(now)s)",
    "salur_daily_sync_due(%(now)s)",
    "salur_store_stock_due(%(now)s)",
    "salur_upload_due(%(now)s)",
    "salur_rule_run_due(%(now)s)",
    "salur_bulk_due(%(now)s)",
    "salur_hold_due(%(now)s)",
    "salur_product_import_due(%(now)s)",
    "salur_stock_file_due(%(now)s)",
)


def sweep() -> int:
    """Wake whoever has work due: rows without a wake-up, backoffs that ended, leases that ran out, due polls.

    Answers how many wake-ups were wanted; those that wait in the queue already fold.
    """
    with connection.cursor() as cursor:
        found = " UNION ALL ".join(f"SELECT kind, merchant_id, target_id FROM {finder}" for finder in FINDERS)
        cursor.execute(f"{found} ORDER BY 1, 2, 3", {"now": now()})
        due = cursor.fetchall()
    for kind, merchant_id, target_id in due:
        with transaction.atomic():
            defer_wakeup(kind, merchant_id, target_id)
    return len(due)


class Sweeper(threading.Thread):
    """Sweeps every ``seconds`` until stopped; an error is logged and the next sweep tries again."""

    def __init__(self, seconds: float = SWEEP_SECONDS) -> None:
        super().__init__(name="sweep", daemon=True)
        self._seconds = seconds
        self._ended = threading.Event()

    def run(self) -> None:
        """See the class."""
        while not self._ended.wait(self._seconds):
            try:
                sweep()
            except Exception:
                log.exception("sweep_failed")
            finally:
                connections.close_all()

    def stop(self) -> None:
        """End after the sweep under way."""
        self._ended.set()


def tune_interpreter() -> None:
    """Python's own settings suit neither batches of orders nor threads that wait for a database.

    Reference cycles are looked for seldom. And a thread whose answer is there need not wait 5 ms for another one that
    computes: an import makes dozens of short statements a batch while its reader parses the next one.
    """
    look_for_cycles_seldom()
    sys.setswitchinterval(SWITCH_SECONDS)


def tell_stacks_when_asked() -> None:
    """``kill -USR1`` writes what every thread is at to the error output: the only way to see into one that hangs."""
    if hasattr(signal, "SIGUSR1"):
        faulthandler.register(signal.SIGUSR1, all_threads=True)


def run(*, concurrency: int = CONCURRENCY, queues: list[str] | None = None, wait: bool = True) -> int:
    """Work until told to stop by a signal (``wait`` False: until nothing is left); answers the exit code."""
    tell_stacks_when_asked()
    log.info("worker_starts", kinds=sorted(jobs.WORK), concurrency=concurrency)
    tune_interpreter()
    engine = Engine(concurrency)
    beside = (Sweeper(), Watch(engine, queues))
    for thread in beside:
        thread.start()
    try:
        engine.run(queues=queues, wait=wait, delete_jobs="always")
    finally:
        for thread in beside:
            thread.stop()
            thread.join()
    if wait and not engine.ending:
        log.error("engine_ended", hint="A part of the job engine failed. Start this worker again.")
        return STOOD_STILL
    return 0
