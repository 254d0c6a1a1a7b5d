"""Accepting and cancelling orders at their store, and answering buyers who want to cancel (R101, R117, R119, R121)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext, ngettext

from salur.flows.store_acts import ACTS, ActOutcome, act_at_store, acts_of
from salur.foundation.problems import describe
from salur.integrations.lines import connector_of
from salur.integrations.registry import STORE, find_plugin, store_capabilities
from salur.orders.models import Order
from salur.outbound.queries import orders_named
from salur.outbound.race import lists_at_warehouse
from salur.tenancy.models import Role
from salur.web.access import MerchantRequest, actor, fragment_or_page, page
from salur.web.acting import back_to
from salur.web.filters import row_ids
from salur.web.outbound.stopping import Stoppable, stoppables
from salur.web.words import told_words

MOST = 200
QUESTIONS = ("cancel", "agree")
"""Acts that one is asked about before: what they do to the warehouses is not easily taken back."""


@dataclass(frozen=True)
class Asked:
    """One order in the question, with what its warehouses will probably say."""

    order: Order
    lists: list[Stoppable]

    @property
    def late(self) -> bool:
        """Whether a warehouse will probably send it all the same."""
        return any(one.late for one in self.lists)


def store_acts(order: Order) -> list[str]:
    """What may be done with an order at its store."""
    plugin = connector_of(order.store)
    return acts_of(order, plugin.capabilities.abilities) if plugin is not None else []


@page(get=Role.OPERATOR, post=Role.OPERATOR)
def at_store(request: MerchantRequest) -> HttpResponseBase:
    """A POST does it; a GET asks before, with each order's warehouses and the reasons that its store takes."""
    if request.method == "POST":
        return _act(request)
    act = request.GET.get("act", "")
    if act not in QUESTIONS:
        raise Http404
    orders = orders_named(row_ids(request.GET, "order", MOST))
    asked = _asked([order for order in orders if act in store_acts(order)])
    context = {
        "act": act,
        "asked": asked,
        "late": sum(one.late for one in asked),
        "losses": _losses(asked),
        "left": [order for order in orders if act not in store_acts(order)],
        "reasons": _reasons(orders) if act == "cancel" else [],
        "next": request.GET.get("next", ""),
    }
    return fragment_or_page(request, "web/orders/at_store.html", context)


def _asked(orders: Sequence[Order]) -> list[Asked]:
    live = lists_at_warehouse(order.pk for order in orders)
    told = {one.outbound.pk: one for one in stoppables([row for rows in live.values() for row in rows])}
    return [Asked(order, [told[row.pk] for row in live.get(order.pk, [])]) for order in orders]


def _losses(asked: Sequence[Asked]) -> list[tuple[Decimal, str]]:
    """What is lost where the warehouses probably send the parcels all the same, by currency."""
    sums: dict[str, Decimal] = {}
    for race in (one.race for order in asked for one in order.lists if one.late):
        sums[race.currency] = sums.get(race.currency, Decimal(0)) + race.loss
    return [(loss, currency) for currency, loss in sorted(sums.items())]


def _reasons(orders: Sequence[Order]) -> list[tuple[str, str]]:
    """The store's reasons; where several channels are concerned, each store's usual one is given."""
    channels = {order.store.channel for order in orders}
    plugin = find_plugin(STORE, channels.pop()) if len(channels) == 1 else None
    if plugin is None:
        return []
    return [(code, gettext(label)) for code, label in store_capabilities(plugin).cancel_reasons]


def _act(request: MerchantRequest) -> HttpResponseBase:
    act, ids = request.POST.get("act", ""), row_ids(request.POST, "order", MOST)
    if act not in ACTS:
        raise Http404
    outcomes = act_at_store(request.merchant.id, ids, act, request.POST.get("reason", ""), actor=actor(request))
    _tell(request, outcomes)
    return back_to(request, reverse("web:orders"))


def _tell(request: MerchantRequest, outcomes: Sequence[ActOutcome]) -> None:
    done = sum(not one.code for one in outcomes)
    if done:
        told = ngettext("Done at the store for %(n)s order.", "Done at the store for %(n)s orders.", done)
        messages.success(request, told % {"n": done})
    refused = [(one, describe(one.code, one.evidence or {})) for one in outcomes if one.code]
    for words, n in Counter(told_words(text) for _, text in refused).most_common(5):
        numbers = [one.shown for one, text in refused if told_words(text) == words]
        messages.warning(request, _named(numbers, n, words))
    if not outcomes:
        messages.warning(request, gettext("Choose at least one order."))


def _named(numbers: Sequence[str], n: int, words: str) -> str:
    shown = ", ".join(numbers[:3]) + (" …" if len(numbers) > 3 else "")
    return gettext("Not done (%(n)s: %(orders)s): %(reason)s") % {"n": n, "orders": shown, "reason": words}
