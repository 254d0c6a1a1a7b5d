"""eBay's words to ours, one table per machine (contracts/ebay/statuses.csv lists the words).

An order's state is told by three words together: whether it is paid, how far it is sent, whether it is cancelled.
"""

from __future__ import annotations

from enum import StrEnum

from salur.connectors.base.types import OrderStatus

# IN_PROGRESS stays below shipped: the rest of the order has still to go.
FULFILLMENT: dict[str, OrderStatus] = {
    "NOT_STARTED": OrderStatus.PAID,
    "IN_PROGRESS": OrderStatus.READY,
    "FULFILLED": OrderStatus.SHIPPED,
}


class Payment(StrEnum):
    """Whether the money is there."""

    WAITING = "waiting"
    THERE = "there"
    RETURNED = "returned"


PAYMENT: dict[str, Payment] = {
    "PENDING": Payment.WAITING,
    "FAILED": Payment.WAITING,
    "PAID": Payment.THERE,
    "PARTIALLY_REFUNDED": Payment.THERE,
    "FULLY_REFUNDED": Payment.RETURNED,
}


class Cancellation(StrEnum):
    """Whether somebody wants the order cancelled."""

    NONE = "none"
    ASKED = "asked"
    DONE = "done"


CANCEL: dict[str, Cancellation] = {
    "NONE_REQUESTED": Cancellation.NONE,
    "IN_PROGRESS": Cancellation.ASKED,
    "CANCELED": Cancellation.DONE,
}


def order_status(fulfillment: str, payment: str, cancel: str) -> OrderStatus:
    """The canonical state. A word that eBay has not documented makes it UNKNOWN, which moves nothing.

    Money given back in full without a parcel under way means that nothing is to be sent.
    """
    sent = FULFILLMENT.get(fulfillment, OrderStatus.UNKNOWN)
    paid, wish = PAYMENT.get(payment), CANCEL.get(cancel)
    if sent is OrderStatus.UNKNOWN or paid is None or wish is None:
        return OrderStatus.UNKNOWN
    if wish is Cancellation.DONE:
        return OrderStatus.CANCELLED
    if sent is OrderStatus.SHIPPED:
        return sent
    if wish is Cancellation.ASKED:
        return OrderStatus.CANCEL_REQUESTED
    if paid is Payment.RETURNED:
        return OrderStatus.CANCELLED
    return OrderStatus.UNPAID if paid is Payment.WAITING else sent
