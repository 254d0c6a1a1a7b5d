"""The rows of a stock sync under way: claimed for one worker, figures kept as they arrive, taken for writing."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from salur.connectors.base.types import StockLevel
from salur.foundation.clock import now
from salur.foundation.locks import claim_rows, lock_ids
from salur.foundation.staging import int_array, text_array
from salur.tenancy.scope import current_scope

from .calibration import LARGEST, Said
from .models import StockSyncFigure, StockSyncRun

LEASE = timedelta(minutes=3)
"""Longer than any call with its waiting; a lost worker's run is carried on after it."""


@dataclass(frozen=True, slots=True)
class Position:
    """Where the reading goes on: which part of a selection, and the partner's cursor in it (None: its first page).

    ``asked_at`` is when the part's first page was asked for.
    """

    part: int = 0
    cursor: str | None = None
    asked_at: datetime | None = None

    def dumps(self) -> str:
        """As JSON."""
        at = self.asked_at.isoformat() if self.asked_at else None
        return json.dumps({"part": self.part, "cursor": self.cursor, "asked_at": at})

    @classmethod
    def loads(cls, stored: Mapping[str, object] | None) -> Position:
        """The opposite of :meth:`dumps`; nothing stored: the beginning."""
        if not stored:
            return cls()
        at, cursor = stored["asked_at"], stored["cursor"]
        return cls(
            int(str(stored["part"])),
            None if cursor is None else str(cursor),
            datetime.fromisoformat(str(at)) if at else None,
        )


@dataclass(frozen=True, slots=True)
class ClaimedRun:
    """A run taken for one turn; ``epoch`` fences off whoever held it before."""

    id: int
    epoch: int
    warehouse_id: int
    lost: int
    wanted: list[str] | None
    position: Position
    pages: int
    read: bool
    started_at: datetime


FREE = """c.id = %(run)s AND c.finished_at IS NULL AND (c.lease_until IS NULL OR c.lease_until < %(now)s)
  AND (c.next_at IS NULL OR c.next_at <= %(now)s)
  AND (c.wanted IS NOT NULL OR NOT EXISTS (
    SELECT 1 FROM stock_stocksyncrun o
    JOIN stock_warehouse v ON v.merchant_id = o.merchant_id AND v.id = o.warehouse_id
    JOIN stock_warehouse w ON w.merchant_id = c.merchant_id AND w.id = c.warehouse_id AND w.account_id = v.account_id
    WHERE o.merchant_id = c.merchant_id AND o.id <> c.id AND o.finished_at IS NULL AND o.wanted IS NULL
      AND o.lease_until >= %(now)s))"""


def claim_run(run_id: int) -> ClaimedRun | None:
    """Take the run for one worker; None if it ended, is held, waits, or another warehouse of its account is being read.

    Whole warehouses of one account come one after the other: the caller holds what makes two claims of one account
    wait for each other. A selection does not wait.
    """
    merchant = current_scope().merchant_id
    rows = claim_rows(
        "stock_stocksyncrun",
        merchant_id=merchant,
        where=FREE,
        order="c.id",
        changes="epoch = t.epoch + 1, lease_until = %(until)s, next_at = NULL,"
        " lost = t.lost + (t.lease_until IS NOT NULL)::int",
        returning="t.id, t.epoch",
        limit=1,
        values={"run": run_id, "now": now(), "until": now() + LEASE},
    )
    if not rows:
        return None
    run = StockSyncRun.objects.get(pk=run_id)
    return ClaimedRun(
        id=run.pk,
        epoch=run.epoch,
        warehouse_id=run.warehouse_id,
        lost=run.lost,
        wanted=run.wanted,
        position=Position.loads(run.position),
        pages=run.pages,
        read=run.read_at is not None,
        started_at=run.started_at,
    )


def hold_run(run: ClaimedRun, *, alone: bool = False) -> bool:
    """Lock the run's row until the scope ends, and hold it longer; false if it is no longer ours.

    ``alone``: with all open runs of its warehouse, so that they write one after the other.
    """
    ids = {run.id}
    if alone:
        open_runs = StockSyncRun.objects.filter(warehouse_id=run.warehouse_id, finished_at__isnull=True)
        ids |= set(open_runs.values_list("id", flat=True))
    lock_ids("stock_stocksyncrun", current_scope().merchant_id, ids)
    return bool(_ours(run).update(lease_until=now() + LEASE))


