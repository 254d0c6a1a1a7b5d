"""ShopBase's words to ours, one table per machine (contracts/shopbase/statuses.csv lists the words).

There is no single status: money and goods each have their word, cancelling and closing are times. They are read
together.
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
    "pending": Money.OWED,
    "partially_paid": Money.OWED,
    "authorized": Money.RESERVED,
    "paid": Money.PAID,
    "partially_refunded": Money.PAID,
    "refunded": Money.RETURNED,
    "voided": Money.RETURNED,
}


class Goods(StrEnum):
    """What the fulfilment word means for shipping."""

    OPEN = "open"
    PARTLY = "partly"
    SHIPPED = "shipped"


UNFULFILLED = "unfulfilled"
FULFILLMENT: dict[str, Goods] = {
    UNFULFILLED: Goods.OPEN,
    "partial": Goods.PARTLY,
    "fulfilled": Goods.SHIPPED,
}


def order_status(
    financial: str, fulfillment: str, *, cancelled: bool, closed: bool, pays_at_door: bool, trusts: bool
) -> OrderStatus:
    """The canonical state: cancelled, then what has left, then what is paid.

    ``closed``: put away by the merchant, so nothing is left to do. ``trusts``: reserved money is as good as paid.
    """
    money, goods = FINANCIAL.get(financial), FULFILLMENT.get(fulfillment)
    if cancelled:
        return OrderStatus.CANCELLED
    if goods is None or money is None:
        return OrderStatus.UNKNOWN
    if goods is Goods.SHIPPED:
        return OrderStatus.COMPLETED if closed else OrderStatus.SHIPPED
    if money is Money.RETURNED:
        return OrderStatus.CANCELLED
    if closed:
        return OrderStatus.COMPLETED
    good_as_paid = money is Money.PAID or (money is Money.RESERVED and trusts) or pays_at_door
    return OrderStatus.PAID if good_as_paid else OrderStatus.UNPAID
