"""Stock sync records: every run, and each run's SKUs with the figures before and after and why (R132)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from django.http import Http404, HttpResponseBase
from django.utils.translation import gettext

from salur.foundation.clock import now
from salur.integrations.queries import budget_of
from salur.stock.messages import explain, explanation, reason_words, unexplained
from salur.stock.models import StockSyncLine, StockSyncRun
from salur.stock.queries import (
    DIFFERENT,
    count_balances,
    count_sync_lines,
    every_sync_line,
    find_sync,
    sync_lines,
    sync_page,
    warehouses,
)
from salur.tenancy.models import Entitlement
from salur.web.access import MerchantRequest, fragment_or_page, page
from salur.web.downloads import csv_answer
from salur.web.filters import row_id, word
from salur.web.pace import limit_words, remaining_words
from salur.web.paging import at_cursor

from .words import sync_error_words


@page(entitlement=Entitlement.WAREHOUSE_MANAGEMENT)
def sync_list(request: MerchantRequest) -> HttpResponseBase:
    """Every stock sync (R132)."""
    warehouse_id = row_id(request.GET, "warehouse")
    listed = at_cursor(request, lambda cursor: sync_page(warehouse_id, cursor))
    runs = [(run, sync_error_words(run)) for run in listed.rows]
    context = {
        "page": listed,
        "runs": runs,
        "warehouses": warehouses(),
        "warehouse_id": warehouse_id,
        "moving": any(run.finished_at is None for run in listed.rows),
    }
    return fragment_or_page(request, "web/stock/syncs.html", context, fragment="web/stock/syncs_rows.html")


def _found(run_id: int) -> StockSyncRun:
    run = find_sync(run_id)
    if run is None:
        raise Http404
    return run


@page(entitlement=Entitlement.WAREHOUSE_MANAGEMENT)
def sync_detail(request: MerchantRequest, run_id: int) -> HttpResponseBase:
    """One stock sync: how far it is, and its SKUs."""
    run = _found(run_id)
    show = DIFFERENT if word(request.GET, "show") == DIFFERENT else ""
    listed = at_cursor(request, lambda cursor: sync_lines(run, cursor, show=show))
    moving = run.finished_at is None
    expected = _expected(run) if moving else None
    context = {
        "run": run,
        "error": sync_error_words(run),
        "page": listed,
        "lines": [(line, reason_words(line.reason), explain(line)) for line in listed.rows],
        "show": show,
        "different": DIFFERENT,
        "different_count": count_sync_lines(run, show=DIFFERENT),
        "count": count_sync_lines(run),
        "moving": moving,
        "reading": moving and run.read_at is None,
        "expected": expected,
        "remaining": remaining_words(_remaining(run, expected)) if moving else "",
        "limited": limit_words(budget_of(account_id=run.warehouse.account_id), run.warehouse.name) if moving else "",
    }
    return fragment_or_page(request, "web/stock/sync.html", context, fragment="web/stock/sync_body.html")


def _expected(run: StockSyncRun) -> int | None:
    """About how many SKUs there will be: exactly, once all are read."""
    if run.read_at is not None:
        return run.skus
    known = len(run.wanted) if run.wanted is not None else count_balances(run.warehouse_id)
    return known if known >= run.skus else None


def _remaining(run: StockSyncRun, expected: int | None) -> timedelta | None:
    """At the pace so far; reading takes nearly all of the time."""
    done = run.done if run.read_at is not None else run.skus
    if not expected or not done:
        return None
    return (now() - (run.read_at or run.started_at)) / done * max(0, expected - done)


def _header() -> list[str]:
    return [
        "SKU",
        gettext("Before"),
        gettext("Sellable there"),
        gettext("Allocated there"),
        gettext("After"),
        gettext("Difference"),
        gettext("Unexplained"),
        gettext("Reason"),
        gettext("Explanation"),
    ]


def _row(line: StockSyncLine) -> list[object]:
    figures = (line.before, line.partner_sellable, line.partner_allocated, line.after, line.difference)
    shown = ["" if figure is None else figure for figure in (*figures, unexplained(line))]
    return [line.sku, *shown, reason_words(line.reason), explanation(line)]


def _csv_rows(run: StockSyncRun, show: str) -> Iterator[list[object]]:
    yield [*_header()]
    for line in every_sync_line(run, show=show):
        yield _row(line)


@page(entitlement=Entitlement.WAREHOUSE_MANAGEMENT)
def sync_file(request: MerchantRequest, run_id: int) -> HttpResponseBase:
    """The SKUs of a stock sync as a file, all or those that differ."""
    run = _found(run_id)
    show = DIFFERENT if word(request.GET, "show") == DIFFERENT else ""
    return csv_answer(request, lambda: _csv_rows(run, show), f"stock-sync-{run_id}.csv")
