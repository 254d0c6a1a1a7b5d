"""Authorising by the partner's own login, stores and warehouse accounts alike (R12, R15, R26, R27).

Nothing is saved before the partner has sent the user back: all that was typed travels in the state, its secrets
encrypted. Only who began may finish, within a quarter of an hour.
"""

from __future__ import annotations

import secrets as randomness
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core import signing

from salur.connectors.base.capabilities import Plugin
from salur.connectors.base.transport import Exchange
from salur.connectors.base.types import Credentials, TokenSet
from salur.foundation import secrets
from salur.foundation.problems import Refusal
from salur.tenancy import entitlements
from salur.tenancy.models import Entitlement

from . import registry
from .acting import Acting
from .changing import SUBSCRIBED, OtherIdentity
from .connections import Kind, NotConnected, find, find_credential
from .credentials import with_tokens
from .forms import MODE, authorisation_form, needed_values
from .lines import plugin_of
from .models import StoreConnection
from .saving import Verified, ask, clean_name, refuse_taken_name, save_account, save_store, verify
from .sealing import unseal
from .typed import chosen_settings, typed_credentials

STATE_SALT = "salur.integrations.authorisation"
STATE_SECONDS = 15 * 60
OF_THE_LOGIN = frozenset({"redirect_uri", "code_verifier", "state"})
"""What only the exchange of the code needs (PKCE, a signed redirect), and nothing keeps."""


class AuthorisationStale(Refusal):
    """The state that came back is not ours, too old, or somebody else's."""

    code = "authorisation_stale"


@dataclass(frozen=True, slots=True)
class Begun:
    """What was begun: a partner, and the connection that is authorised again (None: a new one)."""

    plugin: Plugin
    connection_id: int | None = None

    @property
    def kind(self) -> Kind:
        """The kind of connection that comes of it."""
        return "store" if self.plugin.kind == registry.STORE else "account"


@dataclass(frozen=True)
class LoggedIn:
    """A login that the partner has confirmed and that is not saved yet."""

    begun: Begun
    name: str
    country: str
    currency: str
    verified: Verified = field(repr=False)


def login_plugin(kind: str, name: str) -> Plugin:
    """The connector, which must take logins; raises NotConnected, and ValueError where keys are typed in instead."""
    plugin = registry.find_plugin(kind, name)
    if plugin is None:
        raise NotConnected("connector_missing", partner=name, name=name)
    if "oauth" not in plugin.capabilities.abilities:
        raise ValueError(f"{name}: this partner is authorised by form")
    return plugin


def begin_authorisation(
    acting: Acting,
    channel: str,
    name: str,
    values: Mapping[str, Any],
    *,
    redirect: str,
    mode: str = "",
    country: str = "",
    currency: str = "",
    settings: Mapping[str, Any] | None = None,
) -> str:
    """The partner's address to send the user to, for a store. Nothing is saved.

    ``redirect`` is our address that the partner sends the user back to. Raises :class:`FormInvalid`.
    """
    plugin = login_plugin(registry.STORE, channel)
    credentials = typed_credentials(plugin, values, mode)
    carried = {
        "name": clean_name(name),
        "country": country,
        "currency": currency,
        "settings": chosen_settings(plugin, settings),
    }
    with acting.scope("connect store"):
        refuse_taken_name(str(carried["name"]), channel)
    return _partner_page(acting, plugin, credentials, redirect, carried)


def begin_account_authorisation(
    acting: Acting,
    partner: str,
    name: str,
    values: Mapping[str, Any],
    *,
    redirect: str,
    mode: str = "",
    settings: Mapping[str, Any] | None = None,
    subscribed: bool | None = None,
) -> str:
    """As :func:`begin_authorisation` for a warehouse account; raises NotEntitled (R2) too.

    ``subscribed``: whether the user is going to tick the box for messages at the login (R27); the partner does not
    tell. None where it has no such box.
    """
    plugin = login_plugin(registry.WAREHOUSE, partner)
    credentials = typed_credentials(plugin, values, mode)
    carried: dict[str, Any] = {"name": clean_name(name), "settings": chosen_settings(plugin, settings)}
    if subscribed is not None:
        carried["settings"][SUBSCRIBED] = subscribed
    with acting.scope("connect account"):
        entitlements.require(Entitlement.WAREHOUSE_MANAGEMENT)
    return _partner_page(acting, plugin, credentials, redirect, carried)


def begin_reauthorisation(
    acting: Acting,
    connection_id: int,
    *,
    redirect: str,
    kind: Kind = "store",
    values: Mapping[str, Any] | None = None,
    subscribed: bool | None = None,
) -> str:
    """The same for a connection that is connected or paused: what was typed once need not be typed again.

    ``values`` may bring new secrets; the other fields stay, so it stays the same account.
    """
    with acting.scope("authorise again"):
        row = find(kind, connection_id)
        plugin, held = plugin_of(row), find_credential(kind, connection_id)
        if held is None:
            raise NotConnected(name=row.name)
        before = unseal(held.sealed, acting.merchant_id, kind, connection_id)
    login_plugin(plugin.kind, plugin.name)
    carried: dict[str, Any] = {"name": row.name, "connection": connection_id, "settings": {}}
    if isinstance(row, StoreConnection):
        carried |= {"country": row.country, "currency": row.currency}
    if subscribed is not None:
        carried["settings"][SUBSCRIBED] = subscribed
    return _partner_page(acting, plugin, _kept(plugin, before, values or {}), redirect, carried)


