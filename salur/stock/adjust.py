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
    """What a figure is to be, in pieces; with ``added`` how many more there are to be.

    ``seen`` is what it was when the person looked (None: whatever it was).
    """

    warehouse_id: int
    product_id: int
    pieces: int
    seen: int | None = None
    added: bool = False

    def on_hand(self, now_there: int) -> int:
        """All that is there afterwards."""
        return now_there + self.pieces if self.added else self.pieces


class AdjustmentsRefused(Exception):
    """Nothing was changed: why, by place in the list."""

    def __init__(self, refused: dict[int, StockRefused]) -> None:
        super().__init__(f"{len(refused)} lines")
        self.refused = refused

    @property
    def first(self) -> StockRefused:
        """For callers who know of no list."""
        return next(iter(self.refused.values()))


def reason_label(reason: str) -> str:
    """A reason in words; empty where nobody was asked for one."""
    return str(dict(AdjustReason.choices).get(reason, reason))


def adjust_stock(wanted: Sequence[Wanted], reason: str, note: str = "") -> list[int]:
    """Change the pieces on hand of several balances, all or none (inside a scope); answers the changes, in order.

    A constant number of statements. Raises :class:`AdjustmentsRefused`, which tells of every line that cannot be taken.
    """
    places = Warehouse.objects.in_bulk({one.warehouse_id for one in wanted})
    _check_lines(wanted, places)
    ids = balance_ids([(one.warehouse_id, one.product_id) for one in wanted])
    lock_ids("stock_balance", current_scope().merchant_id, set(ids.values()))
    held = Balance.objects.in_bulk(ids.values())
    balances = [held[ids[one.warehouse_id, one.product_id]] for one in wanted]
    refused: dict[int, StockRefused] = {}
    for number, (one, balance) in enumerate(zip(wanted, balances, strict=True)):
        problem = _refusal(one, balance, places[one.warehouse_id])
        if problem is not None:
            refused[number] = problem
    if refused:
        raise AdjustmentsRefused(refused)
    changes = [one.on_hand(balance.on_hand) - balance.on_hand for one, balance in zip(wanted, balances, strict=True)]
    _post(list(zip(balances, changes, strict=True)), reason, note)
    return changes


def _check_lines(wanted: Sequence[Wanted], places: Mapping[int, Warehouse]) -> None:
    """Each product once, in own warehouses only; raises :class:`AdjustmentsRefused`."""
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


def _refusal(one: Wanted, balance: Balance, place: Warehouse) -> StockRefused | None:
    on_hand = one.on_hand(balance.on_hand)
    if not 0 <= on_hand <= MOST_PIECES:
        return StockRefused("stock_figure", most=MOST_PIECES)
    if one.seen is not None and one.seen != balance.on_hand:
        return StockRefused(
            "stock_moved", seen=one.seen, on_hand=balance.on_hand, msku=balance.msku, warehouse=place.name
        )
    if on_hand < balance.reserved:
        return StockRefused("less_than_reserved", warehouse=place.name, reserved=balance.reserved, wanted=on_hand)
    return None


def _post(changes: Sequence[tuple[Balance, int]], reason: str, note: str) -> None:
    """Write what changed into the ledger, and who did it why into the audit. The balances are held."""
    moved = [(balance, change) for balance, change in changes if change]
    if not moved:
        return
    note = note[:LONGEST_NOTE]
    post(
        [
            Entry(balance.pk, MovementCause.ADJUST, cause, d_on_hand=change, note=note, reason=reason)
            for (balance, change), cause in zip(moved, _new_causes(len(moved)), strict=True)
        ],
        locked=True,
    )
    lines = [[balance.warehouse_id, balance.product_id, change] for balance, change in moved[:AUDITED]]
    audit.record("stock.adjusted", "", reason=reason, note=note, lines=lines, count=len(moved))


def note_missing(warehouse_id: int, product_id: int, pieces: int, note: str) -> int:
    """Take off the books what was not found on the shelf of an own warehouse; answers how many pieces.

    Never more than is free: what is reserved for other lists is missed when those are picked.
    """
    balance_id = balance_ids([(warehouse_id, product_id)])[warehouse_id, product_id]
    lock_ids("stock_balance", current_scope().merchant_id, [balance_id])
    balance = Balance.objects.get(pk=balance_id)
    taken = max(0, min(pieces, balance.on_hand - balance.reserved))
    _post([(balance, -taken)], AdjustReason.LOST, note)
    return taken


def _new_causes(count: int) -> list[int]:
    """Numbers that no other adjustment has: what people do twice counts twice."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence('stock_movement', 'id')) FROM generate_series(1, %s)", [count]
        )
        return [int(row[0]) for row in cursor.fetchall()]
