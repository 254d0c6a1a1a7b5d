"""For how many days the free pieces will do, told by the last weeks' sales (issue 5, point 8)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, timedelta

from django.db.models import Min, Sum

from salur.foundation.clock import now

from .alerts import read_settings
from .models import DailyShipped

FEWEST_DAYS = 7  # over which sales are spread: one sale yesterday is not yet a sale a day


@dataclass(frozen=True, slots=True)
class Sales:
    """Pieces shipped in so many days."""

    pieces: int
    days: int


NONE = Sales(0, FEWEST_DAYS)


def sales_of(balance_ids: Iterable[int]) -> dict[int, Sales]:
    """What was shipped of each balance in the weeks that the settings name; two statements, however many there are.

    A product that began to sell within these weeks is judged by its days so far, a week at least.
    """
    days = 7 * read_settings().cover_weeks
    today = now().astimezone(UTC).date()
    rows = DailyShipped.objects.filter(balance_id__in=list(balance_ids), day__gt=today - timedelta(days=days))
    sums = rows.values("balance_id").order_by().annotate(sold=Sum("pieces"), first=Min("day"))
    return {
        row["balance_id"]: Sales(row["sold"], min(days, max(FEWEST_DAYS, (today - row["first"]).days + 1)))
        for row in sums
    }


def together(sales: Iterable[Sales]) -> Sales:
    """The sales of several balances as one figure."""
    every = list(sales)
    return Sales(sum(one.pieces for one in every), max((one.days for one in every), default=FEWEST_DAYS))


def days_of_cover(free: int, sales: Sales) -> int | None:
    """Whole days for which ``free`` pieces will do if sales go on like this; None where nothing was sold."""
    if sales.pieces <= 0:
        return None
    return free * sales.days // sales.pieces
