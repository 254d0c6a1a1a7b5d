"""“Update stock” by a table (R60, way 2): its lines become one inbound list for each warehouse."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from salur.flows.stock_files import AT_ONCE, is_large, keep_stock_file, recent_stock_files
from salur.flows.stock_updates import MOST_LINES, Updated, UpdateKind, update_stock
from salur.foundation.problems import Refusal
from salur.inbound.checking import WantedLine
from salur.inbound.editing import LIMITS
from salur.orders.formats import FileRefused
from salur.stock.models import StockFile, Warehouse
from salur.tenancy.models import Entitlement, Role
from salur.web.access import MerchantRequest, fragment_or_page, page, reading
from salur.web.acting import acting, refusal_text
from salur.web.filters import row_id
from salur.web.pasted import TooManyRows
from salur.web.pasting import TableForm
from salur.web.spreadsheets import LARGEST, TYPES
from salur.web.words import told_words

from .editor import file_words
from .places import places_for_goods
from .sheets import template, text_of_file
from .typed import TextLine, read_lines, words_of

NEEDS = Entitlement.WAREHOUSE_MANAGEMENT

Wrong = list[tuple[int, str]]


KINDS = (
    (UpdateKind.ADD, _("Pieces that come in addition")),
    (UpdateKind.SET, _("All that the warehouse has (“update warehouse stock”)")),
    (UpdateKind.TOTAL, _("All there is over all warehouses (“update stock”)")),
)


class UpdateForm(TableForm):
    """Where the pieces go, what the quantities mean, and the table, as a file or typed."""

    field_order = ("kind", "warehouse", "file", "lines", "note")
    lines_help = _("One line each: MSKU, quantity, cost, batch, expiry. Lines of a file stand here to be corrected.")

    kind = forms.TypedChoiceField(
        label=_("What the quantities mean"),
        choices=KINDS,
        coerce=UpdateKind,
        initial=UpdateKind.ADD,
        empty_value=UpdateKind.ADD,
        required=False,
        help_text=_("For all there is over all warehouses, the difference goes to the warehouse chosen below."),
    )
    warehouse = forms.TypedChoiceField(label=_("Warehouse"), coerce=int, required=False, empty_value=None)
    note = forms.CharField(label=_("Note for the warehouse"), max_length=LIMITS["note"], required=False)

    def __init__(self, *args: Any, places: Sequence[Warehouse], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["warehouse"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  # declared so above
        field.choices = [("", _("As the column “warehouse” says")), *((p.pk, p.name) for p in places)]


@page(get=Role.OPERATOR, post=Role.OPERATOR, entitlement=NEEDS)
def stock_update(request: MerchantRequest) -> HttpResponseBase:
    """The form; good lines lead to the lists made of them, wrong ones are told by line and nothing is saved."""
    with reading(request):
        places = places_for_goods()
    if request.method != "POST":
        form = UpdateForm(places=places, initial={"warehouse": row_id(request.GET, "warehouse")})
        return _shown(request, form, places, [])
    sent = request.POST.copy()
    sent["lines"] = sent.get("lines", "").replace("\x00", "")
    form = UpdateForm(sent, request.FILES, places=places)
    error = _take_file(request, form, sent)
    wrong: Wrong = []
    if form.is_valid() and not error:
        done = _announced(request, form, places, wrong)
        if done is not None:
            return redirect("web:stock_table", done.pk) if isinstance(done, StockFile) else _tell(request, done)
    if error:
        form.add_error("file", error)
    return _shown(request, form, places, wrong, status=422)


def _shown(
    request: MerchantRequest, form: UpdateForm, places: Sequence[Warehouse], wrong: Wrong, *, status: int = 200
) -> HttpResponseBase:
    context = {
        "form": form,
        "places": places,
        "wrong": wrong[:100],
        "more_wrong": max(0, len(wrong) - 100),
        "recent": recent_stock_files,
        "at_once": AT_ONCE,
    }
    return fragment_or_page(request, "web/inbound/update.html", context, status=status)


def _take_file(request: MerchantRequest, form: UpdateForm, sent: Any) -> str:
    """The file's lines go into the box, where they can be corrected; answers what hindered it."""
    upload = request.FILES.get("file")
    if upload is None:
        return ""
    try:
        read = text_of_file(upload.read(LARGEST + 1), most=MOST_LINES)
    except FileRefused as refused:
        return file_words(refused)
    except TooManyRows:
        return gettext("At most %(most)s lines are taken at once. Divide the file.") % {"most": MOST_LINES}
    before = sent["lines"]
    sent["lines"] = f"{before.rstrip()}\n{read}" if before.strip() else read
    form.data = sent
    return ""


