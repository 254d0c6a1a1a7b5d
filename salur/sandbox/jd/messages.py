"""Messages to whoever ticked the box at login (assumed in full: contracts/jd/facts.md, Messages)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from salur.sandbox.engine.callbacks import Delivery
from salur.sandbox.engine.exchange import json_bytes
from salur.sandbox.jd.fields import moment
from salur.sandbox.jd.signing import PARAM_JSON, sign

if TYPE_CHECKING:
    from salur.sandbox.jd.eclp import Eclp
    from salur.sandbox.jd.model import Account, Inbound, ShipOrder


def outbound(eclp: Eclp, account: Account, order: ShipOrder) -> None:
    """An outbound list has a new status."""
    news = {
        "deptNo": order.department,
        "eclpSoNo": order.number,
        "isvUUID": order.reference,
        "soStatus": order.status,
    }
    _send(eclp, account, "outbound", news)


def inbound(eclp: Eclp, account: Account, document: Inbound) -> None:
    """An inbound list has a new status."""
    news = {
        "deptNo": document.department,
        "poOrderNo": document.number,
        "spPoOrderNo": document.reference,
        "poOrderStatus": document.status,
    }
    _send(eclp, account, "inbound", news)


def _send(eclp: Eclp, account: Account, topic: str, news: dict[str, str]) -> None:
    address = account.callback_url or eclp.settings.callback_url
    if not address:
        return
    clock, settings = eclp.core.clock, eclp.settings
    for app_key in sorted(account.subscribed):
        when = moment(clock.seconds())
        text = json_bytes({"msgId": eclp.message_number(), "pin": account.pin, **news, "operateTime": when}).decode()
        params = {"app_key": app_key, "method": topic, "timestamp": when, "v": "2.0", PARAM_JSON: text}
        eclp.core.postman.send(
            Delivery(
                "jd",
                address,
                json_bytes({**params, "sign": sign(eclp.apps[app_key].app_secret, params)}),
                {"Content-Type": "application/json"},
                settings.callback_tries,
                settings.callback_retry_seconds,
                clock.now(),
                clock.now(),
            )
        )
