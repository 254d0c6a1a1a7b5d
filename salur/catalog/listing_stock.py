"""Listings whose store is to be told what it may sell: claimed, told, saved (inside a scope)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

from salur.connectors.base.listing import StockTarget
from salur.foundation.clock import now
from salur.foundation.locks import claim_rows, lock_ids
from salur.tenancy.scope import current_scope

DUE = """c.store_id = %(store)s AND c.state = 'due' AND (c.next_at IS NULL OR c.next_at <= %(now)s)
 AND (c.lease_until IS NULL OR c.lease_until < %(now)s)"""
TARGETS = "SELECT l.id, l.item_id, l.model_id, l.sku FROM catalog_listing l WHERE l.merchant_id = %s AND l.id = ANY(%s)"


@dataclass(frozen=True, slots=True)
class StockClaim:
    """A listing taken for one try; ``epoch`` fences off whoever held it before."""

    id: int
    epoch: int
    attempts: int
    target: StockTarget


def claim_listing_stock(store_id: int, limit: int, lease: timedelta) -> list[StockClaim]:
    """Take at most ``limit`` listings whose store is to be told, what must not be sold any more first.

    From now on it is not known what the store shows: a lost answer may have come true.
    """
    merchant = current_scope().merchant_id
    rows = claim_rows(
        "catalog_listingstock",
        merchant_id=merchant,
        where=DUE,
        order="(c.wanted = 0) DESC, c.changed_at, c.id",
        changes="epoch = t.epoch + 1, attempts = t.attempts + 1, lease_until = %(lease)s, shown = NULL",
        returning="t.id, t.epoch, t.attempts, t.listing_id, t.wanted",
        limit=limit,
        values={"store": store_id, "now": now(), "lease": now() + lease},
    )
    with connection.cursor() as cursor:
        cursor.execute(TARGETS, [merchant, [row[3] for row in rows]])
        named = {listing: names for listing, *names in cursor.fetchall()}
    claims = []
    for row_id, epoch, tries, listing, wanted in rows:
        item_id, model_id, sku = named[listing]
        claims.append(StockClaim(row_id, epoch, tries, StockTarget(str(row_id), item_id, model_id, sku, wanted)))
    return claims


@dataclass(frozen=True, slots=True)
class StockVerdict:
    """What a try means for the row: ``shown`` is what the store shows now, None where that is not known."""

    id: int
    epoch: int
    shown: int | None
    failed: bool = False
    attempts: int = 0
    next_at: datetime | None = None
    code: str = ""
    message: str = ""


SAVE = """
UPDATE catalog_listingstock s SET shown = v.shown, attempts = v.attempts, next_at = v.next_at, lease_until = NULL,
  error_code = v.code, error_message = v.message,
  state = CASE WHEN v.shown = s.wanted THEN 'same' WHEN v.failed THEN 'failed' ELSE 'due' END,
  shown_at = CASE WHEN v.shown IS NULL THEN s.shown_at ELSE %(at)s END
FROM unnest(%(ids)s::bigint[], %(epochs)s::int[], %(shown)s::int[], %(failed)s::bool[], %(attempts)s::int[],
            %(nexts)s::timestamptz[], %(codes)s::text[], %(messages)s::text[])
  AS v(id, epoch, shown, failed, attempts, next_at, code, message)
WHERE s.merchant_id = %(merchant)s AND s.id = v.id AND s.epoch = v.epoch
"""


def save_stock_verdicts(verdicts: Sequence[StockVerdict]) -> None:
    """Write the verdicts of rows that are still ours. What changed meanwhile is due again at once."""
    merchant = current_scope().merchant_id
    lock_ids("catalog_listingstock", merchant, [v.id for v in verdicts])
    with connection.cursor() as cursor:
        cursor.execute(
            SAVE,
            {
                "merchant": merchant,
                "at": now(),
                "ids": [v.id for v in verdicts],
                "epochs": [v.epoch for v in verdicts],
                "shown": [v.shown for v in verdicts],
                "failed": [v.failed for v in verdicts],
                "attempts": [v.attempts for v in verdicts],
                "nexts": [v.next_at for v in verdicts],
                "codes": [v.code for v in verdicts],
                "messages": [v.message for v in verdicts],
            },
        )


AGAIN = """
UPDATE catalog_listingstock SET state = 'due', attempts = 0, next_at = NULL, error_code = '', error_message = ''
WHERE merchant_id = %s AND store_id = %s AND state = 'failed'
"""


def try_refused_again(store_id: int) -> int:
    """Tell the store once more what it refused; answers how many listings."""
    with connection.cursor() as cursor:
        cursor.execute(AGAIN, [current_scope().merchant_id, store_id])
        return int(cursor.rowcount)


SEEN = """
UPDATE catalog_listingstock s SET shown = v.stock
FROM unnest(%(items)s::text[], %(models)s::text[], %(stock)s::int[]) AS v(item_id, model_id, stock)
JOIN catalog_listing l ON l.merchant_id = %(merchant)s AND l.store_id = %(store)s AND l.item_id = v.item_id
  AND l.model_id = v.model_id
WHERE s.merchant_id = %(merchant)s AND s.listing_id = l.id AND s.lease_until IS NULL
  AND s.shown IS DISTINCT FROM v.stock
"""


def note_shown(store_id: int, seen: Mapping[tuple[str, str], int]) -> None:
    """What the store itself says that it shows, by (item id, model id): the next recount compares with that."""
    if not seen:
        return
    keys = sorted(seen)
    with connection.cursor() as cursor:
        cursor.execute(
            SEEN,
            {
                "merchant": current_scope().merchant_id,
                "store": store_id,
                "items": [item for item, _ in keys],
                "models": [model for _, model in keys],
                "stock": [max(0, seen[key]) for key in keys],
            },
        )


STANDING = """
SELECT state, count(*), min(changed_at) FROM catalog_listingstock
WHERE merchant_id = %s AND store_id = %s GROUP BY state
"""


@dataclass(frozen=True, slots=True)
class StockStanding:
    """How many of a store's listings show what they should; ``waiting_since`` of the oldest that is being told."""

    same: int = 0
    due: int = 0
    failed: int = 0
    waiting_since: datetime | None = None


def stock_standing(store_id: int) -> StockStanding:
    """Counts by state."""
    with connection.cursor() as cursor:
        cursor.execute(STANDING, [current_scope().merchant_id, store_id])
        rows = {state: (count, since) for state, count, since in cursor.fetchall()}
    counts = {state: rows.get(state, (0, None)) for state in ("same", "due", "failed")}
    return StockStanding(counts["same"][0], counts["due"][0], counts["failed"][0], counts["due"][1])


@dataclass(frozen=True, slots=True)
class ShownStock:
    """One listing's figures for a page, in pieces."""

    wanted: int
    shown: int | None
    state: str
    error_code: str
    error_message: str


FIGURES = """
SELECT listing_id, wanted, shown, state, error_code, error_message FROM catalog_listingstock
WHERE merchant_id = %s AND listing_id = ANY(%s)
"""


def stock_of_listings(listing_ids: Iterable[int]) -> dict[int, ShownStock]:
    """What stores are to sell of these listings and show; those that no store is told of are left out."""
    with connection.cursor() as cursor:
        cursor.execute(FIGURES, [current_scope().merchant_id, sorted(set(listing_ids))])
        return {row[0]: ShownStock(*row[1:]) for row in cursor.fetchall()}
