"""Cancelling, by the seller and by the buyer (tiktok-shop.md, Operations; codes of the examples)."""

from typing import Any

from salur.sandbox.engine.exchange import Refusal
from salur.sandbox.storefront.model import Order
from salur.sandbox.storefront.parcels import Piece, live_of, pieces_of
from salur.sandbox.tiktok.call import Call, business, following, invalid, offset_of
from salur.sandbox.tiktok.markets import REJECT_REASONS, cancel_reasons
from salur.sandbox.tiktok.store import PENDING, SUCCESS, Cancellation

DAY = 86400


def create(call: Call) -> dict[str, Any]:
    """The seller cancels the whole order, or pieces of it."""
    order = call.shop.orders.get(call.text("order_id"))
    if order is None:
        raise business(25001001, "The order does not exist.")
    reason = call.text("cancel_reason")
    if order.status == "CANCELLED" or call.store.asked(order) is not None:
        words = "A return request is already in process, or the order has already been cancelled."
        raise business(25001011, words)
    pieces = _pieces(call, order)
    if any(piece.gone for piece in pieces):
        words = "The order has already been shipped and we are unable to cancel shipment with the courier."
        raise business(25001045, words)
    if reason not in cancel_reasons(call.shop.region, paid=order.status != "UNPAID"):
        raise business(25001021, "Reason not match order status")
    made = call.store.cancel_by_seller(call.shop, order, pieces, reason)
    return {"cancel_id": made.id, "cancel_status": made.status}


def _pieces(call: Call, order: Order) -> list[Piece]:
    """Without lines the whole order is meant (assumed)."""
    named, skus = call.texts("order_line_item_ids", 1000), call.body.get("skus")
    if named:
        found = [piece for piece in live_of(order) if str(piece.id) in named]
        if len(found) < len(set(named)):
            raise invalid("Invalid order_line_item_ids.")
        return found
    if not skus:
        return live_of(order)
    left = live_of(order)
    taken: list[Piece] = []
    for entry in call.objects("skus", 100):
        quantity = entry.get("quantity")
        of_sku = [piece for piece in left if str(piece.line.variant.id) == entry.get("sku_id") and piece not in taken]
        if not isinstance(quantity, int) or not 0 < quantity <= len(of_sku):
            raise invalid("Invalid skus.")
        taken += of_sku[:quantity]
    return taken


def search(call: Call) -> dict[str, Any]:
    """Cancellations of the shop, newest first."""
    size, start = call.page_size(50), offset_of(call.query.get("page_token", ""))
    orders, types = call.texts("order_ids", 50), call.texts("cancel_types", 10)
    statuses, ids = call.texts("cancel_status", 10), call.texts("cancel_ids", 50)
    found = [
        one
        for one in reversed(call.store.cancellations.values())
        if one.shop is call.shop
        and (not orders or one.order.number in orders)
        and (not types or _type(one) in types)
        and (not statuses or one.status in statuses)
        and (not ids or one.id in ids)
    ]
    rows = [_row(one) for one in found[start : start + size]]
    return {"cancellations": rows, "total_count": len(found), "next_page_token": following(start, size, len(found))}


def _type(one: Cancellation) -> str:
    return "BUYER_CANCEL" if one.role == "BUYER" else "CANCEL"


def _row(one: Cancellation) -> dict[str, Any]:
    waits = one.status == PENDING and one.role == "BUYER"
    action = {"action": "SELLER_RESPOND_CANCEL", "deadline": one.created + 2 * DAY}
    return {
        "cancel_id": one.id,
        "order_id": one.order.number,
        "cancel_type": _type(one),
        "cancel_status": one.status,
        "role": one.role,
        "cancel_reason": "ecom_order_to_ship_canceled_reason_created_by_mistakes"
        if one.role == "BUYER"
        else one.reason,
        "cancel_reason_text": one.reason,
        "create_time": one.created,
        "update_time": one.updated,
        "seller_next_action_response": [action] if waits else [],
        "cancel_line_items": [
            {
                "cancel_line_item_id": str(int(one.id) * 10 + pieces_of(one.order).index(piece)),
                "order_line_item_id": str(piece.id),
                "sku_id": str(piece.line.variant.id),
                "seller_sku": piece.line.variant.sku,
            }
            for piece in one.pieces
        ],
    }


def approve(call: Call) -> dict[str, Any]:
    """The seller lets the buyer go."""
    one = _waiting(call, 25020003, "decision not match reverse status")
    call.store.answer_cancellation(one.shop, one.order, True)
    return {}


def reject(call: Call) -> dict[str, Any]:
    """The seller does not."""
    if call.text("reject_reason") not in REJECT_REASONS:
        words = "Unknown return reason. Please ensure you are passing a valid return reason."
        raise business(25001014, words)
    one = _waiting(call, 25011011, "reverse status cannot reject application")
    call.store.answer_cancellation(one.shop, one.order, False)
    return {}


def _waiting(call: Call, code: int, words: str) -> Cancellation:
    one = call.store.cancellations.get(call.path["cancel_id"])
    if one is None or one.shop is not call.shop:
        raise Refusal(str(code), words)
    if code == 25011011 and one.status == SUCCESS:
        raise business(25020010, "Aftersales has been approved and cannot be rejected.")
    if one.status != PENDING or one.role != "BUYER":
        raise business(code, words)
    return one
