"""ECCANG's letters and numbers to ours, one table per machine (contracts/eccang/statuses.csv lists them)."""

from __future__ import annotations

from enum import StrEnum

from salur.connectors.base.inbound import InboundTask
from salur.connectors.base.types import OutboundTask, Unmapped

# H is a list kept as a draft. We always push approved lists (verify=1), so one of ours that is H was put on hold
# or not approved, and somebody must act: an exception, not "none". There are no letters for picking and packing.
OUTBOUND: dict[str, OutboundTask] = {
    "H": OutboundTask.EXCEPTION,
    "C": OutboundTask.ACCEPTED,
    "W": OutboundTask.ACCEPTED,
    "D": OutboundTask.COMPLETED,
    "N": OutboundTask.EXCEPTION,
    "P": OutboundTask.EXCEPTION,
    "X": OutboundTask.CANCELLED,
}

# Inbound lists: received is F, but only what is put away, E, can be sold.
PUT_AWAY = "E"
RECEIVING: dict[str, InboundTask] = {
    "C": InboundTask.NONE,
    "W": InboundTask.ARRIVING,
    "P": InboundTask.RECEIVING,
    "T": InboundTask.RECEIVING,
    "Z": InboundTask.RECEIVING,
    "G": InboundTask.RECEIVING,
    "F": InboundTask.RECEIVING,
    PUT_AWAY: InboundTask.COMPLETED,
    "X": InboundTask.CANCELLED,
}

# cancel_status of cancelOrder to the state of a CancelOutcome. 0 "none" after a successful request: not begun.
CANCEL: dict[str, str] = {
    "0": "pending",
    "1": "pending",
    "2": "accepted",
    "3": "refused",
    "4": "accepted",
}

# In a report of a list 0 means that nobody asked, unlike in the answer to a request just made.
REPORTED_CANCEL: dict[str, str] = {code: state for code, state in CANCEL.items() if code != "0"}

CANCELLED_BUT_CHARGED = "4"


class WarehouseState(StrEnum):
    """warehouse_status."""

    UNAVAILABLE = "unavailable"
    AVAILABLE = "available"
    DISABLED = "disabled"


WAREHOUSE: dict[str, WarehouseState] = {
    "0": WarehouseState.UNAVAILABLE,
    "1": WarehouseState.AVAILABLE,
    "2": WarehouseState.DISABLED,
}


def outbound_task(raw: str) -> OutboundTask | Unmapped:
    """The canonical state, or the raw word when it is not documented."""
    return OUTBOUND.get(raw, Unmapped(raw))


def inbound_task(raw: str) -> InboundTask | Unmapped:
    """As :func:`outbound_task`, of inbound lists."""
    return RECEIVING.get(raw, Unmapped(raw))
