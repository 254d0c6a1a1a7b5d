"""Methods for inbound lists (jd.md, 4)."""

from typing import Any

from salur.sandbox.engine.exchange import Refusal
from salur.sandbox.jd import fields
from salur.sandbox.jd.call import Call
from salur.sandbox.jd.fields import FIELD, NOT_FOUND, moment, refuse
from salur.sandbox.jd.model import Batch, Inbound, Line

_TAKEN = {"code": "1", "msg": "成功"}


def add_po_order(call: Call) -> dict[str, Any]:
    """Announce goods; one merchant number is one living list."""
    params, account = call.params, call.account
    reference = fields.text(params, "spPoOrderNo", 50)
    lines = _lines(call)
    repeats = [one for one in account.inbounds.values() if one.reference == reference and one.status != "91"]
    if repeats and not call.takes_again():
        repeats[-1].repeats += 1
        call.repeat("spPoOrderNo", reference)
        return {"poOrderNo": repeats[-1].number}
    now = call.eclp.core.clock.seconds()
    inbound = Inbound(call.eclp.number("EPL"), reference, dict(params), lines, "10", now)
    call.eclp.add_inbound(account, inbound)
    return {"poOrderNo": inbound.number}


def _lines(call: Call) -> list[Line]:
    params, department = call.params, call.department()
    call.warehouse("whNo")
    supplier = fields.text(params, "supplierNo", 50)
    if supplier not in call.account.suppliers:
        raise refuse(NOT_FOUND, f"supplierNo {supplier} 不存在", f"supplierNo {supplier} does not exist")
    fields.text(params, "inboundRemark", 200, required=False)
    products = call.products(department, "deptGoodsNo")
    units = fields.counts(params, "numApplication", len(products))
    states = fields.column(params, "goodsStatus", len(products))
    if not set(states) <= {"1", "2", "3"}:
        raise refuse(FIELD, "goodsStatus 无效", "goodsStatus must be 1, 2 or 3")
    return [Line(*row[:2], goods_status=row[2]) for row in zip(products, units, states, strict=True)]


def query_po_order(call: Call) -> dict[str, Any]:
    """Up to 100 lists; an unknown number is simply not in the answer."""
    numbers = fields.listed(call.params, "poOrderNo")
    if len(numbers) > 100:
        raise refuse(FIELD, "poOrderNo 最多100个", "poOrderNo holds more than 100")
    found = [call.account.inbounds[number] for number in numbers if number in call.account.inbounds]
    return {"queryPoModelList": [_row(call, one) for one in found]}


def _row(call: Call, inbound: Inbound) -> dict[str, Any]:
    short = any(inbound.received.get(sku, 0) != units for sku, units in inbound.planned().items())
    closed = "4" if short else "2"
    return {
        "poOrderNo": inbound.number,
        "isvPoOrderNo": inbound.reference,
        "deptNo": inbound.department,
        "whNo": inbound.warehouse,
        "supplierNo": str(inbound.fields["supplierNo"]),
        "createUser": call.account.pin,
        "poOrderStatus": inbound.status,
        "createTime": moment(inbound.created),
        "completeTime": moment(inbound.completed),
        "storageStatus": closed if inbound.status == "70" else "3",
        "poItemModelList": _items(inbound),
        "poBatAttrModelList": [_batch(call, inbound, one) for one in inbound.batches],
        "resultCode": "1",
        "msg": "",
    }


def _items(inbound: Inbound) -> list[dict[str, Any]]:
    """One row per line; of a SKU on several lines the first takes what has come."""
    received, damaged, rows = dict(inbound.received), dict(inbound.damaged), []
    for number, line in enumerate(inbound.lines, start=1):
        sku = line.product.sku
        came, broken = received.pop(sku, 0), damaged.pop(sku, 0)
        short = max(0, line.quantity - came - broken) if inbound.status == "70" else 0
        rows.append(
            {
                "goodsNo": line.product.goods_no,
                "numApplication": str(line.quantity),
                "goodsStatus": line.goods_status,
                "realInstoreQty": str(came),
                "shortQty": str(short),
                "damagedQty": str(broken),
                "remark": "",
                "orderLine": str(number),
            }
        )
    return rows


def _batch(call: Call, inbound: Inbound, batch: Batch) -> dict[str, Any]:
    product = call.account.products[inbound.department, batch.sku]
    place = [line.product.sku for line in inbound.lines].index(batch.sku) + 1
    dates = {"productionDate": batch.produced, "expirationDate": batch.expires}
    return {
        "goodsNo": product.goods_no,
        "batchNo": batch.batch,
        "goodsLevel": "100",
        "batchQty": batch.quantity,
        "batAttrList": [{"batchKey": key, "batchValue": date} for key, date in dates.items() if date],
        "orderLineNo": str(place),
    }


def _find(call: Call) -> Inbound:
    number = fields.text(call.params, "poOrderNo", 50)
    inbound = call.account.inbounds.get(number)
    if inbound is None:
        raise _unknown(number)
    return inbound


def _unknown(number: str) -> Refusal:
    return refuse(NOT_FOUND, f"采购单 {number} 不存在", f"poOrderNo {number} does not exist")


def cancal_po_order(call: Call) -> dict[str, Any]:
    """Withdraw a list before receiving has begun."""
    done = call.eclp.cancel_inbound(call.account, _find(call))
    return {"poResult": _TAKEN if done else {"code": "2", "msg": "采购单已验收,不能取消"}}


def close_po(call: Call) -> dict[str, Any]:
    """End a list of which some has come (assumed)."""
    done = call.eclp.close_inbound(call.account, _find(call))
    return {"poResult": _TAKEN if done else {"code": "2", "msg": "采购单未验收,不能关单"}}
