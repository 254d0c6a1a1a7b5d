"""The rows of the stock list: products with their balance and push state, warehouse by warehouse."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.lookups import IsNull

from salur.catalog.messages import push_reason
from salur.catalog.models import MasterProduct, ProductKind, ProductPushState, WarehouseProduct
from salur.catalog.queries import added_to
from salur.flows.calibrate import may_sync
from salur.locations.models import LocationBinding
from salur.locations.queries import LAST, places_of
from salur.stock.models import Balance, Warehouse
from salur.stock.queries import balances_of, holds_much

ABSENT = "absent"
"""Filter: with a balance in a partner's warehouse to which the product was never added."""


NO_LOCATION = "-"
"""Filter of locations: products that are bound to none."""


def lies_at(warehouse_id: int | None, location: str) -> Q:
    """Products bound to a location whose number begins so; empty: all products."""
    if not location:
        return Q()
    bound = LocationBinding.objects.filter(product_id=OuterRef("pk"))
    if warehouse_id:
        bound = bound.filter(warehouse_id=warehouse_id)
    if location == NO_LOCATION:
        return ~Q(Exists(bound))
    return Q(Exists(bound.filter(location__number__gte=location.upper(), location__number__lt=location.upper() + LAST)))


def in_stock(warehouse_id: int | None, push: str) -> Q:
    """Products that were added to the warehouse (with that push state), or have a balance there."""
    place = {"warehouse_id": warehouse_id} if warehouse_id else {}
    added = WarehouseProduct.objects.filter(product_id=OuterRef("pk"), **place)
    held = Balance.objects.filter(product_id=OuterRef("pk"), **place)
    if push == ABSENT:
        there = WarehouseProduct.objects.filter(
            product_id=OuterRef("product_id"), warehouse_id=OuterRef("warehouse_id")
        )
        return Q(Exists(held.filter(warehouse__account__isnull=False).exclude(Exists(there))))
    if push:
        return Q(Exists(added.filter(push=push)))
    if warehouse_id and holds_much(warehouse_id):
        return _found(added) | _found(held)
    return Q(Exists(added)) | Q(Exists(held))


def _found(rows: QuerySet[Any]) -> Q:
    """As EXISTS, but looked up product by product: for EXISTS PostgreSQL collects all rows first."""
    return Q(IsNull(Subquery(rows.values("pk")[:1]), False))


def absent_from(warehouse_id: int) -> Q:
    """Products that could be added to a warehouse: in use, no bundles, and neither added there nor in stock."""
    added = WarehouseProduct.objects.filter(product_id=OuterRef("pk"), warehouse_id=warehouse_id)
    held = Balance.objects.filter(product_id=OuterRef("pk"), warehouse_id=warehouse_id)
    return Q(archived_at=None, kind=ProductKind.SINGLE) & ~_found(added) & ~_found(held)


@dataclass(frozen=True)
class StockRow:
    """A product in a warehouse; either half may be missing."""

    product: MasterProduct
    warehouse: Warehouse
    balance: Balance | None
    added: WarehouseProduct | None
    bound: Sequence[LocationBinding] = ()

    @property
    def free(self) -> int:
        """What may still be promised, in pieces."""
        return self.balance.on_hand - self.balance.reserved if self.balance else 0

    @property
    def reason(self) -> str:
        """Why the warehouse has not got the product, in words; empty where nothing went wrong."""
        return push_reason(self.added) if self.added else ""

    @property
    def may_sync(self) -> bool:
        """Whether this SKU alone can be asked for."""
        return may_sync(self.warehouse, by_sku=True)

    @property
    def may_push(self) -> bool:
        """Whether its own row offers to push the product once more; ticking offers it for pushed ones, too."""
        return self.added is not None and self.added.push == ProductPushState.FAILED

    def lies(self, location: str) -> bool:
        """Whether the row is meant by a filter of the location."""
        if location == NO_LOCATION:
            return not self.bound
        return not location or any(one.location.number.startswith(location.upper()) for one in self.bound)

    def shows(self, push: str) -> bool:
        """Whether the row is meant by a filter of the push state."""
        if push == ABSENT:
            return self.added is None and self.warehouse.account_id is not None
        return not push or (self.added is not None and self.added.push == push)


def stock_rows(
    products: Sequence[MasterProduct],
    warehouse_id: int | None,
    places: Sequence[Warehouse],
    push: str = "",
    location: str = "",
) -> list[StockRow]:
    """One row for each product and warehouse that has a balance or was added there (with that push state).

    ``location``: only where the product lies at a location whose number begins so.
    """
    ids = [product.pk for product in products]
    balances, added = balances_of(ids, warehouse_id), added_to(ids, warehouse_id)
    bound = places_of(ids, warehouse_id)
    rows = []
    for product in products:
        there = {entry.warehouse_id: entry for entry in added.get(product.pk, [])}
        for place in places:
            balance = balances.get((product.pk, place.pk))
            if balance or place.pk in there:
                held = bound.get((product.pk, place.pk), ())
                rows.append(StockRow(product, place, balance, there.get(place.pk), held))
    return [row for row in rows if row.shows(push) and row.lies(location)]
