"""What is integrated, and what may be (R3)."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpResponseBase
from django.utils.translation import gettext

from salur.connectors.base.capabilities import Plugin, WarehouseCapabilities
from salur.integrations.channels import file_channels
from salur.integrations.queries import accounts, stores
from salur.integrations.registry import STORE, WAREHOUSE, find_plugin, plugins
from salur.tenancy.models import Role
from salur.web.access import MerchantRequest, fragment_or_page, page
from salur.web.countries import country_names
from salur.web.words import channel_title

from .abilities import needs_words, notes_of


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


@dataclass(frozen=True)
class Card:
    """A partner as one chooses it."""

    plugin: Plugin
    countries: str
    needs: str
    ways: tuple[str, ...]
    notes: tuple[str, ...]


def _card(plugin: Plugin) -> Card:
    can = plugin.capabilities
    return Card(
        plugin=plugin,
        countries=country_names(can.countries),
        needs=needs_words(can) if isinstance(can, WarehouseCapabilities) else "",
        ways=tuple(gettext(mode.label) for mode in plugin.modes),
        notes=tuple(notes_of(plugin)),
    )


@page(get=Role.OWNER)
def integration_add(request: MerchantRequest) -> HttpResponseBase:
    """Everything that can be connected."""
    context = {
        "stores": [_card(plugin) for plugin in plugins(STORE)],
        "services": [_card(plugin) for plugin in plugins(WAREHOUSE)],
        "by_file": file_channels(),
    }
    return fragment_or_page(request, "web/integrations/add.html", context)
