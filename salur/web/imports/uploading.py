"""Import a file of orders: choose the store and upload (R145). What it holds is shown before anything is imported."""

from __future__ import annotations

import io

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect

from salur.flows.previews import carry_on_preview, is_small
from salur.flows.uploads import keep_upload
from salur.integrations.queries import stores
from salur.orders.formats import FileRefused, template_csv
from salur.orders.mappings import all_mappings
from salur.orders.models import OrderUpload
from salur.orders.states import UploadState
from salur.orders.upload_queries import waiting_uploads
from salur.tenancy.models import Role
from salur.web.access import MerchantRequest, fragment_or_page, page, reading
from salur.web.acting import acting

from .forms import ImportForm
from .words import refused_words

TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@page(get=Role.OPERATOR, post=Role.OPERATOR)
def import_orders(request: MerchantRequest) -> HttpResponseBase:
    """The form; a good file leads to its preview or its columns, a bad one says by the field what is wrong."""
    with reading(request):
        known, waiting, remembered = stores(), waiting_uploads(), len(all_mappings())
    posted = request.method == "POST"
    form = ImportForm(request.POST if posted else None, request.FILES if posted else None, stores=known)
    if posted and form.is_valid():
        upload = _keep(request, form)
        if upload is not None:
            look_over_small(request, upload)
            return redirect("web:upload", upload.pk)
    context = {"form": form, "stores": known, "waiting": waiting, "remembered": remembered}
    return fragment_or_page(request, "web/imports/upload.html", context, status=422 if posted else 200)


def _keep(request: MerchantRequest, form: ImportForm) -> OrderUpload | None:
    file = form.cleaned_data["file"]
    try:
        with acting(request, "import"):
            return keep_upload(form.cleaned_data["store"], file.name or "", file.file)
    except FileRefused as refused:
        form.add_error("file", refused_words(refused))
        return None


def look_over_small(request: MerchantRequest, upload: OrderUpload) -> None:
    """Look a small file over while the person waits; a large one is left to the worker."""
    with reading(request):
        small = upload.state == UploadState.QUEUED and is_small(upload)
    if small:
        carry_on_preview(upload.merchant_id, upload.pk)


@page(get=Role.OPERATOR)
def import_template(request: MerchantRequest, kind: str = "csv") -> HttpResponseBase:
    """Salur's own template as a file to fill in."""
    known = kind if kind in TYPES else "csv"
    content = _workbook(template_csv()) if known == "xlsx" else template_csv().encode()
    response = HttpResponse(content, content_type=TYPES[known])
    response["Content-Disposition"] = f'attachment; filename="salur-orders.{known}"'
    return response


def _workbook(text: str) -> bytes:
    import csv

    import openpyxl  # here, because it is slow to import and few pages need it

    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("orders")
    for row in csv.reader(io.StringIO(text)):
        sheet.append(list(row))
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()
