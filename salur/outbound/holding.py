"""Which lists hold the reserved pieces of a balance: what explains the figure “reserved” (design 14)."""

from __future__ import annotations

from django.db.models import OuterRef, Subquery, Sum

from salur.foundation.paging import Keyset, keyset_page
from salur.stock.models import Balance

from .models import Outbound, OutboundLine


def holding_page(balance: Balance, cursor: str | None, size: int = 50) -> Keyset[Outbound]:
    """Lists that have pieces of the balance reserved, the newest first, each with ``pieces``.

    Over all pages the pieces add up to the balance's reserved figure. Raises BadCursor.
    """
    lines = OutboundLine.objects.filter(outbound_id=OuterRef("pk"), product_id=balance.product_id)
    pieces = lines.values("outbound_id").order_by().annotate(n=Sum("quantity")).values("n")
    rows = Outbound.objects.filter(warehouse_id=balance.warehouse_id, reserved=True)
    rows = rows.annotate(pieces=Subquery(pieces)).filter(pieces__gt=0).select_related("order", "store")
    return keyset_page(rows, order=["-id"], cursor=cursor, size=size)