def _announced(
    request: MerchantRequest, form: UpdateForm, places: Sequence[Warehouse], wrong: Wrong
) -> Updated | StockFile | None:
    """What a small table led to, or the large one that is kept; None where something is wrong."""
    texts = read_lines(form.cleaned_data["lines"])
    chosen = form.cleaned_data["warehouse"]
    if form.cleaned_data["kind"] == UpdateKind.TOTAL:
        if chosen is None:
            form.add_error("warehouse", gettext("Choose the warehouse to which the difference goes."))
            return None
        lines = _all_at(texts, chosen, wrong)
    else:
        lines = _by_warehouse(texts, places, chosen, wrong)
    if not texts:
        form.add_error("lines", gettext("There is no line. Choose a file, or type the lines here."))
    if wrong or not texts:
        return None
    asked = form.cleaned_data["kind"], lines, form.cleaned_data["note"]
    try:
        with acting(request, "import"):
            if is_large(lines):
                return keep_stock_file(_name_of(request), *asked)
            done = update_stock(*asked)
    except Refusal as changed:  # the stock changed while the table was looked at
        form.add_error(None, told_words(refusal_text(changed)))
        return None
    names = {place.pk: place.name for place in places}
    for place_id, refusal in done.refused.items():
        form.add_error(None, f"{names[place_id]}: {told_words(refusal_text(refusal))}")
    wrong += [(r.number, words_of(p)) for r in done.wrong for p in r.problems]
    wrong.sort()
    return None if done.refused or done.wrong else done


def _name_of(request: MerchantRequest) -> str:
    upload = request.FILES.get("file")
    return (upload.name or "") if isinstance(upload, UploadedFile) else ""


def _all_at(texts: Sequence[TextLine], chosen: int, wrong: Wrong) -> dict[int, list[WantedLine]]:
    """Lines that speak of all warehouses together: a warehouse that a line names would be misunderstood."""
    for line in texts:
        if line.wrong:
            wrong.append((line.number, line.wrong))
        elif line.cells.get("warehouse"):
            told = gettext("The quantities mean all warehouses together, but this line names one. Empty that column.")
            wrong.append((line.number, told))
    return {chosen: [line.wanted() for line in texts if not line.wrong]}


def _by_warehouse(
    texts: Sequence[TextLine], places: Sequence[Warehouse], chosen: int | None, wrong: Wrong
) -> dict[int, list[WantedLine]]:
    """Lines by warehouse: the one that the line names, by code or name, else the chosen one."""
    named: dict[str, set[int]] = {}
    for place in places:
        for name in (place.code, place.name):
            named.setdefault(name.strip().casefold(), set()).add(place.pk)
    lines: dict[int, list[WantedLine]] = {}
    for line in texts:
        place_id, error = _place_of(line, named, chosen)
        if error:
            wrong.append((line.number, error))
        elif place_id is not None:
            lines.setdefault(place_id, []).append(line.wanted())
    return lines


def _place_of(line: TextLine, named: Mapping[str, set[int]], chosen: int | None) -> tuple[int | None, str]:
    given = line.cells.get("warehouse", "")
    found = named.get(given.casefold(), set())
    if line.wrong:
        return None, line.wrong
    if not given:
        missing = gettext("The line names no warehouse. Fill in the column “warehouse”, or choose one above.")
        return chosen, "" if chosen else missing
    if not found:
        told = gettext("There is no warehouse “%(name)s” that takes goods. Give its code or name as in the list.")
        return None, told % {"name": given}
    if len(found) > 1:
        told = gettext("Several warehouses have the code “%(name)s”. Give the name in full.")
        return None, told % {"name": given}
    return next(iter(found)), ""


def _tell(request: MerchantRequest, done: Updated) -> HttpResponseBase:
    if done.lists:
        told = ngettext(
            "%(n)s inbound list was made and submitted. Stock rises when the warehouse has received the goods.",
            "%(n)s inbound lists were made and submitted. Stock rises when the warehouses have received the goods.",
            len(done.lists),
        )
        messages.success(request, told % {"n": len(done.lists)})
    if done.changed:
        told = ngettext(
            "%(n)s figure of an own warehouse was changed.",
            "%(n)s figures of own warehouses were changed.",
            done.changed,
        )
        messages.success(request, told % {"n": done.changed})
    if not done.lists and not done.changed:
        messages.success(request, gettext("Everything is as the table says already."))
    if len(done.lists) == 1 and not done.changed:
        return redirect("web:inbound", done.lists[0].pk)
    return redirect("web:inbounds" if done.lists else "web:stock")


@page(get=Role.OPERATOR, entitlement=NEEDS)
def update_template(request: MerchantRequest, kind: str) -> HttpResponseBase:
    """A spreadsheet to fill in, with the column of the warehouse."""
    known = kind if kind in TYPES else "csv"
    response = HttpResponse(template(known, ("warehouse",)), content_type=TYPES[known])
    response["Content-Disposition"] = f'attachment; filename="salur-stock.{known}"'
    return response
