"""What pages and the API read of bulk runs. Every function takes a constant number of statements."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Count

from salur.foundation.paging import keyset_page

from .bulk import MOVING, BulkOutcome, BulkRow, BulkRun
from .queries import Listed


def bulk_page(cursor: str | None, size: int = 50) -> Listed[BulkRun]:
    """Runs, the newest first."""
    page = keyset_page(BulkRun.objects.all(), order=["-id"], cursor=cursor, size=size)
    return Listed(page.rows, page.next_cursor, page.previous_cursor)


def find_bulk(run_id: int) -> BulkRun | None:
    """One run of the scope's merchant."""
    return BulkRun.objects.filter(pk=run_id).first()


def run_of_cure(cure_id: int) -> BulkRun | None:
    """The run that carries out a remedy; a remedy of few orders has none."""
    return BulkRun.objects.filter(cure_id=cure_id).first()


def cures_under_way() -> list[BulkRun]:
    """Runs that wait or work, with the remedies that they carry out."""
    rows = BulkRun.objects.filter(cure__isnull=False, state__in=MOVING)
    return list(rows.select_related("cure").defer("cure__orders"))


def bulk_rows(run_id: int, outcome: str, cursor: str | None, size: int = 50) -> Listed[BulkRow]:
    """A run's rows with their orders and lists, in the order in which they are worked off."""
    rows = BulkRow.objects.filter(run_id=run_id).select_related("order", "outbound")
    if outcome in BulkOutcome.values:
        rows = rows.filter(outcome=outcome)
    page = keyset_page(rows, order=["id"], cursor=cursor, size=size)
    return Listed(page.rows, page.next_cursor, page.previous_cursor)


def every_bulk_row(run_id: int) -> Iterator[BulkRow]:
    """All rows of a run, for a file."""
    rows = BulkRow.objects.filter(run_id=run_id).select_related("order", "outbound")
    return rows.order_by("pk").iterator(chunk_size=2000)


def bulk_reasons(run_id: int) -> list[tuple[str, str, int]]:
    """(outcome, code, rows) of a run's rows that were not done, the most frequent first."""
    rows = (
        BulkRow.objects.filter(run_id=run_id, outcome__in=[BulkOutcome.SKIPPED, BulkOutcome.FAILED])
        .values("outcome", "code")
        .annotate(n=Count("id"))
        .order_by("-n", "code")
    )
    return [(row["outcome"], row["code"], row["n"]) for row in rows]
