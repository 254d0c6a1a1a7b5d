"""The switches of a store: what is done by itself (R148)."""

from __future__ import annotations

from collections.abc import Mapping

from salur.foundation.clock import now
from salur.integrations.connections import find
from salur.integrations.lines import connector_of
from salur.integrations.models import ConnectionState, StoreConnection
from salur.tenancy import audit

from .wakeups import store_changed

SWITCHES = {"automatic_sync": "", "auto_arrange": "arrange", "auto_confirm": "confirm", "sync_tracking": "track"}
"""Each switch with the ability that a store's channel needs for it (empty: none).

A channel that confirms but cannot ``track`` takes number and shipment in one step, so ``auto_confirm`` stands for both.
"""


def switches_of(store: StoreConnection) -> dict[str, bool]:
    """The switches that the store has, as they stand; none for a store by file and one that was disconnected."""
    plugin = connector_of(store)
    if plugin is None or store.state == ConnectionState.DISCONNECTED:
        return {}
    abilities = plugin.capabilities.abilities
    return {name: getattr(store, name) for name, needed in SWITCHES.items() if not needed or needed in abilities}


def set_switches(store_id: int, wanted: Mapping[str, bool]) -> None:
    """Inside a scope: set some switches; nothing is lost or repeated by it (R148). Those the store has not are left."""
    store = find("store", store_id)
    assert isinstance(store, StoreConnection)  # noqa: S101 - asked for so
    changes = {name: wanted[name] for name, on in switches_of(store).items() if wanted.get(name, on) != on}
    if not changes:
        return
    for name, on in changes.items():
        setattr(store, name, on)
        audit.record(f"store.{name}", f"store:{store_id}", on=on)
    changed = list(changes)
    if changes.get("automatic_sync"):
        store.next_poll_at = now()
        changed.append("next_poll_at")
    store.save(update_fields=changed)
    store_changed(store_id)
