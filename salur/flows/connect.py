"""Connecting a warehouse account: verified, then account and its warehouses saved together (R9, R11, R34, R37)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from salur.connectors.base.types import PartnerWarehouse
from salur.foundation.clock import now
from salur.integrations import connect
from salur.integrations.calling import account_line, call, record
from salur.integrations.connect import Acting, save_account, verify_account
from salur.integrations.connections import Kind
from salur.integrations.saving import PartnerRefused, ask
from salur.stock.models import Warehouse
from salur.tenancy import audit
from salur.tenancy.accounts import merchant
from salur.tenancy.models import Merchant

from .wakeups import account_changed, store_changed


@dataclass(frozen=True, slots=True)
class AccountConnected:
    """A connected account and the warehouses that were new with it."""

    account_id: int
    warehouse_ids: Sequence[int]


def connect_account(
    acting: Acting,
    partner: str,
    name: str,
    values: Mapping[str, Any],
    settings: Mapping[str, Any] | None = None,
) -> AccountConnected:
    """Connect a warehouse account and create its warehouses, named by the partner's rule.

    Raises NotEntitled, FormInvalid, PartnerRefused, IdentityTaken; nothing is saved then.
    """
    verified = verify_account(acting, partner, values, settings)
    listed: Sequence[PartnerWarehouse] = ask(
        verified.plugin,
        verified.credentials,
        verified.settings,
        lambda connector: connector.list_warehouses(),
        verified.exchanges,
    )
    with acting.scope("connect account"):
        account_id = save_account(verified, name)
        made = create_warehouses(account_id, listed, verified.plugin.capabilities.countries)
        account_changed(account_id)  # where it is one authorised again: what waited for it goes on
        return AccountConnected(account_id, made)


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


def connect_store(acting: Acting, channel: str, name: str, values: Mapping[str, Any], *, country: str = "") -> int:
    """See :func:`salur.integrations.connect.connect_store`; orders that waited for the store go on."""
    return _store_is_back(acting, connect.connect_store(acting, channel, name, values, country=country))


def finish_authorisation(acting: Acting, state: str, query: Mapping[str, str]) -> int:
    """See :func:`salur.integrations.connect.finish_authorisation`; orders that waited for the store go on."""
    return _store_is_back(acting, connect.finish_authorisation(acting, state, query))


def _store_is_back(acting: Acting, store_id: int) -> int:
    with acting.scope("connect store"):
        store_changed(store_id)
    return store_id


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
    country = entry.country or (served[0] if len(served) == 1 else home.country)
    return Warehouse(
        merchant_id=home.pk,
        account_id=account_id,
        code=entry.code,
        name=entry.name or entry.code,
        country=country.upper(),
        time_zone=home.time_zone if country.upper() == home.country else "UTC",
        created_at=now(),
    )
