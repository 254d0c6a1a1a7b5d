"""The machine of a transfer."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from salur.foundation.transitions import Machine, Move


class TransferState(models.TextChoices):
    """How far a transfer is."""

    DRAFT = "draft", _("Draft")
    SENT = "sent", _("On its way")
    RECEIVING = "receiving", _("Received in part")
    SHORT = "short", _("Arrived with differences")
    COMPLETED = "completed", _("Completed")
    CANCELLED = "cancelled", _("Cancelled")


TRANSFER = Machine(
    "transfer",
    "transfers_transfer",
    "state",
    ("draft",),
    (
        Move("draft", "sent", "the goods left the source"),
        Move("draft", "cancelled", "not wanted any more"),
        Move("sent", "receiving", "some of it arrived"),
        Move("sent", "completed", "all of it arrived"),
        Move("sent", "short", "the target expects nothing more, and some is missing"),
        Move("receiving", "completed", "all of it arrived"),
        Move("receiving", "short", "the target expects nothing more, and some is missing"),
        Move("short", "completed", "what is missing is settled"),
        Move("short", "cancelled", "nothing had arrived, and all of it is back"),
    ),
)
MACHINES = (TRANSFER,)
UNDER_WAY = (TransferState.SENT, TransferState.RECEIVING, TransferState.SHORT)
