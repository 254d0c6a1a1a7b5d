"""Methods that read outbound lists (jd.md, 4; forms as in contracts/jd/examples)."""

from typing import Any

from salur.sandbox.jd import fields
from salur.sandbox.jd.call import Call
from salur.sandbox.jd.fields import NOT_FOUND, PAGE, moment, refuse
from salur.sandbox.jd.model import ORDER_STATUSES, PACKED, SHIPPERS, ShipOrder
from salur.sandbox.jd.outbound import find

_NAMES = {number: name for number, name, _ in SHIPPERS}
_KILOS = 0.5
_LAST_PAGE = 100


def query_order_status(call: Call) -> dict[str, Any]:
    """The statuses so far."""
    return {"queryorderstatus_result": {"orderStatusList": _statuses(find(call))}}


def _statuses(order: ShipOrder) -> list[dict[str, Any]]:
    return [
        {
            "soStatusCode": int(code) if code.isdecimal() else code,
            "soStatusName": ORDER_STATUSES.get(code, ""),
            "operateTime": moment(when),
            "operateUser": "system",
        }
        for when, code in order.history
    ]


def query_order(call: Call) -> dict[str, Any]:
    """One list in full."""
    order = find(call)
    given = order.fields
    return {
        "queryorder_result": {
            **_head(order),
            "consigneeName": str(given["consigneeName"]),
            "consigneeMobile": str(given.get("consigneeMobile") or given.get("consigneePhone") or ""),
            "consigneeAddress": str(given["consigneeAddress"]),
            "receivable": fields.amount(given, "receivable"),
            "consigneeRemark": str(given.get("consigneeRemark") or ""),
            "orderMark": str(given["orderMark"]),
            "currentStatus": order.status,
            "wayBill": _way_bill(call, order),
            "orderStatusList": _statuses(order),
            "orderDetailList": [
                {"goodsNo": line.product.goods_no, "price": line.price, "quantity": line.quantity}
                for line in order.lines
            ],
            "orderPackageList": _packages(order),
        }
    }


def _head(order: ShipOrder) -> dict[str, Any]:
    given = order.fields
    return {
        "eclpSoNo": order.number,
        "isvUUID": order.reference,
        "shopNo": str(given.get("shopNo") or ""),
        "departmentNo": order.department,
        "warehouseNo": order.warehouse,
        "shipperNo": str(given["shipperNo"]),
        "shipperName": _NAMES[str(given["shipperNo"])],
        "salesPlatformOrderNo": str(given.get("salesPlatformOrderNo") or ""),
        "salePlatformSource": str(given["salePlatformSource"]),
    }


def _way_bill(call: Call, order: ShipOrder) -> str:
    own = not order.fields.get("thirdWayBill")
    return "" if own and call.eclp.settings.way_bill == "package" else order.tracking


def _packed(order: ShipOrder) -> bool:
    return bool(order.shipped) or any(code == PACKED for _, code in order.history)


def _packages(order: ShipOrder) -> list[dict[str, Any]]:
    if not _packed(order):
        return []
    weight = round(_KILOS * sum(line.quantity for line in order.lines), 2)
    return [{"packageNo": f"{order.tracking}-1-1-", "packWeight": weight}]


def query_order_packs(call: Call) -> dict[str, Any]:
    """The parcels of a list."""
    order = find(call)
    head, packages = _head(order), _packages(order)
    third = str(order.fields.get("thirdWayBill") or "")
    row = {
        **{name: head[name] for name in ("eclpSoNo", "isvUUID", "shipperNo", "shipperName")},
        "wayBill": _way_bill(call, order),
        "packCount": len(packages),
        "orderPackageList": [{**one, "thirdWayBill": third} for one in packages],
    }
    return {"queryorderpacks_result": [row]}


def query_order_list_by_status(call: Call) -> dict[str, Any]:
    """Numbers of the lists that were made in a time and have a status now."""
    department = call.department()
    status = fields.text(call.params, "soStatus", 10)
    start, end = fields.span(call.params)
    at, size = fields.page(call.params, "pageNo", 100)
    found = [
        order.number
        for order in _old_enough(call)
        if order.department == department and order.status == status and start <= order.created <= end
    ]
    answer = {"resultCode": "1", "errMsg": "", "soNoList": found[(at - 1) * size : at * size]}
    return {"orderQueryResult": answer}


def query_order_list(call: Call) -> dict[str, Any]:
    """Lists of a shop by the platform's number, or of a time."""
    params, department = call.params, call.department()
    shop = fields.text(params, "shopNo", 50)
    if shop not in call.account.shops:
        raise refuse(NOT_FOUND, f"shopNo {shop} 不存在", f"shopNo {shop} does not exist")
    wanted = fields.text(params, "salePlatformOrderNo", 200, required=False)
    warehouse = fields.text(params, "warehouseNo", 50, required=False)
    status = fields.text(params, "orderStatus", 10, required=False)
    # The vendor's page: the times are not needed with the platform's number.
    timed = not wanted or bool(params.get("startDate"))
    start, end = fields.span(params) if timed else (0.0, float("inf"))
    at, size = fields.page(params, "pageNo", 100)
    if at > _LAST_PAGE:
        raise refuse(PAGE, "不允许查询100页之后内容", "pages after 100 can not be read")
    found = [
        order
        for order in _old_enough(call)
        if order.department == department
        and order.fields.get("shopNo") == shop
        and start <= order.created <= end
        and wanted in ("", order.fields.get("salesPlatformOrderNo"))
        and warehouse in ("", order.warehouse)
        and status in ("", order.status)
    ]
    pages = -(-len(found) // size)
    rows = [_listed(call, order, pages, len(found)) for order in found[(at - 1) * size : at * size]]
    return {"queryordervmi_result": rows}


def _old_enough(call: Call) -> list[ShipOrder]:
    """Lists that searches find: a new one may be missed for a while (setting lookup_delay)."""
    latest = call.eclp.core.clock.now() - call.eclp.settings.lookup_delay
    return [order for order in call.account.orders.values() if order.created <= latest]


def _listed(call: Call, order: ShipOrder, pages: int, total: int) -> dict[str, Any]:
    given = order.fields
    return {
        **_head(order),
        "salesPlatformCreateTime": str(given.get("salesPlatformCreateTime") or ""),
        "receivable": fields.amount(given, "receivable"),
        "consigneeRemark": str(given.get("consigneeRemark") or ""),
        "currentStatus": order.status,
        "currentStatusName": ORDER_STATUSES.get(order.status, ""),
        "totalPage": pages,
        "totalNum": total,
        "wayBill": _way_bill(call, order),
        "orderDetailList": [
            {
                "goodsNo": line.product.goods_no,
                "price": line.price,
                "quantity": line.quantity,
                "isvGoodsNo": line.product.sku,
            }
            for line in order.lines
        ],
    }
