"""Order files looked over before anything is written: their preview, their columns, and Import or not (R145)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Annotated, BinaryIO, cast

from django.http import HttpResponse
from django.urls import reverse
from ninja import Body, File, Form, Query, Router
from ninja.files import UploadedFile

from salur.flows.filed import restored_reading
from salur.flows.uploads import drop_upload, first_rows, import_upload, keep_upload, say_columns
from salur.integrations.queries import find_store
from salur.orders.formats import ColumnMap, FileRefused, ReadOptions
from salur.orders.formats.mapped import wrong_columns
from salur.orders.formats.options import wrong_options
from salur.orders.formats.template import STATUSES
from salur.orders.mappings import all_mappings, as_map, find_mapping, forget_mapping, save_mapping, suggest
from salur.orders.models import ColumnMapping, OrderUpload
from salur.orders.queries import find_run
from salur.orders.states import UploadState
from salur.orders.upload_queries import find_upload, upload_problems

from . import previews_shown, shown
from .access import ApiRequest, acting
from .answers import ACCEPTED, READ_ERRORS, WRITE_ERRORS, needs, writes
from .paging import ListQuery, fetch
from .problems import Fault, Invalid, NotFound, fault
from .runs import accepted, content_digest, read_options
from .writes import Answer, once

router = Router(tags=["imports and runs"])
WRITE = "imports:write"
READ = "runs:read"


def _found(upload_id: int) -> OrderUpload:
    row = find_upload(upload_id)
    if row is None:
        raise NotFound
    return row


def _shown(row: OrderUpload) -> previews_shown.Preview:
    """The preview; while its columns are not known, its headers and what they probably are."""
    if row.state != UploadState.COLUMNS:
        return previews_shown.preview(row, [], {})
    try:
        seen = first_rows(row)
    except FileRefused:
        return previews_shown.preview(row, [], {})
    columns, _ = suggest(seen.headers, [cells for _, cells in seen.rows])
    return previews_shown.preview(row, seen.headers, dict(columns))


@router.post(
    "/imports/previews",
    response={202: previews_shown.Preview, **WRITE_ERRORS},
    summary="Preview an order file",
    openapi_extra=writes(WRITE, responses=ACCEPTED),
)
def preview_file(
    request: ApiRequest,
    store_id: Annotated[int, Form(description="The store whose orders the file holds.")],
    file: Annotated[UploadedFile, File(description="Any table of orders, CSV or workbook.")],
    encoding: Annotated[str, Form(description="Where the file does not say it itself, such as cp874.")] = "",
    time_zone: Annotated[str, Form(description="Of times without an offset; without it the merchant's.")] = "",
) -> HttpResponse:
    """Hand over a file without importing it. It is looked over in the background; read the preview until it is `ready`.

    In the state `columns` the header is not known: say which column is what. Nothing is written before `import`; a file
    that nobody decides on is dropped after seven days.
    """

    def answer() -> Answer:
        if find_store(store_id) is None:
            raise NotFound
        kept = keep_upload(store_id, file.name or "", cast("BinaryIO", file.file), options=options)
        return Answer(_shown(_found(kept.pk)), 202, reverse("api-v1:read_preview", args=[kept.pk]))

    with acting(request, WRITE):
        options = read_options(encoding, time_zone)
        return once(request, answer, content=lambda: content_digest(store_id, file, options))


@router.get(
    "/imports/previews/{upload_id}",
    response={200: previews_shown.Preview, **READ_ERRORS},
    summary="Read a preview",
    openapi_extra=needs(READ),
)
def read_preview(request: ApiRequest, upload_id: int) -> previews_shown.Preview:
    """What the file would become, as far as it has been looked over."""
    with acting(request, READ):
        return _shown(_found(upload_id))


@router.get(
    "/imports/previews/{upload_id}/problems",
    response={200: previews_shown.PreviewProblemPage, **READ_ERRORS},
    summary="List a preview's problems",
    openapi_extra=needs(READ),
)
def list_preview_problems(
    request: ApiRequest, upload_id: int, query: Query[ListQuery]
) -> previews_shown.PreviewProblemPage:
    """Everything that keeps an order of the file from being imported, by line and column."""
    with acting(request, READ):
        _found(upload_id)
        page = fetch(request, query, lambda cursor, size: upload_problems(upload_id, cursor, size))
        items = [previews_shown.problem(row) for row in page.rows]
        return previews_shown.PreviewProblemPage.of(page, items)


@router.post(
    "/imports/previews/{upload_id}/columns",
    response={202: previews_shown.Preview, **WRITE_ERRORS},
    summary="Say a file's columns",
    openapi_extra=writes(WRITE),
)
def say_preview_columns(
    request: ApiRequest, upload_id: int, body: Annotated[previews_shown.Columns, Body()]
) -> HttpResponse:
    """Say which column is what. It is remembered for all files with these headers; this one is looked over anew."""

    def answer() -> Answer:
        row = _found(upload_id)
        encoding = restored_reading(row.reading).options.encoding  # in which the headers were read
        said = _checked(body, first_rows(row).headers)
        said = replace(said, options=replace(said.options, encoding=encoding))
        say_columns(upload_id, said, encoding)
        return Answer(_shown(_found(upload_id)), 202)

    return _written(request, answer)


@router.post(
    "/imports/previews/{upload_id}/import",
    response={202: shown.Run, **WRITE_ERRORS},
    summary="Import a previewed file",
    openapi_extra=writes(WRITE, responses=ACCEPTED),
)
def import_preview(request: ApiRequest, upload_id: int) -> HttpResponse:
    """Import what the preview showed. The preview ends; follow the run named in `Location`."""

    def answer() -> Answer:
        _found(upload_id)
        run = find_run(import_upload(upload_id, trigger="api").pk)
        assert run is not None  # noqa: S101  # just made in this transaction
        return accepted(run)

    return _written(request, answer)


@router.delete(
    "/imports/previews/{upload_id}",
    response={200: previews_shown.Removed, **WRITE_ERRORS},
    summary="Drop a previewed file",
    openapi_extra=writes(WRITE),
)
def drop_preview(request: ApiRequest, upload_id: int) -> HttpResponse:
    """Forget the file; nothing is imported."""

    def answer() -> Answer:
        row = _found(upload_id)
        drop_upload(upload_id)
        return Answer(previews_shown.Removed(id=upload_id, name=row.name))

    return _written(request, answer)


# -- columns that are remembered ------------------------------------------------------------------------------------


def _mapping(mapping_id: int) -> ColumnMapping:
    row = find_mapping(mapping_id)
    if row is None:
        raise NotFound
    return row


@router.get(
    "/imports/columns",
    response={200: previews_shown.MappingList, **READ_ERRORS},
    summary="List remembered columns",
    openapi_extra=needs(READ),
)
def list_columns(request: ApiRequest) -> previews_shown.MappingList:
    """Every set of headers whose columns were said, by name."""
    with acting(request, READ):
        return previews_shown.MappingList(items=[previews_shown.mapping(row) for row in all_mappings()])


@router.put(
    "/imports/columns/{mapping_id}",
    response={200: previews_shown.Mapping, **WRITE_ERRORS},
    summary="Change remembered columns",
    openapi_extra=writes(WRITE),
)
def change_columns(
    request: ApiRequest, mapping_id: int, body: Annotated[previews_shown.Columns, Body()]
) -> HttpResponse:
    """Read the next files with these headers in another way. Imports under way keep what they were told."""

    def answer() -> Answer:
        said = _checked(body, list(as_map(_mapping(mapping_id)).headers))
        return Answer(previews_shown.mapping(save_mapping(said)))

    return _written(request, answer)


@router.delete(
    "/imports/columns/{mapping_id}",
    response={200: previews_shown.Removed, **WRITE_ERRORS},
    summary="Forget remembered columns",
    openapi_extra=writes(WRITE),
)
def forget_columns(request: ApiRequest, mapping_id: int) -> HttpResponse:
    """The next file with these headers is not known again."""

    def answer() -> Answer:
        row = _mapping(mapping_id)
        forget_mapping(mapping_id)
        return Answer(previews_shown.Removed(id=mapping_id, name=row.name))

    return _written(request, answer)


def _written(request: ApiRequest, answer: Callable[[], Answer]) -> HttpResponse:
    with acting(request, WRITE):
        return once(request, answer)


def _checked(body: previews_shown.Columns, headers: list[str]) -> ColumnMap:
    """What was said, if it makes an order; raises Invalid."""
    options = body.options.as_options()
    columns = {name: target for name, target in body.columns.items() if target}
    faults: list[Fault] = [
        fault("body", f"/columns/{_escaped(name)}", "unknown_column") for name in columns if name not in headers
    ]
    faults += [
        fault("body", "/columns", f"column_{kind}", target=target)
        for target, kind in wrong_columns(columns, options).items()
    ]
    faults += [fault("body", f"/options/{name}", "not_usable") for name in wrong_options(options)]
    faults += [
        fault("body", f"/options/statuses/{_escaped(word)}", "not_usable")
        for word, status in body.options.statuses.items()
        if status not in STATUSES
    ]
    if faults:
        raise Invalid(*faults)
    words = {word.casefold(): status for word, status in body.options.statuses.items() if status}
    read = ReadOptions(**{**body.options.dict(), "currency": options.currency, "statuses": words})
    return ColumnMap(tuple(headers), columns, read, body.name)


def _escaped(step: str) -> str:
    return step.replace("~", "~0").replace("/", "~1")
