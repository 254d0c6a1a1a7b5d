"""A line to a partner: everything a call needs, read once inside the scope and used outside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from salur.connectors.base.capabilities import Plugin
from salur.connectors.base.types import Credentials
from salur.foundation.secrets import SecretUnreadable
from salur.tenancy.scope import current_scope

from . import registry
from .connections import ConnectionPaused, Kind, NotConnected, find, find_credential
from .models import ConnectionState, Credential, StoreConnection, WarehouseAccount
from .modes import with_hub_keys
from .sealing import unseal

PLACES = "places"
"""The setting that holds the warehouses added to an account by hand, as JSON text (see ``Plugin.places_form``)."""


@dataclass(frozen=True)
class PartnerLine:
    """One connection, ready to call. ``renew_at``: from then on its access is to be renewed; None: it does not end."""

    kind: Kind
    id: int
    merchant_id: int
    plugin: Plugin
    credentials: Credentials = field(repr=False)
    credential_version: int
    settings: Mapping[str, Any]
    renew_at: datetime | None = None
    name: str = ""


def plugin_of(connection: StoreConnection | WarehouseAccount) -> Plugin:
    """The connector of a connection; raises :class:`NotConnected` where there is none."""
    if isinstance(connection, StoreConnection):
        found, wanted = registry.find_plugin(registry.STORE, connection.channel), connection.channel
    else:
        found, wanted = registry.find_plugin(registry.WAREHOUSE, connection.partner), connection.partner
    if found is None:
        raise NotConnected("connector_missing", partner=wanted, name=connection.name)
    return found


def connector_of(store: StoreConnection) -> Plugin | None:
    """The connector that a store is reached by; None where it has none or is one by file."""
    return None if store.by_file else registry.find_plugin(registry.STORE, store.channel)


def wish_binds(store: StoreConnection) -> bool:
    """Whether a buyer's wish to cancel must be answered at the store before the order may be shipped.

    False where its contract lets the seller ship all the same, and for stores by file, which nobody answers through us.
    """
    plugin = connector_of(store)
    return plugin is not None and registry.store_capabilities(plugin).wish_binds


def _renew_at(plugin: Plugin, credential: Credential) -> datetime | None:
    """Ahead of the end by the connector's margin, but not by more than a quarter of the access's whole life."""
    ends, can = credential.access_expires_at, plugin.capabilities
    if ends is None or "oauth" not in can.abilities:
        return None
    life = max(ends - credential.updated_at, timedelta(0))
    return ends - min(timedelta(seconds=can.token_margin_seconds), life / 4)


def with_settings(plugin: Plugin, credentials: Credentials, settings: Mapping[str, Any]) -> Credentials:
    """What the connector is given: credentials, the settings it declares, and the installation's own keys.

    Raises :class:`~salur.integrations.modes.HubKeysMissing`.
    """
    credentials = with_hub_keys(plugin, credentials)
    declared = [field.key for field in plugin.settings_form]
    if plugin.places_form:
        declared.append(PLACES)
    return credentials.replaced(**{key: str(settings[key]) for key in declared if settings.get(key) not in (None, "")})


def load_line(kind: Kind, connection_id: int, *, even_paused: bool = False) -> PartnerLine:
    """The line of a connection (inside a scope); raises :class:`ConnectionPaused` or :class:`NotConnected`.

    ``even_paused`` is for reading what the partner sends, which needs the keys but no permission.
    """
    connection = find(kind, connection_id)
    if connection.state == ConnectionState.PAUSED and not even_paused:
        raise ConnectionPaused(name=connection.name, reason=connection.pause_reason)
    if connection.state == ConnectionState.DISCONNECTED:
        raise NotConnected(name=connection.name)
    plugin = plugin_of(connection)
    credential = find_credential(kind, connection_id)
    if credential is None:
        raise NotConnected(name=connection.name)
    merchant_id = current_scope().merchant_id
    try:
        opened = unseal(credential.sealed, merchant_id, kind, connection_id)
    except SecretUnreadable as error:
        raise ConnectionPaused("credentials_unreadable", name=connection.name, reason=str(error)) from error
    return PartnerLine(
        kind=kind,
        id=connection_id,
        merchant_id=merchant_id,
        plugin=plugin,
        credentials=with_settings(plugin, opened, connection.settings),
        credential_version=credential.version,
        settings=connection.settings,
        renew_at=_renew_at(plugin, credential),
        name=connection.name,
    )


def store_line(store_id: int) -> PartnerLine:
    """See :func:`load_line`."""
    return load_line("store", store_id)


def account_line(account_id: int) -> PartnerLine:
    """See :func:`load_line`."""
    return load_line("account", account_id)
