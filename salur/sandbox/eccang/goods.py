"""Services for master data, products and stock (eccang.md, A.3)."""

from typing import Any

from salur.sandbox.eccang import fields
from salur.sandbox.eccang.call import Call
from salur.sandbox.eccang.fields import DUPLICATE, FIELD, NOT_FOUND, moment
from salur.sandbox.eccang.model import Product, Stock
from salur.sandbox.engine.exchange import Refusal

_COUNTRIES = {"TH": "Thailand", "ID": "Indonesia", "PH": "Philippines", "MY": "Malaysia", "VN": "Vietnam"}


def get_warehouse(call: Call) -> dict[str, Any]:
    """The warehouses of the account."""
    rows = [
        {
            "warehouse_id": str(one.id),
            "warehouse_code": one.code,
            "warehouse_name": one.name,
            "country_code": one.country,
            "warehouse_status": str(one.status),
            "address": f"{one.name} logistics park",
        }
        for one in call.account.warehouses.values()
    ]
    return fields.paged(rows, fields.page(call.params, 100))


def get_shipping_method(call: Call) -> dict[str, Any]:
    """The shipping methods, of one warehouse or of all."""
    wanted = str(call.params.get("warehouseCode") or "")
    if wanted and wanted not in call.account.warehouses:
        raise Refusal(NOT_FOUND, f"warehouseCode {wanted} does not exist")
    return {
        "data": [
            {"code": method.code, "name": method.name, "name_en": method.name, "warehouse_code": one.code}
            for one in call.account.warehouses.values()
            if wanted in ("", one.code)
            for method in one.methods
        ]
    }


def get_country(_call: Call) -> dict[str, Any]:
    """Countries the operator knows."""
    return {"data": [{"country_code": code, "country_name_en": name} for code, name in _COUNTRIES.items()]}


def create_product(call: Call) -> dict[str, Any]:
    """Register a SKU."""
    sku = _check_product(call.params)
    if sku in call.account.products:
        raise Refusal(DUPLICATE, f"product_sku {sku} already exists")
    call.operator.put_product(call.account, sku, dict(call.params))
    return {"product_sku": sku}


def modify_product(call: Call) -> dict[str, Any]:
    """Change a registered SKU."""
    sku = _check_product(call.params)
    if sku not in call.account.products:
        raise Refusal(NOT_FOUND, f"product_sku {sku} does not exist")
    call.operator.put_product(call.account, sku, dict(call.params))
    return {"product_sku": sku}


def _check_product(params: dict[str, Any]) -> str:
    sku = fields.text(params, "product_sku", 80)
    fields.text(params, "product_title", 255)
    fields.text(params, "product_declared_name", 50, required=False)
    for name in ("product_weight", "product_length", "product_width", "product_height"):
        fields.number(params, name)
    if params.get("product_declared_value") not in (None, ""):
        fields.number(params, "product_declared_value")
    fields.whole(params, "contain_battery", 0, 1, 0)
    fields.whole(params, "verify", 0, 1, 0)
    return sku


def get_product_list(call: Call) -> dict[str, Any]:
    """Registered SKUs by code or by times."""
    page = fields.page(call.params, 100, required=True)
    wanted = set(fields.listed(call.params, "product_sku", "product_sku_arr"))
    created = fields.between(call.params, "start_time", "end_time")
    changed = fields.between(call.params, "update_start_time", "update_end_time")
    rows = [
        _product(one)
        for one in call.account.products.values()
        if (not wanted or one.sku in wanted)
        and (created is None or created[0] <= one.created <= created[1])
        and (changed is None or changed[0] <= one.changed <= changed[1])
    ]
    return fields.paged(rows, page)


def _product(one: Product) -> dict[str, Any]:
    return {
        **{name: one.fields.get(name) for name in ("reference_no", "product_title", "product_title_en")},
        "product_sku": one.sku,
        "product_status": "S" if str(one.fields.get("verify", 1)) == "1" else "D",
        **{
            name: str(one.fields.get(name, ""))
            for name in ("product_weight", "product_length", "product_width", "product_height")
        },
        "product_add_time": moment(one.created),
        "product_modify_time": moment(one.changed),
    }


def get_product_inventory(call: Call) -> dict[str, Any]:
    """Stock per SKU and warehouse; a SKU may have several rows, which add up."""
    page = fields.page(call.params, 100)
    skus = fields.listed(call.params, "product_sku", "product_sku_arr")
    warehouses = set(fields.listed(call.params, "warehouse_code", "warehouse_code_arr"))
    fuzzy = fields.whole(call.params, "search_type", 0, 1, 1) == 0
    if any(code not in call.account.warehouses for code in warehouses):
        raise Refusal(FIELD, "warehouse_code does not exist")
    batches = max(1, call.operator.settings.inventory_batches)
    named = [
        (warehouse, sku)
        for warehouse, sku in sorted(call.account.stock)
        if (not warehouses or warehouse in warehouses)
        and (not skus or (any(one in sku for one in skus) if fuzzy else sku in skus))
    ]
    # Rows are made for the page that is asked for only: a warehouse may hold a hundred thousand SKUs.
    start = (page[0] - 1) * page[1]
    first, skipped = divmod(start, batches)
    rows = [
        row
        for place in named[first : first + page[1] // batches + 2]
        for row in _stock_rows(*place, call.account.stock[place], batches)
    ]
    return fields.page_of(rows[skipped : skipped + page[1]], len(named) * batches, page)


def _stock_rows(warehouse: str, sku: str, stock: Stock, batches: int) -> list[dict[str, Any]]:
    figures = {
        "sellable": stock.sellable,
        "reserved": stock.reserved,
        "onway": stock.onway,
        "pending": stock.pending,
        "unsellable": stock.unsellable,
    }
    rows = []
    for batch in range(batches):
        share = {name: units // batches + (batch < units % batches) for name, units in figures.items()}
        rows.append(
            {
                "product_sku": sku,
                "warehouse_code": warehouse,
                **{name: str(units) for name, units in share.items()},
                "pi_update_time": moment(stock.changed),
            }
        )
    return rows
