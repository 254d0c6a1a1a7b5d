"""Setting a warehouse's figures to what its partner says (design 10, R126 to R132).

The partner reads its stock at one moment, we write it at a later one, and meanwhile both sides move. What decides is
kept conservative: a sync never invents units, and what cannot be known yet is put right by the next report or sync.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from salur.connectors.base.types import StockLevel
from salur.foundation.locks import lock_ids
from salur.tenancy.scope import current_scope

from .ledger import Entry, post
from .models import MovementCause, StockSyncLine, StockSyncRun


@dataclass(frozen=True, slots=True)
class Said:
    """What the partner says of one SKU, pages and batches added up; pieces. ``listed`` false: it was not named."""

    sellable: int = 0
    allocated: int = 0
    listed: bool = True


def add_up(levels: Iterable[StockLevel]) -> dict[str, Said]:
    """Levels by SKU: one SKU may come on several pages (batches). Less than nothing counts as nothing."""
    sums: dict[str, Said] = {}
    for level in levels:
        known = sums.get(level.sku, Said())
        sums[level.sku] = Said(known.sellable + level.sellable, known.allocated + level.allocated)
    return {sku: Said(max(0, s.sellable), max(0, s.allocated)) for sku, s in sums.items()}


@dataclass(frozen=True, slots=True)
class Standing:
    """One balance with what is on its way, at the moment of writing; pieces.

    ``at_partner``: reserved for lists that the partner had before it was asked and that are not reported as ended.
    ``left_since``: deducted since it was asked.
    """

    balance_id: int
    product_id: int
    msku: str
    on_hand: int
    reserved: int
    disputed: int
    at_partner: int
    left_since: int


READ = """
SELECT b.id, b.product_id, p.msku, b.on_hand, b.reserved, b.disputed,
       coalesce((SELECT sum(m.d_reserved) FROM stock_movement m
                 WHERE m.merchant_id = b.merchant_id AND m.balance_id = b.id AND m.cause = 'reserve'
                   AND m.cause_id = ANY(%(lists)s)), 0)::int,
       coalesce((SELECT -sum(m.d_on_hand) FROM stock_movement m
                 WHERE m.merchant_id = b.merchant_id AND m.balance_id = b.id AND m.cause = 'ship'
                   AND m.at >= %(asked)s), 0)::int
FROM stock_balance b JOIN catalog_masterproduct p ON p.merchant_id = b.merchant_id AND p.id = b.product_id
WHERE b.merchant_id = %(merchant)s AND b.id = ANY(%(balances)s)
ORDER BY b.id
"""


def read_standings(balance_ids: Iterable[int], lists_at_partner: Sequence[int], asked_at: datetime) -> list[Standing]:
    """The balances as they stand. ``lists_at_partner`` are the lists that the partner had when it was asked."""
    with connection.cursor() as cursor:
        cursor.execute(
            READ,
            {
                "merchant": current_scope().merchant_id,
                "balances": list(balance_ids),
                "lists": list(lists_at_partner),
                "asked": asked_at,
            },
        )
        return [Standing(*row) for row in cursor.fetchall()]


def truth(standing: Standing, said: Said) -> int:
    """The pieces that are there.

    Sellable and allocated together, but allocated counts differently in two cases. What we deducted since the partner
    was asked was still among its allocated pieces then. And pieces of lists that it has, but no longer counts as
    allocated, have left already: they stay in our figure until their completion is reported and deducts them.
    """
    return said.sellable + max(said.allocated - standing.left_since, standing.at_partner)


def gap(standing: Standing, said: Said) -> int:
    """How many reserved pieces are not there."""
    return max(0, standing.reserved - truth(standing, said))


def lock_balances(balance_ids: Iterable[int]) -> list[int]:
    """Hold the balances until the transaction ends."""
    return lock_ids("stock_balance", current_scope().merchant_id, set(balance_ids))


def count_stock(run: StockSyncRun, standings: Sequence[Standing], said: Mapping[str, Said]) -> int:
    """Set the (locked) balances and write the run's lines; answers how many balances changed. Once only per run.

    on_hand never falls below what is reserved: what is missing then is disputed, and shown (design 10).
    """
    entries: list[Entry] = []
    lines: list[StockSyncLine] = []
    for standing in standings:
        level = said[standing.msku]
        missing = gap(standing, level)
        target = max(truth(standing, level), standing.reserved)
        if target != standing.on_hand or missing != standing.disputed:
            entries.append(
                Entry(
                    standing.balance_id,
                    MovementCause.COUNT,
                    run.pk,
                    d_on_hand=target - standing.on_hand,
                    d_disputed=missing - standing.disputed,
                )
            )
        reason = "disputed" if missing else "" if level.listed else "not_listed"
        lines.append(_line(run, standing.msku, level, standing.on_hand, target, reason))
    known = {standing.msku for standing in standings}
    lines += [_line(run, sku, level, None, None, "unknown_sku") for sku, level in said.items() if sku not in known]
    StockSyncLine.objects.bulk_create(sorted(lines, key=lambda line: line.sku), batch_size=1000)
    return post(entries, locked=True)


def _line(run: StockSyncRun, sku: str, said: Said, before: int | None, after: int | None, reason: str) -> StockSyncLine:
    return StockSyncLine(
        merchant_id=current_scope().merchant_id,
        run=run,
        sku=sku,
        before=before,
        partner_sellable=said.sellable,
        partner_allocated=said.allocated,
        after=after,
        reason=reason,
    )
