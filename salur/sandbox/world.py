"""Everything there is in one sandbox, and the ticker that moves it on."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import TypeVar

from salur.sandbox.engine.callbacks import Outside
from salur.sandbox.engine.core import Core
from salur.sandbox.engine.partner import Partner, State

log = logging.getLogger("salur.sandbox")
Kind = TypeVar("Kind", bound=State)


class World:
    """All partners and the couriers between them."""

    def __init__(self, partners: Sequence[Partner], seed: int = 1) -> None:
        self.partners = tuple(partners)
        self._outside = Outside()
        self._begin(seed)

    def _begin(self, seed: int) -> None:
        self.core = Core(seed, self._outside, {one.name: one.settings() for one in self.partners})
        self._parcels: list[str] = []
        self.states = {one.name: one.state(self.core, self._hand_over) for one in self.partners}

    def state(self, name: str, kind: type[Kind]) -> Kind:
        """What a partner keeps at present."""
        found = self.states[name]
        if not isinstance(found, kind):
            raise TypeError(f"{name} is no {kind.__name__}")
        return found

    def now(self, name: str) -> Callable[[], State]:
        """A function that gives what a partner keeps, also after a reset."""
        return lambda: self.states[name]

    def reset(self, seed: int = 1) -> None:
        """Forget everything and start anew."""
        self.core.postman.clear()
        self._begin(seed)

    def follow_all(self) -> None:
        """The settings changed."""
        for state in self.states.values():
            state.follow_all()

    async def close(self) -> None:
        """Close the connections to the outside."""
        await self._outside.close()

    def _hand_over(self, tracking_number: str) -> None:
        self._parcels.append(tracking_number)

    def tick(self) -> int:
        """One step: timers that are due, then the couriers. Returns how many things moved."""
        moved = self.core.timers.run_due(self.core.clock.now())
        parcels, self._parcels = self._parcels, []
        return moved + sum(state.pick_up(number) for number in parcels for state in self.states.values())

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
