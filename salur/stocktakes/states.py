"""The machine of a stock count."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from salur.foundation.transitions import Machine, Move

TABLE = "stocktakes_stocktake"


class StocktakeState(models.TextChoices):
    """How far a stock count is."""

    COUNTING = "counting", _("Being counted")
    CHECKING = "checking", _("Being checked")
    APPROVED = "approved", pgettext_lazy("a stock count", "Entered")
    CANCELLED = "cancelled", pgettext_lazy("a stock count", "Given up")


STOCKTAKE = Machine(
    "stocktake",
    TABLE,
    "state",
    ("counting",),
    (
        Move("counting", "checking", "counting has ended"),
        Move("checking", "counting", "lines are counted again"),
        Move("checking", "approved", "the differences are entered"),
        Move("counting", "cancelled", "given up"),
        Move("checking", "cancelled", "given up"),
    ),
)
MACHINES = (STOCKTAKE,)
OPEN = (StocktakeState.COUNTING, StocktakeState.CHECKING)
