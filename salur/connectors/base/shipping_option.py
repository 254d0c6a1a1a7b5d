"""A way of handing a parcel over, as a store offers it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class ShippingOption:
    """A way of handing over that the store offers for one order (pickup slot, drop-off, own courier).

    ``fields`` are what is sent when it is chosen; an empty one only a person can fill in. ``of_order`` names those
    that every order has of its own; the others are the same for all orders to which the store offers the same way.
    A pickup slot ``begins`` and ``ends`` where the store says so; ``description`` is the store's own words.
    """

    kind: str
    fields: Mapping[str, str] = field(default_factory=dict)
    description: str = ""
    of_order: frozenset[str] = frozenset()
    begins: datetime | None = None
    ends: datetime | None = None

    @property
    def complete(self) -> bool:
        """Whether it needs nothing more from a person."""
        return "" not in self.fields.values()

    @property
    def chosen_by(self) -> dict[str, str]:
        """What tells it from the other ways, of any order."""
        return {name: value for name, value in self.fields.items() if name not in self.of_order}
