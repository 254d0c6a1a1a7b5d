"""The button that cures what holds an order: a page to go to, or a form that does it at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from salur.integrations.lines import connector_of
from salur.outbound.models import Outbound
from salur.outbound.why import Condition


@dataclass(frozen=True)
class Button:
    """``fields`` empty: a link. Else a form that posts them."""

    label: str | Promise
    url: str
    fields: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Where:
    """What a button may point at."""

    order_id: int
    outbound: Outbound | None


def _page(label: str | Promise, view: str, query: str = "") -> Callable[[Where], Button | None]:
    return lambda where: Button(label, reverse(f"web:{view}") + query)


def _does(label: str | Promise, view: str, *fields: tuple[str, str]) -> Callable[[Where], Button | None]:
    return lambda where: Button(label, reverse(f"web:{view}"), (*fields, ("order", str(where.order_id))))


def _of_list(label: str | Promise, view: str, column: str, argument: str) -> Callable[[Where], Button | None]:
    def button(where: Where) -> Button | None:
        target = getattr(where.outbound, column) if where.outbound else None
        return None if target is None else Button(label, reverse(f"web:{view}", kwargs={argument: target}))

    return button


def _answer(where: Where) -> Button | None:
    """Where the store takes an answer through us; else it is given on the store's own page."""
    plugin = connector_of(where.outbound.store) if where.outbound else None
    if where.outbound and (plugin is None or "decide" not in plugin.capabilities.abilities):
        return None
    link = f"{reverse('web:orders_at_store')}?act=agree&order={where.order_id}"
    return Button(_("Accept the cancellation"), link)


BUTTONS: Mapping[str, Callable[[Where], Button | None]] = {
    "answer_buyer": _answer,
    "ship_anyway": lambda where: Button(
        _("Ship anyway"), f"{reverse('web:orders_desk')}?do=ship_anyway&order={where.order_id}"
    ),
    "release": _does(pgettext_lazy("a held order", "Release"), "orders_desk", ("do", "release")),
    "link": _page(_("Link SKUs"), "listings"),
    "rules": _page(_("Delivery-warehouse rules"), "rules"),
    "address": lambda where: Button(
        _("Correct the address"), reverse("web:order_address", kwargs={"order_id": where.order_id})
    ),
    "move": lambda where: Button(
        _("Move to another warehouse"), f"{reverse('web:orders_move')}?order={where.order_id}"
    ),
    "send_anew": _does(_("Send it after all"), "orders_bulk", ("action", "anew")),
    "warehouse": _of_list(_("To the warehouse"), "warehouse", "warehouse_id", "warehouse_id"),
    "account": _of_list(_("To the connection"), "account", "account_id", "account_id"),
    "store": _of_list(_("To the connection"), "store", "store_id", "store_id"),
    "products": _page(_("To the products"), "products"),
    "stock": _page(_("To the stock"), "stock"),
    "accept": _does(_("Accept order"), "orders_at_store", ("act", "accept")),
    "arrange": _does(_("Arrange shipment"), "orders_bulk", ("action", "arrange")),
    "give_awb": _of_list(_("To the outbound list"), "outbound", "pk", "outbound_id"),
    "push_again": _does(_("Push again"), "orders_bulk", ("action", "push_again")),
}


def button_for(condition: Condition, outbound: Outbound | None, order_id: int) -> Button | None:
    """The button of a closed condition, if one cures it."""
    make = BUTTONS.get(condition.remedy)
    return None if make is None else make(Where(order_id, outbound))
