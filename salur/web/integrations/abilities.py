"""What a warehouse partner can do, in words (R14, R27, R38; the same facts that the hub itself acts on)."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext

from salur.connectors.base.capabilities import Plugin, WarehouseCapabilities
from salur.web import chips
from salur.web.countries import country_names
from salur.web.words import channel_title


@dataclass(frozen=True)
class Fact:
    """One line: what it is about, and how it is here."""

    about: str
    told: str


def notes_of(plugin: Plugin) -> list[str]:
    """What a user must know before connecting."""
    return [gettext(note) for note in plugin.capabilities.notes]


def facts_of(plugin: Plugin | None) -> list[Fact]:
    """All that a merchant decides by; empty for what is no warehouse partner."""
    can = None if plugin is None else plugin.capabilities
    if not isinstance(can, WarehouseCapabilities):
        return []
    facts = [
        Fact(gettext("Serves orders of"), _countries(can)),
        Fact(gettext("Each order needs"), needs_words(can)),
        Fact(gettext("News of lists"), _news(can)),
        Fact(gettext("Cancelling"), _cancelling(can)),
        Fact(gettext("Products"), _products(can)),
        Fact(gettext("Inbound lists"), _inbound(can)),
        Fact(gettext("Stock figures"), _stock(can)),
    ]
    if can.unsupported_channels:
        titles = sorted(channel_title(name) for name in can.unsupported_channels)
        facts.append(Fact(gettext("Takes no orders from"), ", ".join(titles)))
    return facts


def _countries(can: WarehouseCapabilities) -> str:
    named = country_names(can.countries)
    if not (can.countries and can.ships_abroad):
        return named
    return gettext("%(countries)s; ships abroad as well") % {"countries": named}


def needs_words(can: WarehouseCapabilities) -> str:
    """What must be there before an order goes to the partner."""
    if can.needs_awb and can.needs_label:
        return gettext("AWB number and label PDF")
    if can.needs_awb:
        return gettext("AWB number; no label PDF")
    if can.needs_label:
        return gettext("Label PDF")
    return gettext("Neither AWB number nor label PDF")


def _news(can: WarehouseCapabilities) -> str:
    if "callbacks" not in can.abilities and can.messages_by != "login":
        return gettext("Salur asks regularly; “Refresh status” asks at once")
    told = {
        "call": gettext("At once when subscribed here; Salur also asks regularly"),
        "login": gettext("At once if “Subscribe” was ticked at the partner's login; Salur also asks regularly"),
        "console": gettext("At once if the partner knows the address for messages; Salur also asks regularly"),
    }
    return told[can.messages_by]


def _cancelling(can: WarehouseCapabilities) -> str:
    if "cancel" not in can.abilities:
        return gettext("Not from here: talk to the warehouse")
    state = chips.label("task", str(can.cancel_until))
    return gettext("Until “%(state)s” at the warehouse; later only by talking to it") % {"state": state}


def _products(can: WarehouseCapabilities) -> str:
    if "products" not in can.abilities:
        return gettext("Not pushed: the partner has its own catalogue")
    names = ", ".join(gettext(field.label) for field in can.product_fields if field.required)
    if not names:
        return gettext("Pushed by themselves when added to a warehouse")
    return gettext("Pushed when added to a warehouse; it also asks for: %(fields)s") % {"fields": names}


def _inbound(can: WarehouseCapabilities) -> str:
    if "inbound" not in can.abilities:
        return gettext("None: nothing is announced to this partner")
    if can.inbound_cost_required:
        return gettext("Each line needs a quantity and a cost")
    return gettext("Each line needs a quantity; the cost may be left out")


def _stock(can: WarehouseCapabilities) -> str:
    if not can.keeps_stock:
        return gettext("None: the goods are the partner's own and made to order")
    if "stock" not in can.abilities:
        return gettext("Not told by the partner")
    if can.stock_by_sku:
        return gettext("For single SKUs or the whole warehouse")
    return gettext("For the whole warehouse only, not for single SKUs")
