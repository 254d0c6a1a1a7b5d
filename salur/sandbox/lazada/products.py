"""Products and stock (lazada.md, Operations; guide on inventory)."""

from typing import Any

from salur.sandbox.engine.document import BadDocument, Node, read
from salur.sandbox.engine.exchange import Refusal
from salur.sandbox.lazada.call import Call, isv
from salur.sandbox.lazada.orders import moment
from salur.sandbox.storefront.model import Listing, Shop, Variant

FILTERS = ("all", "live", "inactive", "deleted", "image-missing", "pending", "rejected", "sold-out")
MOST_SKUS = 50


def products_get(call: Call) -> dict[str, Any]:
    """Products by creation, newest first (assumed), with all their SKUs."""
    wanted = call.given.get("filter") or "all"
    if wanted not in FILTERS:
        raise isv("36", "E036: Invalid status filter")
    offset = call.number("offset", 0, 10_000, isv("14", "Invalid Offset"))
    limit = call.number("limit", 20, 50, isv("19", "Invalid Limit"))
    if limit == 0:
        raise isv("19", "Invalid Limit")
    born, unborn = moment(call, "create_after", 0.0), moment(call, "create_before", 2.0**40)
    since, until = moment(call, "update_after", 0.0), moment(call, "update_before", 2.0**40)
    named = _skus(call)
    found = [
        one
        for one in call.shop.listings.values()
        if born <= one.created <= unborn
        and since <= one.updated <= until
        and _shows(one, wanted)
        and (named is None or any(variant.sku in named for variant in one.variants))
    ]
    found.sort(key=lambda one: (one.created, one.id), reverse=True)
    rows = [_product(call.shop, one) for one in found[offset : offset + limit]]
    return {"data": {"total_products": len(found), "products": rows}}


def _skus(call: Call) -> set[str] | None:
    if not call.given.get("sku_seller_list"):
        return None
    refusal = isv("901", "E901: sku_seller_list must be an array of at most 100 SKUs")
    value = call.json("sku_seller_list", refusal)
    if not isinstance(value, list) or len(value) > 100:
        raise refusal
    return {str(one) for one in value}


def _shows(listing: Listing, wanted: str) -> bool:
    sold_out = all(variant.stock == 0 for variant in listing.variants)
    shows = {"all": True, "live": listing.live, "inactive": not listing.live, "sold-out": listing.live and sold_out}
    return shows.get(wanted, False)


def _product(shop: Shop, listing: Listing) -> dict[str, Any]:
    return {
        "item_id": listing.id,
        "primary_category": 8707,
        "created_time": str(listing.created * 1000),
        "updated_time": str(listing.updated * 1000),
        "status": "Active" if listing.live else "InActive",
        "attributes": {"name": listing.title},
        "skus": [_sku(shop, listing, variant) for variant in listing.variants],
    }


def _sku(shop: Shop, listing: Listing, variant: Variant) -> dict[str, Any]:
    return {
        "Status": "active" if listing.live else "inactive",
        "SkuId": variant.id,
        "SellerSku": variant.sku,
        "ShopSku": f"{variant.sku}_{shop.region}-{variant.id}",
        "quantity": variant.stock,
        "Available": variant.stock,
        "price": float(variant.price),
        "package_weight": f"{variant.grams / 1000:.2f}",
        "package_length": "12.00",
        "package_width": "9.00",
        "package_height": "10.00",
        "multiWarehouseInventories": [
            {
                "warehouseCode": "dropshipping",
                "quantity": variant.stock,
                "sellableQuantity": variant.stock,
                "occupyQuantity": 0,
                "withholdQuantity": 0,
                "totalQuantity": variant.stock,
            }
        ],
        "saleProp": {"variation": variant.name} if variant.name else {},
    }


def stock_update(call: Call) -> dict[str, Any]:
    """Set what may be sold. SKUs that fail are named, the others are set (assumed)."""
    return _write(call, adjust=False)


def stock_adjust(call: Call) -> dict[str, Any]:
    """Add to (or take from) what may be sold."""
    return _write(call, adjust=True)


def _write(call: Call, *, adjust: bool) -> dict[str, Any]:
    try:
        root = read(call.text("payload").encode(), "Request")
    except BadDocument as problem:
        raise isv("5", f"E005: Invalid Request Format: {problem}") from problem
    entries = [sku for one in root.all("Product") for skus in one.all("Skus") for sku in skus.all("Sku")]
    if not entries or len(entries) > MOST_SKUS:
        raise isv("501", f"E501: a request takes 1 to {MOST_SKUS} SKUs")
    failed = [row for row in (_set(call, entry, adjust=adjust) for entry in entries) if row]
    if failed:
        raise Refusal("501", "E501: Update product failed", extra={"type": "ISP", "detail": failed})
    return {"data": {}}


def _set(call: Call, entry: Node, *, adjust: bool) -> dict[str, Any]:
    """Nothing, or why it failed."""
    found = _find(call.shop, entry)
    quantity = entry.value("SellableQuantity")
    if found is None:
        return _failure(entry, "SKU_NOT_FOUND")
    if not quantity.removeprefix("-" if adjust else "").isdigit():
        return _failure(entry, "SELLABLE_QUANTITY_ILLEGAL")
    listing, variant = found
    wanted = int(quantity) + (variant.stock if adjust else 0)
    if wanted < call.store.settings.campaign_at_least:
        return _failure(entry, "SELLABLE_QUANTITY_LESS_THAN_CAMPAIGN")
    call.store.set_stock(listing, variant, wanted)
    return {}


def _failure(entry: Node, words: str) -> dict[str, Any]:
    number = entry.value("SkuId")
    return {
        "field": f"SkuId:{number}",
        "message": words,
        "seller_sku": entry.value("SellerSku"),
        "sku_id": int(number) if number.isdigit() else 0,
    }


def _find(shop: Shop, entry: Node) -> tuple[Listing, Variant] | None:
    item = entry.value("ItemId")
    listing = shop.listings.get(int(item)) if item.isdigit() else None
    for variant in listing.variants if listing else []:
        if entry.value("SkuId") == str(variant.id) or entry.value("SellerSku") == variant.sku:
            return (listing, variant) if listing else None
    return None
