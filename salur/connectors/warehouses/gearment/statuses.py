"""Gearment's words to ours, one table per machine (contracts/gearment/statuses.csv lists them)."""

from __future__ import annotations

from collections.abc import Mapping

from salur.connectors.base.types import OutboundTask, Unmapped

ORDER_PREFIX = "VENDOR_ORDER_STATUS_"
ORDER: dict[str, OutboundTask] = {
    "VENDOR_ORDER_STATUS_AWAITING_PAYMENT": OutboundTask.ACCEPTED,
    "VENDOR_ORDER_STATUS_PAYMENT_FAILED": OutboundTask.EXCEPTION,
    "VENDOR_ORDER_STATUS_AWAITING_FULFILLMENT": OutboundTask.ACCEPTED,
    "VENDOR_ORDER_STATUS_IN_PRODUCTION": OutboundTask.PICKING,
    "VENDOR_ORDER_STATUS_PACKED": OutboundTask.PACKED,
    "VENDOR_ORDER_STATUS_SHIPPED": OutboundTask.COMPLETED,
    "VENDOR_ORDER_STATUS_CANCELLED": OutboundTask.CANCELLED,
    "VENDOR_ORDER_STATUS_ON_HOLD": OutboundTask.EXCEPTION,
}

# We leave approval to Gearment: a draft that stays one waits for somebody (address not verified, for instance).
DRAFT: dict[str, OutboundTask] = {
    "VENDOR_ORDER_DRAFT_STATUS_DRAFT": OutboundTask.EXCEPTION,
    "VENDOR_ORDER_DRAFT_STATUS_AWAITING_CHECKOUT": OutboundTask.ACCEPTED,
    "VENDOR_ORDER_DRAFT_STATUS_CHECKED_OUT": OutboundTask.ACCEPTED,
    "VENDOR_ORDER_DRAFT_STATUS_DELETED": OutboundTask.CANCELLED,
    "VENDOR_ORDER_DRAFT_STATUS_ARCHIVED": OutboundTask.CANCELLED,
}

# What became of a wish to cancel; empty: nothing that concerns it.
CANCEL: dict[str, str] = {
    "VENDOR_ORDER_CANCEL_STATUS_NOT_REQUESTED": "",
    "VENDOR_ORDER_CANCEL_STATUS_REQUESTED": "pending",
    "VENDOR_ORDER_CANCEL_STATUS_PROCESSING": "pending",
    "VENDOR_ORDER_CANCEL_STATUS_CANCELED": "accepted",
    "VENDOR_ORDER_CANCEL_STATUS_PARTIALLY_CANCELED": "refused",
    "VENDOR_ORDER_CANCEL_STATUS_RETURN_REQUESTED": "",
    "VENDOR_ORDER_CANCEL_STATUS_RETURNED": "",
    "VENDOR_ORDER_CANCEL_STATUS_RETURN_REJECTED": "",
    "VENDOR_ORDER_CANCEL_STATUS_REJECTED": "refused",
    "VENDOR_ORDER_CANCEL_STATUS_FAILED": "refused",
}

# A product can be pushed unless this says that it will never be made again.
STOCK: dict[str, bool] = {
    "VENDOR_CATALOG_VARIANT_STOCK_LABEL_IN_STOCK": True,
    "VENDOR_CATALOG_VARIANT_STOCK_LABEL_OUT_OF_STOCK": True,
    "VENDOR_CATALOG_VARIANT_STOCK_LABEL_OUT_OF_STOCK_5D": True,
    "VENDOR_CATALOG_VARIANT_STOCK_LABEL_DISCONTINUED": False,
}

TICKET_REFUSED = "STATUS_REJECTED"
TICKET: dict[str, str] = {
    "STATUS_PENDING": "pending",
    "STATUS_PROCESSING": "pending",
    "STATUS_COMPLETED": "pending",  # the order's own cancel status says how it ended
    TICKET_REFUSED: "refused",
}

OUTDATED = "TRACKING_TYPE_OUTDATED"
TRACKING: dict[str, bool] = {"TRACKING_TYPE_PRIMARY": True, "TRACKING_TYPE_SECONDARY": True, OUTDATED: False}

# What is told as the reason beside a state; empty: nothing that hinders.
PAYMENT: dict[str, str] = {
    "VENDOR_ORDER_PAYMENT_STATUS_PENDING": "not paid yet",
    "VENDOR_ORDER_PAYMENT_STATUS_SUCCESS": "",
    "VENDOR_ORDER_PAYMENT_STATUS_FAILED": "the payment did not go through",
    "VENDOR_ORDER_PAYMENT_STATUS_EXPIRED": "not paid in time",
    "VENDOR_ORDER_PAYMENT_STATUS_SUCCESS_PARTIALLY": "paid in part",
}
ADDRESS: dict[str, str] = {
    "VENDOR_SHIPPING_VERIFICATION_STATUS_PENDING": "the address is not checked yet",
    "VENDOR_SHIPPING_VERIFICATION_STATUS_CONSTRAINT_INVALID": "a field of the address is wrong",
    "VENDOR_SHIPPING_VERIFICATION_STATUS_CONSTRAINT_VALID": "",
    "VENDOR_SHIPPING_VERIFICATION_STATUS_ADDRESS_UNVERIFIED": "the address is not verified",
    "VENDOR_SHIPPING_VERIFICATION_STATUS_ADDRESS_VERIFIED": "",
}
LINE_STOCK: dict[str, str] = {
    "VENDOR_STOCK_LABEL_IN_STOCK": "",
    "VENDOR_STOCK_LABEL_OUT_OF_STOCK": "a product is out of stock",
    "VENDOR_STOCK_LABEL_AT_RISK": "a product may come late",
    "VENDOR_STOCK_LABEL_DISCONTINUED": "a product is no longer made",
}
REFUND: dict[str, str] = {
    f"VENDOR_ORDER_REFUND_STATUS_{code}": words
    for code, words in (
        ("NOT_REQUESTED", ""),
        ("NOT_APPLICABLE", ""),
        ("REQUESTED", "a refund is asked for"),
        ("PROCESSING", "a refund is being looked at"),
        ("REFUNDED", "refunded"),
        ("PARTIALLY_REFUNDED", "refunded in part"),
        ("RETURN_REFUND_REQUESTED", "a refund for a return is asked for"),
        ("RETURN_REFUNDED", "refunded for a return"),
        ("REJECTED", "the refund was refused"),
        ("FAILED", "the refund could not be made"),
    )
}

STATUS_TABLES: Mapping[str, Mapping[str, object]] = {
    "order": ORDER,
    "draft": DRAFT,
    "cancel": CANCEL,
    "payment": PAYMENT,
    "refund": REFUND,
    "address": ADDRESS,
    "stock": STOCK,
    "line_stock": LINE_STOCK,
    "ticket": TICKET,
    "tracking": TRACKING,
}


def order_task(raw: str) -> OutboundTask | Unmapped:
    """The canonical state of an order, or the raw word when it is not documented."""
    return ORDER.get(raw, Unmapped(raw))


def draft_task(raw: str) -> OutboundTask | Unmapped:
    """As :func:`order_task`, of drafts."""
    return DRAFT.get(raw, Unmapped(raw))
