"""Stock counts: the list, starting one, and what a count's buttons do."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext, ngettext

from salur.flows.stocktakes import approve_stocktake
from salur.flows.told import actor_names
from salur.foundation.problems import Refusal
from salur.locations.queries import zones_of
from salur.stock.queries import warehouses
from salur.stocktakes.counting import count_again, end_counting, enter, give_up, leave_out
from salur.stocktakes.models import Stocktake
from salur.stocktakes.queries import (
    differences,
    entries_of,
    find_line,
    find_stocktake,
    is_location,
    line_page,
    moves,
    progress_of,
    scanned,
    stocktake_page,
)
from salur.stocktakes.starting import add_product, start_stocktake
from salur.stocktakes.states import OPEN, StocktakeState
from salur.tenancy.models import Entitlement, Role
from salur.web.access import MerchantRequest, fragment_or_page, page, reading
from salur.web.acting import acting, back_to, refusal_text, tell_refusal
from salur.web.filters import row_id, row_ids, word
from salur.web.paging import at_cursor
from salur.web.words import told_words

from .forms import SheetForm, StartForm

NEEDS = Entitlement.WAREHOUSE_MANAGEMENT


@page(entitlement=NEEDS)
def stocktake_list(request: MerchantRequest) -> HttpResponseBase:
    """Every count, the latest first."""
    warehouse_id, state = row_id(request.GET, "warehouse"), word(request.GET, "state")
    listed = at_cursor(request, lambda cursor: stocktake_page(warehouse_id, state, cursor))
    done = progress_of(row.pk for row in listed.rows)
    context = {
        "page": listed,
        "rows": [(row, *done.get(row.pk, (0, 0))) for row in listed.rows],
        "warehouses": [place for place in warehouses() if place.account_id is None],
        "warehouse_id": warehouse_id,
        "state": state,
        "states": StocktakeState.choices,
        "filtered": bool(warehouse_id or state),
    }
    return fragment_or_page(request, "web/stocktakes/list.html", context, fragment="web/stocktakes/list_rows.html")


@page(get=Role.OPERATOR, post=Role.OPERATOR, entitlement=NEEDS)
def stocktake_new(request: MerchantRequest) -> HttpResponseBase:
    """Choose what is counted, and make the sheet."""
    with reading(request):
        every = warehouses(active_only=True)
        places = [place for place in every if place.account_id is None]
        zones = zones_of(place.pk for place in places)
    sent = request.POST if request.method == "POST" else None
    form = StartForm(sent, places=places, zones=zones, initial={"warehouse": row_id(request.GET, "warehouse")})
    if form.is_valid():
        typed = form.cleaned_data
        try:
            with acting(request, "stocktake"):
                take = start_stocktake(typed["warehouse"], form.part(), blind=typed["blind"], note=typed["note"])
        except Refusal as refusal:
            form.add_error(None, told_words(refusal_text(refusal)))
        else:
            return redirect("web:stocktake", take.pk)
    context = {"form": form, "places": places, "partners": [p for p in every if p.account_id is not None]}
    return fragment_or_page(request, "web/stocktakes/new.html", context, status=422 if form.is_bound else 200)


def found(request: MerchantRequest, take_id: int) -> Stocktake:
    """The count, or 404."""
    with reading(request):
        take = find_stocktake(take_id)
    if take is None:
        raise Http404
    return take


@page(entitlement=NEEDS)
def stocktake_page_view(request: MerchantRequest, take_id: int) -> HttpResponseBase:
    """One count: where one scans and enters, its sheet, its differences, what happened."""
    take = found(request, take_id)
    return shown(request, take, SheetForm(auto_id="sheet_%s"))


def shown(
    request: MerchantRequest, take: Stocktake, sheet: SheetForm, wrong: list[tuple[int, str]] | None = None
) -> HttpResponseBase:
    """The page of a count."""
    with reading(request):
        show, search = word(request.GET, "show"), word(request.GET, "q")
        listed = at_cursor(request, lambda cursor: line_page(take, show, search, cursor))
        done, every = progress_of([take.pk]).get(take.pk, (0, 0))
        told = [] if take.blind and take.state == StocktakeState.COUNTING else differences(take)
        entries, moved = entries_of(take, 50), moves(take)
        names = actor_names([*(e.actor for e in entries), *(m.actor for m in moved), take.created_by])
        context: dict[str, Any] = {
            "take": take,
            "page": listed,
            "show": show,
            "search": search,
            "done": done,
            "every": every,
            "left": every - done,
            "counting": take.state == StocktakeState.COUNTING,
            "checking": take.state == StocktakeState.CHECKING,
            "open": take.state in OPEN,
            "hidden": take.blind and take.state == StocktakeState.COUNTING,
            "differences": [one for one in told if one.difference or one.left_out or one.in_part],
            "same": sum(not one.difference and one.counts for one in told),
            "blocked": sum(one.below_reserved for one in told),
            "sheet": sheet,
            "wrong": (wrong or [])[:100],
            "more_wrong": max(0, len(wrong or []) - 100),
            "entries": [(entry, names[entry.actor]) for entry in entries],
            "moves": [(move, names[move.actor]) for move in moved],
            "creator": names[take.created_by],
            **_scan(request, take),
        }
    return fragment_or_page(request, "web/stocktakes/stocktake.html", context, status=422 if sheet.is_bound else 200)


def _scan(request: MerchantRequest, take: Stocktake) -> dict[str, Any]:
    """What was scanned or typed: a location to stand at, or a product whose pieces are asked for."""
    text, at = word(request.GET, "scan"), word(request.GET, "at").upper()
    if at and not is_location(take, at):
        at = ""
    if not text or take.state != StocktakeState.COUNTING:
        return {"at": at, "scan": "", "hits": [], "hit": None}
    if is_location(take, text):
        return {"at": text.upper(), "scan": "", "hits": [], "hit": None}
    chosen = row_id(request.GET, "line")
    line = find_line(take, chosen) if chosen else None
    hits = [line] if line else scanned(take, text, at) or scanned(take, text)
    return {"at": at, "scan": text, "hits": hits, "hit": hits[0] if len(hits) == 1 else None}


@page(post=Role.OPERATOR, entitlement=NEEDS)
def stocktake_act(request: MerchantRequest, take_id: int) -> HttpResponseBase:
    """Enter a line, end counting, have lines counted again, leave out, enter the differences, give up."""
    take = found(request, take_id)
    here = redirect("web:stocktake", take_id)
    if request.method != "POST":
        return here
    try:
        with acting(request, "stocktake"):
            told = _carry_out(take, request)
    except Refusal as refusal:
        tell_refusal(request, refusal)
    else:
        if told:
            messages.success(request, told)
    return back_to(request, here.url)


def _carry_out(take: Stocktake, request: MerchantRequest) -> str:
    """Do it (inside a scope); answers what to tell."""
    action, chosen = request.POST.get("action", ""), row_ids(request.POST, "line")
    if action == "enter":
        return _enter(take, request, chosen)
    if action == "add":
        lines = add_product(take, request.POST.get("msku", "").replace("\x00", ""))
        return gettext("It is on the sheet.") if lines else gettext("It was on the sheet already.")
    if action == "end":
        end_counting(take.pk)
        return gettext("Counting has ended. Look at the differences, then enter them.")
    if action == "again":
        n = count_again(take.pk, chosen)
        return ngettext("%(n)s line is to be counted again.", "%(n)s lines are to be counted again.", n) % {"n": n}
    if action in ("leave", "take"):
        leave_out(take.pk, chosen, out=action == "leave")
        return gettext("Changed.")
    if action == "approve":
        n = approve_stocktake(take.pk)
        return ngettext("Entered. %(n)s figure changed.", "Entered. %(n)s figures changed.", n) % {"n": n}
    if action == "give_up":
        give_up(take.pk)
        return gettext("The count is given up. Nothing was changed.")
    return ""


def _enter(take: Stocktake, request: MerchantRequest, chosen: list[int]) -> str:
    line = find_line(take, chosen[0]) if chosen else None
    if line is None:
        raise Http404
    seen = row_id(request.POST, "seen")
    line = enter(line.pk, request.POST.get("counted", "").replace("\x00", ""), seen=seen or 0)
    place = line.location_number or gettext("no location")
    told = gettext("%(msku)s, %(place)s: %(pieces)s")
    return told % {"msku": line.product.msku, "place": place, "pieces": line.counted}
