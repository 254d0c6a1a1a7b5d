"""The sandbox's time: real time plus an offset, and timers that fire in it."""

import heapq
import itertools
import time
from collections.abc import Callable


class Clock:
    """Unix seconds in sandbox time. It runs on with real time from wherever it was set."""

    def __init__(self) -> None:
        self._offset = 0.0

    @property
    def offset(self) -> float:
        """Seconds that sandbox time is ahead of real time."""
        return self._offset

    def now(self) -> float:
        """Sandbox time in unix seconds."""
        return time.time() + self._offset

    def seconds(self) -> int:
        """Sandbox time in whole unix seconds, as partners put it on the wire."""
        return int(self.now())

    def advance(self, seconds: float) -> None:
        """Move sandbox time by so many seconds (negative moves it back)."""
        self._offset += seconds

    def set_now(self, unix: float) -> None:
        """Make it this unix time now."""
        self._offset = unix - time.time()


class Timers:
    """Things that are due at a sandbox time. Each runs once, on the first tick at or after it."""

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, Callable[[], None]]] = []
        self._order = itertools.count()

    def at(self, due: float, action: Callable[[], None]) -> None:
        """Run ``action`` at ``due`` (unix seconds in sandbox time)."""
        heapq.heappush(self._heap, (due, next(self._order), action))

    def run_due(self, now: float) -> int:
        """Run everything that is due; returns how many ran."""
        ran = 0
        while self._heap and self._heap[0][0] <= now:
            _, _, action = heapq.heappop(self._heap)
            action()
            ran += 1
        return ran

    def clear(self) -> None:
        """Forget everything."""
        self._heap.clear()
