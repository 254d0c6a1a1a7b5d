"""Connections that exist: new secrets, settings, messages, and their end (R12, R15, R16, R27)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from salur.connectors.base.capabilities import FormField
from salur.connectors.base.polling import POLL_SECONDS
from salur.connectors.base.types import Credentials
from salur.foundation.clock import now
from salur.foundation.problems import Refusal
from salur.tenancy import audit
from salur.tenancy.scope import current_scope

from . import budgets, claims, registry
from .acting import Acting
from .connections import Kind, NotConnected, find, find_credential
from .credentials import store_credentials
from .exchanges import save_exchanges
from .forms import MODE, FormInvalid, authorisation_form, needed_values, validate_fields
from .lines import plugin_of
from .models import ConnectionState, Credential, StoreConnection, WarehouseAccount
from .modes import mode_of
from .saving import Verified, clean_name, save_named, verify_typed
from .sealing import unseal

SUBSCRIBED = "subscribed"
"""The setting that says whether the partner sends messages, as far as we know (R27)."""


class OtherIdentity(Refusal):
    """The login opened another account than the one being authorised again."""

    code = "other_identity"


def missing_settings(row: StoreConnection | WarehouseAccount) -> tuple[FormField, ...]:
    """Settings that the connector needs and the connection lacks, for the page that asks for them (R16)."""
    return tuple(f for f in plugin_of(row).settings_form if f.required and not row.settings.get(f.key))


def secret_fields(row: StoreConnection | WarehouseAccount) -> tuple[FormField, ...]:
    """What may be typed anew for a connection (inside a scope): the secrets of the way it was authorised."""
    plugin = plugin_of(row)
    mode = mode_of(plugin, "store" if isinstance(row, StoreConnection) else "account", row.pk)
    return tuple(declared for declared in (plugin.form if mode is None else mode.form) if declared.secret)


def replace_secrets(acting: Acting, kind: Kind, connection_id: int, values: Mapping[str, Any]) -> None:
    """New secrets for a connection authorised by form; its other fields stay, so it stays the same account.

    Where the partner's identity is made of the secrets, the new one is claimed and the old one given up. Raises
    Refusal (``login_needed``) where access is given by a login.
    """
    with acting.scope("authorise again"):
        row = find(kind, connection_id)
        plugin, held = plugin_of(row), find_credential(kind, connection_id)
        if held is None:
            raise NotConnected(name=row.name)
        before = unseal(held.sealed, acting.merchant_id, kind, connection_id)
    if "oauth" in plugin.capabilities.abilities:
        raise Refusal("login_needed", partner=plugin.capabilities.title)
    form = authorisation_form(plugin, before.get(MODE))
    kept = {declared.key: before.get(declared.key) for declared in form if not declared.secret}
    fresh = needed_values(form, {**values, **kept})
    if plugin.modes:
        fresh[MODE] = before.get(MODE)
    verified = verify_typed(plugin, Credentials(fresh), row.settings)
    with acting.scope("authorise again"):
        _put_secrets(kind, connection_id, verified)


def _put_secrets(kind: Kind, connection_id: int, verified: Verified) -> None:
    row, plugin = find(kind, connection_id), verified.plugin
    if row.state == ConnectionState.DISCONNECTED:
        raise NotConnected(name=row.name)
    claims.claim(plugin, verified.identity.key)
    if row.identity_key != verified.identity.key:
        taken = type(row).objects.filter(identity_key=verified.identity.key).exclude(pk=row.pk)
        if taken.exists():
            raise OtherIdentity(partner=plugin.capabilities.title, found=verified.identity.name, expected=row.name)
        claims.release(plugin.kind, plugin.name, row.identity_key)
    row.identity_key, row.state, row.pause_reason = verified.identity.key, ConnectionState.CONNECTED, ""
    row.save(update_fields=["identity_key", "state", "pause_reason"])
    store_credentials(kind, row.pk, current_scope().merchant_id, verified.credentials, None)
    save_exchanges(kind, row.pk, verified.exchanges)
    audit.record(f"{kind}.authorised_again", f"{kind}:{row.pk}")


def change_settings(
    acting: Acting, kind: Kind, connection_id: int, values: Mapping[str, Any], *, others_stay: bool = False
) -> None:
    """Change what the connector's settings form declares (R16); raises :class:`FormInvalid`.

    What is not given gets its default, as an empty field of the form does, unless ``others_stay``.
    """
    with acting.scope("change settings"):
        budgets.hold(kind, connection_id)
        row = find(kind, connection_id)
        plugin = plugin_of(row)
        checked = validate_fields(plugin.settings_form, {**row.settings, **values} if others_stay else values)
        if checked.wrong:
            raise FormInvalid(checked)
        settings = _change(kind, connection_id, checked.values)
        budgets.set_limit(kind, connection_id, budgets.limit_of(plugin, settings))
        audit.record(f"{kind}.settings", f"{kind}:{connection_id}", **checked.values)


def rename_store(store: StoreConnection, name: str) -> None:
    """Inside a scope: what the store is called in lists from now on; raises :class:`FormInvalid`."""
    before, store.name = store.name, clean_name(name)
    if store.name != before:
        save_named(store, only_name=True)
        audit.record("store.renamed", f"store:{store.pk}", name=store.name, before=before)


def set_subscribed(acting: Acting, kind: Kind, connection_id: int, subscribed: bool) -> None:
    """Note whether the partner sends messages, where only the merchant knows: in its login or console (R27)."""
    with acting.scope("change settings"):
        _change(kind, connection_id, {SUBSCRIBED: subscribed})
        audit.record(f"{kind}.subscribed", f"{kind}:{connection_id}", on=subscribed)


def _change(kind: Kind, connection_id: int, changes: Mapping[str, Any]) -> dict[str, Any]:
    """The settings with the changes, saved; whoever changes others at the same time waits."""
    budgets.hold(kind, connection_id)
    row = find(kind, connection_id)
    changed = {**row.settings, **changes}
    row.settings = changed
    fields = ["settings"]
    if isinstance(row, StoreConnection) and row.next_poll_at is not None and POLL_SECONDS in changes:
        # Asking more often begins now, not after the long wait that was chosen before.
        row.next_poll_at = min(row.next_poll_at, now() + timedelta(seconds=float(changes[POLL_SECONDS])))
        fields.append("next_poll_at")
    row.save(update_fields=fields)
    return changed


def disconnect(acting: Acting, kind: Kind, connection_id: int) -> None:
    """Stop all work with the partner, forget the secrets and give the identity up; what happened stays on record."""
    with acting.scope("disconnect"):
        row = find(kind, connection_id)
        if row.state == ConnectionState.DISCONNECTED:
            return
        if isinstance(row, StoreConnection):
            claims.release(registry.STORE, row.channel, row.identity_key)
            row.next_poll_at = None
        else:
            claims.release(registry.WAREHOUSE, row.partner, row.identity_key)
            row.next_follow_up_at = row.subscribed_until = None
        row.state, row.pause_reason = ConnectionState.DISCONNECTED, ""
        row.settings = {key: value for key, value in row.settings.items() if key != SUBSCRIBED}
        row.save()
        Credential.objects.filter(**{f"{kind}_id": connection_id}).delete()
        audit.record(f"{kind}.disconnected", f"{kind}:{connection_id}")
