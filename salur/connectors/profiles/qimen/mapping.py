"""Our values to Qimen's XML and back: pure functions, no calls (contract sheet qimen.md, 3 to 5)."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from salur.connectors.base.errors import Rejected
from salur.connectors.base.reading import JsonObject, as_object, as_objects, local_moment, needed_text, text, whole
from salur.connectors.base.types import (
    Document,
    LineReport,
    OutboundReport,
    OutboundRequest,
    OutboundTask,
    PartnerRef,
    ProductRequest,
    StockLevel,
)

from .profile import Account
from .statuses import CANCEL_FAILED, GOOD, PROCESS, STAGES, outbound_task
from .wire import PARTNER_ZONE, sendable

NORMAL_DELIVERY = "JYCK"
ANY_WAREHOUSE = "OTHER"  # the standard's word where the caller does not choose; the document's code says enough
IN_TRANSIT = "ZT"

# Source platform codes of the standard that we can name (A beyond OTHER): one line each.
PLATFORMS: Mapping[str, str] = {"amazon": "AMAZON", "ebay": "EBAY", "shopify": "OTHER"}
OTHER_PLATFORM = "OTHER"

# Longest values; what tells the way to the buyer is refused when it is too long, never cut.
LIMITS: Mapping[str, int] = {
    "deliveryOrderCode": 50,
    "warehouseCode": 50,
    "logisticsCode": 50,
    "expressCode": 50,
    "name": 50,
    "mobile": 50,
    "province": 50,
    "city": 50,
    "area": 50,
    "detailAddress": 200,
}
LONGEST_SHOP, LONGEST_REMARK, LONGEST_SKU, LONGEST_NAME = 200, 500, 50, 200


def checked(fields: Mapping[str, str], needed: Sequence[str] = ()) -> dict[str, str]:
    """The fields as they may be sent; :class:`Rejected` names the first that cannot go."""
    for key in needed:
        if not fields.get(key, "").strip():
            raise Rejected("missing", f"{key} is empty", field=key)
    for key, value in fields.items():
        if len(value) > LIMITS.get(key, len(value)):
            raise Rejected("too_long", f"{key} has more than {LIMITS[key]} characters", field=key)
    return {key: sendable(value, key) for key, value in fields.items() if value}


def checked_sku(sku: str, quantity: int) -> str:
    """The SKU of a line, which must be one the warehouse can handle."""
    if not sku or quantity < 1:
        raise Rejected("missing", "a line has no SKU or no quantity", field="orderLines")
    if len(sku) > LONGEST_SKU:
        raise Rejected("too_long", f"itemCode has more than {LONGEST_SKU} characters", field="itemCode")
    return sendable(sku, "itemCode")


def delivery_request(order: OutboundRequest, label: Document | None, account: Account, at: str) -> dict[str, object]:
    """The request of deliveryorder.create. ``at`` is the time of writing, in the partner's form."""
    head = checked(
        {
            "deliveryOrderCode": order.reference,
            "orderType": NORMAL_DELIVERY,
            "warehouseCode": order.warehouse_code,
            "sourcePlatformCode": PLATFORMS.get(order.channel.lower(), OTHER_PLATFORM),
            "createTime": at,
            "placeOrderTime": at,
            "operateTime": at,
            "shopNick": (account.shop_nick or order.store_name)[:LONGEST_SHOP],
            "logisticsCode": order.shipping_method or account.logistics_code,
            "logisticsName": order.courier[:LONGEST_SHOP],
            "expressCode": order.awb,
            "remark": order.note[:LONGEST_REMARK],
            **_money(order),
        },
        needed=("deliveryOrderCode", "warehouseCode", "shopNick", "logisticsCode"),
    )
    delivery: dict[str, object] = {
        **head,
        "senderInfo": _sender(account),
        "receiverInfo": _receiver(order),
    }
    extended = _label(order, label, account)
    if extended:
        delivery["extendProps"] = extended
    return {"deliveryOrder": delivery, "orderLines": {"orderLine": _lines(order, account)}}


def _money(order: OutboundRequest) -> dict[str, str]:
    total = amount_text(order.total)
    owed = total if order.cash_on_delivery else "0.00"
    flags = {"orderFlag": "COD"} if order.cash_on_delivery else {}
    return {**flags, "totalAmount": total, "arAmount": owed}


def amount_text(value: Decimal) -> str:
    """Two decimals, no exponent."""
    return f"{value:.2f}"


def _sender(account: Account) -> dict[str, str]:
    """The five fields are mandatory; the warehouse that ships knows its own address, so a blank says no more."""
    return {key: value or "-" for key, value in account.sender.items()}


def _receiver(order: OutboundRequest) -> dict[str, str]:
    address = order.address
    return checked(
        {
            "name": address.name,
            "mobile": address.phone,
            "countryCode": address.country,
            "zipCode": address.postal_code,
            "province": address.province,
            "city": address.city or address.province,
            "area": address.district or address.city or address.province,  # mandatory there, not everywhere known
            "detailAddress": ", ".join(line for line in address.lines if line.strip()),
        },
        needed=("name", "mobile", "province", "city", "detailAddress"),
    )


def _label(order: OutboundRequest, label: Document | None, account: Account) -> dict[str, str]:
    """The standard has no place for a label: vendors agree on keys of extendProps (A), so both keys are settings."""
    places: dict[str, str] = {}
    if order.label_url:
        places[account.label_url_key] = order.label_url
    if label is not None and account.label_data_key != "none":
        places[account.label_data_key] = b64encode(label.content).decode("ascii")
    return places


