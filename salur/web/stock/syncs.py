"""Stock sync records: every run, and each run's SKUs with the figures before and after and why (R132)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import timedelta

from django.http import Http404, HttpResponseBase, StreamingHttpResponse
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
from salur.web.access import MerchantRequest, fragment_or_page, page, reading
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


def _safe(cell: str) -> str:
    """A cell that a spreadsheet does not take for a formula."""
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell


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
    return [_safe(line.sku), *shown, _safe(reason_words(line.reason)), _safe(explanation(line))]


def _csv_lines(run: StockSyncRun, show: str) -> Iterator[str]:
    out = io.StringIO()
    writer = csv.writer(out)
    yield "\ufeff"  # lets spreadsheets read it as UTF-8
    writer.writerow(_header())
    for line in every_sync_line(run, show=show):
        writer.writerow(_row(line))
        if out.tell() > 1 << 15:
            yield out.getvalue()
            out.seek(0)
            out.truncate()
    yield out.getvalue()


@page(entitlement=Entitlement.WAREHOUSE_MANAGEMENT)
def sync_file(request: MerchantRequest, run_id: int) -> HttpResponseBase:
    """The SKUs of a stock sync as a file, all or those that differ."""
    run = _found(run_id)
    show = DIFFERENT if word(request.GET, "show") == DIFFERENT else ""

    def lines() -> Iterator[str]:
        with reading(request):  # the answer is streamed after the view's own scope has ended
            yield from _csv_lines(run, show)

    response = StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="stock-sync-{run_id}.csv"'
    return response
