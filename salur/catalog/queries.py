"""What pages read of master products, listings and bindings."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Count, Exists, OuterRef, Q

from salur.foundation.paging import Keyset, keyset_page

from .models import Binding, Listing, MasterProduct, ProductPushState, WarehouseProduct


def product_page(search: str, cursor: str | None, *, only: Q | None = None, size: int = 50) -> Keyset[MasterProduct]:
    """Master products by MSKU; ``search`` is part of MSKU or name, or the exact barcode. ``only`` narrows further."""
    rows = MasterProduct.objects.all() if only is None else MasterProduct.objects.filter(only)
    if search:
        rows = rows.filter(Q(msku__icontains=search) | Q(name__icontains=search) | Q(barcode=search))
    return keyset_page(rows, order=["msku", "id"], cursor=cursor, size=size)


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
    return {p.msku: p for p in MasterProduct.objects.filter(msku__in={m for m in mskus if m})}


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
