"""Operations for outbound lists, and those for lists of both kinds."""

import base64
import binascii
import hashlib
from typing import Any

from salur.sandbox.engine.document import Node
from salur.sandbox.engine.exchange import Refusal
from salur.sandbox.qimen import fields, inbound, moves, rows
from salur.sandbox.qimen.call import Call
from salur.sandbox.qimen.fields import FIELD, LABEL, ORDER_EXISTS, ORDER_MISSING, STOCK, moment
from salur.sandbox.qimen.model import Entry, Shipment

KINDS = ("JYCK", "HHCK", "BFCK", "QTCK")
_SENDER = {"name": 50, "mobile": 50, "province": 50, "city": 50, "detailAddress": 200}
_RECEIVER = {**_SENDER, "area": 50}
_AMOUNTS = ("totalAmount", "itemAmount", "discountAmount", "freight", "arAmount", "gotAmount")


def deliveryorder_create(call: Call) -> dict[str, Any]:
    """Take an outbound list; one code is one list, for ever."""
    account, wms = call.account, call.wms
    head = call.request.child("deliveryOrder")
    reference = fields.text(head, "deliveryOrderCode")
    shipment = _read(call, head, reference)
    repeats = account.shipment_codes.get(reference)
    if repeats and not wms.settings.allow_duplicate_reference:
        known = account.shipments[repeats[-1]]
        known.refused_repeats += 1
        if wms.settings.repeat_answer == "same":
            return _taken(known)
        raise Refusal(ORDER_EXISTS, f"deliveryOrderCode {reference} exists already as {known.number}")
    short = wms.missing(account, shipment)
    if short and wms.settings.short_stock == "refuse":
        sku, free, needed = short[0]
        raise Refusal(STOCK, f"itemCode {sku} is short in {shipment.warehouse}: {free} free, {needed} needed")
    shipment.number = wms.number("CK")
    account.shipments[shipment.number] = shipment
    account.shipment_codes.setdefault(reference, []).append(shipment.number)
    wms.allocate(account, shipment)
    moves.move_shipment(wms, account, shipment, wms.settings.first_status)
    return _taken(shipment)


def _taken(shipment: Shipment) -> dict[str, Any]:
    return {
        "createTime": moment(shipment.created),
        "deliveryOrderId": shipment.number,
        "warehouseCode": shipment.warehouse,
        "logisticsCode": shipment.logistics_code,
    }


def _read(call: Call, head: Node, reference: str) -> Shipment:
    kind = fields.one_of(head, "orderType", KINDS)
    warehouse = call.warehouse(head, any_will_do=True)
    fields.text(head, "sourcePlatformCode")
    for name in ("createTime", "placeOrderTime", "operateTime"):
        fields.time(head, name)
    fields.text(head, "shopNick", 200)
    for name, parts in (("senderInfo", _SENDER), ("receiverInfo", _RECEIVER)):
        for part, longest in parts.items():
            fields.text(head.child(name), part, longest)
    for name in _AMOUNTS:
        fields.number(head, name, required=False)
    for line in fields.lines(call.request):
        call.owner(line)
        fields.number(line, "actualPrice")
    now, lines = call.wms.core.clock.seconds(), call.lines()
    shipment = Shipment("", reference, kind, warehouse, lines, "", now, now)
    shipment.logistics_code = fields.text(head, "logisticsCode")
    shipment.logistics_name = fields.text(head, "logisticsName", 200, required=False)
    shipment.express_code = fields.text(head, "expressCode", required=call.wms.settings.needs_awb)
    fields.text(head, "remark", 500, required=False)
    _label(call, head, shipment)
    return shipment


def _label(call: Call, head: Node, shipment: Shipment) -> None:
    """Keep the label's address, or the digest of the label itself."""
    extras = [call.request.child("extendProps"), head.child("extendProps")]
    url, data = ("".join(one.value(name) for one in extras) for name in ("labelUrl", "labelData"))
    if url and not url.startswith(("http://", "https://")):
        raise Refusal(LABEL, "extendProps.labelUrl is not an address")
    if data:
        try:
            raw = base64.b64decode(data, validate=True)
        except (binascii.Error, ValueError) as problem:
            raise Refusal(LABEL, "extendProps.labelData is not base64") from problem
        if not (raw.startswith(b"%PDF-") and b"%%EOF" in raw[-1024:]):
            raise Refusal(LABEL, "extendProps.labelData is not a PDF file")
        shipment.label_sha256 = hashlib.sha256(raw).hexdigest()
    shipment.label_url = url
    if call.wms.settings.needs_label and not url and not data:
        raise Refusal(LABEL, "extendProps.labelUrl is required")


def _find(call: Call) -> Shipment | None:
    code, number = call.code()
    if number:
        shipment = call.account.shipments.get(number)
        return shipment if shipment and code in ("", shipment.reference) else None
    numbers = call.account.shipment_codes.get(code, [])
    return call.account.shipments[numbers[-1]] if numbers else None


def deliveryorder_query(call: Call) -> dict[str, Any]:
    """One list in full; its lines come in pages."""
    call.owner(call.request, required=False)
    call.warehouse(call.request, required=False)
    shipment, part = _find(call), fields.page(call.request)
    if shipment is None or not call.settled(shipment.created):
        raise Refusal(ORDER_MISSING, f"no delivery order {' '.join(call.code()).strip()}")
    lines = rows.shipment_lines(call.account, shipment, shipment.shipped)
    return {
        "deliveryOrder": rows.delivery(shipment),
        "packages": rows.packages(call.account, shipment),
        "orderLines": {"orderLine": lines[part]},
        "totalLines": len(lines),
    }


def _either(call: Call) -> Shipment | Entry:
    """The list of either kind that the request names; orderType tells which where a code is used for both."""
    kind = fields.one_of(call.request, "orderType", (*KINDS, *inbound.KINDS), required=False)
    found = None if kind in inbound.KINDS else _find(call)
    document = found or (None if kind in KINDS else inbound.find(call))
    if document is None:
        raise Refusal(ORDER_MISSING, f"no order {' '.join(call.code()).strip()}")
    return document


def order_cancel(call: Call) -> dict[str, Any]:
    """Stop a list of either kind."""
    call.warehouse(call.request, any_will_do=True)
    call.owner(call.request, required=False)
    fields.text(call.request, "orderCode")
    reason = fields.text(call.request, "cancelReason", 200, required=False)
    document = _either(call)
    if isinstance(document, Entry):
        moves.cancel_entry(call.wms, call.account, document, reason)
    else:
        moves.cancel_shipment(call.wms, call.account, document, reason)
    return {}


def order_pending(call: Call) -> dict[str, Any]:
    """End an inbound list early. Other actions are not offered."""
    if fields.text(call.request, "actionType") != "close":
        raise Refusal(FIELD, "actionType must be close")
    call.warehouse(call.request, any_will_do=True)
    call.owner(call.request, required=False)
    document = _either(call)
    if not isinstance(document, Entry):
        raise Refusal(FIELD, "only inbound lists can be closed")
    moves.close_entry(call.wms, call.account, document, fields.text(call.request, "reason", 200, required=False))
    return {}


def orderprocess_query(call: Call) -> dict[str, Any]:
    """The steps of a list of either kind."""
    call.owner(call.request, required=False)
    call.warehouse(call.request, required=False)
    document = _either(call)
    if not call.settled(document.created):
        raise Refusal(ORDER_MISSING, f"no order {' '.join(call.code()).strip()}")
    steps = {"process": [rows.process(one) for one in document.processes]}
    return {"orderProcess": {**rows.order(document), "processes": steps}}
