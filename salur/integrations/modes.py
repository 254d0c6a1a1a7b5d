"""Several ways to authorise: which is advised, and the keys that this installation brings (R22 to R24, A2)."""

from __future__ import annotations

from collections.abc import Mapping

from django.conf import settings
from django.utils.translation import gettext

from salur.connectors.base.capabilities import AuthMode, Plugin
from salur.connectors.base.types import Credentials
from salur.foundation.secrets import SecretUnreadable
from salur.tenancy.scope import current_scope

from .connections import ConnectionPaused, Kind, find_credential
from .forms import MODE
from .sealing import unseal


class HubKeysMissing(ConnectionPaused):
    """The way to authorise needs keys that the installation has not been given."""

    code = "hub_keys_missing"


def _given(plugin: Plugin) -> Mapping[str, str]:
    apps: Mapping[str, Mapping[str, str]] = settings.SALUR.partner_apps
    return apps.get(plugin.name, {})


def missing_hub_keys(plugin: Plugin, mode: AuthMode | None) -> tuple[str, ...]:
    """Keys that whoever runs the installation has still to enter."""
    given = _given(plugin)
    return () if mode is None else tuple(key for key in mode.hub_keys if not given.get(key))


def with_hub_keys(plugin: Plugin, credentials: Credentials) -> Credentials:
    """The credentials with the installation's own keys, for a call; they are never stored with a merchant's.

    Raises :class:`HubKeysMissing`.
    """
    mode = find_mode(plugin, credentials.get(MODE))
    if mode is None or not mode.hub_keys:
        return credentials
    missing = missing_hub_keys(plugin, mode)
    if missing:
        title = plugin.capabilities.title
        raise HubKeysMissing(partner=title, mode=gettext(mode.label), keys=", ".join(missing), name=title, reason="")
    # All that the installation has noted, its addresses too: its secret goes nowhere that a merchant typed.
    return credentials.replaced(**_given(plugin))


def find_mode(plugin: Plugin, key: str) -> AuthMode | None:
    """The way to authorise of that key, or None."""
    return next((mode for mode in plugin.modes if mode.key == key), None)


def mode_of(plugin: Plugin, kind: Kind, connection_id: int) -> AuthMode | None:
    """How a connection was authorised (inside a scope); None where there is one way only or the keys do not open."""
    held = find_credential(kind, connection_id) if plugin.modes else None
    if held is None:
        return None
    try:
        credentials = unseal(held.sealed, current_scope().merchant_id, kind, connection_id)
    except SecretUnreadable:
        return None
    return find_mode(plugin, credentials.get(MODE))


def advised(plugin: Plugin, orders_per_day: float) -> AuthMode | None:
    """The way to recommend to a merchant with so many orders a day (R23): the first that suits and is set up here."""
    suiting = [mode for mode in plugin.modes if not outgrown(mode, orders_per_day)] or list(plugin.modes)
    return next((mode for mode in suiting if not missing_hub_keys(plugin, mode)), suiting[0] if suiting else None)


def outgrown(mode: AuthMode, orders_per_day: float) -> bool:
    """Whether so many orders a day call for another way; this is advice, never a block (A2)."""
    return 0 < mode.orders_per_day <= orders_per_day
