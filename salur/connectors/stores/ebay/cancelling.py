"""Cancelling as the seller, and answering a buyer's wish, through the Post-Order API (contract sheet, "cancel")."""

from __future__ import annotations

from salur.connectors.base.errors import AlreadyExists, Rejected, TooLate
from salur.connectors.base.reading import JsonObject, as_objects, flag, needed_text, text
from salur.connectors.base.types import CancelOutcome

from . import mapping
from .statuses import CANCEL, Cancellation
from .wire import Wire, in_path, moment_text


def state_of(order: JsonObject) -> Cancellation | None:
    """Whether somebody wants the order cancelled; None for a word that we do not know."""
    return CANCEL.get(mapping.words(order)[2])


def open_request(order: JsonObject) -> JsonObject | None:
    """The buyer's wish that waits for an answer."""
    for one in as_objects(mapping.part(order, "cancelStatus").get("cancelRequests"), "cancelRequests"):
        if text(one, "cancelRequestState") == "REQUESTED" and text(one, "cancelInitiator", "BUYER") == "BUYER":
            return one
    return None


def cancel(wire: Wire, order: JsonObject, reason: str) -> CancelOutcome:
    """Ask eBay to cancel the whole order. It counts as cancelled when the money is on its way back: poll on."""
    state = state_of(order)
    if state is Cancellation.DONE:
        return CancelOutcome("accepted")
    if state is Cancellation.ASKED:
        return CancelOutcome("pending", "a cancellation is under way already")
    number = text(order, "legacyOrderId") or needed_text(order, "orderId")
    site = mapping.marketplace(order)
    may = wire.post_order("check_eligibility", "/check_eligibility", {"legacyOrderId": number}, site, number)
    if not flag(may, "eligible"):
        raise TooLate("not_eligible", _reasons(may))
    wire.post_order("cancel", "", {"legacyOrderId": number, "cancelReason": reason}, site, number)
    return CancelOutcome("pending")


def _reasons(document: JsonObject) -> str:
    reasons = document.get("failureReason")
    told = [str(one) for one in reasons] if isinstance(reasons, list) else [text(document, "failureReason")]
    return ", ".join(one for one in told if one) or "eBay says that the order cannot be cancelled"


def answer(wire: Wire, order: JsonObject, accept: bool) -> None:
    """Approve or reject the buyer's wish; AlreadyExists when nothing waits for an answer any more."""
    wish = open_request(order)
    number = needed_text(order, "orderId")
    if wish is None:
        state = state_of(order)
        if state is Cancellation.DONE and not accept:
            raise TooLate("cancelled", "eBay has cancelled the order")
        if state is Cancellation.ASKED:
            raise Rejected("no_request", "eBay shows a cancellation, but no wish of the buyer to answer")
        raise AlreadyExists("answered", "no wish of the buyer waits for an answer")
    path = f"/{in_path(needed_text(wish, 'cancelRequestId'))}"
    site = mapping.marketplace(order)
    if accept:
        wire.post_order("approve", f"{path}/approve", None, site, number)
    else:
        body = {"shipmentDate": {"value": moment_text(wire.clock())}}
        wire.post_order("reject", f"{path}/reject", body, site, number)
