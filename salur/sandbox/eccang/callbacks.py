"""Callbacks to whoever subscribed (eccang.md, A.5). Their signature's exact form is assumed."""

from __future__ import annotations

import hashlib
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from salur.sandbox.eccang.fields import ZONE
from salur.sandbox.engine.callbacks import Delivery
from salur.sandbox.engine.exchange import json_bytes

if TYPE_CHECKING:
    from salur.sandbox.eccang.model import Account, Asn, ShipOrder
    from salur.sandbox.eccang.operator import Operator

KINDS = ("order", "receiving", "stock", "ec_new_fba")


def callback_sign(body_text: str, app_token: str, timestamp: str, msg_id: str) -> str:
    """Lower-case hex MD5 over body text, token, timestamp and message id, in that order (assumed)."""
    joined = f"{body_text}{app_token}{timestamp}{msg_id}".encode()
    return hashlib.md5(joined, usedforsecurity=False).hexdigest()


def order_changed(operator: Operator, account: Account, order: ShipOrder, kind: int) -> None:
    """``kind``: 1 general, 3 tracking number, 4 shipped."""
    body = {
        "order_code": order.code,
        "reference_no": order.reference,
        "warehouse_code": order.warehouse,
        "customer_code": account.customer_code,
        "order_status": order.status,
        "type": kind,
    }
    _send(operator, account, "order", body)


def asn_changed(operator: Operator, account: Account, asn: Asn) -> None:
    """An inbound list moved."""
    body = {
        "receiving_code": asn.code,
        "reference_no": asn.reference,
        "warehouse_code": asn.warehouse,
        "customer_code": account.customer_code,
        "receiving_status": asn.status,
    }
    _send(operator, account, "receiving", body)


def stock_changed(operator: Operator, account: Account, warehouse: str, sku: str) -> None:
    """Sellable units changed."""
    body = {"product_sku": sku, "warehouse_code": warehouse, "customer_code": account.customer_code}
    _send(operator, account, "stock", body)


def _send(operator: Operator, account: Account, kind: str, body: dict[str, Any]) -> None:
    subscription = account.subscriptions.get(kind)
    if subscription is None:
        return
    clock, settings = operator.core.clock, operator.settings
    today = datetime.fromtimestamp(clock.now(), ZONE).date()
    if date.fromisoformat(subscription.expire_date) < today:
        return
    text = json_bytes(body).decode()
    timestamp, msg_id = str(clock.seconds()), operator.message_number()
    message = {
        "app_key": account.app_key,
        "sign": callback_sign(text, account.app_token, timestamp, msg_id),
        "timestamp": timestamp,
        "msg_id": msg_id,
        "subscript_type": kind,
        "body": text if settings.callback_body == "text" else body,
    }
    operator.core.postman.send(
        Delivery(
            "eccang",
            subscription.callback,
            json_bytes(message),
            {"Content-Type": "application/json"},
            settings.callback_tries,
            settings.callback_retry_seconds,
            clock.now(),
            clock.now(),
        )
    )
