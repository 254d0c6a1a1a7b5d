"""Webhooks of the application (contracts/tokopedia_legacy, webhook.json)."""

import hashlib
import hmac
from typing import TYPE_CHECKING, Any

from salur.sandbox.engine.exchange import json_bytes
from salur.sandbox.storefront.model import Order, Shop
from salur.sandbox.tokopedia_legacy.rows import iso, listed, status_of

if TYPE_CHECKING:
    from salur.sandbox.tokopedia_legacy.market import Market

NOTIFICATION, STATUS = "order_notification_url", "order_status_url"
CANCELLATION, WISH = "order_cancellation_url", "order_request_cancellation_url"
KINDS = (NOTIFICATION, STATUS, CANCELLATION, WISH)
#: Not paid yet: in no list and no message.
UNPAID = ("100", "103")


def signature(secret: str, body: bytes) -> str:
    """Lower-case hex of HMAC-SHA256."""
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def remember(order: Order, at: int) -> None:
    """The buyer's wish, as the detail shows it; status 0 waits for an answer."""
    order.extra["cancel_request"] = {"create_time": iso(at), "reason": order.cancel_asked, "status": 0}


def order_changed(market: "Market", shop: Shop, order: Order, kind: str) -> None:
    """What goes where."""
    if order.status in UNPAID or kind == "label":
        return
    if kind == "cancel":
        if order.cancel_asked:
            _send(market, WISH, {"order_id": order.id})
        return
    if not order.extra.get("told"):
        order.extra["told"] = True
        row = listed(market, shop, order)
        _send(market, NOTIFICATION, {**row, "fs_id": market.fs_id})
    _send(market, CANCELLATION if order.step == "cancelled" else STATUS, _status(market, shop, order))


def _status(market: "Market", shop: Shop, order: Order) -> dict[str, Any]:
    return {
        "order_status": status_of(order),
        "fs_id": market.fs_id,
        "shop_id": int(shop.id),
        "order_id": order.id,
        "product_details": [{"id": line.variant.id, "quantity": line.quantity} for line in order.lines],
    }


def _send(market: "Market", kind: str, body: dict[str, Any]) -> None:
    url = market.registered.get(kind) or market.settings.callback_url
    secret = market.registered.get("webhook_secret", market.webhook_secret)
    raw = json_bytes(body)
    market.send(url, raw, {"Content-Type": "application/json", "Authorization-Hmac": signature(secret, raw)})
