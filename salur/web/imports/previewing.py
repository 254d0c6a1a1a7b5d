"""What a file would become, before anything of it is an order: counts, first orders, every problem; then Import."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext

from salur.flows.filed import restored_reading
from salur.flows.imports import ImportBusy
from salur.flows.uploads import NotReady, drop_upload, import_upload, read_again
from salur.orders.formats import FileRefused
from salur.orders.models import OrderUpload, UploadProblem
from salur.orders.states import UploadState
from salur.orders.upload_queries import every_problem, find_upload, upload_problems
from salur.tenancy.models import Role
from salur.web.access import MerchantRequest, fragment_or_page, page, reading
from salur.web.acting import acting, tell_refusal
from salur.web.downloads import csv_answer
from salur.web.paging import at_cursor
from salur.web.reports.words import code_words

from .forms import ReadingForm
from .uploading import look_over_small
from .words import kind_words, other_channel, refused_words, upload_words

MOVING = (UploadState.QUEUED, UploadState.RUNNING)


@page(get=Role.OPERATOR, post=Role.OPERATOR)
def upload_page(request: MerchantRequest, upload_id: int) -> HttpResponseBase:
    """The preview; a file whose columns are not known leads to the page where they are told."""
    if request.method == "POST":
        return _act(request, upload_id)
    upload = _found(upload_id)
    if upload.state == UploadState.COLUMNS:
        return redirect("web:upload_columns", upload_id)
    return _shown(request, upload, _reading_form(request, upload))


def _found(upload_id: int) -> OrderUpload:
    upload = find_upload(upload_id)
    if upload is None:
        raise Http404
    return upload


def _reading_form(request: MerchantRequest, upload: OrderUpload, data: Any = None) -> ReadingForm:
    options = restored_reading(upload.reading).options
    first = {"encoding": options.encoding, "zone": options.zone}
    return ReadingForm(data, zone=request.merchant.zone.key, initial=first)


def _shown(request: MerchantRequest, upload: OrderUpload, form: ReadingForm, *, status: int = 200) -> HttpResponseBase:
    listed = at_cursor(request, lambda cursor: upload_problems(upload.pk, cursor))
    told = restored_reading(upload.reading)
    context = {
        "upload": upload,
        "kind": kind_words(upload),
        "told": upload_words(upload),
        "other": other_channel(upload),
        "orders": [_order(one) for one in upload.sample.get("orders", [])],
        "statuses": sorted(upload.sample.get("statuses", {}).items()),
        "words": upload.sample.get("words", []),
        "mapped": told.mapping is not None,
        "form": form,
        "page": listed,
        "problems": [(row, code_words(row.code, row.detail)) for row in listed.rows],
        "moving": upload.state in MOVING,
        "zone": told.options.zone or (told.mapping.options.zone if told.mapping else "") or request.merchant.zone.key,
    }
    template = "web/imports/preview.html"
    return fragment_or_page(request, template, context, fragment="web/imports/preview_body.html", status=status)


def _order(one: dict[str, Any]) -> dict[str, Any]:
    """An order of the sample with its values as the components take them."""
    return {
        **one,
        "ordered_at": datetime.fromisoformat(one["ordered_at"]) if one["ordered_at"] else None,
        "total": Decimal(one["total"]),
    }


def _act(request: MerchantRequest, upload_id: int) -> HttpResponseBase:
    action = request.POST.get("action")
    if action == "import":
        return _import(request, upload_id)
    if action == "read":
        return _read(request, upload_id)
    with acting(request, "button"):
        upload = find_upload(upload_id)
        if upload is not None and action == "drop":
            drop_upload(upload_id)
    if upload is not None and action == "drop":
        messages.info(
            request, gettext("The file “%(name)s” was dropped. Nothing was imported.") % {"name": upload.name}
        )
    return redirect("web:import")


def _import(request: MerchantRequest, upload_id: int) -> HttpResponseBase:
    try:
        with acting(request, "import"):
            return redirect("web:report", import_upload(upload_id, trigger="file").pk)
    except OrderUpload.DoesNotExist:
        # Pressed twice, or by two people: the first one has it.
        messages.info(request, gettext("This file waits no longer: it was imported or dropped."))
        return redirect("web:reports")
    except ImportBusy as busy:
        messages.info(request, gettext("This very file is being imported already: here is its run."))
        return redirect("web:report", busy.run_id)
    except NotReady as refusal:
        tell_refusal(request, refusal)
        return redirect("web:upload", upload_id)


def _read(request: MerchantRequest, upload_id: int) -> HttpResponseBase:
    """Read the file in another way; one that then cannot be read stays as it was."""
    with reading(request):
        upload = _found(upload_id)
    form = _reading_form(request, upload, request.POST)
    if form.is_valid():
        options = replace(restored_reading(upload.reading).options, **form.cleaned_data)
        try:
            with acting(request, "button"):
                upload = read_again(upload_id, options)
            look_over_small(request, upload)
            return redirect("web:upload", upload_id)
        except FileRefused as refused:
            form.add_error(None, refused_words(refused))
    with reading(request):
        return _shown(request, upload, form, status=422)


@page(get=Role.OPERATOR)
def upload_problem_file(request: MerchantRequest, upload_id: int) -> HttpResponseBase:
    """Every problem as a file, to mend the table by."""
    _found(upload_id)
    return csv_answer(request, lambda: _csv_rows(every_problem(upload_id)), f"upload-{upload_id}-problems.csv")


def _csv_rows(rows: Iterator[UploadProblem]) -> Iterator[list[object]]:
    yield [gettext("Order number"), gettext("Line"), gettext("Column"), gettext("Code"), gettext("Reason")]
    for row in rows:
        yield [
            row.external_id,
            "" if row.line is None else row.line,
            row.column,
            row.code,
            code_words(row.code, row.detail),
        ]
