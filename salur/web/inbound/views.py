"""The door of the inbound room."""

from __future__ import annotations

from django.http import HttpResponseBase

from salur.stock.queries import totals
from salur.tenancy.models import Entitlement
from salur.web.access import MerchantRequest, fragment_or_page, page


@page(entitlement=Entitlement.WAREHOUSE_MANAGEMENT)
def inbound_door(request: MerchantRequest) -> HttpResponseBase:
    """Says what there is today: stock comes in by stock sync; lists of announced goods have their room later."""
    return fragment_or_page(request, "web/inbound/door.html", {"totals": totals()})
