"""Setting the stock of own warehouses by hand (R133); a partner's warehouse is set by its partner's word only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import connection
from django.utils.translation import gettext_lazy as _

from salur.foundation.locks import lock_ids
from salur.foundation.problems import Problem, Refusal
from salur.tenancy import audit
from salur.tenancy.scope import current_scope

from .ledger import Entry, balance_ids, post
from .models import AdjustReason, Balance, MovementCause, Warehouse

LONGEST_NOTE = 500
MOST_PIECES = 1_000_000_000
AUDITED = 100  # lines that an audit entry names; the ledger holds all of them

PROBLEMS: tuple[Problem, ...] = (
    Problem(
        "partner_stock",
        _("This stock is the partner's to say"),
        _("%(warehouse)s belongs to a partner, whose figures are the truth."),
        _("Synchronise the stock; if it is wrong then, tell the warehouse."),
        "operator",
    ),
    Problem(
        "less_than_reserved",
        _("Less than is reserved"),
        _("%(reserved)s pieces are reserved for orders in %(warehouse)s, so %(wanted)s cannot be all there is."),
        _("Cancel or move orders first, or count again."),
        "operator",
    ),
    Problem(
        "stock_moved",
        _("The figure changed meanwhile"),
        _("When you looked, %(seen)s pieces of %(msku)s were on hand in %(warehouse)s; now there are %(on_hand)s."),
        _("Look at the movements, count again if need be, and type the figure again."),
        "operator",
    ),
    Problem(
        "stock_figure",
        _("This is no number of pieces"),
        _("A stock figure is a whole number from 0 to %(most)s."),
        _("Correct the figure."),
        "operator",
    ),
    Problem(
        "stock_twice",
        _("The same product twice"),
        _("%(warehouse)s and its product stand in the list already."),
        _("Keep one line for each product and warehouse."),
        "operator",
    ),
)


class StockRefused(Refusal):
    """The figure is not changed; the code says why."""

    code = "partner_stock"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a figure is to be, in pieces; ``seen`` is what it was when the person looked (None: whatever it was)."""

    warehouse_id: int
    product_id: int
    on_hand: int
    seen: int | None = None


class AdjustmentsRefused(Exception):
    """Nothing was changed: why, by place in the list."""

    def __init__(self, refused: dict[int, StockRefused]) -> None:
        super().__init__(f"{len(refused)} lines")
        self.refused = refused


def reason_label(reason: str) -> str:
    """A reason in words; empty where nobody was asked for one."""
    return str(dict(AdjustReason.choices).get(reason, reason))


def adjust_stock(wanted: Sequence[Wanted], reason: str, note: str = "") -> list[int]:
    """Set the pieces on hand of several balances, all or none (inside a scope); answers the changes, in order.

    Raises :class:`AdjustmentsRefused`, which tells of every line that cannot be taken.
    """
    places = Warehouse.objects.in_bulk({one.warehouse_id for one in wanted})
    refused: dict[int, StockRefused] = {}
    known: set[tuple[int, int]] = set()
    for number, one in enumerate(wanted):
        place, pair = places[one.warehouse_id], (one.warehouse_id, one.product_id)
        if place.account_id is not None:
            refused[number] = StockRefused(warehouse=place.name)
        elif pair in known:
            refused[number] = StockRefused("stock_twice", warehouse=place.name)
        known.add(pair)
    if refused:
        raise AdjustmentsRefused(refused)
    ids = balance_ids([(one.warehouse_id, one.product_id) for one in wanted])
    lock_ids("stock_balance", current_scope().merchant_id, set(ids.values()))
    held = Balance.objects.in_bulk(ids.values())
    changes: list[int] = []
    for number, one in enumerate(wanted):
        balance = held[ids[one.warehouse_id, one.product_id]]
        problem = _refusal(one, balance, places[one.warehouse_id])
        if problem is not None:
            refused[number] = problem
        changes.append(one.on_hand - balance.on_hand)
    if refused:
        raise AdjustmentsRefused(refused)
    _post(wanted, changes, ids, reason, note)
    return changes


