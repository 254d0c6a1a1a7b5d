"""How lists look on the wire, in answers and in reports (contracts/qimen/examples)."""

from collections.abc import Mapping, Sequence
from typing import Any

from salur.sandbox.qimen.fields import moment
from salur.sandbox.qimen.model import Account, Entry, Line, Process, Shipment

OPERATOR = {"operatorCode": "W7", "operatorName": "Warehouse"}


def shared(lines: Sequence[Line], totals: Mapping[str, int]) -> list[int]:
    """What falls on each line of totals per SKU: filled in order, the last line of a SKU takes the rest."""
    left, last = dict(totals), {line.sku: position for position, line in enumerate(lines)}
    found = []
    for position, line in enumerate(lines):
        rest = left.get(line.sku, 0)
        taken = rest if last[line.sku] == position else min(rest, line.quantity)
        left[line.sku] = rest - taken
        found.append(taken)
    return found


def _item_id(account: Account, sku: str) -> str:
    return account.items[sku].number if sku in account.items else sku


def _line(account: Account, line: Line, actual: int) -> dict[str, Any]:
    return {
        "orderLineNo": line.number,
        "itemCode": line.sku,
        "itemId": _item_id(account, line.sku),
        "planQty": line.quantity,
        "actualQty": actual,
    }


def delivery(shipment: Shipment) -> dict[str, Any]:
    """The block deliveryOrder."""
    return {
        "deliveryOrderCode": shipment.reference,
        "deliveryOrderId": shipment.number,
        "warehouseCode": shipment.warehouse,
        "orderType": shipment.kind,
        "status": shipment.status,
        "outBizCode": shipment.out_biz_code,
        "confirmType": 1 if shipment.status == "PARTDELIVERED" else 0,
        "orderConfirmTime": moment(shipment.shipped_at),
        **OPERATOR,
        "operateTime": moment(shipment.changed),
        "storageFee": "0.00",
        "remark": shipment.reason,
    }


def packages(account: Account, shipment: Shipment) -> dict[str, Any]:
    """The block packages; empty until all is shipped."""
    if not shipment.shipped_at:
        return {}
    items = [
        {"itemCode": sku, "itemId": _item_id(account, sku), "quantity": units}
        for sku, units in shipment.shipped.items()
    ]
    package = {
        "logisticsCode": shipment.logistics_code,
        "logisticsName": shipment.logistics_name,
        "expressCode": shipment.express_code,
        "packageCode": f"{shipment.number}-1",
        "weight": "0.500",
        "items": {"item": items},
    }
    return {"package": [package]}


def shipment_lines(account: Account, shipment: Shipment, units: Mapping[str, int]) -> list[dict[str, Any]]:
    """The lines of an outbound list with what was shipped."""
    actual = shared(shipment.lines, units)
    return [_line(account, line, count) for line, count in zip(shipment.lines, actual, strict=True)]


def entry_head(account: Account, entry: Entry) -> dict[str, Any]:
    """The block entryOrder."""
    return {
        "entryOrderCode": entry.reference,
        "entryOrderId": entry.number,
        "ownerCode": account.owner,
        "warehouseCode": entry.warehouse,
        "entryOrderType": entry.kind,
        "status": entry.status,
        "outBizCode": entry.out_biz_code,
        "confirmType": 0 if entry.final else 1,
        "operateTime": moment(entry.changed),
        "remark": entry.reason,
    }


def entry_lines(
    account: Account,
    entry: Entry,
    good: Mapping[str, int],
    bad: Mapping[str, int],
    batches: Sequence[Mapping[str, str]],
) -> list[dict[str, Any]]:
    """The lines of an inbound list with what was received; damaged units stand in a line of their own."""
    found = []
    told: set[str] = set()
    for line, units, spoilt in zip(entry.lines, shared(entry.lines, good), shared(entry.lines, bad), strict=True):
        row = {**_line(account, line, units), "inventoryType": "ZP"}
        mine = [_batch(one) for one in batches if one.get("sku") == line.sku and line.sku not in told]
        told.add(line.sku)
        found.append({**row, "batchs": {"batch": mine}} if mine else row)
        if spoilt:
            found.append({**_line(account, line, spoilt), "inventoryType": "CC"})
    return found


def _batch(one: Mapping[str, str]) -> dict[str, Any]:
    return {
        "batchCode": one.get("batch", ""),
        "productDate": one.get("produced_on", ""),
        "expireDate": one.get("expires_on", ""),
        "inventoryType": "ZP",
        "actualQty": one.get("quantity", "0"),
    }


def process(one: Process) -> dict[str, Any]:
    """The block process."""
    return {
        "processStatus": one.code,
        **OPERATOR,
        "operateTime": moment(one.at),
        "operateInfo": one.info,
        "remark": "",
    }


def order(document: Shipment | Entry) -> dict[str, Any]:
    """What names a list in orderprocess."""
    return {
        "orderCode": document.reference,
        "orderId": document.number,
        "orderType": document.kind,
        "warehouseCode": document.warehouse,
    }
