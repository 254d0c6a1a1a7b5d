"""What each warehouse partner asks before it gets an outbound list, as the data that decides (R87 to R93)."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpResponseBase

from salur.connectors.base.capabilities import WarehouseCapabilities
from salur.integrations.channels import channels
from salur.integrations.queries import accounts
from salur.integrations.registry import WAREHOUSE, plugins, warehouse_capabilities
from salur.outbound.gates import GATES
from salur.outbound.messages import GATE_NAMES
from salur.web import chips
from salur.web.access import MerchantRequest, fragment_or_page, page
from salur.web.countries import country_names
from salur.web.words import channel_title


@dataclass(frozen=True)
class ShownPartner:
    """A partner's conditions in words. ``unserved``: channels that it cannot serve."""

    can: WarehouseCapabilities
    accounts: list[str]
    countries: str
    unserved: list[str]
    until: str


def _shown(can: WarehouseCapabilities, names: list[str]) -> ShownPartner:
    # The same two conditions as the gate ``channel_supported`` asks (R91, R104).
    unserved = [
        str(channel_title(one.name))
        for one in channels()
        if one.name in can.unsupported_channels or (can.needs_label and not one.gives_label)
    ]
    until = chips.label("task", can.cancel_until) if "cancel" in can.abilities else ""
    return ShownPartner(can, names, country_names(can.countries), unserved, until)


@page()
def push_conditions(request: MerchantRequest) -> HttpResponseBase:
    """One row for each partner, the merchant's own first, and the conditions that all of them share."""
    own: dict[str, list[str]] = {}
    for account in accounts():
        own.setdefault(account.partner, []).append(account.name)
    shown = [_shown(can, own.get(can.name, [])) for can in map(warehouse_capabilities, plugins(WAREHOUSE))]
    shown.sort(key=lambda one: (not one.accounts, one.can.title.casefold()))
    context = {"partners": shown, "gates": [GATE_NAMES[name] for name, _ in GATES]}
    return fragment_or_page(request, "web/rules/push_conditions.html", context)
