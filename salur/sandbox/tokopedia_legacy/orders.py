"""Operations on orders."""

from html import escape
from typing import Any

from salur.sandbox.engine.exchange import Outcome
from salur.sandbox.storefront.model import Order, Shop
from salur.sandbox.tokopedia_legacy.call import Call, bad, not_acceptable, refused, unknown_order
from salur.sandbox.tokopedia_legacy.market import OWN
from salur.sandbox.tokopedia_legacy.messages import UNPAID
from salur.sandbox.tokopedia_legacy.rows import detailed, iso, listed

MOST = 100
WINDOW = 3 * 86400
OUT_OF_STOCK, SHOP_CLOSED = 1, 4
REASONS = (1, 2, 3, 4, 7, 8)
_LABEL = """<!DOCTYPE html>
<html><head><meta charset="utf-8"><title>Label Pengiriman</title></head><body>
<h1>{agency} {service}</h1><div class="booking-code">{booking}</div><div class="awb">{awb}</div>
<img alt="barcode" src="data:image/png;base64,iVBORw0KGgo="><p>{name}<br>{street}<br>{city} {zipcode}</p>
<p>{invoice}</p></body></html>
"""


def list_orders(call: Call) -> Any:
    """GET /v2/order/list."""
    market = call.market
    if call.query.get("fs_id") != str(market.fs_id):
        raise refused(403, "Forbidden", "fs_id does not belong to this client", "RBAC_MDLW_001")
    since, until = call.number("from_date"), call.number("to_date")
    page, size = call.number("page"), call.number("per_page")
    if not 1 <= size <= MOST or page < 1:
        raise bad(f"page begins with 1 and per_page is at most {MOST}")
    if until < since or until - since > WINDOW:
        raise bad("the range of from_date and to_date is at most 3 days")
    shops = [call.shop(call.query["shop_id"])] if "shop_id" in call.query else _linked(call)
    if "warehouse_id" in call.query:
        shops = [one for one in shops if str(one.extra["warehouse"]) == call.query["warehouse_id"]]
    wanted = call.query.get("status")
    found = sorted(
        (
            (order.created, order.id, shop, order)
            for shop in shops
            for order in shop.orders.values()
            if since <= order.created <= until and order.status not in UNPAID and wanted in (None, order.status)
        ),
        key=lambda one: one[:2],
    )
    rows = [listed(market, shop, order) for _, _, shop, order in found[(page - 1) * size : page * size]]
    return rows or None


def _linked(call: Call) -> list[Shop]:
    return [shop for shop in call.market.shops.values() if shop.linked]


def get_order(call: Call) -> Any:
    """GET /v2/fs/{fs_id}/order, by order_id or invoice_num."""
    if "invoice_num" in call.query:
        wanted = call.query["invoice_num"]
        number = next((str(one.id) for _, one in call.market.by_id.values() if call.market.invoice(one) == wanted), "")
        return detailed(call.market, *call.order(number))
    if "order_id" not in call.query:
        raise bad("order_id or invoice_num is needed")
    return detailed(call.market, *call.order(call.query["order_id"]))


def accept(call: Call) -> Any:
    """POST .../ack: 220 gives 400. It also refuses a buyer's wish to cancel."""
    shop, order = call.order(call.path["order_id"])
    if order.status != "220":
        raise not_acceptable("order status must be 220")
    if order.cancel_asked:
        call.market.answer_cancellation(shop, order, accept=False)
    call.market.accept(shop, order, "400")
    return "success"


def reject(call: Call) -> Any:
    """POST .../nack: 220 and 400 give 10, or 3 for want of stock. It also agrees to a buyer's wish to cancel."""
    shop, order = call.order(call.path["order_id"])
    given = call.given()
    code = given.get("reason_code")
    if code not in REASONS or not str(given.get("reason") or "").strip():
        raise bad("reason_code and reason are needed")
    if code == OUT_OF_STOCK:
        _check_products(order, given.get("empty_products"))
    if code == SHOP_CLOSED and not (given.get("shop_close_end_date") and given.get("shop_close_note")):
        raise bad("shop_close_end_date and shop_close_note are needed")
    if order.status not in ("220", "400"):
        raise not_acceptable("order status must be 220 or 400")
    order.extra["cancel_status"] = "3" if code == OUT_OF_STOCK else "10"
    if order.cancel_asked:
        order.extra["cancel_status"] = "10"
        call.market.answer_cancellation(shop, order, accept=True)
    else:
        call.market.cancel(shop, order, "seller", str(given["reason"]))
    return "success"


def _check_products(order: Order, empty: Any) -> None:
    known = {line.variant.id for line in order.lines}
    if not isinstance(empty, list) or not empty or not set(empty) <= known:
        raise bad("empty_products must name products of the order")


def pick_up(call: Call) -> Any:
    """POST .../pick-up: 400 gives 450 and, a little later, an AWB number."""
    given = call.given()
    shop, order = call.order(str(given.get("order_id", "")))
    if str(given.get("shop_id", "")) != shop.id:
        raise unknown_order()
    if order.status != "400":
        raise not_acceptable("order status must be 400")
    if order.courier.name == OWN:
        raise refused(400, "Request pickup failed", "this courier has no pickup, enter the AWB number", "LGS_USC_007")
    call.market.arrange(shop, order, {"by": "pickup"})
    now = call.market.core.clock.seconds()
    return {"order_id": order.id, "shop_id": int(shop.id), "request_time": iso(now), "result": "success"}


def set_status(call: Call) -> Any:
    """POST .../status: the seller's own AWB number; 400 and 450 give 500."""
    shop, order = call.order(call.path["order_id"])
    given = call.given()
    number = str(given.get("shipping_ref_num") or "").strip()
    if given.get("order_status") != 500 or not number:
        raise bad("order_status must be 500 and shipping_ref_num is needed")
    if order.status not in ("400", "450"):
        reason = "order status must be 400"
        raise refused(400, "Confirm shipping failed", reason, "LGS_USC_006")
    order.tracking, order.tracking_due = number, None
    call.market.confirm(shop, order, number, order.courier.name)
    return "success"


def label(call: Call) -> Outcome:
    """GET .../shipping-label: a page, from 400 on."""
    _, order = call.order(call.path["order_id"])
    if order.step in ("cancelled", "unpaid") or order.status in ("220", "221", "690"):
        raise not_acceptable("the label is available from status 400")
    order.label_asked += 1
    if order.label_asked <= call.market.settings.label_empty_times:
        return Outcome(None, file=b"")
    person = order.person
    words = {
        "agency": order.courier.name,
        "service": order.courier.code,
        "booking": call.market.booking(order),
        "awb": order.tracking,
        "name": person.name,
        "street": person.street,
        "city": person.city,
        "zipcode": person.zipcode,
        "invoice": call.market.invoice(order),
    }
    page = _LABEL.format(**{name: escape(text) for name, text in words.items()})
    return Outcome(None, file=page.encode())
