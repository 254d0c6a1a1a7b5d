"""inventorySetQuantities: all entries or none, with a key from 2026-04 on."""

import json
from typing import Any

from graphql import GraphQLError, get_directive_values

from salur.sandbox.shopify.goods import ITEM_AFTER, variant_of
from salur.sandbox.shopify.graph import Context, Info, Root
from salur.sandbox.shopify.model import Location, ungid
from salur.sandbox.shopify.schema import STRICT_STOCK
from salur.sandbox.storefront.model import Variant

MOST = 250
HIGHEST = 1_000_000_000
REASONS = (
    "correction", "cycle_count_available", "damaged", "movement_canceled", "movement_created", "movement_received",
    "movement_updated", "other", "promotion", "quality_control", "received", "reservation_created",
    "reservation_deleted", "reservation_updated", "restock", "safety_stock", "shrinkage",
)  # fmt: skip


class Refused(Exception):
    """An entry cannot be set."""

    def __init__(self, code: str, message: str, *field: str) -> None:
        super().__init__(message)
        self.error = {"code": code, "field": ["input", *field], "message": message}


def set_quantities(call: Context, given: dict[str, Any], info: Info) -> Any:
    """The mutation; a key that was seen answers as the first time."""
    wanted, key = given["input"], _key(call, info)
    digest = json.dumps(wanted, sort_keys=True)
    if key:
        known = call.store.answered.get((call.shop.id, key))
        if known is not None and known[0] != digest:
            words = "The same idempotency key cannot be used with different parameters."
            return _payload([Refused("IDEMPOTENCY_KEY_PARAMETER_MISMATCH", words).error])
        if known is not None:
            return known[1]
    answer = _set(call, wanted)
    if key:
        call.store.answered[call.shop.id, key] = (digest, answer)
    return answer


def _key(call: Context, info: Info) -> str:
    directive = info.schema.get_directive("idempotent")
    found = None
    if directive is not None:
        found = get_directive_values(directive, info.field_nodes[0], info.variable_values)
    if not found and call.version >= STRICT_STOCK:
        words = "The @idempotent directive is required for this mutation but was not provided."
        raise GraphQLError(words, extensions={"code": "BAD_REQUEST"})
    return str(found["key"]) if found else ""


def _payload(errors: list[dict[str, Any]]) -> dict[str, Any]:
    return {"inventoryAdjustmentGroup": None, "userErrors": errors}


def _set(call: Context, wanted: dict[str, Any]) -> dict[str, Any]:
    if wanted["name"] not in ("available", "on_hand"):
        return _payload(
            [Refused("INVALID_NAME", "The quantity name must be either 'available' or 'on_hand'.", "name").error]
        )
    if wanted["reason"] not in REASONS:
        return _payload([Refused("INVALID_REASON", "The specified reason is invalid.", "reason").error])
    if len(wanted["quantities"]) > MOST:
        words = f"The input array size of {len(wanted['quantities'])} is greater than the maximum allowed of {MOST}."
        raise GraphQLError(words, extensions={"code": "MAX_INPUT_SIZE_EXCEEDED"})
    entries, errors, seen = [], [], set()
    for place, one in enumerate(wanted["quantities"]):
        try:
            entries.append(_entry(call, one, str(place), bool(wanted.get("ignoreCompareQuantity"))))
        except Refused as refused:
            errors.append(refused.error)
        pair = (one["inventoryItemId"], one["locationId"])
        if pair in seen:
            words = "The combination of inventoryItemId and locationId must be unique."
            errors.append(
                Refused("NO_DUPLICATE_INVENTORY_ITEM_ID_GROUP_ID_PAIR", words, "quantities", str(place)).error
            )
        seen.add(pair)
    if errors:
        return _payload(errors)
    for variant, location, units in entries:
        call.store.set_level(call.shop, variant, location, units)
    group = {
        "__typename": "InventoryAdjustmentGroup",
        "id": f"gid://shopify/InventoryAdjustmentGroup/{next(call.store.ids)}",
    }
    return {"inventoryAdjustmentGroup": {**group, "reason": wanted["reason"]}, "userErrors": []}


def _entry(call: Context, one: dict[str, Any], place: str, skips: bool) -> tuple[Variant, Location, int]:
    where = ("quantities", place)
    kind, number = ungid(one["inventoryItemId"])
    pair = variant_of(call.shop, int(number) - ITEM_AFTER) if kind == "InventoryItem" and number.isdigit() else None
    if pair is None:
        raise Refused(
            "INVALID_INVENTORY_ITEM", "The specified inventory item could not be found.", *where, "inventoryItemId"
        )
    kind, number = ungid(one["locationId"])
    location = next((at for at in call.store.locations(call.shop) if kind == "Location" and str(at.id) == number), None)
    if location is None or not location.active:
        raise Refused("INVALID_LOCATION", "The specified location could not be found.", *where, "locationId")
    held = call.store.level(call.shop, pair[1], location)
    if held is None:
        words = "The specified inventory item is not stocked at the location."
        raise Refused("ITEM_NOT_STOCKED_AT_LOCATION", words, *where, "locationId")
    if one["quantity"] < 0:
        raise Refused("INVALID_QUANTITY_NEGATIVE", "The quantity can't be negative.", *where, "quantity")
    if one["quantity"] > HIGHEST:
        raise Refused(
            "INVALID_QUANTITY_TOO_HIGH", "The quantity can't be higher than 1,000,000,000.", *where, "quantity"
        )
    _compare(call, one, where, held, skips)
    return pair[1], location, int(one["quantity"])


def _compare(call: Context, one: dict[str, Any], where: tuple[str, str], held: int, skips: bool) -> None:
    if call.version >= STRICT_STOCK and "changeFromQuantity" not in one:
        raise GraphQLError(
            "changeFromQuantity is required; pass null to skip the comparison", extensions={"code": "BAD_REQUEST"}
        )
    if skips:
        return
    name = "changeFromQuantity" if "changeFromQuantity" in one else "compareQuantity"
    if name not in one:
        words = "The compareQuantity argument must be given to each quantity or ignored using ignoreCompareQuantity."
        raise GraphQLError(words, extensions={"code": "BAD_REQUEST"})
    if one[name] is not None and one[name] != held:
        words = "The quantity to change from does not match the present quantity."
        raise Refused("CHANGE_FROM_QUANTITY_STALE", words, *where, name)


ROOTS: dict[str, Root] = {"inventorySetQuantities": set_quantities}
