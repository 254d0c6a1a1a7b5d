"""What gates need of stores and warehouses, read once per batch."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from salur.connectors.base.capabilities import StoreRule
from salur.integrations.channels import channel
from salur.integrations.lines import connector_of, wish_binds
from salur.integrations.models import StoreConnection, WarehouseAccount
from salur.integrations.registry import warehouse_capabilities, warehouse_plugin
from salur.stock.models import Warehouse

from .gates import serves_country


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
    wish_binds: bool = True


@dataclass(frozen=True, slots=True)
class WarehouseFacts:
    """A warehouse with what its partner's capabilities say; an own warehouse has no account and needs nothing.

    ``countries`` are those its partner serves, empty for all; ``keeps_stock`` is false where the goods are the
    partner's own (print on demand), so that there is nothing of ours to reserve or to deduct.
    """

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
    keeps_stock: bool = True
    ships_abroad: bool = False
    address_needs: frozenset[str] = frozenset()

    @property
    def served_text(self) -> str:
        """The countries it sends to, as texts name them."""
        return ", ".join(self.countries) if self.ships_abroad and self.countries else self.country

    def serves(self, country: str) -> bool:
        """Whether parcels to that country may be sent from here; our own goods we send wherever we like (R92)."""
        return self.account_id is None or serves_country(country, self.country, self.countries, self.ships_abroad)


def store_facts(ids: Iterable[int]) -> dict[int, StoreFacts]:
    """Stores of the scope by id."""
    facts = {}
    for store in StoreConnection.objects.filter(pk__in=set(ids)):
        sold_at = channel(store.channel)
        plugin = connector_of(store)
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
            wish_binds=wish_binds(store),
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
        keeps_stock=third_party is None or third_party.keeps_stock,
        ships_abroad=bool(third_party and third_party.ships_abroad),
        address_needs=third_party.address_needs if third_party else frozenset(),
    )
