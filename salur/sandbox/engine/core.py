"""The shared parts that every partner gets."""

from dataclasses import dataclass, field

from salur.sandbox.engine.callbacks import Outside, Postman
from salur.sandbox.engine.clock import Clock, Timers
from salur.sandbox.engine.counts import Counts
from salur.sandbox.engine.faults import FaultBook
from salur.sandbox.engine.settings import Settings


@dataclass
class Core:
    """Clock, timers, faults, counters, settings and outgoing callbacks."""

    seed: int = 1
    clock: Clock = field(default_factory=Clock)
    timers: Timers = field(default_factory=Timers)
    faults: FaultBook = field(default_factory=FaultBook)
    counts: Counts = field(default_factory=Counts)
    settings: Settings = field(default_factory=Settings)
    outside: Outside = field(default_factory=Outside)
    postman: Postman = field(init=False)

    def __post_init__(self) -> None:
        self.postman = Postman(self.clock, self.faults, self.outside)
