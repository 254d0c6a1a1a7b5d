"""The sheet of a count: to print, to download, and to upload filled in."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import ngettext

from salur.foundation.problems import Refusal
from salur.stocktakes.counting import CountedRow, enter_rows
from salur.stocktakes.models import Stocktake
from salur.stocktakes.papers import count_sheet
from salur.stocktakes.queries import every_line, on_hand_of
from salur.tenancy.models import Role
from salur.web.access import MerchantRequest, page
from salur.web.acting import acting, tell_refusal
from salur.web.pasted import PastedLine
from salur.web.spreadsheets import TYPES, safe_cell, written

from .forms import SheetForm
from .views import NEEDS, found, shown

PAPER = "pdf"


@page(entitlement=NEEDS)
def stocktake_file(request: MerchantRequest, take_id: int, kind: str) -> HttpResponseBase:
    """The sheet as PDF to write on, or as a spreadsheet whose column “counted” is filled in and uploaded."""
    if kind != PAPER and kind not in TYPES:
        raise Http404
    take = found(request, take_id)
    content = count_sheet(take) if kind == PAPER else written(kind, _rows(take), take.reference)
    response = HttpResponse(content, content_type=TYPES.get(kind, "application/pdf"))
    response["Content-Disposition"] = f'attachment; filename="{take.reference}.{kind}"'
    return response


def _rows(take: Stocktake) -> list[list[str]]:
    lines = list(every_line(take))
    held = {} if take.blind else on_hand_of(take, {line.product_id for line in lines})
    head = ["location", "msku", "barcode", "product_name", *([] if take.blind else ["expected"]), "counted"]
    rows = []
    for line in lines:
        expected = [] if take.blind else [str(held.get(line.product_id, 0))]
        own = [line.location_number, line.product.msku, line.product.barcode, line.product.name]
        counted = "" if line.counted is None else str(line.counted)
        rows.append([*map(safe_cell, own), *expected, counted])
    return [head, *rows]


@page(post=Role.OPERATOR, entitlement=NEEDS)
def stocktake_upload(request: MerchantRequest, take_id: int) -> HttpResponseBase:
    """A filled-in sheet: right rows are entered, wrong ones told and kept; rows left empty are not counted."""
    take = found(request, take_id)
    if request.method != "POST":
        return redirect("web:stocktake", take_id)
    form = SheetForm.sent(request, auto_id="sheet_%s")
    assert isinstance(form, SheetForm)  # noqa: S101  # made by its own class
    lines = form.read() if form.is_valid() else []
    if form.errors:
        return shown(request, take, form)
    rows = [one for one in lines if not one.wrong and (one.cells.get("counted") or len(one.cells) < 3)]
    try:
        with acting(request, "stocktake"):
            done = enter_rows(take.pk, [_row(one) for one in rows])
    except Refusal as refusal:
        tell_refusal(request, refusal)
        return redirect("web:stocktake", take_id)
    n = done.count
    messages.success(request, ngettext("%(n)s line was entered.", "%(n)s lines were entered.", n) % {"n": n})
    bad = {fault.line: fault.text() for fault in done.faults if not fault.harmless}
    wrong = _keep(form, lines, bad | {one.number: one.wrong for one in lines if one.wrong})
    return shown(request, take, form, wrong) if wrong else redirect("web:stocktake", take_id)


def _keep(form: SheetForm, lines: Sequence[PastedLine], bad: dict[int, str]) -> list[tuple[int, str]]:
    """Only the rows that somebody must correct stay in the box, in the order of its own columns."""
    kept = [one for one in lines if one.number in bad]
    names = form.columns.order
    form.keep(
        "\n".join(", ".join(one.cells.get(name, "") for name in names) if one.cells else one.text for one in kept)
    )
    return [(place, bad[one.number]) for place, one in enumerate(kept, start=1)]


def _row(one: PastedLine) -> CountedRow:
    cells = one.cells
    return CountedRow(one.number, cells.get("msku", ""), cells.get("location", ""), cells.get("counted", ""))
