"""Product location management: the list with its bulk actions and its file, and one location (R53)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext, ngettext, pgettext
from django.utils.translation import gettext_lazy as _

from salur.locations.binding import unbind
from salur.locations.editing import LocationRefused, change_location, delete_locations, switch_locations
from salur.locations.models import Location
from salur.locations.queries import LocationFilter, bindings_at, every_location, find_location, location_page, zones_of
from salur.stock.queries import warehouses
from salur.tenancy.models import Entitlement, Role
from salur.web.access import MerchantRequest, fragment_or_page, page, reading
from salur.web.acting import acting, back_to, refusal_text
from salur.web.downloads import csv_answer
from salur.web.filters import row_id, row_ids, word
from salur.web.paging import at_cursor
from salur.web.words import told_words

from .forms import LocationForm

NEEDS = Entitlement.WAREHOUSE_MANAGEMENT
MOST = 500  # locations of one bulk action
SHOWN = 3  # products of a location that the list names
USED = [("yes", _("With products")), ("no", _("Empty")), ("off", _("Switched off"))]


def filter_of(request: MerchantRequest) -> LocationFilter:
    """What the address asks for."""
    used = word(request.GET, "used")
    return LocationFilter(
        warehouse=row_id(request.GET, "warehouse"),
        zone=word(request.GET, "zone"),
        search=word(request.GET, "q"),
        used=used if used in dict(USED) else "",
    )


@page(entitlement=NEEDS)
def location_list(request: MerchantRequest) -> HttpResponseBase:
    """All locations with what lies there."""
    wanted = filter_of(request)
    listed = at_cursor(request, lambda cursor: location_page(wanted, cursor))
    bound = bindings_at(row.pk for row in listed.rows)
    rows = [(row, bound.get(row.pk, [])[:SHOWN], max(0, len(bound.get(row.pk, [])) - SHOWN)) for row in listed.rows]
    context = {
        "page": listed,
        "rows": rows,
        "wanted": wanted,
        "used": USED,
        "zones": [(zone, zone) for zone in zones_of([wanted.warehouse] if wanted.warehouse else None)],
        "warehouses": warehouses(),
        "filtered": wanted != LocationFilter(),
    }
    return fragment_or_page(request, "web/locations/list.html", context, fragment="web/locations/list_rows.html")


@page(post=Role.OPERATOR, entitlement=NEEDS)
def location_act(request: MerchantRequest) -> HttpResponseBase:
    """Switch the chosen locations on or off, or delete them."""
    if request.method != "POST":
        return redirect("web:locations")
    ids = row_ids(request.POST, "location")
    action = request.POST.get("action", "")
    if not 0 < len(ids) <= MOST:
        messages.warning(request, gettext("Choose between 1 and %(most)s locations.") % {"most": MOST})
    elif action in ("on", "off"):
        with acting(request, "locations"):
            count = switch_locations(ids, on=action == "on")
        messages.success(request, ngettext("%(n)s location changed.", "%(n)s locations changed.", count) % {"n": count})
    elif action == "delete":
        _delete(request, ids, unbind_too=request.POST.get("unbind") == "on")
    return back_to(request, reverse("web:locations"))


def _delete(request: MerchantRequest, ids: list[int], *, unbind_too: bool) -> None:
    with acting(request, "locations"):
        done = delete_locations(ids, unbind=unbind_too)
    if done.gone:
        n = len(done.gone)
        messages.success(request, ngettext("%(n)s location deleted.", "%(n)s locations deleted.", n) % {"n": n})
    if done.kept:
        told = gettext("Not deleted, because products lie there: %(numbers)s. Unbind them first, or tick it.")
        messages.warning(request, told % {"numbers": ", ".join(number for number, _count in done.kept[:20])})


@page(entitlement=NEEDS)
def location_file(request: MerchantRequest) -> HttpResponseBase:
    """The list as a file: one row for each location and product."""
    wanted = filter_of(request)
    return csv_answer(request, lambda: _csv_rows(wanted), "locations.csv")


def _csv_rows(wanted: LocationFilter, size: int = 500) -> Iterator[list[str]]:
    yield ["warehouse", "location", "zone", "note", "virtual", "active", "msku", "product_name"]
    rows = every_location(wanted)
    while batch := list(islice(rows, size)):
        yield from _rows(batch)


def _rows(batch: list[Location]) -> list[list[str]]:
    bound = bindings_at(row.pk for row in batch)
    rows = []
    for row in batch:
        own = [row.warehouse.name, row.number, row.zone, row.note, _yes(row.virtual), _yes(row.active)]
        held = bound.get(row.pk, [])
        rows += [[*own, one.product.msku, one.product.name] for one in held] or [[*own, "", ""]]
    return rows


def _yes(value: bool) -> str:
    return "yes" if value else "no"


# -- one location ---------------------------------------------------------------------------------------------------


@page(post=Role.OPERATOR, entitlement=NEEDS)
def location_page_view(request: MerchantRequest, location_id: int) -> HttpResponseBase:
    """One location: its data, what lies there; a POST changes them."""
    with reading(request):
        row = find_location(location_id)
    if row is None:
        raise Http404
    form = LocationForm(initial=_initial(row), places=[], known=row)
    if request.method == "POST":
        action, _colon, value = request.POST.get("action", "").partition(":")
        if action == "save":
            form = LocationForm(request.POST, places=[], known=row)
            if form.is_valid() and _save(request, row, form):
                messages.success(request, pgettext("a location", "Saved."))
                return redirect("web:location", location_id)
        else:
            _act(request, row, action, value)
            return redirect("web:locations") if action == "delete" else redirect("web:location", location_id)
    with reading(request):
        context = {"row": row, "form": form, "bound": bindings_at([row.pk]).get(row.pk, [])}
    return fragment_or_page(request, "web/locations/location.html", context, status=422 if form.is_bound else 200)


def _initial(row: Location) -> dict[str, object]:
    return {"number": row.number, "zone": row.zone, "note": row.note, "virtual": row.virtual}


def _save(request: MerchantRequest, row: Location, form: LocationForm) -> bool:
    typed = form.cleaned_data
    try:
        with acting(request, "locations"):
            change_location(
                row.pk, number=typed["number"], zone=typed["zone"], note=typed["note"], virtual=typed.get("virtual")
            )
    except LocationRefused as refusal:
        form.add_error("number", told_words(refusal_text(refusal)))
        return False
    return True


def _act(request: MerchantRequest, row: Location, action: str, value: str) -> None:
    if action in ("on", "off"):
        with acting(request, "locations"):
            switch_locations([row.pk], on=action == "on")
    elif action == "unbind" and value.isdecimal() and len(value) < 19:
        with acting(request, "locations"):
            unbind([int(value)])
        messages.success(request, gettext("The product no longer lies there."))
    elif action == "delete":
        _delete(request, [row.pk], unbind_too=request.POST.get("unbind") == "on")
