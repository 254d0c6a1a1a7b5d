"""Inbound lists: our values to ECCANG's ASN and back; pure functions, no calls (contract sheet, A.3 Inbound list)."""

from __future__ import annotations

from collections.abc import Mapping

from salur.connectors.base.errors import Rejected
from salur.connectors.base.inbound import InboundLineReport, InboundReport, InboundRequest
from salur.connectors.base.reading import JsonObject, as_objects, needed_text, text, whole
from salur.connectors.base.types import PartnerRef

from .mapping import number, when
from .statuses import PUT_AWAY, inbound_task

SELF_DELIVERY = 0  # income_type: the merchant brings the goods; collection needs an address that the hub does not ask
OWN_FIRST_LEG = "D"  # receiving_type
ONE_BOX = 1  # box_no is mandatory; the hub plans no boxes

# Longest values of createAsn; nothing is cut but the remark.
LIMITS: Mapping[str, int] = {"reference_no": 255, "warehouse_code": 30, "tracking_number": 200}
LONGEST_SKU = 80
LONGEST_REMARK = 500  # assumed: the sheet names no limit

# When a list was last changed, the surest first; the names of the first two are assumed.
CHANGED_AT = (
    "modify_date",
    "date_modify",
    "warehouse_shelf_time",
    "warehouse_receiving_complete_time",
    "warehouse_receiving_time",
)


def asn_params(request: InboundRequest) -> dict[str, object]:
    """The parameters of createAsn, approved at once (verify=1). :class:`Rejected` names a field that cannot go."""
    fields: dict[str, object] = {
        "reference_no": request.reference,
        "warehouse_code": request.warehouse_code,
        "income_type": SELF_DELIVERY,
        "receiving_type": OWN_FIRST_LEG,
        "tracking_number": request.tracking,
        "receiving_desc": request.note[:LONGEST_REMARK],
        "eta_date": request.expected_on.isoformat() if request.expected_on else "",
        "verify": 1,
    }
    for key, longest in LIMITS.items():
        if len(str(fields[key])) > longest:
            raise Rejected("too_long", f"{key} has more than {longest} characters", field=key)
    for key in ("reference_no", "warehouse_code"):
        if not fields[key]:
            raise Rejected("missing", f"{key} is empty", field=key)
    return {**{key: value for key, value in fields.items() if value != ""}, "items": _items(request)}


def _items(request: InboundRequest) -> list[dict[str, object]]:
    if not request.lines:
        raise Rejected("missing", "the inbound list has no lines", field="items")
    items: list[dict[str, object]] = []
    for line in request.lines:
        if not line.sku or line.quantity < 1:
            raise Rejected("missing", "a line has no SKU or no quantity", field="items")
        if len(line.sku) > LONGEST_SKU:
            raise Rejected("too_long", f"product_sku has more than {LONGEST_SKU} characters", field="product_sku")
        item: dict[str, object] = {"product_sku": line.sku, "quantity": line.quantity, "box_no": ONE_BOX}
        if line.unit_cost is not None:
            item.update(product_price=number(line.unit_cost), currency_code=request.currency)
        items.append(item)
    return items


def inbound_report(row: JsonObject) -> InboundReport:
    """The warehouse's word on one list."""
    code, reference = needed_text(row, "receiving_code"), text(row, "reference_no")
    raw = needed_text(row, "receiving_status")
    changed = next((moment for moment in (when(row, key) for key in CHANGED_AT) if moment is not None), None)
    lines = tuple(_line(item, raw) for item in as_objects(row.get("items"), "items"))
    return InboundReport(
        ref=PartnerRef(code, reference),
        reference=reference,
        status=inbound_task(raw),
        raw_status=raw,
        version=changed,
        lines=lines if "items" in row else None,
    )


def _line(item: JsonObject, raw: str) -> InboundLineReport:
    """Only what was put away can be sold; what was received and not put away in the end was not fit for it."""
    there = next((key for key in ("putaway_qty", "putaway_quantity") if text(item, key)), "")
    taken = whole(item, "received_quantity")
    put_away = whole(item, there) if there else taken if raw == PUT_AWAY else 0
    damaged = max(0, taken - put_away) if raw == PUT_AWAY else 0
    return InboundLineReport(needed_text(item, "product_sku"), max(0, put_away), damaged)
