"""Methods for master data (jd.md, 4)."""

from typing import Any

from salur.sandbox.jd import fields
from salur.sandbox.jd.call import Call
from salur.sandbox.jd.model import PLATFORMS, SHIPPERS

_IN_USE = "2"


def _picked(call: Call, name: str, numbers: list[str]) -> list[str]:
    wanted = fields.listed(call.params, name, required=False)
    return [number for number in numbers if not wanted or number in wanted]


def query_dept(call: Call) -> dict[str, Any]:
    """The PIN's departments, those named or all."""
    seller = f"ECP{min(call.account.departments)[3:]}"  # one seller for each PIN
    rows = [
        {
            "deptNo": number,
            "deptName": call.account.departments[number],
            "sellerNo": seller,
            "sellerName": call.account.pin,
            "status": _IN_USE,
        }
        for number in _picked(call, "deptNos", list(call.account.departments))
    ]
    return {"querydept_result": call.rows(rows)}


def query_warehouse(call: Call) -> dict[str, Any]:
    """The department's warehouses."""
    call.department()
    states = fields.listed(call.params, "status", required=False)
    numbers = _picked(call, "warehouseNos", list(call.account.warehouses))
    rows = []
    for number in numbers if not states or _IN_USE in states else []:
        one = call.account.warehouses[number]
        rows.append(
            {
                "warehouseNo": number,
                "warehouseName": one.name,
                "status": _IN_USE,
                "contacts": "Gudang",
                "phone": "622100000",
                "province": one.province,
                "city": one.city,
                "county": "",
                "town": "",
                "address": one.name,
            }
        )
    return {"querywarehouse_result": call.rows(rows)}


def query_shipper(call: Call) -> dict[str, Any]:
    """Carriers."""
    wanted = fields.listed(call.params, "shipperNos", required=False)
    rows = [
        {"shipperNo": number, "shipperName": name, "status": _IN_USE, "isCod": "1" if cod else "2"}
        for number, name, cod in SHIPPERS
        if not wanted or number in wanted
    ]
    return {"queryshipper_result": call.rows(rows)}


def query_shop(call: Call) -> dict[str, Any]:
    """The department's shops."""
    department = call.department()
    rows = [
        {
            "shopNo": number,
            "shopName": call.account.shops[number],
            "deptNo": department,
            "spSourceNo": PLATFORMS[-1][0],
            "status": _IN_USE,
        }
        for number in _picked(call, "shopNos", list(call.account.shops))
    ]
    return {"queryshop_result": call.rows(rows)}


def query_sp_source(call: Call) -> dict[str, Any]:
    """Sales platforms, for salePlatformSource."""
    return {"queryspsource_result": call.rows([{"spSourceNo": code, "spSourceName": name} for code, name in PLATFORMS])}


def query_supplier(call: Call) -> dict[str, Any]:
    """The department's suppliers."""
    department = call.department()
    rows = [
        {
            "supplierNo": number,
            "supplierName": call.account.suppliers[number],
            "deptNo": department,
            "status": _IN_USE,
        }
        for number in _picked(call, "supplierNos", list(call.account.suppliers))
    ]
    return {"querysupplier_result": call.rows(rows)}
