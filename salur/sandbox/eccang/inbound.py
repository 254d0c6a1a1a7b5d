"""Services for inbound lists (eccang.md, A.3 Inbound list)."""

from typing import Any

from salur.sandbox.eccang import fields
from salur.sandbox.eccang.call import Call
from salur.sandbox.eccang.fields import DUPLICATE, FIELD, NOT_FOUND, STATE, moment
from salur.sandbox.eccang.model import Asn
from salur.sandbox.engine.exchange import Refusal

_COLLECTION = ("contacter", "contact_phone", "region_id_level0", "region_id_level1", "region_id_level2", "street")


def create_asn(call: Call) -> dict[str, Any]:
    """Announce goods; verify=1 approves at once and then nothing can be edited."""
    account, now = call.account, call.operator.core.clock.seconds()
    reference = fields.text(call.params, "reference_no", 255)
    if any(asn.reference == reference and asn.status != "X" for asn in account.asns.values()):
        raise Refusal(DUPLICATE, f"reference_no {reference} already exists")
    planned = _planned(call)
    asn = Asn(call.operator.number("RV-", account), reference, dict(call.params), planned, "C", False, now, now)
    account.asns[asn.code] = asn
    if fields.whole(call.params, "verify", 0, 1, 0):
        call.operator.approve_asn(account, asn)
    return {"receiving_code": asn.code}


def _planned(call: Call) -> dict[str, int]:
    params, account = call.params, call.account
    warehouse = fields.text(params, "warehouse_code", 30)
    if warehouse not in account.warehouses:
        raise Refusal(NOT_FOUND, f"warehouse_code {warehouse} does not exist")
    fields.text(params, "tracking_number", 200, required=False)
    if fields.whole(params, "income_type", 0, 1, 0):
        for name in _COLLECTION:
            fields.text(params, name, 200)
    if str(params.get("receiving_type") or "D") == "T":
        fields.text(params, "transit_warehouse_code", 30)
        fields.text(params, "sm_code", 50)
    planned: dict[str, int] = {}
    for row in fields.items(params):
        sku = fields.text(row, "product_sku", 80)
        quantity = fields.whole(row, "quantity", 1, 10**7)
        fields.whole(row, "box_no", 1, 10**5)
        if sku not in account.products:
            raise Refusal(NOT_FOUND, f"product_sku {sku} does not exist")
        planned[sku] = planned.get(sku, 0) + quantity
    return planned


def _find(call: Call) -> Asn:
    code = fields.text(call.params, "receiving_code", 64)
    asn = call.account.asns.get(code)
    if asn is None:
        raise Refusal(NOT_FOUND, f"receiving_code {code} does not exist")
    return asn


def modify_asn(call: Call) -> dict[str, Any]:
    """Change a draft."""
    asn = _find(call)
    if asn.verified or asn.status != "C":
        raise Refusal(STATE, f"receiving list {asn.code} has been approved and can not be edited")
    asn.planned = _planned(call)
    asn.fields.update(call.params)
    asn.changed = call.operator.core.clock.seconds()
    if fields.whole(call.params, "verify", 0, 1, 0):
        call.operator.approve_asn(call.account, asn)
    return {"receiving_code": asn.code}


def cancel_asn(call: Call) -> dict[str, Any]:
    """Withdraw a list before receiving has begun (C or W; assumed)."""
    asn = _find(call)
    if asn.status not in ("C", "W"):
        raise Refusal(STATE, f"receiving list {asn.code} is being received and can not be cancelled")
    call.operator.set_asn_status(call.account, asn, "X", {})
    return {"receiving_code": asn.code}


def get_asn_list(call: Call) -> dict[str, Any]:
    """Lists by code or reference, or by times; at most 20 a page."""
    page = fields.page(call.params, 20, required=True)
    codes = set(fields.listed(call.params, "receiving_code", "receiving_code_arr"))
    references = set(fields.listed(call.params, "reference_no", "reference_no_arr"))
    asns = list(call.account.asns.values())
    if codes or references:
        asns = [asn for asn in asns if asn.code in codes or asn.reference in references]
    else:
        created, changed = fields.span(call.params, "create_date"), fields.span(call.params, "modify_date")
        asns = [
            asn
            for asn in asns
            if (created is None or created[0] <= asn.created <= created[1])
            and (changed is None or changed[0] <= asn.changed <= changed[1])
        ]
    if call.params.get("receiving_id"):
        raise Refusal(FIELD, "receiving_id is not supported by this operator")
    return fields.paged([_row(asn) for asn in asns], page)


def _row(asn: Asn) -> dict[str, Any]:
    return {
        "receiving_code": asn.code,
        "reference_no": asn.reference,
        "receiving_status": asn.status,
        "warehouse_code": asn.warehouse,
        "tracking_number": asn.fields.get("tracking_number") or "",
        "eta_date": asn.fields.get("eta_date") or "",
        "date_create": moment(asn.created),
        "date_modify": moment(asn.changed),
        "warehouse_receiving_time": moment(asn.receiving_time),
        "warehouse_receiving_complete_time": moment(asn.complete_time),
        "warehouse_shelf_time": moment(asn.shelf_time),
        "sku_total": str(len(asn.planned)),
        "items": [
            {
                "product_sku": sku,
                "quantity": str(units),
                "received_quantity": str(asn.received.get(sku, 0)),
                "putaway_qty": str(asn.put_away.get(sku, 0)),
            }
            for sku, units in asn.planned.items()
        ],
    }
