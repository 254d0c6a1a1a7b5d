"""Inbound lists: our values to Qimen's entry orders and back; pure functions, no calls (contract sheet, 3)."""

from __future__ import annotations

from datetime import date

from salur.connectors.base.errors import ContractBroken, Rejected
from salur.connectors.base.inbound import InboundLineReport, InboundReport, InboundRequest
from salur.connectors.base.reading import JsonObject, as_object, needed_text, text, whole
from salur.connectors.base.types import PartnerRef

from .mapping import amount_text, checked, checked_sku, inner, when
from .profile import Account
from .statuses import GOOD, inbound_task

PURCHASE = "CGRK"
LONGEST_REMARK = 500


def entry_request(request: InboundRequest, account: Account, at: str) -> dict[str, object]:
    """The request of entryorder.create. ``at`` is the time of writing, in the partner's form."""
    if not request.lines:
        raise Rejected("missing", "the inbound list has no lines", field="orderLines")
    expected = f"{request.expected_on.isoformat()} 00:00:00" if request.expected_on else ""
    head = checked(
        {
            "entryOrderCode": request.reference,
            "ownerCode": account.owner_code,
            "warehouseCode": request.warehouse_code,
            "orderCreateTime": at,
            "orderType": PURCHASE,
            "expectStartTime": expected,
            "logisticsName": request.carrier,
            "expressCode": request.tracking,
            "remark": request.note[:LONGEST_REMARK],
            "totalOrderLines": str(len(request.lines)),
        },
        needed=("entryOrderCode", "warehouseCode"),
    )
    lines: list[dict[str, object]] = [
        {
            "orderLineNo": str(position),
            "ownerCode": account.owner_code,
            "itemCode": checked_sku(line.sku, line.quantity),
            "itemId": line.partner_number or None,
            "itemName": line.name[:200] or None,
            "planQty": line.quantity,
            "purchasePrice": None if line.unit_cost is None else amount_text(line.unit_cost),
            "inventoryType": GOOD,
            "batchCode": line.batch or None,
            "expireDate": line.expires_on.isoformat() if line.expires_on else None,
        }
        for position, line in enumerate(request.lines, start=1)
    ]
    return {"entryOrder": head, "orderLines": {"orderLine": lines}}


def inbound_report(response: JsonObject) -> InboundReport:
    """What entryorder.query says of one list: totals so far (A; only the confirm messages carry increments)."""
    order = as_object(response.get("entryOrder"), "entryOrder")
    code, raw = needed_text(order, "entryOrderCode"), needed_text(order, "status")
    reports: list[InboundLineReport] = []
    for line in inner(response, "orderLines", "orderLine"):
        reports += _line_reports(line)
    return InboundReport(
        ref=PartnerRef(text(order, "entryOrderId") or code, code),
        reference=code,
        status=inbound_task(raw),
        raw_status=raw,
        version=when(order, "operateTime"),
        lines=tuple(reports) if "orderLines" in response else None,
        reason=text(order, "remark"),
    )


def _line_reports(line: JsonObject) -> list[InboundLineReport]:
    """One row per batch where batches are named, else one; goods of other kinds than good ones cannot be sold."""
    sku, kind = needed_text(line, "itemCode"), text(line, "inventoryType", GOOD)
    batches = inner(line, "batchs", "batch")
    rows = [(text(one, "inventoryType", kind), whole(one, "actualQty"), one) for one in batches]
    if not rows or sum(pieces for _, pieces, _ in rows) != whole(line, "actualQty"):
        rows = [(kind, whole(line, "actualQty"), line)]
    return [
        InboundLineReport(
            sku=sku,
            received=pieces if one_kind in ("", GOOD) else 0,
            damaged=0 if one_kind in ("", GOOD) else pieces,
            batch=text(one, "batchCode"),
            expires_on=_day(one, "expireDate"),
        )
        for one_kind, pieces, one in rows
    ]


def _day(source: JsonObject, key: str) -> date | None:
    written = text(source, key).strip()[:10]
    if not written:
        return None
    try:
        return date.fromisoformat(written)
    except ValueError as error:
        raise ContractBroken("bad_date", f"{key}: {written}", field=key) from error