def _kept(plugin: Plugin, before: Credentials, values: Mapping[str, Any]) -> Credentials:
    """What was typed then, without the tokens that came of it, and with the secrets that are typed now."""
    mode = before.get(MODE)
    form = authorisation_form(plugin, mode)
    kept = {declared.key: before.get(declared.key) for declared in form}
    fresh = {declared.key: values[declared.key] for declared in form if declared.secret and values.get(declared.key)}
    if fresh:
        kept = needed_values(form, {**kept, **fresh})
    return Credentials(kept | ({MODE: mode} if plugin.modes else {}))


def _partner_page(
    acting: Acting, plugin: Plugin, credentials: Credentials, redirect: str, carried: dict[str, Any]
) -> str:
    credentials = credentials.replaced(redirect_uri=redirect, code_verifier=randomness.token_urlsafe(48))
    state = signing.dumps(
        {
            **carried,
            "merchant": acting.merchant_id,
            "actor": acting.actor,
            "kind": plugin.kind,
            "partner": plugin.name,
            "values": secrets.seal(credentials.values, belongs_to=_state_owner(acting, plugin)),
            "once": randomness.token_hex(8),
        },
        salt=STATE_SALT,
        compress=True,
    )
    exchanges: list[Exchange] = []
    return str(ask(plugin, credentials, {}, lambda connector: connector.authorize_url(redirect, state), exchanges))


def _state_owner(acting: Acting, plugin: Plugin) -> str:
    return f"{acting.merchant_id}:authorisation:{plugin.kind}:{plugin.name}"


def begun(acting: Acting, state: str) -> Begun:
    """What the state belongs to; raises :class:`AuthorisationStale`.

    ``acting`` must be who began: else a stranger's link could connect somebody's store with the stranger's merchant.
    """
    return _begun(_read_state(acting, state))


def _begun(carried: Mapping[str, Any]) -> Begun:
    return Begun(login_plugin(carried["kind"], carried["partner"]), carried.get("connection"))


def _read_state(acting: Acting, state: str) -> dict[str, Any]:
    try:
        carried: dict[str, Any] = signing.loads(state, salt=STATE_SALT, max_age=STATE_SECONDS)
    except signing.BadSignature as error:
        raise AuthorisationStale from error
    if (carried["merchant"], carried["actor"]) != (acting.merchant_id, acting.actor):
        raise AuthorisationStale
    return carried


def log_in(acting: Acting, state: str, query: Mapping[str, str]) -> LoggedIn:
    """What the partner sent the user back with, turned into tokens and verified; saves nothing.

    Raises :class:`AuthorisationStale`, PartnerRefused, NotEntitled.
    """
    carried = _read_state(acting, state)
    what = _begun(carried)
    plugin = what.plugin
    settings = {**_held_settings(acting, what), **carried["settings"]}
    held = Credentials(secrets.unseal(carried["values"], belongs_to=_state_owner(acting, plugin)))
    credentials = held.replaced(state=state)
    exchanges: list[Exchange] = []
    answered = {key: value for key, value in query.items() if key != "state"}
    tokens: TokenSet = ask(plugin, credentials, settings, lambda connector: connector.exchange(answered), exchanges)
    typed = Credentials({key: value for key, value in credentials.values.items() if key not in OF_THE_LOGIN})
    verified = verify(plugin, with_tokens(typed, tokens), settings, tokens)
    verified.exchanges[:0] = exchanges
    return LoggedIn(what, carried["name"], carried.get("country", ""), carried.get("currency", ""), verified)


def _held_settings(acting: Acting, what: Begun) -> dict[str, Any]:
    """The settings of the connection that is authorised again: places that were added belong to it."""
    with acting.scope("authorise"):
        if what.kind == "account":
            entitlements.require(Entitlement.WAREHOUSE_MANAGEMENT)
        return {} if what.connection_id is None else dict(find(what.kind, what.connection_id).settings)


def save_login(login: LoggedIn) -> int:
    """Inside a scope: the login as a connected store or account; answers its id.

    Raises :class:`~salur.integrations.claims.IdentityTaken`, :class:`OtherIdentity`, :class:`FormInvalid`.
    """
    what, verified = login.begun, login.verified
    if what.connection_id is not None:
        row = find(what.kind, what.connection_id)
        if row.identity_key != verified.identity.key:
            raise OtherIdentity(
                partner=what.plugin.capabilities.title,
                found=verified.identity.name or verified.identity.key,
                expected=row.name,
            )
    if what.kind == "account":
        return save_account(verified, login.name)
    return save_store(verified, login.name, login.country, login.currency)


def finish_authorisation(acting: Acting, state: str, query: Mapping[str, str]) -> int:
    """The store that a login opened, connected; answers its id. Accounts have warehouses too: see ``flows.connect``."""
    login = log_in(acting, state, query)
    with acting.scope("connect store"):
        return save_login(login)
