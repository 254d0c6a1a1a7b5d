"""What gates need of stores and warehouses, read once per batch."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from salur.connectors.base.capabilities import StoreRule
from salur.integrations.channels import channel
from salur.integrations.models import StoreConnection, WarehouseAccount
from salur.integrations.registry import STORE, find_plugin, warehouse_capabilities, warehouse_plugin
from salur.stock.models import Warehouse


@dataclass(frozen=True, slots=True)
class StoreFacts:
    """A store as planning and gates see it."""

    id: int
    name: str
    channel: str
    channel_title: str
    state: str
    country: str
    currency: str
    gives_label: bool
    arranges: bool
    rules: tuple[StoreRule, ...]


@dataclass(frozen=True, slots=True)
class WarehouseFacts:
    """A warehouse with what its partner's capabilities say; an own warehouse has no account and needs nothing."""

    id: int
    name: str
    code: str
    country: str
    active: bool
    account_id: int | None
    account_state: str
    partner_title: str
    countries: tuple[str, ...]
    unsupported_channels: frozenset[str]
    needs_awb: bool
    needs_label: bool


def store_facts(ids: Iterable[int]) -> dict[int, StoreFacts]:
    """Stores of the scope by id."""
    facts = {}
    for store in StoreConnection.objects.filter(pk__in=set(ids)):
        sold_at = channel(store.channel)
        plugin = find_plugin(STORE, store.channel)
        can_arrange = plugin is not None and "arrange" in plugin.capabilities.abilities
        facts[store.pk] = StoreFacts(
            id=store.pk,
            name=store.name,
            channel=store.channel,
            channel_title=sold_at.title,
            state=store.state,
            country=store.country,
            currency=store.currency,
            gives_label=sold_at.gives_label,
            arranges=can_arrange and store.auto_arrange and store.state == "connected",
            rules=sold_at.rules,
        )
    return facts


def warehouse_facts(ids: Iterable[int]) -> dict[int, WarehouseFacts]:
    """Warehouses of the scope by id."""
    warehouses = list(Warehouse.objects.filter(pk__in=set(ids)))
    accounts = WarehouseAccount.objects.in_bulk([w.account_id for w in warehouses if w.account_id])
    return {w.pk: _facts(w, accounts.get(w.account_id or 0)) for w in warehouses}


def _facts(warehouse: Warehouse, account: WarehouseAccount | None) -> WarehouseFacts:
    third_party = warehouse_capabilities(warehouse_plugin(account.partner)) if account else None
    return WarehouseFacts(
        id=warehouse.pk,
        name=warehouse.name,
        code=warehouse.code,
        country=warehouse.country,
        active=warehouse.active,
        account_id=account.pk if account else None,
        account_state=account.state if account else "",
        partner_title=third_party.title if third_party else "",
        countries=third_party.countries if third_party else (),
        unsupported_channels=third_party.unsupported_channels if third_party else frozenset(),
        needs_awb=bool(third_party and third_party.needs_awb),
        needs_label=bool(third_party and third_party.needs_label),
    )
