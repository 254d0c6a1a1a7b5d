"""Operations for items and stock."""

from typing import Any

from salur.sandbox.engine.document import Node
from salur.sandbox.engine.exchange import Refusal
from salur.sandbox.qimen import fields
from salur.sandbox.qimen.call import Call
from salur.sandbox.qimen.fields import FIELD, ITEM_EXISTS, ITEM_MISSING
from salur.sandbox.qimen.model import Account, Row, Stock

TYPES = ("ZP", "CC", "JS", "XS", "ZT")
_MEASURES = (
    "length",
    "width",
    "height",
    "volume",
    "grossWeight",
    "netWeight",
    "shelfLife",
    "rejectLifecycle",
    "lockupLifecycle",
    "retailPrice",
)


def singleitem_synchronize(call: Call) -> dict[str, Any]:
    """Register an item or change it."""
    action = fields.one_of(call.request, "actionType", ("add", "update"))
    call.warehouse(call.request, any_will_do=True)
    call.owner(call.request)
    given = call.request.all("item")
    if len(given) != 1:
        raise Refusal(FIELD, "item is required, once")
    sku, name = fields.text(given[0], "itemCode"), fields.text(given[0], "itemName", 200)
    _check_item(given[0])
    if action == "add" and sku in call.account.items:
        raise Refusal(ITEM_EXISTS, f"itemCode {sku} exists already")
    if action == "update":
        call.item(given[0])
    return {"itemId": call.wms.put_item(call.account, sku, name).number}


def _check_item(item: Node) -> None:
    for name, longest in (("barCode", 500), ("skuProperty", 200), ("shortName", 200), ("stockUnit", 50)):
        fields.text(item, name, longest, required=False)
    for name in ("isShelfLifeMgmt", "isSNMgmt"):
        fields.one_of(item, name, ("Y", "N"), required=False)
    for name in _MEASURES:
        fields.number(item, name, required=False)


def inventory_query(call: Call) -> dict[str, Any]:
    """Stock by criteria. One without an item asks for everything, and that is answered in pages."""
    criteria = call.request.child("criteriaList").all("criteria")
    if not criteria:
        raise Refusal(FIELD, "criteriaList is required")
    paged = any(call.request.value(name) for name in ("page", "pageSize"))
    named = all(one.value("itemCode") or one.value("itemId") for one in criteria)
    part = slice(None) if named and not paged else fields.page(call.request)
    found: list[Row] = []
    for one in criteria:
        found += _rows(call, one)
    return {
        "items": {"item": [_row(call.account, row, _batches(call)) for row in found[part]]},
        "totalLines": len(found),
    }


def _batches(call: Call) -> int:
    return max(1, call.wms.settings.inventory_batches)


def _rows(call: Call, criteria: Node) -> list[Row]:
    account = call.account
    call.owner(criteria)
    warehouse = call.warehouse(criteria, required=False)
    kind = fields.one_of(criteria, "inventoryType", TYPES, required=False)
    sku, number = fields.text(criteria, "itemCode", required=False), fields.text(criteria, "itemId", required=False)
    if number and not sku:
        sku = next((item.sku for item in account.items.values() if item.number == number), "")
        if not sku:
            raise Refusal(ITEM_MISSING, f"itemId {number} is not known")
    places = [warehouse] if warehouse else sorted(account.warehouses)
    batches = _batches(call)
    if sku:
        return [row for place in places for row in _of_item(account, place, sku, kind, batches)]
    return [row for place in places for row in _of_warehouse(account, place, kind, batches)]


def _of_item(account: Account, warehouse: str, sku: str, kind: str, batches: int) -> list[Row]:
    stock = account.stock.get((warehouse, sku))
    types = [one for one in _types(stock) if kind in ("", one)] if stock else []
    return [(warehouse, sku, one, batch) for one in types for batch in range(batches)]


def _of_warehouse(account: Account, warehouse: str, kind: str, batches: int) -> list[Row]:
    """Everything there, in order; kept until stock moves, because it is asked for page by page."""
    key = (warehouse, kind, batches)
    if key not in account.rows:
        skus = sorted(sku for place, sku in account.stock if place == warehouse)
        account.rows[key] = [row for sku in skus for row in _of_item(account, warehouse, sku, kind, batches)]
    return account.rows[key]


def _types(stock: Stock) -> list[str]:
    return ["ZP", *(["CC"] if stock.damaged else []), *(["ZT"] if stock.onway else [])]


def _row(account: Account, row: Row, batches: int) -> dict[str, Any]:
    warehouse, sku, kind, batch = row
    stock = account.stock[warehouse, sku]
    free = {"ZP": stock.sellable, "CC": stock.damaged, "ZT": stock.onway}[kind]
    held = stock.reserved if kind == "ZP" else 0
    return {
        "warehouseCode": warehouse,
        "itemCode": sku,
        "itemId": account.items[sku].number if sku in account.items else sku,
        "inventoryType": kind,
        "quantity": _share(free, batch, batches),
        "lockQuantity": _share(held, batch, batches),
        "batchCode": f"B{batch + 1}" if batches > 1 else "",
        "productDate": "",
        "expireDate": "",
        "produceCode": "",
    }


def _share(units: int, batch: int, batches: int) -> int:
    return units // batches + (batch < units % batches)
