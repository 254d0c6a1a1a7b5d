"""The order's machine: the store decides, so every forward and sideways move is listed; nothing returns to unpaid."""

from __future__ import annotations

from itertools import product

from django.db import models
from django.utils.translation import gettext_lazy as _

from salur.foundation.transitions import Machine, Move


class OrderState(models.TextChoices):
    """The store's view of an order (canonical statuses, design 7)."""

    UNPAID = "unpaid", _("Unpaid")
    PAID = "paid", _("Paid")
    READY = "ready", _("Ready to ship")
    SHIPPED = "shipped", _("Shipped")
    COMPLETED = "completed", _("Completed")
    CANCEL_REQUESTED = "cancel_requested", _("Cancellation requested")
    CANCELLED = "cancelled", _("Cancelled")
    UNKNOWN = "unknown", _("Unknown status")


class RunState(models.TextChoices):
    """Where a sync run stands."""

    QUEUED = "queued", _("Queued")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")
    STOPPED = "stopped", _("Stopped")


class UploadState(models.TextChoices):
    """Where an uploaded file stands of which nothing has been imported yet."""

    COLUMNS = "columns", _("Columns needed")
    QUEUED = "queued", _("Queued")
    RUNNING = "running", _("Being checked")
    READY = "ready", _("Ready to import")
    REFUSED = "refused", _("Cannot be read")


_FORWARD = ("unpaid", "paid", "ready", "shipped", "completed")


def _order_moves() -> tuple[Move, ...]:
    moves = [
        Move(a, b, "the store reports it")
        for (i, a), (j, b) in product(enumerate(_FORWARD), enumerate(_FORWARD))
        if i < j
    ]
    moves.append(Move("ready", "paid", "the store took the shipment's arrangement back"))
    moves.append(Move("shipped", "ready", "the courier's pickup failed, arrange again"))
    for state in ("unpaid", "paid", "ready", "shipped"):
        moves.append(Move(state, "cancel_requested", "the buyer applied for cancellation"))
        moves.append(Move("cancel_requested", state, "the application was rejected, withdrawn or overruled"))
        moves.append(Move(state, "cancelled", "the store cancelled it"))
    moves.append(Move("cancel_requested", "cancelled", "the application was accepted"))
    moves.append(Move("cancel_requested", "completed", "the application came to nothing"))
    known = (*_FORWARD, "cancel_requested", "cancelled")
    moves += [Move(state, "unknown", "the store reports a status we do not know") for state in known]
    moves += [Move("unknown", state, "the store reports a known status again") for state in known]
    return tuple(moves)


ORDER = Machine("orders_order", "orders_order", "status", tuple(OrderState.values), _order_moves())

RUN = Machine(
    "orders_syncrun",
    "orders_syncrun",
    "state",
    ("queued",),
    (
        Move("queued", "running", "a worker took it"),
        Move("running", "done", "all pages or rows are in"),
        Move("running", "failed", "it cannot go on"),
        Move("running", "queued", "the worker was lost or the partner asks to wait"),
        Move("queued", "failed", "it cannot begin"),
        Move("queued", "stopped", "somebody stopped it"),
        Move("running", "stopped", "somebody stopped it"),
        Move("failed", "queued", "run again"),
    ),
)
