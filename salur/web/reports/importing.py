"""Import a file of orders: choose the store, upload, see the run (R145). And what may be done with a run."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from salur.flows.imports import ImportBusy, start_file_import
from salur.flows.runs import retry_run, stop_run
from salur.integrations.models import ConnectionState, StoreConnection
from salur.integrations.queries import stores
from salur.orders.formats import FileRefused, template_csv
from salur.orders.formats.messages import text_of
from salur.orders.queries import find_run
from salur.tenancy.models import Role
from salur.web.access import MerchantRequest, fragment_or_page, page, reading
from salur.web.acting import acting


class ImportForm(forms.Form):
    """Which store the orders belong to, and the file."""

    store = forms.TypedChoiceField(label=_("Store"), coerce=int)
    file = forms.FileField(
        label=_("File"),
        help_text=_("Salur’s template or Shopify’s order export, as CSV (UTF-8) or Excel workbook (.xlsx)."),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.txt,.xlsx"}),
    )

    def __init__(self, *args: Any, stores: list[StoreConnection], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["store"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  # declared so above
        field.choices = [(s.pk, s.name) for s in stores if s.state != ConnectionState.DISCONNECTED]


@page(get=Role.OPERATOR)
def import_orders(request: MerchantRequest) -> HttpResponseBase:
    """The form; a good file leads to its run's page, a bad one says by the field what is wrong."""
    with reading(request):
        known = stores()
    posted = request.method == "POST"
    form = ImportForm(request.POST if posted else None, request.FILES if posted else None, stores=known)
    if posted and form.is_valid():
        run_id = _start(request, form)
        if run_id is not None:
            return redirect("web:report", run_id)
    status = 422 if posted else 200
    return fragment_or_page(request, "web/reports/import.html", {"form": form, "stores": known}, status=status)


def _start(request: MerchantRequest, form: ImportForm) -> int | None:
    upload = form.cleaned_data["file"]
    try:
        with acting(request, "import"):
            store_id, name = form.cleaned_data["store"], upload.name or ""
            return int(start_file_import(store_id, name, upload.file, trigger="file").pk)
    except ImportBusy as busy:
        messages.info(request, gettext("This very file is being imported already: here is its run."))
        return busy.run_id
    except FileRefused as refused:
        form.add_error("file", text_of(refused))
        return None


@page(get=Role.OPERATOR)
def import_template(request: MerchantRequest) -> HttpResponseBase:
    """Salur's own template as a file to fill in."""
    response = HttpResponse(template_csv(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="salur-orders.csv"'
    return response


@page()
def report_act(request: MerchantRequest, run_id: int) -> HttpResponseBase:
    """Stop a run that waits or runs; run a failed one again."""
    if request.method == "POST":
        with acting(request, "button"):
            if find_run(run_id) is None:
                raise Http404
            if request.POST.get("action") == "stop":
                stop_run(run_id)
            elif request.POST.get("action") == "retry":
                retry_run(run_id)
    return redirect("web:report", run_id)
