"""Operations on shops, products, stock and webhook addresses."""

from typing import Any

from salur.sandbox.storefront.model import Listing, Shop, Variant
from salur.sandbox.tokopedia_legacy.call import Call, bad
from salur.sandbox.tokopedia_legacy.messages import KINDS
from salur.sandbox.tokopedia_legacy.rows import products, shop_row

MOST_ROWS = 100
HIGHEST = 999_999


def shop_info(call: Call) -> Any:
    """GET /v1/shop/fs/{fs_id}/shop-info."""
    if "shop_id" in call.query:
        return [shop_row(call.shop(call.query["shop_id"]))]
    page, size = call.number("page", 1), call.number("per_page", 10)
    linked = [shop for shop in call.market.shops.values() if shop.linked]
    return [shop_row(shop) for shop in linked[(page - 1) * size : page * size]] or None


def product_info(call: Call) -> Any:
    """GET /inventory/v1/fs/{fs_id}/product/info: by sku, by product_id, or a page of a shop's."""
    if "shop_id" not in call.query:
        rows = [row for shop in call.market.shops.values() if shop.linked for row in products(shop)]
    else:
        rows = products(call.shop(call.query["shop_id"]))
    if "sku" in call.query:
        return [row for row in rows if row["other"]["sku"] == call.query["sku"]] or None
    if "product_id" in call.query:
        return [row for row in rows if str(row["basic"]["productID"]) in call.query["product_id"].split(",")] or None
    page, size = call.number("page"), call.number("per_page")
    if page < 1 or not 1 <= size <= 50:
        raise bad("page begins with 1 and per_page is at most 50")
    return rows[(page - 1) * size : page * size] or None


def update_stock(call: Call) -> Any:
    """POST /inventory/v1/fs/{fs_id}/stock/update: each row by itself."""
    shop = call.shop(call.query.get("shop_id", ""))
    if not isinstance(call.body, list) or not 1 <= len(call.body) <= MOST_ROWS:
        raise bad(f"the body must be a list of 1 to {MOST_ROWS} rows")
    good, failed = [], []
    for row in call.body:
        why = _set(call, shop, row)
        if why:
            failed.append({**row, "message": why} if isinstance(row, dict) else {"message": why})
        else:
            good.append(row)
    return {
        "succeed_rows": len(good),
        "failed_rows": len(failed),
        "succeed_rows_data": good,
        "failed_rows_data": failed,
    }


def _set(call: Call, shop: Shop, row: Any) -> str:
    """Why it cannot be; empty: done."""
    if not isinstance(row, dict):
        return "Invalid row"
    found = _find(shop, row)
    if found is None:
        return "Product not found"
    stock = row.get("new_stock")
    if not isinstance(stock, int) or isinstance(stock, bool) or not 0 <= stock <= HIGHEST:
        return "Invalid stock"
    call.market.set_stock(*found, stock)
    return ""


def _find(shop: Shop, row: dict[str, Any]) -> tuple[Listing, Variant] | None:
    for listing in shop.listings.values():
        for variant in listing.variants:
            if row.get("product_id") == variant.id or (row.get("sku") and row["sku"] == variant.sku):
                return listing, variant
    return None


def register(call: Call) -> Any:
    """POST /v1/fs/{fs_id}/register: the application's one set of addresses."""
    given = call.given()
    if given.get("fs_id") != call.market.fs_id or not given.get("webhook_secret"):
        raise bad("fs_id and webhook_secret are needed")
    addresses = {kind: str(given[kind]) for kind in KINDS if given.get(kind)}
    if not all(one.startswith(("http://", "https://")) for one in addresses.values()):
        raise bad("the addresses must be web addresses")
    call.market.registered = {**addresses, "webhook_secret": str(given["webhook_secret"])}
    return "success"
