"""Connecting stores and warehouse accounts, and taking connections down (R8 to R16).

Everything here is called with no scope open, on behalf of somebody (:class:`Acting`); the partner is asked first, and
only what it has verified is saved. Creating the warehouses of an account belongs to ``flows.connect``.
"""

from __future__ import annotations

import secrets as randomness
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from django.core import signing

from salur.connectors.base.capabilities import FormField, Plugin
from salur.connectors.base.transport import Exchange
from salur.connectors.base.types import Credentials, TokenSet
from salur.foundation import secrets
from salur.foundation.clock import now
from salur.foundation.problems import Refusal
from salur.tenancy import audit, entitlements
from salur.tenancy.models import Entitlement
from salur.tenancy.scope import Scope, current_scope, merchant_scope

from . import budgets, claims, registry
from .channels import find_channel
from .connections import Kind, NotConnected, find, find_credential
from .credentials import store_credentials, with_tokens
from .exchanges import save_exchanges
from .forms import (
    Checked,
    FormInvalid,
    authorisation_form,
    needed_values,
    settings_form,
    validate_fields,
    validate_form,
)
from .lines import plugin_of
from .models import ConnectionState, Credential, StoreConnection, WarehouseAccount
from .saving import PartnerRefused, Verified, ask, clean_name, save_account, save_named, save_store, verify
from .sealing import unseal

__all__ = [
    "Acting",
    "AuthorisationStale",
    "Checked",
    "FormInvalid",
    "OtherIdentity",
    "PartnerRefused",
    "Verified",
    "authorisation_form",
    "begin_authorisation",
    "begin_reauthorisation",
    "change_settings",
    "connect_file_store",
    "connect_store",
    "disconnect",
    "finish_authorisation",
    "missing_settings",
    "replace_secrets",
    "save_account",
    "settings_form",
    "validate_form",
    "verify_account",
]

STATE_SALT = "salur.integrations.authorisation"
STATE_SECONDS = 15 * 60


class AuthorisationStale(Refusal):
    """The state that came back is not ours, too old, or somebody else's."""

    code = "authorisation_stale"


class OtherIdentity(Refusal):
    """The login opened another account than the one being authorised again."""

    code = "other_identity"


@dataclass(frozen=True, slots=True)
class Acting:
    """Who asks, for which merchant: ``actor`` as in scopes (``user:7``, ``token:3``)."""

    merchant_id: int
    actor: str

    def scope(self, cause: str) -> AbstractContextManager[Scope]:
        """A scope of this merchant and actor."""
        return merchant_scope(self.merchant_id, actor=self.actor, cause=cause)


def _store_plugin(channel: str, *, oauth: bool) -> Plugin:
    plugin = registry.find_plugin(registry.STORE, channel)
    if plugin is None:
        raise NotConnected("connector_missing", partner=channel, name=channel)
    if ("oauth" in plugin.capabilities.abilities) != oauth:
        raise ValueError(f"{channel}: stores of this channel are authorised {'by form' if oauth else 'by login'}")
    return plugin


# -- stores authorised by form ---------------------------------------------------------------------------------------


def connect_store(
    acting: Acting,
    channel: str,
    name: str,
    values: Mapping[str, Any],
    *,
    country: str = "",
    currency: str = "",
    settings: Mapping[str, Any] | None = None,
) -> int:
    """Connect a store whose keys are typed in; answers its id.

    Raises :class:`FormInvalid`, :class:`PartnerRefused`, :class:`claims.IdentityTaken`; nothing is saved then.
    """
    plugin = _store_plugin(channel, oauth=False)
    clean_name(name)
    verified = verify(plugin, _form(plugin, values), _settings(plugin, settings))
    with acting.scope("connect store"):
        return save_store(verified, name, country, currency)


def connect_file_store(acting: Acting, channel: str, name: str, country: str, currency: str) -> int:
    """A store of a channel without connector: its orders come by file, form or API. Answers its id."""
    found = find_channel(channel)
    if found is None or found.connected:
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
        row.automatic_sync = row.auto_arrange = row.auto_confirm = False
        save_named(row)
        audit.record("store.connected", f"store:{row.pk}", partner=channel, by_file=True)
        return row.pk


