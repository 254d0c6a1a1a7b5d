"""Everything there is in one sandbox, and the ticker that moves it on."""

import asyncio
import logging

from salur.sandbox.eccang.operator import Operator
from salur.sandbox.engine.callbacks import Outside
from salur.sandbox.engine.core import Core
from salur.sandbox.shopee.store import Store

log = logging.getLogger("salur.sandbox")


class World:
    """Both partners and the courier between them."""

    def __init__(self, seed: int = 1) -> None:
        self._outside = Outside()
        self._begin(seed)

    def _begin(self, seed: int) -> None:
        self.core = Core(seed, outside=self._outside)
        self.store = Store(self.core)
        self.operator = Operator(self.core, self._hand_over)
        self._parcels: list[str] = []

    def reset(self, seed: int = 1) -> None:
        """Forget everything and start anew."""
        self.core.postman.clear()
        self._begin(seed)

    async def close(self) -> None:
        """Close the connections to the outside."""
        await self._outside.close()

    def _hand_over(self, tracking_number: str) -> None:
        self._parcels.append(tracking_number)

    def tick(self) -> int:
        """One step: timers that are due, then the courier. Returns how many things moved."""
        moved = self.core.timers.run_due(self.core.clock.now())
        parcels, self._parcels = self._parcels, []
        return moved + sum(self.store.pick_up(number) for number in parcels)

    async def run(self) -> None:
        """Tick until cancelled."""
        while True:
            try:
                self.tick()
            except Exception:  # a fault in one order must not stop time for all others
                log.exception("tick failed")
            await asyncio.sleep(self.core.settings.tick_seconds)

    async def deliver(self) -> None:
        """Deliver callbacks until cancelled; apart from the ticker, so that a slow receiver stops nothing."""
        while True:
            try:
                await self.core.postman.pump()
            except Exception:  # the same
                log.exception("delivery failed")
            await asyncio.sleep(self.core.settings.tick_seconds / 2)
