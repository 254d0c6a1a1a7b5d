"""Cancelling as the seller, and answering a buyer who wants to cancel (contract sheet, "cancel", "buyer cancel")."""

from __future__ import annotations

from collections.abc import Sequence

from salur.connectors.base.errors import AlreadyExists, PartnerError, Rejected, TooLate
from salur.connectors.base.reading import JsonObject, as_object, as_objects, flag, needed_text, text
from salur.connectors.base.texts import N_
from salur.connectors.base.transport import Effect
from salur.connectors.base.types import CancelOutcome

from . import mapping, orders
from .errors import NOTHING_TO_DECIDE
from .statuses import MAY_BE_CANCELLED, REVERSE, Reverse
from .wire import Wire

# Lazada's reason ids differ per country, so ours are looked up by the name that it shows beside the id (assumed:
# English in every country, as in its reference).
REASON_NAMES: dict[str, tuple[str, ...]] = {
    "out_of_stock": ("out of stock",),
    "wrong_price": ("wrong price", "pricing error", "incorrect pricing"),
    "sourcing_delay": ("sourcing delay",),
}
CANCEL_REASONS: tuple[tuple[str, str], ...] = (
    ("out_of_stock", N_("Out of stock (Lazada then sets its stock to 0)")),
    ("sourcing_delay", N_("The goods come too late")),
    ("wrong_price", N_("Wrong price (Lazada then sets its stock to 0)")),
)
REVERSE_PAGE = "50"


def cancel(wire: Wire, external_id: str, reason: str) -> CancelOutcome:
    """Cancel all living pieces; a repeated request finds them cancelled and is content."""
    items = orders.items(wire, external_id)
    if not items:
        raise Rejected("order_not_found", "Lazada does not know the order")
    living = [item for item in items if not mapping.is_cancelled(item)]
    if not living:
        return CancelOutcome("accepted")
    ids = ",".join(needed_text(item, "order_item_id") for item in living)
    asked = {"order_id": external_id, "order_item_id_list": f"[{ids}]"}
    offered = _data(wire.get("/order/reverse/cancel/validate", asked, subject=external_id))
    reason_id = _reason_id(offered, reason, living)
    answer = _data(
        wire.get("/order/reverse/cancel/create", {**asked, "reason_id": reason_id}, Effect.REPEATABLE, external_id)
    )
    if text(answer, "tip_type") == "error":
        raise _refusal(answer, living)
    return CancelOutcome("accepted")


def _data(document: JsonObject) -> JsonObject:
    return as_object(document.get("data") or {}, "data")


def _reason_id(offered: JsonObject, reason: str, items: Sequence[JsonObject]) -> str:
    rows = as_objects(offered.get("reason_options"), "reason_options")
    if not rows:
        raise _refusal(offered, items)
    wanted = REASON_NAMES.get(reason, (reason.lower(),))
    for row in rows:
        if any(words in text(row, "reason_name").lower() for words in wanted):
            return needed_text(row, "reason_id")
    names = ", ".join(text(row, "reason_name") for row in rows)
    raise Rejected("reason_not_offered", f"for this order Lazada takes only: {names}", field="reason")


def _refusal(told: JsonObject, items: Sequence[JsonObject]) -> PartnerError:
    words = text(told, "tip_content") or "Lazada does not let this order be cancelled"
    on_its_way = any(text(item, "status") not in MAY_BE_CANCELLED | {"unpaid"} for item in items)
    return (TooLate if on_its_way else Rejected)("cancel_refused", words)


def decide(wire: Wire, external_id: str, accept: bool) -> None:
    """Answer the buyer's wish to cancel (R121). Lazada takes no reason for a yes, and needs none for a no."""
    requests = _requests(wire, external_id)
    waiting = [number for number, states in requests.items() if Reverse.WAITING in states]
    if not waiting:
        raise _decided_before(wire, external_id, accept)
    for number in waiting:
        asked = {"reverse_order_id": number, "agree_cancel": "true" if accept else "false"}
        try:
            wire.get("/order/reverse/cancel/seller/decide", asked, Effect.REPEATABLE, external_id)
        except Rejected as refusal:
            if refusal.code not in NOTHING_TO_DECIDE:
                raise
            raise _decided_before(wire, external_id, accept) from refusal


def _requests(wire: Wire, external_id: str) -> dict[str, set[Reverse | None]]:
    """The buyer's requests to cancel this order, with the states of their lines."""
    asked = {"trade_order_id": external_id, "page_no": "1", "page_size": REVERSE_PAGE}
    document = wire.get("/reverse/getreverseordersforseller", asked, subject=external_id)
    rows = as_objects(as_object(document.get("result") or {}, "result").get("items"), "items")
    found: dict[str, set[Reverse | None]] = {}
    for row in rows:
        if text(row, "request_type").upper() == "CANCEL":
            lines = as_objects(row.get("reverse_order_lines"), "reverse_order_lines")
            found[needed_text(row, "reverse_order_id")] = {REVERSE.get(text(line, "reverse_status")) for line in lines}
    return found


def _decided_before(wire: Wire, external_id: str, accept: bool) -> PartnerError:
    """Nothing waits: the order tells whether it ended as we wished (asked twice) or otherwise (decided meanwhile)."""
    items = orders.items(wire, external_id)
    if not items:
        return Rejected("order_not_found", "Lazada does not know the order")
    cancelled = all(mapping.is_cancelled(item) or flag(item, "is_cancel_pending") for item in items)
    if cancelled is accept:
        return AlreadyExists("decided", "the request was answered before")
    return TooLate("decided", "the request is no longer open")
