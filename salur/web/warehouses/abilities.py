"""What a partner can do for a warehouse, in words: read from its capabilities, never from its name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext, pgettext

from salur.connectors.base.capabilities import WarehouseCapabilities
from salur.outbound.states import TaskState


@dataclass(frozen=True)
class Ability:
    """One line: whether it can, what, and what follows from it."""

    can: bool
    title: str
    detail: str = ""


def abilities(able: WarehouseCapabilities) -> list[Ability]:
    """What the partner can and cannot, the most asked for first."""
    return [*_stock(able), *_orders(able), *_goods(able)]


def _stock(able: WarehouseCapabilities) -> Iterator[Ability]:
    reports = "stock" in able.abilities
    yield Ability(reports, gettext("Stock sync of the whole warehouse"))
    detail = "" if able.stock_by_sku or not reports else gettext("Only the whole warehouse can be asked for.")
    yield Ability(reports and able.stock_by_sku, gettext("Stock sync of single SKUs"), detail)
    if not able.keeps_stock:
        yield Ability(
            False, gettext("Stock of your own"), gettext("The goods are the partner’s: nothing is reserved or counted.")
        )


def _orders(able: WarehouseCapabilities) -> Iterator[Ability]:
    calls = "callbacks" in able.abilities
    told = "" if calls else gettext("It is asked regularly, and whenever you press “Refresh status”.")
    yield Ability(calls, gettext("Reports changes by itself"), told)
    cancels = "cancel" in able.abilities
    until = dict(TaskState.choices).get(able.cancel_until, able.cancel_until)
    detail = gettext("Until: %(state)s") % {"state": until} if cancels else gettext("Contact the warehouse instead.")
    yield Ability(cancels, gettext("Cancels outbound lists"), detail)
    needs = [
        word
        for needed, word in (
            (able.needs_awb, pgettext("what a warehouse needs of an order", "AWB number")),
            (able.needs_label, pgettext("what a warehouse needs of an order", "shipping label")),
        )
        if needed
    ]
    if needs:
        yield Ability(True, gettext("Needs of each order"), ", ".join(needs))


def _goods(able: WarehouseCapabilities) -> Iterator[Ability]:
    yield Ability("products" in able.abilities, gettext("Takes product data"))
    takes = "inbound" in able.abilities
    cost = gettext("The cost of each product must be given.") if takes and able.inbound_cost_required else ""
    yield Ability(takes, gettext("Takes inbound lists"), cost)
    served = ", ".join(able.countries) or gettext("all")
    yield Ability(True, gettext("Serves orders of these countries"), served)
