"""Connecting a warehouse account: verified, then account and its warehouses saved together (R9, R11, R34, R37).

Stores are connected by ``integrations``; here what waited for them is set going.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from salur.connectors.base.capabilities import Plugin
from salur.connectors.base.types import PartnerWarehouse
from salur.foundation.clock import now
from salur.integrations import connect, key_handover
from salur.integrations.calling import account_line, call, record
from salur.integrations.connect import Acting, save_account, verify_account
from salur.integrations.connections import Kind
from salur.integrations.login import log_in, save_login
from salur.integrations.saving import PartnerRefused, Verified, ask, clean_name
from salur.orders.models import Order
from salur.stock.models import Warehouse
from salur.stock.zones import zone_of
from salur.tenancy import audit
from salur.tenancy.accounts import merchant
from salur.tenancy.models import Merchant

from .wakeups import account_changed, store_changed

AVERAGED_DAYS = 7


@dataclass(frozen=True, slots=True)
class AccountConnected:
    """A connected account and the warehouses that were new with it."""

    account_id: int
    warehouse_ids: Sequence[int]


@dataclass(frozen=True, slots=True)
class LoginConnected:
    """What a login connected; ``warehouse_ids`` are new ones of an account."""

    kind: Kind
    connection_id: int
    warehouse_ids: Sequence[int] = ()


def connect_account(
    acting: Acting,
    partner: str,
    name: str,
    values: Mapping[str, Any],
    settings: Mapping[str, Any] | None = None,
    *,
    mode: str = "",
) -> AccountConnected:
    """Connect a warehouse account and create its warehouses, named by the partner's rule.

    Raises NotEntitled, FormInvalid, PartnerRefused, IdentityTaken; nothing is saved then.
    """
    clean_name(name)
    verified = verify_account(acting, partner, values, settings, mode)
    listed = _listed(verified)
    with acting.scope("connect account"):
        account_id = save_account(verified, name)
        made = create_warehouses(account_id, listed, verified.plugin.capabilities.countries)
        account_changed(account_id)  # where it is one authorised again: what waited for it goes on
        return AccountConnected(account_id, made)


def _listed(verified: Verified) -> Sequence[PartnerWarehouse]:
    listed: Sequence[PartnerWarehouse] = ask(
        verified.plugin,
        verified.credentials,
        verified.settings,
        lambda connector: connector.list_warehouses(),
        verified.exchanges,
    )
    return listed


def finish_login(acting: Acting, state: str, query: Mapping[str, str]) -> LoginConnected:
    """What the partner's login opened, connected: a store, or an account with its warehouses; what waited goes on.

    Raises AuthorisationStale, PartnerRefused, IdentityTaken, OtherIdentity, NotEntitled; nothing is saved then.
    """
    login = log_in(acting, state, query)
    if login.begun.kind == "store":
        with acting.scope("connect store"):
            store_id = save_login(login)
            store_changed(store_id)
        return LoginConnected("store", store_id)
    listed = _listed(login.verified)
    with acting.scope("connect account"):
        account_id = save_login(login)
        made = create_warehouses(account_id, listed, login.verified.plugin.capabilities.countries)
        account_changed(account_id)
    return LoginConnected("account", account_id, made)


def finish_authorisation(acting: Acting, state: str, query: Mapping[str, str]) -> int:
    """The id of what :func:`finish_login` connected."""
    return finish_login(acting, state, query).connection_id


def fetch_warehouses(acting: Acting, account_id: int) -> Sequence[int]:
    """Create the warehouses that the account has got since (R37); answers the new ones. May be repeated.

    Raises ConnectionPaused, NotConnected, PartnerRefused.
    """
    with acting.scope("fetch warehouses"):
        line = account_line(account_id)
    result = call(line, lambda connector: connector.list_warehouses())
    with acting.scope("fetch warehouses"):
        record(line, [result])
        if result.error is None:
            return create_warehouses(account_id, result.answer(), line.plugin.capabilities.countries)
    raise PartnerRefused(result.error, line.plugin)


def connect_store(
    acting: Acting,
    channel: str,
    name: str,
    values: Mapping[str, Any],
    *,
    country: str = "",
    currency: str = "",
    mode: str = "",
    settings: Mapping[str, Any] | None = None,
) -> int:
    """See :func:`salur.integrations.connect.connect_store`; orders that waited for the store go on."""
    store_id = connect.connect_store(
        acting, channel, name, values, mode=mode, country=country, currency=currency, settings=settings
    )
    with acting.scope("connect store"):
        store_changed(store_id)
    return store_id


def finish_key_handover(acting: Acting, handle: str, query: Mapping[str, str]) -> tuple[int, Plugin]:
    """See :func:`salur.integrations.key_handover.finish_key_handover`; orders that waited for the store go on."""
    store_id, plugin = key_handover.finish_key_handover(acting, handle, query)
    with acting.scope("connect store"):
        store_changed(store_id)
    return store_id, plugin


def replace_secrets(acting: Acting, kind: Kind, connection_id: int, values: Mapping[str, Any]) -> None:
    """See :func:`salur.integrations.connect.replace_secrets`; what waited for the connection goes on."""
    connect.replace_secrets(acting, kind, connection_id, values)
    _judge_again(acting, kind, connection_id)


def disconnect(acting: Acting, kind: Kind, connection_id: int) -> None:
    """See :func:`salur.integrations.connect.disconnect`; what was ready waits, and says for what."""
    connect.disconnect(acting, kind, connection_id)
    _judge_again(acting, kind, connection_id)


def _judge_again(acting: Acting, kind: Kind, connection_id: int) -> None:
    with acting.scope("connection changed"):
        (store_changed if kind == "store" else account_changed)(connection_id)


def create_warehouses(account_id: int, listed: Sequence[PartnerWarehouse], served: Sequence[str]) -> Sequence[int]:
    """Inside a scope: a system warehouse for each usable one that has none; answers the new ones."""
    known = set(Warehouse.objects.filter(account_id=account_id).values_list("code", flat=True))
    fresh = {entry.code: entry for entry in listed if entry.usable and entry.code not in known}
    home = merchant()
    rows = [_row(account_id, entry, served, home) for entry in fresh.values()]
    # Somebody may fetch at the same time: theirs stand then.
    Warehouse.objects.bulk_create(rows, ignore_conflicts=True)
    made = Warehouse.objects.filter(account_id=account_id, code__in=fresh).order_by("id")
    ids = list(made.values_list("id", flat=True))
    if ids:
        audit.record("account.warehouses", f"account:{account_id}", codes=sorted(fresh))
    return ids


def _row(account_id: int, entry: PartnerWarehouse, served: Sequence[str], home: Merchant) -> Warehouse:
    country = (entry.country or (served[0] if len(served) == 1 else home.country)).upper()
    return Warehouse(
        merchant_id=home.pk,
        account_id=account_id,
        code=entry.code,
        name=entry.name or entry.code,
        country=country,
        time_zone=zone_of(entry.time_zone, country),
        created_at=now(),
    )


def orders_per_day() -> float:
    """The merchant's daily average over the last week (inside a scope), for the advice of A2.

    By the time of ordering: a first sync brings many old orders in at once, which say nothing of a day.
    """
    since = now() - timedelta(days=AVERAGED_DAYS)
    fresh = Order.objects.filter(changed_at__gte=since, first_seen_at__gte=since, ordered_at__gte=since)
    return fresh.count() / AVERAGED_DAYS
