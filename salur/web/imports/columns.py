"""Which column is what in a file whose header is not known; and the mappings that are remembered of it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext

from salur.flows.filed import restored_reading
from salur.flows.uploads import first_rows, read_again, say_columns
from salur.orders.formats import ColumnMap, FileRefused, ReadOptions
from salur.orders.formats.reading import Peek
from salur.orders.mappings import all_mappings, as_map, find_mapping, forget_mapping, save_mapping, suggest
from salur.orders.models import ColumnMapping, OrderUpload
from salur.orders.upload_queries import find_upload
from salur.tenancy.models import Role
from salur.web.access import MerchantRequest, fragment_or_page, page, reading
from salur.web.acting import acting
from salur.web.filters import row_id

from .forms import ColumnsForm, initial_of
from .uploading import look_over_small
from .words import TARGETS, refused_words, upload_words


@page(get=Role.OPERATOR, post=Role.OPERATOR)
def upload_columns(request: MerchantRequest, upload_id: int) -> HttpResponseBase:
    """The file's columns with their first rows; what is chosen is remembered, and the file is looked over."""
    with reading(request):
        upload = find_upload(upload_id)
        if upload is None:
            raise Http404
        try:
            seen, refused = first_rows(upload), ""
        except FileRefused as unreadable:
            seen, refused = Peek([], []), refused_words(unreadable)
        form = _form(request, upload, seen)
    if request.method == "POST" and not refused:
        answer = _chosen(request, upload, form)
        if answer is not None:
            return answer
    context = {"upload": upload, "form": form, "told": refused or upload_words(upload), "seen": seen}
    status = 422 if request.method == "POST" else 200
    return fragment_or_page(request, "web/imports/columns.html", context, status=status)


def _form(request: MerchantRequest, upload: OrderUpload, seen: Peek) -> ColumnsForm:
    told = restored_reading(upload.reading)
    rows = [row for _, row in seen.rows]
    words = upload.sample.get("words", [])
    said = told.mapping
    if said is None:
        columns, options = suggest(seen.headers, rows)
        said = ColumnMap(tuple(seen.headers), columns, options, _name_of(upload))
    else:  # words that were taught stay to be seen
        words = [*dict.fromkeys([*said.options.statuses, *(word for word in words)])]
    return ColumnsForm(
        request.POST if request.method == "POST" else None,
        headers=seen.headers,
        rows=rows,
        words=words,
        zone=request.merchant.zone.key,
        initial=initial_of(said, seen.headers, words, told.options.encoding),
    )


def _name_of(upload: OrderUpload) -> str:
    return upload.name.rpartition(".")[0] or upload.name or upload.store.name


def _chosen(request: MerchantRequest, upload: OrderUpload, form: ColumnsForm) -> HttpResponseBase | None:
    """Take what was chosen; another encoding alone shows the columns again, because it may change their names."""
    encoding = request.POST.get("encoding", "")
    before = restored_reading(upload.reading).options.encoding
    if encoding != before and encoding in dict(form.fields["encoding"].choices):  # type: ignore[attr-defined]  # a choice field
        try:
            with acting(request, "button"):
                read_again(upload.pk, ReadOptions(encoding=encoding))
        except FileRefused as refused:
            form.is_valid()
            form.add_error("encoding", refused_words(refused))
            return None
        messages.info(request, gettext("The file was read anew. Check the columns."))
        return redirect("web:upload_columns", upload.pk)
    if not form.is_valid():
        return None
    with acting(request, "button"):
        upload = say_columns(upload.pk, form.cleaned_data["said"], encoding)
    look_over_small(request, upload)
    return redirect("web:upload", upload.pk)


@page(get=Role.OPERATOR, post=Role.OPERATOR)
def mapping_list(request: MerchantRequest) -> HttpResponseBase:
    """Mappings that are remembered; each can be changed or forgotten."""
    if request.method == "POST":
        wanted = row_id(request.POST, "forget")
        with acting(request, "button"):
            gone = wanted is not None and forget_mapping(wanted)
        if gone:
            messages.success(request, gettext("These columns are no longer remembered."))
        return redirect("web:mappings")
    rows = [(row, [str(TARGETS[t]) for t in TARGETS if t in row.columns.values()]) for row in all_mappings()]
    return fragment_or_page(request, "web/imports/mappings.html", {"rows": rows})


@page(get=Role.OPERATOR, post=Role.OPERATOR)
def mapping_page(request: MerchantRequest, mapping_id: int) -> HttpResponseBase:
    """One mapping, to be changed for the next files."""
    with reading(request):
        row = find_mapping(mapping_id)
        if row is None:
            raise Http404
    form = _mapping_form(request, row)
    if request.method == "POST" and form.is_valid():
        with acting(request, "button"):
            save_mapping(form.cleaned_data["said"])
        messages.success(request, gettext("Saved. The next file with these columns is read so."))
        return redirect("web:mappings")
    status = 422 if request.method == "POST" else 200
    return fragment_or_page(request, "web/imports/mapping.html", {"mapping": row, "form": form}, status=status)


def _mapping_form(request: MerchantRequest, row: ColumnMapping) -> ColumnsForm:
    said = as_map(row)
    words = list(said.options.statuses)
    given: dict[str, Any] = {"headers": row.headers, "rows": [], "words": words, "zone": request.merchant.zone.key}
    initial = initial_of(said, row.headers, words, said.options.encoding)
    return ColumnsForm(request.POST if request.method == "POST" else None, initial=initial, **given)
