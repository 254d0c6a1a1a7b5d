"""The inbound list's machines: push, the warehouse's view, cancellation (design 7, A12)."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from salur.foundation.transitions import Machine, Move

TABLE = "inbound_inboundlist"


class InboundPushState(models.TextChoices):
    """Has the warehouse got the list?"""

    DRAFT = "draft", _("Draft")
    READY = "ready", _("Ready to push")
    PUSHING = "pushing", _("Pushing")
    UNKNOWN = "unknown", _("Being looked up")
    PUSHED = "pushed", _("Pushed")
    REJECTED = "rejected", _("Push failed")
    VOID = "void", _("Void")


class InboundTaskState(models.TextChoices):
    """The warehouse's view; the values are those of ``connectors.base.inbound.InboundTask``."""

    NONE = "none", _("Not begun")
    ARRIVING = "arriving", _("On its way")
    RECEIVING = "receiving", _("Being received")
    COMPLETED = "completed", _("Completed")
    EXCEPTION = "exception", _("Exception at the warehouse")
    CANCELLED = "cancelled", _("Cancelled")


class InboundCancellationState(models.TextChoices):
    """A wish that the warehouse expects the list no more."""

    NONE = "none", pgettext_lazy("cancellation of an inbound list", "None")
    ASKED = "asked", _("Asked")
    SENT = "sent", _("Sent to the warehouse")
    DONE = "done", _("Cancelled")
    REFUSED = "refused", _("Refused by the warehouse")


class InboundSource(models.TextChoices):
    """Which of the ways of R60 made the list."""

    PAGE = "page", _("Inbound list")
    PRODUCT = "product", _("New master product")
    IMPORT = "import", _("Stock import")
    API = "api", _("API")
    TRANSFER = "transfer", _("Transfer")


PUSH = Machine(
    "inbound_push",
    TABLE,
    "push",
    ("draft",),
    (
        Move("draft", "ready", "submitted"),
        Move("draft", "pushed", "submitted for an own warehouse, which nobody needs to be told of"),
        Move("ready", "pushing", "claimed by a worker"),
        Move("ready", "draft", "taken back before its push"),
        Move("pushing", "pushed", "the partner accepted"),
        Move("pushing", "unknown", "the outcome is not known"),
        Move("pushing", "ready", "certainly not done: later again"),
        Move("pushing", "rejected", "the partner refused the content"),
        Move("unknown", "pushed", "found by reference"),
        Move("unknown", "ready", "certainly not there"),
        Move("rejected", "ready", "pushed again by hand"),
        Move("rejected", "draft", "taken back to be corrected"),
        Move("rejected", "pushed", "found by reference"),
        Move("draft", "void", "no longer wanted, and tried before"),
        Move("ready", "void", "no longer wanted"),
        Move("rejected", "void", "no longer wanted"),
        Move("unknown", "void", "not there, and no longer wanted"),
    ),
)

_STAGES = ("none", "arriving", "receiving", "completed")
TASK = Machine(
    "inbound_task",
    TABLE,
    "task",
    ("none",),
    (
        *(Move(a, b, "the warehouse reports it") for i, a in enumerate(_STAGES) for b in _STAGES[i + 1 :]),
        *(Move(s, "exception", "the warehouse reports an exception") for s in _STAGES[:-1]),
        *(Move("exception", s, "the warehouse solved it") for s in _STAGES[1:]),
        *(Move(s, "cancelled", "the warehouse expects it no more") for s in (*_STAGES[:-1], "exception")),
    ),
)

CANCELLATION = Machine(
    "inbound_cancellation",
    TABLE,
    "cancellation",
    ("none",),
    (
        Move("none", "asked", "somebody asked for it"),
        Move("asked", "sent", "the request is on its way"),
        Move("sent", "asked", "certainly not received: later again"),
        Move("sent", "done", "the warehouse cancelled it"),
        Move("sent", "refused", "the warehouse refused, or had received the goods"),
        Move("asked", "done", "the warehouse never had it, or had cancelled it already"),
        Move("asked", "refused", "the warehouse had received the goods"),
        Move("refused", "asked", "asked again by hand"),
        Move("refused", "done", "the warehouse cancelled it after all"),
    ),
)

MACHINES = (PUSH, TASK, CANCELLATION)

ENDED = (InboundTaskState.COMPLETED, InboundTaskState.CANCELLED)


class InboundFlag(models.TextChoices):
    """What is odd about a list's reports; people should look, nothing stops."""

    OVER_RECEIVED = "over_received", _("More arrived than was announced")
    TOTAL_FELL = "total_fell", _("The warehouse reports less than before")
    UNKNOWN_SKU = "unknown_sku", _("The warehouse reports a SKU that is not on the list")
    OTHER_CONTENT = "other_content", _("The warehouse may have an earlier version of this list")
    NO_QUANTITIES = "no_quantities", _("Completed without quantities: synchronise the stock")
