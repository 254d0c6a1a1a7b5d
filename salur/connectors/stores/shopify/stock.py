"""Setting stock at Shopify: absolute figures for one location, all of a batch in one call (contract sheet, "stock")."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence

from salur.connectors.base.errors import PartnerError, Rejected
from salur.connectors.base.listing import StockTarget
from salur.connectors.base.reading import JsonObject, as_object, as_objects, flag, needed_text, text
from salur.connectors.base.transport import Effect
from salur.connectors.base.types import ItemResult

from . import mapping, queries
from .errors import path_of, user_error
from .wire import Wire, gid, number_of

WITH_KEYS = "2026-04"  # from this version on: changeFromQuantity for each figure, and a key for the request
PLACE = 2  # in ["input", "quantities", "<place>", ...]


def set_stock(wire: Wire, batch: Sequence[StockTarget]) -> list[ItemResult]:
    """Set what may be sold, in pieces. Shopify takes a batch whole or not at all, so refused figures are taken out
    and the rest sent again.
    """
    errors: dict[str, PartnerError] = {}
    if not batch:
        return []
    location = location_of(wire)
    items = inventory_items(wire, batch, errors)
    waiting = [target for target in batch if target.key in items]
    while waiting:
        complaints = _send(wire, [(items[target.key], target.quantity) for target in waiting], location)
        if not complaints:
            break
        refused = _by_place(complaints, len(waiting))
        errors |= {waiting[place].key: error for place, error in refused.items()}
        waiting = [target for place, target in enumerate(waiting) if place not in refused]
    return [ItemResult(target.key, error=errors.get(target.key)) for target in batch]


def location_of(wire: Wire) -> str:
    """The location whose stock is set: the one of the settings, else the only one. Raises Rejected."""
    chosen = wire.credentials.get("location_id")
    if chosen:
        return gid("Location", chosen)
    data = wire.ask("locations", queries.LOCATIONS, {}, Effect.READ)
    rows = as_objects(as_object(data.get("locations"), "locations").get("nodes"), "locations")
    active = [row for row in rows if flag(row, "isActive", True)]
    if len(active) == 1:
        return needed_text(active[0], "id")
    names = ", ".join(f"{text(row, 'name')} ({number_of(text(row, 'id'))})" for row in active)
    raise Rejected("choose_location", f"choose in the settings: {names}"[:300], field="location_id")


def inventory_items(wire: Wire, batch: Sequence[StockTarget], errors: dict[str, PartnerError]) -> dict[str, str]:
    """The inventory item of each variant, by key; what has none stands in ``errors`` afterwards."""
    ids = list(dict.fromkeys(gid("ProductVariant", target.model_id) for target in batch if target.model_id))
    data = wire.ask("inventoryItems", queries.INVENTORY_ITEMS, {"ids": ids}, Effect.READ) if ids else {"nodes": []}
    known = {text(node, "id"): node for node in mapping.known_nodes(data)}
    found: dict[str, str] = {}
    for target in batch:
        variant = known.get(gid("ProductVariant", target.model_id))
        item = as_object(variant.get("inventoryItem") or {}, "inventoryItem") if variant else {}
        if not item:
            errors[target.key] = Rejected("no_variant", "Shopify does not know this variant", field="model_id")
        elif not flag(item, "tracked", True):
            errors[target.key] = Rejected("not_tracked", "Shopify does not track the quantity of this variant")
        elif needed_text(item, "id") in found.values():
            errors[target.key] = Rejected("twice", "this variant stands in the batch twice", field="model_id")
        else:
            found[target.key] = needed_text(item, "id")
    return found


def quantities_input(version: str, figures: Sequence[tuple[str, int]], location: str) -> dict[str, object]:
    """The input as the API version wants it, without comparing with an expected figure: the hub is the source."""
    plain: list[dict[str, object]] = [
        {"inventoryItemId": item, "locationId": location, "quantity": quantity} for item, quantity in figures
    ]
    wanted: dict[str, object] = {"name": "available", "reason": "correction"}
    if version < WITH_KEYS:
        return {**wanted, "ignoreCompareQuantity": True, "quantities": plain}
    return {**wanted, "quantities": [{**one, "changeFromQuantity": None} for one in plain]}


def _send(wire: Wire, figures: Sequence[tuple[str, int]], location: str) -> Sequence[JsonObject]:
    """One call; answers what Shopify complains of. Each call has a key of its own: the same figure may come again."""
    variables: dict[str, object] = {"input": quantities_input(wire.version, figures, location)}
    query = queries.SET_STOCK_BEFORE_KEYS
    if wire.version >= WITH_KEYS:
        query, variables["key"] = queries.SET_STOCK, str(uuid.uuid4())
    data = wire.ask("inventorySetQuantities", query, variables, Effect.REPEATABLE)
    payload = as_object(data.get("inventorySetQuantities"), "inventorySetQuantities")
    return as_objects(payload.get("userErrors"), "userErrors")


def _by_place(complaints: Sequence[JsonObject], count: int) -> Mapping[int, Rejected]:
    """The complaints by the figure that they are about; one about the whole input concerns every figure."""
    found: dict[int, Rejected] = {}
    for entry in complaints:
        path = path_of(entry)
        place = path[PLACE] if len(path) > PLACE and path[PLACE].isdigit() else ""
        if not place or int(place) >= count:
            return dict.fromkeys(range(count), user_error(entry))
        found[int(place)] = user_error(entry)
    return found
