"""Several of Salur's processes as one: started together, ended together; a worker that ends alone is started again."""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import FrameType

GRACE = 20.0
"""Seconds that a process has to end after being asked."""

MOST_STARTS = 5
WITHIN = 120.0
"""A process that ends by itself is started at most so often in so many seconds; after that something is wrong."""


@dataclass
class Child:
    """A process and how it was started."""

    process: subprocess.Popen[bytes]
    command: Sequence[str]
    environment: Mapping[str, str]
    again: bool
    quiet: bool
    starts: list[float] = field(default_factory=lambda: [time.monotonic()])


class Supervisor:
    """Starts ``salur`` commands as child processes and ends all of them as soon as one ends or we are asked to.

    A child that is started ``again`` when it ends by itself does not end the others, unless it keeps on ending.
    """

    def __init__(self) -> None:
        self._children: dict[str, Child] = {}
        self._lock = threading.Lock()  # held while a child is started, so that none is started after all were ended
        # Holds the name of a child that ended, or None where a signal asks us to end.
        self._events: queue.SimpleQueue[str | None] = queue.SimpleQueue()

    def start(
        self,
        name: str,
        arguments: Sequence[str],
        environment: Mapping[str, str] | None = None,
        *,
        quiet: bool = False,
        again: bool = False,
    ) -> None:
        """Start ``salur ARGUMENTS``; ``quiet`` throws its standard output away (its log goes to standard error).

        ``again``: start it anew if it ends by itself.
        """
        command, known = [sys.executable, "-m", "salur", *arguments], dict(environment or {})
        child = Child(_begin(command, known, quiet), command, known, again, quiet)
        self._children[name] = child
        threading.Thread(target=self._watch, args=(name, child), name=f"watch-{name}", daemon=True).start()

    def wait(self) -> str | None:
        """Wait for a signal, or for a child that ends by itself (its name is the result); then end the others."""
        previous = {
            number: signal.signal(number, self._asked) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        }
        try:
            return self._events.get()
        finally:
            self.stop()
            for number, handler in previous.items():
                signal.signal(number, handler)

    def stop(self) -> None:
        """End every child: ask first, insist after `GRACE` seconds."""
        with self._lock:
            for child in self._children.values():
                child.again = False
            running = [child.process for child in self._children.values() if child.process.poll() is None]
        for process in running:
            process.terminate()
        for process in running:
            try:
                process.wait(GRACE)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def running(self, name: str) -> bool:
        """Whether the child still runs, or is about to be started again."""
        child = self._children[name]
        return child.process.poll() is None or child.again

    def _watch(self, name: str, child: Child) -> None:
        while True:
            code = child.process.wait()
            with self._lock:
                child.again = child.again and not self._worn_out(child)
                if not child.again:
                    break
                sys.stderr.write(f"salur: {name} ended by itself (exit code {code}); it is started again\n")
                child.starts.append(time.monotonic())
                child.process = _begin(child.command, child.environment, child.quiet)
        self._events.put(name)

    @staticmethod
    def _worn_out(child: Child) -> bool:
        return len([at for at in child.starts if time.monotonic() - at < WITHIN]) >= MOST_STARTS

    def _asked(self, number: int, frame: FrameType | None) -> None:
        self._events.put(None)


def _begin(command: Sequence[str], environment: Mapping[str, str], quiet: bool) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL if quiet else None,
        env={**os.environ, **environment},
        process_group=0,  # Ctrl-C reaches us alone, so that the order of ending is ours
    )
