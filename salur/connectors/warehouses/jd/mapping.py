"""Our values to JD's JSON and back: pure functions, no calls (contract sheet jd.md, 4 and 5)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from salur.connectors.base.errors import Rejected
from salur.connectors.base.reading import JsonObject, as_object, as_objects, local_moment, needed_text, text, whole
from salur.connectors.base.types import (
    Credentials,
    LineReport,
    OutboundReport,
    OutboundRequest,
    PartnerRef,
    ProductRequest,
    StockLevel,
)

from .places import Place
from .statuses import CANCEL_FAILED, outbound_task
from .wire import PARTNER_ZONE

B2C = "1"
OTHER_PLATFORM = "6"  # salePlatformSource; 1 would be JD's own shop, whose order number would be needed then
ORDER_MARKS = 50
CASH_ON_DELIVERY = "1"
GOOD, SALEABLE = "1", "1"
HIDE_ZERO = "1"

# Longest values. What tells the way to the buyer is refused when it is too long, never cut.
LIMITS: Mapping[str, int] = {
    "isvUUID": 125,
    "consigneeName": 20,
    "consigneeAddress": 100,
    "consigneeMobile": 30,
    "addressProvince": 100,
    "addressCity": 100,
    "addressCounty": 100,
    "thirdWayBill": 200,
    "salesPlatformOrderNo": 200,
    "isvGoodsNo": 60,
    "goodsName": 500,
    "barcodes": 100,
    "spPoOrderNo": 50,
}
LONGEST_REMARK = 200
COMMA = ","


def checked(fields: Mapping[str, str], needed: Sequence[str] = ()) -> dict[str, str]:
    """The fields as they may be sent; :class:`Rejected` names the first that cannot go."""
    for key in needed:
        if not fields.get(key, "").strip():
            raise Rejected("missing", f"{key} is empty", field=key)
    for key, value in fields.items():
        if len(value) > LIMITS.get(key, len(value)):
            raise Rejected("too_long", f"{key} has more than {LIMITS[key]} characters", field=key)
    return {key: value for key, value in fields.items() if value}


def joined(values: Sequence[str], field: str) -> str:
    """A list as JD takes it. A value with a comma would become two."""
    for value in values:
        if COMMA in value:
            raise Rejected("comma", f"{field} {value} has a comma, with which JD parts its lists", field=field)
        if len(value) > LIMITS.get(field, len(value)):
            raise Rejected("too_long", f"{field} has more than {LIMITS[field]} characters", field=field)
    return COMMA.join(values)


def lines_of(lines: Sequence[tuple[str, int]]) -> tuple[list[str], list[str]]:
    """SKUs and pieces, position by position; each must be one that the warehouse can handle."""
    if not lines:
        raise Rejected("missing", "the list has no lines", field="isvGoodsNo")
    for sku, pieces in lines:
        if not sku or pieces < 1:
            raise Rejected("missing", "a line has no SKU or no quantity", field="isvGoodsNo")
    return [sku for sku, _ in lines], [str(pieces) for _, pieces in lines]


def price(value: Decimal) -> str:
    """Two decimals, no exponent."""
    return f"{value:.2f}"


def order_params(order: OutboundRequest, place: Place, settings: Credentials) -> dict[str, object]:
    """The parameters of order.addOrder.

    Our reference stands in isvUUID and in salesPlatformOrderNo, the only one of both that can be looked for; the
    store's own number is in the remark.
    """
    address = order.address
    skus, pieces = lines_of([(line.sku, line.quantity) for line in order.lines])
    marks = (CASH_ON_DELIVERY if order.cash_on_delivery else "0").ljust(ORDER_MARKS, "0")
    fields = checked(
        {
            "isvUUID": order.reference,
            "isvSource": settings.get("isv_source"),
            "shopNo": settings.get("shop_no"),
            "departmentNo": place.department,
            "warehouseNo": place.warehouse,
            "shipperNo": order.shipping_method or (settings.get("shipper_no") if order.awb else ""),
            "salesPlatformOrderNo": order.reference,
            "salePlatformSource": OTHER_PLATFORM,
            "soType": B2C,
            "consigneeName": address.name,
            "consigneeMobile": address.phone,
            "consigneeAddress": ", ".join(line for line in address.lines if line.strip()),
            "consigneeEmail": address.email,
            "consigneePostcode": address.postal_code,
            "addressProvince": address.province,
            "addressCity": address.city,
            "addressCounty": address.district,
            "consigneeRemark": " · ".join(part for part in (order.order_number, order.note) if part)[:LONGEST_REMARK],
            "thirdWayBill": order.awb,
            "orderMark": marks,
        },
        needed=("isvUUID", "isvSource", "shopNo", "consigneeName", "consigneeMobile", "consigneeAddress"),
    )
    return {
        **fields,
        **({"receivable": price(order.total)} if order.cash_on_delivery else {}),
        "isvGoodsNo": joined(skus, "isvGoodsNo"),
        "quantity": joined(pieces, "quantity"),
        "price": joined([price(line.unit_price) for line in order.lines], "price"),
    }


def product_params(product: ProductRequest, place: Place, category: str) -> dict[str, object]:
    """The parameters of goods.transportGoodsInfo: kilograms there (A), grams here; lengths in millimetres (A)."""
    fields = checked(
        {
            "deptNo": place.department,
            "isvGoodsNo": product.sku,
            "barcodes": product.barcode or product.sku,
            "thirdCategoryNo": category,
            "goodsName": product.name,
        },
        needed=("deptNo", "isvGoodsNo", "goodsName"),
    )
    joined([product.sku], "isvGoodsNo")
    sizes = {"length": product.length_mm, "width": product.width_mm, "height": product.height_mm}
    return {
        **fields,
        "safeDays": product.shelf_life_days,
        **({"grossWeight": f"{product.weight_g / 1000:.3f}"} if product.weight_g else {}),
        **{key: str(size) for key, size in sizes.items() if size},
    }


# -- what they say ---------------------------------------------------------------------------------------------------


def when(source: JsonObject, key: str) -> datetime | None:
    """A time of theirs ("yyyy-MM-dd HH:mm:ss", UTC+8) in UTC; empty means none."""
    return local_moment(source, key, PARTNER_ZONE)


def rows_of(body: JsonObject, key: str) -> list[JsonObject]:
    """The rows of a result, which some answers wrap in ``v1`` one by one."""
    rows = as_objects(body.get(key), key)
    return [as_object(row["v1"], "v1") if set(row) == {"v1"} else row for row in rows]


def outbound_report(row: JsonObject) -> OutboundReport:
    """JD's word on one list, from order.queryOrder or order.queryOrderList."""
    number, reference, raw = needed_text(row, "eclpSoNo"), text(row, "isvUUID"), needed_text(row, "currentStatus")
    history = as_objects(row.get("orderStatusList"), "orderStatusList")
    times = [moment for moment in (when(one, "operateTime") for one in history) if moment is not None]
    lines = as_objects(row.get("orderDetailList"), "orderDetailList")
    return OutboundReport(
        ref=PartnerRef(number, reference),
        reference=reference,
        status=outbound_task(raw),
        raw_status=raw,
        version=max(times) if times else None,
        tracking=tracking(row),
        lines=tuple(
            LineReport(text(one, "isvGoodsNo") or text(one, "goodsNo"), whole(one, "quantity")) for one in lines
        ),
        cancellation="refused" if raw == CANCEL_FAILED else "",
    )


def tracking(row: JsonObject) -> str:
    """The AWB number: the first of wayBill, else the first package's number without what JD puts behind it."""
    first = text(row, "wayBill").split(COMMA)[0].strip()
    if first:
        return first
    packages = as_objects(row.get("orderPackageList"), "orderPackageList")
    return text(packages[0], "packageNo").removesuffix("-1-1-") if packages else ""


def stock_levels(rows: Sequence[JsonObject], warehouse_code: str) -> list[StockLevel]:
    """The saleable good pieces by SKU. What is there and may not be sold is set aside for lists that JD has."""
    sums: dict[str, StockLevel] = {}
    for row in rows:
        sku = needed_text(row, "sellerGoodsSign")
        usable, total = whole(row, "usableNum"), whole(row, "totalNum")
        known = sums.get(sku, StockLevel(sku, warehouse_code, 0, 0, 0, 0))
        sums[sku] = StockLevel(
            sku=sku,
            warehouse_code=warehouse_code,
            sellable=known.sellable + usable,
            allocated=known.allocated + max(0, total - usable),
            damaged=0,
            incoming=0,
        )
    return list(sums.values())
