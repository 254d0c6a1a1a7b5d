"""Amazon's words to ours, one table per machine (contracts/amazon/statuses.csv lists the words)."""

from __future__ import annotations

from enum import StrEnum

from salur.connectors.base.types import OrderStatus

# PARTIALLY_SHIPPED stays below shipped: the rest of the order has still to go. UNFULFILLABLE belongs to orders that
# Amazon fulfils; nothing of it is ever sent by us.
ORDER: dict[str, OrderStatus] = {
    "PENDING_AVAILABILITY": OrderStatus.UNPAID,
    "PENDING": OrderStatus.UNPAID,
    "UNSHIPPED": OrderStatus.PAID,
    "PARTIALLY_SHIPPED": OrderStatus.READY,
    "SHIPPED": OrderStatus.SHIPPED,
    "CANCELLED": OrderStatus.CANCELLED,
    "UNFULFILLABLE": OrderStatus.CANCELLED,
}

SHIPPING = frozenset({"PARTIALLY_SHIPPED", "SHIPPED"})


class PackageStage(StrEnum):
    """How far a parcel is."""

    WAITING = "waiting"
    MOVING = "moving"
    DELIVERED = "delivered"
    GONE = "gone"


PACKAGE: dict[str, PackageStage] = {
    "PENDING": PackageStage.WAITING,
    "IN_TRANSIT": PackageStage.MOVING,
    "SHIPPED": PackageStage.MOVING,
    "DELIVERED": PackageStage.DELIVERED,
    "CANCELLED": PackageStage.GONE,
    "UNDELIVERABLE": PackageStage.GONE,
}


def order_status(raw: str) -> OrderStatus:
    """The canonical state; a word that Amazon has not documented is UNKNOWN and moves nothing."""
    return ORDER.get(raw, OrderStatus.UNKNOWN)
