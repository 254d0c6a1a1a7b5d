"""Products and stock (tiktok-shop.md, Operations)."""

from typing import Any

from salur.sandbox.storefront.model import Listing, Variant
from salur.sandbox.tiktok.call import Call, business, following, invalid, objects, offset_of
from salur.sandbox.tiktok.rows import SECOND_WAREHOUSE, WAREHOUSE
from salur.sandbox.tiktok.store import TiktokStore

STATUSES = (
    "ALL", "DRAFT", "PENDING", "FAILED", "ACTIVATE", "SELLER_DEACTIVATED", "PLATFORM_DEACTIVATED", "FREEZE", "DELETED",
)  # fmt: skip
MOST = 99_999


def search(call: Call) -> dict[str, Any]:
    """Products page by page."""
    size, start = call.page_size(100), offset_of(call.query.get("page_token", ""))
    status = call.body.get("status") or "ALL"
    if status not in STATUSES:
        raise invalid("Invalid status.")
    ids, skus = call.texts("sku_ids", 10), call.texts("seller_skus", 100)
    found = [
        one
        for one in call.shop.listings.values()
        if status in ("ALL", _status(one))
        and (not ids or any(str(variant.id) in ids for variant in one.variants))
        and (not skus or any(variant.sku in skus for variant in one.variants))
        and _within(call, one)
    ]
    found.sort(key=lambda one: (one.created, one.id), reverse=True)
    rows = [_product(call, one) for one in found[start : start + size]]
    return {"total_count": len(found), "next_page_token": following(start, size, len(found)), "products": rows}


def _within(call: Call, listing: Listing) -> bool:
    since, until = call.integer("update_time_ge"), call.integer("update_time_le")
    return (since is None or listing.updated >= since) and (until is None or listing.updated <= until)


def _status(listing: Listing) -> str:
    return "ACTIVATE" if listing.live else "SELLER_DEACTIVATED"


def _product(call: Call, listing: Listing) -> dict[str, Any]:
    platforms = ["TIKTOK_SHOP", "TOKOPEDIA"] if call.shop.region == "ID" else ["TIKTOK_SHOP"]
    return {
        "id": str(listing.id),
        "title": listing.title,
        "status": _status(listing),
        "listing_platforms": platforms,
        "create_time": listing.created,
        "update_time": listing.updated,
        "skus": [
            {
                "id": str(variant.id),
                "seller_sku": variant.sku,
                "price": {"currency": call.shop.currency, "tax_exclusive_price": str(variant.price)},
                "inventory": _inventory(call.store, variant),
            }
            for variant in listing.variants
        ],
    }


def _inventory(store: TiktokStore, variant: Variant) -> list[dict[str, Any]]:
    rows = [{"warehouse_id": WAREHOUSE, "quantity": variant.stock}]
    if store.settings.two_warehouses:
        rows.append({"warehouse_id": SECOND_WAREHOUSE, "quantity": store.second.get(variant.id, 0)})
    return rows


def inventory_search(call: Call) -> dict[str, Any]:
    """Stock of named products or SKUs."""
    products, skus = call.texts("product_ids", 100), call.texts("sku_ids", 600)
    if not products and not skus:
        raise invalid("Missing product_ids.")
    rows = []
    for listing in call.shop.listings.values():
        named = str(listing.id) in (products or [])
        wanted = [one for one in listing.variants if named or str(one.id) in (skus or [])]
        if wanted:
            rows.append({"product_id": str(listing.id), "skus": [_counted(call.store, one) for one in wanted]})
    return {"inventory": rows}


def _counted(store: TiktokStore, variant: Variant) -> dict[str, Any]:
    places = _inventory(store, variant)
    return {
        "id": str(variant.id),
        "seller_sku": variant.sku,
        "total_available_quantity": sum(one["quantity"] for one in places),
        "warehouse_inventory": [
            {"warehouse_id": one["warehouse_id"], "available_quantity": one["quantity"]} for one in places
        ],
    }


def inventory_update(call: Call) -> dict[str, Any]:
    """Set the stock of a product's SKUs; ``errors`` names those that failed although the call succeeded."""
    number = call.path["product_id"]
    listing = call.shop.listings.get(int(number)) if number.isdigit() else None
    if listing is None:
        raise business(12052048, "The product does not exist.")
    known = {str(variant.id): variant for variant in listing.variants}
    planned: list[tuple[Variant, dict[str, int]]] = []
    errors: list[dict[str, Any]] = []
    for entry in call.objects("skus", 300):
        sku = str(entry.get("id", ""))
        wanted = _quantities(entry)
        strange = [place for place in wanted if place not in _places(call.store)]
        if sku not in known:
            errors.append(_failed(sku, 12052096, "The SKU does not exist", []))
        elif strange:
            errors.append(_failed(sku, 12052990, "Check failed", strange))
        elif set(wanted) != set(_places(call.store)):
            words = (
                "Multiple warehouses detected. Include all warehouse IDs and the corresponding details and try again."
            )
            raise business(12019028, words)
        elif sum(wanted.values()) < call.store.settings.locked_at_least:
            raise business(12052393, "Product locked for Promotion and stock can't be updated below current stock")
        else:
            planned.append((known[sku], wanted))
    for variant, wanted in planned:
        call.store.set_stock(listing, variant, wanted[WAREHOUSE])
        call.store.second[variant.id] = wanted.get(SECOND_WAREHOUSE, 0)
    return {"errors": errors}


def _places(store: TiktokStore) -> tuple[str, ...]:
    return (WAREHOUSE, SECOND_WAREHOUSE) if store.settings.two_warehouses else (WAREHOUSE,)


def _quantities(entry: dict[str, Any]) -> dict[str, int]:
    found: dict[str, int] = {}
    for place in objects(entry, "inventory", 100):
        quantity = place.get("quantity")
        if isinstance(quantity, bool) or not isinstance(quantity, int) or not 0 <= quantity <= MOST:
            raise invalid("Invalid quantity.")
        found[str(place.get("warehouse_id", ""))] = quantity
    return found


def _failed(sku: str, code: int, words: str, places: list[str]) -> dict[str, Any]:
    more = [{"warehouse_id": one, "code": 12052097, "message": "The warehouse does not exist"} for one in places]
    return {"code": code, "message": words, "detail": {"sku_id": sku, "extra_errors": more}}
