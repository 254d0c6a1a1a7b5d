"""JD's numbers to ours, one table per machine (contracts/jd/statuses.csv lists them)."""

from __future__ import annotations

from salur.connectors.base.inbound import InboundTask
from salur.connectors.base.types import OutboundTask, Unmapped

CANCEL_FAILED = "10029"
OUTBOUND: dict[str, OutboundTask] = {
    "10009": OutboundTask.ACCEPTED,
    "10010": OutboundTask.ACCEPTED,
    "100130": OutboundTask.ACCEPTED,
    "100131": OutboundTask.ACCEPTED,
    "100132": OutboundTask.ACCEPTED,
    "10014": OutboundTask.ACCEPTED,
    "10015": OutboundTask.PICKING,
    "10016": OutboundTask.PICKED,
    "10017": OutboundTask.PICKED,
    "10018": OutboundTask.PACKED,
    "10019": OutboundTask.COMPLETED,
    "10020": OutboundTask.COMPLETED,
    "10028": OutboundTask.CANCELLED,
    CANCEL_FAILED: OutboundTask.ACCEPTED,  # it goes on as if nobody had asked; the report says that it was refused
    "10032": OutboundTask.COMPLETED,
    "10033": OutboundTask.COMPLETED,
    "10034": OutboundTask.COMPLETED,
    "10035": OutboundTask.COMPLETED,  # the buyer refused a parcel that had left: coming back is another matter
}

INBOUND: dict[str, InboundTask] = {
    "10": InboundTask.ARRIVING,
    "20": InboundTask.ARRIVING,
    "30": InboundTask.RECEIVING,
    "50": InboundTask.RECEIVING,
    "70": InboundTask.COMPLETED,
    "90": InboundTask.ARRIVING,
    "91": InboundTask.CANCELLED,
    "92": InboundTask.ARRIVING,
}

# Codes of cancelorder_result and poResult.
CANCEL: dict[str, str] = {"1": "accepted", "2": "refused"}

PAST_CANCELLING = frozenset({OutboundTask.PICKED, OutboundTask.PACKED, OutboundTask.COMPLETED})


def outbound_task(raw: str) -> OutboundTask | Unmapped:
    """The canonical state, or the raw code when it is not documented."""
    return OUTBOUND.get(raw, Unmapped(raw))


def inbound_task(raw: str) -> InboundTask | Unmapped:
    """As :func:`outbound_task`, of inbound lists."""
    return INBOUND.get(raw, Unmapped(raw))
