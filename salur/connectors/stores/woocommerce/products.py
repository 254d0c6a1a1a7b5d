"""Products, variations and their stock."""

from __future__ import annotations

from collections.abc import Sequence

from salur.connectors.base.errors import AuthRejected, PartnerError, Rejected
from salur.connectors.base.listing import StockTarget, StoreListing
from salur.connectors.base.reading import JsonObject, as_object, as_objects, needed_text, text
from salur.connectors.base.transport import Effect
from salur.connectors.base.types import ItemResult, Page

from . import mapping
from .wire import Wire

PRODUCTS_PAGE = 50  # each product with variations takes a call of its own beside
VARIATIONS_PAGE = 100
MOST_VARIATION_PAGES = 20
SOLD = frozenset({"simple", "variable"})  # grouped ones only point at others, external ones are sold elsewhere


def listings(wire: Wire, cursor: str | None) -> Page[StoreListing]:
    """A page of products, one entry for each variation; ``cursor`` is the page's number."""
    page = int(cursor) if cursor and cursor.isdigit() else 1
    params = (("per_page", str(PRODUCTS_PAGE)), ("page", str(page)), ("orderby", "id"), ("order", "asc"))
    reply = wire.get("/products", params)
    products = [row for row in mapping.as_list(reply.document, "products") if sold_here(row)]
    units = _units(wire) if products else ("", "")
    found: list[StoreListing] = []
    for product in products:
        if text(product, "type") == "variable":
            found.extend(mapping.listing(product, units, one) for one in _variations(wire, product))
        else:
            found.append(mapping.listing(product, units))
    return Page(found, str(page + 1) if page < reply.pages else None)


def sold_here(product: JsonObject) -> bool:
    """Whether the product can be in a parcel of ours; kinds of plugins count as simple ones."""
    kind = text(product, "type", "simple")
    return kind in SOLD or kind not in ("grouped", "external")


def _variations(wire: Wire, product: JsonObject) -> list[JsonObject]:
    number = needed_text(product, "id")
    found: list[JsonObject] = []
    for page in range(1, MOST_VARIATION_PAGES + 1):
        params = (("per_page", str(VARIATIONS_PAGE)), ("page", str(page)), ("orderby", "id"), ("order", "asc"))
        reply = wire.get(f"/products/{number}/variations", params, number)
        found.extend(mapping.as_list(reply.document, "variations"))
        if page >= reply.pages:
            break
    return found


def _units(wire: Wire) -> tuple[str, str]:
    """The shop's units of weight and length."""
    return (
        setting(wire, "products/woocommerce_weight_unit"),
        setting(wire, "products/woocommerce_dimension_unit"),
    )


def setting(wire: Wire, path: str) -> str:
    """One of the shop's settings; empty where the key may not see it."""
    try:
        return text(as_object(wire.get(f"/settings/{path}").document, "setting"), "value")
    except (AuthRejected, Rejected):
        return ""


def set_stock(wire: Wire, batch: Sequence[StockTarget]) -> list[ItemResult]:
    """Set what may be sold, in pieces: products in one call, the variations of each product in one."""
    groups: dict[str, list[StockTarget]] = {}
    errors: dict[str, PartnerError] = {}
    for target in batch:
        if not (target.item_id.isdigit() and (target.model_id or "0").isdigit()):
            errors[target.key] = Rejected("unknown_product", "this is no product of WooCommerce", field="item_id")
        else:
            groups.setdefault(target.item_id if target.model_id else "", []).append(target)
    for product, targets in groups.items():
        errors |= _set_group(wire, product, targets)
    return [ItemResult(target.key, error=errors.get(target.key)) for target in batch]


def _set_group(wire: Wire, product: str, targets: Sequence[StockTarget]) -> dict[str, PartnerError]:
    path = f"/products/{product}/variations/batch" if product else "/products/batch"
    rows = [
        {"id": int(target.model_id or target.item_id), "manage_stock": True, "stock_quantity": target.quantity}
        for target in targets
    ]
    try:
        reply = wire.write("POST", path, {"update": rows}, Effect.REPEATABLE, product)
    except Rejected as refusal:
        return {target.key: refusal for target in targets}
    answered = as_objects(as_object(reply.document, "answer").get("update"), "update")
    errors = {text(row, "id"): as_object(row["error"], "error") for row in answered if row.get("error")}
    known = {text(row, "id") for row in answered}
    found: dict[str, PartnerError] = {}
    for target in targets:
        number = target.model_id or target.item_id
        if number in errors:
            found[target.key] = Rejected(text(errors[number], "code"), text(errors[number], "message"))
        elif number not in known:
            found[target.key] = Rejected("not_answered", "WooCommerce did not say what became of it")
    return found
