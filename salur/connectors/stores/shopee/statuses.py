"""Shopee's words to ours, one table per machine (contracts/shopee/statuses.csv lists the words)."""

from __future__ import annotations

from enum import StrEnum

from salur.connectors.base.types import OrderStatus

# READY_TO_SHIP is our PAID: the seller may arrange the shipment, there is no AWB yet. PROCESSED is our READY:
# arranged, AWB there (R96 to R98 name these two states "Paid" and "Ready to Ship"). PENDING stays below PAID,
# because Shopee still examines the order and may take it back; nothing may be pushed (A16).
ORDER: dict[str, OrderStatus] = {
    "UNPAID": OrderStatus.UNPAID,
    "PENDING": OrderStatus.UNPAID,
    "INVOICE_PENDING": OrderStatus.PAID,
    "READY_TO_SHIP": OrderStatus.PAID,
    "PROCESSED": OrderStatus.READY,
    "RETRY_SHIP": OrderStatus.READY,
    "SHIPPED": OrderStatus.SHIPPED,
    "TO_CONFIRM_RECEIVE": OrderStatus.SHIPPED,
    "TO_RETURN": OrderStatus.SHIPPED,
    "COMPLETED": OrderStatus.COMPLETED,
    "IN_CANCEL": OrderStatus.CANCEL_REQUESTED,
    "CANCELLED": OrderStatus.CANCELLED,
}

ARRANGED_ORDERS = frozenset({"PROCESSED", "SHIPPED", "TO_CONFIRM_RECEIVE", "TO_RETURN", "COMPLETED"})


class PackageStage(StrEnum):
    """How far a package is, as far as arranging and confirming need to know."""

    NOT_READY = "not_ready"
    READY = "ready"
    ARRANGED = "arranged"
    MOVING = "moving"
    DELIVERED = "delivered"
    RETRY = "retry"
    FAILED = "failed"
    CANCELLED = "cancelled"


PACKAGE: dict[str, PackageStage] = {
    "LOGISTICS_NOT_START": PackageStage.NOT_READY,
    "LOGISTICS_PENDING_ARRANGE": PackageStage.NOT_READY,
    "LOGISTICS_READY": PackageStage.READY,
    "LOGISTICS_REQUEST_CREATED": PackageStage.ARRANGED,
    "LOGISTICS_PICKUP_DONE": PackageStage.MOVING,
    "LOGISTICS_PICKUP_RETRY": PackageStage.RETRY,
    "LOGISTICS_PICKUP_FAILED": PackageStage.FAILED,
    "LOGISTICS_DELIVERY_DONE": PackageStage.DELIVERED,
    "LOGISTICS_DELIVERY_FAILED": PackageStage.FAILED,
    "LOGISTICS_COD_REJECTED": PackageStage.FAILED,
    "LOGISTICS_LOST": PackageStage.FAILED,
    "LOGISTICS_REQUEST_CANCELED": PackageStage.CANCELLED,
    "LOGISTICS_INVALID": PackageStage.CANCELLED,
}

ARRANGED_PACKAGES = frozenset({PackageStage.ARRANGED, PackageStage.MOVING, PackageStage.DELIVERED})


class DocumentState(StrEnum):
    """A label task."""

    READY = "ready"
    PROCESSING = "processing"
    FAILED = "failed"


DOCUMENT: dict[str, DocumentState] = {
    "READY": DocumentState.READY,
    "PROCESSING": DocumentState.PROCESSING,
    "FAILED": DocumentState.FAILED,
}


def order_status(raw: str) -> OrderStatus:
    """The canonical state; a word that Shopee has not documented is UNKNOWN and moves nothing."""
    return ORDER.get(raw, OrderStatus.UNKNOWN)
