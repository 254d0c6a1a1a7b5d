"""Which announced lists bring the incoming pieces of a balance: what explains the figure “incoming” (design 14)."""

from __future__ import annotations

from salur.foundation.paging import Keyset, keyset_page
from salur.stock.models import Balance

from .models import InboundLine


def arriving_page(balance: Balance, cursor: str | None, size: int = 50) -> Keyset[InboundLine]:
    """Lines whose ``expected`` pieces are still awaited, the newest first.

    Over all pages these add up to the balance's incoming figure. Raises BadCursor.
    """
    rows = InboundLine.objects.filter(
        product_id=balance.product_id, inbound__warehouse_id=balance.warehouse_id, expected__gt=0
    )
    return keyset_page(rows.select_related("inbound"), order=["-id"], cursor=cursor, size=size)
