"""Setting the stock of an own warehouse by hand (R133); a partner's warehouse is set by its partner's word only."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import connection
from django.utils.translation import gettext_lazy as _

from salur.foundation.locks import lock_ids
from salur.foundation.problems import Problem, Refusal
from salur.tenancy.scope import current_scope

from .ledger import Entry, balance_ids, post
from .models import Balance, MovementCause, Warehouse

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
)


class StockRefused(Refusal):
    """The figure is not changed; the code says why."""

    code = "partner_stock"


def adjust_by_hand(warehouse_id: int, product_id: int, on_hand: int, note: str = "") -> int:
    """Set the pieces on hand; answers by how much they changed. Raises :class:`StockRefused`."""
    warehouse = Warehouse.objects.get(pk=warehouse_id)
    if warehouse.account_id is not None:
        raise StockRefused(warehouse=warehouse.name)
    balance_id = balance_ids([(warehouse_id, product_id)])[warehouse_id, product_id]
    lock_ids("stock_balance", current_scope().merchant_id, [balance_id])
    balance = Balance.objects.get(pk=balance_id)
    if on_hand < balance.reserved:
        raise StockRefused(
            "less_than_reserved", warehouse=warehouse.name, reserved=balance.reserved, wanted=max(on_hand, 0)
        )
    change = on_hand - balance.on_hand
    if change:
        entry = Entry(balance_id, MovementCause.ADJUST, _new_cause(), d_on_hand=change, note=note)
        post([entry], locked=True)
    return change


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