def _form(plugin: Plugin, values: Mapping[str, Any]) -> Credentials:
    return Credentials(needed_values(plugin.form, values))


def _settings(plugin: Plugin, settings: Mapping[str, Any] | None) -> dict[str, str]:
    """Only what was given: the rest may be chosen once connected, when the partner has told what there is."""
    given = {key: value for key, value in (settings or {}).items() if value not in (None, "")}
    return needed_values((field for field in plugin.settings_form if field.key in given), given)


def missing_settings(row: StoreConnection | WarehouseAccount) -> tuple[FormField, ...]:
    """Settings that the connector needs and the connection lacks, for the page that asks for them (R16)."""
    return tuple(f for f in plugin_of(row).settings_form if f.required and not row.settings.get(f.key))


# -- stores authorised by the partner's login ------------------------------------------------------------------------


def begin_authorisation(
    acting: Acting,
    channel: str,
    name: str,
    values: Mapping[str, Any],
    *,
    redirect: str,
    country: str = "",
    currency: str = "",
    settings: Mapping[str, Any] | None = None,
) -> str:
    """The partner's address to send the user to. Nothing is saved; all travels in the state, secrets encrypted.

    ``redirect`` is our address that the partner sends the user back to. Raises :class:`FormInvalid`.
    """
    plugin = _store_plugin(channel, oauth=True)
    carried = {
        "name": clean_name(name),
        "country": country,
        "currency": currency,
        "settings": _settings(plugin, settings),
    }
    with acting.scope("connect store"):
        # A store of the same channel may be this very one, authorised again: that shows when it is opened.
        if StoreConnection.objects.filter(name=carried["name"]).exclude(channel=channel).exists():
            raise FormInvalid.of("name", "field_taken", value=carried["name"])
    return _partner_page(acting, plugin, _form(plugin, values), redirect, carried)


def begin_reauthorisation(acting: Acting, store_id: int, *, redirect: str) -> str:
    """As :func:`begin_authorisation` for a store that is connected or paused: its keys need not be typed again."""
    with acting.scope("authorise again"):
        row = find("store", store_id)
        assert isinstance(row, StoreConnection)  # noqa: S101 - asked for by kind
        plugin, held = plugin_of(row), find_credential("store", store_id)
        if held is None:
            raise NotConnected(name=row.name)
        credentials = unseal(held.sealed, acting.merchant_id, "store", store_id)
        carried = {"name": row.name, "country": row.country, "currency": row.currency, "store": store_id}
    typed = {declared.key for declared in plugin.form}
    kept = Credentials({key: value for key, value in credentials.values.items() if key in typed})
    return _partner_page(acting, plugin, kept, redirect, {**carried, "settings": {}})


def _partner_page(
    acting: Acting, plugin: Plugin, credentials: Credentials, redirect: str, carried: dict[str, Any]
) -> str:
    state = signing.dumps(
        {
            **carried,
            "merchant": acting.merchant_id,
            "actor": acting.actor,
            "channel": plugin.name,
            "values": secrets.seal(credentials.values, belongs_to=_state_owner(acting, plugin.name)),
            "once": randomness.token_hex(8),
        },
        salt=STATE_SALT,
        compress=True,
    )
    exchanges: list[Exchange] = []
    return str(ask(plugin, credentials, {}, lambda connector: connector.authorize_url(redirect, state), exchanges))


def _state_owner(acting: Acting, channel: str) -> str:
    return f"{acting.merchant_id}:authorisation:{channel}"


