"""Connecting stores and warehouse accounts by what is typed in (R8 to R15); the other ways are named here too.

Everything here is called with no scope open, on behalf of somebody (:class:`Acting`); the partner is asked first, and
only what it has verified is saved. Creating the warehouses of an account belongs to ``flows.connect``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from salur.connectors.base.capabilities import Plugin
from salur.foundation.clock import now
from salur.foundation.problems import Refusal
from salur.tenancy import audit, entitlements
from salur.tenancy.models import Entitlement

from . import registry
from .acting import Acting
from .changing import (
    OtherIdentity,
    change_settings,
    disconnect,
    missing_settings,
    replace_secrets,
    secret_fields,
    set_subscribed,
)
from .channels import find_channel
from .connections import NotConnected
from .forms import Checked, FormInvalid, authorisation_form, settings_form, validate_form
from .login import (
    AuthorisationStale,
    begin_account_authorisation,
    begin_authorisation,
    begin_reauthorisation,
    begun,
    finish_authorisation,
)
from .models import ConnectionState, StoreConnection
from .saving import PartnerRefused, Verified, clean_name, save_account, save_named, save_store, verify_typed
from .typed import chosen_settings, typed_credentials

__all__ = [
    "Acting",
    "AuthorisationStale",
    "Checked",
    "FormInvalid",
    "OtherIdentity",
    "PartnerRefused",
    "Verified",
    "authorisation_form",
    "begin_account_authorisation",
    "begin_authorisation",
    "begin_reauthorisation",
    "begun",
    "change_settings",
    "connect_file_store",
    "connect_store",
    "disconnect",
    "finish_authorisation",
    "missing_settings",
    "replace_secrets",
    "save_account",
    "secret_fields",
    "set_subscribed",
    "settings_form",
    "validate_form",
    "verify_account",
]


def connect_store(
    acting: Acting,
    channel: str,
    name: str,
    values: Mapping[str, Any],
    *,
    mode: str = "",
    country: str = "",
    currency: str = "",
    settings: Mapping[str, Any] | None = None,
) -> int:
    """Connect a store whose keys are typed in; answers its id.

    Raises :class:`FormInvalid`, :class:`PartnerRefused`, :class:`claims.IdentityTaken`; nothing is saved then.
    """
    plugin = _form_plugin(registry.STORE, channel)
    clean_name(name)
    verified = verify_typed(plugin, typed_credentials(plugin, values, mode), chosen_settings(plugin, settings))
    with acting.scope("connect store"):
        return save_store(verified, name, country, currency)


def _form_plugin(kind: str, name: str) -> Plugin:
    """The connector, which must take keys by form; raises NotConnected or Refusal (``login_needed``)."""
    plugin = registry.find_plugin(kind, name)
    if plugin is None:
        raise NotConnected("connector_missing", partner=name, name=name)
    if "oauth" in plugin.capabilities.abilities:
        raise Refusal("login_needed", partner=plugin.capabilities.title)
    return plugin


def connect_file_store(acting: Acting, channel: str, name: str, country: str, currency: str) -> int:
    """A store that is not opened at its channel: its orders come by file, form or API. Answers its id."""
    found = find_channel(channel)
    if found is None or not found.by_file:
        raise FormInvalid.of("channel", "field_choice", value=channel)
    if len(country.strip()) != 2:
        raise FormInvalid.of("country", "field_required")
    if len(currency.strip()) != 3 or not currency.strip().isalpha():
        raise FormInvalid.of("currency", "field_currency", value=currency)
    cleaned = clean_name(name)
    with acting.scope("connect store"):
        before = StoreConnection.objects.filter(
            channel=channel, name=cleaned, state=ConnectionState.DISCONNECTED, identity_key=""
        ).first()
        row = before or StoreConnection(channel=channel, name=cleaned, created_at=now())
        row.country, row.currency = country.strip().upper(), currency.strip().upper()
        row.state = ConnectionState.CONNECTED
        row.automatic_sync = row.auto_arrange = row.auto_confirm = row.sync_tracking = False
        save_named(row)
        audit.record("store.connected", f"store:{row.pk}", partner=channel, by_file=True)
        return row.pk


def verify_account(
    acting: Acting,
    partner: str,
    values: Mapping[str, Any],
    settings: Mapping[str, Any] | None = None,
    mode: str = "",
) -> Verified:
    """Check entitlement, form and credentials of a warehouse account; saves nothing (see ``flows.connect``).

    Raises NotEntitled (R2), :class:`FormInvalid`, :class:`PartnerRefused`.
    """
    plugin = _form_plugin(registry.WAREHOUSE, partner)
    with acting.scope("connect account"):
        entitlements.require(Entitlement.WAREHOUSE_MANAGEMENT)
    return verify_typed(plugin, typed_credentials(plugin, values, mode), chosen_settings(plugin, settings))
