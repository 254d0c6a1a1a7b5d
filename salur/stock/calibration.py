"""Setting a warehouse's figures to what its partner says (design 10, R126 to R132).

The partner reads its stock at one moment, we write it at a later one, and meanwhile both sides move. What decides is
kept conservative: a sync never invents units, and what cannot be known yet is put right by the next report or sync.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from salur.foundation.locks import lock_ids
from salur.foundation.staging import int_array, text_array
from salur.tenancy.scope import current_scope

from .ledger import Entry, post
from .models import MovementCause

LARGEST = 2**31 - 1
"""The most pieces that a figure can hold; a partner that says more is taken to say this."""


@dataclass(frozen=True, slots=True)
class Said:
    """What the partner says of one SKU, pages and batches added up; pieces. ``listed`` false: it was not named."""

    sku: str
    sellable: int
    allocated: int
    incoming: int
    listed: bool
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """One balance with what is on its way, at the moment of writing; pieces.

    ``at_partner``: reserved for lists that the partner had before it was asked and that are not reported as ended.
    ``left_since``: deducted since it was asked. ``came_since``: received since it was asked.
    """

    balance_id: int
    product_id: int
    msku: str
    on_hand: int
    reserved: int
    disputed: int
    incoming: int
    at_partner: int
    left_since: int
    came_since: int


READ = """
WITH f AS (
  SELECT f.* FROM unnest(%(balances)s::bigint[], %(asked)s::timestamptz[]) AS f(balance_id, asked_at)
), there AS (
  SELECT m.balance_id, sum(m.d_reserved)::int AS pieces
  FROM unnest(%(lists)s::bigint[], %(pushed)s::timestamptz[]) AS l(id, pushed_at)
  JOIN stock_movement m ON m.merchant_id = %(merchant)s AND m.cause = 'reserve' AND m.cause_id = l.id
  JOIN f ON f.balance_id = m.balance_id AND l.pushed_at < f.asked_at
  GROUP BY m.balance_id
), moved AS (
  SELECT m.balance_id, (-sum(m.d_on_hand) FILTER (WHERE m.cause = 'ship'))::int AS gone,
         (sum(m.d_on_hand) FILTER (WHERE m.cause = 'receive'))::int AS came
  FROM f JOIN stock_movement m ON m.merchant_id = %(merchant)s AND m.balance_id = f.balance_id
  WHERE m.cause IN ('ship', 'receive') AND m.at >= f.asked_at
  GROUP BY m.balance_id
)
SELECT b.id, b.product_id, p.msku, b.on_hand, b.reserved, b.disputed, b.incoming,
       coalesce(there.pieces, 0), coalesce(moved.gone, 0), coalesce(moved.came, 0)
FROM f JOIN stock_balance b ON b.merchant_id = %(merchant)s AND b.id = f.balance_id
JOIN catalog_masterproduct p ON p.merchant_id = b.merchant_id AND p.id = b.product_id
LEFT JOIN there ON there.balance_id = b.id LEFT JOIN moved ON moved.balance_id = b.id
WHERE b.reserved >= %(least)s
ORDER BY b.id
"""


def read_standings(
    asked: Mapping[int, datetime], lists: Sequence[tuple[int, datetime]], *, reserved_only: bool = False
) -> list[Standing]:
    """The balances as they stand, all or those with reserved pieces; ``asked`` is when the partner was, by balance.

    ``lists`` are those at the partner that are not reported as ended, each with the time since when it has them.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            READ,
            {
                "merchant": current_scope().merchant_id,
                "balances": int_array(asked),
                "asked": text_array(at.isoformat() for at in asked.values()),
                "lists": int_array(i for i, _ in lists),
                "pushed": text_array(at.isoformat() for _, at in lists),
                "least": int(reserved_only),
            },
        )
        return [Standing(*row) for row in cursor.fetchall()]


@dataclass(frozen=True, slots=True)
class Counted:
    """What a sync makes of one balance, in pieces; all but ``target`` explain it (R132).

    ``there``: what the partner has, as far as it counts here. Of that, ``left_there`` left there for lists whose
    completion is not reported yet, and ``arriving`` belong to announced inbound lists whose receipt is not reported
    yet. ``arrived``: received here since the partner was asked. ``missing``: reserved, and not there.
    """

    target: int
    there: int
    left_there: int
    arriving: int
    arrived: int
    missing: int


def count(standing: Standing, said: Said) -> Counted:
    """The figure that a balance is to have.

    Sellable and allocated together, but what is under way counts differently. What we deducted since the partner was
    asked was still among its allocated pieces then. Pieces of lists that it has, but no longer counts as allocated,
    have left already: they stay in our figure until their completion is reported and deducts them. And pieces of
    inbound lists may be there before their receipt is reported, which enters them, or may be entered since it was
    asked: within what these allow our own figure stays as it is, so that no piece is counted twice, or lost.
    """
    allocated = said.allocated - standing.left_since
    there = min(LARGEST, said.sellable + max(allocated, standing.at_partner))
    known = standing.on_hand - standing.disputed
    on_the_way_in = max(0, standing.incoming - said.incoming)
    truth = min(max(known, there - on_the_way_in), there + standing.came_since)
    return Counted(
        target=max(truth, standing.reserved),
        there=there,
        left_there=max(0, standing.at_partner - max(allocated, 0)),
        arriving=max(0, there - truth),
        arrived=max(0, truth - there),
        missing=max(0, standing.reserved - truth),
    )


