"""The rows of the stock list: products with their balance and push state, warehouse by warehouse."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q

from salur.catalog.models import MasterProduct, WarehouseProduct
from salur.catalog.queries import added_to
from salur.stock.models import Balance, Warehouse
from salur.stock.queries import balances_of


def in_stock(warehouse_id: int | None, push: str) -> Q:
    """Products that were added to the warehouse (with that push state), or have a balance there."""
    place = {"warehouse_id": warehouse_id} if warehouse_id else {}
    added = WarehouseProduct.objects.filter(product_id=OuterRef("pk"), **place)
    if push:
        return Q(Exists(added.filter(push=push)))
    return Q(Exists(added)) | Q(Exists(Balance.objects.filter(product_id=OuterRef("pk"), **place)))


@dataclass(frozen=True)
class StockRow:
    """A product in a warehouse; either half may be missing."""

    product: MasterProduct
    warehouse: Warehouse
    balance: Balance | None
    added: WarehouseProduct | None

    @property
    def free(self) -> int:
        """What may still be promised, in pieces."""
        return self.balance.on_hand - self.balance.reserved if self.balance else 0


def stock_rows(
    products: Sequence[MasterProduct], warehouse_id: int | None, places: Sequence[Warehouse]
) -> list[StockRow]:
    """One row for each product and warehouse that has a balance or was added there."""
    ids = [product.pk for product in products]
    balances, added = balances_of(ids, warehouse_id), added_to(ids, warehouse_id)
    rows = []
    for product in products:
        there = {entry.warehouse_id: entry for entry in added.get(product.pk, [])}
        for place in places:
            balance = balances.get((product.pk, place.pk))
            if balance or place.pk in there:
                rows.append(StockRow(product, place, balance, there.get(place.pk)))
    return rows
