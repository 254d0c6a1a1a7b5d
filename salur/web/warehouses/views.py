"""Warehouses: the list, and a page for each with its settings, stock sync, abilities and products (R40, R129, R130)."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext, ngettext

from salur.catalog.models import ProductPushState
from salur.catalog.queries import failed_rows, push_counts
from salur.flows.calibrate import may_sync, request_sync
from salur.flows.products import push_again
from salur.flows.warehouses import WarehouseRefused, change_warehouse, switch_daily_sync, switch_warehouse
from salur.foundation.clock import now
from salur.foundation.problems import Refusal
from salur.integrations.models import ConnectionState
from salur.integrations.registry import WAREHOUSE, find_plugin
from salur.stock.differences import set_limit
from salur.stock.models import Warehouse
from salur.stock.queries import find_warehouse, last_syncs, sync_page, totals, warehouses
from salur.tenancy.models import Entitlement, Role
from salur.web.access import MerchantRequest, fragment_or_page, page, reading
from salur.web.acting import acting, refusal_text, tell_refusal
from salur.web.filters import row_id
from salur.web.integrations.abilities import facts_of
from salur.web.stock.words import sync_error_words

from .forms import WarehouseForm
from .own import OwnWarehouseForm, save_own

MOST_PUSHED = 10_000


def _shown(place: Warehouse) -> dict[str, object]:
    plugin = find_plugin(WAREHOUSE, place.account.partner) if place.account else None
    connected = place.account is not None and place.account.state == ConnectionState.CONNECTED
    return {
        "place": place,
        "partner": plugin.capabilities.title if plugin else "",
        "may_sync": connected and may_sync(place),
    }


@page(post=Role.OPERATOR, entitlement=Entitlement.WAREHOUSE_MANAGEMENT)
def warehouse_list(request: MerchantRequest) -> HttpResponseBase:
    """All warehouses; a POST begins a sync of one's stock."""
    if request.method == "POST":
        return _sync(request, row_id(request.POST, "warehouse") or 0)
    syncs = last_syncs()
    shown = [(place, syncs.get(place.pk)) for place in warehouses()]
    context = {
        "rows": [(_shown(place), sync, sync_error_words(sync) if sync else "") for place, sync in shown],
        "moving": any(sync is not None and sync.finished_at is None for _, sync in shown),
    }
    return fragment_or_page(request, "web/warehouses/list.html", context, fragment="web/warehouses/list_rows.html")


def _sync(request: MerchantRequest, warehouse_id: int) -> HttpResponseBase:
    try:
        with acting(request, "button"):
            run_id = request_sync(_found(warehouse_id).pk, "button")
    except Refusal as refusal:
        tell_refusal(request, refusal)
        return redirect("web:warehouses")
    messages.success(request, gettext("The stock sync has begun; this is its record."))
    return redirect("web:stock_sync", run_id)


def _found(warehouse_id: int) -> Warehouse:
    place = find_warehouse(warehouse_id)
    if place is None:
        raise Http404
    return place


@page(post=Role.OPERATOR, entitlement=Entitlement.WAREHOUSE_MANAGEMENT)
def warehouse_page(request: MerchantRequest, warehouse_id: int) -> HttpResponseBase:
    """One warehouse. A POST syncs it, switches its daily sync, or pushes refused products again; owners change it."""
    with reading(request):
        place = _found(warehouse_id)
    sent = request.POST if request.POST.get("action") == "save" else None
    form: WarehouseForm | OwnWarehouseForm = (
        OwnWarehouseForm.of(place, sent) if place.account_id is None else WarehouseForm(sent, initial=_initial(place))
    )
    if request.method == "POST":
        done = _act(request, place, form)
        if done is not None:
            return done
    with reading(request):
        syncs = [(run, sync_error_words(run)) for run in sync_page(warehouse_id, None, 5).rows]
        context = _shown(place) | {
            "form": form,
            "facts": facts_of(find_plugin(WAREHOUSE, place.account.partner)) if place.account else [],
            "pushes": _pushes(place),
            "totals": totals(warehouse_id),
            "syncs": syncs,
            "moving": any(run.finished_at is None for run, _error in syncs),
            "clock": now().astimezone(ZoneInfo(place.time_zone)),
            "next_local": place.next_sync_at.astimezone(ZoneInfo(place.time_zone)) if place.next_sync_at else None,
        }
    status = 422 if form.is_bound else 200
    return fragment_or_page(
        request, "web/warehouses/page.html", context, fragment="web/warehouses/page_syncs.html", status=status
    )


def _pushes(place: Warehouse) -> list[tuple[str, int]]:
    """How many of its products are in each push state; nothing for an own warehouse, which has nobody to tell."""
    if place.account_id is None:
        return []
    counts = push_counts(place.pk)
    return [(state, counts.get(state, 0)) for state in ProductPushState.values]


def _act(request: MerchantRequest, place: Warehouse, form: WarehouseForm | OwnWarehouseForm) -> HttpResponseBase | None:
    """Do what was posted; None if the form has to be shown again with its errors."""
    action = request.POST.get("action", "")
    if action == "sync":
        return _sync(request, place.pk)
    if action == "save":
        _require_owner(request)
        return save_own(request, place, form) if isinstance(form, OwnWarehouseForm) else _save(request, place, form)
    try:
        if action == "daily_sync":
            with acting(request, "settings"):
                switch_daily_sync(place.pk, on=not place.daily_sync)
        elif action == "active":
            _require_owner(request)
            with acting(request, "settings"):
                switch_warehouse(place.pk, on=not place.active)
        elif action == "push_again":
            _push_refused(request, place)
    except Refusal as refusal:
        tell_refusal(request, refusal)
    return redirect("web:warehouse", place.pk)


def _require_owner(request: MerchantRequest) -> None:
    if not request.merchant.may_own:
        raise PermissionDenied(gettext("Only an owner may rename a warehouse or switch it on and off."))


def _initial(place: Warehouse) -> dict[str, object]:
    """What a partner's warehouse has set."""
    percent = place.ask_above_percent if place.ask_above is not None else None
    return {
        "name": place.name,
        "time_zone": place.time_zone,
        "ask_above": place.ask_above,
        "ask_above_percent": percent,
    }


def _save(request: MerchantRequest, place: Warehouse, form: WarehouseForm) -> HttpResponseBase | None:
    if not form.is_valid():
        return None
    try:
        with acting(request, "settings"):
            change_warehouse(place.pk, name=form.cleaned_data["name"], time_zone=form.cleaned_data["time_zone"])
            if "ask_above" in form.cleaned_data:
                set_limit(place.pk, form.cleaned_data["ask_above"], form.cleaned_data["ask_above_percent"] or 0)
    except WarehouseRefused as refusal:
        form.add_error("time_zone" if refusal.code == "warehouse_zone" else "name", str(refusal_text(refusal).cause))
        return None
    messages.success(request, gettext("Saved."))
    return redirect("web:warehouse", place.pk)


def _push_refused(request: MerchantRequest, place: Warehouse) -> None:
    with acting(request, "products"):
        count = len(push_again(failed_rows(place.pk, MOST_PUSHED)))
    if count:
        told = ngettext("%(n)s product is being pushed again.", "%(n)s products are being pushed again.", count)
        messages.success(request, told % {"n": count})
    else:
        messages.warning(request, gettext("The warehouse refused none of its products."))
