"""Bulk runs: begun over all that a list's filter lets through, followed, stopped, and read row by row."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpResponseBase, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext

from salur.flows.bulk import MOST_ROWS, Chosen, go_on_bulk, start_bulk, stop_bulk
from salur.flows.bulk_actions import ACTIONS, LISTS, ORDERS, TABLE, BulkAction
from salur.flows.told import actor_names
from salur.foundation.problems import Refusal
from salur.outbound.bulk import BulkOutcome, BulkRow, BulkRun
from salur.outbound.bulk_queries import bulk_page, bulk_reasons, bulk_rows, every_bulk_row, find_bulk
from salur.outbound.queries import matching_lists, matching_orders
from salur.outbound.shipment_progress import shipment_progress, shipments_of_run
from salur.tenancy.models import Role
from salur.web.access import MerchantRequest, actor, fragment_or_page, page, reading, require_plan
from salur.web.acting import acting, tell_refusal
from salur.web.downloads import csv_answer
from salur.web.filters import word
from salur.web.orders.desk import FORMS as DESK_FORMS
from salur.web.orders.filters import read_filter as read_orders
from salur.web.orders.moving import MoveForm
from salur.web.outbound.filters import read_filter as read_lists
from salur.web.outbound.handover import HandoverForm
from salur.web.pace import remaining_words
from salur.web.paging import at_cursor

from .words import action_title, reason_title, row_reason

FORMS: dict[str, type[Form]] = {**DESK_FORMS, "arrange": HandoverForm, "move": MoveForm}
"""What an action asks before it begins."""
PAGES = {ORDERS: "web:orders", LISTS: "web:outbounds"}


def _kind(query: QueryDict) -> str:
    kind = query.get("of", ORDERS)
    if kind not in PAGES:
        raise Http404
    return kind


def _chosen(request: MerchantRequest) -> Chosen:
    """What the address asks for, with the list's own filters."""
    if _kind(request.GET) == LISTS:
        return Chosen(lists=matching_lists(read_lists(request.GET)))
    return Chosen(orders=matching_orders(read_orders(request.GET, request.merchant.currency)))


def _source(query: QueryDict) -> str:
    """The list with the same filter."""
    asked = query.copy()
    for name in ("of", "cursor"):
        asked.pop(name, None)
    address = reverse(PAGES[_kind(query)])
    return f"{address}?{asked.urlencode()}" if asked else address


def _offered(request: MerchantRequest, kind: str) -> list[BulkAction]:
    """Orders may be given every action of the plan, lists only those about lists: cancelling is about orders."""
    plans = {"", *request.merchant.entitlements}
    return [action for action in TABLE if action.plan in plans and (kind == ORDERS or action.takes == LISTS)]


@page(get=Role.OPERATOR, post=Role.OPERATOR)
def bulk_new(request: MerchantRequest) -> HttpResponseBase:
    """A GET counts what matches and offers the actions; a POST begins one, or first asks what the action needs."""
    if request.method != "POST":
        return _ask(request)
    name = request.POST.get("action", "")
    require_plan(request, ACTIONS[name].plan if name in ACTIONS else "")
    with reading(request):
        form = FORMS[name](request.POST if "begin" in request.POST else None) if name in FORMS else None
        if form is not None and form.fields and not form.is_valid():
            return _ask(request, form, name)
    return _begin(request, name, _options(form))


def _ask(request: MerchantRequest, form: Form | None = None, name: str = "") -> HttpResponseBase:
    kind, chosen = _kind(request.GET), _chosen(request)
    rows = chosen.lists if chosen.lists is not None else chosen.orders
    assert rows is not None  # noqa: S101 - one of both was chosen
    count = rows.order_by()[: MOST_ROWS + 1].count()
    context = {
        "of_lists": kind == LISTS,
        "count": count,
        "most": MOST_ROWS,
        "too_many": count > MOST_ROWS,
        "actions": _offered(request, kind),
        "source": _source(request.GET),
        "form": form,
        "name": name,
        "title": action_title(name),
    }
    status = 422 if form is not None and form.is_bound else 200
    return fragment_or_page(request, "web/bulk/new.html", context, status=status)