def _ours(run: ClaimedRun) -> QuerySet[StockSyncRun]:
    return StockSyncRun.objects.filter(pk=run.id, epoch=run.epoch, finished_at__isnull=True)


def release_run(run: ClaimedRun, next_at: datetime | None = None) -> bool:
    """Give the run back, to be carried on (not before ``next_at``); false if it is no longer ours."""
    return bool(_ours(run).update(lease_until=None, next_at=next_at))


def finish_run(run: ClaimedRun, error: str = "") -> bool:
    """End the run, with its error if it failed; what it had read and not written is dropped. False: not ours."""
    ended = bool(_ours(run).update(finished_at=now(), lease_until=None, position=None, error=error))
    if ended and error:
        StockSyncFigure.objects.filter(run_id=run.id).delete()
    return ended


KEEP = """
INSERT INTO stock_stocksyncfigure AS f (merchant_id, run_id, sku, sellable, allocated, incoming, listed, asked_at)
SELECT %(merchant)s, %(run)s, n.sku, n.sellable, n.allocated, n.incoming, true, n.asked_at
FROM unnest(%(skus)s::text[], %(sellable)s::int[], %(allocated)s::int[], %(incoming)s::int[], %(asked)s::timestamptz[])
  AS n(sku, sellable, allocated, incoming, asked_at)
ORDER BY n.sku
ON CONFLICT (merchant_id, run_id, sku) DO UPDATE SET sellable = f.sellable + EXCLUDED.sellable,
  allocated = f.allocated + EXCLUDED.allocated, incoming = f.incoming + EXCLUDED.incoming
RETURNING (xmax = 0)
"""


@dataclass(frozen=True, slots=True)
class ReadPage:
    """A page of the partner's listing, and when it was asked for."""

    levels: Sequence[StockLevel]
    asked_at: datetime


def keep_pages(run: ClaimedRun, pages: Sequence[ReadPage], position: Position) -> None:
    """Keep the figures of pages, and where the next one is, together; the run's row is held (:func:`hold_run`).

    One SKU may come on several pages, or several times on one (batches): its figures add up.
    """
    sums: dict[str, list[int]] = {}
    asked: dict[str, str] = {}
    for page in pages:
        at = page.asked_at.isoformat()
        for level in page.levels:
            sku = level.sku.replace("\x00", "\ufffd")  # PostgreSQL's text holds no NUL
            row = sums.setdefault(sku, [0, 0, 0])
            asked.setdefault(sku, at)
            for place, pieces in enumerate((level.sellable, level.allocated, level.incoming)):
                row[place] = max(-LARGEST, min(LARGEST, row[place] + pieces))
    with connection.cursor() as cursor:
        cursor.execute(
            KEEP,
            {
                "merchant": current_scope().merchant_id,
                "run": run.id,
                "skus": text_array(sums),
                "sellable": int_array(row[0] for row in sums.values()),
                "allocated": int_array(row[1] for row in sums.values()),
                "incoming": int_array(row[2] for row in sums.values()),
                "asked": text_array(asked.values()),
            },
        )
        fresh = sum(1 for (inserted,) in cursor.fetchall() if inserted)
        cursor.execute(
            "UPDATE stock_stocksyncrun SET pages = pages + %s, skus = skus + %s, position = %s::jsonb"
            " WHERE merchant_id = %s AND id = %s",
            [len(pages), fresh, position.dumps(), current_scope().merchant_id, run.id],
        )


NOT_NAMED = """
INSERT INTO stock_stocksyncfigure (merchant_id, run_id, sku, sellable, allocated, incoming, listed, asked_at)
SELECT %(merchant)s, %(run)s, n.sku, 0, 0, 0, false, %(asked)s FROM ({expected}) AS n(sku)
ON CONFLICT (merchant_id, run_id, sku) DO NOTHING
"""
NAMED_BY_US = "SELECT unnest(%(skus)s::text[])"
HELD_HERE = """
SELECT p.msku FROM stock_balance b
JOIN catalog_masterproduct p ON p.merchant_id = b.merchant_id AND p.id = b.product_id
WHERE b.merchant_id = %(merchant)s AND b.warehouse_id = %(warehouse)s AND (b.on_hand <> 0 OR b.disputed <> 0)
  AND EXISTS (SELECT 1 FROM stock_stocksyncfigure f WHERE f.merchant_id = b.merchant_id AND f.run_id = %(run)s)
"""


