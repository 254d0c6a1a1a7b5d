"""The shop, its listings, and inventories that are replaced as a whole."""

from collections.abc import Collection
from decimal import Decimal
from typing import Any

from salur.sandbox.etsy.access import own_shop
from salur.sandbox.etsy.call import Call, bad, missing
from salur.sandbox.etsy.rows import PROPERTY, inventory_row, listing_row, listing_state
from salur.sandbox.storefront.answer import Answer
from salur.sandbox.storefront.model import Listing, Variant

_STATES = ("active", "inactive", "sold_out", "draft", "expired")
_PRODUCT = frozenset({"sku", "property_values", "offerings"})
_OFFERING = frozenset({"price", "quantity", "is_enabled", "readiness_state_id"})
_PROPERTY = frozenset({"property_id", "property_name", "scale_id", "value_ids", "values"})
_BODY = frozenset(
    {"products", "price_on_property", "quantity_on_property", "sku_on_property", "readiness_state_on_property"}
)
MOST = 999


def get_me(call: Call) -> Answer:
    """GET users/me."""
    return Answer({"user_id": call.etsy.user_of(call.shop), "shop_id": int(call.shop.id)})


def get_shop(call: Call) -> Answer:
    """GET shops/{shop_id}: anybody's."""
    shop = call.etsy.shops.get(str(call.number("shop_id")))
    if shop is None:
        raise missing()
    active = sum(listing_state(one) == "active" for one in shop.listings.values())
    return Answer(
        {
            "shop_id": int(shop.id),
            "user_id": call.etsy.user_of(shop),
            "shop_name": shop.name,
            "title": "Things made by hand",
            "currency_code": shop.currency,
            "is_vacation": False,
            "listing_active_count": active,
            "url": f"https://www.etsy.com/shop/{shop.name}",
            "shop_location_country_iso": shop.region,
        }
    )


def list_listings(call: Call) -> Answer:
    """GET shops/{shop_id}/listings."""
    own_shop(call.shop, call.number("shop_id"))
    limit, offset = call.page()
    state = call.query.get("state", "active")
    if state not in _STATES:
        raise bad(f"state must be one of {', '.join(_STATES)}")
    inventory = "Inventory" in ",".join(call.query.getlist("includes")).split(",")
    found = [one for one in call.shop.listings.values() if listing_state(one) == state]
    page = found[offset : offset + limit]
    rows = [listing_row(call.etsy, call.shop, one, inventory=inventory) for one in page]
    return Answer({"count": len(found), "results": rows})


def update_listing(call: Call) -> Answer:
    """PATCH shops/{shop_id}/listings/{listing_id}: only its state."""
    own_shop(call.shop, call.number("shop_id"))
    listing, state = _find(call), call.body.get("state")
    if state not in ("active", "inactive"):
        raise bad("state must be one of active, inactive")
    if state == "active" and all(one.stock == 0 for one in listing.variants):
        raise bad("There was a problem with /quantity : cannot be empty")
    listing.live = state == "active"
    listing.updated = call.etsy.core.clock.seconds()
    return Answer(listing_row(call.etsy, call.shop, listing, inventory=False))


def _find(call: Call) -> Listing:
    found = call.etsy.find_listing(call.number("listing_id"))
    if found is None:
        raise missing()
    own_shop(call.shop, int(found[0].id))
    return found[1]


def get_inventory(call: Call) -> Answer:
    """GET listings/{listing_id}/inventory."""
    return Answer(inventory_row(call.shop, _find(call)))


def put_inventory(call: Call) -> Answer:
    """PUT listings/{listing_id}/inventory: replaces all products; those left out are gone."""
    listing = _find(call)
    _only(call.body, _BODY, "the inventory")
    products = call.body.get("products")
    if not isinstance(products, list) or not products:
        raise bad("Missing input parameter: [products]")
    made = [_variant(call, listing, one) for one in products]
    if len({one.name for one in made}) != len(made):
        raise bad("Each product must have its own property values")
    quantities = {one.stock for one in made}
    if len(quantities) > 1 and not call.body.get("quantity_on_property"):
        raise bad("quantity must be consistent across all products when quantity_on_property is empty")
    enabled = (one["offerings"][0].get("is_enabled", True) for one in products)
    if not any(one.stock > 0 and on for one, on in zip(made, enabled, strict=True)):
        raise bad("One offering must have quantity greater than 0")
    _keep(listing, made)
    listing.updated = call.etsy.core.clock.seconds()
    return Answer(inventory_row(call.shop, listing))


def _only(given: dict[str, Any], known: Collection[str], where: str) -> None:
    """Raises Refusal for names that are not taken."""
    other = [name for name in given if name not in known]
    if other:
        raise bad(f"Invalid keys in {where}: {', '.join(other)}")


def _variant(call: Call, listing: Listing, product: Any) -> Variant:
    """What a product asks for, under the id of the one it replaces; nothing is changed yet."""
    if not isinstance(product, dict):
        raise bad("products must hold objects")
    _only(product, _PRODUCT, "products")
    offerings, values = product.get("offerings"), product.get("property_values", [])
    if not isinstance(offerings, list) or len(offerings) != 1 or not isinstance(offerings[0], dict):
        raise bad("offerings must hold one offering")
    _only(offerings[0], _OFFERING, "offerings")
    quantity, price = offerings[0].get("quantity"), offerings[0].get("price")
    if not isinstance(quantity, int) or isinstance(quantity, bool) or not 0 <= quantity <= MOST:
        raise bad(f"quantity must be between 0 and {MOST}")
    if not isinstance(price, int | float) or isinstance(price, bool) or price <= 0:
        raise bad("price must be a positive float")
    name, sku = _value(values), str(product.get("sku", ""))
    held = next((one for one in listing.variants if one.name == name), None)
    number = held.id if held else 5_000_000 + next(call.etsy.ids)
    grams = held.grams if held else listing.variants[0].grams
    return Variant(number, sku, name, Decimal(str(price)).quantize(Decimal("0.01")), grams, quantity)


def _value(values: Any) -> str:
    """The value of the one property, empty without; raises Refusal."""
    if not isinstance(values, list) or not all(isinstance(one, dict) for one in values) or len(values) > 1:
        raise bad("property_values must be a list of at most one property here")
    if not values:
        return ""
    _only(values[0], _PROPERTY, "property_values")
    names = values[0].get("values")
    if values[0].get("property_id") != PROPERTY or not isinstance(names, list) or len(names) != 1:
        raise bad("Property values can't be empty")
    return str(names[0])


def _keep(listing: Listing, made: list[Variant]) -> None:
    """Put them in place; a product that stays is the same object, because orders point to it."""
    held = {one.id: one for one in listing.variants}
    kept = []
    for one in made:
        old = held.get(one.id)
        if old is None:
            kept.append(one)
        else:
            old.sku, old.price, old.stock = one.sku, one.price, one.stock
            kept.append(old)
    listing.variants = kept
