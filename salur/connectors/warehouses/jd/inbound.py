"""Inbound lists: our values to JD's purchase orders and back; pure functions, no calls (contract sheet jd.md, 4)."""

from __future__ import annotations

from collections.abc import Mapping

from salur.connectors.base.errors import Rejected
from salur.connectors.base.inbound import InboundLineReport, InboundReport, InboundRequest
from salur.connectors.base.reading import JsonObject, as_objects, needed_text, text, whole
from salur.connectors.base.types import Credentials, PartnerRef

from .mapping import GOOD, LONGEST_REMARK, checked, joined, lines_of, price, when
from .places import Place
from .statuses import inbound_task


def purchase_params(request: InboundRequest, place: Place, settings: Credentials) -> dict[str, object]:
    """The parameters of po.addPoOrder. One SKU may stand in one line only: JD reports by product."""
    skus, pieces = lines_of([(line.sku, line.quantity) for line in request.lines])
    if len(set(skus)) < len(skus):
        raise Rejected("twice", "a SKU stands in the list twice; JD counts by SKU, so join its lines", "isvGoodsNo")
    fields = checked(
        {
            "spPoOrderNo": request.reference,
            "deptNo": place.department,
            "whNo": place.warehouse,
            "supplierNo": settings.get("supplier_no"),
            "inboundRemark": request.note[:LONGEST_REMARK],
            "waybillNo": request.tracking,
        },
        needed=("spPoOrderNo", "supplierNo"),
    )
    costs = [line.unit_cost for line in request.lines]
    priced = [price(cost) for cost in costs if cost is not None]
    return {
        **fields,
        "isvGoodsNo": joined(skus, "isvGoodsNo"),
        "numApplication": joined(pieces, "numApplication"),
        "goodsStatus": joined([GOOD] * len(skus), "goodsStatus"),
        **({"unitPrice": joined(priced, "unitPrice")} if len(priced) == len(costs) else {}),
    }


def goods_in(rows: list[JsonObject]) -> set[str]:
    """JD's own numbers of all products in these lists."""
    return {text(item, "goodsNo") for row in rows for item in _items(row) if text(item, "goodsNo")}


def _items(row: JsonObject) -> list[JsonObject]:
    return list(as_objects(row.get("poItemModelList"), "poItemModelList"))


def inbound_report(row: JsonObject, skus: Mapping[str, str]) -> InboundReport:
    """JD's word on one list; ``skus`` are ours by JD's own product numbers.

    A product that JD names and that is not ours by any number keeps JD's.
    """
    number, reference, raw = needed_text(row, "poOrderNo"), text(row, "isvPoOrderNo"), needed_text(row, "poOrderStatus")
    lines = tuple(
        InboundLineReport(
            sku=skus.get(text(item, "goodsNo"), text(item, "goodsNo")),
            received=whole(item, "realInstoreQty"),
            damaged=whole(item, "damagedQty"),
        )
        for item in _items(row)
    )
    return InboundReport(
        ref=PartnerRef(number, reference),
        reference=reference,
        status=inbound_task(raw),
        raw_status=raw,
        version=when(row, "completeTime"),
        lines=lines,
        reason=text(row, "msg"),
    )
