"""Packing and "ready to ship" (contract sheet, "pack", "ready to ship"): pieces into a package, the package on offer.

Packing gives the AWB number, so both steps are one arrangement. Each step is skipped where it was done before: an
arrangement that broke off half-way is simply carried on. ``success`` of an answer does not mean that every piece
passed, so the row of each is read; a package that holds only some of them is taken apart again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress

from salur.connectors.base.errors import AlreadyExists, ContractBroken, PartnerError, Rejected, Retryable, TooLate
from salur.connectors.base.reading import JsonObject, as_objects, flag, text
from salur.connectors.base.transport import Effect
from salur.connectors.base.types import AwbResult, ShippingOption

from . import mapping, orders
from .errors import error_for
from .statuses import READY_TO_SHIP, TO_HAND_OVER, TO_PACK
from .wire import Wire, result

KIND = "dropship"
LOCAL = "TFS"
PASSED = "0"
Done = Callable[[], bool]


def living(wire: Wire, external_id: str) -> list[JsonObject]:
    """The pieces to send; raises Rejected or TooLate where there is nothing to send."""
    items = orders.items(wire, external_id)
    if not items:
        raise Rejected("order_not_found", "Lazada does not know the order, or its own warehouse sends it")
    found = [item for item in items if not mapping.is_cancelled(item)]
    if not found:
        raise TooLate("canceled", "the order is cancelled")
    return found


def _in(items: Sequence[JsonObject], states: frozenset[str]) -> list[JsonObject]:
    return [item for item in items if text(item, "status") in states]


def _refuse_done(items: Sequence[JsonObject]) -> None:
    if _in(items, TO_PACK | TO_HAND_OVER):
        return
    states = ", ".join(sorted({text(item, "status") for item in items}))
    if _in(items, frozenset({"unpaid"})):
        raise Rejected("unpaid", "the order is not paid yet")
    raise AlreadyExists(READY_TO_SHIP, f"arranged before: {states}")


def options(wire: Wire, external_id: str) -> list[ShippingOption]:
    """How to hand over. Local shops have no choice; cross-border shops may have to name a consolidation warehouse."""
    items = living(wire, external_id)
    _refuse_done(items)
    if wire.credentials.get("cross_border") != "yes":
        return [ShippingOption(KIND, {"shipping_allocate_type": LOCAL})]
    ids = [_number(item, "order_item_id") for item in items]
    asked = {"orders": [{"order_id": int(external_id), "order_item_ids": ids}]}
    document = wire.get(
        "/order/shipment/providers/get", {"getShipmentProvidersReq": compact(asked)}, subject=external_id
    )
    data = result(document, Effect.READ)
    kind = {"shipping_allocate_type": text(data, "shipping_allocate_type") or LOCAL}
    if flag(data, "platform_default", True):
        return [ShippingOption(KIND, kind)]
    providers = as_objects(data.get("shipment_providers"), "shipment_providers")
    return [
        ShippingOption(KIND, {**kind, "shipment_provider_code": text(one, "provider_code")}, text(one, "name"))
        for one in providers
    ]


def arrange(wire: Wire, external_id: str, option: ShippingOption) -> None:
    """Pack what is not packed, then say ready to ship. Carrying on is safe; AlreadyExists when all was done before."""
    items = living(wire, external_id)
    _refuse_done(items)
    loose = _in(items, TO_PACK)
    if loose:
        _pack(wire, external_id, loose, option)
        items = living(wire, external_id)
    hand_over(wire, external_id, items)


def hand_over(wire: Wire, external_id: str, items: Sequence[JsonObject]) -> None:
    """Say that the packed packages are ready to ship."""
    numbers = mapping.packages(_in(items, TO_HAND_OVER))
    if not numbers:
        return
    form = {"readyToShipReq": compact({"packages": [{"package_id": number} for number in numbers]})}
    document = wire.post("/order/package/rts", form, Effect.REPEATABLE, external_id)
    rows = as_objects(result(document, Effect.REPEATABLE).get("packages"), "packages")
    _judge(rows, len(numbers), lambda: not _in(living(wire, external_id), TO_HAND_OVER))


def _pack(wire: Wire, external_id: str, items: Sequence[JsonObject], option: ShippingOption) -> None:
    request: dict[str, object] = {
        "pack_order_list": [
            {
                "order_id": int(external_id),
                "order_item_list": [_number(item, "order_item_id") for item in items],
            }
        ],
        "delivery_type": "dropship",  # the only value that Lazada takes
        "shipping_allocate_type": option.fields.get("shipping_allocate_type") or LOCAL,
    }
    if provider := option.fields.get("shipment_provider_code"):
        request["shipment_provider_code"] = provider
    document = wire.post("/order/fulfill/pack", {"packReq": compact(request)}, Effect.REPEATABLE, external_id)
    listed = as_objects(result(document, Effect.REPEATABLE).get("pack_order_list"), "pack_order_list")
    rows = [row for order in listed for row in as_objects(order.get("order_item_list"), "order_item_list")]
    try:
        _judge(rows, len(items), lambda: not _in(living(wire, external_id), TO_PACK))
    except PartnerError:
        _take_apart(wire, external_id, rows)
        raise


def _take_apart(wire: Wire, external_id: str, rows: Sequence[JsonObject]) -> None:
    """Undo a packing that only some pieces passed: the others would go in a package of their own at the next try."""
    made = [text(row, "package_id") for row in rows if text(row, "item_err_code") == PASSED]
    numbers = [number for number in dict.fromkeys(made) if number]
    if not numbers:
        return
    form = {"rePackReq": compact({"packages": [{"package_id": number} for number in numbers]})}
    with suppress(PartnerError):  # what stopped the packing is told; a package that stays is seen as split_order
        wire.post("/order/package/repack", form, Effect.REPEATABLE, external_id)


def _judge(rows: Sequence[JsonObject], wanted: int, done_all_the_same: Done) -> None:
    """Raise the first failure of a batch, unless the store itself shows that nothing is left to do."""
    if len(rows) < wanted:
        raise Retryable("rows_missing", f"{len(rows)} of {wanted} rows answered")
    failed = next((row for row in rows if text(row, "item_err_code") != PASSED), None)
    if failed is None:
        return
    error = _failure(failed)
    if not isinstance(error, Retryable) and done_all_the_same():
        return
    raise error


def _failure(row: JsonObject) -> PartnerError:
    code, words = text(row, "item_err_code") or "no_code", text(row, "msg")
    if flag(row, "retry"):
        return Retryable(code, words)
    return error_for(code, words, Effect.REPEATABLE)


def number_of(wire: Wire, external_id: str) -> AwbResult:
    """The AWB number that packing gave; several packages have several, which one order of ours cannot carry."""
    items = living(wire, external_id)
    numbers = mapping.packages(items)
    if len(numbers) > 1:
        raise Rejected("split_order", f"the order goes in {len(numbers)} packages: {', '.join(numbers)}")
    parcel: Mapping[str, object] = next((item for item in items if text(item, "package_id")), {})
    return AwbResult(
        text(parcel, "tracking_code").strip(),
        package=text(parcel, "package_id"),
        courier=text(parcel, "shipment_provider"),
    )


def _number(row: JsonObject, key: str) -> int:
    written = text(row, key)
    if not orders.is_number(written):
        raise ContractBroken("bad_number", f"{key} is no number", field=key)
    return int(written)


def compact(value: object) -> str:
    """JSON as a form parameter."""
    return json.dumps(value, separators=(",", ":"))
