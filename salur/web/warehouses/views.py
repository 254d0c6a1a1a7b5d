"""The warehouse list: all warehouses with partner, codes, country, state and stock sync (R40)."""

from __future__ import annotations

from django.http import HttpResponseBase

from salur.integrations.registry import WAREHOUSE, find_plugin
from salur.stock.models import Warehouse
from salur.stock.queries import last_syncs, warehouses
from salur.tenancy.models import Entitlement
from salur.web.access import MerchantRequest, fragment_or_page, page


def _partner(place: Warehouse) -> str:
    plugin = find_plugin(WAREHOUSE, place.account.partner) if place.account else None
    return plugin.capabilities.title if plugin else ""


@page(entitlement=Entitlement.WAREHOUSE_MANAGEMENT)
def warehouse_list(request: MerchantRequest) -> HttpResponseBase:
    """All warehouses."""
    syncs = last_syncs()
    context = {"rows": [(place, _partner(place), syncs.get(place.pk)) for place in warehouses()]}
    return fragment_or_page(request, "web/warehouses/list.html", context)
