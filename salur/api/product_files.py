"""Spreadsheets of master products: looked over whole, then imported (R44), as the page does it."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Annotated

from django.http import HttpResponse
from django.urls import reverse
from ninja import Field, File, Router, Schema
from ninja.files import UploadedFile

from salur.catalog.models import ImportState, ProductImport
from salur.flows.product_imports import MOST_FAULTS, begin_import, drop_import, fault_words, keep_import, refusal_words
from salur.orders.formats.sheets import LARGEST
from salur.tenancy.models import Entitlement

from .access import ApiRequest, acting
from .answers import READ_ERRORS, WRITE_ERRORS, needs, writes
from .problems import NotFound
from .writes import Answer, once

router = Router(tags=["products"])
READ, WRITE = "products:read", "products:write"
NEEDS = Entitlement.MASTER_PRODUCTS


class RowFault(Schema):
    """What is wrong with a row."""

    line: int
    msku: str
    column: str
    code: str
    detail: str


class ProductFile(Schema):
    """What a spreadsheet would do while it is `ready`, and what it has done when it is `done`, in rows."""

    id: int
    name: str
    state: ImportState
    size: int
    new: int
    changed: int
    same: int
    wrong: int = Field(description="Rows that are left out, each with its faults.")
    written: int
    code: str = Field(description="Why the file cannot be read at all; empty where it can.")
    reason: str
    faults: list[RowFault] = Field(description=f"By line, the first {MOST_FAULTS}.")
    created_at: datetime
    finished_at: datetime | None


class FileGone(Schema):
    """A file that was forgotten."""

    id: int


def _found(file_id: int) -> ProductImport:
    row = ProductImport.objects.defer("content").filter(pk=file_id).first()
    if row is None:
        raise NotFound
    return row


def _shown(row: ProductImport) -> ProductFile:
    return ProductFile(
        id=row.pk,
        name=row.name,
        state=ImportState(row.state),
        size=row.size,
        **{name: row.counts.get(name, 0) for name in ("new", "changed", "same", "written")},
        wrong=row.counts.get("wrong", 0) + row.counts.get("bad", 0),
        code=row.code,
        reason=refusal_words(row),
        faults=[
            RowFault(**{n: one[n] for n in ("line", "msku", "column", "code")}, detail=fault_words(one))
            for one in row.faults
        ],
        created_at=row.created_at,
        finished_at=row.finished_at,
    )


def _accepted(file_id: int) -> Answer:
    return Answer(_shown(_found(file_id)), 202, reverse("api-v1:read_product_file", args=[file_id]))


@router.post(
    "/product-files",
    response={202: ProductFile, **WRITE_ERRORS},
    summary="Preview a spreadsheet of master products",
    openapi_extra=writes(WRITE),
)
def send_product_file(
    request: ApiRequest,
    file: Annotated[UploadedFile, File(description="CSV (UTF-8) or workbook; its first row names the columns.")],
) -> HttpResponse:
    """Hand over a table as the products page takes it. It is looked over in the background; read it until `ready`.

    Nothing is written before `import`; a file that nobody decides on is dropped after seven days.
    """
    with acting(request, WRITE, entitlement=NEEDS):
        content = file.read(LARGEST + 1)
        return once(
            request,
            lambda: _accepted(keep_import(file.name or "", content).pk),
            content=lambda: hashlib.sha256(f"{file.name}\n".encode() + content).digest(),
        )


@router.get(
    "/product-files/{file_id}",
    response={200: ProductFile, **READ_ERRORS},
    summary="Read a spreadsheet's preview",
    openapi_extra=needs(READ),
)
def read_product_file(request: ApiRequest, file_id: int) -> ProductFile:
    """What the rows would do and everything that is wrong with them; afterwards what was written."""
    with acting(request, READ, entitlement=NEEDS):
        return _shown(_found(file_id))


@router.post(
    "/product-files/{file_id}/import",
    response={202: ProductFile, **WRITE_ERRORS},
    summary="Import a previewed spreadsheet",
    openapi_extra=writes(WRITE),
)
def import_product_file(request: ApiRequest, file_id: int) -> HttpResponse:
    """Write the good rows, in the background; the others are left out. Read the file until it is `done`."""

    def answer() -> Answer:
        _found(file_id)
        begin_import(file_id)
        return _accepted(file_id)

    with acting(request, WRITE, entitlement=NEEDS):
        return once(request, answer)


@router.delete(
    "/product-files/{file_id}",
    response={200: FileGone, **WRITE_ERRORS},
    summary="Drop a spreadsheet",
    openapi_extra=writes(WRITE),
)
def drop_product_file(request: ApiRequest, file_id: int) -> HttpResponse:
    """Forget the file. One that is being imported goes on, and stays."""

    def answer() -> Answer:
        _found(file_id)
        drop_import(file_id)
        return Answer(FileGone(id=file_id))

    with acting(request, WRITE, entitlement=NEEDS):
        return once(request, answer)
