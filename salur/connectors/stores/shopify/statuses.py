"""Shopify's words to ours, one table per machine (contracts/shopify/statuses.csv lists the words).

Shopify has no single status: money and goods each have their word, cancelling is a time. They are read together.
"""

from __future__ import annotations

from enum import StrEnum

from salur.connectors.base.types import OrderStatus


class Money(StrEnum):
    """What the financial word means for shipping."""

    OWED = "owed"
    RESERVED = "reserved"
    PAID = "paid"
    RETURNED = "returned"


FINANCIAL: dict[str, Money] = {
    "PENDING": Money.OWED,
    "PARTIALLY_PAID": Money.OWED,
    "EXPIRED": Money.OWED,
    "AUTHORIZED": Money.RESERVED,
    "PAID": Money.PAID,
    "PARTIALLY_REFUNDED": Money.PAID,
    "REFUNDED": Money.RETURNED,
    "VOIDED": Money.RETURNED,
}


class Goods(StrEnum):
    """What the fulfilment word means for shipping."""

    OPEN = "open"
    HELD = "held"
    PARTLY = "partly"
    SHIPPED = "shipped"
    NONE = "none"


# IN_PROGRESS and PENDING_FULFILLMENT say that somebody else, often a fulfilment service of the merchant, is at work on
# the order already: pushing it as well would ship it twice, so a person has to look.
FULFILLMENT: dict[str, Goods] = {
    "UNFULFILLED": Goods.OPEN,
    "OPEN": Goods.OPEN,
    "RESTOCKED": Goods.OPEN,
    "REQUEST_DECLINED": Goods.OPEN,
    "IN_PROGRESS": Goods.HELD,
    "PENDING_FULFILLMENT": Goods.HELD,
    "ON_HOLD": Goods.HELD,
    "SCHEDULED": Goods.HELD,
    "PARTIALLY_FULFILLED": Goods.PARTLY,
    "FULFILLED": Goods.SHIPPED,
    "FULFILLMENT_NOT_REQUIRED": Goods.NONE,
}


class Part(StrEnum):
    """How far a fulfilment order is."""

    OPEN = "open"
    WAITING = "waiting"
    DONE = "done"
    GONE = "gone"


FULFILLMENT_ORDER: dict[str, Part] = {
    "OPEN": Part.OPEN,
    "IN_PROGRESS": Part.OPEN,
    "ON_HOLD": Part.WAITING,
    "SCHEDULED": Part.WAITING,
    "CLOSED": Part.DONE,
    "CANCELLED": Part.GONE,
    "INCOMPLETE": Part.GONE,
}


def order_status(financial: str, fulfillment: str, *, cancelled: bool, pays_at_door: bool, trusts: bool) -> OrderStatus:
    """The canonical state: cancelled, then what has left, then what is paid.

    ``trusts``: reserved money (AUTHORIZED) is as good as paid. Held orders are UNKNOWN: of all our states it is the
    one that pushes nothing and that an order may leave again in every direction.
    """
    money, goods = FINANCIAL.get(financial), FULFILLMENT.get(fulfillment)
    if cancelled:
        return OrderStatus.CANCELLED
    if goods is Goods.SHIPPED:
        return OrderStatus.SHIPPED
    if goods is Goods.NONE:
        return OrderStatus.COMPLETED
    if goods is None or money is None:
        return OrderStatus.UNKNOWN
    if money is Money.RETURNED:
        return OrderStatus.CANCELLED
    if goods is Goods.HELD:
        return OrderStatus.UNKNOWN
    good_as_paid = money is Money.PAID or (money is Money.RESERVED and trusts) or pays_at_door
    return OrderStatus.PAID if good_as_paid else OrderStatus.UNPAID