def _lines(order: OutboundRequest, account: Account) -> list[dict[str, object]]:
    if not order.lines:
        raise Rejected("missing", "the order has no lines", field="orderLines")
    return [
        {
            "orderLineNo": str(position),
            "ownerCode": account.owner_code,
            "itemCode": checked_sku(line.sku, line.quantity),
            "itemId": line.partner_number or None,
            "inventoryType": GOOD,
            "itemName": sendable(line.name[:LONGEST_NAME], "itemName") or None,
            "planQty": line.quantity,
            "actualPrice": amount_text(line.unit_price),
        }
        for position, line in enumerate(order.lines, start=1)
    ]


def product_request(product: ProductRequest, account: Account, action: str) -> dict[str, object]:
    """The request of singleitem.synchronize: kilograms and centimetres there, grams and millimetres here."""
    sizes = {"length": product.length_mm, "width": product.width_mm, "height": product.height_mm}
    return {
        "actionType": action,
        "warehouseCode": product.warehouse_code or (account.warehouse_codes[0] if account.warehouse_codes else ""),
        "ownerCode": account.owner_code,
        "item": {
            "itemId": product.partner_number or None,
            "itemCode": checked_sku(product.sku, 1),
            "itemName": checked_name(product),
            "shortName": sendable(product.name_en[:LONGEST_NAME], "shortName") or None,
            "barCode": sendable(product.barcode or product.sku, "barCode"),
            "itemType": "ZC",
            **{key: f"{size / 10:.2f}" for key, size in sizes.items() if size},
            "grossWeight": f"{product.weight_g / 1000:.3f}" if product.weight_g else None,
            "isShelfLifeMgmt": "Y" if product.shelf_life_days else "N",
            "shelfLife": product.shelf_life_days * 24 or None,  # hours in the standard
            "rejectLifecycle": product.inbound_days or None,  # days that must remain at receiving
            "lockupLifecycle": product.outbound_days or None,  # and at shipping
            "isSNMgmt": "N",
        },
    }


def checked_name(product: ProductRequest) -> str:
    """The product's name; a longer one is refused, because a cut name misleads whoever packs."""
    if not product.name.strip():
        raise Rejected("missing", "itemName is empty", field="itemName")
    if len(product.name) > LONGEST_NAME:
        raise Rejected("too_long", f"itemName has more than {LONGEST_NAME} characters", field="itemName")
    return sendable(product.name, "itemName")


# -- what they say ---------------------------------------------------------------------------------------------------


def when(source: JsonObject, key: str) -> datetime | None:
    """A time of theirs ("yyyy-MM-dd HH:mm:ss", UTC+8) in UTC; empty means none."""
    return local_moment(source, key, PARTNER_ZONE)


def inner(source: JsonObject, outer: str, name: str) -> Sequence[JsonObject]:
    """The objects of ``<outer><name/>...</outer>``; an empty or missing element holds none."""
    around = source.get(outer)
    return as_objects(as_object(around, outer).get(name), name) if around else []


def outbound_report(response: JsonObject) -> OutboundReport:
    """What deliveryorder.query says of one list."""
    order = as_object(response.get("deliveryOrder"), "deliveryOrder")
    code, raw = needed_text(order, "deliveryOrderCode"), needed_text(order, "status")
    packages = inner(response, "packages", "package")
    numbers = [text(package, "expressCode") for package in packages]
    return OutboundReport(
        ref=PartnerRef(text(order, "deliveryOrderId") or code, code),
        reference=code,
        status=outbound_task(raw),
        raw_status=raw,
        version=when(order, "operateTime"),
        tracking=next((number for number in numbers if number), ""),
        reason=text(order, "remark"),
        lines=tuple(_line_report(line) for line in inner(response, "orderLines", "orderLine")),
        cancellation="refused" if raw == CANCEL_FAILED else "",
    )


def _line_report(line: JsonObject) -> LineReport:
    shipped = whole(line, "actualQty") if text(line, "actualQty") else None
    return LineReport(needed_text(line, "itemCode"), whole(line, "planQty"), shipped)


def furthest(response: JsonObject) -> tuple[OutboundTask, str, datetime | None] | None:
    """Of the processes of orderprocess.query the furthest that we know: our state, their word, its time."""
    best: tuple[OutboundTask, str, datetime | None] | None = None
    around = response.get("orderProcess") or response
    for process in inner(as_object(around, "orderProcess"), "processes", "process"):
        raw = text(process, "processStatus")
        task = PROCESS.get(raw)
        if task in STAGES and (best is None or STAGES.index(task) >= STAGES.index(best[0])):
            best = (task, raw, when(process, "operateTime"))
    return best


def stock_levels(rows: Sequence[JsonObject], warehouse_code: str) -> list[StockLevel]:
    """The figures of one warehouse; rows of one SKU (batches, kinds of goods) are added up."""
    sums: dict[str, StockLevel] = {}
    for row in rows:
        if text(row, "warehouseCode", warehouse_code) not in ("", warehouse_code):
            continue
        sku, kind = needed_text(row, "itemCode"), text(row, "inventoryType", GOOD)
        good, coming = kind in ("", GOOD), kind == IN_TRANSIT
        free, locked = whole(row, "quantity"), whole(row, "lockQuantity")
        known = sums.get(sku, StockLevel(sku, warehouse_code, 0, 0, 0, 0))
        sums[sku] = StockLevel(
            sku=sku,
            warehouse_code=warehouse_code,
            sellable=known.sellable + (free if good else 0),
            allocated=known.allocated + (locked if good else 0),
            damaged=known.damaged + (0 if good or coming else free + locked),
            incoming=known.incoming + (free + locked if coming else 0),
        )
    return list(sums.values())
