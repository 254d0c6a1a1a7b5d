"""Operations on products and stock."""

from typing import Any

from salur.sandbox.blibli.call import Call, bad, refused
from salur.sandbox.blibli.rows import blibli_sku, product_row, product_sku, state_of, variant_rows

HIGHEST = 999_999
MINUTE = 60.0


def list_products(call: Call) -> dict[str, Any]:
    """POST products/filter."""
    call.quota("products", "", 25, MINUTE)
    state = (call.body.get("filter") or {}).get("state", "ACTIVE")
    if state not in ("ACTIVE", "OOS"):
        raise bad("filter.state must be ACTIVE or OOS")
    ordered = sorted(call.shop.listings.values(), key=lambda one: one.id)
    if (call.body.get("sorting") or {}).get("direction") == "DESC":
        ordered.reverse()
    rows, paging = call.page([one for one in ordered if state_of(one) == state])
    return {"content": [product_row(call.shop, one) for one in rows], "paging": paging}


def list_variants(call: Call) -> dict[str, Any]:
    """POST products/{product}/variants/filter."""
    listings = call.shop.listings.values()
    listing = next((one for one in listings if product_sku(call.shop, one) == call.path["product"]), None)
    if listing is None:
        raise refused(404, "ERR-NF404002", "Product not found")
    rows, paging = call.page(variant_rows(call.market, call.shop, listing))
    return {"content": rows, "paging": paging}


def set_stock(call: Call) -> dict[str, Any]:
    """PUT products/{product}/stock: absolute, at one pickup point."""
    call.quota("stock", "", 60, MINUTE)
    found = [
        (listing, one)
        for listing in call.shop.listings.values()
        for one in listing.variants
        if blibli_sku(call.shop, listing, one) == call.path["product"]
    ]
    if not found:
        raise refused(404, "ERR-NF404002", "Product not found")
    points = call.market.points(call.shop)
    point = call.query.get("pickupPointCode") or (points[0] if len(points) == 1 else "")
    if not point:
        raise refused(400, "ERR-ST400001", "pickupPointCode is required")
    if point not in points:
        raise refused(400, "ERR-ST400002", "pickupPointCode is not valid")
    units = call.body.get("availableStock")
    if not isinstance(units, int) or isinstance(units, bool) or not 0 <= units <= HIGHEST:
        raise refused(400, "ERR-ST400003", "availableStock is not valid")
    listing, variant = found[0]
    call.market.set_units(call.shop, variant, point, units)
    listing.updated = call.market.core.clock.seconds()
    return {"_status": 204}
