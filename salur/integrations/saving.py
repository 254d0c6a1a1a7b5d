"""Verified first, saved afterwards: the two halves of every connection (R9).

:func:`verify` speaks to the partner with no scope open and saves nothing; the ``save_`` functions run inside one scope
and save claim, connection, credentials, budget and audit together or not at all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.db import IntegrityError, transaction

from salur.connectors.base.capabilities import Plugin
from salur.connectors.base.errors import (
    AuthExpired,
    ContractBroken,
    PartnerError,
    RateLimited,
    Retryable,
    UnknownOutcome,
)
from salur.connectors.base.transport import Exchange
from salur.connectors.base.types import Credentials, PartnerIdentity, TokenSet
from salur.foundation.clock import now
from salur.foundation.problems import Refusal, code_of, evidence_of
from salur.tenancy import audit
from salur.tenancy.scope import current_scope

from . import budgets
from .calling import refuse_open_scope
from .claims import claim
from .connections import Kind
from .credentials import store_credentials, with_tokens
from .exchanges import save_exchanges
from .forms import FormInvalid
from .lines import with_settings
from .models import ConnectionState, StoreConnection, WarehouseAccount
from .speaking import speak

T = TypeVar("T")
LONGEST_NAME = 100


class PartnerRefused(Refusal):
    """The partner did not verify the credentials; ``error`` is its answer, the texts repeat its words."""

    def __init__(self, error: PartnerError, plugin: Plugin) -> None:
        self.error = error
        code = code_of(error)
        if isinstance(error, AuthExpired):
            code = "auth_rejected"  # nothing renews what is not saved
        elif isinstance(error, Retryable | RateLimited | UnknownOutcome):
            code = "not_verified"  # nor does anything try it again
        super().__init__(code, **evidence_of(error, plugin.capabilities.title))

    @property
    def field(self) -> str:
        """The field that the partner complains of; empty if it names none."""
        return self.error.field if self.code == "rejected_field" else ""


@dataclass(frozen=True)
class Verified:
    """Credentials that the partner has accepted, not saved yet. ``credentials`` are without the settings."""

    plugin: Plugin
    credentials: Credentials = field(repr=False)
    settings: Mapping[str, Any]
    identity: PartnerIdentity
    tokens: TokenSet | None = None
    exchanges: list[Exchange] = field(default_factory=list)


def ask(
    plugin: Plugin,
    credentials: Credentials,
    settings: Mapping[str, Any],
    call: Callable[[Any], T],
    exchanges: list[Exchange],
) -> T:
    """One call before anything is saved; raises :class:`PartnerRefused` and ScopeOpen."""
    refuse_open_scope()
    spoken = speak(plugin, with_settings(plugin, credentials, settings), call)
    exchanges += spoken.exchanges
    if spoken.error is not None:
        raise PartnerRefused(spoken.error, plugin) from spoken.error
    return spoken.answer()


def verify(
    plugin: Plugin, credentials: Credentials, settings: Mapping[str, Any], tokens: TokenSet | None = None
) -> Verified:
    """Ask the partner whether the credentials are good and whose they are; raises :class:`PartnerRefused`."""
    exchanges: list[Exchange] = []
    identity: Any = ask(plugin, credentials, settings, lambda connector: connector.verify(), exchanges)
    if not isinstance(identity, PartnerIdentity) or not identity.key:
        raise PartnerRefused(ContractBroken("no_identity", "the partner named no identity", "identity"), plugin)
    return Verified(plugin, credentials, dict(settings), identity, tokens, exchanges)


def verify_typed(plugin: Plugin, credentials: Credentials, settings: Mapping[str, Any]) -> Verified:
    """:func:`verify` for keys that were typed in; where they only buy tokens, the tokens are fetched first."""
    if "grant" not in plugin.capabilities.abilities:
        return verify(plugin, credentials, settings)
    exchanges: list[Exchange] = []
    tokens: TokenSet = ask(plugin, credentials, settings, lambda connector: connector.grant(), exchanges)
    verified = verify(plugin, with_tokens(credentials, tokens), settings, tokens)
    verified.exchanges[:0] = exchanges
    return verified


def clean_name(name: str) -> str:
    """A connection's name as it is stored; raises :class:`FormInvalid`."""
    cleaned = " ".join(name.split())
    if not cleaned:
        raise FormInvalid.of("name", "field_required")
    if len(cleaned) > LONGEST_NAME:
        raise FormInvalid.of("name", "field_too_long", limit=LONGEST_NAME, length=len(cleaned))
    return cleaned


