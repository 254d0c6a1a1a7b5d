"""Shipping although the buyer asks to cancel, where the store leaves that to the seller (inside a scope; R93, R121).

The order goes on in the status it had before the wish. As long as the store shows the same wish, every later sight
keeps that status (see ``orders.merge``); a cancellation, and a wish made anew after the store showed none, count again.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db import connection
from django.utils.translation import gettext_lazy as _

from salur.foundation.clock import now
from salur.foundation.locks import lock_ids
from salur.foundation.problems import Problem
from salur.integrations.lines import wish_binds
from salur.orders.models import Order
from salur.orders.states import OrderState
from salur.tenancy import audit
from salur.tenancy.scope import current_scope

from .changes import follow_changed_orders
from .wakeups import wake_after

PROBLEMS: tuple[Problem, ...] = (
    Problem(
        "wish_binds",
        _("The store wants an answer"),
        _("%(store)s does not let an order go on while its buyer's wish to cancel is open."),
        _("Accept or refuse the cancellation, here or on the store's own page."),
        "operator",
    ),
)

OVERRULE = """
UPDATE orders_order r SET wish_overruled_at = %(at)s, changed_at = %(at)s,
  status = coalesce((SELECT t.origin FROM tenancy_transition t
                     WHERE t.merchant_id = r.merchant_id AND t.machine = 'orders_order' AND t.subject_id = r.id
                       AND t.target = 'cancel_requested' AND t.origin IN ('paid', 'ready')
                     ORDER BY t.id DESC LIMIT 1), 'paid')
WHERE r.merchant_id = %(merchant)s AND r.id = ANY(%(ids)s) AND r.status = 'cancel_requested'
"""


@dataclass(slots=True)
class Overruled:
    """What became of each order: it goes on, or the code of what stands in the way with its evidence."""

    done: list[int] = field(default_factory=list)
    refused: dict[int, tuple[str, dict[str, str]]] = field(default_factory=dict)


def may_ship_anyway(order: Order) -> bool:
    """Whether a person may overrule the wish of the order's buyer; takes orders with their store."""
    return order.status == OrderState.CANCEL_REQUESTED and not wish_binds(order.store)


def ship_anyway(order_ids: Iterable[int]) -> Overruled:
    """Let these orders go on although their buyers ask to cancel.

    Refused one by one: ``wish_binds`` (the store wants an answer), ``order_not_in_status`` (no wish is open).
    """
    merchant = current_scope().merchant_id
    ids = lock_ids("orders_order", merchant, set(order_ids))
    overruled = Overruled()
    for order in Order.objects.filter(pk__in=ids).select_related("store").order_by("pk"):
        if may_ship_anyway(order):
            overruled.done.append(order.pk)
        elif order.status == OrderState.CANCEL_REQUESTED:
            overruled.refused[order.pk] = "wish_binds", {"store": order.store.name}
        else:
            overruled.refused[order.pk] = "order_not_in_status", {"order": order.shown}
    with connection.cursor() as cursor:
        cursor.execute(OVERRULE, {"merchant": merchant, "ids": overruled.done, "at": now()})
    audit.record_each("order.shipped_anyway", "order", overruled.done)
    wake_after(follow_changed_orders(overruled.done))
    return overruled