def _refusal(one: Wanted, balance: Balance, place: Warehouse) -> StockRefused | None:
    if not 0 <= one.on_hand <= MOST_PIECES:
        return StockRefused("stock_figure", most=MOST_PIECES)
    if one.seen is not None and one.seen != balance.on_hand:
        return StockRefused(
            "stock_moved", seen=one.seen, on_hand=balance.on_hand, msku=balance.msku, warehouse=place.name
        )
    if one.on_hand < balance.reserved:
        return StockRefused(
            "less_than_reserved", warehouse=place.name, reserved=balance.reserved, wanted=max(one.on_hand, 0)
        )
    return None


def _post(
    wanted: Sequence[Wanted], changes: Sequence[int], ids: dict[tuple[int, int], int], reason: str, note: str
) -> None:
    moved = [(one, change) for one, change in zip(wanted, changes, strict=True) if change]
    if not moved:
        return
    entries = [
        Entry(
            ids[one.warehouse_id, one.product_id],
            MovementCause.ADJUST,
            _new_cause(),
            d_on_hand=change,
            note=note[:LONGEST_NOTE],
            reason=reason,
        )
        for one, change in moved
    ]
    post(entries, locked=True)
    lines = [[one.warehouse_id, one.product_id, change] for one, change in moved[:AUDITED]]
    audit.record("stock.adjusted", "", reason=reason, note=note[:LONGEST_NOTE], lines=lines, count=len(moved))


def adjust_by_hand(warehouse_id: int, product_id: int, on_hand: int, note: str = "", reason: str = "") -> int:
    """Set the pieces on hand of one balance; answers by how much they changed. Raises :class:`StockRefused`."""
    try:
        return adjust_stock([Wanted(warehouse_id, product_id, on_hand)], reason, note)[0]
    except AdjustmentsRefused as many:
        raise many.refused[0] from many


def adjust_many(
    warehouse_id: int, figures: Mapping[int, int], note: str = "", *, added: bool = False
) -> dict[int, int]:
    """Set the pieces on hand of many products, or add to them (``added``); answers the changes by product.

    All or nothing; raises :class:`StockRefused` as :func:`adjust_by_hand` does.
    """
    warehouse = Warehouse.objects.get(pk=warehouse_id)
    if warehouse.account_id is not None:
        raise StockRefused(warehouse=warehouse.name)
    ids = balance_ids([(warehouse_id, product) for product in figures])
    lock_ids("stock_balance", current_scope().merchant_id, ids.values())
    rows = {row.product_id: row for row in Balance.objects.filter(pk__in=ids.values())}
    wanted = {p: pieces + (rows[p].on_hand if added else 0) for p, pieces in figures.items()}
    for product, on_hand in wanted.items():
        reserved = rows[product].reserved
        if on_hand < reserved:
            told = {"warehouse": warehouse.name, "reserved": reserved, "wanted": max(on_hand, 0)}
            raise StockRefused("less_than_reserved", **told)
    changes = {p: on_hand - rows[p].on_hand for p, on_hand in wanted.items() if on_hand != rows[p].on_hand}
    causes = _new_causes(len(changes))
    entries = [
        Entry(rows[product].pk, MovementCause.ADJUST, cause, d_on_hand=change, note=note)
        for (product, change), cause in zip(changes.items(), causes, strict=True)
    ]
    post(entries, locked=True)
    return changes


def note_missing(warehouse_id: int, product_id: int, pieces: int, note: str) -> int:
    """Take off the books what was not found on the shelf of an own warehouse; answers how many pieces.

    Never more than is free: what is reserved for other lists is missed when those are picked.
    """
    balance_id = balance_ids([(warehouse_id, product_id)])[warehouse_id, product_id]
    lock_ids("stock_balance", current_scope().merchant_id, [balance_id])
    balance = Balance.objects.get(pk=balance_id)
    taken = min(pieces, balance.on_hand - balance.reserved)
    if taken > 0:
        post([Entry(balance_id, MovementCause.ADJUST, _new_cause(), d_on_hand=-taken, note=note)], locked=True)
    return max(0, taken)


def _new_cause() -> int:
    """A number that no other adjustment has: what people do twice counts twice."""
    return _new_causes(1)[0]


def _new_causes(count: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence('stock_movement', 'id')) FROM generate_series(1, %s)", [count]
        )
        return [int(row[0]) for row in cursor.fetchall()]
