"""What pages read of runs of the rules over orders."""

from __future__ import annotations

from collections.abc import Iterator

from salur.foundation.paging import Keyset, keyset_page

from .comparing import Outcome
from .models import RuleRun, RuleRunRow


def last_rule_runs(limit: int = 20) -> list[RuleRun]:
    """The newest runs."""
    return list(RuleRun.objects.defer("order_ids").order_by("-pk")[:limit])


def find_rule_run(run_id: int) -> RuleRun | None:
    """One run of the scope's merchant."""
    return RuleRun.objects.filter(pk=run_id).first()


def rule_run_rows(run_id: int, outcome: str, cursor: str | None, size: int = 50) -> Keyset[RuleRunRow]:
    """Rows of a run with their orders, of one outcome or of all."""
    rows = RuleRunRow.objects.filter(run_id=run_id).select_related("order__store")
    if outcome in Outcome.values:
        rows = rows.filter(outcome=outcome)
    return keyset_page(rows, order=["id"], cursor=cursor, size=size)


def every_rule_run_row(run_id: int, size: int = 1000) -> Iterator[RuleRunRow]:
    """All rows of a run with their orders, read in pages so that a large run does not fill the memory."""
    after = 0
    while True:
        rows = RuleRunRow.objects.filter(run_id=run_id, pk__gt=after).select_related("order__store")
        page = list(rows.order_by("pk")[:size])
        yield from page
        if len(page) < size:
            return
        after = page[-1].pk
