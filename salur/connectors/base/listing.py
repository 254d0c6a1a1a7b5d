"""A store's products as they cross the seam. Quantities are whole pieces, weights grams, lengths millimetres."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StoreListing:
    """A product as the store lists it: one sellable variation. Weight and size 0 means that the store does not say."""

    item_id: str
    model_id: str
    sku: str
    name: str
    variation: str = ""
    stock: int | None = None
    weight_g: int = 0
    length_mm: int = 0
    width_mm: int = 0
    height_mm: int = 0


@dataclass(frozen=True, slots=True)
class StockTarget:
    """What a store may sell of one listing, in pieces. ``key`` names it in the answer (ItemResult.key)."""

    key: str
    item_id: str
    model_id: str
    sku: str
    quantity: int
