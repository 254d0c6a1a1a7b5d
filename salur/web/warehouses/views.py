"""The warehouse list: all warehouses with partner, codes, country, state and stock sync (R40, R129)."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext

from salur.flows.calibrate import request_sync
from salur.foundation.problems import Refusal
from salur.integrations.models import ConnectionState
from salur.integrations.registry import WAREHOUSE, find_plugin
from salur.stock.models import Warehouse
from salur.stock.queries import find_warehouse, last_syncs, warehouses
from salur.tenancy.models import Entitlement
from salur.web.access import MerchantRequest, fragment_or_page, page
from salur.web.acting import acting, tell_refusal
from salur.web.stock.words import sync_error_words


def _shown(place: Warehouse) -> dict[str, object]:
    plugin = find_plugin(WAREHOUSE, place.account.partner) if place.account else None
    connected = place.account is not None and place.account.state == ConnectionState.CONNECTED
    return {
        "place": place,
        "partner": plugin.capabilities.title if plugin else "",
        "may_sync": bool(plugin and connected and "stock" in plugin.capabilities.abilities),
    }


@page(entitlement=Entitlement.WAREHOUSE_MANAGEMENT)
def warehouse_list(request: MerchantRequest) -> HttpResponseBase:
    """All warehouses; a POST begins a sync of one's stock."""
    if request.method == "POST":
        return _sync(request)
    syncs = last_syncs()
    context = {
        "rows": [
            (_shown(place), sync, sync_error_words(sync) if sync else "")
            for place, sync in ((place, syncs.get(place.pk)) for place in warehouses())
        ]
    }
    return fragment_or_page(request, "web/warehouses/list.html", context)


def _sync(request: MerchantRequest) -> HttpResponseBase:
    number = request.POST.get("warehouse", "")
    try:
        with acting(request, "button"):
            place = find_warehouse(int(number)) if number.isdigit() else None
            if place is None:
                raise Http404
            run_id = request_sync(place.pk, "button")
    except Refusal as refusal:
        tell_refusal(request, refusal)
        return redirect("web:warehouses")
    messages.success(request, gettext("The stock sync has begun; this is its record."))
    return redirect("web:stock_sync", run_id)