def _options(form: Form | None) -> dict[str, Any]:
    """What was asked for, as a run keeps it."""
    given = form.cleaned_data if form is not None and form.is_bound else {}
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in given.items()
        if value is not None
    }


def _begin(request: MerchantRequest, name: str, options: dict[str, Any]) -> HttpResponseBase:
    try:
        with acting(request, "bulk"):
            run = start_bulk(name, _chosen(request), options, actor=actor(request), source=_source(request.GET))
    except Refusal as refusal:
        tell_refusal(request, refusal)
        return redirect(request.get_full_path())
    messages.success(request, gettext("The run has begun. You may leave this page; it goes on by itself."))
    return redirect("web:bulk", run.pk)


@page()
def bulk_list(request: MerchantRequest) -> HttpResponseBase:
    """Every run, the newest first."""
    listed = at_cursor(request, bulk_page)
    names = actor_names(run.actor for run in listed.rows)
    context = {
        "page": listed,
        "runs": [(run, action_title(run.action), names.get(run.actor, run.actor)) for run in listed.rows],
        "moving": any(run.moving for run in listed.rows),
    }
    return fragment_or_page(request, "web/bulk/list.html", context, fragment="web/bulk/list_rows.html")


def _found(run_id: int) -> BulkRun:
    run = find_bulk(run_id)
    if run is None:
        raise Http404
    return run


@page()
def bulk_page_view(request: MerchantRequest, run_id: int) -> HttpResponseBase:
    """One run: how far it is, and its rows by outcome."""
    run = _found(run_id)
    outcome = word(request.GET, "outcome")
    listed = at_cursor(request, lambda cursor: bulk_rows(run_id, outcome, cursor))
    counts = {"waiting": run.left, "done": run.done, "skipped": run.skipped, "failed": run.failed}
    context = {
        "run": run,
        "title": action_title(run.action),
        "who": actor_names([run.actor]).get(run.actor, run.actor),
        "remaining": remaining_words(run.remaining),
        "reasons": [(name, reason_title(code), n) for name, code, n in bulk_reasons(run_id)],
        "page": listed,
        "rows": [(row, row_reason(row)) for row in listed.rows],
        "outcome": outcome,
        "outcomes": [(name, label, counts[name]) for name, label in BulkOutcome.choices if counts[name]],
        "shipments": shipment_progress(shipments_of_run(run_id)) if run.action == "arrange" else None,
        "may_go_on": run.left and run.state in ("stopped", "failed"),
    }
    return fragment_or_page(request, "web/bulk/run.html", context, fragment="web/bulk/run_body.html")


@page(post=Role.OPERATOR)
def bulk_act(request: MerchantRequest, run_id: int) -> HttpResponseBase:
    """Stop a run that waits or works; let a stopped one go on."""
    if request.method == "POST":
        with acting(request, "button"):
            _found(run_id)
            if request.POST.get("action") == "stop":
                stop_bulk(run_id)
            elif request.POST.get("action") == "go_on":
                go_on_bulk(run_id)
    return redirect("web:bulk", run_id)


@page(get=Role.OPERATOR)
def bulk_file(request: MerchantRequest, run_id: int) -> HttpResponseBase:
    """Every row with its outcome and reason, as CSV."""
    _found(run_id)
    return csv_answer(request, lambda: _csv_rows(every_bulk_row(run_id)), f"bulk-{run_id}.csv")


def _csv_rows(rows: Iterator[BulkRow]) -> Iterator[list[str]]:
    yield [gettext("Order number"), gettext("Reference"), gettext("Outcome"), gettext("Code"), gettext("Reason")]
    for row in rows:
        reference = row.outbound.reference if row.outbound is not None else ""
        yield [row.order.shown, reference, str(BulkOutcome(row.outcome).label), row.code, row_reason(row)]
