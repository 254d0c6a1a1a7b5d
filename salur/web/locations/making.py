"""Making locations singly and in bulk (R54), and binding products to them by lists (R58)."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext, ngettext

from salur.locations.binding import WantedPair, bind_lines
from salur.locations.editing import LocationRefused, WantedLocation, create_location, create_locations
from salur.locations.problems import LineFault
from salur.stock.models import Warehouse
from salur.stock.queries import find_warehouse, warehouses
from salur.tenancy.models import Role
from salur.web.access import MerchantRequest, fragment_or_page, page, reading
from salur.web.acting import acting, refusal_text
from salur.web.filters import row_id
from salur.web.pasted import PastedLine
from salur.web.spreadsheets import TYPES, written
from salur.web.words import told_words

from .forms import BindForm, LocationForm, ManyLocationsForm
from .views import NEEDS

SHOWN_WRONG = 100
MANY = "many_%s"  # ids of the form of many, beside those of the form of one
Told = list[tuple[int, str]]


@page(get=Role.OPERATOR, post=Role.OPERATOR, entitlement=NEEDS)
def location_new(request: MerchantRequest) -> HttpResponseBase:
    """One location, or many; lines that cannot be taken are told and stay in the box."""
    with reading(request):
        places = warehouses(active_only=True)
    chosen = {"warehouse": row_id(request.GET, "warehouse")}
    single, many = (
        LocationForm(initial=chosen, places=places),
        ManyLocationsForm(initial=chosen, places=places, auto_id=MANY),
    )
    wrong: Told = []
    if request.method == "POST" and request.POST.get("action") == "many":
        many = _many(request, places)
        if many.is_valid() and _made(request, many, wrong):
            return redirect(f"{reverse('web:locations')}?warehouse={many.cleaned_data['warehouse']}")
    elif request.method == "POST":
        single = LocationForm(request.POST, places=places)
        if single.is_valid() and _make_one(request, single):
            return redirect(f"{reverse('web:location_new')}?warehouse={single.cleaned_data['warehouse']}")
    context = {
        "single": single,
        "many": many,
        "wrong": wrong[:SHOWN_WRONG],
        "more_wrong": max(0, len(wrong) - SHOWN_WRONG),
        "places": places,
    }
    status = 422 if request.method == "POST" else 200
    return fragment_or_page(request, "web/locations/new.html", context, status=status)


def _make_one(request: MerchantRequest, form: LocationForm) -> bool:
    typed = form.cleaned_data
    try:
        with acting(request, "locations"):
            row = create_location(
                typed["warehouse"], typed["number"], zone=typed["zone"], note=typed["note"], virtual=typed["virtual"]
            )
    except LocationRefused as refusal:
        form.add_error("number", told_words(refusal_text(refusal)))
        return False
    messages.success(request, gettext("Location %(number)s is there.") % {"number": row.number})
    return True


def _many(request: MerchantRequest, places: Sequence[Warehouse]) -> ManyLocationsForm:
    form = ManyLocationsForm.sent(request, places=places, auto_id=MANY)
    assert isinstance(form, ManyLocationsForm)  # noqa: S101  # made by its own class
    return form


def _made(request: MerchantRequest, form: ManyLocationsForm, wrong: Told) -> bool:
    """Make what is right; whether nothing is left to correct."""
    lines, typed = form.read(), form.cleaned_data
    wanted = [
        WantedLocation(
            one.number, one.cells["location"], one.cells.get("zone", "") or typed["zone"], one.cells.get("note", "")
        )
        for one in lines
        if not one.wrong and "location" in one.cells
    ]
    try:
        with acting(request, "locations"):
            done = create_locations(typed["warehouse"], wanted, virtual=typed["virtual"])
    except LocationRefused as refusal:
        form.add_error("warehouse", told_words(refusal_text(refusal)))
        return False
    n = len(done.numbers)
    if n:
        told = ngettext("%(n)s location was made.", "%(n)s locations were made.", n)
        messages.success(request, told % {"n": n})
    return _settle(request, form, lines, done.faults, wrong) and not form.errors


def _settle(
    request: MerchantRequest,
    form: ManyLocationsForm | BindForm,
    lines: Sequence[PastedLine],
    faults: Sequence[LineFault],
    wrong: Told,
) -> bool:
    """Keep only the lines that somebody must correct; the others are told in one message."""
    harmless = [fault for fault in faults if fault.harmless]
    if harmless:
        few = " ".join(fault.text() for fault in harmless[:5])
        n = len(harmless)
        told = ngettext("%(n)s was there already.", "%(n)s were there already.", n) % {"n": n}
        messages.info(request, f"{told} {few}" + (" …" if n > 5 else ""))
    bad = {fault.line: fault.text() for fault in faults if not fault.harmless}
    bad |= {one.number: one.wrong for one in lines if one.wrong}
    kept = [one for one in lines if one.number in bad]
    wrong += [(place, bad[one.number]) for place, one in enumerate(kept, start=1)]
    form.keep("\n".join(one.text for one in kept))
    return not kept


@page(get=Role.OPERATOR, post=Role.OPERATOR, entitlement=NEEDS)
def location_bind(request: MerchantRequest) -> HttpResponseBase:
    """Lines of location and MSKU: each pair is bound, wrong lines are told one by one and stay in the box (R58)."""
    with reading(request):
        places = warehouses(active_only=True)
    wrong: Told = []
    form = BindForm(initial={"warehouse": row_id(request.GET, "warehouse")}, places=places)
    if request.method == "POST":
        sent = BindForm.sent(request, places=places)
        assert isinstance(sent, BindForm)  # noqa: S101  # made by its own class
        form = sent
        if form.is_valid() and _bound(request, form, wrong):
            return redirect(f"{reverse('web:locations')}?warehouse={form.cleaned_data['warehouse']}")
    context = {
        "form": form,
        "wrong": wrong[:SHOWN_WRONG],
        "more_wrong": max(0, len(wrong) - SHOWN_WRONG),
        "places": places,
    }
    return fragment_or_page(request, "web/locations/bind.html", context, status=422 if form.is_bound else 200)


def _bound(request: MerchantRequest, form: BindForm, wrong: Told) -> bool:
    lines = form.read()
    wanted = [
        WantedPair(one.number, one.cells.get("location", ""), one.cells.get("msku", ""))
        for one in lines
        if not one.wrong
    ]
    with acting(request, "locations"):
        if find_warehouse(form.cleaned_data["warehouse"]) is None:
            raise Http404
        done = bind_lines(form.cleaned_data["warehouse"], wanted)
    if done.count:
        told = ngettext("%(n)s pair was bound.", "%(n)s pairs were bound.", done.count)
        messages.success(request, told % {"n": done.count})
    return _settle(request, form, lines, done.faults, wrong) and not form.errors


TEMPLATES = {
    "locations": [["location", "zone", "note"], ["A-01-01", "A", ""], ["A-01-02 .. A-03-20", "A", ""]],
    "bindings": [["location", "msku"], ["A-01-01", "TEA-250"], ["A-01-02", "CUP-WHITE"]],
}


@page(get=Role.OPERATOR, entitlement=NEEDS)
def location_template(request: MerchantRequest, name: str, kind: str) -> HttpResponseBase:
    """A spreadsheet to fill in."""
    if kind not in TYPES or name not in TEMPLATES:
        raise Http404
    response = HttpResponse(written(kind, TEMPLATES[name], name), content_type=TYPES[kind])
    response["Content-Disposition"] = f'attachment; filename="salur-{name}.{kind}"'
    return response
