"""Which orders hold the reserved pieces of a warehouse: what a person must settle before the figure can fall."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Sum

from .models import OutboundLine


def holders(warehouse_id: int, product_ids: Iterable[int]) -> dict[int, list[tuple[str, int]]]:
    """By product: (the order's number as people know it, pieces) of each order that holds some, the largest first."""
    lines = OutboundLine.objects.filter(
        outbound__warehouse_id=warehouse_id, outbound__reserved=True, product_id__in=list(product_ids)
    )
    sums = lines.values("product_id", "outbound__order__external_id", "outbound__order__number").annotate(
        pieces=Sum("quantity")
    )
    found: dict[int, list[tuple[str, int]]] = {}
    for row in sums.order_by("product_id", "-pieces", "outbound__order__external_id"):
        number = row["outbound__order__number"] or row["outbound__order__external_id"]
        found.setdefault(row["product_id"], []).append((number, row["pieces"]))
    return found
