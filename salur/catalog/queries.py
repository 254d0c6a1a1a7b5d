"""What pages read of master products, listings and bindings."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from salur.foundation.paging import Keyset, keyset_page

from .models import Binding, Listing, MasterProduct, ProductKind, ProductPushState, WarehouseProduct
from .product_data import storable


def search_condition(search: str) -> Q:
    """Products with the words as part of MSKU or name, or exactly as barcode or tag."""
    found = Q(msku__icontains=search) | Q(name__icontains=search) | Q(barcode=search)
    return found | Q(tags__contains=[search.casefold()])


def product_page(search: str, cursor: str | None, *, only: Q | None = None, size: int = 50) -> Keyset[MasterProduct]:
    """Master products by MSKU; ``search`` is part of MSKU or name, or the exact barcode. ``only`` narrows further."""
    rows = MasterProduct.objects.all() if only is None else MasterProduct.objects.filter(only)
    return keyset_page(with_words(rows, search), order=["msku", "id"], cursor=cursor, size=size)


@dataclass(frozen=True)
class ProductFilter:
    """What the list of master products shows. ``state`` archived: those alone; else they are left out.

    ``push`` is a push state (in ``warehouse``, or in any), or ``absent``: not added (there, or anywhere).
    """

    search: str = ""
    kind: str = ""
    state: str = ""
    push: str = ""
    warehouse: int | None = None

    def rows(self) -> QuerySet[MasterProduct]:
        """The products, in no order (inside a scope)."""
        rows = MasterProduct.objects.filter(archived_at__isnull=self.state != "archived")
        if self.kind in ProductKind.values:
            rows = rows.filter(kind=self.kind)
        if self.push or self.warehouse:
            place = {"warehouse_id": self.warehouse} if self.warehouse else {}
            there = WarehouseProduct.objects.filter(product_id=OuterRef("pk"), **place)
            if self.push == "absent":
                rows = rows.exclude(Exists(there)).exclude(kind=ProductKind.BUNDLE)
            else:
                rows = rows.filter(Exists(there.filter(push=self.push) if self.push else there))
        return with_words(rows, self.search)


def with_words(rows: QuerySet[MasterProduct], search: str) -> QuerySet[MasterProduct]:
    """Those with a part of MSKU or name, or exactly this barcode or tag."""
    return rows.filter(search_condition(search)) if search else rows


def filtered_page(wanted: ProductFilter, cursor: str | None, size: int = 50) -> Keyset[MasterProduct]:
    """Master products by MSKU."""
    return keyset_page(wanted.rows(), order=["msku", "id"], cursor=cursor, size=size)


def found_products(product_ids: Iterable[int]) -> list[int]:
    """Those of the ids that are products of the scope's merchant."""
    return list(MasterProduct.objects.filter(pk__in=list(product_ids)).values_list("pk", flat=True))


def with_barcode(barcode: str, most: int, *, besides: int = 0) -> list[str]:
    """MSKUs of the first products that have a barcode and are not archived."""
    if not barcode:
        return []
    rows = MasterProduct.objects.filter(barcode=barcode, archived_at=None).exclude(pk=besides)
    return list(rows.order_by("msku").values_list("msku", flat=True)[:most])


def find_product(product_id: int) -> MasterProduct | None:
    """One master product of the scope's merchant."""
    return MasterProduct.objects.filter(pk=product_id).first()


def mskus_of(product_ids: Iterable[int]) -> list[str]:
    """The MSKUs of some products."""
    return list(MasterProduct.objects.filter(pk__in=list(product_ids)).values_list("msku", flat=True))


def added_to(product_ids: Iterable[int], warehouse_id: int | None = None) -> dict[int, list[WarehouseProduct]]:
    """Where products were added, by product."""
    found: dict[int, list[WarehouseProduct]] = {}
    rows = WarehouseProduct.objects.filter(product_id__in=list(product_ids)).select_related("warehouse__account")
    if warehouse_id:
        rows = rows.filter(warehouse_id=warehouse_id)
    for row in rows.order_by("product_id", "warehouse_id"):
        found.setdefault(row.product_id, []).append(row)
    return found


def find_added(product_id: int, row_id: int) -> WarehouseProduct | None:
    """A product's row in one warehouse, with that warehouse and its account."""
    rows = WarehouseProduct.objects.filter(pk=row_id, product_id=product_id)
    return rows.select_related("warehouse__account").first()


def bindings_of_products(product_ids: Iterable[int]) -> dict[int, list[Binding]]:
    """What stores' SKUs mean a product, by product."""
    found: dict[int, list[Binding]] = {}
    rows = Binding.objects.filter(product_id__in=list(product_ids)).select_related("store")
    for row in rows.order_by("product_id", "store_id", "sku"):
        found.setdefault(row.product_id, []).append(row)
    return found


def listing_page(store_id: int | None, search: str, linked: str, cursor: str | None, size: int = 50) -> Keyset[Listing]:
    """Listings of the stores; ``linked`` is ``yes``, ``no`` or empty for all."""
    rows = Listing.objects.select_related("store")
    if store_id:
        rows = rows.filter(store_id=store_id)
    if search:
        rows = rows.filter(Q(sku__icontains=search) | Q(name__icontains=search))
    if linked in ("yes", "no"):
        bound = Exists(Binding.objects.filter(store_id=OuterRef("store_id"), sku=OuterRef("sku")))
        same = Exists(MasterProduct.objects.filter(msku=OuterRef("sku")))
        rows = rows.filter(bound | same) if linked == "yes" else rows.exclude(bound | same)
    return keyset_page(rows, order=["-id"], cursor=cursor, size=size)


def find_listing(listing_id: int) -> Listing | None:
    """One listing of the scope's merchant."""
    return Listing.objects.select_related("store").filter(pk=listing_id).first()


def bindings_of_listings(listings: Iterable[Listing]) -> dict[tuple[int, str], list[Binding]]:
    """Bindings by (store, SKU)."""
    wanted = list(listings)
    found: dict[tuple[int, str], list[Binding]] = {}
    rows = Binding.objects.filter(
        store_id__in={row.store_id for row in wanted}, sku__in={row.sku for row in wanted if row.sku}
    ).select_related("product")
    for row in rows.order_by("id"):
        found.setdefault((row.store_id, row.sku), []).append(row)
    return found


def products_named(mskus: Iterable[str]) -> dict[str, MasterProduct]:
    """Master products by MSKU."""
    return {p.msku: p for p in MasterProduct.objects.filter(msku__in=storable(mskus))}


def push_counts(warehouse_id: int) -> dict[str, int]:
    """A warehouse's products by their push state."""
    rows = WarehouseProduct.objects.filter(warehouse_id=warehouse_id).values("push").annotate(n=Count("id"))
    return {row["push"]: row["n"] for row in rows}


def rows_added(pairs: Iterable[tuple[int, int]]) -> list[WarehouseProduct]:
    """The rows of (warehouse, product) pairs; pairs never added are left out."""
    wanted = set(pairs)
    rows = WarehouseProduct.objects.filter(
        warehouse_id__in={warehouse for warehouse, _ in wanted}, product_id__in={product for _, product in wanted}
    )
    return [row for row in rows if (row.warehouse_id, row.product_id) in wanted]


def failed_rows(warehouse_id: int, most: int) -> list[int]:
    """Rows of the warehouse's products that it refused, the oldest first."""
    rows = WarehouseProduct.objects.filter(warehouse_id=warehouse_id, push=ProductPushState.FAILED)
    return list(rows.order_by("pk").values_list("pk", flat=True)[:most])
