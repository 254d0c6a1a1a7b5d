"""Products, variations and their stock, and the site's own settings."""

from collections.abc import Callable
from typing import Any

from salur.sandbox.engine.exchange import Refusal
from salur.sandbox.storefront.answer import Answer
from salur.sandbox.storefront.model import Listing, Variant
from salur.sandbox.woocommerce.call import Call, invalid, no_route, unknown
from salur.sandbox.woocommerce.orders import run_batch
from salur.sandbox.woocommerce.rows import is_variable, product_row, variation_row
from salur.sandbox.woocommerce.site import OFFSETS, ZONES

_SORTS = ("date", "id", "include", "title", "slug", "price", "popularity", "rating", "modified")
_COUNTRIES = {"TH": "TH:TH-10", "US": "US:CA"}


def list_products(call: Call) -> Answer:
    """GET products."""
    sku, after = call.query.get("sku"), call.moment("modified_after")
    stock = call.query.get("stock_status")
    by, order = call.one_of("orderby", "date", _SORTS), call.one_of("order", "desc", ("asc", "desc"))
    found = [
        listing
        for listing in call.shop.listings.values()
        if (sku is None or any(one.sku in sku.split(",") for one in listing.variants))
        and (after is None or listing.updated > after)
        and (stock is None or product_row(call.sites, listing)["stock_status"] == stock)
    ]
    keys: dict[str, Callable[[Listing], Any]] = {
        "date": lambda one: (one.created, one.id),
        "modified": lambda one: (one.updated, one.id),
    }
    found.sort(key=keys.get(by, lambda one: one.id), reverse=order == "desc")
    rows, headers = call.paged(found)
    return Answer([product_row(call.sites, listing) for listing in rows], headers=headers)


def _product(call: Call, product_id: int) -> Listing:
    listing = call.shop.listings.get(product_id)
    if listing is None:
        raise unknown("product")
    return listing


def get_product(call: Call) -> Answer:
    """GET products/{id}."""
    return Answer(product_row(call.sites, _product(call, call.number())))


def update_product(call: Call) -> Answer:
    """PUT products/{id}."""
    return Answer(_update(call, call.number(), call.body))


def batch_products(call: Call) -> Answer:
    """POST products/batch {update}."""
    return Answer({"update": run_batch(call, _update)})


def _update(call: Call, product_id: int, fields: dict[str, Any]) -> dict[str, Any]:
    listing = _product(call, product_id)
    if is_variable(listing):
        # The stock of a variable product is kept, but its variations are what is sold.
        _checked(fields)
    else:
        _set_stock(call, listing, listing.variants[0], fields)
    return product_row(call.sites, listing)


def list_variations(call: Call) -> Answer:
    """GET products/{id}/variations."""
    listing = _product(call, call.number())
    rows, headers = call.paged(listing.variants if is_variable(listing) else [])
    return Answer([variation_row(call.sites, one) for one in rows], headers=headers)


def update_variation(call: Call) -> Answer:
    """PUT products/{id}/variations/{variation}."""
    return Answer(_update_variation(call, call.number("variation"), call.body))


def batch_variations(call: Call) -> Answer:
    """POST products/{id}/variations/batch {update}."""
    return Answer({"update": run_batch(call, _update_variation)})


def _update_variation(call: Call, variation_id: int, fields: dict[str, Any]) -> dict[str, Any]:
    listing = _product(call, call.number())
    variant = next((one for one in listing.variants if one.id == variation_id and is_variable(listing)), None)
    if variant is None:
        raise unknown("product_variation")
    _set_stock(call, listing, variant, fields)
    return variation_row(call.sites, variant)


def _checked(fields: dict[str, Any]) -> tuple[bool | None, int | None]:
    manage, quantity = fields.get("manage_stock"), fields.get("stock_quantity")
    if manage is not None and not isinstance(manage, bool):
        raise invalid("manage_stock", "manage_stock is not of type boolean.")
    if quantity is not None and (not isinstance(quantity, int) or isinstance(quantity, bool)):
        raise invalid("stock_quantity", "stock_quantity is not of type integer.")
    return manage, quantity


def _set_stock(call: Call, listing: Listing, variant: Variant, fields: dict[str, Any]) -> None:
    manage, quantity = _checked(fields)
    if manage is not None:
        call.sites.managed[variant.id] = manage
    # A quantity is only kept where stock is.
    if quantity is not None and call.sites.managed.get(variant.id, True) is True:
        call.sites.set_stock(listing, variant, quantity)


def get_setting(call: Call) -> Answer:
    """GET settings/{group}/{id}: the four that matter."""
    known = {
        "general/woocommerce_currency": ("Currency", call.shop.currency),
        "general/woocommerce_default_country": (
            "Country / State",
            _COUNTRIES.get(call.shop.region, call.shop.region),
        ),
        "products/woocommerce_weight_unit": ("Weight unit", "kg"),
        "products/woocommerce_dimension_unit": ("Dimensions unit", "cm"),
    }
    found = known.get(f"{call.path['group']}/{call.path['setting']}")
    if found is None:
        raise Refusal("rest_setting_setting_invalid", "Invalid setting.", status=404)
    return Answer({"id": call.path["setting"], "label": found[0], "type": "select", "value": found[1]})


def index(call: Call) -> Answer:
    """GET /wp-json/: what the site is; needs no key."""
    home, region = call.site.rstrip("/"), call.shop.region
    return Answer(
        {
            "name": call.shop.name,
            "description": "",
            "url": home,
            "home": home,
            "gmt_offset": str(OFFSETS[region]),
            "timezone_string": ZONES.get(region, ""),
            "namespaces": ["oembed/1.0", "wc/v3"],
        }
    )


def nothing(_call: Call) -> Answer:
    """Any other address."""
    raise no_route()
