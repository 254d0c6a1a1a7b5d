"""The floor of own warehouses: lists by stage with what is done to many at once, and pick lists."""

from __future__ import annotations

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from salur.flows.floor import Walked, make_pick_lists, step_back, walk
from salur.flows.packing import pack_unscanned
from salur.flows.parcels import merge_parcels, part_parcels
from salur.flows.told import actor_names
from salur.foundation.problems import Refusal, describe
from salur.outbound.floor import (
    READY,
    STAGES,
    find_pick_list,
    lists_at,
    lists_on,
    pick_lists,
    pieces_of,
    scanned,
    stage_counts,
    walk_of,
)
from salur.outbound.models import PickList
from salur.outbound.states import TaskState
from salur.stock.queries import own_warehouses
from salur.tenancy.models import Entitlement, Role
from salur.web import words
from salur.web.access import MerchantRequest, fragment_or_page, page
from salur.web.acting import acting, back_to, tell_refusal
from salur.web.filters import row_id, word
from salur.web.paging import at_cursor

from .chosen import chosen_ids, tell_walked

NEEDS = Entitlement.WAREHOUSE_MANAGEMENT

STAGE_NAMES = {
    READY: _("To be picked"),
    "picking": _("Picking"),
    "picked": _("Picked"),
    "packed": _("Packed"),
    "shipped": _("Shipped"),
}


@page(entitlement=NEEDS)
def floor(request: MerchantRequest) -> HttpResponseBase:
    """Lists of own warehouses by stage; ``scan`` leads to the list or pick list that a barcode names."""
    missed = ""
    if code := word(request.GET, "scan"):
        found = scanned(code)
        if found is not None:
            to_pick_list = isinstance(found, PickList)
            return redirect("web:pick_list" if to_pick_list else "web:pack", found.pk)
        told = describe("scan_unknown", {"scanned": code})
        missed = words.told_words(told)
    stage = request.GET.get("stage", "")
    stage = stage if stage in STAGES else READY
    warehouse = row_id(request.GET, "warehouse")
    listed = at_cursor(request, lambda cursor: lists_at(stage, warehouse, cursor))
    pieces = pieces_of([row.pk for row in listed.rows])
    counts = stage_counts(warehouse)
    context = {
        "page": listed,
        "rows": [(row, pieces.get(row.pk, [])) for row in listed.rows],
        "stage": stage,
        "stages": [(name, label, counts.get(name), name == stage) for name, label in STAGE_NAMES.items()],
        "warehouse": warehouse,
        "warehouses": own_warehouses(),
        "missed": missed,
        "code": code,
    }
    return fragment_or_page(request, "web/floor/list.html", context, fragment="web/floor/list_rows.html")


@page(post=Role.OPERATOR, entitlement=NEEDS)
def floor_act(request: MerchantRequest) -> HttpResponseBase:
    """Do something with the chosen lists: pick, mark as picked or packed, take a step back."""
    if request.method != "POST":
        return redirect("web:floor")
    action, ids = request.POST.get("action", ""), chosen_ids(request.POST)
    if action == "pick":
        return _fetch(request, ids)
    try:
        with acting(request, "floor"):
            walked = _walked(action, ids)
    except Refusal as refusal:
        tell_refusal(request, refusal)
        return back_to(request, reverse("web:floor"))
    n = len(walked.done)
    tell_walked(request, walked, ngettext("Done for %(n)s list.", "Done for %(n)s lists.", n) % {"n": n})
    return back_to(request, reverse("web:floor"))


def _walked(action: str, ids: list[int]) -> Walked:
    if action == "picked":
        return walk(ids, TaskState.PICKED)
    if action == "packed":
        return pack_unscanned(ids)
    if action == "back":
        return step_back(ids)
    if action == "merge":
        return Walked(merge_parcels(ids))
    if action == "part":
        return Walked(part_parcels(ids))
    raise Http404


def _fetch(request: MerchantRequest, ids: list[int]) -> HttpResponse:
    """Lists go onto a pick list, which is shown at once where there is one only."""
    with acting(request, "floor"):
        fetched = make_pick_lists(ids)
    n = len(fetched.walked.done)
    told = ngettext("%(n)s list is being picked.", "%(n)s lists are being picked.", n) % {"n": n}
    tell_walked(request, fetched.walked, told)
    if len(fetched.pick_lists) == 1:
        return redirect("web:pick_list", fetched.pick_lists[0].pk)
    if fetched.pick_lists:
        return redirect("web:pick_lists")
    return back_to(request, reverse("web:floor"))


@page(entitlement=NEEDS)
def pick_list_list(request: MerchantRequest) -> HttpResponseBase:
    """All pick lists, the latest first."""
    warehouse = row_id(request.GET, "warehouse")
    listed = at_cursor(request, lambda cursor: pick_lists(warehouse, cursor))
    context = {"page": listed, "rows": listed.rows, "warehouse": warehouse, "warehouses": own_warehouses()}
    return fragment_or_page(request, "web/floor/pick_lists.html", context)


@page(post=Role.OPERATOR, entitlement=NEEDS)
def pick_list_page(request: MerchantRequest, pick_list_id: int) -> HttpResponseBase:
    """One walk: stops with pieces and the lists they are for. A POST marks its lists as picked."""
    if request.method == "POST":
        return _picked(request, pick_list_id)
    pick_list = find_pick_list(pick_list_id)
    if pick_list is None:
        raise Http404
    rows = lists_on(pick_list)
    live = [row for row in rows if row.push != "void"]
    context = {
        "pick_list": pick_list,
        "lists": rows,
        "stopped": [row for row in rows if row.push == "void"],
        "stops": walk_of(live),
        "picking": sum(row.task == TaskState.PICKING for row in live),
        "by": actor_names([pick_list.created_by]).get(pick_list.created_by, ""),
        "may_see": request.merchant.may(Role.OPERATOR),
    }
    return fragment_or_page(request, "web/floor/pick_list.html", context)


def _picked(request: MerchantRequest, pick_list_id: int) -> HttpResponse:
    with acting(request, "floor"):
        pick_list = find_pick_list(pick_list_id)
        if pick_list is None:
            raise Http404
        ids = [row.pk for row in lists_on(pick_list) if row.push != "void" and row.task == TaskState.PICKING]
        walked = walk(ids, TaskState.PICKED)
    n = len(walked.done)
    tell_walked(request, walked, ngettext("Done for %(n)s list.", "Done for %(n)s lists.", n) % {"n": n})
    return redirect("web:pick_list", pick_list_id)
