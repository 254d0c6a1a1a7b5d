"""Reports from the warehouse (contract sheet qimen.md, 3): signature first, then what they are about.

A report is a hint: the hub asks for the totals afterwards, so an increment that comes twice changes nothing.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence

from salur.connectors.base.errors import AuthRejected, ContractBroken
from salur.connectors.base.reading import JsonObject, as_object, text
from salur.connectors.base.types import PartnerEvent, RawRequest

from .mapping import inner, when
from .profile import Account, Profile
from .wire import signature
from .xml import read_xml

# method: what it is about, the block, the key of its subject, the key of its status
REPORTS: Mapping[str, tuple[str, str, str, str]] = {
    "deliveryorder.confirm": ("outbound", "deliveryOrder", "deliveryOrderCode", "status"),
    "entryorder.confirm": ("inbound", "entryOrder", "entryOrderCode", "status"),
    "orderprocess.report": ("outbound", "order", "orderCode", "processStatus"),
}
STOCK_REPORTS = frozenset({"stockchange.report", "inventory.report"})
INBOUND_TYPES = frozenset({"CGRK", "SCRK", "LYRK", "CCRK", "DBRK", "QTRK", "B2BRK"})

ANSWER = (
    '<?xml version="1.0" encoding="utf-8"?><response><flag>success</flag><code>0</code><message>ok</message></response>'
)


def read_callback(request: RawRequest, account: Account, profile: Profile) -> Sequence[PartnerEvent]:
    """The events of a report; a kind that the hub does not use gives none."""
    params = dict(request.query)
    expected = signature(params, request.body, account.secret)
    given = params.get("sign", "").strip().upper()
    ours = hmac.compare_digest(params.get("app_key", "").encode("utf-8", "replace"), account.app_key.encode())
    if not hmac.compare_digest(expected.encode(), given.encode("utf-8", "replace")) or not ours:
        raise AuthRejected("bad_signature", "the report is not signed with this account's keys")
    method = params.get("method", "").removeprefix("taobao.").removeprefix("qimen.")
    root, value = read_xml(request.body)
    if root != "request":
        raise ContractBroken("other_root", f"the root is {root}, not request", field="request")
    body = as_object(value, "request")
    if method in STOCK_REPORTS:
        return _stock_events(body, params)
    if method not in REPORTS:
        return []
    return [_event(method, body, params)]


def _event(method: str, body: JsonObject, params: Mapping[str, str]) -> PartnerEvent:
    kind, block, key, status = REPORTS[method]
    document = as_object(body.get(block), block)
    subject = text(document, key)
    if not subject:
        raise ContractBroken("missing", f"the report names no {key}", field=key)
    process = as_object(body.get("process") or {}, "process")
    if text(document, "orderType") in INBOUND_TYPES:
        kind = "inbound"
    raw = text(document, status) or text(process, status)
    unique = text(document, "outBizCode") or f"{subject}:{raw}:{params.get('timestamp', '')}:{params.get('sign', '')}"
    return PartnerEvent(
        kind=kind,
        delivery_id=f"{method}:{unique}",
        subject=subject,
        raw_status=raw,
        at=when(document, "operateTime"),
    )


def _stock_events(body: JsonObject, params: Mapping[str, str]) -> Sequence[PartnerEvent]:
    """One per SKU: what matters is which figures are to be asked for anew."""
    items = inner(body, "items", "item")
    seen: dict[str, str] = {}
    for item in items:
        seen.setdefault(text(item, "itemCode"), text(item, "outBizCode"))
    stamp = params.get("sign", "")
    return [
        PartnerEvent(kind="stock", delivery_id=f"stock:{number or stamp}:{sku}", subject=sku)
        for sku, number in seen.items()
        if sku
    ]
