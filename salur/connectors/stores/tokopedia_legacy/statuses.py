"""Tokopedia's status codes to ours (contracts/tokopedia_legacy/statuses.csv lists the codes).

220 and 400 are our PAID: the seller may go on, there is no AWB number yet. 450 is our READY: the pickup is asked for
and the number is there. 690 and 221 count as not paid, because Tokopedia still examines the order and may take it
back; nothing may be pushed (A16).
"""

from __future__ import annotations

from salur.connectors.base.types import OrderStatus

ORDER: dict[str, OrderStatus] = {
    "0": OrderStatus.CANCELLED,
    "3": OrderStatus.CANCELLED,
    "5": OrderStatus.CANCELLED,
    "6": OrderStatus.CANCELLED,
    "10": OrderStatus.CANCELLED,
    "15": OrderStatus.CANCELLED,
    "100": OrderStatus.UNPAID,
    "103": OrderStatus.UNPAID,
    "220": OrderStatus.PAID,
    "221": OrderStatus.UNPAID,
    "690": OrderStatus.UNPAID,
    "400": OrderStatus.PAID,
    "450": OrderStatus.READY,
    "501": OrderStatus.READY,
    "500": OrderStatus.SHIPPED,
    "520": OrderStatus.SHIPPED,
    "530": OrderStatus.SHIPPED,
    "540": OrderStatus.SHIPPED,
    "550": OrderStatus.SHIPPED,
    "600": OrderStatus.COMPLETED,
    "601": OrderStatus.COMPLETED,
    "700": OrderStatus.COMPLETED,
}

NEW, ACCEPTED = "220", "400"
BEFORE_ACCEPTING = frozenset({"100", "103", "220", "221", "690"})

# How far along its life an order is. Tokopedia's list shows no time of change, so this orders two sights of one order;
# codes between which an order goes back and forth share a figure.
STAGES: dict[str, int] = {
    **dict.fromkeys(("100", "103"), 10),
    **dict.fromkeys(("220", "221", "690"), 20),
    "400": 30,
    **dict.fromkeys(("450", "501"), 40),
    **dict.fromkeys(("500", "520", "530", "540"), 50),
    **dict.fromkeys(("550", "600", "601"), 60),
    "700": 70,
    **dict.fromkeys(("0", "3", "5", "6", "10", "15"), 80),
}
UNLISTED_STAGE = 25


def order_status(raw: str) -> OrderStatus:
    """The canonical state; a code that Tokopedia has not documented is UNKNOWN and moves nothing."""
    return ORDER.get(raw, OrderStatus.UNKNOWN)
