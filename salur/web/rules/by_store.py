"""What each store's statuses allow, as the same rows that decide (R95 to R105)."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpResponseBase
from django.utils.translation import gettext

from salur.connectors.base.capabilities import StoreRule
from salur.integrations.channels import Channel, channels
from salur.integrations.queries import stores
from salur.web.access import MerchantRequest, fragment_or_page, page
from salur.web.words import channel_title


@dataclass(frozen=True)
class ShownRule:
    """A row in words."""

    rule: StoreRule
    reason: str


@dataclass(frozen=True)
class ShownChannel:
    """A channel with its rows, and the merchant's stores of it."""

    channel: Channel
    title: str
    stores: list[str]
    rows: list[ShownRule]


def _shown(channel: Channel, names: list[str]) -> ShownChannel:
    rows = [ShownRule(rule, gettext(rule.reason) if rule.reason else "") for rule in channel.rules]
    return ShownChannel(channel, str(channel_title(channel.name)), names, rows)


@page()
def rules_by_store(request: MerchantRequest) -> HttpResponseBase:
    """One table for each channel, the merchant's own first."""
    own: dict[str, list[str]] = {}
    for store in stores():
        own.setdefault(store.channel, []).append(store.name)
    shown = [_shown(channel, own.get(channel.name, [])) for channel in channels()]
    shown.sort(key=lambda one: (not one.stores, one.title.casefold()))
    return fragment_or_page(request, "web/rules/by_store.html", {"channels": shown})
