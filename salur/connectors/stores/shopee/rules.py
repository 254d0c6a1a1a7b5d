"""What a Shopee status allows, as rows (R95 to R99, A14, A16). The first row that matches counts.

Courier names are compared whole, without regard to case and spaces: "POS" must not match "POS Laju Express".
The first five are R97's words; the others are the same services as Shopee's API names them.
"""

from __future__ import annotations

from salur.connectors.base.capabilities import StoreRule
from salur.connectors.base.texts import N_
from salur.connectors.base.types import OrderStatus

INSTANT_COURIERS: tuple[str, ...] = (
    "GrabExpress Sameday",
    "Shopee Express Instant",
    "GrabExpress Instant",
    "GoSend Same Day",
    "POS",
)
INSTANT_ALIASES: tuple[str, ...] = (
    "GrabExpress Same Day",
    "SPX Instant",
    "GoSend Sameday",
    "Pos Indonesia",
)

RULES: tuple[StoreRule, ...] = (
    StoreRule(
        OrderStatus.PAID,
        create=True,
        push=True,
        couriers=INSTANT_COURIERS + INSTANT_ALIASES,
        needs_awb=False,
        reason=N_("Instant and same-day couriers go to the warehouse as soon as the order is paid."),
        requirement="R97",
    ),
    StoreRule(
        OrderStatus.PAID,
        create=True,
        push=True,
        reason=N_("Paid: goes to the warehouse once Shopee has issued the AWB."),
        requirement="R98",
    ),
    StoreRule(
        OrderStatus.READY,
        create=True,
        push=True,
        reason=N_("Ready to ship: goes to the warehouse with its AWB."),
        requirement="R96",
    ),
    StoreRule(
        OrderStatus.UNPAID,
        create=True,
        push=False,
        reason=N_("Not paid yet: the outbound list waits."),
        requirement="R99",
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
        reason=N_("Shopee reports a status that is not known yet."),
        requirement="R93",
    ),
)
