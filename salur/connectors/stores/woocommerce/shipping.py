"""Telling WooCommerce that the parcel is under way, and cancelling (R143).

WooCommerce has no field for a tracking number. It is always written to the order's custom fields, which is where it is
read back; a note to the buyer or the extension Shipment Tracking come beside, as the settings say.
"""

from __future__ import annotations

from datetime import UTC, datetime

from salur.connectors.base.errors import Rejected, TooLate
from salur.connectors.base.reading import JsonObject, as_object, text
from salur.connectors.base.transport import Effect
from salur.connectors.base.types import CancelOutcome, ConfirmResult, OrderStatus

from . import mapping
from .errors import NO_ROUTE, UNKNOWN_ID
from .statuses import SHIPPED, TRASH, order_status
from .wire import Wire

ENDED = frozenset({"cancelled", "refunded", "failed", TRASH})
UNKNOWN = ConfirmResult(False, "", detail="the store does not know the order")


def find(wire: Wire, external_id: str) -> JsonObject | None:
    """The order as it stands, in the trash as well; None where the store does not know it."""
    if not external_id.isascii() or not external_id.isdigit():
        return None
    try:
        return as_object(wire.get(f"/orders/{external_id}", subject=external_id).document, "order")
    except Rejected as refusal:
        if refusal.code.endswith("_invalid_id") or (refusal.code == str(UNKNOWN_ID) and not refusal.field):
            return None
        raise


def confirm(wire: Wire, external_id: str, tracking: str, courier: str) -> ConfirmResult:
    """Write number and status where they are not there yet, and read back. Raises TooLate for an ended order."""
    order = _still_open(wire, external_id)
    if order is None:
        return UNKNOWN
    status = "" if is_shipped(wire, order) else _shipped_word(wire)
    return _read_back(wire, _written(wire, external_id, order, tracking, courier, status), tracking)


def track(wire: Wire, external_id: str, tracking: str, courier: str) -> ConfirmResult:
    """Write the number alone; the order keeps its status. Raises TooLate for an ended order."""
    order = _still_open(wire, external_id)
    if order is None:
        return UNKNOWN
    if not tracking:
        raise Rejected("no_number", "there is no tracking number to write", "tracking")
    shown = _written(wire, external_id, order, tracking, courier)
    numbers = mapping.tracking_numbers(shown)
    known = tracking in numbers
    detail = "" if known else "the store does not show the number yet"
    return ConfirmResult(known, text(shown, "status"), tracking if known else ", ".join(numbers), detail)


def _still_open(wire: Wire, external_id: str) -> JsonObject | None:
    """The order, None where it is not known; raises TooLate for an ended one."""
    order = find(wire, external_id)
    if order is not None and (raw := text(order, "status")) in ENDED:
        raise TooLate(raw, f"the order is {raw} at the store")
    return order


def _written(
    wire: Wire, external_id: str, order: JsonObject, tracking: str, courier: str, status: str = ""
) -> JsonObject:
    """Write what the order does not show yet, and the number wherever the settings want it; the order after it."""
    wanted = _changes(order, tracking, courier, status)
    if wanted:
        wire.write("PUT", f"/orders/{external_id}", wanted, Effect.REPEATABLE, external_id)
    if tracking:
        _tell_elsewhere(wire, external_id, tracking, courier)
    return find(wire, external_id) or order


def _shipped_word(wire: Wire) -> str:
    return wire.credentials.get("shipped_status") or SHIPPED


def is_shipped(wire: Wire, order: JsonObject) -> bool:
    """Whether the parcel has left, as the store shows it."""
    done = bool(text(order, "date_completed_gmt"))
    shown = order_status(text(order, "status"), was_completed=done, shipped_word=_shipped_word(wire))
    return shown is OrderStatus.SHIPPED


def _changes(order: JsonObject, tracking: str, courier: str, status: str) -> dict[str, object]:
    """What is to be written; a second parcel's number stands beside the first."""
    wanted: dict[str, object] = {"status": status} if status else {}
    numbers = mapping.tracking_numbers(order)
    if tracking and tracking not in numbers:
        fields = [mapping.meta_change(order, mapping.TRACKING, ", ".join([*numbers, tracking]))]
        if courier:
            fields.append(mapping.meta_change(order, mapping.COURIER, courier))
        wanted["meta_data"] = fields
    return wanted


def _tell_elsewhere(wire: Wire, external_id: str, tracking: str, courier: str) -> None:
    way = wire.credentials.get("tracking_as")
    if way == "note":
        _note(wire, external_id, f"{courier} {tracking}".strip(), tracking)
    elif way == "extension":
        _extension(wire, external_id, tracking, courier)


def _note(wire: Wire, external_id: str, words: str, tracking: str) -> None:
    """A note that WooCommerce mails to the buyer, unless there is one with this number."""
    path = f"/orders/{external_id}/notes"
    notes = mapping.as_list(wire.get(path, (("type", "customer"),), external_id).document, "notes")
    if any(tracking in text(note, "note") for note in notes):
        return
    wire.write("POST", path, {"note": words, "customer_note": True}, Effect.CREATE, external_id)


def _extension(wire: Wire, external_id: str, tracking: str, courier: str) -> None:
    path = f"/orders/{external_id}/shipment-trackings"
    try:
        held = mapping.as_list(wire.get(path, subject=external_id).document, "shipment-trackings")
        if any(text(row, "tracking_number") == tracking for row in held):
            return
        today = datetime.fromtimestamp(wire.clock(), UTC).date().isoformat()
        body = {"custom_tracking_provider": courier, "tracking_number": tracking, "date_shipped": today}
        wire.write("POST", path, body, Effect.CREATE, external_id)
    except Rejected as refusal:
        if refusal.code != NO_ROUTE:
            raise
        told = "the extension Shipment Tracking is not installed; choose another place for the number in the settings"
        raise Rejected("no_extension", told, "tracking_as", refusal.exchange_id) from refusal


def _read_back(wire: Wire, order: JsonObject, tracking: str) -> ConfirmResult:
    raw, numbers = text(order, "status"), mapping.tracking_numbers(order)
    shipped = is_shipped(wire, order)
    known = not tracking or tracking in numbers
    shown = tracking if tracking in numbers else ", ".join(numbers)
    return ConfirmResult(shipped and known, raw, shown, "" if shipped else f"the store shows {raw}")


def cancel(wire: Wire, external_id: str, reason: str) -> CancelOutcome:
    """Cancel the whole order. WooCommerce would cancel a shipped one as well, so that is refused here (TooLate)."""
    order = find(wire, external_id)
    if order is None:
        raise Rejected("unknown_order", "the store does not know the order")
    raw = text(order, "status")
    if raw == "cancelled":
        return CancelOutcome("accepted")
    if is_shipped(wire, order):
        raise TooLate(raw, f"the order is {raw} at the store")
    body = {"status": "cancelled", "meta_data": [mapping.meta_change(order, mapping.CANCEL_REASON, reason)]}
    answer = wire.write("PUT", f"/orders/{external_id}", body, Effect.REPEATABLE, external_id)
    shown = text(as_object(answer.document, "order"), "status")
    if shown != "cancelled":
        raise Rejected("not_cancelled", f"the store shows {shown}")
    return CancelOutcome("accepted")
