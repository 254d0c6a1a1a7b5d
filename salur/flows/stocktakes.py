"""Entering the differences of a stock count: once, and never below what orders hold (inside a scope)."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext

from salur.foundation.clock import now
from salur.foundation.locks import lock_ids
from salur.outbound.holders import holders
from salur.stock.ledger import Entry, balance_ids, post
from salur.stock.models import MovementCause
from salur.stocktakes.counting import locked
from salur.stocktakes.models import Stocktake, StocktakeLine
from salur.stocktakes.problems import StocktakeRefused
from salur.stocktakes.queries import Difference, differences
from salur.stocktakes.states import StocktakeState
from salur.tenancy import audit
from salur.tenancy.scope import current_scope

from .wakeups import wake

NAMED = 5  # products, and orders of each, that a refusal names


def approve_stocktake(take_id: int) -> int:
    """Enter every difference of the count into the ledger; answers of how many products the figure changed.

    A difference is what was counted less what the ledger held at that moment, so what moved since stays. Raises
    :class:`StocktakeRefused` (incomplete products; less than is reserved, with the orders that hold it), and enters
    nothing then; ``Stocktake.DoesNotExist``.
    """
    take = locked(take_id)
    if take.state != StocktakeState.CHECKING:
        raise StocktakeRefused("stocktake_not_checked", reference=take.reference)
    ids = _hold_balances(take)
    found = differences(take)
    if partly := [one.msku for one in found if one.in_part]:
        raise StocktakeRefused("stocktake_incomplete", mskus=", ".join(partly[:NAMED]))
    if blocked := [one for one in found if one.below_reserved]:
        raise StocktakeRefused("stocktake_reserved", detail=_held_words(take, blocked))
    changed = [one for one in found if one.counts and one.difference]
    post(
        [
            Entry(
                ids[take.warehouse_id, one.product_id],
                MovementCause.STOCKTAKE,
                take.pk,
                d_on_hand=one.difference,
                note=take.reference,
            )
            for one in changed
        ],
        locked=True,
    )
    Stocktake.objects.filter(pk=take.pk).update(state=StocktakeState.APPROVED, ended_at=now())
    StocktakeLine.objects.filter(stocktake=take).update(open=False)
    pieces = sum(abs(one.difference) for one in changed)
    audit.record(
        "stocktake.approved", f"stocktake:{take.pk}", reference=take.reference, products=len(changed), pieces=pieces
    )
    if any(one.difference > 0 for one in changed):
        wake("restock", take.warehouse_id)
    return len(changed)


def _hold_balances(take: Stocktake) -> dict[tuple[int, int], int]:
    """The balances of what was counted, made where missing, and locked."""
    lines = StocktakeLine.objects.filter(stocktake=take, counted__isnull=False)
    products = set(lines.values_list("product_id", flat=True))
    ids = balance_ids([(take.warehouse_id, product) for product in products])
    lock_ids("stock_balance", current_scope().merchant_id, ids.values())
    return ids


def _held_words(take: Stocktake, blocked: Sequence[Difference]) -> str:
    """Which orders hold the pieces that were not found."""
    held = holders(take.warehouse_id, [one.product_id for one in blocked[:NAMED]])
    told = []
    for one in blocked[:NAMED]:
        names = [order for order, _pieces in held.get(one.product_id, [])]
        more = " …" if len(names) > NAMED else ""
        told.append(
            gettext("%(msku)s: %(after)s would be left, but %(reserved)s are reserved for orders %(orders)s.")
            % {
                "msku": one.msku,
                "after": max(one.after, 0),
                "reserved": one.reserved,
                "orders": ", ".join(names[:NAMED]) + more,
            }
        )
    return " ".join(told)
