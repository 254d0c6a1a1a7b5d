"""Delivery-warehouse rules evaluated in memory: the first active rule that matches names the warehouse (R72)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .models import RoutingRule


@dataclass(frozen=True, slots=True)
class CompiledRule:
    """A rule with its conditions as sets; an empty set means any."""

    id: int
    name: str
    warehouse_id: int
    stores: frozenset[int]
    channels: frozenset[str]
    countries: frozenset[str]
    mskus: frozenset[str]

    def matches(self, store_id: int, channel: str, country: str, msku: str) -> bool:
        """Whether every condition holds."""
        return (
            (not self.stores or store_id in self.stores)
            and (not self.channels or channel in self.channels)
            and (not self.countries or country in self.countries)
            and (not self.mskus or msku in self.mskus)
        )


def load_rules() -> list[CompiledRule]:
    """The scope's active rules in the order in which they are tried."""
    return [
        CompiledRule(
            r.pk,
            r.name,
            r.warehouse_id,
            frozenset(r.store_ids),
            frozenset(r.channels),
            frozenset(r.countries),
            frozenset(r.mskus),
        )
        for r in RoutingRule.objects.filter(active=True, warehouse__active=True).order_by("position", "pk")
    ]


def choose(
    rules: Sequence[CompiledRule], *, store_id: int, channel: str, country: str, msku: str
) -> CompiledRule | None:
    """The first rule that matches one order line, or None."""
    return next((r for r in rules if r.matches(store_id, channel, country, msku)), None)
