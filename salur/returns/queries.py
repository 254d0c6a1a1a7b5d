"""What pages and the API read of returns. Every function takes a constant number of statements."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q, Sum

from salur.foundation.paging import Keyset, keyset_page
from salur.orders.queries import has_number
from salur.orders.states import OrderState
from salur.outbound.models import Outbound, OutboundLine
from salur.outbound.states import CancellationState, PushState, TaskState
from salur.tenancy.models import Transition
from salur.tenancy.queries import moves_of

from .models import Return, ReturnLine, ReturnReceipt
from .states import RETURN, ReturnState


def return_page(
    warehouse_id: int | None, state: str, search: str, cursor: str | None, size: int = 50
) -> Keyset[Return]:
    """Returns, the latest first; ``search``: reference, tracking number, AWB or order number."""
    rows = Return.objects.select_related("order", "warehouse", "outbound")
    if warehouse_id:
        rows = rows.filter(warehouse_id=warehouse_id)
    if state in ReturnState.values:
        rows = rows.filter(state=state)
    if search:
        rows = rows.filter(
            Q(reference=search.upper())
            | Q(tracking=search)
            | Q(outbound__awb=search)
            | Q(outbound__reference=search.upper())
            | has_number([search], at="order__")
        )
    return keyset_page(rows, order=["-id"], cursor=cursor, size=size)


def find_return(return_id: int) -> Return | None:
    """One return with its order, list and warehouse."""
    rows = Return.objects.select_related("order", "warehouse", "outbound")
    return rows.filter(pk=return_id).first()


def lines_of(row: Return) -> list[ReturnLine]:
    """Its lines by MSKU."""
    return list(ReturnLine.objects.filter(returned=row).select_related("product").order_by("product__msku"))


def sums_of(return_ids: Iterable[int]) -> dict[int, tuple[int, int, int]]:
    """(expected, good, damaged) pieces by return."""
    rows = ReturnLine.objects.filter(returned_id__in=list(return_ids)).values("returned_id")
    sums = rows.annotate(n=Sum("quantity"), g=Sum("good"), d=Sum("damaged"))
    return {row["returned_id"]: (row["n"], row["g"], row["d"]) for row in sums}


def returns_of(outbound_ids: Iterable[int]) -> list[Return]:
    """The returns of some outbound lists, oldest first."""
    return list(Return.objects.filter(outbound_id__in=list(outbound_ids)).order_by("pk"))


def returns_of_order(order_id: int) -> list[Return]:
    """The returns of an order, oldest first."""
    return list(Return.objects.filter(order_id=order_id).order_by("pk"))


def may_come_back(outbound: Outbound) -> bool:
    """Whether the list has left, or could not be stopped any more."""
    gone = outbound.task == TaskState.COMPLETED
    late = outbound.cancellation in (CancellationState.REFUSED, CancellationState.CONFLICT)
    return outbound.push == PushState.PUSHED and (gone or late)


def expected_back(outbounds: Iterable[Outbound]) -> set[int]:
    """Of these lists (with their orders) those that were not stopped for a cancelled order and have not come back."""
    unstopped = (CancellationState.REFUSED, CancellationState.CONFLICT)
    late = [one.pk for one in outbounds if one.cancellation in unstopped and one.order.status == OrderState.CANCELLED]
    if not late:
        return set()
    back = Return.objects.filter(outbound_id__in=late, state=ReturnState.CLOSED)
    return set(late) - set(back.values_list("outbound_id", flat=True))


def left_to_return(outbound: Outbound) -> dict[int, int]:
    """Pieces by product that can still come back: what was sent, less what came or is expected."""
    sent = OutboundLine.objects.filter(outbound=outbound).values("product_id").annotate(n=Sum("quantity"))
    left = {row["product_id"]: int(row["n"]) for row in sent}
    for line in ReturnLine.objects.filter(returned__outbound=outbound).select_related("returned"):
        ended = line.returned.state == ReturnState.CLOSED
        left[line.product_id] = left.get(line.product_id, 0) - (line.good + line.damaged if ended else line.quantity)
    return {product: pieces for product, pieces in left.items() if pieces > 0}


def products_of(outbound_id: int) -> dict[str, int]:
    """What a list sent, as product ids by MSKU."""
    lines = OutboundLine.objects.filter(outbound_id=outbound_id)
    return dict(lines.values_list("product__msku", "product_id"))


def moves(row: Return) -> list[Transition]:
    """What became of it, oldest first."""
    return moves_of([(RETURN.name, [row.pk])])


def links_of_receipts(receipt_ids: Iterable[int]) -> dict[int, tuple[int, str]]:
    """(id, reference) of the return that each receipt belongs to, for the ledger's pages."""
    rows = ReturnReceipt.objects.filter(pk__in=list(receipt_ids))
    found = rows.values_list("pk", "line__returned_id", "line__returned__reference")
    return {pk: (returned, reference) for pk, returned, reference in found}
