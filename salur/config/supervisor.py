"""Several of Salur's processes as one: started together, ended together."""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from types import FrameType

GRACE = 20.0
"""Seconds that a process has to end after being asked."""


class Supervisor:
    """Starts ``salur`` commands as child processes and ends all of them as soon as one ends or we are asked to."""

    def __init__(self) -> None:
        self._children: dict[str, subprocess.Popen[bytes]] = {}
        # Holds the name of a child that ended, or None where a signal asks us to end.
        self._events: queue.SimpleQueue[str | None] = queue.SimpleQueue()

    def start(
        self,
        name: str,
        arguments: Sequence[str],
        environment: Mapping[str, str] | None = None,
        *,
        quiet: bool = False,
    ) -> None:
        """Start ``salur ARGUMENTS``; ``quiet`` throws its standard output away (its log goes to standard error)."""
        child = subprocess.Popen(
            [sys.executable, "-m", "salur", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL if quiet else None,
            env={**os.environ, **(environment or {})},
            process_group=0,  # Ctrl-C reaches us alone, so that the order of ending is ours
        )
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
        running = [child for child in self._children.values() if child.poll() is None]
        for child in running:
            child.terminate()
        for child in running:
            try:
                child.wait(GRACE)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()

    def running(self, name: str) -> bool:
        """Whether the child still runs."""
        return self._children[name].poll() is None

    def _watch(self, name: str, child: subprocess.Popen[bytes]) -> None:
        child.wait()
        self._events.put(name)

    def _asked(self, number: int, frame: FrameType | None) -> None:
        self._events.put(None)
