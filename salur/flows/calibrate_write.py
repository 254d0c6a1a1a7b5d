"""Writing what a partner said of its stock: in chunks, each a transaction of its own (design 10, R126).

A chunk stands by itself: its SKUs are counted and leave the staging area together, so a worker that is lost between
two of them leaves nothing half done, and other work gets its turn. Lists are locked before balances.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from salur.foundation.locks import lock_ids
from salur.foundation.staging import int_array, text_array
from salur.stock.calibration import (
    Limit,
    Said,
    Standing,
    asked_about,
    count_stock,
    gap,
    lock_balances,
    read_standings,
)
from salur.stock.differences import hold_waiting, keep_asked, limit_of, overtake
from salur.stock.ledger import balance_ids
from salur.stock.sync_runs import ClaimedRun, count_done, hold_run, replace_older, take_figures
from salur.tenancy.scope import current_scope

from .changes import void_lists
from .planning import plan_again
from .wakeups import wake_after

CHUNK = 2000

PRODUCTS = (
    "SELECT id, msku FROM catalog_masterproduct WHERE merchant_id = %s AND msku = ANY(%s::text[])"
    " AND kind = 'single'"  # a bundle has no stock of its own, whatever a partner keeps under its name
)
AT_PARTNER = """
SELECT o.id, o.pushed_at FROM outbound_outbound o
WHERE o.merchant_id = %(merchant)s AND o.warehouse_id = %(warehouse)s AND o.push = 'pushed' AND o.reserved
  AND EXISTS (SELECT 1 FROM outbound_outboundline l WHERE l.merchant_id = o.merchant_id AND l.outbound_id = o.id
              AND l.product_id = ANY(%(products)s::bigint[]))
"""
UNDO = """
SELECT o.id, o.order_id, l.product_id, sum(l.quantity)::int
FROM outbound_outbound o JOIN outbound_outboundline l ON l.merchant_id = o.merchant_id AND l.outbound_id = o.id
JOIN integrations_storeconnection s ON s.merchant_id = o.merchant_id AND s.id = o.store_id
WHERE o.merchant_id = %(merchant)s AND o.warehouse_id = %(warehouse)s AND o.reserved AND o.push IN ('waiting', 'ready')
  AND (o.shipment IN ('none', 'due') OR s.auto_arrange)
  AND NOT EXISTS (SELECT 1 FROM outbound_outbound e WHERE e.merchant_id = o.merchant_id AND e.order_id = o.order_id
                  AND e.push NOT IN ('waiting', 'ready', 'void'))
  AND EXISTS (SELECT 1 FROM outbound_outboundline w WHERE w.merchant_id = o.merchant_id AND w.outbound_id = o.id
              AND w.product_id = ANY(%(products)s::bigint[]))
GROUP BY o.id, o.order_id, l.product_id ORDER BY o.id DESC
"""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A list not yet at the partner, whose reservation could be given up; pieces by product."""

    id: int
    order_id: int
    pieces: dict[int, int]


def write_chunk(run: ClaimedRun, most: int = CHUNK) -> int | None:
    """Inside a scope: set the balances of the next SKUs; answers how many there were (0: all are written).

    None: the run is no longer ours, and nothing was done.
    """
    if not hold_run(run, alone=True):
        return None
    figures = take_figures(run, most)
    if not figures:
        return 0
    replace_older(run, figures)
    said = {one.sku: one for one in figures}
    products = _products(said)
    done = set_balances(run.id, run.warehouse_id, said, products, limit_of(run.warehouse_id))
    count_done(run, len(figures), done.changed, done.asked)
    return len(figures)


@dataclass(frozen=True, slots=True)
class Done:
    """Balances that were changed, and those that wait for approval."""

    changed: int
    asked: int


def set_balances(
    run_id: int, place: int, said: Mapping[str, Said], products: Mapping[int, str], limit: Limit | None = None
) -> Done:
    """Set what the partner said of some products in a warehouse, as lines of a run (inside a scope).

    Above the ``limit`` a difference is kept for a person's decision instead. A decision that was still waited for is
    overtaken: this is a newer word of the partner, or the decision itself.
    """
    ids = balance_ids([(place, product) for product in products])
    overtake(hold_waiting(ids.values()))
    asked = {balance: said[products[product]].asked_at for (_, product), balance in ids.items()}

    def standing(*, reserved_only: bool = False) -> list[Standing]:
        return read_standings(asked, _lists_at_partner(place, products), reserved_only=reserved_only)

    reserved = standing(reserved_only=True)  # only these can lack pieces
    candidates = _lock_candidates(place, [s.product_id for s in reserved if gap(s, said[s.msku])])
    others = balance_ids([(place, p) for c in candidates for p in c.pieces])
    lock_balances([*ids.values(), *others.values()])
    standings = standing()
    undecided = asked_about(standings, said, limit)
    entered = [s for s in standings if s.balance_id not in undecided]
    given_up = _give_up(candidates, {s.product_id: gap(s, said[s.msku]) for s in entered if s.reserved})
    if given_up:
        void_lists([c.id for c in given_up])
        standings = standing()
    changed = count_stock(run_id, standings, said, _freed(given_up), undecided)
    keep_asked(run_id, standings, said, undecided)
    wake_after(plan_again({c.order_id for c in given_up}))
    return Done(changed, len(undecided))


def _products(said: Iterable[str]) -> dict[int, str]:
    with connection.cursor() as cursor:
        cursor.execute(PRODUCTS, [current_scope().merchant_id, text_array(said)])
        return dict(cursor.fetchall())


def _lists_at_partner(warehouse_id: int, products: Iterable[int]) -> list[tuple[int, datetime]]:
    merchant = current_scope().merchant_id
    values: dict[str, Any] = {"merchant": merchant, "warehouse": warehouse_id, "products": int_array(products)}
    with connection.cursor() as cursor:
        cursor.execute(AT_PARTNER, values)
        rows: list[tuple[int, datetime]] = cursor.fetchall()
    return rows


def _lock_candidates(warehouse_id: int, products: Sequence[int]) -> list[Candidate]:
    """Lists that may give up their reservation, the youngest first, held until the transaction ends."""
    if not products:
        return []
    merchant = current_scope().merchant_id
    values: dict[str, Any] = {"merchant": merchant, "warehouse": warehouse_id, "products": int_array(products)}
    with connection.cursor() as cursor:
        cursor.execute(UNDO, values)
        held = set(lock_ids("outbound_outbound", merchant, {row[0] for row in cursor.fetchall()}))
        cursor.execute(UNDO, values)
        found: dict[int, Candidate] = {}
        for outbound, order, product, pieces in cursor.fetchall():
            if outbound in held:
                found.setdefault(outbound, Candidate(outbound, order, {})).pieces[product] = pieces
    return list(found.values())


def _give_up(candidates: Iterable[Candidate], gaps: dict[int, int]) -> list[Candidate]:
    """As many of the youngest as the gaps need. Their orders are planned anew and wait, as problem orders, for stock.

    A list is never reserved twice (its reservation is one line of the ledger), so the order gets another list.
    """
    left = dict(gaps)
    chosen = []
    for candidate in candidates:
        if any(left.get(product, 0) > 0 for product in candidate.pieces):
            chosen.append(candidate)
            for product, pieces in candidate.pieces.items():
                left[product] = left.get(product, 0) - pieces
    return chosen


def _freed(given_up: Iterable[Candidate]) -> dict[int, int]:
    freed: dict[int, int] = {}
    for candidate in given_up:
        for product, pieces in candidate.pieces.items():
            freed[product] = freed.get(product, 0) + pieces
    return freed
