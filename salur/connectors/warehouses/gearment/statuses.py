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

UNVERIFIED = frozenset(
    {
        "VENDOR_SHIPPING_VERIFICATION_STATUS_CONSTRAINT_INVALID",
        "VENDOR_SHIPPING_VERIFICATION_STATUS_ADDRESS_UNVERIFIED",
    }
)

STATUS_TABLES: Mapping[str, Mapping[str, object]] = {
    "order": ORDER,
    "draft": DRAFT,
    "cancel": CANCEL,
    "stock": STOCK,
    "ticket": TICKET,
    "tracking": TRACKING,
}


def order_task(raw: str) -> OutboundTask | Unmapped:
    """The canonical state of an order, or the raw word when it is not documented."""
    return ORDER.get(raw, Unmapped(raw))


def draft_task(raw: str) -> OutboundTask | Unmapped:
    """As :func:`order_task`, of drafts."""
    return DRAFT.get(raw, Unmapped(raw))
