"""Announced goods in the ledger: what is incoming, and what will not come after all (design 10).

Each list raises ``incoming`` once (EXPECT) and takes back what is left of it once (UNEXPECT); in between every
receipt lowers it. ``InboundLine.expected`` is the line's share of ``incoming``, so neither can fall below zero.
"""

from __future__ import annotations

from collections.abc import Sequence

from salur.foundation.locks import lock_ids
from salur.stock.ledger import Entry, balance_ids, post
from salur.stock.models import Movement, MovementCause
from salur.tenancy.scope import current_scope

from .models import InboundLine
from .states import ENDED


def expect(list_ids: Sequence[int]) -> int:
    """Post EXPECT for lists that their warehouse has now; answers the balances that rose. Repeating changes nothing.

    What has arrived already (a report may be faster than the answer to the push) is not expected any more.
    """
    held = lock_ids("inbound_inboundlist", current_scope().merchant_id, set(list_ids))
    lines = list(InboundLine.objects.filter(inbound_id__in=held).select_related("inbound").order_by("pk"))
    pieces: dict[tuple[int, int, int], int] = {}
    for line in lines:
        key = (line.inbound_id, line.inbound.warehouse_id, line.product_id)
        pieces[key] = pieces.get(key, 0) + _open(line)
    ids = balance_ids([(warehouse, product) for _, warehouse, product in pieces])
    known = _posted(held)
    entries = [
        Entry(ids[warehouse, product], MovementCause.EXPECT, inbound, d_incoming=count)
        for (inbound, warehouse, product), count in pieces.items()
        if count and inbound not in known
    ]
    fresh = [line for line in lines if line.inbound_id not in known]
    for line in fresh:
        line.expected = _open(line)
    InboundLine.objects.bulk_update(fresh, ["expected"], batch_size=500)
    return post(entries)


def _open(line: InboundLine) -> int:
    return 0 if line.inbound.task in ENDED else max(0, line.quantity - line.received)


def _posted(list_ids: Sequence[int]) -> set[int]:
    """Lists whose EXPECT stands in the ledger."""
    rows = Movement.objects.filter(cause=MovementCause.EXPECT, cause_id__in=list_ids)
    return set(rows.values_list("cause_id", flat=True))


def unexpect_entries(lines: Sequence[tuple[int, int, int]]) -> list[Entry]:
    """UNEXPECT entries for what is left: (list id, balance id, pieces) by line, added up by balance."""
    left: dict[tuple[int, int], int] = {}
    for inbound, balance, pieces in lines:
        left[inbound, balance] = left.get((inbound, balance), 0) + pieces
    return [
        Entry(balance, MovementCause.UNEXPECT, inbound, d_incoming=-pieces)
        for (inbound, balance), pieces in left.items()
        if pieces
    ]
