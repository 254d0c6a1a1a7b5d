"""Methods for products and stock (jd.md, 4)."""

from typing import Any

from salur.sandbox.jd import fields
from salur.sandbox.jd.call import Call
from salur.sandbox.jd.fields import FIELD, NOT_FOUND, refuse
from salur.sandbox.jd.model import Product, Stock

_FLAGS = ("serial", "batch")
_STATUS_WORDS = {"1": "良品", "2": "残品", "3": "样品"}
_TYPE_WORDS = {
    "1": "可销售",
    "2": "待退品",
    "3": "商家预留",
    "4": "仓库锁定",
    "5": "临期锁定",
    "6": "盘点锁定",
    "7": "隔离库存",
}


def transport_goods_info(call: Call) -> dict[str, Any]:
    """Register a SKU."""
    params, department = call.params, call.department()
    sku = fields.text(params, "isvGoodsNo", 60)
    fields.text(params, "barcodes", 100)
    if not fields.text(params, "thirdCategoryNo", 20).isdecimal():
        raise refuse(FIELD, "thirdCategoryNo 格式错误", "thirdCategoryNo must be digits")
    fields.text(params, "goodsName", 500)
    fields.whole(params, "safeDays", 0, 36_500)
    for name in _FLAGS:
        fields.one_of(params, name, ("1", "2"), "1")
    for name in ("length", "width", "height", "netWeight", "grossWeight"):
        fields.amount(params, name)
    known = call.account.products.get((department, sku))
    if known is not None:
        call.repeat("isvGoodsNo", sku)
        return {"goodsNo": known.goods_no}
    return {"goodsNo": call.eclp.put_product(call.account, department, sku, dict(params)).goods_no}


def update_goods_info(call: Call) -> dict[str, Any]:
    """Change a registered SKU; its number at the merchant stays."""
    number = fields.text(call.params, "goodsNo", 50)
    product = call.account.by_goods_no(number)
    if product is None:
        raise refuse(NOT_FOUND, f"商品 {number} 不存在", f"product {number} does not exist")
    if fields.text(call.params, "isvGoodsNo", 60, required=False) not in ("", product.sku):
        raise refuse(FIELD, "isvGoodsNo 不可修改", "isvGoodsNo can not be changed")
    fields.text(call.params, "goodsName", 500, required="goodsName" in call.params)
    fields.text(call.params, "barcodes", 100, required="barcodes" in call.params)
    if call.params.get("safeDays") not in (None, ""):
        fields.whole(call.params, "safeDays", 0, 36_500)
    call.eclp.put_product(call.account, product.department, product.sku, dict(call.params))
    return {"updateResult": True}


def query_goods_info(call: Call) -> dict[str, Any]:
    """Registered SKUs, by numbers or all."""
    department = call.department()
    kind = fields.one_of(call.params, "queryType", ("1", "2"))
    asked = {name: fields.listed(call.params, name, required=False) for name in ("isvGoodsNos", "goodsNos", "barcodes")}
    for name, numbers in asked.items():
        if len(numbers) > 50:
            raise refuse(FIELD, f"{name} 最多50个", f"{name} holds more than 50")
    at, size = fields.page(call.params, "pageNo", 1000, 1000)
    found = [one for one in call.account.products.values() if one.department == department and _asked_for(one, asked)]
    return {"goodsInfoList": [_row(one, kind) for one in found[(at - 1) * size : at * size]]}


def _asked_for(product: Product, asked: dict[str, list[str]]) -> bool:
    bars = set(str(product.fields.get("barcodes", "")).split(","))
    return (
        (not asked["isvGoodsNos"] or product.sku in asked["isvGoodsNos"])
        and (not asked["goodsNos"] or product.goods_no in asked["goodsNos"])
        and (not asked["barcodes"] or not bars.isdisjoint(asked["barcodes"]))
    )


def _row(product: Product, kind: str) -> dict[str, Any]:
    numbers = {"goodsNo": product.goods_no, "isvGoodsNo": product.sku}
    if kind == "2":
        return numbers
    return {
        **numbers,
        "barcodes": str(product.fields.get("barcodes", "")),
        "goodsName": str(product.fields.get("goodsName", "")),
        "safeDays": int(product.fields.get("safeDays") or 0),
    }


def query_stock(call: Call) -> dict[str, Any]:
    """Units of one department in one warehouse, by kind; pages of 100."""
    params, department = call.params, call.department()
    warehouse = call.warehouse("warehouseNo")
    status = fields.one_of(params, "stockStatus", tuple(_STATUS_WORDS), "1")
    kind = fields.one_of(params, "stockType", tuple(_TYPE_WORDS), "1")
    zero = fields.one_of(params, "returnZeroStock", ("1", "2"), "1")
    goods_no = fields.text(params, "goodsNo", 50, required=False)
    at, size = fields.page(params, "currentPage", 100, 100)
    found = []
    for product in call.account.products.values():
        if product.department == department and goods_no in ("", product.goods_no):
            stock = call.account.stock_of(department, warehouse, product.sku)
            total, usable = _figures(stock, status, kind)
            if _shown(call, total, zero):
                found.append((product, total, usable))
    rows = [
        {
            "deptNo": department,
            "deptName": call.account.departments[department],
            "warehouseNo": warehouse,
            "warehouseName": call.account.warehouses[warehouse].name,
            "goodsNo": product.goods_no,
            "goodsName": str(product.fields.get("goodsName", "")),
            "sellerGoodsSign": product.sku,
            "stockStatus": _STATUS_WORDS[status],
            "stockType": _TYPE_WORDS[kind],
            "totalNum": total,
            "usableNum": usable,
            "recordCount": len(found),
        }
        for product, total, usable in found[(at - 1) * size : at * size]
    ]
    return {"querystock_result": call.rows(rows)}


def _figures(stock: Stock, status: str, kind: str) -> tuple[int, int]:
    """Total and usable units of that kind; only good saleable and damaged units are ever there."""
    if (status, kind) == ("1", "1"):
        return stock.sellable + stock.reserved, stock.sellable
    if status == "2" and kind == "1":
        return stock.damaged, stock.damaged
    return 0, 0


def _shown(call: Call, total: int, zero: str) -> bool:
    if total:
        return zero == "1" or call.eclp.settings.zero_rows == "too"
    return zero == "2"
