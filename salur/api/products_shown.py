"""Schemas of master products, and how rows become them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from ninja import Field, Schema

from salur.catalog.bundles import parts_of_bundles
from salur.catalog.models import BundlePart, MasterProduct, ProductKind
from salur.stock.bundles import free_bundles

from .paging import Page


class ShownPart(Schema):
    """Pieces of another product in one bundle."""

    msku: str
    quantity: int


class ShownProduct(Schema):
    """A master product. Weight in grams, lengths in millimetres, shelf life and limits in days."""

    id: int
    msku: str
    name: str
    kind: ProductKind
    barcode: str
    weight_g: int
    length_mm: int
    width_mm: int
    height_mm: int
    declared_value: str
    shelf_life_days: int = Field(description="0: it does not expire.")
    inbound_days: int = Field(description="Days that must remain when it is received.")
    outbound_days: int = Field(description="Days that must remain when it is shipped.")
    tags: list[str]
    parts: list[ShownPart] = Field(description="What one bundle holds; empty for a single product.")
    free_bundles: dict[str, int] | None = Field(description="Whole bundles free, by warehouse id; null: no bundle.")
    version: int = Field(description="Send it back with a change, so that nobody's work is undone unseen.")
    archived_at: datetime | None
    created_at: datetime


class ProductPage(Page[ShownProduct]):
    """One page of master products."""


class ProductsSet(Schema):
    """What became of products that were set at once."""

    new: int
    changed: int
    same: int


class StillNeeded(Schema):
    """A product that was not archived."""

    msku: str
    codes: list[str]
    reasons: list[str]


class ProductsArchived(Schema):
    """Which products were archived, and why the others were not."""

    archived: list[str]
    kept: list[StillNeeded]


class ProductsRestored(Schema):
    """How many products were taken out of the archive."""

    restored: int


class ProductsAdded(Schema):
    """Products added to a warehouse: how many wait to be told to its partner (none for an own warehouse)."""

    products: int
    pushing: int


class ProductGone(Schema):
    """A product that was deleted."""

    id: int
    msku: str


class ShownImage(Schema):
    """A picture of a product."""

    id: int
    sha256: str = Field(description="Of the picture as it is kept.")
    media_type: str


class ImageGone(Schema):
    """A picture that was removed."""

    id: int


def products(rows: Sequence[MasterProduct]) -> list[ShownProduct]:
    """Products with their parts, in a constant number of statements (inside a scope)."""
    bundles = [row.pk for row in rows if row.is_bundle]
    parts, free = parts_of_bundles(bundles), free_bundles(bundles) if bundles else {}
    return [_product(row, parts.get(row.pk, []), free.get(row.pk, {})) for row in rows]


def _product(row: MasterProduct, parts: Sequence[BundlePart], free: dict[int, int]) -> ShownProduct:
    return ShownProduct(
        id=row.pk,
        msku=row.msku,
        name=row.name,
        kind=ProductKind(row.kind),
        barcode=row.barcode,
        weight_g=row.weight_g,
        length_mm=row.length_mm,
        width_mm=row.width_mm,
        height_mm=row.height_mm,
        declared_value=str(row.declared_value),
        shelf_life_days=row.shelf_life_days,
        inbound_days=row.inbound_days,
        outbound_days=row.outbound_days,
        tags=list(row.tags),
        parts=[ShownPart(msku=one.part.msku, quantity=one.quantity) for one in parts],
        free_bundles={str(place): pieces for place, pieces in free.items()} if row.is_bundle else None,
        version=row.version,
        archived_at=row.archived_at,
        created_at=row.created_at,
    )
