"""The outbound list's machines. Independent facts get independent machines (design 7)."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from salur.foundation.transitions import Machine, Move

TABLE = "outbound_outbound"


class PushState(models.TextChoices):
    """Has the warehouse got the list?"""

    DRAFT = "draft", _("Draft")
    WAITING = "waiting", _("Waiting")
    READY = "ready", _("Ready to push")
    PUSHING = "pushing", _("Pushing")
    UNKNOWN = "unknown", _("Being looked up")
    PUSHED = "pushed", _("Pushed")
    REJECTED = "rejected", _("Push failed")
    VOID = "void", _("Void")


class TaskState(models.TextChoices):
    """The warehouse's view."""

    NONE = "none", _("Not begun")
    ACCEPTED = "accepted", _("Accepted")
    PICKING = "picking", _("Picking")
    PICKED = "picked", _("Picked")
    PACKED = "packed", _("Packed")
    COMPLETED = "completed", _("Completed")
    EXCEPTION = "exception", _("Exception at the warehouse")
    CANCELLED = "cancelled", _("Cancelled")


class ShipmentState(models.TextChoices):
    """The store's side of the parcel: arranged, numbered (AWB), labelled."""

    NONE = "none", _("Not arranged")
    DUE = "due", _("To be arranged")
    ARRANGED = "arranged", _("Arranged, waiting for AWB")
    NUMBERED = "numbered", _("AWB known, waiting for label")
    LABELLED = "labelled", _("AWB and label stored")
    FAILED = "failed", _("Arranging failed")


class CancellationState(models.TextChoices):
    """A wish to stop the list at the warehouse."""

    NONE = "none", pgettext_lazy("cancellation of an outbound list", "None")
    ASKED = "asked", _("Asked")
    SENT = "sent", _("Sent to the warehouse")
    PENDING = "pending", _("The warehouse is trying")
    DONE = "done", _("Cancelled")
    REFUSED = "refused", _("Refused by the warehouse")
    CONFLICT = "conflict", _("Cancelled, yet shipped")


class ConfirmationState(models.TextChoices):
    """Has the store been told that the parcel is under way?"""

    NONE = "none", _("Not due")
    DUE = "due", _("To be confirmed")
    CONFIRMED = "confirmed", _("Confirmed at the store")
    FAILED = "failed", _("Confirmation failed")


class Told(models.TextChoices):
    """What the store is told of a parcel that has left (R143)."""

    BOTH = "both", _("Shipment and tracking number")
    SHIPMENT = "shipment", _("The shipment only")
    NUMBER = "number", _("The tracking number only")


def told_by_switches(abilities: frozenset[str], *, confirms: bool, tracks: bool) -> str:
    """What a store's two switches mean; empty: nothing is told by itself.

    Most stores take shipment and number in one call, so there the first switch stands for both.
    """
    if "confirm" not in abilities:
        return ""
    if "track" not in abilities:
        return Told.BOTH if confirms else ""
    if confirms:
        return Told.BOTH if tracks else Told.SHIPMENT
    return Told.NUMBER if tracks else ""


class Look(models.TextChoices):
    """What came of the last look at the store before the push."""

    NONE = "", _("Not asked")
    FRESH = "fresh", _("Not asked: the store had been heard of a moment before")
    STANDS = "stands", _("The order stands")
    GONE = "gone", _("The order does not stand as it did")
    SILENT = "silent", _("The store does not answer; the list waits")
    WAIVED = "waived", _("The store did not answer in time; pushed all the same")


PUSH = Machine(
    "outbound_push",
    TABLE,
    "push",
    ("draft", "waiting", "ready"),
    (
        Move("draft", "waiting", "the list was completed"),
        Move("waiting", "ready", "every gate is open"),
        Move("ready", "waiting", "a gate closed again"),
        Move("ready", "pushing", "claimed by a worker"),
        Move("pushing", "pushed", "the partner accepted"),
        Move("pushing", "unknown", "the outcome is not known"),
        Move("pushing", "ready", "certainly not done: later again"),
        Move("pushing", "waiting", "a last look found a closed gate"),
        Move("pushing", "rejected", "the partner refused the content"),
        Move("unknown", "pushed", "found by reference"),
        Move("unknown", "ready", "certainly not there"),
        Move("unknown", "rejected", "the partner refused the content"),
        Move("rejected", "waiting", "pushed again by hand or by its cure"),
        Move("rejected", "pushed", "found by reference"),
        Move("draft", "void", "no longer needed"),
        Move("waiting", "void", "no longer needed"),
        Move("ready", "void", "no longer needed"),
        Move("rejected", "void", "no longer needed"),
        Move("unknown", "void", "not there, and no longer needed"),
        Move("pushed", "void", "the warehouse cancelled it"),
        Move("ready", "pushed", "taken up in the own warehouse"),
        Move("pushed", "ready", "put back in the own warehouse"),
    ),
)