def keep_not_named(run: ClaimedRun, asked_at: datetime, skus: Sequence[str] | None) -> None:
    """SKUs that were asked for (None: that we have there) and that the partner did not name: it has none of them.

    To be called when the part was read to its end. A listing without a single row proves nothing: it empties nothing.
    """
    expected = HELD_HERE if skus is None else NAMED_BY_US
    values: dict[str, Any] = {
        "merchant": current_scope().merchant_id,
        "run": run.id,
        "warehouse": run.warehouse_id,
        "asked": asked_at,
        "skus": text_array(skus or ()),
    }
    with connection.cursor() as cursor:
        cursor.execute(NOT_NAMED.format(expected=expected), values)
        added = max(0, cursor.rowcount)
        cursor.execute(
            "UPDATE stock_stocksyncrun SET skus = skus + %s WHERE merchant_id = %s AND id = %s",
            [added, values["merchant"], run.id],
        )


def reading_ended(run: ClaimedRun) -> None:
    """All pages are kept; writing may begin."""
    _ours(run).update(read_at=now(), position=None)


TAKE = """
SELECT id FROM stock_stocksyncfigure WHERE merchant_id = %s AND run_id = %s ORDER BY sku LIMIT %s
"""
GIVE = """
DELETE FROM stock_stocksyncfigure WHERE merchant_id = %s AND id = ANY(%s)
RETURNING sku, greatest(0, sellable), greatest(0, allocated), greatest(0, incoming), listed, asked_at
"""


def take_figures(run: ClaimedRun, most: int) -> list[Said]:
    """The next SKUs to be written, by SKU; they leave the staging area when the transaction is committed.

    Less than nothing counts as nothing.
    """
    merchant = current_scope().merchant_id
    with connection.cursor() as cursor:
        cursor.execute(TAKE, [merchant, run.id, most])
        held = lock_ids("stock_stocksyncfigure", merchant, [row[0] for row in cursor.fetchall()])
        cursor.execute(GIVE, [merchant, held])
        return sorted((Said(*row) for row in cursor.fetchall()), key=lambda said: said.sku)


FRESHER = """
SELECT f.id FROM stock_stocksyncfigure f
JOIN stock_stocksyncrun r ON r.merchant_id = f.merchant_id AND r.id = f.run_id
JOIN unnest(%(skus)s::text[], %(asked)s::timestamptz[]) AS n(sku, asked_at)
  ON n.sku = f.sku AND n.asked_at > f.asked_at
WHERE f.merchant_id = %(merchant)s AND r.warehouse_id = %(warehouse)s AND r.finished_at IS NULL AND r.id <> %(run)s
"""
REPLACE = """
UPDATE stock_stocksyncfigure f SET sellable = n.sellable, allocated = n.allocated, incoming = n.incoming,
  listed = n.listed, asked_at = n.asked_at
FROM unnest(%(skus)s::text[], %(sellable)s::int[], %(allocated)s::int[], %(incoming)s::int[], %(listed)s::bool[],
            %(asked)s::timestamptz[]) AS n(sku, sellable, allocated, incoming, listed, asked_at)
WHERE f.merchant_id = %(merchant)s AND f.id = ANY(%(held)s) AND f.sku = n.sku
"""


def replace_older(run: ClaimedRun, said: Sequence[Said]) -> None:
    """What another run of the warehouse read earlier and has not written yet must not undo what this one knows."""
    values: dict[str, Any] = {
        "merchant": current_scope().merchant_id,
        "warehouse": run.warehouse_id,
        "run": run.id,
        "skus": text_array(one.sku for one in said),
        "asked": text_array(one.asked_at.isoformat() for one in said),
        "sellable": int_array(one.sellable for one in said),
        "allocated": int_array(one.allocated for one in said),
        "incoming": int_array(one.incoming for one in said),
        "listed": [one.listed for one in said],
    }
    with connection.cursor() as cursor:
        cursor.execute(FRESHER, values)
        older = [row[0] for row in cursor.fetchall()]
        if older:
            held = lock_ids("stock_stocksyncfigure", current_scope().merchant_id, older)
            cursor.execute(REPLACE, {**values, "held": held})


def count_done(run: ClaimedRun, written: int, changed: int, asked: int = 0) -> None:
    """Add to the run's figures what a chunk has written."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE stock_stocksyncrun SET done = done + %s, changed = changed + %s, asked = asked + %s"
            " WHERE merchant_id = %s AND id = %s",
            [written, changed, asked, current_scope().merchant_id, run.id],
        )
