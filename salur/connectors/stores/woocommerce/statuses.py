"""WooCommerce's words to ours (contracts/woocommerce/statuses.csv lists the words)."""

from __future__ import annotations

from salur.connectors.base.types import OrderStatus

SHIPPED = "completed"  # the settings may name a plugin's word instead
DRAFT = "checkout-draft"
TRASH = "trash"

# A payment that failed may be made good, so "failed" waits as unpaid orders do.
ORDER: dict[str, OrderStatus] = {
    "pending": OrderStatus.UNPAID,
    "on-hold": OrderStatus.UNPAID,
    "failed": OrderStatus.UNPAID,
    DRAFT: OrderStatus.UNPAID,
    "processing": OrderStatus.PAID,
    SHIPPED: OrderStatus.SHIPPED,
    "cancelled": OrderStatus.CANCELLED,
    "refunded": OrderStatus.CANCELLED,
    TRASH: OrderStatus.CANCELLED,
}


def order_status(raw: str, *, was_completed: bool, shipped_word: str = SHIPPED) -> OrderStatus:
    """The canonical state; a plugin's word is UNKNOWN and moves nothing.

    ``was_completed``: money given back after the parcel has left does not call the parcel back.
    """
    if raw == shipped_word or (raw == "refunded" and was_completed):
        return OrderStatus.SHIPPED
    return ORDER.get(raw, OrderStatus.UNKNOWN)
