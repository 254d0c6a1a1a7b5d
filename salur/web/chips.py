"""How states look: a tone and an icon for each, always with the words beside (never colour alone)."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise

from salur.catalog.models import ImportState, ProductPushState
from salur.inbound.states import InboundCancellationState, InboundPushState, InboundTaskState
from salur.integrations.models import ConnectionState
from salur.orders.states import OrderState, RunState, UploadState
from salur.outbound.states import (
    CancellationState,
    ConfirmationState,
    PushState,
    ShipmentState,
    TaskState,
)
from salur.returns.states import ReturnState
from salur.stock.models import StockFileState
from salur.stocktakes.states import StocktakeState
from salur.transfers.states import TransferState

Look = tuple[str, str]  # tone (quiet, info, busy, good, warn, bad), icon

QUIET: Look = ("quiet", "dot")

LOOKS: Mapping[str, Mapping[str, Look]] = {
    "order": {
        "unpaid": ("quiet", "clock"),
        "paid": ("info", "coin"),
        "ready": ("info", "box"),
        "shipped": ("busy", "truck"),
        "completed": ("good", "check"),
        "cancel_requested": ("warn", "question"),
        "cancelled": ("quiet", "cross"),
        "unknown": ("warn", "question"),
    },
    "run": {
        "queued": ("quiet", "clock"),
        "running": ("busy", "arrows"),
        "done": ("good", "check"),
        "failed": ("bad", "cross"),
        "stopped": ("quiet", "stop"),
    },
    "upload": {
        "columns": ("warn", "question"),
        "queued": ("quiet", "clock"),
        "running": ("busy", "arrows"),
        "ready": ("info", "check"),
        "refused": ("bad", "cross"),
    },
    "product_import": {
        "queued": ("quiet", "clock"),
        "ready": ("info", "check"),
        "importing": ("busy", "arrows"),
        "done": ("good", "check"),
        "refused": ("bad", "cross"),
    },
    "stock_file": {
        "queued": ("quiet", "clock"),
        "writing": ("busy", "arrows"),
        "done": ("good", "check"),
        "refused": ("bad", "cross"),
    },
    "push": {
        "draft": ("quiet", "dot"),
        "waiting": ("warn", "pause"),
        "ready": ("info", "clock"),
        "pushing": ("busy", "arrows"),
        "unknown": ("busy", "search"),
        "pushed": ("good", "check"),
        "rejected": ("bad", "cross"),
        "void": ("quiet", "stop"),
    },
    "task": {
        "none": ("quiet", "dot"),
        "accepted": ("info", "inbox"),
        "picking": ("busy", "box"),
        "picked": ("busy", "box"),
        "packed": ("busy", "box"),
        "completed": ("good", "check"),
        "exception": ("bad", "alert"),
        "cancelled": ("quiet", "stop"),
    },
    "shipment": {
        "none": ("quiet", "dot"),
        "due": ("info", "clock"),
        "arranged": ("busy", "clock"),
        "numbered": ("busy", "tag"),
        "labelled": ("good", "check"),
        "failed": ("bad", "cross"),
    },
    "cancellation": {
        "none": ("quiet", "dot"),
        "asked": ("warn", "clock"),
        "sent": ("busy", "arrows"),
        "pending": ("busy", "clock"),
        "done": ("quiet", "stop"),
        "refused": ("bad", "cross"),
        "conflict": ("bad", "alert"),
    },
    "confirmation": {
        "none": ("quiet", "dot"),
        "due": ("busy", "clock"),
        "confirmed": ("good", "check"),
        "failed": ("bad", "cross"),
    },
    "product": {
        "not_pushed": ("quiet", "dot"),
        "pushing": ("busy", "arrows"),
        "pushed": ("good", "check"),
        "failed": ("bad", "cross"),
    },
    "inbound_push": {
        "draft": ("quiet", "dot"),
        "ready": ("info", "clock"),
        "pushing": ("busy", "arrows"),
        "unknown": ("busy", "search"),
        "pushed": ("good", "check"),
        "rejected": ("bad", "cross"),
        "void": ("quiet", "stop"),
    },
    "inbound_task": {
        "none": ("quiet", "dot"),
        "arriving": ("info", "truck"),
        "receiving": ("busy", "inbox"),
        "completed": ("good", "check"),
        "exception": ("bad", "alert"),
        "cancelled": ("quiet", "stop"),
    },
    "inbound_cancellation": {
        "none": ("quiet", "dot"),
        "asked": ("warn", "clock"),
        "sent": ("busy", "arrows"),
        "done": ("quiet", "stop"),
        "refused": ("bad", "cross"),
    },
    "stocktake": {
        "counting": ("busy", "boxes"),
        "checking": ("warn", "question"),
        "approved": ("good", "check"),
        "cancelled": ("quiet", "stop"),
    },
    "transfer": {
        "draft": ("quiet", "dot"),
        "sent": ("busy", "truck"),
        "receiving": ("busy", "inbox"),
        "short": ("warn", "alert"),
        "completed": ("good", "check"),
        "cancelled": ("quiet", "stop"),
    },
    "return": {
        "expected": ("info", "truck"),
        "received": ("busy", "inbox"),
        "closed": ("good", "check"),
    },
    "connection": {
        "connected": ("good", "check"),
        "paused": ("bad", "pause"),
        "disconnected": ("quiet", "stop"),
    },
}

_CHOICES: Mapping[str, Mapping[str, str | Promise]] = {
    "order": dict(OrderState.choices),
    "run": dict(RunState.choices),
    "upload": dict(UploadState.choices),
    "push": dict(PushState.choices),
    "task": dict(TaskState.choices),
    "shipment": dict(ShipmentState.choices),
    "cancellation": dict(CancellationState.choices),
    "confirmation": dict(ConfirmationState.choices),
    "product": dict(ProductPushState.choices),
    "product_import": dict(ImportState.choices),
    "stock_file": dict(StockFileState.choices),
    "inbound_push": dict(InboundPushState.choices),
    "inbound_task": dict(InboundTaskState.choices),
    "inbound_cancellation": dict(InboundCancellationState.choices),
    "stocktake": dict(StocktakeState.choices),
    "transfer": dict(TransferState.choices),
    "return": dict(ReturnState.choices),
    "connection": dict(ConnectionState.choices),
}


def look(machine: str, state: str) -> Look:
    """Tone and icon of a state; a state nobody listed is shown quietly."""
    return LOOKS[machine].get(state, QUIET)


def label(machine: str, state: str) -> str:
    """The state's name in the reader's language; an unlisted one as it is."""
    return str(_CHOICES[machine].get(state, state))