def finish_authorisation(acting: Acting, state: str, query: Mapping[str, str]) -> int:
    """What the partner sent the user back with becomes a connected store; answers its id.

    ``acting`` must be who began: else a stranger's link could connect somebody's store with the stranger's merchant.
    Raises :class:`AuthorisationStale`, :class:`PartnerRefused`, :class:`claims.IdentityTaken`, :class:`OtherIdentity`.
    """
    carried = _read_state(acting, state)
    plugin = _store_plugin(carried["channel"], oauth=True)
    credentials = Credentials(secrets.unseal(carried["values"], belongs_to=_state_owner(acting, plugin.name)))
    exchanges: list[Exchange] = []
    answered = {key: value for key, value in query.items() if key != "state"}
    tokens: TokenSet = ask(
        plugin, credentials, carried["settings"], lambda connector: connector.exchange(answered), exchanges
    )
    verified = verify(plugin, with_tokens(credentials, tokens), carried["settings"], tokens)
    verified.exchanges[:0] = exchanges
    with acting.scope("connect store"):
        if "store" in carried:
            _same_store(carried["store"], verified)
        return save_store(verified, carried["name"], carried["country"], carried["currency"])


def _read_state(acting: Acting, state: str) -> dict[str, Any]:
    try:
        carried: dict[str, Any] = signing.loads(state, salt=STATE_SALT, max_age=STATE_SECONDS)
    except signing.BadSignature as error:
        raise AuthorisationStale from error
    if (carried["merchant"], carried["actor"]) != (acting.merchant_id, acting.actor):
        raise AuthorisationStale
    return carried


def _same_store(store_id: int, verified: Verified) -> None:
    row = find("store", store_id)
    if row.identity_key != verified.identity.key:
        raise OtherIdentity(
            partner=verified.plugin.capabilities.title,
            found=verified.identity.name or verified.identity.key,
            expected=row.name,
        )


# -- warehouse accounts ----------------------------------------------------------------------------------------------


def verify_account(
    acting: Acting, partner: str, values: Mapping[str, Any], settings: Mapping[str, Any] | None = None
) -> Verified:
    """Check entitlement, form and credentials of a warehouse account; saves nothing (see ``flows.connect``).

    Raises NotEntitled (R2), :class:`FormInvalid`, :class:`PartnerRefused`.
    """
    plugin = registry.find_plugin(registry.WAREHOUSE, partner)
    if plugin is None:
        raise NotConnected("connector_missing", partner=partner, name=partner)
    with acting.scope("connect account"):
        entitlements.require(Entitlement.WAREHOUSE_MANAGEMENT)
    return verify(plugin, _form(plugin, values), _settings(plugin, settings))


# -- connections that exist ------------------------------------------------------------------------------------------


def replace_secrets(acting: Acting, kind: Kind, connection_id: int, values: Mapping[str, Any]) -> None:
    """New secrets for a connection authorised by form; its other fields stay, so it stays the same account.

    Where the partner's identity is made of the secrets, the new one is claimed and the old one given up.
    """
    with acting.scope("authorise again"):
        row = find(kind, connection_id)
        plugin, held = plugin_of(row), find_credential(kind, connection_id)
        if held is None:
            raise NotConnected(name=row.name)
        before = unseal(held.sealed, acting.merchant_id, kind, connection_id)
    kept = {declared.key: before.get(declared.key) for declared in plugin.form if not declared.secret}
    verified = verify(plugin, _form(plugin, {**values, **kept}), row.settings)
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


def change_settings(acting: Acting, kind: Kind, connection_id: int, values: Mapping[str, Any]) -> None:
    """Change what the connector's settings form declares (R16); raises :class:`FormInvalid`."""
    with acting.scope("change settings"):
        row = find(kind, connection_id)
        plugin = plugin_of(row)
        checked = validate_fields(plugin.settings_form, values)
        if checked.wrong:
            raise FormInvalid(checked)
        row.settings = {**row.settings, **checked.values}
        budgets.hold(kind, connection_id)
        row.save(update_fields=["settings"])
        budgets.set_limit(kind, connection_id, budgets.limit_of(plugin, row.settings))
        audit.record(f"{kind}.settings", f"{kind}:{connection_id}", **checked.values)


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
        row.save()
        Credential.objects.filter(**{f"{kind}_id": connection_id}).delete()
        audit.record(f"{kind}.disconnected", f"{kind}:{connection_id}")
