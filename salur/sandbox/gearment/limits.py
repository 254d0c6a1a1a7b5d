"""The documented limit: so many calls in a window, then blocked for a while (contracts/gearment, D 2)."""

from collections import deque

from salur.sandbox.gearment.settings import GearmentSettings


class Window:
    """The calls of one key. Times are sandbox time, so that moving the clock ends a block."""

    def __init__(self) -> None:
        self._calls: deque[float] = deque()
        self._blocked_until = 0.0

    def wait_for(self, settings: GearmentSettings, now: float) -> float:
        """0.0 when one may pass (and it is counted), else the seconds until the block ends."""
        if settings.rate_limit_requests <= 0:
            return 0.0
        if now < self._blocked_until:
            return self._blocked_until - now
        while self._calls and self._calls[0] <= now - settings.rate_limit_window:
            self._calls.popleft()
        if len(self._calls) < settings.rate_limit_requests:
            self._calls.append(now)
            return 0.0
        self._calls.clear()
        self._blocked_until = now + settings.rate_limit_block
        return settings.rate_limit_block
