"""Blibli's item codes to ours (contracts/blibli/statuses.csv lists them). An order is as far as its last item.

FP is our PAID: the seller may pack, there is no AWB number yet. PU is our READY: handed in for pickup. CR ("customer
request") is taken for a wish to cancel: nothing may be pushed until a person has looked (A).
"""

from __future__ import annotations

from collections.abc import Sequence

from salur.connectors.base.types import OrderStatus

ITEM: dict[str, OrderStatus] = {
    "FP": OrderStatus.PAID,
    "PF": OrderStatus.PAID,
    "BP": OrderStatus.READY,
    "PU": OrderStatus.READY,
    "CX": OrderStatus.SHIPPED,
    "DF": OrderStatus.SHIPPED,
    "D": OrderStatus.COMPLETED,
    "CR": OrderStatus.CANCEL_REQUESTED,
    "X": OrderStatus.CANCELLED,
    "OS": OrderStatus.CANCELLED,
    "DX": OrderStatus.CANCELLED,
}
NEW = "FP"
LABELLED = frozenset({"FP", "PU", "CX", "BP"})  # a label may yet come in these

STAGES: dict[str, int] = {
    **dict.fromkeys(("FP", "PF"), 10),
    **dict.fromkeys(("BP", "PU"), 20),
    "CR": 25,
    **dict.fromkeys(("CX", "DF"), 30),
    "D": 40,
    **dict.fromkeys(("X", "OS", "DX"), 50),
}
UNLISTED_STAGE = 15

_FORWARD = (OrderStatus.PAID, OrderStatus.READY, OrderStatus.SHIPPED, OrderStatus.COMPLETED)


def item_status(raw: str) -> OrderStatus:
    """The canonical state of one item; a code that Blibli has not documented is UNKNOWN."""
    return ITEM.get(raw, OrderStatus.UNKNOWN)


def order_status(raws: Sequence[str]) -> OrderStatus:
    """The canonical state of an order: of what is not cancelled, the item that is least far."""
    states = {item_status(raw) for raw in raws}
    if OrderStatus.UNKNOWN in states or not states:
        return OrderStatus.UNKNOWN
    if states == {OrderStatus.CANCELLED}:
        return OrderStatus.CANCELLED
    if OrderStatus.CANCEL_REQUESTED in states:
        return OrderStatus.CANCEL_REQUESTED
    return next(state for state in _FORWARD if state in states)
