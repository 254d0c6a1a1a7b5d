"""What one simulated partner consists of. `salur/sandbox/partners.py` lists them all."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from starlette.routing import BaseRoute

from salur.sandbox.engine.control import Table
from salur.sandbox.engine.core import Core

#: Tells the couriers that a parcel has left a warehouse: called with its tracking number.
HandOver = Callable[[str], None]


class State:
    """Base of what a partner keeps; made anew by every reset. A partner overrides what concerns it."""

    def follow_all(self) -> None:
        """The settings changed: set the timers of everything that may now move by itself."""

    def pick_up(self, tracking_number: str) -> int:
        """A parcel has left a warehouse. Returns how many documents of this partner moved for it (stores only)."""
        return 0


class Control(Protocol):
    """A partner's part of the control API."""

    def table(self) -> Table:
        """Routes below ``/_control/<name>``; their paths begin with a slash."""

    def credentials(self, base: str) -> dict[str, Any]:
        """What a hub is configured with: ``form`` and ``settings`` hold the values of its two forms by field.

        ``base`` is the sandbox's address without a slash at its end.
        """


@dataclass(frozen=True)
class Partner:
    """One partner. ``name`` is its mount point, its section in settings and counts, and its name in faults.

    ``settings`` makes a dataclass of knobs (``engine/settings.py``); the state reads it with
    ``core.settings.part(name, Kind)``. ``routes`` and ``control`` get a function that gives the present state, because
    a reset puts another in its place.
    """

    name: str
    settings: Callable[[], Any]
    state: Callable[[Core, HandOver], State]
    routes: Callable[[Callable[[], Any]], Sequence[BaseRoute]]
    control: Callable[[Callable[[], Any]], Control]
