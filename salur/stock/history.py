"""The ledger of one balance as people read it: by figure, cause and time, with the balance after each line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Any

from django.db import connection
from django.db.models import F, QuerySet

from salur.foundation.paging import Keyset, keyset_page
from salur.tenancy.scope import current_scope

from .models import Balance, Movement, MovementCause, StockSyncLine

FIGURES = ("on_hand", "reserved", "free", "incoming", "disputed")


@dataclass(frozen=True)
class MovementFilter:
    """Which lines of a ledger: those that moved ``figure``, of one cause, from a time (incl.) until another (excl.)."""

    figure: str = ""
    cause: str = ""
    since: datetime | None = None
    until: datetime | None = None


def within_days(figure: str, cause: str, first: str, last: str, zone: tzinfo) -> MovementFilter:
    """A filter from what people type: days (``YYYY-MM-DD``) by their clocks, both included; nonsense is no bound."""

    def begins(typed: str, later: int = 0) -> datetime | None:
        try:
            return datetime.combine(date.fromisoformat(typed) + timedelta(days=later), time(), zone)
        except (ValueError, OverflowError):
            return None

    return MovementFilter(figure, cause, begins(first), begins(last, 1))


def movements(balance: Balance, wanted: MovementFilter) -> QuerySet[Movement]:
    """The lines that the filter means."""
    rows = Movement.objects.filter(balance=balance)
    if wanted.figure == "free":
        rows = rows.exclude(d_on_hand=F("d_reserved"))
    elif wanted.figure in FIGURES:
        rows = rows.exclude(**{f"d_{wanted.figure}": 0})
    if wanted.cause in MovementCause.values:
        rows = rows.filter(cause=wanted.cause)
    if wanted.since:
        rows = rows.filter(at__gte=wanted.since)
    if wanted.until:
        rows = rows.filter(at__lt=wanted.until)
    return rows


def movement_page(balance: Balance, wanted: MovementFilter, cursor: str | None, size: int = 50) -> Keyset[Movement]:
    """A page of them, the latest first."""
    return keyset_page(movements(balance, wanted), order=["-id"], cursor=cursor, size=size)


@dataclass(frozen=True, slots=True)
class After:
    """What the figures were when a movement had been written, in pieces."""

    on_hand: int
    reserved: int
    incoming: int
    disputed: int

    @property
    def free(self) -> int:
        """What could be promised then."""
        return self.on_hand - self.reserved


AFTER = """
WITH later AS (
  SELECT m.id, sum(m.d_on_hand) OVER w AS on_hand, sum(m.d_reserved) OVER w AS reserved,
         sum(m.d_incoming) OVER w AS incoming, sum(m.d_disputed) OVER w AS disputed
  FROM stock_movement m WHERE m.merchant_id = %(merchant)s AND m.balance_id = %(balance)s AND m.id >= %(first)s
  WINDOW w AS (ORDER BY m.id DESC ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
)
SELECT l.id, b.on_hand - coalesce(l.on_hand, 0), b.reserved - coalesce(l.reserved, 0),
       b.incoming - coalesce(l.incoming, 0), b.disputed - coalesce(l.disputed, 0)
FROM later l JOIN stock_balance b ON b.merchant_id = %(merchant)s AND b.id = %(balance)s
WHERE l.id = ANY(%(ids)s::bigint[])
"""


def balances_after(balance: Balance, rows: Sequence[Movement]) -> dict[int, After]:
    """The figures after each of these lines, reckoned back from today's: one statement."""
    if not rows:
        return {}
    ids = [row.pk for row in rows]
    values: dict[str, Any] = {
        "merchant": current_scope().merchant_id,
        "balance": balance.pk,
        "first": min(ids),
        "ids": ids,
    }
    with connection.cursor() as cursor:
        cursor.execute(AFTER, values)
        return {row[0]: After(*map(int, row[1:])) for row in cursor.fetchall()}


def every_movement(
    balance: Balance, wanted: MovementFilter, size: int = 2000
) -> Iterator[list[tuple[Movement, After | None]]]:
    """All lines that the filter means, the latest first, in pages that keep the memory flat."""
    cursor: str | None = None
    while True:
        page = movement_page(balance, wanted, cursor, size)
        after = balances_after(balance, page.rows)
        yield [(row, after.get(row.pk)) for row in page.rows]
        cursor = page.next_cursor
        if cursor is None:
            return


def disputing_line(balance: Balance) -> StockSyncLine | None:
    """The line of the stock sync that made the balance's dispute what it is; None where nothing is disputed."""
    if not balance.disputed:
        return None
    rows = Movement.objects.filter(balance=balance, cause=MovementCause.COUNT).exclude(d_disputed=0)
    run_id = rows.order_by("-id").values_list("cause_id", flat=True).first()
    lines = StockSyncLine.objects.filter(run_id=run_id, sku=balance.msku).select_related("run")
    return lines.first()
