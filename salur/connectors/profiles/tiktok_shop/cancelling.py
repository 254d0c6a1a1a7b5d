"""Cancelling as the seller, and answering a buyer who wants to cancel (contract sheet, Operations)."""

from __future__ import annotations

from salur.connectors.base.errors import AlreadyExists, PartnerError, Rejected, TooLate
from salur.connectors.base.reading import JsonObject, as_objects, needed_text, text
from salur.connectors.base.texts import N_
from salur.connectors.base.transport import Effect
from salur.connectors.base.types import CancelOutcome, OrderStatus

from . import orders
from .errors import CANCEL_UNDER_WAY, NOTHING_TO_DECIDE
from .profile import Profile
from .statuses import CANCELLATION, Wish, order_status
from .wire import Wire

CANCELLATIONS = "/return_refund/202309/cancellations"
CANCEL_REASONS: tuple[tuple[str, str], ...] = (
    ("out_of_stock", N_("Out of stock")),
    ("wrong_price", N_("Wrong price")),
    ("address_not_deliver", N_("The address cannot be delivered to")),
    ("buyer_has_not_paid", N_("The buyer has not paid in time")),
)
# TikTok takes other words before payment than after it, and in the United Kingdom others still.
PAID_REASONS = {
    "out_of_stock": "seller_cancel_reason_out_of_stock",
    "wrong_price": "seller_cancel_reason_wrong_price",
    "address_not_deliver": "seller_cancel_paid_reason_address_not_deliver",
}
UNPAID_REASONS = {
    "out_of_stock": "seller_cancel_unpaid_reason_out_of_stock",
    "wrong_price": "seller_cancel_unpaid_reason_wrong_price",
    "buyer_has_not_paid": "seller_cancel_unpaid_reason_buyer_hasnt_paid_within_time_allowed",
}
REJECT_REASONS = frozenset(
    {
        "seller_reject_apply_product_has_been_packed",
        "order_manage_list_action_respond_popup_reject_reason_invalid_cancellation_reason",
        "order_manage_list_action_respond_popup_reject_reason_delivered",
        "order_manage_list_action_respond_popup_reject_reason_buyer_agree",
    }
)
USUAL_REJECT_REASON = "seller_reject_apply_product_has_been_packed"
OUTCOMES = {Wish.GRANTED: "accepted", Wish.WAITING: "pending", Wish.CLOSED: "refused"}
PAGE = "50"


def reason_word(order: JsonObject, reason: str, region: str) -> str:
    """TikTok's word for ``reason`` as the order stands; Rejected where it has none."""
    unpaid = text(order, "status") == "UNPAID"
    word = (UNPAID_REASONS if unpaid else PAID_REASONS).get(reason)
    if word is None:
        when = "before payment" if unpaid else "after payment"
        raise Rejected("reason_not_offered", f"the store takes no such reason {when}", field="reason")
    return f"{word}_uk" if region == "GB" else word


def cancel(wire: Wire, profile: Profile, external_id: str, reason: str) -> CancelOutcome:
    """Cancel the whole order; a repeated request finds it cancelled and is content."""
    order = orders.row(wire, profile, external_id)
    if order_status(text(order, "status")) is OrderStatus.CANCELLED:
        return CancelOutcome("accepted")
    body = {"order_id": external_id, "cancel_reason": reason_word(order, reason, wire.credentials.get("region"))}
    try:
        data = wire.post(CANCELLATIONS, body, Effect.REPEATABLE, subject=external_id)
    except Rejected as refusal:
        if refusal.code != CANCEL_UNDER_WAY:
            raise
        seen = orders.row(wire, profile, external_id)
        done = order_status(text(seen, "status")) is OrderStatus.CANCELLED
        return CancelOutcome("accepted" if done else "pending", refusal.message)
    return CancelOutcome(OUTCOMES.get(CANCELLATION.get(text(data, "cancel_status"), Wish.WAITING), "pending"))


def decide(wire: Wire, profile: Profile, external_id: str, accept: bool, reason: str) -> None:
    """Answer the buyer's wish to cancel (R121); a no needs a reason, the usual one where ``reason`` is none of them."""
    waiting = _waiting(wire, external_id)
    if not waiting:
        raise _decided_before(wire, profile, external_id, accept)
    for cancel_id in waiting:
        try:
            _answer(wire, external_id, cancel_id, accept, reason)
        except Rejected as refusal:
            if refusal.code not in NOTHING_TO_DECIDE:
                raise
            raise _decided_before(wire, profile, external_id, accept) from refusal


def _answer(wire: Wire, external_id: str, cancel_id: str, accept: bool, reason: str) -> None:
    body = {} if accept else {"reject_reason": reason if reason in REJECT_REASONS else USUAL_REJECT_REASON}
    word = "approve" if accept else "reject"
    wire.post(f"{CANCELLATIONS}/{cancel_id}/{word}", body, Effect.REPEATABLE, subject=external_id)


def _waiting(wire: Wire, external_id: str) -> list[str]:
    body: dict[str, object] = {"order_ids": [external_id], "cancel_types": ["BUYER_CANCEL"]}
    data = wire.post(f"{CANCELLATIONS}/search", body, Effect.READ, {"page_size": PAGE}, external_id)
    rows = as_objects(data.get("cancellations"), "cancellations")
    mine = [row for row in rows if text(row, "order_id") == external_id]
    return [
        needed_text(row, "cancel_id") for row in mine if CANCELLATION.get(text(row, "cancel_status")) is Wish.WAITING
    ]


def _decided_before(wire: Wire, profile: Profile, external_id: str, accept: bool) -> PartnerError:
    """Nothing waits: the order tells whether it ended as we wished (asked twice) or otherwise (decided meanwhile)."""
    order = orders.row(wire, profile, external_id)
    cancelled = order_status(text(order, "status")) is OrderStatus.CANCELLED
    if cancelled is accept:
        return AlreadyExists("decided", "the request was answered before")
    return TooLate("decided", "the request is no longer open")
