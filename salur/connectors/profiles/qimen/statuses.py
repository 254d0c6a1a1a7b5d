"""Qimen's words to ours, one table per machine (contracts/qimen/statuses.csv lists them)."""

from __future__ import annotations

from typing import Any

from salur.connectors.base.inbound import InboundTask
from salur.connectors.base.types import OutboundTask, Unmapped

# status of deliveryorder.query: how far the document is. PARTDELIVERED: the rest is still to be shipped.
DELIVERY: dict[str, OutboundTask] = {
    "NEW": OutboundTask.NONE,
    "ACCEPT": OutboundTask.ACCEPTED,
    "PARTDELIVERED": OutboundTask.PACKED,
    "DELIVERED": OutboundTask.COMPLETED,
    "EXCEPTION": OutboundTask.EXCEPTION,
    "CANCELED": OutboundTask.CANCELLED,
    "CLOSED": OutboundTask.CANCELLED,
    "REJECT": OutboundTask.EXCEPTION,
    "CANCELEDFAIL": OutboundTask.ACCEPTED,  # it goes on as if nobody had asked; the report says that it was refused
}

# processStatus of orderprocess.query and .report: what is being done with it (mapping A, contract sheet 3).
PROCESS: dict[str, OutboundTask] = {
    "ACCEPT": OutboundTask.ACCEPTED,
    "PRINT": OutboundTask.PICKING,
    "PICK": OutboundTask.PICKING,
    "CHECK": OutboundTask.PICKED,
    "PACKAGE": OutboundTask.PACKED,
    "WEIGH": OutboundTask.PACKED,
    "READY": OutboundTask.PACKED,
    "PARTDELIVERED": OutboundTask.PACKED,
    "DELIVERED": OutboundTask.COMPLETED,
    "SIGN": OutboundTask.COMPLETED,
    "REFUSE": OutboundTask.COMPLETED,  # the buyer refused a parcel that had left: coming back is another matter
    "TMSCANCELED": OutboundTask.COMPLETED,  # intercepted by the carrier after it had left the warehouse
    "PARTFULFILLED": OutboundTask.ACCEPTED,  # of inbound lists; of an outbound list it says nothing
    "FULFILLED": OutboundTask.ACCEPTED,
    "EXCEPTION": OutboundTask.EXCEPTION,
    "CLOSED": OutboundTask.CANCELLED,
    "CANCELED": OutboundTask.CANCELLED,
    "REJECT": OutboundTask.EXCEPTION,
    "OTHER": OutboundTask.ACCEPTED,
}

# status of entryorder.query.
ENTRY: dict[str, InboundTask] = {
    "NEW": InboundTask.ARRIVING,
    "ACCEPT": InboundTask.ARRIVING,
    "PARTFULFILLED": InboundTask.RECEIVING,
    "FULFILLED": InboundTask.COMPLETED,
    "EXCEPTION": InboundTask.EXCEPTION,
    "CANCELED": InboundTask.CANCELLED,
    "CLOSED": InboundTask.COMPLETED,  # closed early: what has come has come, nothing more will
    "REJECT": InboundTask.EXCEPTION,
    "CANCELEDFAIL": InboundTask.ARRIVING,
}

CANCEL_FAILED = "CANCELEDFAIL"
PAST_CANCELLING = frozenset({OutboundTask.PICKED, OutboundTask.PACKED, OutboundTask.COMPLETED})

# Stages of our own, to tell which of several processes is the furthest.
STAGES = (
    OutboundTask.NONE,
    OutboundTask.ACCEPTED,
    OutboundTask.PICKING,
    OutboundTask.PICKED,
    OutboundTask.PACKED,
    OutboundTask.COMPLETED,
)

GOOD = "ZP"  # inventoryType; all others are goods that cannot be sold
STATUS_TABLES: dict[str, dict[str, Any]] = {"order": DELIVERY, "process": PROCESS, "receiving": ENTRY}


def outbound_task(raw: str) -> OutboundTask | Unmapped:
    """The canonical state, or the raw word when it is not documented."""
    return DELIVERY.get(raw, Unmapped(raw))


def inbound_task(raw: str) -> InboundTask | Unmapped:
    """As :func:`outbound_task`, of inbound lists."""
    return ENTRY.get(raw, Unmapped(raw))
