"""Ways of handing a parcel over: Shopee's shipping parameters to options, and an option to its request."""

from __future__ import annotations

from collections.abc import Sequence

from salur.connectors.base.reading import JsonObject, as_object, as_objects, flag, moment, text
from salur.connectors.base.types import ShippingOption

from .mapping import response

NUMBERS = frozenset({"address_id", "branch_id"})  # the rest goes out as text
INPUTS = {"tracking_no": "tracking_number", "tracking_number": "tracking_number"}
KINDS = ("pickup", "dropoff", "non_integrated")


def needed_inputs(document: JsonObject) -> dict[str, tuple[str, ...]]:
    """For each way that the order allows: the names of what must be given for it."""
    info = as_object(response(document).get("info_needed") or {}, "info_needed")
    ways: dict[str, tuple[str, ...]] = {}
    for kind, names in info.items():
        if kind in KINDS:
            ways[kind] = tuple(str(name) for name in names) if isinstance(names, list) else ()
    return ways


def options(document: JsonObject) -> list[ShippingOption]:
    """All options in Shopee's order; those that a person must complete (own tracking number) come last."""
    ready: list[ShippingOption] = []
    incomplete: list[ShippingOption] = []
    for kind, names in needed_inputs(document).items():
        block = as_object(response(document).get(kind) or {}, kind)
        found = _pickups(block, names) if kind == "pickup" else _dropoffs(block, names, kind)
        for option in found:
            (incomplete if "" in option.fields.values() else ready).append(option)
    return ready + incomplete


def _blanks(names: tuple[str, ...], known: tuple[str, ...]) -> dict[str, str]:
    return {INPUTS.get(name, name): "" for name in names if name not in known}


def _pickups(block: JsonObject, names: tuple[str, ...]) -> list[ShippingOption]:
    blanks = _blanks(names, ("address_id", "pickup_time_id"))
    if "address_id" not in names and "pickup_time_id" not in names:
        return [ShippingOption("pickup", blanks)]
    found = []
    for address in _favourites_first(as_objects(block.get("address_list"), "address_list")):
        place = {"address_id": text(address, "address_id")}
        shown = text(address, "address") or text(address, "city")
        slots = as_objects(address.get("time_slot_list"), "time_slot_list")
        if not slots:  # some channels give no slots and need none
            found.append(ShippingOption("pickup", {**place, **blanks}, shown))
        for slot in _recommended_first(slots):
            fields = {**place, "pickup_time_id": text(slot, "pickup_time_id"), **blanks}
            told = f"{shown} {text(slot, 'time_text')}".strip()
            found.append(ShippingOption("pickup", fields, told, begins=moment(slot, "date")))
    return found


def _dropoffs(block: JsonObject, names: tuple[str, ...], kind: str) -> list[ShippingOption]:
    blanks = _blanks(names, ("branch_id", "slug"))
    if "branch_id" in names:
        branches = as_objects(block.get("branch_list"), "branch_list")
        return [
            ShippingOption(kind, {"branch_id": text(branch, "branch_id"), **blanks}, text(branch, "address"))
            for branch in branches
        ]
    if "slug" in names:
        slugs = as_objects(block.get("slug_list"), "slug_list")
        return [ShippingOption(kind, {"slug": text(slug, "slug"), **blanks}, text(slug, "slug_name")) for slug in slugs]
    return [ShippingOption(kind, blanks)]


def _flags(source: JsonObject, key: str) -> tuple[str, ...]:
    value = source.get(key)
    return tuple(str(item) for item in value) if isinstance(value, list) else ()


def _favourites_first(addresses: Sequence[JsonObject]) -> list[JsonObject]:
    """Shopee marks the seller's pickup address."""
    return sorted(addresses, key=lambda address: "pickup_address" not in _flags(address, "address_flag"))


def _recommended_first(slots: Sequence[JsonObject]) -> list[JsonObject]:
    return sorted(slots, key=lambda slot: "recommended" not in _flags(slot, "flags") and not flag(slot, "recommended"))


def ship_request(external_id: str, option: ShippingOption) -> dict[str, object]:
    """The body of ship_order. The option's block goes along even when it is empty; an empty package number never."""
    block: dict[str, object] = {}
    for key, value in option.fields.items():
        if value and key != "package_number":
            block[key] = int(value) if key in NUMBERS and value.isascii() and value.isdigit() else value
    body: dict[str, object] = {"order_sn": external_id, option.kind: block}
    if option.fields.get("package_number"):
        body["package_number"] = option.fields["package_number"]
    return body
