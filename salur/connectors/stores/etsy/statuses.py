"""Etsy's words to ours (contracts/etsy/statuses.csv lists the words).

The word alone does not tell whether a receipt is paid or shipped: the flags ``is_paid`` and ``is_shipped`` do.
"""

from __future__ import annotations

from salur.connectors.base.types import OrderStatus

ORDER: dict[str, OrderStatus] = {
    "open": OrderStatus.UNPAID,
    "payment processing": OrderStatus.UNPAID,
    "paid": OrderStatus.PAID,
    "completed": OrderStatus.SHIPPED,
    "canceled": OrderStatus.CANCELLED,
    "fully refunded": OrderStatus.CANCELLED,
    "partially refunded": OrderStatus.PAID,
}


def known(raw: str) -> str:
    """Etsy writes its words with small and with capital letters."""
    return " ".join(raw.lower().replace("_", " ").split())


def order_status(raw: str, paid: bool, shipped: bool) -> OrderStatus:
    """The canonical state. A word that Etsy has not documented is UNKNOWN and moves nothing, whatever the flags say.

    Money that was given back after shipping does not bring the parcel back: shipped stays shipped.
    """
    status = ORDER.get(known(raw), OrderStatus.UNKNOWN)
    if status is OrderStatus.UNKNOWN or known(raw) == "canceled":
        return status
    if shipped or status is OrderStatus.SHIPPED:
        return OrderStatus.SHIPPED
    if status is OrderStatus.CANCELLED:
        return status
    return OrderStatus.PAID if paid else OrderStatus.UNPAID
