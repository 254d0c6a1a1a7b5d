"""What a store's SKUs mean, as a table: read as it stands, and set at once, after which waiting orders go on (R44)."""

from __future__ import annotations

from collections.abc import Sequence

from salur.catalog.links import LinkRow, LinksSet, Meaning, meanings, set_links
from salur.orders.queries import unlinked_skus

from .wakeups import bindings_changed

MOST_WANTED = 10_000  # SKUs known from waiting orders only that a table shows


def link_table(store_id: int) -> list[Meaning]:
    """What the store lists, what has links, and what holds orders back, with what it means now (inside a scope)."""
    wanted = [one.sku for one in unlinked_skus(MOST_WANTED) if one.store_id == store_id]
    return meanings(store_id, wanted)


def set_store_links(store_id: int, rows: Sequence[LinkRow]) -> LinksSet:
    """Set the links of the SKUs that the rows name, and plan the orders that waited for them (inside a scope).

    Raises :class:`~salur.catalog.links.LinksRefused` before anything is written.
    """
    done = set_links(store_id, rows)
    bindings_changed([store_id])
    return done
