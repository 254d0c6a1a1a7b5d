"""What is integrated, and what may be (R3)."""

from __future__ import annotations

from django.http import HttpResponseBase

from salur.integrations.channels import channels
from salur.integrations.queries import accounts, stores
from salur.integrations.registry import STORE, WAREHOUSE, find_plugin, plugins
from salur.tenancy.models import Role
from salur.web.access import MerchantRequest, fragment_or_page, page
from salur.web.words import channel_title


@page()
def integration_list(request: MerchantRequest) -> HttpResponseBase:
    """Stores and fulfilment services, each a group of cards of its own."""
    context = {
        "stores": [(s, channel_title(s.channel)) for s in stores()],
        "accounts": [
            (a, plugin.capabilities.title if (plugin := find_plugin(WAREHOUSE, a.partner)) else a.partner)
            for a in accounts()
        ],
    }
    return fragment_or_page(request, "web/integrations/list.html", context)


@page(get=Role.OWNER)
def integration_add(request: MerchantRequest) -> HttpResponseBase:
    """Everything that can be connected."""
    context = {
        "stores": plugins(STORE),
        "services": plugins(WAREHOUSE),
        "by_file": [channel for channel in channels() if not channel.connected],
    }
    return fragment_or_page(request, "web/integrations/add.html", context)