_STAGES = ("none", "accepted", "picking", "picked", "packed", "completed")
_REPORTED = (
    *(Move(a, b, "the warehouse reports it") for i, a in enumerate(_STAGES) for b in _STAGES[i + 1 :]),
    *(Move(s, "exception", "the warehouse reports an exception") for s in _STAGES[:-1]),
    *(Move("exception", s, "the warehouse solved it") for s in _STAGES[1:]),
    *(Move(s, "cancelled", "the warehouse cancelled it") for s in (*_STAGES[:-1], "exception")),
)
# Only people of an own warehouse take a step back; the database refuses it for lists of a partner's warehouse.
_TAKEN_BACK = tuple(
    Move(a, b, "taken back by a person") for a, b in (("packed", "picked"), ("picked", "picking"), ("picking", "none"))
)
TASK = Machine("outbound_task", TABLE, "task", ("none",), (*_REPORTED, *_TAKEN_BACK))
_BY_REPORT = frozenset((move.origin, move.target) for move in _REPORTED)


def may_be_reported(origin: str, target: str) -> bool:
    """Whether a report may move a list so: forward only (design 5)."""
    return (origin, target) in _BY_REPORT


SHIPMENT = Machine(
    "outbound_shipment",
    TABLE,
    "shipment",
    ("none", "due", "numbered"),
    (
        Move("none", "due", "the store's rules and the settings allow to arrange it"),
        Move("due", "none", "no longer to be arranged"),
        Move("due", "arranged", "the store accepted the arrangement"),
        Move("due", "failed", "the store refused"),
        Move("due", "numbered", "it had been arranged before"),
        Move("none", "numbered", "the store or a person gave the AWB number"),
        Move("arranged", "numbered", "the store issued the AWB number"),
        Move("arranged", "failed", "the store refused"),
        Move("numbered", "labelled", "the label PDF is stored"),
        Move("numbered", "failed", "the store gives no label"),
        Move("failed", "due", "tried again by hand or by its cure"),
        Move("failed", "none", "no longer to be arranged"),
        Move("labelled", "due", "the courier's pickup failed, arrange again"),
    ),
)

CANCELLATION = Machine(
    "outbound_cancellation",
    TABLE,
    "cancellation",
    ("none",),
    (
        Move("none", "asked", "the order was cancelled after its push"),
        Move("asked", "sent", "the request is on its way"),
        Move("sent", "asked", "certainly not received: later again"),
        Move("sent", "pending", "the warehouse is trying"),
        Move("sent", "done", "the warehouse cancelled it"),
        Move("sent", "refused", "the warehouse refused"),
        Move("pending", "done", "the warehouse cancelled it"),
        Move("pending", "refused", "the warehouse refused"),
        Move("asked", "done", "the warehouse had cancelled it already"),
        Move("asked", "conflict", "it had left already"),
        Move("sent", "conflict", "it had left already"),
        Move("pending", "conflict", "it had left already"),
        Move("refused", "conflict", "it left although the order is cancelled"),
        Move("refused", "asked", "asked again by hand"),
        Move("refused", "done", "the warehouse cancelled it after all"),
        Move("done", "conflict", "the warehouse shipped it after all"),
    ),
)

CONFIRMATION = Machine(
    "outbound_confirmation",
    TABLE,
    "confirmation",
    ("none",),
    (
        Move("none", "due", "the warehouse completed the list, or a person asks for it"),
        Move("due", "confirmed", "the store shows it"),
        Move("due", "failed", "the store refused"),
        Move("failed", "due", "tried again"),
    ),
)

BULK = Machine(
    "outbound_bulkrun",
    "outbound_bulkrun",
    "state",
    ("queued",),
    (
        Move("queued", "running", "a worker took it"),
        Move("running", "queued", "its worker gives others a turn"),
        Move("running", "done", "every row has its outcome"),
        Move("running", "failed", "it cannot go on"),
        Move("queued", "stopped", "somebody stopped it"),
        Move("running", "stopped", "somebody stopped it"),
        Move("stopped", "queued", "somebody lets it go on"),
        Move("failed", "queued", "somebody lets it go on"),
    ),
)

MACHINES = (PUSH, TASK, SHIPMENT, CANCELLATION, CONFIRMATION)