def gap(standing: Standing, said: Said) -> int:
    """How many reserved pieces are not there."""
    return count(standing, said).missing


@dataclass(frozen=True, slots=True)
class Limit:
    """What a warehouse enters by itself: differences of so many pieces, or of so many per cent of the figure."""

    pieces: int
    percent: int

    def asks(self, before: int, unexplained: int) -> bool:
        """Whether a person is to be asked about an unexplained difference."""
        size = abs(unexplained)
        return size > self.pieces and size * 100 > self.percent * before


def unexplained(standing: Standing, said: Said) -> int:
    """Pieces that nothing under way accounts for: what a sync would have to change."""
    counted = count(standing, said)
    return (counted.target - counted.missing) - (standing.on_hand - standing.disputed)


def asked_about(standings: Iterable[Standing], said: Mapping[str, Said], limit: Limit | None) -> set[int]:
    """The balances whose difference is larger than the limit; none without one."""
    if limit is None:
        return set()
    return {s.balance_id for s in standings if limit.asks(s.on_hand, unexplained(s, said[s.msku]))}


def lock_balances(balance_ids: Iterable[int]) -> list[int]:
    """Hold the balances until the transaction ends."""
    return lock_ids("stock_balance", current_scope().merchant_id, set(balance_ids))


def count_stock(
    run_id: int,
    standings: Sequence[Standing],
    said: Mapping[str, Said],
    freed: Mapping[int, int],
    asked: Set[int] = frozenset(),
) -> int:
    """Set the (locked) balances and write the run's lines; answers how many balances changed. Once only per run.

    on_hand never falls below what is reserved: what is missing then is disputed, and shown (design 10). ``freed`` are
    the pieces by product whose reservation was given up for want of them. Balances of ``asked`` stay as they are.
    """
    entries: list[Entry] = []
    lines: list[_Line] = []
    for standing in standings:
        level = said[standing.msku]
        counted = count(standing, level)
        if standing.balance_id in asked:
            waiting = _evidence(standing, level, counted, 0) | {"asked": unexplained(standing, level)}
            lines.append(_Line(level, standing.on_hand, standing.on_hand, "asked", waiting))
            continue
        change, dispute = counted.target - standing.on_hand, counted.missing - standing.disputed
        if change or dispute:
            entries.append(
                Entry(standing.balance_id, MovementCause.COUNT, run_id, d_on_hand=change, d_disputed=dispute)
            )
        evidence = _evidence(standing, level, counted, freed.get(standing.product_id, 0))
        lines.append(_Line(level, standing.on_hand, counted.target, _reason(level, counted), evidence))
    known = {standing.msku for standing in standings}
    lines += [_Line(level, None, None, "unknown_sku", {}) for sku, level in said.items() if sku not in known]
    _save_lines(run_id, sorted(lines, key=lambda line: line.said.sku))
    return post(entries, locked=True)


def _reason(said: Said, counted: Counted) -> str:
    if counted.missing:
        return "disputed"
    if not said.listed:
        return "not_listed"
    return "arriving" if counted.arriving else ""


def _evidence(standing: Standing, said: Said, counted: Counted, freed: int) -> dict[str, int]:
    figures = {
        "there": counted.there,
        "left_there": counted.left_there,
        "arriving": counted.arriving,
        "arrived": counted.arrived,
        "missing": counted.missing,
        "reserved": standing.reserved,
        "waiting": max(0, standing.reserved - standing.at_partner),
        "at_partner": standing.at_partner,
        "left_since": standing.left_since,
        "incoming": standing.incoming,
        "incoming_there": said.incoming,
        "was_disputed": standing.disputed,
        "freed": freed,
    }
    return {name: pieces for name, pieces in figures.items() if pieces}


@dataclass(frozen=True, slots=True)
class _Line:
    said: Said
    before: int | None
    after: int | None
    reason: str
    evidence: Mapping[str, int]


SAVE_LINES = """
INSERT INTO stock_stocksyncline (merchant_id, run_id, sku, before, partner_sellable, partner_allocated, after, reason,
                                 evidence)
SELECT %(merchant)s, %(run)s, n.* FROM unnest(%(skus)s::text[], %(befores)s::int[], %(sellable)s::int[],
  %(allocated)s::int[], %(afters)s::int[], %(reasons)s::text[], %(evidence)s::text[]::jsonb[])
  AS n(sku, before, sellable, allocated, after, reason, evidence)
"""


def _save_lines(run_id: int, lines: Sequence[_Line]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            SAVE_LINES,
            {
                "merchant": current_scope().merchant_id,
                "run": run_id,
                "skus": text_array(line.said.sku for line in lines),
                "befores": int_array(line.before for line in lines),
                "sellable": int_array(line.said.sellable for line in lines),
                "allocated": int_array(line.said.allocated for line in lines),
                "afters": int_array(line.after for line in lines),
                "reasons": text_array(line.reason for line in lines),
                "evidence": text_array(json.dumps(line.evidence) for line in lines),
            },
        )
