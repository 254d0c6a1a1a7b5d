"""What pages, files and pick lists read of locations. Every function takes a constant number of statements."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet

from salur.foundation.paging import Keyset, keyset_page

from .models import Location, LocationBinding

ORDER = ["warehouse_id", "pick_key", "id"]
LAST = "\U0010ffff"  # sorts behind every other character


@dataclass(frozen=True, slots=True)
class LocationFilter:
    """What a list of locations shows; empty means all.

    ``search``: the beginning of a number, or an MSKU in full. ``used``: yes (products lie there), no, off (not in use).
    """

    warehouse: int | None = None
    zone: str = ""
    search: str = ""
    used: str = ""


def _locations(wanted: LocationFilter) -> QuerySet[Location]:
    rows = Location.objects.select_related("warehouse")
    if wanted.warehouse:
        rows = rows.filter(warehouse_id=wanted.warehouse)
    if wanted.zone:
        rows = rows.filter(zone=wanted.zone)
    here = LocationBinding.objects.filter(location_id=OuterRef("pk"))
    if text := wanted.search.strip():
        begins = Q(number__gte=text.upper(), number__lt=text.upper() + LAST)
        rows = rows.filter(begins | Q(Exists(here.filter(product__msku=text))))
    if wanted.used == "off":
        return rows.filter(active=False)
    if wanted.used in ("yes", "no"):
        rows = rows.filter(active=True)
        return rows.filter(Exists(here)) if wanted.used == "yes" else rows.exclude(Exists(here))
    return rows


def location_page(wanted: LocationFilter, cursor: str | None, size: int = 50) -> Keyset[Location]:
    """Locations warehouse by warehouse in the order of walking. Raises :class:`salur.foundation.paging.BadCursor`."""
    return keyset_page(_locations(wanted), order=ORDER, cursor=cursor, size=size)


def every_location(wanted: LocationFilter, size: int = 2000) -> Iterator[Location]:
    """All of them, read in pages so that a large file does not fill the memory."""
    cursor: str | None = None
    while True:
        page = location_page(wanted, cursor, size)
        yield from page.rows
        cursor = page.next_cursor
        if cursor is None:
            return


def find_location(location_id: int) -> Location | None:
    """One location with its warehouse."""
    return Location.objects.select_related("warehouse").filter(pk=location_id).first()


def zones_of(warehouse_ids: Iterable[int] | None = None, most: int = 500) -> list[str]:
    """The zones that there are; of these warehouses, or of all."""
    rows = Location.objects.exclude(zone="")
    if warehouse_ids is not None:
        rows = rows.filter(warehouse_id__in=list(warehouse_ids))
    return list(rows.values_list("zone", flat=True).distinct().order_by("zone")[:most])


def bindings_at(location_ids: Iterable[int]) -> dict[int, list[LocationBinding]]:
    """Which products lie at some locations, by location."""
    found: dict[int, list[LocationBinding]] = {}
    rows = LocationBinding.objects.filter(location_id__in=list(location_ids)).select_related("product")
    for row in rows.order_by("location_id", "product__msku"):
        found.setdefault(row.location_id, []).append(row)
    return found


def places_of(
    product_ids: Iterable[int], warehouse_id: int | None = None, *, active_only: bool = False
) -> dict[tuple[int, int], list[LocationBinding]]:
    """Where products lie, by (product, warehouse), each in the order of walking."""
    rows = LocationBinding.objects.filter(product_id__in=list(product_ids)).select_related("location")
    if warehouse_id:
        rows = rows.filter(warehouse_id=warehouse_id)
    if active_only:
        rows = rows.filter(location__active=True)
    found: dict[tuple[int, int], list[LocationBinding]] = {}
    for row in rows.order_by("location__pick_key", "location_id"):
        found.setdefault((row.product_id, row.warehouse_id), []).append(row)
    return found


def pick_places(warehouse_id: int, product_ids: Iterable[int]) -> dict[int, list[Location]]:
    """For a pick list: where each product lies, the place to go to first at the front; only locations in use.

    Sorting products by ``(location.pick_key, location.pk)`` of that first place is the way through the warehouse;
    products that lie nowhere are missing here and belong at the end.
    """
    held = places_of(product_ids, warehouse_id, active_only=True)
    return {product: [row.location for row in rows] for (product, _warehouse), rows in held.items()}


def offered_locations(warehouse_id: int, product_id: int, search: str = "", most: int = 200) -> list[Location]:
    """Locations in use to which the product can still be bound: those it is bound to are left out (A10)."""
    bound = LocationBinding.objects.filter(location_id=OuterRef("pk"), product_id=product_id)
    rows = Location.objects.filter(warehouse_id=warehouse_id, active=True).exclude(Exists(bound))
    if text := search.strip().upper():
        rows = rows.filter(number__gte=text, number__lt=text + LAST)
    return list(rows.order_by("pick_key", "id")[:most])
