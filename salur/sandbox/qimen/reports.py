"""Reports from the warehouse to the ERP: signed, in order, tried again (contracts/qimen, reports)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import httpx

from salur.sandbox.engine import document
from salur.sandbox.engine.callbacks import Delivery
from salur.sandbox.qimen import rows
from salur.sandbox.qimen.fields import moment
from salur.sandbox.qimen.model import Account, Entry, Shipment
from salur.sandbox.qimen.signing import sign

if TYPE_CHECKING:
    from salur.sandbox.qimen.wms import Wms

CONTENT_TYPE = "text/xml;charset=UTF-8"
#: orderType of a correction by the warehouse (assumed).
COUNT = "PD"


def process(wms: Wms, account: Account, one: Shipment | Entry) -> None:
    """The last step of a list."""
    content = {"order": rows.order(one), "process": rows.process(one.processes[-1])}
    _send(wms, account, "orderprocess.report", content)


def delivery_confirmed(wms: Wms, account: Account, shipment: Shipment, units: Mapping[str, int]) -> None:
    """Units have left the house."""
    shipment.out_biz_code = wms.message_number()
    content = {
        "deliveryOrder": rows.delivery(shipment),
        "packages": rows.packages(account, shipment),
        "orderLines": {"orderLine": rows.shipment_lines(account, shipment, units)},
    }
    _send(wms, account, "deliveryorder.confirm", content)


def entry_confirmed(
    wms: Wms,
    account: Account,
    entry: Entry,
    good: Mapping[str, int],
    bad: Mapping[str, int],
    batches: Sequence[Mapping[str, str]],
) -> None:
    """Units have come in; each message carries what it adds."""
    entry.out_biz_code = wms.message_number()
    lines = rows.entry_lines(account, entry, good, bad, batches)
    content = {"entryOrder": rows.entry_head(account, entry), "orderLines": {"orderLine": lines}}
    _send(wms, account, "entryorder.confirm", content)


def stock_changed(wms: Wms, account: Account, warehouse: str, sku: str, change: int) -> None:
    """The warehouse has corrected a figure."""
    number = wms.message_number()
    item = {
        "ownerCode": account.owner,
        "warehouseCode": warehouse,
        "orderCode": number,
        "orderType": COUNT,
        "outBizCode": number,
        "itemCode": sku,
        "itemId": account.items[sku].number if sku in account.items else sku,
        "inventoryType": "ZP",
        "quantity": change,
        "changeTime": moment(wms.core.clock.seconds()),
    }
    _send(wms, account, "stockchange.report", {"items": {"item": [item]}})


def _send(wms: Wms, account: Account, method: str, content: Mapping[str, Any]) -> None:
    url = account.callback_url or wms.settings.callback_url
    if not url:
        return
    clock, settings = wms.core.clock, wms.settings
    body = document.write("request", content)
    query = {
        "method": method,
        "timestamp": moment(clock.now()),
        "format": "xml",
        "app_key": account.app_key,
        "v": "2.0",
        "sign_method": "md5",
        "customerId": account.customer_id,
    }
    signed = {**query, "sign": sign(account.secret, query, body)}
    wms.core.postman.send(
        Delivery(
            wms.profile.name,
            f"{url}?{urlencode(signed)}",
            body,
            {"Content-Type": CONTENT_TYPE},
            settings.callback_tries,
            settings.callback_retry_seconds,
            clock.now(),
            clock.now(),
            accepted=_taken,
        )
    )


def _taken(answer: httpx.Response) -> bool:
    """The ERP says ``success``; anything else means: send again."""
    if not answer.is_success:
        return False
    try:
        return document.read(answer.content, "response").value("flag") == "success"
    except document.BadDocument:
        return False
