"""Packing and ready to ship (lazada.md, Operations; error codes of the reference of Pack)."""

from typing import Any

from salur.sandbox.lazada.call import Call, Failed
from salur.sandbox.lazada.orders import ids
from salur.sandbox.lazada.store import PACKABLE, open_request
from salur.sandbox.storefront.model import Order
from salur.sandbox.storefront.parcels import Parcel, Piece, pieces_of

BATCH = 20
#: Couriers that a cross-border seller chooses from; names and codes are of the reference's samples.
CHOSEN = {"asc_1": "Cainiao", "FM50": "Flash Express"}


ILLEGAL = ("700004", "PARAM_ILLEGAL")


def good(data: Any) -> dict[str, Any]:
    """A result that says success, whatever its entries say."""
    return {"result": {"data": data, "success": True}}


def json_object(call: Call, name: str) -> dict[str, Any]:
    """A parameter that holds a JSON object."""
    value = call.json(name, Failed(*ILLEGAL))
    if not isinstance(value, dict):
        raise Failed(*ILLEGAL)
    return value


def entries(held: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """Its list of one to twenty objects."""
    value = held.get(name)
    if not isinstance(value, list) or not value or not all(isinstance(one, dict) for one in value):
        raise Failed("700017", "PARAM_IS_NULL")
    if len(value) > BATCH:
        raise Failed("700022", "BATCH_SIZE_OUT_OF_LIMIT")
    return value


def _allocation(call: Call) -> str:
    return "NTFS" if call.store.settings.seller_chooses_courier else "TFS"


def providers_get(call: Call) -> dict[str, Any]:
    """Whether the platform chooses the courier, else which ones there are."""
    for entry in entries(json_object(call, "getShipmentProvidersReq"), "orders"):
        _named(call, entry, "order_item_ids")
    chooses = call.store.settings.seller_chooses_courier
    couriers = [{"name": name, "provider_code": code} for code, name in CHOSEN.items()] if chooses else []
    return good(
        {
            "platform_default": int(not chooses),
            "shipment_providers": couriers,
            "shipping_allocate_type": _allocation(call),
        }
    )


def _named(call: Call, entry: dict[str, Any], name: str) -> tuple[Order, list[str]]:
    order = call.store.find_id(call.shop, str(entry.get("order_id", "")))
    if order is None:
        raise Failed("700021", "ORDER_NOT_FOUND")
    wanted = ids(entry.get(name))
    if wanted is None:
        raise Failed("700017", "PARAM_IS_NULL")
    return order, wanted


def pack(call: Call) -> dict[str, Any]:
    """Up to 20 orders. Each piece answers for itself; success does not mean that each passed."""
    wanted = json_object(call, "packReq")
    courier = _courier(call, wanted)
    named = [_named(call, entry, "order_item_list") for entry in entries(wanted, "pack_order_list")]
    rows = [{"order_item_list": _pack_one(call, *one, courier), "order_id": one[0].id} for one in named]
    return good({"pack_order_list": rows})


def _courier(call: Call, wanted: dict[str, Any]) -> str:
    if wanted.get("delivery_type") != "dropship" or wanted.get("shipping_allocate_type") != _allocation(call):
        raise Failed(*ILLEGAL)
    if not call.store.settings.seller_chooses_courier:
        return ""
    name = CHOSEN.get(str(wanted.get("shipment_provider_code", "")))
    if name is None:
        raise Failed("700016", "NOT_AVAILABLE_NTFS_3PL")
    return name


def _pack_one(call: Call, order: Order, wanted: list[str], courier: str) -> list[dict[str, Any]]:
    known = {str(piece.id): piece for piece in pieces_of(order)}
    verdicts = {one: _verdict(call, order, known.get(one)) for one in dict.fromkeys(wanted)}
    passed = [known[one] for one, (code, _) in verdicts.items() if code == "0"]
    if passed:
        call.store.pack(call.shop, order, passed, courier)
    return [_packed(one, known.get(one), *verdicts[one]) for one in verdicts]


def _verdict(call: Call, order: Order, piece: Piece | None) -> tuple[str, str]:
    if piece is None:
        return "700025", "ORDER_ITEM_NOT_FOUND"
    asked = open_request(order)
    if not piece.alive or piece.status == "unpaid" or (asked is not None and piece in asked.pieces):
        return "700031", "ITEM_NOT_READY_TO_FULFILL"
    if piece.status not in PACKABLE:
        return "700026", "FO_ITEM_NOT_ALLOW_TO_PACK"
    every, tried = call.store.settings.courier_fails_every, order.extra.setdefault("tried", set())
    if every and piece.id not in tried:
        tried.add(piece.id)
        if (pieces_of(order).index(piece) + 1) % every == 0:
            return "1003", "E1003_3PL_ALLOCATION_FAIL"
    return "0", "success"


def _packed(number: str, piece: Piece | None, code: str, words: str) -> dict[str, Any]:
    row: dict[str, Any] = {
        "order_item_id": int(number),
        "msg": words,
        "item_err_code": code,
        "retry": code == "1003",
    }
    if code == "0" and piece is not None and piece.parcel is not None:
        row["tracking_number"] = piece.parcel.tracking
        row["shipment_provider"] = piece.parcel.courier
        row["package_id"] = piece.parcel.id
    return row


def package(call: Call, entry: dict[str, Any]) -> tuple[Order, Parcel] | None:
    """The package of the shop that an entry names; None when there is none."""
    number = entry.get("package_id")
    if not number:
        raise Failed("700017", "PARAM_IS_NULL")
    found = call.store.parcels.get(str(number))
    if found is None or found[0] is not call.shop or not found[2].pieces:
        return None
    return found[1], found[2]


def rts(call: Call) -> dict[str, Any]:
    """Ready to ship, package by package; only packed ones."""
    named = entries(json_object(call, "readyToShipReq"), "packages")
    return good({"packages": [_answered(entry, *_ready(call, entry)) for entry in named]})


def _ready(call: Call, entry: dict[str, Any]) -> tuple[str, str]:
    found = package(call, entry)
    if found is None:
        return "123", "package not found"
    order, parcel = found
    if not parcel.live:
        return "600002", "package already cancelled"
    if any(piece.status != "packed" for piece in parcel.live):
        return "700000", "PACKAGE_STATUS_NOT_ALLOW_TO_OP"
    call.store.move(call.shop, order, parcel.live, "ready")
    return "0", "success"


def repack(call: Call) -> dict[str, Any]:
    """Take packages apart again, before they are ready to ship."""
    named = entries(json_object(call, "rePackReq"), "packages")
    return good({"packages": [_answered(entry, *_repacked(call, entry)) for entry in named]})


def _repacked(call: Call, entry: dict[str, Any]) -> tuple[str, str]:
    found = package(call, entry)
    if found is None:
        return "123", "package not found"
    order, parcel = found
    if not parcel.live or any(piece.status != "packed" for piece in parcel.live):
        return "700000", "PACKAGE_STATUS_NOT_ALLOW_TO_OP"
    call.store.unpack(call.shop, order, parcel.live)
    return "0", "success"


def _answered(entry: dict[str, Any], code: str, words: str) -> dict[str, Any]:
    return {"package_id": str(entry.get("package_id")), "msg": words, "item_err_code": code, "retry": False}
