"""Sync reports: every run, and every run's orders with what became of them (R142)."""

from __future__ import annotations

from collections.abc import Iterator

from django.http import Http404, HttpResponseBase
from django.utils.translation import gettext

from salur.flows.failed_again import failed_can_be_retried
from salur.integrations.queries import budget_of, stores
from salur.orders.models import OrderSource, SyncRun, SyncRunRow
from salur.orders.queries import (
    RunFilter,
    all_rows,
    find_run,
    orders_by_number,
    rows_of_outcome,
    run_outcomes,
    run_page,
    run_rows,
)
from salur.orders.states import RunState
from salur.tenancy.models import Role
from salur.web.access import MerchantRequest, fragment_or_page, page
from salur.web.downloads import csv_answer
from salur.web.filters import row_id, word
from salur.web.pace import limit_words, remaining_words
from salur.web.paging import at_cursor

from .words import outcome_label, row_words, run_words

MOVING = (RunState.QUEUED, RunState.RUNNING)


@page()
def report_list(request: MerchantRequest) -> HttpResponseBase:
    """All runs, the newest first."""
    wanted = RunFilter(row_id(request.GET, "store"), word(request.GET, "source"), word(request.GET, "state"))
    listed = at_cursor(request, lambda cursor: run_page(wanted, cursor))
    context = {
        "wanted": wanted,
        "page": listed,
        "runs": listed.rows,
        "stores": stores(),
        "sources": OrderSource.choices,
        "states": RunState.choices,
        "moving": any(run.state in MOVING for run in listed.rows),
    }
    return fragment_or_page(request, "web/reports/list.html", context, fragment="web/reports/list_rows.html")


def _found(run_id: int) -> SyncRun:
    run = find_run(run_id)
    if run is None:
        raise Http404
    return run


@page()
def report_page(request: MerchantRequest, run_id: int) -> HttpResponseBase:
    """One run: how far it is, and its orders by outcome."""
    run = _found(run_id)
    outcome = word(request.GET, "outcome")
    outcomes = run_outcomes(run_id)
    listed = at_cursor(request, lambda cursor: run_rows(run_id, outcome, cursor))
    orders = orders_by_number(run.store_id, (row.external_id for row in listed.rows))
    context = {
        "run": run,
        "told": run_words(run),
        "retriable": failed_can_be_retried(run),
        "page": listed,
        "rows": [(row, row_words(row), outcome_label(row.outcome), orders.get(row.external_id)) for row in listed.rows],
        "outcome": outcome,
        "outcomes": [(name, outcome_label(name), n) for name, n in sorted(outcomes.items())],
        "total": sum(outcomes.values()),
        "moving": run.state in MOVING,
        "remaining": remaining_words(run.remaining),
        "limited": _limit(run),
    }
    return fragment_or_page(request, "web/reports/run.html", context, fragment="web/reports/run_body.html")


def _limit(run: SyncRun) -> str:
    """What keeps a run from being faster; empty where it does not work."""
    if run.state != RunState.RUNNING:
        return ""
    budget = budget_of(store_id=run.store_id) if run.source == OrderSource.SYNC else None
    return limit_words(budget, run.store.name)


def _csv_rows(rows: Iterator[SyncRunRow]) -> Iterator[list[object]]:
    place = [gettext("Line"), gettext("Column")]
    yield [gettext("Order number"), gettext("Outcome"), *place, gettext("Code"), gettext("Reason")]
    for row in rows:
        yield [row.external_id, outcome_label(row.outcome), row.line or "", row.column, row.code, row_words(row)]


@page(get=Role.OPERATOR)
def report_failed(request: MerchantRequest, run_id: int) -> HttpResponseBase:
    """The failed rows as a file, to be mended and imported again."""
    _found(run_id)
    return csv_answer(request, lambda: _csv_rows(rows_of_outcome(run_id, "failed")), f"run-{run_id}-failed.csv")


@page(get=Role.OPERATOR)
def report_rows(request: MerchantRequest, run_id: int) -> HttpResponseBase:
    """Every row of the run as a file, the failed ones first."""
    _found(run_id)
    return csv_answer(request, lambda: _csv_rows(all_rows(run_id)), f"run-{run_id}.csv")
