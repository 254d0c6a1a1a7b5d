"""Orders that a person enters (R147): into a store without a connection, taken in as from any other way."""

from __future__ import annotations

import secrets

from django.utils.translation import gettext_lazy as _

from salur.connectors.base.types import StoreOrder
from salur.foundation.clock import now
from salur.foundation.problems import Problem, Refusal
from salur.integrations.models import ConnectionState, StoreConnection
from salur.orders.models import Order, OrderSource
from salur.tenancy import audit

from .ingest import Incoming
from .take_orders import take_orders

PROBLEMS: tuple[Problem, ...] = (
    Problem(
        "order_number_taken",
        _("This order number is taken"),
        _("The store has an order %(number)s already."),
        _("Choose another number, or leave it empty: one is made then."),
        "operator",
    ),
    Problem(
        "order_not_taken",
        _("The order could not be taken in"),
        _("It was refused: %(reason)s"),
        _("Correct it and try again."),
        "operator",
    ),
)


class NumberTaken(Refusal):
    """The store has an order of that number already."""

    code = "order_number_taken"


class NotTaken(Refusal):
    """The database would not store it."""

    code = "order_not_taken"


def manual_stores() -> list[StoreConnection]:
    """Stores whose orders are entered by hand: those without a connection to a channel."""
    rows = StoreConnection.objects.exclude(state=ConnectionState.DISCONNECTED).order_by("name", "id")
    return [store for store in rows if store.by_file]


def new_number() -> str:
    """A number for an order that a person gave none: the day, and what nobody else has."""
    return f"M{now():%y%m%d}-{secrets.token_hex(3).upper()}"


def enter_order(store_id: int, order: StoreOrder) -> Order:
    """Take the order in (inside a scope). Raises :class:`NumberTaken` and :class:`NotTaken`."""
    if Order.objects.filter(store_id=store_id, external_id=order.external_id).exists():
        raise NumberTaken(number=order.external_id)
    run = take_orders(store_id, OrderSource.MANUAL, [Incoming(order)], [])
    made = Order.objects.filter(store_id=store_id, external_id=order.external_id).first()
    if made is None or run.created != 1:
        raise NotTaken(reason=f"#{run.pk}")
    audit.record("order.entered", f"order:{made.pk}", store=store_id)
    return made
