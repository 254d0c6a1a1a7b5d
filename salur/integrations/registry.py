"""Connectors by name, found through the entry points of the group ``salur.connectors`` (design 4).

A connector installed with another package is found the same way. What a connector says it can do is compared with
what it implements when it is registered, so no flow can meet a promise that is not kept.
"""

from __future__ import annotations

import inspect
import threading
from importlib.metadata import entry_points
from typing import Any, get_type_hints

import structlog

from salur.connectors.base import interfaces
from salur.connectors.base.capabilities import Plugin, StoreCapabilities, WarehouseCapabilities

log = structlog.get_logger(__name__)

GROUP = "salur.connectors"
STORE, WAREHOUSE = "store", "warehouse"

CORE: dict[str, type] = {STORE: interfaces.StoreConnector, WAREHOUSE: interfaces.WarehouseConnector}
OPTIONAL: dict[str, dict[str, type]] = {
    STORE: {
        "oauth": interfaces.OAuth,
        "grant": interfaces.GrantsTokens,
        "makes_keys": interfaces.MakesKeys,
        "accept": interfaces.AcceptsOrders,
        "arrange": interfaces.ArrangesShipment,
        "confirm": interfaces.ConfirmsShipment,
        "track": interfaces.TellsTracking,
        "cancel": interfaces.CancelsOrders,
        "decide": interfaces.DecidesCancellation,
        "listings": interfaces.ListsProducts,
        "stock": interfaces.SetsStock,
        "callbacks": interfaces.CallsBack,
        "challenge": interfaces.AnswersChallenge,
        "message_keys": interfaces.GivesMessageKeys,
    },
    WAREHOUSE: {
        "oauth": interfaces.OAuth,
        "products": interfaces.PushesProducts,
        "inbound": interfaces.TakesInbound,
        "cancel": interfaces.Cancels,
        "stock": interfaces.ReportsStock,
        "callbacks": interfaces.CallsBack,
        "challenge": interfaces.AnswersChallenge,
        "message_keys": interfaces.GivesMessageKeys,
    },
}
CAPABILITIES: dict[str, type] = {STORE: StoreCapabilities, WAREHOUSE: WarehouseCapabilities}


MESSAGES_BY = frozenset({"call", "login", "console"})
OURS = frozenset({"name", "mode", "places", "subscribed"})
"""Keys of our own beside a connector's fields, which it therefore may not use."""


class PluginBroken(ValueError):
    """A connector's own description does not hold; the text says what."""


class UnknownPlugin(LookupError):
    """No connector of that kind and name is installed."""


_lock = threading.Lock()
_plugins: dict[tuple[str, str], Plugin] = {}
_broken: dict[str, str] = {}
_loaded = False


def _methods(protocol: type) -> list[str]:
    return [name for name, value in vars(protocol).items() if inspect.isfunction(value) and not name.startswith("_")]


def _missing(implementation: type, protocol: type) -> list[str]:
    return [name for name in _methods(protocol) if not callable(getattr(implementation, name, None))]


def _implementation(plugin: Plugin) -> type:
    """The class that ``build`` makes: itself, or what a building function is annotated to answer."""
    build: Any = plugin.build
    made = build if isinstance(build, type) else get_type_hints(build).get("return") if callable(build) else None
    if not isinstance(made, type):
        raise PluginBroken(f"{plugin.name}: build must be a class, or a function annotated with the class it answers")
    return made


def check(plugin: Plugin) -> None:
    """Raise :class:`PluginBroken` unless the connector does what it says, no less and no more."""
    if plugin.kind not in CORE:
        raise PluginBroken(f"{plugin.name}: kind must be one of {', '.join(CORE)}, not {plugin.kind!r}")
    if not isinstance(plugin.capabilities, CAPABILITIES[plugin.kind]):
        raise PluginBroken(f"{plugin.name}: a {plugin.kind} needs {CAPABILITIES[plugin.kind].__name__}")
    if plugin.capabilities.name != plugin.name:
        raise PluginBroken(f"{plugin.name}: its capabilities are named {plugin.capabilities.name!r}")
    implementation = _implementation(plugin)
    if missing := _missing(implementation, CORE[plugin.kind]):
        raise PluginBroken(f"{plugin.name}: every {plugin.kind} connector needs {', '.join(missing)}")
    _check_abilities(plugin, implementation)
    _check_forms(plugin)


