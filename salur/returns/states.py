"""The machine of a return."""

from __future__ import annotations

from django.db import models
from django.utils.translation import pgettext_lazy

from salur.foundation.transitions import Machine, Move


class ReturnState(models.TextChoices):
    """How far a return is."""

    EXPECTED = "expected", pgettext_lazy("a return", "Expected")
    RECEIVED = "received", pgettext_lazy("a return", "Received in part")
    CLOSED = "closed", pgettext_lazy("a return", "Closed")


RETURN = Machine(
    "return",
    "returns_return",
    "state",
    ("expected",),
    (
        Move("expected", "received", "something came back"),
        Move("expected", "closed", "it came back whole, or will not come"),
        Move("received", "closed", "the rest came, or will not come"),
    ),
)
MACHINES = (RETURN,)
OPEN = (ReturnState.EXPECTED, ReturnState.RECEIVED)
