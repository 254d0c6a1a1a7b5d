"""The ways to authorise a partner, as one chooses among them (R22, R23, A2)."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext

from salur.connectors.base.capabilities import AuthMode, Plugin
from salur.flows.connect import orders_per_day
from salur.integrations.modes import advised, find_mode, missing_hub_keys, mode_of, outgrown
from salur.web.access import MerchantRequest, reading


@dataclass(frozen=True)
class Way:
    """One way, as its card shows it. ``missing`` are keys that whoever runs the installation has still to enter."""

    mode: AuthMode
    recommended: bool
    chosen: bool
    missing: tuple[str, ...]

    @property
    def label(self) -> str:
        """Its name."""
        return gettext(self.mode.label)

    @property
    def guidance(self) -> str:
        """For whom it is."""
        return gettext(self.mode.guidance)


@dataclass(frozen=True)
class Ways:
    """All ways of a partner, one of them chosen, with the merchant's own number of orders a day."""

    ways: tuple[Way, ...]
    orders: float

    @property
    def chosen(self) -> Way:
        """The one whose form is shown."""
        return next(way for way in self.ways if way.chosen)


def ways_of(request: MerchantRequest, plugin: Plugin, wanted: str) -> Ways | None:
    """The ways with the wanted one chosen, else the recommended one; None where there is one way only."""
    if not plugin.modes:
        return None
    with reading(request):
        orders = orders_per_day()
    best = advised(plugin, orders)
    chosen = find_mode(plugin, wanted) or best
    made = (Way(mode, mode is best, mode is chosen, missing_hub_keys(plugin, mode)) for mode in plugin.modes)
    return Ways(tuple(made), orders)


@dataclass(frozen=True)
class HowAuthorised:
    """How an account was authorised, and whether it has outgrown that."""

    label: str
    outgrown: bool
    limit: int
    orders: float


def how_authorised(plugin: Plugin | None, account_id: int) -> HowAuthorised | None:
    """Inside a scope: the way and the advice; None where there is one way only."""
    mode = None if plugin is None else mode_of(plugin, "account", account_id)
    if mode is None:
        return None
    orders = orders_per_day() if mode.orders_per_day else 0.0
    return HowAuthorised(gettext(mode.label), outgrown(mode, orders), mode.orders_per_day, orders)