def refuse_taken_name(name: str, channel: str) -> None:
    """Inside a scope, before anybody is sent to a login: raises :class:`FormInvalid`.

    A store of the same channel may be this very one, authorised again: that shows when it is opened.
    """
    if StoreConnection.objects.filter(name=name).exclude(channel=channel).exists():
        raise FormInvalid.of("name", "field_taken", value=name)


def save_store(verified: Verified, name: str, country: str, currency: str) -> int:
    """Save a verified store, or the new credentials of a store of the same identity; answers its id."""
    identity, plugin = verified.identity, verified.plugin
    claim(plugin, identity.key)
    row = StoreConnection.objects.filter(channel=plugin.name, identity_key=identity.key).first()
    known = row is not None
    if row is not None:
        budgets.hold("store", row.pk)
    row = row or _opened(plugin, identity.key, clean_name(name))
    row.name = clean_name(name)
    row.country = served_country(plugin, identity.country or country or row.country)
    row.currency = (identity.currency or currency or row.currency).upper()
    row.settings = {**row.settings, **verified.settings}
    row.state, row.pause_reason, row.next_poll_at = ConnectionState.CONNECTED, "", now()
    save_named(row)
    _save_rest("store", row, verified, again=known)
    return row.pk


def _opened(plugin: Plugin, identity_key: str, name: str) -> StoreConnection:
    """A new store; one by file of the same channel and name is opened instead, so that it keeps its orders."""
    row = StoreConnection.objects.filter(channel=plugin.name, identity_key="", name=name).first()
    row = row or StoreConnection(channel=plugin.name, created_at=now())
    row.identity_key, row.automatic_sync = identity_key, True
    row.auto_arrange = "arrange" in plugin.capabilities.abilities
    row.auto_confirm = row.sync_tracking = "confirm" in plugin.capabilities.abilities
    return row


def save_account(verified: Verified, name: str) -> int:
    """Save a verified warehouse account, or new credentials of the account of that identity; answers its id."""
    identity, plugin = verified.identity, verified.plugin
    claim(plugin, identity.key)
    row = WarehouseAccount.objects.filter(partner=plugin.name, identity_key=identity.key).first()
    known = row is not None
    if row is not None:
        budgets.hold("account", row.pk)
    row = row or WarehouseAccount(partner=plugin.name, identity_key=identity.key, created_at=now())
    row.name = clean_name(name)
    row.settings = {**row.settings, **verified.settings}
    row.state, row.pause_reason, row.next_follow_up_at = ConnectionState.CONNECTED, "", now()
    row.save()
    _save_rest("account", row, verified, again=known)
    return row.pk


def _save_rest(kind: Kind, row: StoreConnection | WarehouseAccount, verified: Verified, *, again: bool) -> None:
    store_credentials(kind, row.pk, current_scope().merchant_id, verified.credentials, verified.tokens)
    budgets.set_limit(kind, row.pk, budgets.limit_of(verified.plugin, row.settings))
    save_exchanges(kind, row.pk, verified.exchanges)
    action = f"{kind}.authorised_again" if again else f"{kind}.connected"
    audit.record(action, f"{kind}:{row.pk}", partner=verified.plugin.name, identity=verified.identity.name)


def save_named(row: StoreConnection, *, only_name: bool = False) -> None:
    """Save a store; a name in use already is told as such (the constraint decides, so no race is lost)."""
    try:
        with transaction.atomic():
            row.save(update_fields=["name"] if only_name else None)
    except IntegrityError as error:
        if "integrations_store_name" not in str(error):
            raise
        raise FormInvalid.of("name", "field_taken", value=row.name) from error


def served_country(plugin: Plugin, country: str) -> str:
    """The country code, if the partner serves it (R14); raises :class:`FormInvalid`."""
    code, served = country.strip().upper(), plugin.capabilities.countries
    if not code:
        raise FormInvalid.of("country", "field_required")
    if len(code) != 2:
        raise FormInvalid.of("country", "field_format")
    if served and code not in served:
        raise FormInvalid.of(
            "country", "field_country", partner=plugin.capabilities.title, value=code, countries=", ".join(served)
        )
    return code