def _check_forms(plugin: Plugin) -> None:
    if plugin.modes and plugin.form:
        raise PluginBroken(f"{plugin.name}: with modes each has a form of its own, and the plugin none")
    if len({mode.key for mode in plugin.modes}) < len(plugin.modes):
        raise PluginBroken(f"{plugin.name}: two modes have the same key")
    for fields in (plugin.form, plugin.settings_form, plugin.places_form, *(mode.form for mode in plugin.modes)):
        keys = [declared.key for declared in fields]
        if len(set(keys)) < len(keys):
            raise PluginBroken(f"{plugin.name}: two fields of one form have the same key")
        if taken := OURS.intersection(keys):
            raise PluginBroken(f"{plugin.name}: the hub itself uses the field {', '.join(sorted(taken))}")
    if any(declared.secret for declared in plugin.places_form):
        raise PluginBroken(f"{plugin.name}: places are kept in clear, so none of their fields may be secret")
    can = plugin.capabilities
    if can.messages_by not in MESSAGES_BY:
        raise PluginBroken(f"{plugin.name}: messages_by must be one of {', '.join(sorted(MESSAGES_BY))}")


def _check_abilities(plugin: Plugin, implementation: type) -> None:
    known, named = OPTIONAL[plugin.kind], plugin.capabilities.abilities
    if unknown := named - known.keys():
        raise PluginBroken(f"{plugin.name}: no {plugin.kind} ability is called {', '.join(sorted(unknown))}")
    for ability, protocol in known.items():
        missing = _missing(implementation, protocol)
        if ability in named and missing:
            raise PluginBroken(f"{plugin.name}: names the ability {ability} but lacks {', '.join(missing)}")
        if ability not in named and not missing:
            raise PluginBroken(f"{plugin.name}: implements the ability {ability} but does not name it")


def register(plugin: Plugin) -> None:
    """Check and add a connector that no entry point names, for a program that embeds Salur."""
    check(plugin)
    _plugins[plugin.kind, plugin.name] = plugin


def unregister(plugin: Plugin) -> None:
    """Take back :func:`register`."""
    _plugins.pop((plugin.kind, plugin.name), None)


def _load() -> None:
    global _loaded
    with _lock:
        if _loaded:
            return
        for point in entry_points(group=GROUP):
            try:
                register(point.load())
            except Exception as error:  # noqa: BLE001 - somebody else's package must not stop all other partners
                _broken[point.name] = f"{type(error).__name__}: {error}"
                log.warning("connector_left_out", connector=point.name, reason=_broken[point.name])
        _loaded = True


def broken() -> dict[str, str]:
    """Installed connectors that were left out, each with the reason (for ``salur doctor``)."""
    _load()
    return dict(_broken)


def plugins(kind: str) -> tuple[Plugin, ...]:
    """All connectors of a kind (``store`` or ``warehouse``), by title."""
    _load()
    found = [plugin for (of, _), plugin in _plugins.items() if of == kind]
    return tuple(sorted(found, key=lambda plugin: plugin.capabilities.title.casefold()))


def find_plugin(kind: str, name: str) -> Plugin | None:
    """The connector, or None when none of that name is installed."""
    _load()
    return _plugins.get((kind, name))


def _plugin(kind: str, name: str) -> Plugin:
    found = find_plugin(kind, name)
    if found is None:
        raise UnknownPlugin(f"no {kind} connector named {name!r} is installed")
    return found


def store_plugin(channel: str) -> Plugin:
    """The connector of a store channel; raises :class:`UnknownPlugin` (also for channels by file only)."""
    return _plugin(STORE, channel)


def warehouse_plugin(partner: str) -> Plugin:
    """The connector of a warehouse partner; raises :class:`UnknownPlugin`."""
    return _plugin(WAREHOUSE, partner)


def store_capabilities(plugin: Plugin) -> StoreCapabilities:
    """The capabilities of a store connector, typed."""
    assert isinstance(plugin.capabilities, StoreCapabilities), plugin.name  # noqa: S101 - held by check()
    return plugin.capabilities


def warehouse_capabilities(plugin: Plugin) -> WarehouseCapabilities:
    """The capabilities of a warehouse connector, typed."""
    assert isinstance(plugin.capabilities, WarehouseCapabilities), plugin.name  # noqa: S101 - held by check()
    return plugin.capabilities
