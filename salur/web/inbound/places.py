"""Where goods may be announced, and which products: those that the warehouse has accepted (R64)."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Exists, OuterRef, Q, QuerySet

from salur.catalog.models import MasterProduct, ProductPushState, WarehouseProduct
from salur.connectors.base.capabilities import WarehouseCapabilities
from salur.integrations.registry import WAREHOUSE, find_plugin, warehouse_capabilities
from salur.stock.models import Warehouse
from salur.stock.queries import warehouses

SHOWN = 12  # products that a search shows
OFFERED = 200  # products that the field of a line offers while one types


def capabilities_of(place: Warehouse) -> WarehouseCapabilities | None:
    """What the warehouse's partner can do; None: an own warehouse, or a partner whose connector is gone."""
    plugin = find_plugin(WAREHOUSE, place.account.partner) if place.account else None
    return warehouse_capabilities(plugin) if plugin else None


def takes_goods(place: Warehouse) -> bool:
    """Whether goods may be announced to it: an own warehouse in use, or one whose partner takes inbound lists."""
    if not place.active:
        return False
    if place.account is None:
        return True
    can = capabilities_of(place)
    return can is not None and "inbound" in can.abilities and can.keeps_stock


def places_for_goods() -> list[Warehouse]:
    """Every warehouse to which goods may be announced, by name."""
    return [place for place in warehouses(active_only=True) if takes_goods(place)]


def _announceable(place: Warehouse) -> QuerySet[MasterProduct]:
    rows = MasterProduct.objects.all()
    if place.account_id is None:
        return rows
    pushed = WarehouseProduct.objects.filter(
        product_id=OuterRef("pk"), warehouse_id=place.pk, push=ProductPushState.PUSHED
    )
    return rows.filter(Exists(pushed))


def search_products(place: Warehouse, text: str) -> list[MasterProduct]:
    """Products that may be announced there, by part of MSKU or name, or the exact barcode; the first few."""
    found = Q(msku__icontains=text) | Q(name__icontains=text) | Q(barcode=text)
    return list(_announceable(place).filter(found).order_by("msku")[:SHOWN])


def offered_products(place: Warehouse) -> list[tuple[str, str]]:
    """(MSKU, name) of the first products that may be announced there."""
    return list(_announceable(place).order_by("msku").values_list("msku", "name")[:OFFERED])


def names_of(mskus: Iterable[str]) -> dict[str, str]:
    """Names of master products by MSKU."""
    wanted = {msku for msku in mskus if msku}
    return dict(MasterProduct.objects.filter(msku__in=wanted).values_list("msku", "name"))
