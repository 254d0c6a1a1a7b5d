"""What a person gives list by list, where the store does not (R88, R89, A15)."""

from __future__ import annotations

from django.db.models import Exists, OuterRef

from salur.foundation.paging import Keyset, keyset_page
from salur.orders.models import Order, OrderProblem
from salur.orders.problems import ProblemCause

from .models import Outbound
from .states import PushState, ShipmentState


def orders_without_address(cursor: str | None, size: int = 25) -> Keyset[Order]:
    """Orders whose address lacks what their warehouse needs, the oldest first."""
    held = OrderProblem.objects.filter(
        order_id=OuterRef("pk"), cause=ProblemCause.ADDRESS_INCOMPLETE, closed_at__isnull=True
    )
    rows = Order.objects.filter(Exists(held)).select_related("store")
    return keyset_page(rows, order=["id"], cursor=cursor, size=size)


def lists_without_label(cursor: str | None, size: int = 25) -> Keyset[Outbound]:
    """Lists whose store gave no AWB number or label, of problem orders, the oldest first."""
    held = OrderProblem.objects.filter(
        order_id=OuterRef("order_id"), cause=ProblemCause.LABEL_MISSING, closed_at__isnull=True
    )
    rows = Outbound.objects.filter(
        Exists(held), shipment=ShipmentState.FAILED, push__in=[PushState.WAITING, PushState.READY]
    )
    return keyset_page(rows.select_related("order", "store", "warehouse"), order=["id"], cursor=cursor, size=size)
