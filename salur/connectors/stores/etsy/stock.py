"""What may be sold of a listing: Etsy replaces the whole inventory, so it is read, changed and sent back.

Etsy takes no inventory without a piece. A listing with nothing left is switched off, and keeps one piece as a mark by
which it is known again: when there is stock, only a listing with that mark is switched on, never one that the merchant
has switched off with its stock in it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from salur.connectors.base.errors import PartnerError, Rejected
from salur.connectors.base.listing import StockTarget
from salur.connectors.base.reading import JsonObject, amount, as_object, as_objects, flag, text, whole

from .mapping import money

LARGEST = 999  # pieces; Etsy takes no greater figure (assumed)
PRODUCT_FIELDS = ("property_id", "property_name", "scale_id", "value_ids", "values")
BY_PROPERTY = ("price_on_property", "quantity_on_property", "sku_on_property")


Product = dict[str, object]
Offering = dict[str, object]


def changed(inventory: JsonObject, targets: Sequence[StockTarget]) -> tuple[list[Product], dict[str, PartnerError]]:
    """The products to send back, and the targets (by key) that cannot be met.

    Products that differ in no property of ``quantity_on_property`` share one figure. Where they are different goods
    (other SKUs) a figure of one would sell the others, so it is refused.
    """
    products = [row for row in as_objects(inventory.get("products"), "products") if not flag(row, "is_deleted")]
    shared = _whole_numbers(inventory, "quantity_on_property")
    figures: dict[int, int] = {}
    refused: dict[str, PartnerError] = {}
    for target in targets:
        at = _find(products, target)
        if at is None:
            refused[target.key] = Rejected("unknown_product", "Etsy has no such product in the listing", "product_id")
            continue
        group = [i for i, row in enumerate(products) if _mark(row, shared) == _mark(products[at], shared)]
        if len({text(products[i], "sku") for i in group}) > 1:
            refused[target.key] = Rejected(
                "shared_quantity",
                "the listing keeps one quantity for several SKUs: let it vary with each variation at Etsy",
                "quantity_on_property",
            )
            continue
        for i in group:
            figures[i] = min(max(target.quantity, 0), LARGEST, figures.get(i, LARGEST))
    return [_product(row, figures.get(i)) for i, row in enumerate(products)], refused


def body(inventory: JsonObject, products: Sequence[Product]) -> dict[str, object]:
    """What updateListingInventory takes; what varies by which property stays as it was."""
    return {"products": list(products), **{key: _whole_numbers(inventory, key) for key in BY_PROPERTY}}


def nothing_left(products: Sequence[Product]) -> bool:
    """Whether no product has a piece that a buyer could take."""
    return not any(whole(one, "quantity") > 0 and flag(one, "is_enabled") for one in _offerings(products))


def marked(products: Sequence[Product]) -> list[Product]:
    """The same products with the one piece that says who switched the listing off (see above)."""
    first = products[0]
    kept = [{**one, "quantity": 1, "is_enabled": True} for one in _offerings([first])]
    return [{**first, "offerings": kept[:1]}, *products[1:]]


def is_marked(inventory: JsonObject) -> bool:
    """Whether the inventory is as :func:`marked` leaves it."""
    products = [row for row in as_objects(inventory.get("products"), "products") if not flag(row, "is_deleted")]
    return sum(whole(one, "quantity") for one in _offerings(products)) == 1


def _offerings(products: Sequence[JsonObject]) -> list[JsonObject]:
    return [one for product in products for one in as_objects(product.get("offerings"), "offerings")]


def _find(products: Sequence[JsonObject], target: StockTarget) -> int | None:
    """The product by its number, else by a SKU that only one has: Etsy renumbers products when they are edited."""
    for i, row in enumerate(products):
        if target.model_id and text(row, "product_id") == target.model_id:
            return i
    named = [i for i, row in enumerate(products) if target.sku and text(row, "sku").strip() == target.sku]
    return named[0] if len(named) == 1 or (named and len({text(products[i], "sku") for i in named}) == 1) else None


def _mark(product: JsonObject, properties: Sequence[int]) -> tuple[tuple[int, str], ...]:
    """What tells products with figures of their own apart."""
    marks = []
    for chosen in as_objects(product.get("property_values"), "property_values"):
        number = whole(chosen, "property_id")
        if number in properties:
            marks.append((number, repr((chosen.get("value_ids"), chosen.get("values")))))
    return tuple(sorted(marks))


def _whole_numbers(source: JsonObject, key: str) -> list[int]:
    values = source.get(key)
    return [value for value in values if isinstance(value, int)] if isinstance(values, list) else []


def _product(row: JsonObject, figure: int | None) -> Product:
    """A product without what Etsy gives and does not take: numbers of its own, marks of deletion, scale names."""
    chosen = as_objects(row.get("property_values"), "property_values")
    offers = [one for one in as_objects(row.get("offerings"), "offerings") if not flag(one, "is_deleted")]
    return {
        "sku": text(row, "sku"),
        "property_values": [{key: one.get(key) for key in PRODUCT_FIELDS} for one in chosen],
        "offerings": [_offering(one, figure) for one in offers],
    }


def _offering(row: JsonObject, figure: int | None) -> Offering:
    offer: Offering = {
        "price": _price(row),
        "quantity": whole(row, "quantity") if figure is None else figure,
        "is_enabled": flag(row, "is_enabled", True),
    }
    if row.get("readiness_state_id") is not None:
        offer["readiness_state_id"] = whole(row, "readiness_state_id")
    return offer


def _price(row: JsonObject) -> float:
    """Etsy reads a money object and takes a decimal number."""
    price = row.get("price")
    return float(money(row, "price")[0] if isinstance(price, Mapping) else amount(row, "price"))


def by_listing(batch: Sequence[StockTarget]) -> dict[str, list[StockTarget]]:
    """The targets of each listing: one listing is read and written once."""
    found: dict[str, list[StockTarget]] = {}
    for target in batch:
        found.setdefault(target.item_id, []).append(target)
    return found


def inventory_of(document: JsonObject) -> JsonObject:
    """The inventory of an answer; some answers wrap it."""
    inner = document.get("inventory")
    return as_object(inner, "inventory") if inner else document
