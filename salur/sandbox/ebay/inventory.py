"""Inventory items and their stock, and who the token belongs to."""

from typing import Any

from salur.sandbox.ebay.call import Call, wrong
from salur.sandbox.ebay.rows import item_row
from salur.sandbox.ebay.seller import MARKETPLACES
from salur.sandbox.engine.exchange import Refusal
from salur.sandbox.storefront.answer import Answer

_DOMAIN = "API_INVENTORY"
_MOST = 25
_PATH = "/sell/inventory/v1/inventory_item"


def _wrong(number: int, message: str, status: int = 400) -> Refusal:
    return wrong(number, message, status=status, domain=_DOMAIN)


def get_user(call: Call) -> Answer:
    """GET /commerce/identity/v1/user/."""
    return Answer(
        {
            "userId": call.shop.id,
            "username": call.shop.name,
            "accountType": "BUSINESS",
            "registrationMarketplaceId": MARKETPLACES[call.shop.region],
            "status": "CONFIRMED",
        }
    )


def list_items(call: Call) -> Answer:
    """GET inventory_item."""
    limit, offset = call.whole("limit", 25, 1, 200), call.whole("offset", 0, 0, 10**8)
    every = [(listing, one) for listing in call.shop.listings.values() for one in listing.variants]
    told: dict[str, Any] = {"href": f"{_PATH}?limit={limit}&offset={offset}"}
    if offset + limit < len(every):
        told["next"] = f"{_PATH}?limit={limit}&offset={offset + limit}"
    rows = [item_row(listing, one) for listing, one in every[offset : offset + limit]]
    return Answer({**told, "limit": limit, "size": len(every), "total": len(every), "inventoryItems": rows})


def get_item(call: Call) -> Answer:
    """GET inventory_item/{sku}."""
    found = call.ebay.find_sku(call.shop, call.path["sku"])
    if found is None:
        raise _wrong(25702, f"SKU {call.path['sku']} is not found or not available in the system.", 404)
    return Answer(item_row(*found))


def update_stock(call: Call) -> Answer:
    """POST bulk_update_price_quantity: 200, or 207 when some did not succeed."""
    rows = call.body.get("requests")
    if not isinstance(rows, list) or not rows:
        raise _wrong(25708, "requests is missing.")
    if len(rows) > _MOST:
        raise _wrong(25721, f"At most {_MOST} SKUs can be updated in one call.")
    told = [_one(call, row) for row in rows]
    return Answer({"responses": told}, 200 if all(row["statusCode"] == 200 for row in told) else 207)


def _one(call: Call, row: Any) -> dict[str, Any]:
    sku = str(row.get("sku", "")) if isinstance(row, dict) else ""
    availability = row.get("shipToLocationAvailability") if isinstance(row, dict) else None
    quantity = availability.get("quantity") if isinstance(availability, dict) else None
    found = call.ebay.find_sku(call.shop, sku)
    if found is None:
        words = f"SKU {sku} is not found or not available in the system."
        return _told(sku, 404, {"errorId": 25702, "message": words})
    if not isinstance(quantity, int) or isinstance(quantity, bool) or quantity < 0:
        return _told(sku, 400, {"errorId": 25707, "message": "The quantity must be a whole number of 0 or more."})
    call.ebay.set_stock(*found, quantity)
    return _told(sku, 200)


def _told(sku: str, status: int, error: dict[str, Any] | None = None) -> dict[str, Any]:
    errors = [{"domain": _DOMAIN, "category": "REQUEST", **error}] if error else []
    return {"statusCode": status, "sku": sku, "errors": errors, "warnings": []}
