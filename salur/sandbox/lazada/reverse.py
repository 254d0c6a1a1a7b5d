"""Cancelling, by the seller and by the buyer (lazada.md, cancel)."""

from typing import Any

from salur.sandbox.lazada.call import Call, isv
from salur.sandbox.lazada.countries import COUNTRIES, EMPTYING
from salur.sandbox.lazada.orders import ids
from salur.sandbox.lazada.store import CANCELLABLE, Request, line_id, requests_of
from salur.sandbox.storefront.model import Order
from salur.sandbox.storefront.parcels import Piece, pieces_of


def validate(call: Call) -> dict[str, Any]:
    """Whether these pieces may be cancelled, and for which reasons."""
    _, pieces = _named(call)
    refusal = _refusal(pieces)
    if refusal:
        return {"data": {"tip_content": refusal, "tip_type": "error", "reason_options": []}}
    options = [
        {"reason_name": name, "reason_id": number} for number, name in COUNTRIES[call.shop.region].reasons.items()
    ]
    words = "SKU stock may be set to 0 after cancellation"
    return {"data": {"tip_content": words, "tip_type": "warning", "reason_options": options}}


def create(call: Call) -> dict[str, Any]:
    """Cancel pieces; a packed one takes the others of its package along."""
    order, pieces = _named(call)
    reason = COUNTRIES[call.shop.region].reasons.get(call.text("reason_id"))
    if reason is None:
        raise isv("124", f"E0124: invalid reason {call.given['reason_id']}")
    refusal = _refusal(pieces)
    if refusal:
        return {"data": {"tip_content": refusal, "tip_type": "error"}}
    companions = [one for piece in pieces if piece.parcel is not None for one in piece.parcel.live]
    together = list(dict.fromkeys([*pieces, *companions]))
    call.store.cancel_pieces(call.shop, order, together, "seller", reason)
    if reason in EMPTYING:
        for piece in pieces:
            call.store.set_stock(piece.line.listing, piece.line.variant, 0)
    words = "The order has been cancelled and SKU stock may have been set to 0."
    return {"data": {"tip_content": words, "tip_type": "success"}}


def _named(call: Call) -> tuple[Order, list[Piece]]:
    order = call.order(call.text("order_id"))
    text = call.text("order_item_id_list")
    known, wanted = {str(piece.id): piece for piece in pieces_of(order)}, ids(text)
    strange = [one for one in wanted or [text] if one not in known]
    if strange or not wanted:
        raise isv("123", f"E0123: invalid trade order lines {','.join(strange)}")
    return order, [known[one] for one in dict.fromkeys(wanted)]


def _refusal(pieces: list[Piece]) -> str:
    """Why these cannot be cancelled, in words of our own (assumed)."""
    for piece in pieces:
        if not piece.alive:
            return "The order has been cancelled already."
        if piece.status not in CANCELLABLE:
            return "The order has been shipped and cannot be cancelled." if piece.gone else "The order is not paid."
    return ""


def decide(call: Call) -> dict[str, Any]:
    """The seller's answer to a buyer's wish."""
    number = call.text("reverse_order_id")
    found = call.store.requests.get(int(number)) if number.isdigit() else None
    if found is None or found[0] is not call.shop:
        raise isv("105", "E0105: reverse order id is empty or invalid")
    agreed = call.text("agree_cancel")
    if agreed not in ("true", "false"):
        raise isv("106", "E0106: agree_cancel must be true or false")
    shop, order, request = found
    if request.status != "REQUEST_INITIATE":
        raise isv("131", "E0131: no decision for this reverse order")
    call.store.answer_cancellation(shop, order, agreed == "true")
    return {}


def reverse_orders(call: Call) -> dict[str, Any]:
    """Reverse orders of the shop or of one order, page by page."""
    refusal = isv("101", "E0101: invalid page")
    page, size = call.number("page_no", 1, 10**6, refusal), call.number("page_size", 10, 100, refusal)
    if not page or not size:
        raise refusal
    wanted = call.given.get("trade_order_id", "")
    rows = [
        (order, request)
        for order in call.shop.orders.values()
        if wanted in ("", str(order.id))
        for request in requests_of(order)
    ]
    items = [_reverse_row(*row) for row in rows[(page - 1) * size : page * size]]
    return {"result": {"total": len(rows), "success": True, "page_no": page, "page_size": size, "items": items}}


def _reverse_row(order: Order, request: Request) -> dict[str, Any]:
    return {
        "reverse_order_id": request.id,
        "trade_order_id": order.id,
        "request_type": "CANCEL",
        "is_rtm": True,
        "shipping_type": "DEFAULT",
        "reverse_order_lines": [
            {
                "reverse_order_line_id": line_id(request, piece),
                "trade_order_line_id": piece.id,
                "reverse_status": request.status,
                "ofc_status": "",
                "reason_code": 10000001,
                "reason_text": request.reason,
                "seller_sku_id": piece.line.variant.sku,
                "is_dispute": False,
            }
            for piece in request.pieces
        ],
    }
