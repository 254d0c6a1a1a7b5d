"""Methods that write outbound lists (jd.md, 4 to 6)."""

from typing import Any

from salur.sandbox.jd import fields
from salur.sandbox.jd.call import Call
from salur.sandbox.jd.fields import FIELD, NOT_FOUND, SHORTAGE, refuse
from salur.sandbox.jd.model import JD_EXPRESS, JD_MALL, PLATFORMS, SHIPPERS, TAKEN, Line, ShipOrder

_OPTIONAL = {
    "consigneeMobile": 30, "consigneePhone": 30, "salesPlatformOrderNo": 200, "thirdWayBill": 200,
    "addressProvince": 100, "addressCity": 100, "addressCounty": 100, "addressTown": 100,
}  # fmt: skip


def add_order(call: Call) -> dict[str, Any]:
    """Take an outbound list; isvUUID is the check that it is a new one."""
    account = call.account
    reference = fields.text(call.params, "isvUUID", 125)
    order = _read(call, reference)
    repeats = [one for one in account.orders.values() if one.reference == reference]
    if repeats and not call.takes_again():
        repeats[-1].repeats += 1
        call.repeat("isvUUID", reference)
        return {"eclpSoNo": repeats[-1].number}
    short = call.eclp.missing(account, order)
    if short and call.eclp.settings.shortage == "refuse":
        raise refuse(SHORTAGE, f"商品 {short[0]} 库存不足", f"{short[0]} is short of stock")
    order.number = call.eclp.number("ESL")
    call.eclp.add_order(account, order)
    return {"eclpSoNo": order.number}


def _read(call: Call, reference: str) -> ShipOrder:
    params = dict(call.params)
    department = call.department("departmentNo")
    if fields.text(params, "isvSource") != call.account.isv_source:
        raise refuse(FIELD, "isvSource 无效", "isvSource is not the one that JD gave")
    params["warehouseNo"] = _warehouse(call)
    _check_shop(call)
    _check_consignee(call)
    _check_payment(call)
    params["shipperNo"] = fields.one_of(params, "shipperNo", tuple(one[0] for one in SHIPPERS), JD_EXPRESS)
    for name, longest in _OPTIONAL.items():
        fields.text(params, name, longest, required=False)
    fields.json_text(params, "printExtendInfo")
    products = call.products(department, "goodsNo")
    units, prices = fields.counts(params, "quantity", len(products)), fields.prices(params, len(products))
    lines = [Line(*row) for row in zip(products, units, prices, strict=True)]
    now = call.eclp.core.clock.seconds()
    tracking = fields.text(params, "thirdWayBill", required=False)
    return ShipOrder("", reference, params, lines, TAKEN, now, tracking)


def _warehouse(call: Call) -> str:
    if call.eclp.settings.warehouse_optional and not fields.text(call.params, "warehouseNo", 50, required=False):
        return next(iter(call.account.warehouses))
    return call.warehouse("warehouseNo")


def _check_shop(call: Call) -> None:
    params = call.params
    business = fields.one_of(params, "soType", ("1", "2"), "1") == "2"
    shop = fields.text(params, "shopNo", 50, required=not business)
    if shop and shop not in call.account.shops:
        raise refuse(NOT_FOUND, f"shopNo {shop} 不存在", f"shopNo {shop} does not exist")
    platform = fields.one_of(params, "salePlatformSource", tuple(code for code, _ in PLATFORMS))
    fields.text(params, "salesPlatformOrderNo", 200, required=platform == JD_MALL)


def _check_consignee(call: Call) -> None:
    fields.text(call.params, "consigneeName", 20)
    fields.text(call.params, "consigneeAddress", 100)
    if not any(fields.text(call.params, name, 30, required=False) for name in ("consigneeMobile", "consigneePhone")):
        raise refuse(
            FIELD, "consigneeMobile 和 consigneePhone 不能都为空", "consigneeMobile or consigneePhone is required"
        )


def _check_payment(call: Call) -> None:
    marks = fields.text(call.params, "orderMark", 50)
    if len(marks) != 50 or not set(marks) <= {"0", "1"}:
        raise refuse(FIELD, "orderMark 格式错误", "orderMark must be 50 characters of 0 and 1")
    receivable = fields.amount(call.params, "receivable")
    if marks[0] == "1" and not receivable > 0:
        raise refuse(FIELD, "receivable 必填", "receivable is required")


def find(call: Call) -> ShipOrder:
    """The list with the number eclpSoNo."""
    number = fields.text(call.params, "eclpSoNo", 50)
    order = call.account.orders.get(number)
    if order is None:
        raise refuse(NOT_FOUND, f"出库单 {number} 不存在", f"eclpSoNo {number} does not exist")
    return order


def cancel_order(call: Call) -> dict[str, Any]:
    """Ask to stop a list."""
    if call.eclp.cancel(call.account, find(call)):
        return {"cancelorder_result": {"code": "1", "msg": "成功"}}
    return {"cancelorder_result": {"code": "2", "msg": "订单已下架,不能取消"}}
