"""Runs: what brought orders in, what became of each, and files handed over (R139 to R145)."""

from __future__ import annotations

import hashlib
from typing import Annotated, BinaryIO, cast

from django.http import HttpResponse
from django.urls import reverse
from ninja import Field, File, Form, Query, Router
from ninja.files import UploadedFile

from salur.flows.failed_again import retry_failed_orders
from salur.flows.imports import start_file_import
from salur.flows.runs import retry_run, stop_run
from salur.foundation.problems import Refusal
from salur.integrations.queries import find_store
from salur.orders.formats import ReadOptions, template_csv
from salur.orders.formats.options import wrong_options
from salur.orders.models import OrderSource, SyncRun
from salur.orders.queries import RunFilter, find_run, run_page, run_rows
from salur.orders.states import RunState

from . import presenting, shown
from .access import ApiRequest, acting
from .answers import ACCEPTED, READ_ERRORS, WRITE_ERRORS, RunOutcome, needs, writes
from .paging import ListQuery, fetch
from .problems import Invalid, NotFound, fault
from .writes import Answer, once

router = Router(tags=["imports and runs"])


class RunQuery(ListQuery):
    """Filters of the list of runs."""

    store: int | None = Field(None, description="Of this store.")
    source: OrderSource | None = Field(None, description="Of this kind.")
    state: RunState | None = Field(None, description="In this state.")


class RowQuery(ListQuery):
    """Filters of a run's rows."""

    outcome: RunOutcome | None = Field(None, description="With this outcome.")


@router.get(
    "/runs", response={200: shown.RunPage, **READ_ERRORS}, summary="List runs", openapi_extra=needs("runs:read")
)
def list_runs(request: ApiRequest, query: Query[RunQuery]) -> shown.RunPage:
    """Runs of all stores, the newest first."""
    with acting(request, "runs:read"):
        wanted = RunFilter(query.store, query.source or "", query.state or "")
        page = fetch(request, query, lambda cursor, size: run_page(wanted, cursor, size))
        items = [presenting.run(row) for row in page.rows]
        return shown.RunPage.of(page, items)


def _found(run_id: int) -> SyncRun:
    row = find_run(run_id)
    if row is None:
        raise NotFound
    return row


@router.get(
    "/runs/{run_id}", response={200: shown.Run, **READ_ERRORS}, summary="Read a run", openapi_extra=needs("runs:read")
)
def read_run(request: ApiRequest, run_id: int) -> shown.Run:
    """One run: its state and how many orders were new, changed, unchanged or failed."""
    with acting(request, "runs:read"):
        return presenting.run(_found(run_id))


@router.get(
    "/runs/{run_id}/rows",
    response={200: shown.RunRowPage, **READ_ERRORS},
    summary="List a run's rows",
    openapi_extra=needs("runs:read"),
)
def list_run_rows(request: ApiRequest, run_id: int, query: Query[RowQuery]) -> shown.RunRowPage:
    """What became of each order of a run, and of each bad row with its reason."""
    with acting(request, "runs:read"):
        _found(run_id)
        page = fetch(request, query, lambda cursor, size: run_rows(run_id, query.outcome or "", cursor, size))
        items = [presenting.run_row(row) for row in page.rows]
        return shown.RunRowPage.of(page, items)


@router.post(
    "/runs/{run_id}/stop",
    response={200: shown.Run, **WRITE_ERRORS},
    summary="Stop a run",
    openapi_extra=writes("imports:write"),
)
def stop_one(request: ApiRequest, run_id: int) -> HttpResponse:
    """Stop a run that waits or works; what is in stays in."""
    with acting(request, "imports:write"):
        return once(request, lambda: _stop(run_id))


def _stop(run_id: int) -> Answer:
    row = _found(run_id)
    if not stop_run(run_id):
        raise Refusal("run_ended", run=run_id, state=RunState(row.state).label)
    return Answer(presenting.run(_found(run_id)))


@router.post(
    "/runs/{run_id}/retry",
    response={202: shown.Run, **WRITE_ERRORS},
    summary="Retry a run",
    openapi_extra=writes("imports:write"),
)
def retry_one(request: ApiRequest, run_id: int) -> HttpResponse:
    """Carry a failed run on from where it stood."""
    with acting(request, "imports:write"):
        return once(request, lambda: _retry(run_id))


