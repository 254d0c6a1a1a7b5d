"""Lazada's words to ours (contracts/lazada/statuses.csv lists the words). Only items have states; see order_status."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from salur.connectors.base.types import OrderStatus

# Packing gives the AWB number, so packed is our READY (R102); whatever has left the seller and is not with the buyer
# counts as shipped: nothing is left for the warehouse to do (R103).
ITEM: dict[str, OrderStatus] = {
    "unpaid": OrderStatus.UNPAID,
    "pending": OrderStatus.PAID,
    "topack": OrderStatus.PAID,
    "repacked": OrderStatus.PAID,
    "packed": OrderStatus.READY,
    "toship": OrderStatus.READY,
    "ready_to_ship": OrderStatus.READY,
    "shipping": OrderStatus.SHIPPED,
    "shipped": OrderStatus.SHIPPED,
    "failed": OrderStatus.SHIPPED,
    "failed_delivery": OrderStatus.SHIPPED,
    "shipped_back": OrderStatus.SHIPPED,
    "shipped_back_success": OrderStatus.SHIPPED,
    "shipped_back_failed": OrderStatus.SHIPPED,
    "lost": OrderStatus.SHIPPED,
    "lost_by_3pl": OrderStatus.SHIPPED,
    "damaged_by_3pl": OrderStatus.SHIPPED,
    "package_scrapped": OrderStatus.SHIPPED,
    "delivered": OrderStatus.COMPLETED,
    "returned": OrderStatus.COMPLETED,
    "canceled": OrderStatus.CANCELLED,
}

CANCELLED = "canceled"
TO_PACK = frozenset({"pending", "topack", "repacked"})
TO_HAND_OVER = frozenset({"packed", "toship"})
READY_TO_SHIP = "ready_to_ship"
MAY_BE_CANCELLED = TO_PACK | TO_HAND_OVER | {READY_TO_SHIP}

FORWARD = (OrderStatus.UNPAID, OrderStatus.PAID, OrderStatus.READY)
GONE = frozenset({OrderStatus.SHIPPED, OrderStatus.COMPLETED})


class Reverse(StrEnum):
    """How far a buyer's wish to cancel is."""

    WAITING = "waiting"
    GRANTED = "granted"
    CLOSED = "closed"


REVERSE: dict[str, Reverse] = {
    "REQUEST_INITIATE": Reverse.WAITING,
    "CANCEL_SUCCESS": Reverse.GRANTED,
    "REQUEST_REJECT": Reverse.CLOSED,
    "REQUEST_CANCEL": Reverse.CLOSED,
}


def order_status(words: Iterable[str]) -> OrderStatus:
    """The order's state from its items': the one furthest behind counts, cancelled items only when all are.

    Once a part is under way the whole order counts as shipped: the list would send that part again. A word that
    Lazada has not documented makes the order UNKNOWN, which moves nothing.
    """
    states = {ITEM.get(word, OrderStatus.UNKNOWN) for word in words}
    if not states or OrderStatus.UNKNOWN in states:
        return OrderStatus.UNKNOWN
    living = states - {OrderStatus.CANCELLED}
    if not living:
        return OrderStatus.CANCELLED
    if living & GONE:
        return OrderStatus.COMPLETED if living == {OrderStatus.COMPLETED} else OrderStatus.SHIPPED
    return min(living, key=FORWARD.index)
