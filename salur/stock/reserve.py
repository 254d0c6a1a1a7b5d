"""Reserving stock for a batch of outbound lists: lock once, grant in memory, write once (design 10)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db import connection

from salur.foundation.locks import lock_ids
from salur.tenancy.scope import current_scope

from .ledger import Entry, balance_ids, post
from .models import MovementCause


class Need(NamedTuple):
    """What one outbound list needs of its warehouse: pieces by product id.

    Lists of the same ``group`` (the order) are granted all together or not at all.
    """

    outbound_id: int
    group: int
    warehouse_id: int
    pieces: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Shortage:
    """One product of which the warehouse has too little; pieces."""

    warehouse_id: int
    product_id: int
    free: int
    needed: int


def reserve_stock(needs: Sequence[Need]) -> dict[int, list[Shortage]]:
    """Reserve what each list needs, in the given order (most urgent first).

    Answers the shortages by outbound id: an empty list means reserved. Lists of one order are one wish: if one is
    short, none of them is reserved. The sum per product counts, so two lines of one product cannot pass apart.
    """
    merchant = current_scope().merchant_id
    ids = balance_ids([(n.warehouse_id, p) for n in needs for p in n.pieces])
    free = _locked_free(merchant, ids.values())
    outcome: dict[int, list[Shortage]] = {}
    entries: list[Entry] = []
    for group in _grouped(needs):
        wanted: dict[int, int] = {}
        for need in group:
            for product, pieces in need.pieces.items():
                balance = ids[need.warehouse_id, product]
                wanted[balance] = wanted.get(balance, 0) + pieces
        if all(free[balance] >= pieces for balance, pieces in wanted.items()):
            for balance, pieces in wanted.items():
                free[balance] -= pieces
            entries += [
                Entry(ids[n.warehouse_id, p], MovementCause.RESERVE, n.outbound_id, d_reserved=q)
                for n in group
                for p, q in n.pieces.items()
            ]
            outcome.update((n.outbound_id, []) for n in group)
        else:
            outcome.update((n.outbound_id, _shortages(n, ids, free, wanted)) for n in group)
    post(entries, locked=True)
    return outcome


FREE = """
SELECT b.id, b.warehouse_id, b.product_id, b.on_hand - b.reserved FROM stock_balance b
WHERE b.merchant_id = %s AND b.warehouse_id = ANY(%s) AND b.product_id = ANY(%s)
"""


def free_stock(
    warehouse_ids: Iterable[int], product_ids: Iterable[int], *, locked: bool = False
) -> dict[tuple[int, int], int]:
    """Free pieces by (warehouse, product); pairs without a balance are left out.

    ``locked``: the balances are held until the transaction ends, so that what was read can still be reserved.
    """
    merchant = current_scope().merchant_id
    values: list[Any] = [merchant, sorted(set(warehouse_ids)), sorted(set(product_ids))]
    with connection.cursor() as cursor:
        if locked:
            cursor.execute(FREE, values)
            lock_ids("stock_balance", merchant, [row[0] for row in cursor.fetchall()])
        cursor.execute(FREE, values)
        return {(warehouse, product): free for _, warehouse, product, free in cursor.fetchall()}


def _grouped(needs: Sequence[Need]) -> Iterable[list[Need]]:
    groups: dict[int, list[Need]] = {}
    for need in needs:
        groups.setdefault(need.group, []).append(need)
    return groups.values()


def _locked_free(merchant_id: int, balances: Iterable[int]) -> dict[int, int]:
    held = lock_ids("stock_balance", merchant_id, balances)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, on_hand - reserved FROM stock_balance WHERE merchant_id = %s AND id = ANY(%s)",
            [merchant_id, held],
        )
        return dict(cursor.fetchall())


def _shortages(
    need: Need, ids: Mapping[tuple[int, int], int], free: Mapping[int, int], wanted: Mapping[int, int]
) -> list[Shortage]:
    return [
        Shortage(need.warehouse_id, product, free[balance], wanted[balance])
        for product in need.pieces
        if free[balance := ids[need.warehouse_id, product]] < wanted[balance]
    ]


RELEASED = """
SELECT m.balance_id, m.cause_id, m.d_reserved FROM stock_movement m
WHERE m.merchant_id = %s AND m.cause = 'reserve' AND m.cause_id = ANY(%s)
"""


def _reservations(outbound_ids: Sequence[int]) -> list[tuple[int, int, int]]:
    with connection.cursor() as cursor:
        cursor.execute(RELEASED, [current_scope().merchant_id, list(outbound_ids)])
        rows: list[tuple[int, int, int]] = cursor.fetchall()
    return rows


def release_stock(outbound_ids: Sequence[int]) -> int:
    """Give back what the lists had reserved; once only, whatever is repeated."""
    return post(
        Entry(balance, MovementCause.RELEASE, outbound, d_reserved=-pieces)
        for balance, outbound, pieces in _reservations(outbound_ids)
    )


def ship_stock(outbound_ids: Sequence[int]) -> int:
    """Deduct what the lists had reserved: on hand and reserved fall together, once only (R85, R133)."""
    return post(
        Entry(balance, MovementCause.SHIP, outbound, d_on_hand=-pieces, d_reserved=-pieces)
        for balance, outbound, pieces in _reservations(outbound_ids)
    )