def _retry(run_id: int) -> Answer:
    row = _found(run_id)
    if not retry_run(run_id):
        raise Refusal("run_not_failed", run=run_id, state=RunState(row.state).label)
    return Answer(presenting.run(_found(run_id)), 202)


@router.post(
    "/runs/{run_id}/retry-failed",
    response={202: shown.Run, **WRITE_ERRORS},
    summary="Retry a run's failed orders",
    openapi_extra=writes("imports:write", responses=ACCEPTED),
)
def retry_failed(request: ApiRequest, run_id: int) -> HttpResponse:
    """Ask the store for exactly the orders that failed in a run, in a run of its own named in `Location`."""
    with acting(request, "imports:write"):
        return once(request, lambda: _retry_failed(run_id))


def _retry_failed(run_id: int) -> Answer:
    _found(run_id)
    made = retry_failed_orders(run_id)
    if made is None:
        raise Refusal("no_failed_orders", run=run_id)
    return accepted(_found(made.pk))


# -- files ----------------------------------------------------------------------------------------------------------

CSV = {"responses": {200: {"description": "The template", "content": {"text/csv": {}}}}}


@router.get(
    "/imports/template.csv", response=READ_ERRORS, summary="Read the file template", openapi_extra=needs("", **CSV)
)
def read_template(request: ApiRequest) -> HttpResponse:
    """The header of Salur's own order file with one example order."""
    with acting(request):
        response = HttpResponse("\ufeff" + template_csv(), content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = 'attachment; filename="salur-orders.csv"'
        return response


@router.post(
    "/imports",
    response={202: shown.Run, **WRITE_ERRORS},
    summary="Import an order file",
    openapi_extra=writes("imports:write", responses=ACCEPTED),
)
def import_file(
    request: ApiRequest,
    store_id: Annotated[int, Form(description="The store whose orders the file holds.")],
    file: Annotated[UploadedFile, File(description="Any order file whose columns are known, CSV or workbook.")],
    encoding: Annotated[str, Form(description="Where the file does not say it itself, such as cp874.")] = "",
    time_zone: Annotated[str, Form(description="Of times without an offset; without it the merchant's.")] = "",
) -> HttpResponse:
    """Hand over an order file. It is read in the background; follow the run named in `Location`.

    Known are Salur's template, the exports of stores, and files whose columns were said before. To look at a file
    first, or to say its columns: `POST /imports/previews`.
    """
    with acting(request, "imports:write"):
        options = read_options(encoding, time_zone)
        return once(
            request,
            lambda: _import(store_id, file, options),
            content=lambda: content_digest(store_id, file, options),
        )


def _import(store_id: int, file: UploadedFile, options: ReadOptions) -> Answer:
    if find_store(store_id) is None:
        raise NotFound
    stream = cast("BinaryIO", file.file)
    return accepted(_found(start_file_import(store_id, file.name or "", stream, trigger="api", options=options).pk))


def read_options(encoding: str, time_zone: str) -> ReadOptions:
    """How a file is to be read; raises Invalid."""
    options = ReadOptions(encoding=encoding, zone=time_zone)
    names = {"encoding": "encoding", "zone": "time_zone"}
    if wrong := wrong_options(options):
        raise Invalid(*(fault("form", names[name], "not_usable") for name in wrong))
    return options


def content_digest(store_id: int, file: UploadedFile, options: ReadOptions) -> bytes:
    """What makes two uploads the same: store, name, options and content, read in pieces."""
    digest = hashlib.sha256(f"{store_id}\n{file.name}\n{options.stored()}\n".encode())
    for piece in file.chunks():
        digest.update(piece)
    file.seek(0)
    return digest.digest()


def accepted(run: SyncRun) -> Answer:
    """A run that was queued, and where to follow it."""
    return Answer(presenting.run(run), 202, run_address(run.pk))


def run_address(run_id: int) -> str:
    """Where a run is read."""
    return reverse("api-v1:read_run", args=[run_id])
