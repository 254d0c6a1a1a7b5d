"""Every channel that orders may come from: those with a connector, and those by file, form or API, as data.

Both kinds answer the same questions, so nothing above asks which kind a channel is of. A channel may be both: whoever
has no access to its API imports the files that it exports (``file_channels``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from salur.connectors.base.capabilities import StoreRule
from salur.connectors.base.store_rules import WITHOUT_LABEL
from salur.connectors.base.texts import N_

from .registry import STORE, find_plugin, plugins, store_capabilities


class UnknownChannel(LookupError):
    """Neither a connector nor a channel by file has that name."""


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel. ``title`` is its own name (not translated); ``connected`` tells whether it has a connector.

    ``by_file``: a store of it may be had without its connector, whose orders come by file, form or API.
    """

    name: str
    title: str
    gives_label: bool
    rules: tuple[StoreRule, ...]
    countries: tuple[str, ...] = ()
    connected: bool = False
    by_file: bool = False


FILE_TITLES: dict[str, str] = {
    "shopify": "Shopify",
    "woocommerce": "WooCommerce",
    "etsy": "Etsy",
    "amazon": "Amazon",
    "ebay": "eBay",
    "manual": N_("Manual store"),
}


def _by_file(name: str, title: str) -> Channel:
    return Channel(name, title, gives_label=False, rules=WITHOUT_LABEL, by_file=True)


def find_channel(name: str) -> Channel | None:
    """The channel, or None. Where a connector is installed its rules hold, for stores by file as well."""
    plugin = find_plugin(STORE, name)
    if plugin is not None:
        can = store_capabilities(plugin)
        by_file = name in FILE_TITLES
        return Channel(name, can.title, can.gives_label, can.rules, can.countries, connected=True, by_file=by_file)
    title = FILE_TITLES.get(name)
    return None if title is None else _by_file(name, title)


def channel(name: str) -> Channel:
    """The channel; raises :class:`UnknownChannel`."""
    found = find_channel(name)
    if found is None:
        raise UnknownChannel(f"no channel is called {name!r}")
    return found


def channels() -> Sequence[Channel]:
    """All channels: those with a connector first, then those by file."""
    with_connector = [plugin.name for plugin in plugins(STORE)]
    return [channel(name) for name in (*with_connector, *(n for n in FILE_TITLES if n not in with_connector))]


def file_channels() -> Sequence[Channel]:
    """The channels whose stores may be had by file, form or API, whether they have a connector or not."""
    return [channel(name) for name in FILE_TITLES]


def channel_rules(name: str) -> tuple[StoreRule, ...]:
    """The rows that say what a status allows (R95 to R104); raises :class:`UnknownChannel`."""
    return channel(name).rules


def gives_label(name: str) -> bool:
    """Whether the channel itself hands out the parcel's label (R91, R104); raises :class:`UnknownChannel`."""
    return channel(name).gives_label
