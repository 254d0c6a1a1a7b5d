"""Rules of stores that hand out no label, as rows: one table for all of them (R93, R104)."""

from __future__ import annotations

from .capabilities import StoreRule
from .texts import N_
from .types import OrderStatus

WITHOUT_LABEL: tuple[StoreRule, ...] = (
    StoreRule(OrderStatus.PAID, create=True, push=True, requirement="R104"),
    StoreRule(OrderStatus.READY, create=True, push=True, requirement="R104"),
    StoreRule(
        OrderStatus.UNPAID,
        create=True,
        push=False,
        reason=N_("Not paid yet: the outbound list waits."),
        requirement="R93",
    ),
    StoreRule(
        OrderStatus.SHIPPED,
        create=True,
        push=False,
        reason=N_("Already shipped: nothing is left for the warehouse to do."),
        requirement="R90",
    ),
    StoreRule(
        OrderStatus.CANCEL_REQUESTED,
        create=True,
        push=False,
        reason=N_("The buyer has asked to cancel: decide first."),
        requirement="R121",
    ),
    StoreRule(
        OrderStatus.CANCELLED, create=False, push=False, reason=N_("Cancelled at the store."), requirement="R115"
    ),
    StoreRule(
        OrderStatus.COMPLETED,
        create=False,
        push=False,
        reason=N_("Already received by the buyer."),
        requirement="R90",
    ),
    StoreRule(
        OrderStatus.UNKNOWN,
        create=True,
        push=False,
        reason=N_("The store reports a status that is not known yet."),
        requirement="R93",
    ),
)
"""Whether such an order may go is the warehouse's part: one that needs the store's label holds it, with the reason,
and one that books its own courier takes it (A27)."""
