"""Stock of own warehouses set by hand: at once, each change an entry of the ledger (R133; inside a scope)."""

from __future__ import annotations

from collections.abc import Mapping

from salur.stock.adjust import adjust_many
from salur.stock.ledger import balance_ids

from .wakeups import wake


def set_figures(warehouse_id: int, wanted: Mapping[int, int], note: str = "") -> int:
    """Set the pieces on hand by product; answers how many figures changed. Raises StockRefused."""
    changes = adjust_many(warehouse_id, wanted, note)
    return _told(warehouse_id, changes)


def add_pieces(warehouse_id: int, pieces: Mapping[int, int], note: str = "") -> int:
    """Add pieces to what is on hand by product; answers how many pieces that were. Raises StockRefused."""
    balance_ids([(warehouse_id, product) for product in pieces])
    changes = adjust_many(warehouse_id, pieces, note, added=True)
    _told(warehouse_id, changes)
    return sum(changes.values())


def _told(warehouse_id: int, changes: Mapping[int, int]) -> int:
    if any(change > 0 for change in changes.values()):
        wake("restock", warehouse_id)
    return sum(change != 0 for change in changes.values())
