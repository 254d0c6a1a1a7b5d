"""The job engine as Salur runs it: which connections it takes, and how one sees from outside whether it moves.

procrastinate fetches and finishes jobs in an event loop, over a pool of connections that belongs to that loop. Salur's
own code runs in threads, so it must never reach that pool: asked from a thread, procrastinate would use it from a
second loop, where a wake-up is lost and with it a connection, until all wait for a connection that nobody gives back.
"""

from __future__ import annotations

import asyncio
import signal
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

from django.conf import settings
from procrastinate import App
from procrastinate.connector import BaseConnector
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.contrib.django.utils import connector_params
from procrastinate.psycopg_connector import PsycopgConnector
from procrastinate.sql import queries

SIDE_WORK = 6
"""Statements that the engine makes beside its jobs: fetch, heartbeat, periodic jobs, aborts, and two to spare."""

FETCH = queries["fetch_job"]
SIGNALS = (signal.SIGINT, signal.SIGTERM)


class EngineConnector(PsycopgConnector):
    """The engine's connections: its loop has a pool, everybody else the database connection of the own thread.

    So a wake-up is always part of the transaction that made it needed, in a worker as on a page. The pool has a
    connection for each job that may end at the same moment, so no statement of the engine waits for another.
    """

    def __init__(self, concurrency: int) -> None:
        most = concurrency + SIDE_WORK
        alias = settings.PROCRASTINATE_DATABASE_ALIAS
        super().__init__(kwargs=connector_params(alias), min_size=2, max_size=most)
        self._of_threads = DjangoConnector(alias)
        self.fetched_at = time.monotonic()

    def get_sync_connector(self) -> BaseConnector:
        """What threads use: Django's connection, within its transaction."""
        return self._of_threads

    async def execute_query_one_async(self, query: Any, **arguments: Any) -> dict[str, Any]:
        """Remember when the engine last asked for a job and was answered."""
        answer: dict[str, Any] = await super().execute_query_one_async(query, **arguments)
        if query == FETCH:
            self.fetched_at = time.monotonic()
        return answer


class Engine:
    """One run of the job engine. Made outside the loop, so that other threads can look at it."""

    def __init__(self, concurrency: int) -> None:
        self.concurrency = concurrency
        self.connector = EngineConnector(concurrency)
        self.ending = False  # whether somebody asked it to end
        self._busy = 0
        self._lock = threading.Lock()

    @property
    def busy(self) -> int:
        """Jobs whose work is being done at this moment."""
        return self._busy

    @property
    def silent_for(self) -> float:
        """Seconds since the engine last got an answer to its question for jobs, while it had a place free.

        It asks every few seconds. With all places taken by work it need not ask, and is not silent.
        """
        if self._busy >= self.concurrency:
            self.connector.fetched_at = time.monotonic()
        return time.monotonic() - self.connector.fetched_at

    def run(self, **options: Any) -> None:
        """Work in this thread: until a signal asks to end, or the engine ends by itself (see ``ending``)."""
        with app.replace_connector(self.connector) as working:
            asyncio.run(self._work(working, options))

    async def _work(self, working: App, options: dict[str, Any]) -> None:
        # A thread for each job that was taken, and some for the loop itself (it looks names up in threads).
        places = ThreadPoolExecutor(self.concurrency + SIDE_WORK, "job")
        asyncio.get_running_loop().set_default_executor(places)  # which ends them with the loop
        async with working.open_async():
            self.connector.fetched_at = time.monotonic()
            around = [*(working.worker_defaults.get("task_middleware") or []), self._counted]
            work = asyncio.create_task(
                working.run_worker_async(
                    concurrency=self.concurrency, task_middleware=around, install_signal_handlers=False, **options
                )
            )
            self._hear_signals(work)
            try:
                await work
            except asyncio.CancelledError:
                if not self.ending:
                    raise

    def _hear_signals(self, work: asyncio.Task[None]) -> None:
        """The first signal lets the work at hand be finished; a second one is the system's as usual."""
        if threading.current_thread() is not threading.main_thread():
            return
        loop = asyncio.get_running_loop()

        def asked() -> None:
            self.ending = True
            for number in SIGNALS:
                loop.remove_signal_handler(number)
            work.cancel()

        with suppress(NotImplementedError):  # a system without them
            for number in SIGNALS:
                loop.add_signal_handler(number, asked)

    def _counted(self, call: Callable[[], Any], context: object, worker: object) -> Any:
        """Around a job, in its thread: a loop that stands still could not count it."""
        with self._lock:
            self._busy += 1
        try:
            return call()
        finally:
            with self._lock:
                self._busy -= 1
