"""Stock of own warehouses changed by hand: at once, each change an entry of the ledger (R133; inside a scope)."""

from __future__ import annotations

from collections.abc import Sequence

from salur.stock.adjust import AdjustmentsRefused, Wanted, adjust_stock

from .wakeups import wake


def adjust_own_stock(wanted: Sequence[Wanted], reason: str, note: str = "") -> list[int]:
    """Change the pieces on hand, all or none; orders that wait for them go on. Answers the changes, in order.

    Raises :class:`AdjustmentsRefused`.
    """
    changes = adjust_stock(wanted, reason, note)
    for place in sorted({one.warehouse_id for one, change in zip(wanted, changes, strict=True) if change > 0}):
        wake("restock", place)
    return changes


def add_pieces(warehouse_id: int, product_id: int, pieces: int, reason: str) -> int:
    """Add pieces of one product to what is there; answers how many. Raises StockRefused."""
    try:
        return adjust_own_stock([Wanted(warehouse_id, product_id, pieces, added=True)], reason)[0]
    except AdjustmentsRefused as refused:
        raise refused.first from refused
