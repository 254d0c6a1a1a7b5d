"""The shared parts that every partner gets."""

from collections.abc import Mapping
from typing import Any

from salur.sandbox.engine.callbacks import Outside, Postman
from salur.sandbox.engine.clock import Clock, Timers
from salur.sandbox.engine.counts import Counts
from salur.sandbox.engine.faults import FaultBook
from salur.sandbox.engine.settings import Settings


class Core:
    """Clock, timers, faults, counters, settings and outgoing callbacks.

    ``knobs`` are the partners' settings by the partner's name; only these names are known to the faults.
    """

    def __init__(self, seed: int, outside: Outside, knobs: Mapping[str, Any]) -> None:
        self.seed = seed
        self.outside = outside
        self.clock = Clock()
        self.timers = Timers()
        self.faults = FaultBook(knobs)
        self.counts = Counts()
        self.settings = Settings(knobs)
        self.postman = Postman(self.clock, self.faults, outside)
