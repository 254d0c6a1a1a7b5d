"""Products, variants and stock items as GraphQL shows them."""

from typing import Any

from salur.sandbox.shopify.model import gid
from salur.sandbox.shopify.store import ShopifyStore
from salur.sandbox.storefront.model import Listing, Shop, Variant

#: A variant's stock item has the variant's number and this much more.
ITEM_AFTER = 10_000_000


def product_node(listing: Listing) -> dict[str, Any]:
    """A Product."""
    return {
        "__typename": "Product",
        "id": gid("Product", listing.id),
        "legacyResourceId": str(listing.id),
        "title": listing.title,
        "status": "ACTIVE" if listing.live else "DRAFT",
    }


def variant_node(store: ShopifyStore, shop: Shop, listing: Listing, variant: Variant) -> dict[str, Any]:
    """A ProductVariant."""
    title = variant.name or "Default Title"
    return {
        "__typename": "ProductVariant",
        "id": gid("ProductVariant", variant.id),
        "legacyResourceId": str(variant.id),
        "sku": variant.sku or None,
        "title": title,
        "displayName": f"{listing.title} - {title}",
        "inventoryQuantity": store.everywhere(shop, variant),
        "product": product_node(listing),
        "inventoryItem": item_node(variant),
    }


def item_node(variant: Variant) -> dict[str, Any]:
    """An InventoryItem."""
    number = variant.id + ITEM_AFTER
    return {
        "__typename": "InventoryItem",
        "id": gid("InventoryItem", number),
        "sku": variant.sku or None,
        "tracked": True,
        "measurement": {
            "__typename": "InventoryItemMeasurement",
            "id": gid("InventoryItemMeasurement", number),
            "weight": {"unit": "GRAMS", "value": float(variant.grams)},
        },
    }


def all_variants(shop: Shop) -> list[tuple[Listing, Variant]]:
    """Everything on sale, by variant number."""
    found = [(listing, one) for listing in shop.listings.values() for one in listing.variants]
    return sorted(found, key=lambda pair: pair[1].id)


def variant_of(shop: Shop, number: int) -> tuple[Listing, Variant] | None:
    """A variant by its number."""
    return next((pair for pair in all_variants(shop) if pair[1].id == number), None)
