"""What a status allows at the Indonesian marketplaces, as rows (R100 to R103). The first row that matches counts.

Shared by the connectors of marketplaces that the requirements name together; what a marketplace's own words mean
stands in its ``statuses.py``.
"""

from __future__ import annotations

from salur.connectors.base.capabilities import StoreRule
from salur.connectors.base.texts import N_
from salur.connectors.base.types import OrderStatus

RULES: tuple[StoreRule, ...] = (
    StoreRule(
        OrderStatus.PAID,
        create=True,
        push=True,
        reason=N_("Paid: the list is made at once and goes to the warehouse when the shipment has its AWB number."),
        requirement="R100, R101",
    ),
    StoreRule(
        OrderStatus.READY,
        create=True,
        push=True,
        reason=N_("Ready to ship: goes to the warehouse with its AWB."),
        requirement="R102",
    ),
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
        requirement="R103",
    ),
    StoreRule(
        OrderStatus.CANCEL_REQUESTED,
        create=True,
        push=False,
        reason=N_("The buyer has asked to cancel: decide first."),
        requirement="R121",
    ),
    StoreRule(
        OrderStatus.CANCELLED,
        create=False,
        push=False,
        reason=N_("Cancelled at the store."),
        requirement="R115",
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
