"""Starting a stock count: which products stand on its sheet, each at all of its locations (inside a scope)."""

from __future__ import annotations

import base64
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import connection

from salur.catalog.models import MasterProduct, WarehouseProduct
from salur.foundation.clock import now
from salur.foundation.locks import hold_alone
from salur.foundation.staging import int_array
from salur.locations.models import Location, LocationBinding
from salur.locations.queries import LAST
from salur.stock.models import Balance, Warehouse
from salur.tenancy import audit
from salur.tenancy.scope import current_scope

from .counting import counting_now
from .models import Stocktake, StocktakeLine
from .problems import StocktakeRefused

MOST_LINES = 20_000
NAMED = 5  # names that a refusal repeats
LONGEST_NOTE = 200


@dataclass(frozen=True, slots=True)
class Part:
    """What is to be counted; nothing named: the whole warehouse."""

    zones: Sequence[str] = ()
    locations: Sequence[str] = ()
    mskus: Sequence[str] = ()

    def as_data(self) -> dict[str, list[str]]:
        """As it is kept."""
        given = {"zones": self.zones, "locations": self.locations, "mskus": self.mskus}
        return {name: list(values) for name, values in given.items() if values}


def start_stocktake(warehouse_id: int, part: Part | None = None, *, blind: bool = False, note: str = "") -> Stocktake:
    """Make a count with its sheet. Raises :class:`StocktakeRefused`, ``Warehouse.DoesNotExist``.

    A product stands on the sheet at every location it is bound to, also outside of the chosen zone: its figure is that
    of the whole warehouse, so counting a part of it would say nothing.
    """
    warehouse = Warehouse.objects.get(pk=warehouse_id)
    if warehouse.account_id is not None:
        raise StocktakeRefused("stocktake_partner", warehouse=warehouse.name)
    wanted = part or Part()
    hold_alone("stocktake", warehouse_id)  # two counts started at once would not see each other's sheets
    products = _products(warehouse, wanted)
    if not products:
        raise StocktakeRefused("stocktake_nothing", warehouse=warehouse.name)
    _refuse_overlap(warehouse_id, products)
    take = Stocktake(
        reference="SC" + base64.b32encode(os.urandom(5)).decode(),
        warehouse=warehouse,
        blind=blind,
        note=note.strip()[:LONGEST_NOTE],
        part=wanted.as_data(),
        created_by=current_scope().actor,
        created_at=now(),
    )
    take.save()
    lines = add_lines(take, products)
    if lines > MOST_LINES:
        raise StocktakeRefused("stocktake_too_large", limit=MOST_LINES)
    audit.record("stocktake.started", f"stocktake:{take.pk}", reference=take.reference, lines=lines)
    return take


def _products(warehouse: Warehouse, part: Part) -> set[int]:
    bound = LocationBinding.objects.filter(warehouse=warehouse)
    if not part.as_data():
        kept = Balance.objects.filter(warehouse=warehouse).values_list("product_id", flat=True)
        return set(kept) | set(bound.values_list("product_id", flat=True))
    zones, numbers, mskus = set(part.zones), {n.upper() for n in part.locations}, set(part.mskus)
    there = Location.objects.filter(warehouse=warehouse)
    known = MasterProduct.objects.filter(msku__in=mskus)
    added = WarehouseProduct.objects.filter(warehouse=warehouse, product__in=known)
    held = Balance.objects.filter(warehouse=warehouse, product__in=known)
    named = {*added.values_list("product_id", "product__msku"), *held.values_list("product_id", "product__msku")}
    missing = zones - set(there.filter(zone__in=zones).values_list("zone", flat=True))
    missing |= numbers - set(there.filter(number__in=numbers).values_list("number", flat=True))
    missing |= mskus - {msku for _, msku in named}
    if missing:
        raise StocktakeRefused("stocktake_unknown", warehouse=warehouse.name, names=_few(missing))
    found = {product for product, _ in named}
    found |= set(bound.filter(location__zone__in=zones).values_list("product_id", flat=True)) if zones else set()
    return found | set(bound.filter(location__number__in=numbers).values_list("product_id", flat=True))


def _few(names: Iterable[str]) -> str:
    ordered = sorted(names)
    return ", ".join(ordered[:NAMED]) + (" …" if len(ordered) > NAMED else "")


def _refuse_overlap(warehouse_id: int, products: Iterable[int]) -> None:
    rows = StocktakeLine.objects.filter(warehouse_id=warehouse_id, open=True, product_id__in=list(products))
    first = rows.select_related("stocktake").first()
    if first is not None:
        held = rows.filter(stocktake=first.stocktake).values_list("product__msku", flat=True).distinct()
        raise StocktakeRefused("stocktake_overlaps", mskus=_few(held[: NAMED + 1]), reference=first.stocktake.reference)


NOWHERE = LAST  # sorts behind every location
ADD = """
INSERT INTO stocktakes_stocktakeline (merchant_id, stocktake_id, warehouse_id, product_id,
                                      location_number, walk, version, left_out, counted_by, open)
SELECT %(merchant)s, %(take)s, %(warehouse)s, p.id, coalesce(l.number, ''), coalesce(l.pick_key, %(nowhere)s),
       0, false, '', true
FROM unnest(%(products)s::bigint[]) AS w(id)
JOIN catalog_masterproduct p ON p.merchant_id = %(merchant)s AND p.id = w.id
LEFT JOIN (locations_locationbinding b
           JOIN locations_location l ON l.merchant_id = b.merchant_id AND l.id = b.location_id AND l.active)
  ON b.merchant_id = %(merchant)s AND b.warehouse_id = %(warehouse)s AND b.product_id = p.id
ORDER BY coalesce(l.pick_key, %(nowhere)s), p.msku
ON CONFLICT (merchant_id, stocktake_id, product_id, location_number) DO NOTHING
"""


def add_lines(take: Stocktake, products: Iterable[int]) -> int:
    """Put products on the sheet, each at all of its locations in use; answers the lines that are new."""
    with connection.cursor() as cursor:
        cursor.execute(
            ADD,
            {
                "merchant": current_scope().merchant_id,
                "take": take.pk,
                "warehouse": take.warehouse_id,
                "products": int_array(sorted(products)),
                "nowhere": NOWHERE,
            },
        )
        return int(cursor.rowcount)


def add_product(take: Stocktake, msku: str) -> int:
    """Somebody found a product that the sheet does not name; answers the lines that are new.

    Raises :class:`StocktakeRefused` where it is unknown, stands on the sheet of another count, or nobody counts any
    more: a line of a count that is over would keep its product from being counted ever again.
    """
    take = counting_now(take.pk)
    product = MasterProduct.objects.filter(msku=msku.strip()).first()
    if product is None:
        raise StocktakeRefused("stocktake_unknown", warehouse=take.warehouse.name, names=msku.strip()[:60])
    hold_alone("stocktake", take.warehouse_id)
    others = StocktakeLine.objects.filter(warehouse_id=take.warehouse_id, open=True, product=product)
    elsewhere = others.exclude(stocktake=take).select_related("stocktake").first()
    if elsewhere is not None:
        raise StocktakeRefused("stocktake_overlaps", mskus=product.msku, reference=elsewhere.stocktake.reference)
    lines = add_lines(take, [product.pk])
    audit.record("stocktake.added", f"stocktake:{take.pk}", reference=take.reference, msku=product.msku, lines=lines)
    return lines
