"""Inbound with a new master product (R60, way 1): its list waits until the warehouse knows the product.

Nothing raises a partner's stock but a list that the partner completes (R61).
"""

from __future__ import annotations

from dataclasses import dataclass

from salur.catalog.models import MasterProduct
from salur.foundation.problems import Refusal
from salur.inbound.checking import WantedLine
from salur.inbound.editing import LinesRefused, ListRefused, check_list, create_inbound_list
from salur.inbound.models import InboundList
from salur.inbound.states import InboundPushState, InboundSource
from salur.stock.models import AdjustReason, Warehouse
from salur.tenancy.scope import merchant_scope

from .inbound_push import submit_inbound
from .own_stock import add_pieces
from .products import add_to_warehouse
from .wakeups import wake

ACTOR = "worker"


@dataclass(frozen=True, slots=True)
class Placed:
    """What putting a product into a warehouse led to: an inbound list there, or pieces in an own stock."""

    listed: InboundList | None = None
    pieces: int = 0


def inbound_with_product(product_id: int, warehouse_id: int, line: WantedLine) -> InboundList:
    """Way 1: add a new product to a partner's warehouse and announce its first pieces (in a scope; R60, R70).

    The list waits as a draft until the warehouse knows the product, then goes by itself. Raises
    :class:`ListRefused` and :class:`LinesRefused`.
    """
    add_to_warehouse([product_id], warehouse_id)
    made = create_inbound_list(warehouse_id, [line], source=InboundSource.PRODUCT, autosubmit=True)
    wake("inbound_submit", warehouse_id)  # the warehouse may know the product already
    return made


def put_into_warehouse(product: MasterProduct, warehouse_id: int, line: WantedLine | None = None) -> Placed:
    """Add a product to a warehouse, with its first pieces where ``line`` names some (inside a scope; R46, R60).

    A partner's warehouse gets an inbound list, and nothing is in stock before it says so (R61). In an own warehouse
    the pieces are there at once. Raises :class:`ListRefused` and :class:`LinesRefused`.
    """
    if line is None:
        add_to_warehouse([product.pk], warehouse_id)
        return Placed()
    if Warehouse.objects.filter(pk=warehouse_id, account__isnull=False).exists():
        return Placed(inbound_with_product(product.pk, warehouse_id, line))
    (result,) = check_list(warehouse_id, [line])
    if result.line is None:
        raise LinesRefused([result])
    add_to_warehouse([product.pk], warehouse_id)
    return Placed(pieces=add_pieces(warehouse_id, product.pk, result.line.quantity, AdjustReason.ADDED))


def submit_waiting(merchant_id: int, warehouse_id: int) -> int:
    """Submit the drafts that waited for their products; answers how many went.

    One that cannot go is left to a person, with the reason on it.
    """
    with merchant_scope(merchant_id, actor=ACTOR, cause="products pushed"):
        waiting = InboundList.objects.filter(
            warehouse_id=warehouse_id, push=InboundPushState.DRAFT, autosubmit=True
        ).order_by("pk")
        return sum(_submit_one(row) for row in waiting)


def _submit_one(row: InboundList) -> bool:
    try:
        submit_inbound(row.pk)
    except LinesRefused as refusal:
        waits = {p.code for r in refusal.results for p in r.problems} <= {"inbound_product_waits"}
        if not waits:
            _leave_to_a_person(row, refusal)
        return False
    except ListRefused as refusal:
        _leave_to_a_person(row, refusal)
        return False
    return True


def _leave_to_a_person(row: InboundList, refusal: Refusal) -> None:
    InboundList.objects.filter(pk=row.pk, push=InboundPushState.DRAFT).update(
        autosubmit=False, push_error_code=refusal.code, push_error_message=refusal.text().cause
    )
