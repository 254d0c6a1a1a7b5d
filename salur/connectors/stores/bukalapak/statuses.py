"""Bukalapak's words to ours (contracts/bukalapak/statuses.csv lists them). "delivered" is: handed to the courier."""

from __future__ import annotations

from salur.connectors.base.types import OrderStatus

ORDER: dict[str, OrderStatus] = {
    "pending": OrderStatus.UNPAID,
    "addressed": OrderStatus.UNPAID,
    "payment_chosen": OrderStatus.UNPAID,
    "confirm_payment": OrderStatus.UNPAID,
    "paid": OrderStatus.PAID,
    "delivered": OrderStatus.SHIPPED,
    "received": OrderStatus.COMPLETED,
    "remitted": OrderStatus.COMPLETED,
    "rejected": OrderStatus.CANCELLED,
    "cancelled": OrderStatus.CANCELLED,
    "expired": OrderStatus.CANCELLED,
    "refunded": OrderStatus.CANCELLED,
}

# How far along its life an order is: Bukalapak tells no time of change, so this orders two sights of one order.
STAGES: dict[str, int] = {
    "pending": 10,
    "addressed": 20,
    "payment_chosen": 30,
    "confirm_payment": 40,
    "paid": 50,
    "delivered": 60,
    "received": 70,
    "remitted": 80,
    **dict.fromkeys(("rejected", "cancelled", "expired"), 90),
    "refunded": 95,
}
UNLISTED_STAGE = 55


def order_status(raw: str) -> OrderStatus:
    """The canonical state; a word that Bukalapak has not documented is UNKNOWN and moves nothing."""
    return ORDER.get(raw, OrderStatus.UNKNOWN)
