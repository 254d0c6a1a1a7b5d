"""Binding products to locations of their warehouse, singly and by lists (inside a scope; R56 to R58, A10)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.db import connection

from salur.catalog.models import MasterProduct, WarehouseProduct
from salur.foundation.clock import now
from salur.foundation.locks import lock_ids
from salur.foundation.staging import int_array
from salur.stock.models import Balance, Warehouse
from salur.tenancy import audit
from salur.tenancy.scope import current_scope

from .editing import LocationRefused
from .models import Location, LocationBinding
from .numbers import BadNumber, tidy
from .problems import LineFault

MOST_PAIRS = 10_000  # lines taken at once


@dataclass(frozen=True, slots=True)
class WantedPair:
    """A line of a list: this product lies at this location."""

    line: int
    number: str
    msku: str


@dataclass(frozen=True, slots=True)
class Bound:
    """What a list led to: how many pairs are new, and a fault for each line that was not taken."""

    count: int = 0
    faults: list[LineFault] = field(default_factory=list)


def bind_lines(warehouse_id: int, wanted: Sequence[WantedPair]) -> Bound:
    """Bind each pair of a list (R58); lines that are wrong are told one by one, the others bound.

    Raises ``Warehouse.DoesNotExist``.
    """
    Warehouse.objects.only("pk").get(pk=warehouse_id)
    known = _Known.of(warehouse_id, wanted)
    faults: list[LineFault] = []
    lines: dict[tuple[int, int], WantedPair] = {}
    for one in wanted:
        judged = known.judge(one)
        if isinstance(judged, LineFault):
            faults.append(judged)
        elif (first := lines.setdefault(judged, one)) is not one:
            faults.append(_fault(one, "pair_twice", msku=one.msku, number=one.number, line=first.line))
    new = _insert(warehouse_id, list(lines))
    faults += [
        _fault(one, "bound_already", msku=one.msku.strip(), number=one.number.strip().upper())
        for pair, one in lines.items()
        if pair not in new
    ]
    if new:
        audit.record("locations.bound", f"warehouse:{warehouse_id}", pairs=len(new))
    return Bound(len(new), sorted(faults, key=lambda fault: fault.line))


def bind(warehouse_id: int, product_id: int, location_ids: Iterable[int]) -> int:
    """Bind a product to locations of a warehouse (R57); answers how many are new.

    Raises :class:`LocationRefused` where the product is not in the warehouse, or a location is not one of its.
    """
    ids = set(location_ids)
    warehouse = Warehouse.objects.get(pk=warehouse_id)
    product = MasterProduct.objects.get(pk=product_id)
    if product_id not in _in_warehouse(warehouse_id, [product_id]):
        raise LocationRefused("product_not_in_warehouse", msku=product.msku, warehouse=warehouse.name)
    usable = Location.objects.filter(warehouse_id=warehouse_id, active=True, pk__in=ids)
    if missing := ids - set(usable.values_list("pk", flat=True)):
        names = Location.objects.filter(pk__in=missing).values_list("number", flat=True)
        raise LocationRefused("location_unknown", warehouse=warehouse.name, number=", ".join(names))
    new = _insert(warehouse_id, [(pk, product_id) for pk in ids])
    if new:
        audit.record("locations.bound", f"product:{product_id}", warehouse=warehouse_id, pairs=len(new))
    return len(new)


def unbind(binding_ids: Iterable[int]) -> int:
    """Products no longer lie there; answers how many bindings are gone."""
    rows = LocationBinding.objects.filter(pk__in=list(binding_ids)).select_related("location", "product")
    told = [(row.product_id, row.location.number, row.warehouse_id) for row in rows]
    gone, _each = LocationBinding.objects.filter(pk__in=[row.pk for row in rows]).delete()
    for product, number, warehouse in told:
        audit.record("location.unbound", f"product:{product}", warehouse=warehouse, number=number)
    return gone


def unbind_pairs(warehouse_id: int, wanted: Sequence[WantedPair]) -> int:
    """Unbind the pairs of a list; those that are not bound are left out. Answers how many are gone."""
    pairs = {(number, one.msku.strip()) for one in wanted if isinstance(number := _number(one), str)}
    rows = LocationBinding.objects.filter(
        warehouse_id=warehouse_id,
        location__number__in={number for number, _ in pairs},
        product__msku__in={msku for _, msku in pairs},
    )
    found = rows.values_list("pk", "location__number", "product__msku")
    return unbind(pk for pk, number, msku in found if (number, msku) in pairs)


# -- parts ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Known:
    """What the lines name, looked up at once. ``elsewhere``: numbers of other warehouses, with one that has it."""

    locations: dict[str, Location]
    elsewhere: dict[str, str]
    products: dict[str, int]
    here: set[int]

    @classmethod
    def of(cls, warehouse_id: int, wanted: Sequence[WantedPair]) -> _Known:
        numbers = {number for one in wanted if isinstance(number := _number(one), str)}
        named = Location.objects.filter(number__in=numbers)
        locations = {row.number: row for row in named.filter(warehouse_id=warehouse_id)}
        away = named.filter(number__in=numbers - set(locations)).select_related("warehouse")
        rows = MasterProduct.objects.filter(msku__in={one.msku.strip() for one in wanted} - {""})
        products = dict(rows.values_list("msku", "pk"))
        elsewhere = {row.number: row.warehouse.name for row in away}
        return cls(locations, elsewhere, products, _in_warehouse(warehouse_id, products.values()))

    def judge(self, one: WantedPair) -> tuple[int, int] | LineFault:
        """(location, product) of a line, or what is wrong with it."""
        number, msku = _number(one), one.msku.strip()
        if isinstance(number, LineFault):
            return number
        if not msku:
            return _fault(one, "msku_missing")
        location = self.locations.get(number)
        if location is None:
            if number in self.elsewhere:
                return _fault(one, "location_of_another", number=number, warehouse=self.elsewhere[number])
            return _fault(one, "location_not_there", number=number)
        if not location.active:
            return _fault(one, "location_off", number=number)
        if msku not in self.products:
            return _fault(one, "msku_unknown", msku=msku)
        if self.products[msku] not in self.here:
            return _fault(one, "msku_elsewhere", msku=msku)
        return location.pk, self.products[msku]


def _number(one: WantedPair) -> str | LineFault:
    try:
        return tidy(one.number)
    except BadNumber as bad:
        return _fault(one, bad.code, **bad.detail)


def _fault(one: WantedPair, code: str, **detail: str | int) -> LineFault:
    return LineFault(one.line, code, f"{one.number}, {one.msku}", detail)


def _in_warehouse(warehouse_id: int, product_ids: Iterable[int]) -> set[int]:
    """Those of the products that were added to the warehouse, or have figures there (R59)."""
    ids = list(product_ids)
    added = WarehouseProduct.objects.filter(warehouse_id=warehouse_id, product_id__in=ids)
    held = Balance.objects.filter(warehouse_id=warehouse_id, product_id__in=ids)
    return set(added.values_list("product_id", flat=True)) | set(held.values_list("product_id", flat=True))


INSERT = """
INSERT INTO locations_locationbinding (merchant_id, warehouse_id, location_id, product_id, created_at)
SELECT %(merchant)s, %(warehouse)s, n.location_id, n.product_id, %(at)s
FROM unnest(%(locations)s::bigint[], %(products)s::bigint[]) AS n(location_id, product_id)
ON CONFLICT (merchant_id, location_id, product_id) DO NOTHING
RETURNING location_id, product_id
"""


def _insert(warehouse_id: int, pairs: Sequence[tuple[int, int]]) -> set[tuple[int, int]]:
    """Write pairs; answers those that are new. A location that somebody removed meanwhile is left out."""
    merchant = current_scope().merchant_id
    held = set(lock_ids("locations_location", merchant, {location for location, _ in pairs}))
    kept = [pair for pair in pairs if pair[0] in held]
    with connection.cursor() as cursor:
        cursor.execute(
            INSERT,
            {
                "merchant": merchant,
                "warehouse": warehouse_id,
                "at": now(),
                "locations": int_array(location for location, _ in kept),
                "products": int_array(product for _, product in kept),
            },
        )
        return {(row[0], row[1]) for row in cursor.fetchall()}
