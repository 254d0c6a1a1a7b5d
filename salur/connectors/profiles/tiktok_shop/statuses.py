"""TikTok Shop's words to ours, one table per machine (contracts/tiktok/statuses.csv lists the words)."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from salur.connectors.base.types import OrderStatus

# AWAITING_SHIPMENT is our PAID: the seller may arrange the shipment, there is no AWB yet. AWAITING_COLLECTION is our
# READY: arranged, AWB there (R102). ON_HOLD stays below PAID: the buyer may still take the order back without asking,
# and TikTok does not tell the address yet. PARTIALLY_SHIPPING counts as shipped: the list would send a part again.
ORDER: dict[str, OrderStatus] = {
    "UNPAID": OrderStatus.UNPAID,
    "ON_HOLD": OrderStatus.UNPAID,
    "AWAITING_SHIPMENT": OrderStatus.PAID,
    "PARTIALLY_SHIPPING": OrderStatus.SHIPPED,
    "AWAITING_COLLECTION": OrderStatus.READY,
    "IN_TRANSIT": OrderStatus.SHIPPED,
    "DELIVERED": OrderStatus.COMPLETED,
    "COMPLETED": OrderStatus.COMPLETED,
    "CANCELLED": OrderStatus.CANCELLED,
    "CANCEL": OrderStatus.CANCELLED,  # the webhook's word
}

AFTER_ARRANGING = frozenset({OrderStatus.READY, OrderStatus.SHIPPED, OrderStatus.COMPLETED})


class PackageStage(StrEnum):
    """How far a package is."""

    OPEN = "open"
    ARRANGED = "arranged"
    MOVING = "moving"
    DELIVERED = "delivered"
    CANCELLED = "cancelled"


PACKAGE: dict[str, PackageStage] = {
    "TO_FULFILL": PackageStage.OPEN,
    "PROCESSING": PackageStage.ARRANGED,
    "FULFILLING": PackageStage.MOVING,
    "COMPLETED": PackageStage.DELIVERED,
    "CANCELLED": PackageStage.CANCELLED,
}


class Wish(StrEnum):
    """How far a buyer's wish to cancel is."""

    WAITING = "waiting"
    GRANTED = "granted"
    CLOSED = "closed"


CANCELLATION: dict[str, Wish] = {
    "CANCELLATION_REQUEST_PENDING": Wish.WAITING,
    "CANCELLATION_REQUEST_SUCCESS": Wish.GRANTED,
    "CANCELLATION_REQUEST_COMPLETE": Wish.GRANTED,
    "CANCELLATION_REQUEST_CANCEL": Wish.CLOSED,
    "CANCELLATION_REQUEST_CANCELLED": Wish.CLOSED,
}

STATUS_TABLES: Mapping[str, Mapping[str, object]] = {"order": ORDER, "package": PACKAGE, "cancellation": CANCELLATION}


def order_status(raw: str) -> OrderStatus:
    """The canonical state; a word that is not documented is UNKNOWN and moves nothing."""
    return ORDER.get(raw, OrderStatus.UNKNOWN)
